//! The marks outside the database, and the signing key beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace, Lock, MasterKey};
use vault::marks::{MarkFault, MarkFile, Marks};
use vault::signing::{DeviceSigner, SigningFault, verify};

const DEVICE: [u8; 16] = [0xd1; 16];
const SLOT_BYTES: usize = 4096;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("temporary folder")
}

fn marks(seq: u64) -> Marks {
    let series = BTreeMap::from([("biên lai 2026".to_owned(), seq as u32 * 2)]);
    Marks { device: DEVICE, seq, hash: [seq as u8; 32], series }
}

fn open(dir: &Path) -> (MarkFile, Option<Marks>) {
    MarkFile::open(dir, DEVICE).expect("opened")
}

fn mark_path(dir: &Path) -> PathBuf {
    dir.join(format!("{}.marks", "d1".repeat(16)))
}

fn tear(dir: &Path, slots: &[usize]) {
    let mut bytes = fs::read(mark_path(dir)).expect("readable");
    for slot in slots {
        let torn = slot * SLOT_BYTES + 512..(slot + 1) * SLOT_BYTES;
        bytes.resize(bytes.len().max(torn.end), 0);
        bytes[torn].fill(0xee);
    }
    fs::write(mark_path(dir), bytes).expect("written");
}

fn last_after_tearing(slots: &[usize], act: impl FnOnce(&mut MarkFile)) -> Option<u64> {
    let dir = folder();
    let (mut file, _) = open(dir.path());
    act(&mut file);
    drop(file);
    tear(dir.path(), slots);
    open(dir.path()).1.map(|marks| marks.seq)
}

#[test]
fn the_last_marks_written_are_found_again() {
    let dir = folder();
    let (mut file, found) = open(dir.path());
    assert_eq!(found, None, "a machine without marks is a restore");
    for seq in 1..=5 {
        file.write(&marks(seq)).expect("written");
    }
    drop(file);
    assert_eq!(open(dir.path()).1, Some(marks(5)));
}

#[test]
fn a_torn_slot_leaves_the_marks_before_it() {
    let write_three =
        |file: &mut MarkFile| (1..=3).for_each(|seq| file.write(&marks(seq)).expect("written"));
    assert_eq!(last_after_tearing(&[1], write_three), Some(2));
    assert_eq!(last_after_tearing(&[0], write_three), Some(3));
    assert_eq!(last_after_tearing(&[0, 1], write_three), None);
}

#[test]
fn both_slots_torn_leave_the_marks_of_the_last_sync() {
    let synced_at_two = |file: &mut MarkFile| {
        file.write(&marks(1)).expect("written");
        file.write(&marks(2)).expect("written");
        file.sync().expect("durable");
        file.write(&marks(3)).expect("written");
        file.write(&marks(4)).expect("written");
    };
    assert_eq!(last_after_tearing(&[0, 1], synced_at_two), Some(2));
    assert_eq!(last_after_tearing(&[], synced_at_two), Some(4));
}

#[test]
fn a_power_cut_during_a_sync_leaves_the_marks_of_the_sync_before() {
    for interrupted in [2, 3] {
        let syncs = |file: &mut MarkFile| {
            for seq in 1..=interrupted {
                file.write(&marks(seq)).expect("written");
                file.sync().expect("durable");
            }
        };
        // The first sync went to slot 3, the second to slot 2, the third to slot 3 again.
        let under_way = if interrupted == 2 { 2 } else { 3 };
        assert_eq!(last_after_tearing(&[0, 1, under_way], syncs), Some(interrupted - 1));
    }
}

#[test]
fn a_sync_is_finished_apart_while_new_marks_are_written() {
    let dir = folder();
    let (mut file, _) = open(dir.path());
    assert!(file.begin_sync().expect("nothing to do").is_none());
    file.write(&marks(1)).expect("written");
    let sync = file.begin_sync().expect("begun").expect("something to do");
    file.write(&marks(2)).expect("written");
    std::thread::spawn(move || sync.finish()).join().expect("ended").expect("durable");
    drop(file);
    assert_eq!(open(dir.path()).1, Some(marks(2)), "the later marks count");
    tear(dir.path(), &[0, 1]);
    assert_eq!(open(dir.path()).1, Some(marks(1)), "the synced ones are left");
}

#[test]
fn writing_goes_on_above_a_torn_slot() {
    let dir = folder();
    let (mut file, _) = open(dir.path());
    (1..=3).for_each(|seq| file.write(&marks(seq)).expect("written"));
    drop(file);
    tear(dir.path(), &[1]);
    let (mut file, _) = open(dir.path());
    file.write(&marks(9)).expect("written");
    drop(file);
    assert_eq!(open(dir.path()).1, Some(marks(9)));
}

