//! Archives and log segments in a second place.

mod support;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use support::{desk_keys, paper, seeded};
use vault::backup::{
    ArchiveEntry, ArchiveHead, ArchiveSource, BackupFault, SegmentFolder, SegmentName, archives,
    read_archive, read_head, verify_archive, write_archive,
};
use vault::disk::{Access, Disk, RealDisk, SimDisk};
use vault::keys::{KeyFile, KeyPlace, LockedKey, MasterKey, Unlock};

const STORE: [u8; 16] = [0x5a; 16];
const STICK: &str = "/stick";
const BACK: &str = "/back";

/// One desk's keys and the disk its copies go to.
struct Desk {
    disk: SimDisk,
    locked: LockedKey,
    master: MasterKey,
    sheet: String,
}

impl Desk {
    fn new() -> Self {
        let (mut file, master) = desk_keys(STORE, 1);
        let sheet =
            file.new_recovery_key(&master, &mut seeded(8)).expect("made").groups().to_string();
        file.confirm_recovery(&sheet).expect("typed back");
        Desk { disk: SimDisk::new(), locked: file.locked().clone(), master, sheet }
    }

    fn head(&self, stamp: &str) -> ArchiveHead {
        ArchiveHead { store: STORE, stamp: stamp.to_owned(), key: self.locked.clone() }
    }

    fn archive(
        &self,
        stamp: &str,
        files: &[(&str, Vec<u8>)],
    ) -> Result<(PathBuf, Vec<ArchiveEntry>), BackupFault> {
        self.archive_on(&self.disk, stamp, files)
    }

    fn archive_on(
        &self,
        disk: &dyn Disk,
        stamp: &str,
        files: &[(&str, Vec<u8>)],
    ) -> Result<(PathBuf, Vec<ArchiveEntry>), BackupFault> {
        let mut readers: Vec<&[u8]> = files.iter().map(|(_, bytes)| &bytes[..]).collect();
        let mut sources: Vec<ArchiveSource<'_>> = files
            .iter()
            .zip(&mut readers)
            .map(|((name, _), reader)| ArchiveSource { name, reader })
            .collect();
        let key = self.master.backup_key();
        write_archive(disk, Path::new(STICK), &self.head(stamp), &key, &mut sources, &mut seeded(4))
    }

    fn verify(&self, path: &Path) -> Result<Vec<ArchiveEntry>, BackupFault> {
        verify_archive(&self.disk, path, &self.master.backup_key())
    }

    fn restore(&self, path: &Path) -> Result<Vec<ArchiveEntry>, BackupFault> {
        read_archive(&self.disk, path, &self.master.backup_key(), Path::new(BACK), &mut to_the_end)
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) {
        use std::io::Write;
        self.disk.create(path, Access::Shared).expect("created").write_all(bytes).expect("written");
    }

    fn restored(&self, name: &str) -> Option<Vec<u8>> {
        self.disk.contents(&Path::new(BACK).join(name))
    }

    fn in_folder(&self, dir: &str) -> Vec<String> {
        self.disk
            .list(Path::new(dir))
            .map_or(Vec::new(), |entries| entries.into_iter().map(|e| e.name).collect())
    }
}

