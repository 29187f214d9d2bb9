//! A dossier that a citizen filed on the portal reaches the commune's desks, with its files; and what the citizen adds later.

use super::clients::{self, Client};
use super::posting::{chained, file_is_here, hash_of, name_file, posted_before, remember};
use super::reading::{etag, merged};
use super::vocabulary::read_moment;
use crate::gateway::Gateway;
use crate::ledger::own;
use crate::ledger::records::{self, Heads};
use crate::ledger::sites;
use crate::ledger::{Answer, Fault, devices};
use crate::problems::{not_found, unauthorized, validation};
use domain::dossier::event::{Document, FileAttached, Resubmitted, ReturnMethod};
use domain::dossier::merge::Merged;
use domain::dossier::portal::{Filed, NATIONAL_PORTAL, Submitting, dossier_id, submit};
use domain::dossier::{Event, Stage};
use domain::ids::{FileId, OfficerId};
use domain::officer::{Act, Officer};
use domain::party::{Party, PartyKind, Submitter};
use domain::text::normalise;
use jiff::{SignedDuration, Timestamp};
use protocol::wire::Problem;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const FILES_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 300;
const WORDS_CHARS_MAX: usize = 2_000;
/// Clocks of two servers may be apart; a time further ahead is a mistake.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(10);

/// A dossier of the portal, in the national vocabulary. Posted once more after a supplement request, with the files that
/// the citizen added, it goes back to the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostedDossier {
    /// Names this post: posted again it changes nothing.
    #[serde(rename = "MaSuKien")]
    pub id: Uuid,
    /// Name of the portal; the national one when absent.
    #[serde(rename = "HeThong", default)]
    pub system: Option<String>,
    /// `MaHoSo`: its number on the portal.
    #[serde(rename = "MaHoSo")]
    pub number: String,
    /// `MaTTHC`.
    #[serde(rename = "MaTTHC")]
    pub procedure_code: String,
    /// `TenTTHC`.
    #[serde(rename = "TenTTHC")]
    pub procedure_name: String,
    /// `TenLinhVuc`.
    #[serde(rename = "TenLinhVuc", default)]
    pub field: Option<String>,
    /// `NgayNopHoSo`, `yyyyMMddHHmmss` in Vietnam; of a later post the time of that.
    #[serde(rename = "NgayNopHoSo")]
    pub filed_at: String,
    /// `ChuHoSo`.
    #[serde(rename = "ChuHoSo")]
    pub applicant: String,
    /// `LoaiDoiTuong`: 1 a person (the default), anything else an organisation.
    #[serde(rename = "LoaiDoiTuong", default)]
    pub applicant_kind: Option<String>,
    /// `SoGiayToChuHoSo`.
    #[serde(rename = "SoGiayToChuHoSo", default)]
    pub id_number: Option<String>,
    /// `SoDienThoai`.
    #[serde(rename = "SoDienThoai", default)]
    pub phone: Option<String>,
    /// `Email`.
    #[serde(rename = "Email", default)]
    pub email: Option<String>,
    /// Address as given.
    #[serde(rename = "DiaChi", default)]
    pub address: Option<String>,
    /// Name of who filed it, when another.
    #[serde(rename = "NguoiNop", default)]
    pub submitter: Option<String>,
    /// `HinhThuc`: 1 by post, anything else at the desk.
    #[serde(rename = "HinhThuc", default)]
    pub return_method: Option<String>,
    /// `NoiDungXuLy`: what the citizen wrote with a later post.
    #[serde(rename = "NoiDungXuLy", default)]
    pub words: Option<String>,
    /// `TaiLieuNop`, whose bytes are here already.
    #[serde(rename = "TaiLieuNop", default)]
    pub files: Vec<PostedFile>,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostedFile {
    /// `TepDinhKemId`.
    #[serde(rename = "TepDinhKemId")]
    pub id: Uuid,
    /// `TenTepDinhKem`: which paper it is.
    #[serde(rename = "TenTepDinhKem")]
    pub name: String,
    /// Media type.
    #[serde(rename = "LoaiTep")]
    pub mime: String,
    /// Bytes.
    #[serde(rename = "KichThuoc")]
    pub size_bytes: u64,
    /// SHA-256, hexadecimal.
    #[serde(rename = "SHA256")]
    pub sha256: String,
}

