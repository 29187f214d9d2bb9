//! The desk's own affairs: officers, session, drafts, status bar, packs, calendar, verification.

use crate::changed::Topic;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::long_work::{Doing, Follow, LongWork};
use crate::office::{Office, role_words};
use crate::opening::{OpenFault, imported_packs};
use crate::packs::{self, Packs};
use crate::present;
use crate::views::{
    BackupBarView, DayView, DraftView, IntakeView, OfficerView, PackView, PlaceFault,
    RecoveryKeyView, SavedView, SessionView, StatusBarView, UnitHit, VerifyView,
};
use domain::ids::OfficerId;
use domain::office::{OfficeFact, OfficerSet, PackAdopted};
use domain::officer::{Officer, Role};
use domain::pack::PackFault;
use domain::refusal::Refusal;
use domain::site::UnitsPack;
use domain::text::{fold, normalise};
use domain::time::{day_and_date, office_time};
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp};
use std::sync::PoisonError;
use store::local::{self, Draft};
use store::verify::verify;
use vault::OsRandom;

const UNITS_SHOWN: usize = 12;
const DRAFT_BYTES_MAX: usize = 512 * 1024;

impl Office {
    /// Where and as whom the desk works.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn session(&self) -> Result<SessionView> {
        let officer = self.officer();
        let officers = self.read(store::office::officers)?;
        Ok(SessionView {
            site_code: self.site.code.clone(),
            site_name: self.site.full_name(),
            province: self.site.province.clone(),
            desk: self.site.desk,
            is_supervisor: officer.is(Role::Supervisor),
            is_administrator: officer.is(Role::Administrator),
            officer: officer_view(&officer),
            officers: officers.iter().map(officer_view).collect(),
            training: self.site.training,
            today_words: day_and_date(office_time(self.now()).date()),
        })
    }

    /// Another officer sits down.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn officer_switch(&self, id: &str) -> Result<SessionView> {
        let officers = self.read(store::office::officers)?;
        let officer = officers.into_iter().find(|officer| officer.id.to_string() == id);
        let officer = officer.ok_or_else(|| ApiError::not_found("Không có cán bộ này."))?;
        self.sit_down(officer);
        self.write_local(&[Topic::Session], |connection| {
            local::set_setting(connection, crate::opening::SEATED, Some(id))
        })?;
        self.session()
    }

    /// Adds an officer.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] without the role; a refusal naming `name` or `roles`.
    pub fn officer_add(&self, name: &str, roles: &[String]) -> Result<SessionView> {
        self.require(Role::Administrator, "thêm cán bộ")?;
        let name = normalise(name);
        if name.is_empty() || !name.chars().any(char::is_alphabetic) || name.chars().count() > 100 {
            return Err(Refusal::of(
                "name_unreadable",
                "name",
                "Ghi họ tên cán bộ, tối đa 100 ký tự.",
            )
            .into());
        }
        let roles: Vec<Role> = roles
            .iter()
            .map(|word| {
                Role::from_word(word).ok_or_else(|| {
                    let known: Vec<String> = Role::ALL
                        .iter()
                        .map(|r| format!("{} ({})", r.word(), role_words(*r)))
                        .collect();
                    Refusal::of(
                        "role_unknown",
                        "roles",
                        format!("Không có vai trò \"{word}\"; có: {}.", known.join(", ")),
                    )
                })
            })
            .collect::<std::result::Result<_, _>>()?;
        if roles.is_empty() {
            return Err(Refusal::of("field_empty", "roles", "Chọn ít nhất một vai trò.").into());
        }
        let officer = Officer { id: OfficerId(entropy::id(self.now())?), name, roles };
        self.transact(&[Topic::Session], |tx, _| {
            tx.append_office(OfficeFact::OfficerSet(Box::new(OfficerSet {
                officer,
                active: true,
            })))?;
            Ok(())
        })?;
        self.session()
    }

    /// The bar at the foot of the window.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn status_bar(&self) -> Result<StatusBarView> {
        let tally = self.read(store::rows::tally)?;
        let dossiers: u32 = tally.iter().map(|(_, count)| count).sum();
        let stopped = self.intake().stopped.clone();
        Ok(StatusBarView {
            saved: SavedView {
                dossiers_unsent: dossiers,
                words: match dossiers {
                    0 => "Chưa có hồ sơ nào trên máy này".into(),
                    n => format!("{} hồ sơ đã lưu an toàn tại máy này", grouped(n)),
                },
            },
            backup: self.backup_bar()?,
            intake: IntakeView {
                words: stopped.clone().unwrap_or_else(|| "Đang tiếp nhận bình thường".into()),
                stopped: stopped.is_some(),
            },
            failed_prints: self.read(local::failed_prints)?,
            now: present::at(self.now()),
            drafts: u32::try_from(self.read(local::drafts)?.len()).unwrap_or(u32::MAX),
        })
    }

    /// Keeps a draft as the screen words it.
    ///
    /// # Errors
    /// A refusal when it is larger than half a mebibyte.
    pub fn draft_save(&self, slot: &str, json: &str) -> Result<()> {
        if json.len() > DRAFT_BYTES_MAX || slot.len() > 100 {
            return Err(Refusal::of("too_long", "json", "Bản nháp quá lớn.").into());
        }
        let draft = Draft {
            slot: slot.to_owned(),
            title: draft_title(json),
            saved_at: self.now().as_second(),
            json: json.to_owned(),
        };
        self.write_local(&[Topic::Drafts], |connection| local::save_draft(connection, &draft))
    }

    /// A draft's words, if there is one.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn draft_load(&self, slot: &str) -> Result<Option<String>> {
        let drafts = self.read(local::drafts)?;
        Ok(drafts.into_iter().find(|draft| draft.slot == slot).map(|draft| draft.json))
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn draft_discard(&self, slot: &str) -> Result<()> {
        self.write_local(&[Topic::Drafts], |connection| local::discard_draft(connection, slot))
    }

    /// All drafts, newest first.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn drafts(&self) -> Result<Vec<DraftView>> {
        let drafts = self.read(local::drafts)?;
        Ok(drafts
            .into_iter()
            .map(|draft| DraftView {
                slot: draft.slot,
                title: draft.title,
                saved_at: present::at_second(draft.saved_at),
                json: draft.json,
            })
            .collect())
    }

    /// Makes a new recovery key; the old sheet stays good until the new one was typed back.
    ///
    /// # Errors
    /// Faults of the key file.
    pub fn recovery_key_new(&self) -> Result<RecoveryKeyView> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let key = keys
            .new_recovery_key(&self.master, &mut OsRandom)
            .map_err(|fault| ApiError::internal(&fault))?;
        Ok(RecoveryKeyView { groups: key.groups().split('-').map(str::to_owned).collect() })
    }

    /// Sets or replaces the passphrase, such as after opening with the recovery key.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] for all but administrators; a refusal naming `passphrase`; faults of the key file.
    pub fn passphrase_set(&self, passphrase: &str) -> Result<()> {
        self.require(Role::Administrator, "đặt mật khẩu")?;
        crate::opening::check_passphrase(passphrase)?;
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.add(&self.master, vault::keys::Lock::Passphrase(passphrase), &mut OsRandom)
            .map_err(|fault| ApiError::internal(&fault))
    }

    /// The recovery key as typed back from the sheet.
    ///
    /// # Errors
    /// A refusal naming `typed`.
    pub fn recovery_key_confirm(&self, typed: &str) -> Result<()> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.confirm_recovery(typed).map_err(|fault| {
            let words = OpenFault::Key(fault).view().message;
            Refusal::of("recovery_key_mistyped", "typed", words).into()
        })
    }

    /// Checks chain, signatures, anchors and projections.
    ///
    /// # Errors
    /// Only when the store cannot be read at all.
    pub fn verify(&self, follow: &mut Follow<'_>) -> Result<VerifyView> {
        let started = std::time::Instant::now();
        let outside = self.outside()?;
        let records = self.read(store::verify::records)?;
        let plan = [(Doing::CheckChain, records), (Doing::Replay, records)];
        let mut work = LongWork::planned(&plan, follow);
        let report = self.read(|connection| {
            verify(connection, &outside, &mut |pass, done, total| {
                work.tell(pass.into(), done, total)
            })
        })?;
        let faults: Vec<PlaceFault> = report
            .faults
            .into_iter()
            .map(|fault| PlaceFault { place: fault.place, message: fault.message })
            .collect();
        Ok(VerifyView {
            ok: faults.is_empty(),
            records: u32::try_from(report.records).unwrap_or(u32::MAX),
            unproved: u32::try_from(report.unproved).unwrap_or(u32::MAX),
            refuted: report.refuted,
            faults,
            took_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        })
    }

    /// Imports a pack: checked whole, kept, adopted by a record.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] without the role. Faults of the pack are the answer, not an error.
    pub fn pack_import(&self, bytes: &[u8]) -> Result<PackView> {
        self.require(Role::Administrator, "nạp gói dữ liệu")?;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}'),
            Err(fault) => {
                let place = format!("byte {}", fault.valid_up_to());
                return Ok(bad_pack(vec![PlaceFault {
                    place,
                    message: "Tệp không phải văn bản UTF-8.".into(),
                }]));
            }
        };
        let (file, packs) = match self.checked_pack(text)? {
            Ok(checked) => checked,
            Err(faults) => return Ok(bad_pack(faults.into_iter().map(place_fault).collect())),
        };
        self.transact(&[Topic::Session], |tx, context| {
            local::save_pack_file(
                tx.connection(),
                &file.kind,
                &file.version,
                &file.sha256,
                text.as_bytes(),
            )?;
            tx.append_office(OfficeFact::PackAdopted(Box::new(PackAdopted {
                kind: file.kind.clone(),
                version: file.version.clone(),
                sha256: file.sha256.clone(),
                origin: "imported".into(),
                by: context.actor.name.clone(),
            })))?;
            Ok(())
        })?;
        self.use_packs(packs);
        Ok(PackView { ok: true, kind: file.kind, version: file.version, faults: Vec::new() })
    }

    /// A pack by itself, then among the others: one that cannot be worked with here is refused before it is adopted, or
    /// the desk would not open any more.
    fn checked_pack(
        &self,
        text: &str,
    ) -> Result<std::result::Result<(packs::PackFile, Packs), Vec<PackFault>>> {
        let mut imported = self.read(imported_packs)?;
        Ok(packs::check(text).and_then(|file| {
            imported.insert(file.kind.clone(), text.to_owned());
            let packs = Packs::put_together(Some(&self.site.code), &imported)?;
            Ok((file, packs))
        }))
    }

    /// Days off and worked swaps of a year, with their documents.
    ///
    /// # Errors
    /// A refusal naming `year`.
    pub fn calendar_year(&self, year: i16) -> Result<Vec<DayView>> {
        if !(2000..=2100).contains(&year) {
            return Err(
                Refusal::of("year_out_of_range", "year", "Năm phải từ 2000 đến 2100.").into()
            );
        }
        let packs = self.packs();
        let mut days = Vec::new();
        let mut day = date(year, 1, 1);
        while day.year() == year {
            let known = packs.calendar.day(day);
            if let Some(special) = known.special {
                days.push(DayView {
                    date: day.to_string(),
                    words: day_and_date(day),
                    working: known.is_working(),
                    reason: Some(special.name.clone()),
                    source: Some(special.source.clone()),
                });
            }
            day = day.tomorrow().unwrap_or(Date::MAX);
        }
        Ok(days)
    }

    fn backup_bar(&self) -> Result<BackupBarView> {
        let tries = self.read(|connection| local::backup_tries(connection, 50))?;
        let proven = tries.iter().find(|attempt| attempt.ok).map(|attempt| attempt.at);
        let now = self.now();
        let (words, tone) = match proven.and_then(|second| Timestamp::from_second(second).ok()) {
            None => ("Chưa có bản sao lưu nào được thử".to_owned(), "act"),
            Some(at) => {
                let age = now.duration_since(at);
                let tone = if age <= SignedDuration::from_hours(26) {
                    "quiet"
                } else if age <= SignedDuration::from_hours(72) {
                    "soon"
                } else {
                    "act"
                };
                (format!("Sao lưu đã thử {}", age_words(at, now)), tone)
            }
        };
        Ok(BackupBarView { proven_at: proven.map(present::at_second), words, tone: tone.into() })
    }
}