fn to_the_end(_bytes: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn two_files() -> [(&'static str, Vec<u8>); 2] {
    [("desk.db", paper(150_000)), ("settings.json", b"{}".to_vec())]
}

#[test]
fn a_new_machine_restores_with_nothing_but_the_stick_and_the_printed_sheet() {
    let desk = Desk::new();
    let (path, _) = desk.archive("20260304-171500", &two_files()).expect("archived");

    let head = read_head(&desk.disk, &path).expect("readable by anyone");
    assert_eq!((head.store, head.stamp.as_str()), (STORE, "20260304-171500"));
    let master = head.key.unlock(Unlock::Recovery(&desk.sheet)).expect("opens");
    assert_eq!(master, desk.master);
    let list =
        read_archive(&desk.disk, &path, &master.backup_key(), Path::new(BACK), &mut to_the_end)
            .expect("restored");
    let place = KeyPlace::on(Arc::new(desk.disk.clone()), "/back/keys");
    let keys = KeyFile::adopt(&place, head.key).expect("adopted");

    assert_eq!(keys.unlock(Unlock::Recovery(&desk.sheet)).expect("opens"), desk.master);
    assert_eq!(list.iter().map(|entry| entry.size).collect::<Vec<_>>(), [150_000, 2]);
    for (name, bytes) in two_files() {
        assert_eq!(desk.restored(name), Some(bytes), "{name}");
    }
}

#[test]
fn an_archive_says_its_files_and_hashes_when_verified() {
    use sha2::Digest;
    let desk = Desk::new();
    let (path, written) = desk.archive("1", &two_files()).expect("archived");
    let verified = desk.verify(&path).expect("whole");
    assert_eq!(verified, written);
    let hash = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(paper(150_000)));
    assert_eq!(
        (verified[0].name.as_str(), verified[0].sha256.as_str()),
        ("desk.db", hash.as_str())
    );
    assert!(desk.in_folder(BACK).is_empty(), "verifying writes nothing");
}

#[test]
fn the_archives_of_this_store_are_listed_oldest_first() {
    let desk = Desk::new();
    for stamp in ["20260305", "20260304-2", "20260304-10"] {
        desk.archive(stamp, &[]).expect("archived");
    }
    for stranger in [
        "/stick/quay-5a5a-1.qbk",
        "/stick/notes.txt",
        &format!("/stick/quay-{}-9.qbk.part", "5a".repeat(16)),
    ] {
        desk.overwrite(Path::new(stranger), b"x");
    }
    let found = archives(&desk.disk, Path::new(STICK), STORE).expect("listed");
    let stamps: Vec<String> =
        found.iter().map(|path| read_head(&desk.disk, path).expect("readable").stamp).collect();
    assert_eq!(stamps, ["20260304-10", "20260304-2", "20260305"]);
}

#[test]
fn restoring_never_writes_over_a_file() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &two_files()).expect("archived");
    desk.disk.make_dir(Path::new(BACK)).expect("made");
    desk.overwrite(Path::new("/back/settings.json"), b"kept");
    assert!(
        matches!(desk.restore(&path), Err(BackupFault::AlreadyThere(name)) if name == "settings.json")
    );
    assert_eq!(desk.in_folder(BACK), ["settings.json"], "nothing else was left there either");
    assert_eq!(desk.restored("settings.json"), Some(b"kept".to_vec()));
}

#[test]
fn a_damaged_archive_restores_no_file_at_all() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &two_files()).expect("archived");
    let mut bytes = desk.disk.contents(&path).expect("is there");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    desk.overwrite(&path, &bytes);
    assert!(matches!(desk.restore(&path), Err(BackupFault::Damaged(_))));
    assert!(desk.in_folder(BACK).is_empty());
}

#[test]
fn each_of_thousands_of_flipped_bits_in_an_archive_is_noticed() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &[("desk.db", paper(300))]).expect("archived");
    let whole = desk.disk.contents(&path).expect("is there");
    assert!(whole.len() * 8 > 8000);
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        desk.overwrite(&path, &flipped);
        assert!(desk.verify(&path).is_err(), "bit {bit}");
    }
    for length in 0..whole.len() {
        desk.overwrite(&path, &whole[..length]);
        assert!(desk.verify(&path).is_err(), "cut at {length}");
    }
}

#[test]
fn a_head_put_in_front_of_another_archive_is_refused() {
    let desk = Desk::new();
    let (old, _) = desk.archive("1", &[("desk.db", paper(300))]).expect("archived");
    let (new, _) = desk.archive("2", &[("desk.db", paper(400))]).expect("archived");
    let [old, new_bytes] = [&old, &new].map(|path| desk.disk.contents(path).expect("is there"));
    let stream_of = |bytes: &[u8]| {
        bytes.windows(8).position(|window| window == b"QUAYSEAL").expect("sealed part")
    };
    let forged = [&new_bytes[..stream_of(&new_bytes)], &old[stream_of(&old)..]].concat();
    desk.overwrite(&new, &forged);
    assert!(read_head(&desk.disk, &new).is_ok());
    assert!(matches!(desk.verify(&new), Err(BackupFault::Damaged(_))));
}

#[test]
fn another_stores_key_opens_no_archive() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &two_files()).expect("archived");
    let foreign = desk_keys(STORE, 77).1.backup_key();
    assert!(matches!(verify_archive(&desk.disk, &path, &foreign), Err(BackupFault::Damaged(_))));
}

#[test]
fn a_power_cut_at_any_step_leaves_no_half_archive_under_its_name() {
    let desk = Desk::new();
    let files = [("desk.db", paper(70_000))];
    desk.archive("1", &files).expect("archived");
    for step in 0..=desk.disk.steps() {
        let disk = SimDisk::new();
        disk.power_off_after(step);
        let acknowledged = desk.archive_on(&disk, "1", &files).is_ok();
        for seed in 0..30 {
            let left = disk.crash(seed);
            let found = archives(&left, Path::new(STICK), STORE).unwrap_or_default();
            assert!(
                found.len() == 1 || !acknowledged,
                "step {step}, seed {seed}: an acknowledged archive is lost"
            );
            for path in found {
                let verified = verify_archive(&left, &path, &desk.master.backup_key());
                assert!(verified.is_ok(), "step {step}, seed {seed}: {verified:?}");
            }
        }
    }
}