/// A dossier of the portal is in the commune's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenOver {
    /// The dossier, UUID.
    pub id: String,
    /// Its version from now on.
    pub etag: String,
    /// `false` when nothing in it was new.
    pub new: bool,
}

impl Gateway {
    /// Writes a dossier of the portal into a commune's history, or what its citizen added. One number is one dossier:
    /// where a desk has copied it by hand already, only the files are new.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn post_dossier(
        &self,
        client: [u8; 16],
        site: String,
        posted: PostedDossier,
    ) -> Result<Answer<TakenOver>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger
            .write(move |tx| {
                let Some(client) = clients::find(tx, &client)? else {
                    return Ok(Err(unauthorized("not a system of the province")));
                };
                let Some(site) = sites::find(tx, &site)? else { return Ok(Err(not_found())) };
                let system = posted.system.as_deref().unwrap_or(NATIONAL_PORTAL);
                let dossier = dossier_id(&site.code, system, &posted.number).0;
                // One post at a time: what is looked at is what is written over.
                devices::lock(tx, &site.device)?;
                let records = records::history(tx, &site.code, dossier.as_bytes())?;
                let before = merged(&records);
                let taken = |state: &Merged, new: bool| TakenOver {
                    id: dossier.to_string(),
                    etag: etag(state),
                    new,
                };
                let hash = hash_of(&posted)?;
                match posted_before(tx, &client, &posted.id, &hash)? {
                    Some(true) => return Ok(Ok(taken(&before, false))),
                    Some(false) => {
                        return Ok(Err(validation("MaSuKien: posted before with another content")));
                    }
                    None => {}
                }
                for file in &posted.files {
                    if !file_is_here(tx, &site, &file.sha256, file.size_bytes)? {
                        return Ok(Err(validation("TaiLieuNop.SHA256: send the file first")));
                    }
                }
                let now =
                    Timestamp::from_millisecond(now_ms).map_err(|_| Fault::Broken("a clock"))?;
                let events = match filing_events(&posted, &before, &site.code, &client, now) {
                    Ok(events) => events,
                    Err(problem) => return Ok(Err(problem)),
                };
                for file in &posted.files {
                    name_file(tx, &site, dossier.as_bytes(), &file.sha256)?;
                }
                let new = !events.is_empty();
                let heads = Heads {
                    names: before.heads.iter().copied().map(sync::history::wire_name).collect(),
                    depth: before.depth,
                };
                own::append(tx, &keys, &site, chained(dossier, &client, events, &heads), now_ms)?;
                remember(tx, &client, &posted.id, &hash, now_ms)?;
                let records = records::history(tx, &site.code, dossier.as_bytes())?;
                Ok(Ok(taken(&merged(&records), new)))
            })
            .await
    }
}

/// What a post says that the history does not say yet.
fn filing_events(
    posted: &PostedDossier,
    before: &Merged,
    site: &str,
    client: &Client,
    now: Timestamp,
) -> Result<Vec<Event>, Problem> {
    let at =
        read_moment(&posted.filed_at).ok_or_else(|| validation("NgayNopHoSo: yyyyMMddHHmmss"))?;
    if at > now + AHEAD_MAX {
        return Err(validation("NgayNopHoSo: lies ahead"));
    }
    let recorder = Officer {
        id: OfficerId(Uuid::from_bytes(client.id)),
        name: client.name.clone(),
        roles: Vec::new(),
    };
    let mut events = Vec::new();
    let act = match &before.dossier {
        None => {
            let submitted = submit(site, submitting(posted, at), &recorder, now.max(at))
                .map_err(|faults| fault_of(&faults))?;
            let act = submitted.act.clone();
            events.push(Event::Submitted(Box::new(submitted)));
            act
        }
        Some(_) => Act {
            at,
            done_by: bounded(
                "ChuHoSo",
                posted.submitter.as_ref().unwrap_or(&posted.applicant),
                NAME_CHARS_MAX,
            )?,
            recorded_by: recorder.id,
            recorded_by_name: recorder.name,
            paper_number: None,
            note: None,
        },
    };
    for file in new_files(posted, before)? {
        events.push(Event::FileAttached(Box::new(FileAttached { act: act.clone(), file })));
    }
    if before.dossier.as_ref().is_some_and(|dossier| dossier.stage == Stage::SentBack) {
        let words = posted.words.as_deref().map(normalise).filter(|words| !words.is_empty());
        if words.as_ref().is_some_and(|words| words.chars().count() > WORDS_CHARS_MAX) {
            return Err(validation(format!("NoiDungXuLy: at most {WORDS_CHARS_MAX} characters")));
        }
        events.push(Event::Resubmitted(Box::new(Resubmitted { act, words })));
    }
    Ok(events)
}