/// Communes for what was typed, by present and former names, with or without tone marks.
pub fn units_search(units: &UnitsPack, text: &str) -> Vec<UnitHit> {
    let typed = fold(text);
    let mut hits: Vec<(u8, UnitHit)> = units
        .units
        .iter()
        .filter_map(|unit| {
            let full = format!("{} {}", unit.level, unit.name);
            let own = points(&typed, &unit.name, &full, &unit.code);
            let former = unit
                .former_names
                .iter()
                .map(|old| {
                    (points(&typed, &old.name, &format!("{} {}", old.level, old.name), ""), old)
                })
                .max_by_key(|(points, _)| *points);
            let (points, matched) = match former {
                Some((points, old)) if points > own => (points, Some(former_words(old))),
                _ => (own, None),
            };
            (points > 0).then(|| {
                (
                    points,
                    UnitHit {
                        code: unit.code.clone(),
                        name: unit.name.clone(),
                        level: unit.level.clone(),
                        full_name: format!("{full}, {}", units.province.name),
                        matched,
                        former_names: unit.former_names.iter().map(former_words).collect(),
                    },
                )
            })
        })
        .collect();
    hits.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| fold(&x.name).cmp(&fold(&y.name))));
    hits.into_iter().take(UNITS_SHOWN).map(|(_, hit)| hit).collect()
}