/// This test runs itself again as the process that is killed.
#[cfg(unix)]
#[test]
fn marks_survive_the_death_of_the_process_at_any_moment() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    const STATE: &str = "QUAY_TEST_MARKS_DIR";

    if let Some(dir) = std::env::var_os(STATE) {
        let (mut file, found) = open(Path::new(&dir));
        let mut told = std::io::stderr();
        for seq in found.map_or(0, |marks| marks.seq) + 1.. {
            file.write(&marks(seq)).expect("written");
            writeln!(told, "{seq}").expect("told");
        }
    }
    let dir = folder();
    let mut acknowledged = 0;
    for lines in [1, 2, 3, 50, 51, 400] {
        let mut process = Command::new(std::env::current_exe().expect("the test's own path"))
            .args([
                "--exact",
                "marks_survive_the_death_of_the_process_at_any_moment",
                "--nocapture",
            ])
            .env(STATE, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut told = BufReader::new(process.stderr.take().expect("piped")).lines();
        for line in (&mut told).take(lines) {
            acknowledged = line.expect("read").parse().expect("a number");
        }
        process.kill().expect("killed");
        process.wait().expect("ended");
        let left = told.map_while(Result::ok).filter_map(|line| line.parse().ok()).last();
        acknowledged = left.unwrap_or(acknowledged);
        let found = open(dir.path()).1.expect("marks");
        assert!(
            found == marks(acknowledged) || found == marks(acknowledged + 1),
            "{found:?} after {acknowledged}"
        );
    }
}

#[test]
fn two_processes_never_are_one_device() {
    let dir = folder();
    let (file, _) = open(dir.path());
    assert!(matches!(MarkFile::open(dir.path(), DEVICE), Err(MarkFault::AlreadyOpen)));
    assert!(MarkFile::open(dir.path(), [2; 16]).is_ok(), "another device is free");
    drop(file);
    assert!(MarkFile::open(dir.path(), DEVICE).is_ok());
}

#[test]
fn marks_of_another_device_are_neither_written_nor_read() {
    let dir = folder();
    let (mut file, _) = open(dir.path());
    let foreign = Marks { device: [2; 16], ..marks(1) };
    assert!(matches!(file.write(&foreign), Err(MarkFault::OtherDevice)));

    let (mut other, _) = MarkFile::open(dir.path(), [2; 16]).expect("opened");
    other.write(&foreign).expect("written");
    drop((file, other));
    fs::copy(dir.path().join(format!("{}.marks", "02".repeat(16))), mark_path(dir.path()))
        .expect("copied");
    assert_eq!(open(dir.path()).1, None);
}

#[test]
fn too_many_series_are_refused_and_the_marks_before_stay() {
    let dir = folder();
    let (mut file, _) = open(dir.path());
    file.write(&marks(1)).expect("written");
    let series = (0..1000).map(|number| (format!("series {number}"), number)).collect();
    assert!(matches!(file.write(&Marks { series, ..marks(2) }), Err(MarkFault::TooManySeries)));
    drop(file);
    assert_eq!(open(dir.path()).1, Some(marks(1)));
}

fn master(dir: &Path, seed: u8) -> MasterKey {
    let mut random = move |bytes: &mut [u8]| bytes.fill(seed);
    let place = KeyPlace::new(dir.join(format!("keys {seed}")));
    KeyFile::create(&place, [1; 16], Lock::KeyringSecret(&[2; 32]), &mut random).expect("created").1
}

#[test]
fn the_signing_key_made_here_signs_after_a_restart() {
    let dir = folder();
    let key = master(dir.path(), 1).device_key();
    let mut random = |bytes: &mut [u8]| bytes.fill(9);
    let made =
        DeviceSigner::create(&RealDisk, dir.path(), DEVICE, &key, &mut random).expect("made");
    let loaded =
        DeviceSigner::load(&RealDisk, dir.path(), DEVICE, &key).expect("loads").expect("is there");
    assert_eq!(made.public_key(), loaded.public_key());
    let signature = loaded.sign(b"head");
    assert!(verify(&made.public_key(), b"head", &signature));
    assert!(!verify(&made.public_key(), b"heaD", &signature));
}

#[test]
fn a_machine_without_a_signing_key_is_told_from_one_whose_key_is_damaged() {
    let dir = folder();
    let key = master(dir.path(), 1).device_key();
    assert!(DeviceSigner::load(&RealDisk, dir.path(), DEVICE, &key).expect("no fault").is_none());
    let mut random = |bytes: &mut [u8]| bytes.fill(9);
    DeviceSigner::create(&RealDisk, dir.path(), DEVICE, &key, &mut random).expect("made");
    let path = dir.path().join(format!("{}.key", "d1".repeat(16)));
    let whole = fs::read(&path).expect("readable");
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, flipped).expect("written");
        assert!(DeviceSigner::load(&RealDisk, dir.path(), DEVICE, &key).is_err(), "bit {bit}");
    }
}

#[test]
fn a_signing_key_is_never_written_over_and_opens_for_its_own_device_only() {
    let dir = folder();
    let key = master(dir.path(), 1).device_key();
    let mut random = |bytes: &mut [u8]| bytes.fill(9);
    DeviceSigner::create(&RealDisk, dir.path(), DEVICE, &key, &mut random).expect("made");
    let again = DeviceSigner::create(&RealDisk, dir.path(), DEVICE, &key, &mut random);
    assert!(matches!(again, Err(SigningFault::AlreadyThere)));

    let foreign = master(dir.path(), 2).device_key();
    let loaded = DeviceSigner::load(&RealDisk, dir.path(), DEVICE, &foreign);
    assert!(matches!(loaded, Err(SigningFault::Damaged)));
    fs::copy(
        dir.path().join(format!("{}.key", "d1".repeat(16))),
        dir.path().join(format!("{}.key", "02".repeat(16))),
    )
    .expect("copied");
    let loaded = DeviceSigner::load(&RealDisk, dir.path(), [2; 16], &key);
    assert!(matches!(loaded, Err(SigningFault::Damaged)));
}