fn submitting(posted: &PostedDossier, at: Timestamp) -> Submitting {
    let person = |name: &str| Party { full_name: name.to_owned(), ..Party::default() };
    let organisation = posted.applicant_kind.as_deref().is_some_and(|kind| kind != "1");
    Submitting {
        filed: Filed {
            system: posted.system.clone(),
            number: posted.number.clone(),
            date: None,
            at,
        },
        procedure_code: posted.procedure_code.clone(),
        procedure_name: posted.procedure_name.clone(),
        field: posted.field.clone().unwrap_or_default(),
        case: None,
        applicant: Party {
            kind: if organisation { PartyKind::Organisation } else { PartyKind::Person },
            id_number: posted.id_number.clone(),
            phone: posted.phone.clone(),
            email: posted.email.clone(),
            address: posted.address.clone(),
            ..person(&posted.applicant)
        },
        submitter: posted.submitter.as_deref().map(|name| Submitter {
            party: person(name),
            relation: None,
            authority_paper: None,
        }),
        registered: Vec::new(),
        return_method: match posted.return_method.as_deref() {
            Some("1") => ReturnMethod::Post,
            _ => ReturnMethod::Desk,
        },
        return_address: posted.address.clone(),
    }
}

fn new_files(posted: &PostedDossier, before: &Merged) -> Result<Vec<Document>, Problem> {
    if posted.files.len() > FILES_MAX {
        return Err(validation(format!("TaiLieuNop: at most {FILES_MAX}")));
    }
    let known = before.dossier.iter().flat_map(|dossier| &dossier.files);
    let known: Vec<FileId> = known.map(|attached| attached.file.id).collect();
    let new = posted.files.iter().filter(|file| !known.contains(&FileId(file.id)));
    new.map(|file| {
        Ok(Document {
            id: FileId(file.id),
            component: None,
            name: bounded("TaiLieuNop.TenTepDinhKem", &file.name, NAME_CHARS_MAX)?,
            mime: bounded("TaiLieuNop.LoaiTep", &file.mime, NAME_CHARS_MAX)?,
            size_bytes: file.size_bytes,
            sha256: file.sha256.clone(),
        })
    })
    .collect()
}

/// The first fault by the name the national interface gives the field; never the words, which may hold what was typed.
fn fault_of(faults: &[domain::refusal::Refusal]) -> Problem {
    let fault = faults.first();
    let field = match fault.and_then(|fault| fault.field.as_deref()).unwrap_or_default() {
        "applicant.full_name" => "ChuHoSo",
        "applicant.id_number" => "SoGiayToChuHoSo",
        "applicant.phone" => "SoDienThoai",
        "applicant.email" => "Email",
        "submitter.full_name" => "NguoiNop",
        "portal.number" => "MaHoSo",
        "portal.system" => "HeThong",
        "portal.at" => "NgayNopHoSo",
        "procedure" => "MaTTHC",
        "procedure_name" => "TenTTHC",
        _ => "body",
    };
    validation(format!("{field}: {}", fault.map_or("breaks a rule", |fault| fault.code)))
}

fn bounded(field: &str, text: &str, chars_max: usize) -> Result<String, Problem> {
    let text = normalise(text);
    if text.is_empty() || text.chars().count() > chars_max {
        return Err(validation(format!("{field}: 1 to {chars_max} characters")));
    }
    Ok(text)
}
