use std::fs;
use std::path::Path;

use super::*;
use crate::Random;

const STORE: [u8; 16] = [0xa5; 16];

fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *byte = (state >> 56) as u8;
        }
    }
}

struct Desk {
    dir: tempfile::TempDir,
    random: Box<dyn Random>,
}

impl Desk {
    fn new() -> Self {
        Desk { dir: tempfile::tempdir().expect("temporary folder"), random: Box::new(seeded(1)) }
    }

    fn place(&self) -> KeyPlace {
        KeyPlace::new(self.dir.path())
    }

    fn set_up(&mut self) -> (KeyFile, MasterKey) {
        KeyFile::create(&self.place(), STORE, Lock::KeyringSecret(&[3; 32]), &mut *self.random)
            .expect("created")
    }

    fn reload(&self) -> KeyFile {
        KeyFile::load(&self.place()).expect("loads").expect("is there")
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("readable")
}

#[test]
fn every_way_in_gives_the_same_master_key() {
    let mut desk = Desk::new();
    let (mut file, master) = desk.set_up();
    file.add(&master, Lock::Passphrase("bảy con mèo"), &mut *desk.random).expect("added");
    let sheet = file.new_recovery_key(&master, &mut *desk.random).expect("made").groups();
    file.confirm_recovery(&sheet).expect("typed back");

    let file = desk.reload();
    for way in [
        Unlock::KeyringSecret(&[3; 32]),
        Unlock::Passphrase("bảy con mèo"),
        Unlock::Recovery(&sheet),
    ] {
        assert_eq!(file.unlock(way).expect("opens"), master);
    }
}

#[test]
fn a_passphrase_typed_with_another_input_method_is_the_same() {
    let mut desk = Desk::new();
    let (mut file, master) = desk.set_up();
    let composed = "b\u{1ea3}y con m\u{e8}o";
    let decomposed = "ba\u{309}y con me\u{300}o";
    file.add(&master, Lock::Passphrase(composed), &mut *desk.random).expect("added");
    assert_eq!(file.unlock(Unlock::Passphrase(decomposed)).expect("opens"), master);
}

#[test]
fn each_wrong_way_in_has_its_own_answer() {
    let mut desk = Desk::new();
    let (mut file, master) = desk.set_up();
    assert!(matches!(file.unlock(Unlock::Passphrase("x")), Err(KeyFault::WrongPassphrase)));
    assert!(matches!(
        file.unlock(Unlock::KeyringSecret(&[4; 32])),
        Err(KeyFault::WrongKeyringSecret)
    ));
    let sheet = file.new_recovery_key(&master, &mut *desk.random).expect("made").groups();
    let mut mistyped = sheet.to_string();
    mistyped.replace_range(10..11, if &sheet[10..11] == "Z" { "Y" } else { "Z" });
    assert!(matches!(
        file.unlock(Unlock::Recovery(&mistyped)),
        Err(KeyFault::RecoveryKeyMistyped(RecoveryTypo::Checksum { group: Some(3) }))
    ));
    let foreign = RecoveryKey::fresh(&mut *desk.random).expect("drawn").groups();
    assert!(matches!(file.unlock(Unlock::Recovery(&foreign)), Err(KeyFault::WrongRecoveryKey)));
}

#[test]
fn the_old_recovery_sheet_is_good_until_the_new_one_is_typed_back() {
    let mut desk = Desk::new();
    let (mut file, master) = desk.set_up();
    let old = file.new_recovery_key(&master, &mut *desk.random).expect("made").groups();
    assert!(!file.locked().recovery_confirmed());
    file.confirm_recovery(&old).expect("typed back");
    assert!(file.locked().recovery_confirmed());

    let new = file.new_recovery_key(&master, &mut *desk.random).expect("made").groups();
    assert!(!desk.reload().locked().recovery_confirmed());
    assert!(desk.reload().unlock(Unlock::Recovery(&old)).is_ok());
    assert!(matches!(file.confirm_recovery(&old), Err(KeyFault::WrongRecoveryKey)));
    file.confirm_recovery(&new).expect("typed back");

    assert!(desk.reload().unlock(Unlock::Recovery(&new)).is_ok());
    assert!(matches!(
        desk.reload().unlock(Unlock::Recovery(&old)),
        Err(KeyFault::WrongRecoveryKey)
    ));
}

#[test]
fn either_copy_alone_is_enough_and_the_other_is_made_good() {
    for lost in [KEY_FILE_NAME, KEY_COPY_NAME] {
        let mut desk = Desk::new();
        let (_, master) = desk.set_up();
        let whole = read(&desk.path(lost));
        for damage in [None, Some(&b""[..]), Some(&whole[..100]), Some(&b"{}"[..])] {
            match damage {
                None => fs::remove_file(desk.path(lost)).expect("removed"),
                Some(bytes) => fs::write(desk.path(lost), bytes).expect("written"),
            }
            let file = desk.reload();
            assert_eq!(file.health(), CopyHealth::Repaired);
            assert_eq!(file.unlock(Unlock::KeyringSecret(&[3; 32])).expect("opens"), master);
            assert_eq!(read(&desk.path(lost)), whole, "{lost} was made good");
            assert_eq!(desk.reload().health(), CopyHealth::BothGood);
        }
    }
}

#[test]
fn of_two_whole_copies_the_later_one_counts() {
    let mut desk = Desk::new();
    let (mut file, master) = desk.set_up();
    let earlier = read(&desk.path(KEY_FILE_NAME));
    file.add(&master, Lock::KeyringSecret(&[9; 32]), &mut *desk.random).expect("replaced");
    fs::write(desk.path(KEY_FILE_NAME), earlier).expect("written");
    assert_eq!(desk.reload().unlock(Unlock::KeyringSecret(&[9; 32])).expect("opens"), master);
}

#[test]
fn two_damaged_copies_are_said_and_left_alone() {
    let mut desk = Desk::new();
    desk.set_up();
    fs::write(desk.path(KEY_FILE_NAME), b"\0\0\0").expect("written");
    fs::remove_file(desk.path(KEY_COPY_NAME)).expect("removed");
    let fault = KeyFile::load(&desk.place()).err().expect("no key");
    assert!(matches!(
        fault,
        KeyFault::BothCopiesDamaged {
            first: CopyFault::NotAKeyFile { .. },
            second: CopyFault::Missing
        }
    ));
    assert_eq!(read(&desk.path(KEY_FILE_NAME)), b"\0\0\0");
    assert!(!desk.path(KEY_COPY_NAME).exists());
}

#[test]
fn a_new_key_never_takes_the_place_of_an_old_one() {
    let mut desk = Desk::new();
    desk.set_up();
    for kept in [KEY_FILE_NAME, KEY_COPY_NAME] {
        let other = if kept == KEY_FILE_NAME { KEY_COPY_NAME } else { KEY_FILE_NAME };
        fs::remove_file(desk.path(other)).expect("removed");
        let again =
            KeyFile::create(&desk.place(), STORE, Lock::KeyringSecret(&[3; 32]), &mut *desk.random);
        assert!(matches!(again.err(), Some(KeyFault::AlreadyThere)));
        desk.reload();
    }
}

#[test]
fn copies_of_two_stores_are_said_and_left_alone() {
    let (mut desk, mut other) = (Desk::new(), Desk::new());
    desk.set_up();
    KeyFile::create(&other.place(), [1; 16], Lock::KeyringSecret(&[3; 32]), &mut *other.random)
        .expect("created");
    fs::copy(other.path(KEY_FILE_NAME), desk.path(KEY_COPY_NAME)).expect("copied");
    let before = read(&desk.path(KEY_COPY_NAME));
    assert!(matches!(KeyFile::load(&desk.place()).err(), Some(KeyFault::CopiesOfTwoStores)));
    assert_eq!(read(&desk.path(KEY_COPY_NAME)), before);
}

#[test]
fn a_later_programs_file_is_left_alone_even_when_the_other_copy_is_ours() {
    let mut desk = Desk::new();
    desk.set_up();
    let later = locked::later_format_example();
    fs::write(desk.path(KEY_COPY_NAME), &later).expect("written");
    assert!(matches!(KeyFile::load(&desk.place()).err(), Some(KeyFault::NewerFormat(2))));
    assert_eq!(read(&desk.path(KEY_COPY_NAME)), later);
}

#[test]
fn another_stores_master_key_is_not_locked_in() {
    let (mut desk, mut other) = (Desk::new(), Desk::new());
    let (mut file, _) = desk.set_up();
    other.random = Box::new(seeded(2));
    let (_, foreign) = other.set_up();
    let refused = file.add(&foreign, Lock::Passphrase("x"), &mut *desk.random);
    assert!(matches!(refused, Err(KeyFault::ForeignMasterKey)));
    assert!(!desk.reload().locked().has_passphrase());
}

#[test]
fn a_first_run_has_no_key_file_and_that_is_no_fault() {
    assert!(KeyFile::load(&Desk::new().place()).expect("no fault").is_none());
}

#[cfg(unix)]
#[test]
fn only_the_desks_user_can_read_the_key_file() {
    use std::os::unix::fs::PermissionsExt;
    let mut desk = Desk::new();
    desk.set_up();
    let mode = fs::metadata(desk.path(KEY_FILE_NAME)).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
