//! From the start of the program to an open desk, or to plain words about what stands between.

use crate::backup;
use crate::clock::Clock;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::inputs::{FirstRunInput, UnlockInput};
use crate::keyring;
use crate::long_work::Follow;
use crate::office::Office;
use crate::opening::{self, FirstRun, OpenFault, Secret};
use crate::places::Places;
use crate::views::{BootView, DossierRowView, FaultView, RestoreView, RestoredView};
use domain::refusal::Refusal;
use domain::time::office_time;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use vault::OsRandom;
use vault::keys::{KeyFault, KeyFile, KeyPlace, Lock, LockedKey};

/// What the officer finds at the start of the program.
pub enum Door {
    /// The desk.
    Open(Box<Office>),
    /// What has to be done first.
    Closed(Box<BootView>),
}

/// Opens the desk with the passphrase at hand, else with the system's keyring. May wait while the
/// system asks the officer to unlock the keyring.
pub fn knock(places: &Places, passphrase: Option<String>) -> Door {
    let secret = passphrase.map_or(Secret::Keyring, Secret::Passphrase);
    if matches!(secret, Secret::Keyring) && needs_a_person(places) {
        return closed(places, &OpenFault::Locked);
    }
    match opening::open(places.clone(), &secret, Clock::system()) {
        Ok(office) => Door::Open(Box::new(office)),
        Err(fault) => closed(places, &fault),
    }
}

/// Opens the desk with what the officer typed.
///
/// # Errors
/// A refusal naming `text` for a wrong passphrase or recovery key: the door stays as it was.
pub fn unlock(places: &Places, typed: UnlockInput) -> Result<Door> {
    match opening::open(places.clone(), &secret_of(typed)?, Clock::system()) {
        Ok(office) => {
            office.keep_in_keyring_again();
            Ok(Door::Open(Box::new(office)))
        }
        Err(fault) if fault.code() == "wrong_key" => Err(wrong_secret(&fault)),
        Err(fault) => Ok(closed(places, &fault)),
    }
}

/// Restores the newest copy of a folder, or only tries it. What lies in the data folder is put beside it first, never
/// overwritten; that is for stores that cannot be opened any more (`replace`).
///
/// # Errors
/// A refusal naming `text` for a wrong secret, `from` for a folder without copies, `data` for a data folder in use.
pub fn restore(
    places: &Places,
    from: &Path,
    typed: UnlockInput,
    purpose: RestorePurpose,
    follow: &mut Follow<'_>,
) -> Result<RestoreView> {
    let trial = purpose == RestorePurpose::Trial;
    let aside = (purpose == RestorePurpose::Replace).then(|| put_aside(places)).transpose()?;
    let done = backup::restore(places, from, &secret_of(typed)?, trial, follow);
    if let (Some(aside), false) = (aside, matches!(&done, Ok(outcome) if outcome.ok)) {
        std::fs::rename(aside, &places.data).map_err(|fault| ApiError::internal(&fault))?;
    }
    match done {
        Ok(outcome) => Ok(restored_view(outcome)),
        Err(fault) if fault.code() == "wrong_key" => Err(wrong_secret(&fault)),
        Err(fault) => Err(not_opened(fault)),
    }
}

/// What a restore is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePurpose {
    /// To know that the copy is good; nothing is kept.
    Trial,
    /// To work with it, in an empty folder.
    Fill,
    /// To work with it instead of a store that cannot be opened.
    Replace,
}

/// Commissions the desk as the officer filled it in: locked under the passphrase, or under the
/// system's keyring when none was chosen.
///
/// # Errors
/// A refusal naming the field; faults of disk and keyring.
pub fn first_run(places: &Places, input: FirstRunInput) -> Result<Office> {
    let FirstRunInput { site, desk, officer, agency_code, passphrase, training } = input;
    let secret = passphrase.map_or(Secret::Keyring, Secret::Passphrase);
    let run = FirstRun { site, desk, officer, agency_code, training, secret };
    opening::begin(places.clone(), &run, Clock::system()).map_err(not_opened)
}

impl Office {
    /// What the door says when the desk is open.
    pub fn boot_view(&self) -> BootView {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        BootView {
            training: self.site.training,
            keyring_available: keys.locked().has_keyring_secret(),
            recovery_confirmed: keys.locked().recovery_confirmed(),
            restored: self.restored.then(|| RestoredView { message: RESTORED.into() }),
            ..view("ready", &self.places)
        }
    }

    /// Opens the store again after a disk error, and says what became of the dossiers that were being taken in.
    ///
    /// # Errors
    /// As [`Office::reopen`].
    pub fn reopen_view(&self) -> Result<BootView> {
        let in_doubt = self.intake().in_doubt.len();
        let saved = self.reopen()?;
        let rows = saved.iter().map(|id| self.row(&id.to_string())).collect::<Result<Vec<_>>>()?;
        Ok(BootView { reopened: reopened_words(in_doubt, &rows), ..self.boot_view() })
    }