#[test]
fn what_a_power_cut_left_of_an_archive_is_swept_by_the_next_one() {
    let desk = Desk::new();
    desk.archive("1", &[]).expect("archived");
    let own = format!("/stick/quay-{}-0.qbk.part", "5a".repeat(16));
    let of_another_store = format!("/stick/quay-{}-0.qbk.part", "11".repeat(16));
    for path in [&own, &of_another_store] {
        desk.overwrite(Path::new(path), b"half");
    }
    desk.archive("2", &[]).expect("archived");
    assert_eq!(desk.disk.contents(Path::new(&own)), None);
    assert!(desk.disk.contents(Path::new(&of_another_store)).is_some(), "it may be under way");
}

#[test]
fn a_restore_stopped_by_a_failing_fsync_leaves_nothing_of_the_store() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &two_files()).expect("archived");
    let key = desk.master.backup_key();
    let mut acknowledged = 0;
    for count in 0..12 {
        let disk = desk.disk.crash(4);
        disk.fail_sync_after(count);
        let restored = read_archive(&disk, &path, &key, Path::new(BACK), &mut to_the_end);
        let found = two_files().map(|(name, _)| disk.contents(&Path::new(BACK).join(name)));
        match restored {
            Ok(_) => {
                acknowledged += 1;
                assert_eq!(found, two_files().map(|(_, bytes)| Some(bytes)));
            }
            Err(_) => {
                assert_eq!(found, [None, None], "fsync {count}: part of a store was restored")
            }
        }
    }
    assert!((1..12).contains(&acknowledged), "{acknowledged} of 12 came through");
}

#[test]
fn a_full_stick_is_said_and_leaves_the_archive_of_yesterday() {
    let desk = Desk::new();
    let (yesterday, _) = desk.archive("1", &two_files()).expect("archived");
    desk.disk.full_after(100_000);
    let full = desk.archive("2", &two_files());
    assert!(matches!(full, Err(BackupFault::File(fault)) if fault.is_disk_full()));
    assert!(desk.verify(&yesterday).is_ok());
    assert_eq!(desk.in_folder(STICK).len(), 1, "the half archive was removed");
}

#[test]
fn names_that_lead_elsewhere_or_come_twice_are_refused() {
    let desk = Desk::new();
    for name in ["", "../desk.db", "a/b", "a\\b", ".hidden", "hồ sơ.db", &"x".repeat(101)] {
        let refused = desk.archive("1", &[(name, Vec::new())]);
        assert!(matches!(refused, Err(BackupFault::BadName(_))), "{name:?}");
    }
    assert!(matches!(
        desk.archive("1", &[("a", vec![1]), ("a", vec![2])]),
        Err(BackupFault::BadName(_))
    ));
    for stamp in ["", "../1", "a b", "1.qbk"] {
        assert!(matches!(desk.archive(stamp, &[]), Err(BackupFault::BadStamp(_))), "{stamp:?}");
    }
    assert!(archives(&desk.disk, Path::new(STICK), STORE).unwrap_or_default().is_empty());
}

#[test]
fn a_file_that_cannot_be_read_stops_the_archive_and_is_named() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("bad sector"))
        }
    }
    let desk = Desk::new();
    let mut sources = [ArchiveSource { name: "desk.db", reader: &mut Broken }];
    let key = desk.master.backup_key();
    let stopped = write_archive(
        &desk.disk,
        Path::new(STICK),
        &desk.head("1"),
        &key,
        &mut sources,
        &mut seeded(1),
    );
    assert!(matches!(stopped, Err(BackupFault::Source { name, .. }) if name == "desk.db"));
    assert!(desk.in_folder(STICK).is_empty());
}

