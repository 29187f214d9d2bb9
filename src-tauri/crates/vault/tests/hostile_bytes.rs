//! Whatever stands in the files we read back: never a panic, never other contents than were written.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use support::{KEYRING_SECRET, desk_keys, paper, seeded};
use vault::blobs::{BlobFault, BlobStore};
use vault::disk::{Access, Disk, SimDisk};
use vault::keys::{
    CopyHealth, KEY_COPY_NAME, KEY_FILE_NAME, KeyFault, KeyFile, KeyPlace, Lock, LockedKey,
    RecoveryKey, Unlock,
};
use vault::marks::{MarkFile, Marks};

const STORE: [u8; 16] = [3; 16];

fn with_flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

fn overwrite(disk: &SimDisk, path: &Path, bytes: &[u8]) {
    use std::io::Write;
    disk.create(path, Access::Private).expect("created").write_all(bytes).expect("written");
}

/// A key file of this body with a checksum that agrees.
fn key_file_of(body: &str) -> Vec<u8> {
    let checksum = Sha256::new().chain_update(1u32.to_le_bytes()).chain_update(body).finalize();
    let checksum = data_encoding::HEXLOWER.encode(&checksum);
    format!(r#"{{"format":1,"sha256":"{checksum}","body":{body}}}"#).into_bytes()
}

fn key_file_bytes() -> Vec<u8> {
    let (mut file, master) = desk_keys(STORE, 1);
    file.new_recovery_key(&master, &mut seeded(2)).expect("made");
    file.locked().to_bytes().expect("json")
}

#[test]
fn every_flipped_bit_of_a_key_file_is_noticed() {
    let whole = key_file_bytes();
    assert!(LockedKey::parse(&whole).is_ok());
    assert!(whole.len() * 8 > 4000);
    for bit in 0..whole.len() * 8 {
        let parsed = LockedKey::parse(&with_flipped(&whole, bit));
        assert!(matches!(parsed, Err(KeyFault::Damaged(_))), "bit {bit}: {parsed:?}");
    }
    for length in 0..whole.len() {
        assert!(
            matches!(LockedKey::parse(&whole[..length]), Err(KeyFault::Damaged(_))),
            "cut at {length}"
        );
    }
}

#[test]
fn a_flipped_bit_in_one_copy_is_made_good_from_the_other() {
    let disk = SimDisk::new();
    let place = KeyPlace::on(Arc::new(disk.clone()), "/keys");
    let (_, master) =
        KeyFile::create(&place, STORE, Lock::KeyringSecret(&KEYRING_SECRET), &mut seeded(1))
            .expect("created");
    let paths = [KEY_FILE_NAME, KEY_COPY_NAME].map(|name| PathBuf::from("/keys").join(name));
    let whole = disk.contents(&paths[0]).expect("is there");
    for bit in (0..whole.len() * 8).step_by(3) {
        let path = &paths[bit % 2];
        overwrite(&disk, path, &with_flipped(&whole, bit));
        let file = KeyFile::load(&place).expect("loads").expect("is there");
        assert_eq!(file.health(), CopyHealth::Repaired, "bit {bit}");
        assert_eq!(file.unlock(Unlock::KeyringSecret(&KEYRING_SECRET)).expect("opens"), master);
        assert_eq!(disk.contents(path).as_ref(), Some(&whole), "bit {bit}");
    }
}

#[test]
fn a_key_file_that_asks_for_endless_work_is_refused_at_once() {
    let (mut file, master) = desk_keys(STORE, 1);
    file.add(&master, Lock::Passphrase("x"), &mut seeded(2)).expect("added");
    let bytes = file.locked().to_bytes().expect("json");
    let text = String::from_utf8(bytes).expect("text");
    let body = &text[text.find(r#""body":"#).expect("body") + 7..text.len() - 1];
    for (ours, hostile) in [
        (r#""memory_kib":65536"#, r#""memory_kib":4294967295"#),
        (r#""passes":3"#, r#""passes":4294967295"#),
        (r#""passes":3"#, r#""passes":0"#),
        (r#""lanes":1"#, r#""lanes":16777215"#),
        (r#""lanes":1"#, r#""lanes":0"#),
    ] {
        let altered = body.replace(ours, hostile);
        assert_ne!(altered, body);
        let locked = LockedKey::parse(&key_file_of(&altered)).expect("well formed");
        assert!(
            matches!(locked.unlock(Unlock::Passphrase("x")), Err(KeyFault::Io(_))),
            "{hostile}"
        );
    }
}

#[test]
fn a_wrap_moved_to_another_store_or_kind_opens_nothing() {
    let bytes = desk_keys(STORE, 1).0.locked().to_bytes().expect("json");
    let text = String::from_utf8(bytes).expect("text");
    let body = &text[text.find(r#""body":"#).expect("body") + 7..text.len() - 1];
    let elsewhere =
        LockedKey::parse(&key_file_of(&body.replace(&"03".repeat(16), &"04".repeat(16))));
    let refused = elsewhere.expect("well formed").unlock(Unlock::KeyringSecret(&KEYRING_SECRET));
    assert!(matches!(refused, Err(KeyFault::WrongKeyringSecret)));
    let as_recovery =
        LockedKey::parse(&key_file_of(&body.replace("keyring", "recovery"))).expect("well formed");
    let sheet = "0".repeat(32) + &checking_group_of_zeros();
    assert!(matches!(
        as_recovery.unlock(Unlock::Recovery(&sheet)),
        Err(KeyFault::WrongRecoveryKey)
    ));
}

/// The ninth group of the recovery key of 160 zero bits, found by asking.
fn checking_group_of_zeros() -> String {
    let zeros = KeyFile::create(
        &KeyPlace::on(Arc::new(SimDisk::new()), "/keys"),
        STORE,
        Lock::KeyringSecret(&KEYRING_SECRET),
        &mut |bytes: &mut [u8]| bytes.fill(0),
    );
    let (mut file, master) = zeros.expect("created");
    let sheet = file
        .new_recovery_key(&master, &mut |bytes: &mut [u8]| bytes.fill(0))
        .expect("made")
        .groups();
    assert!(sheet.starts_with("0000-0000-"));
    sheet[sheet.len() - 4..].to_owned()
}

#[test]
fn thousands_of_flipped_bits_in_documents_are_noticed() {
    let disk = SimDisk::new();
    let keys = desk_keys(STORE, 1).1.blob_keys();
    let store = BlobStore::new("/blobs", keys, Arc::new(disk.clone())).expect("opened");
    for size in [0usize, 1, 200] {
        let blob =
            store.put(&mut &paper(size)[..], 1000, &mut seeded(size as u64)).expect("stored");
        let name = store.name(&blob.sha256).to_string();
        let path = PathBuf::from(format!("/blobs/{}/{}/{name}", &name[..1], &name[1..2]));
        let whole = disk.contents(&path).expect("is there");
        for bit in 0..whole.len() * 8 {
            overwrite(&disk, &path, &with_flipped(&whole, bit));
            let opened = store.open(&blob.sha256);
            assert!(matches!(opened, Err(BlobFault::Damaged(_))), "{size} bytes, bit {bit}");
        }
        overwrite(&disk, &path, &whole);
        assert_eq!(store.open(&blob.sha256).expect("opens"), paper(size));
    }
}

#[test]
fn strangers_in_the_document_folder_are_passed_over() {
    let disk = SimDisk::new();
    let keys = desk_keys(STORE, 1).1.blob_keys();
    let store = BlobStore::new("/blobs", keys, Arc::new(disk.clone())).expect("opened");
    for dir in ["/blobs/a", "/blobs/a/b", "/blobs/a/b/c", "/blobs/xy"] {
        disk.make_dir(Path::new(dir)).expect("made");
    }
    let misplaced = "12".repeat(32);
    for file in
        ["/blobs/thumbs.db", "/blobs/a/x", "/blobs/a/b/short", &format!("/blobs/a/b/{misplaced}")]
    {
        overwrite(&disk, Path::new(file), b"x");
    }
    assert_eq!(store.list().expect("listed"), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn foreign_bytes_are_no_key_file(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(LockedKey::parse(&bytes).is_err());
    }

    #[test]
    fn foreign_json_with_a_good_checksum_is_no_key_file(body in r#"(\{("[a-z]{1,8}":("[a-f0-9]{0,70}"|[0-9]{1,12}|null),?){0,6}\}|\[\]|[0-9]+|"x")"#) {
        prop_assert!(LockedKey::parse(&key_file_of(&body)).is_err());
    }

    #[test]
    fn a_key_file_edited_by_hand_never_gives_another_key(place: prop::sample::Index, byte: u8) {
        let whole = key_file_bytes();
        let text = String::from_utf8(whole).expect("text");
        let start = text.find(r#""body":"#).expect("body") + 7;
        let mut body = text.as_bytes()[start..text.len() - 1].to_vec();
        let place = place.index(body.len());
        body[place] = byte;
        let Ok(body) = String::from_utf8(body) else { return Ok(()) };
        let master = desk_keys(STORE, 1).1;
        if let Ok(locked) = LockedKey::parse(&key_file_of(&body))
            && let Ok(key) = locked.unlock(Unlock::KeyringSecret(&KEYRING_SECRET))
        {
            prop_assert!(key == master);
        }
    }

    #[test]
    fn whatever_is_typed_as_a_recovery_key_gets_an_answer(typed in "\\PC{0,60}") {
        let _ = RecoveryKey::parse(&typed);
    }

    #[test]
    fn a_recovery_key_is_read_back_however_it_is_spaced(seed: u64, gaps in proptest::collection::vec("[ \\-–\n]{0,3}", 36)) {
        let (mut file, master) = desk_keys(STORE, 1);
        let sheet = file.new_recovery_key(&master, &mut seeded(seed)).expect("made").groups();
        let symbols = sheet.chars().filter(|symbol| *symbol != '-');
        let typed: String = symbols.zip(gaps).map(|(symbol, gap)| format!("{symbol}{gap}")).collect();
        prop_assert_eq!(file.unlock(Unlock::Recovery(&typed)).ok(), Some(master));
    }

    #[test]
    fn a_mark_file_of_foreign_bytes_is_a_restore(bytes in proptest::collection::vec(any::<u8>(), 0..13_000)) {
        let dir = tempfile::tempdir().expect("temporary folder");
        fs::write(dir.path().join(format!("{}.marks", "07".repeat(16))), bytes).expect("written");
        let (_, found) = MarkFile::open(dir.path(), [7; 16]).expect("opened");
        prop_assert_eq!(found, None);
    }

    #[test]
    fn a_damaged_mark_file_gives_marks_that_were_once_written(damage in proptest::collection::vec((0..12_288usize, any::<u8>()), 1..6)) {
        let dir = tempfile::tempdir().expect("temporary folder");
        let marks = |seq: u64| Marks { device: [7; 16], seq, hash: [seq as u8; 32], series: Default::default() };
        let (mut file, _) = MarkFile::open(dir.path(), [7; 16]).expect("opened");
        for seq in 1..=4 {
            file.write(&marks(seq)).expect("written");
        }
        file.sync().expect("durable");
        drop(file);
        let path = dir.path().join(format!("{}.marks", "07".repeat(16)));
        let mut bytes = fs::read(&path).expect("readable");
        for (place, byte) in damage {
            bytes[place] = byte;
        }
        fs::write(&path, bytes).expect("written");
        let (_, found) = MarkFile::open(dir.path(), [7; 16]).expect("opened");
        prop_assert!(found.is_none_or(|found| (1..=4).any(|seq| found == marks(seq))));
    }
}