    /// A store that its keyring lost (another machine, another account) opens by itself again from
    /// the next start on. Without a keyring the officer is asked again; nothing else is lost.
    fn keep_in_keyring_again(&self) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if !keys.locked().has_keyring_secret() {
            return;
        }
        if let Err(fault) = keep_in_keyring(&mut keys, self) {
            tracing::info!(%fault, "the key was not kept in the keyring");
        }
    }
}

fn reopened_words(in_doubt: usize, saved: &[DossierRowView]) -> Option<String> {
    if in_doubt == 0 {
        return None;
    }
    let name = |row: &DossierRowView| match &row.number {
        Some(number) => format!("{number} ({})", row.applicant),
        None => row.applicant.clone(),
    };
    let kept = (!saved.is_empty()).then(|| {
        let names = saved.iter().map(name).collect::<Vec<_>>().join("; ");
        format!("Đã lưu được: {names}. Không tiếp nhận lại; in giấy hẹn từ trang hồ sơ.")
    });
    let lost = (saved.len() < in_doubt).then(|| {
        let count = in_doubt - saved.len();
        format!("Chưa lưu được {count} hồ sơ đang tiếp nhận lúc ổ đĩa lỗi: hãy tiếp nhận lại.")
    });
    let told = [Some("Đã mở lại kho dữ liệu.".to_owned()), kept, lost];
    Some(told.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

const RESTORED: &str = "Kho dữ liệu này vừa được khôi phục từ bản sao lưu. Số hồ sơ cấp từ nay được \
     ghi \"mã tạm\" cho đến khi đối chiếu xong.";

fn keep_in_keyring(keys: &mut KeyFile, office: &Office) -> Result<()> {
    let secret = entropy::bytes::<32>()?;
    keyring::keep(keys.locked().store(), &secret)?;
    keys.add(&office.master, Lock::KeyringSecret(&secret), &mut OsRandom)
        .map_err(|fault| ApiError::internal(&fault))
}

fn secret_of(typed: UnlockInput) -> Result<Secret> {
    match typed.kind.as_str() {
        "passphrase" => Ok(Secret::Passphrase(typed.text)),
        "recovery" => Ok(Secret::Recovery(typed.text)),
        _ => {
            let words = "Mở kho bằng mật khẩu (passphrase) hoặc khóa khôi phục (recovery).";
            Err(Refusal::of("secret_unknown", "kind", words).into())
        }
    }
}

/// Moves the data folder out of the way and answers where it lies now.
fn put_aside(places: &Places) -> Result<PathBuf> {
    let stamp = office_time(Clock::system().now()).strftime("%Y%m%d-%H%M%S").to_string();
    let name = places.data.file_name().unwrap_or_default().to_string_lossy();
    let aside = places.data.with_file_name(format!("{name}-hong-{stamp}"));
    std::fs::rename(&places.data, &aside).map_err(|fault| ApiError::internal(&fault))?;
    tracing::warn!("a store that could not be opened was put aside");
    Ok(aside)
}

fn restored_view(outcome: backup::RestoreOutcome) -> RestoreView {
    let fitted = |count| u32::try_from(count).unwrap_or(u32::MAX);
    RestoreView {
        ok: outcome.ok,
        file: outcome.file,
        records: fitted(outcome.records),
        documents: fitted(outcome.documents),
        faults: outcome.faults,
    }
}

/// A store without a secret in the keyring: asking the system would only delay the question.
fn needs_a_person(places: &Places) -> bool {
    opening::is_commissioned(places)
        && locked_key(places).is_some_and(|key| !key.has_keyring_secret())
}

fn locked_key(places: &Places) -> Option<LockedKey> {
    let keys = KeyFile::load(&KeyPlace::new(places.keys())).ok().flatten()?;
    Some(keys.locked().clone())
}

fn closed(places: &Places, fault: &OpenFault) -> Door {
    let view = match fault {
        OpenFault::NotCommissioned => {
            BootView { keyring_available: keyring::is_available(), ..view("first_run", places) }
        }
        OpenFault::Locked | OpenFault::Key(KeyFault::WrongKeyringSecret) => locked(places, None),
        fault if fault.code() == "wrong_key" => locked(places, Some(fault.view())),
        fault => BootView { fault: Some(fault.view()), ..view("fault", places) },
    };
    Door::Closed(Box::new(view))
}

fn locked(places: &Places, fault: Option<FaultView>) -> BootView {
    let key = locked_key(places);
    let passphrase = key.as_ref().is_some_and(LockedKey::has_passphrase);
    let ways = [passphrase.then_some("passphrase"), Some("recovery")];
    BootView {
        fault,
        unlock_with: ways.into_iter().flatten().map(str::to_owned).collect(),
        recovery_confirmed: key.is_some_and(|key| key.recovery_confirmed()),
        ..view("locked", places)
    }
}

fn view(state: &str, places: &Places) -> BootView {
    BootView {
        state: state.into(),
        fault: None,
        unlock_with: Vec::new(),
        keyring_available: false,
        training: false,
        version: env!("CARGO_PKG_VERSION").into(),
        data_dir: places.data.display().to_string(),
        restored: None,
        reopened: None,
        recovery_confirmed: false,
    }
}

fn wrong_secret(fault: &OpenFault) -> ApiError {
    let FaultView { message, next_step, .. } = fault.view();
    Refusal::of("wrong_secret", "text", format!("{message} {next_step}")).into()
}

fn not_opened(fault: OpenFault) -> ApiError {
    let FaultView { message, next_step, .. } = fault.view();
    let message = format!("{message} {next_step}");
    match (fault, message) {
        (OpenFault::Api(error), _) => error,
        (fault, message) => match fault.code() {
            "disk_full" => ApiError::DiskFull { message },
            "read_only" => ApiError::StoreReadOnly { message },
            "second_instance" => ApiError::Stale { message },
            _ => ApiError::internal(&fault),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_folder_asks_for_a_first_run() {
        let (_folder, places) = places();
        assert_eq!(state(knock(&places, None)), "first_run");
    }

    #[test]
    fn a_desk_under_a_passphrase_asks_for_it_and_opens_with_it() {
        let (_folder, places) = commissioned();
        let Door::Closed(view) = knock(&places, None) else { panic!("opened without a secret") };
        assert_eq!((view.state.as_str(), view.fault), ("locked", None));
        assert_eq!(view.unlock_with, ["passphrase", "recovery"]);
        let door = unlock(&places, typed("passphrase", PASSPHRASE)).unwrap();
        assert_eq!(state(door), "ready");
    }

    #[test]
    fn a_wrong_passphrase_is_refused_at_its_field_and_changes_nothing() {
        let (_folder, places) = commissioned();
        let Err(ApiError::Refused { refusal }) =
            unlock(&places, typed("passphrase", "not it at all"))
        else {
            panic!("opened with a wrong passphrase")
        };
        assert_eq!(refusal.field.as_deref(), Some("text"));
        assert_eq!(state(knock(&places, Some(PASSPHRASE.into()))), "ready");
    }

    #[test]
    fn a_wrong_passphrase_file_leads_to_the_question_and_says_so() {
        let (_folder, places) = commissioned();
        let Door::Closed(view) = knock(&places, Some("not it at all".into())) else {
            panic!("opened with a wrong passphrase")
        };
        assert_eq!(view.state, "locked");
        assert_eq!(view.fault.map(|fault| fault.code).as_deref(), Some("wrong_key"));
    }

    #[test]
    fn a_lost_key_file_is_said_and_never_replaced() {
        let (_folder, places) = commissioned();
        std::fs::remove_dir_all(places.keys()).unwrap();
        let Door::Closed(view) = knock(&places, Some(PASSPHRASE.into())) else {
            panic!("opened without a key")
        };
        assert_eq!(view.fault.map(|fault| fault.code).as_deref(), Some("key_missing"));
        assert!(!places.keys().exists(), "a key was made beside a store that it cannot open");
    }

    #[test]
    fn the_second_process_on_a_folder_is_told_so() {
        let (_folder, places) = places();
        let _first = first_run(&places, input()).unwrap();
        let Door::Closed(view) = knock(&places, Some(PASSPHRASE.into())) else {
            panic!("opened twice")
        };
        assert_eq!(view.fault.map(|fault| fault.code).as_deref(), Some("second_instance"));
    }

    const PASSPHRASE: &str = "mot cua lien thong";

    fn places() -> (tempfile::TempDir, Places) {
        let folder = tempfile::tempdir().unwrap();
        let places =
            Places { data: folder.path().join("data"), state: folder.path().join("state") };
        (folder, places)
    }

    fn commissioned() -> (tempfile::TempDir, Places) {
        let (folder, places) = places();
        drop(first_run(&places, input()).unwrap());
        (folder, places)
    }

    fn input() -> FirstRunInput {
        FirstRunInput {
            site: "04252".into(),
            desk: 1,
            officer: "Hoàng Thị Nết".into(),
            agency_code: None,
            passphrase: Some(PASSPHRASE.into()),
            training: false,
        }
    }

    fn typed(kind: &str, text: &str) -> UnlockInput {
        UnlockInput { kind: kind.into(), text: text.into() }
    }

    fn state(door: Door) -> String {
        match door {
            Door::Open(office) => office.boot_view().state,
            Door::Closed(view) => view.state,
        }
    }
}