#[test]
fn a_restore_that_is_given_up_leaves_nothing() {
    let desk = Desk::new();
    let (path, _) = desk.archive("1", &two_files()).expect("archived");
    let mut heard = Vec::new();
    let given_up =
        read_archive(&desk.disk, &path, &desk.master.backup_key(), Path::new(BACK), &mut |bytes| {
            heard.push(bytes);
            if bytes == 0 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
    assert!(matches!(given_up, Err(BackupFault::GivenUp)), "{given_up:?}");
    assert!(heard.is_sorted() && heard.len() == 2, "{heard:?}");
    assert_eq!(desk.in_folder(BACK), Vec::<String>::new());
}

#[test]
fn an_archive_on_the_real_file_system_restores() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().expect("temporary folder");
    let (stick, back) = (dir.path().join("second disk/quầy"), dir.path().join("back"));
    let mut database = &paper(100_000)[..];
    let mut sources = [ArchiveSource { name: "desk.db", reader: &mut database }];
    let key = desk.master.backup_key();
    let (path, _) =
        write_archive(&RealDisk, &stick, &desk.head("1"), &key, &mut sources, &mut seeded(1))
            .expect("archived");
    read_archive(&RealDisk, &path, &key, &back, &mut to_the_end).expect("restored");
    assert_eq!(std::fs::read(back.join("desk.db")).expect("readable"), paper(100_000));
    assert_eq!(std::fs::read_dir(&back).expect("listed").count(), 1);
}

fn segments(disk: &SimDisk, master: &MasterKey) -> SegmentFolder {
    SegmentFolder::open(Arc::new(disk.clone()), "/stick/log", STORE, master.backup_key())
        .expect("opened")
}

fn run(from: u64, to: u64) -> SegmentName {
    SegmentName { device: [0xd1; 16], from, to }
}

#[test]
fn segments_come_back_in_the_order_of_their_records() {
    let desk = Desk::new();
    let folder = segments(&desk.disk, &desk.master);
    for (from, to) in [(100, 120), (1, 9), (10, 99)] {
        folder
            .write(run(from, to), format!("records {from}").as_bytes(), &mut seeded(from))
            .expect("written");
    }
    desk.overwrite(Path::new("/stick/log/segment-x.qls"), b"x");
    assert_eq!(folder.list().expect("listed"), [run(1, 9), run(10, 99), run(100, 120)]);
    assert_eq!(folder.read(run(10, 99)).expect("opens"), b"records 10");
    folder.remove(run(1, 9)).expect("removed");
    assert_eq!(folder.list().expect("listed").len(), 2);
}

#[test]
fn a_segment_under_another_name_or_store_is_refused() {
    let desk = Desk::new();
    let folder = segments(&desk.disk, &desk.master);
    folder.write(run(1, 9), b"records", &mut seeded(1)).expect("written");
    let path = |name: SegmentName| PathBuf::from(format!("/stick/log/{name}"));
    desk.overwrite(&path(run(10, 18)), &desk.disk.contents(&path(run(1, 9))).expect("is there"));
    assert!(matches!(folder.read(run(10, 18)), Err(BackupFault::Damaged(_))));
    let other = SegmentFolder::open(
        Arc::new(desk.disk.clone()),
        "/stick/log",
        [1; 16],
        desk.master.backup_key(),
    )
    .expect("opened");
    assert!(matches!(other.read(run(1, 9)), Err(BackupFault::Damaged(_))));
}

#[test]
fn a_power_cut_loses_no_acknowledged_segment_and_leaves_no_half_one() {
    let desk = Desk::new();
    for step in 0..40 {
        let disk = SimDisk::new();
        disk.power_off_after(step);
        let written = SegmentFolder::open(
            Arc::new(disk.clone()),
            "/stick/log",
            STORE,
            desk.master.backup_key(),
        )
        .is_ok_and(|folder| folder.write(run(1, 9), &paper(2000), &mut seeded(1)).is_ok());
        for seed in 0..30 {
            let folder = segments(&disk.crash(seed), &desk.master);
            let found = folder.list().expect("listed");
            assert!(
                !written || found == [run(1, 9)],
                "step {step}, seed {seed}: an acknowledged segment is lost"
            );
            for name in found {
                assert_eq!(folder.read(name).ok(), Some(paper(2000)), "step {step}, seed {seed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn segment_names_are_read_back(device: [u8; 16], from in 0..u64::MAX / 2, more in 0..1000u64) {
        let name = SegmentName { device, from, to: from + more };
        prop_assert_eq!(SegmentName::parse(&name.to_string()), Some(name));
    }

    #[test]
    fn foreign_files_are_never_taken_for_backups(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let desk = SimDisk::new();
        let path = Path::new("/foreign.qbk");
        let key = desk_keys(STORE, 1).1.backup_key();
        for start in [&b""[..], b"QUAYBACK\x01", b"QUAYBACK\x01\x02\x00\x00\x00{}"] {
            let bytes = [start, &bytes].concat();
            std::io::Write::write_all(&mut desk.create(path, Access::Shared).expect("created"), &bytes).expect("written");
            prop_assert!(read_head(&desk, path).is_err());
            prop_assert!(verify_archive(&desk, path, &key).is_err());
        }
    }
}