fn points(typed: &str, name: &str, full: &str, code: &str) -> u8 {
    let (name, full) = (fold(name), fold(full));
    match () {
        () if typed.is_empty() => 1,
        () if !code.is_empty() && code == typed => 6,
        () if name == typed || full == typed => 5,
        () if name.starts_with(typed) || full.starts_with(typed) => 4,
        () if full.contains(typed) => 2,
        () => 0,
    }
}

fn former_words(old: &domain::site::FormerUnit) -> String {
    let mut words = format!("{} {}", old.level, old.name);
    if !old.district.is_empty() {
        words.push_str(", ");
        words.push_str(&old.district);
    }
    words
}

fn officer_view(officer: &Officer) -> OfficerView {
    OfficerView {
        id: officer.id.to_string(),
        name: officer.name.clone(),
        roles: officer.roles.iter().map(|role| role.word().to_owned()).collect(),
    }
}

fn place_fault(PackFault { place, message }: PackFault) -> PlaceFault {
    PlaceFault { place, message }
}

fn bad_pack(faults: Vec<PlaceFault>) -> PackView {
    PackView { ok: false, kind: String::new(), version: String::new(), faults }
}

/// What a person recognises a draft by: the title the screen put in it.
fn draft_title(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let title =
        value.get("title").and_then(|title| title.as_str()).map(normalise).unwrap_or_default();
    if title.is_empty() {
        "Hồ sơ đang nhập".into()
    } else {
        title.chars().take(120).collect()
    }
}

fn age_words(at: Timestamp, now: Timestamp) -> String {
    let at = office_time(at);
    let today = office_time(now).date();
    let clock = format!("{:02}:{:02}", at.hour(), at.minute());
    match at.date().until(today).map_or(0, |span| span.get_days()) {
        0 => format!("lúc {clock} hôm nay"),
        1 => format!("lúc {clock} hôm qua"),
        days => format!("{days} ngày trước"),
    }
}

fn grouped(n: u32) -> String {
    domain::procedure::vnd(i64::from(n)).trim_end_matches(" đ").to_owned()
}
