//! Power cuts, failing fsyncs and full disks, at every step, over keys and documents.
//!
//! Every test acts a day out on a [`SimDisk`], stops it at every step there is, and looks at what may be left.

mod support;

use std::path::Path;
use std::sync::Arc;

use support::seeded;
use vault::blobs::{BlobFault, BlobStore};
use vault::disk::{Disk, SimDisk};
use vault::keys::{KeyFault, KeyFile, KeyPlace, Lock, MasterKey, Unlock};

const LIMIT: u64 = 1024 * 1024;
const OLD: [u8; 32] = [1; 32];
const NEW: [u8; 32] = [2; 32];

fn key_place(disk: &SimDisk) -> KeyPlace {
    KeyPlace::on(Arc::new(disk.clone()), "/desk/keys")
}

fn master() -> MasterKey {
    KeyFile::create(&key_place(&SimDisk::new()), [9; 16], Lock::KeyringSecret(&OLD), &mut seeded(5))
        .expect("created")
        .1
}

fn blobs(disk: &SimDisk, master: &MasterKey) -> Result<BlobStore, BlobFault> {
    Ok(BlobStore::new("/desk/blobs", master.blob_keys(), Arc::new(disk.clone()))?)
}

/// The papers of one day; the last one comes twice.
fn papers() -> Vec<Vec<u8>> {
    let sizes = [0usize, 700, 70_000, 200, 700];
    sizes.iter().map(|size| (0..*size).map(|place| (place * size % 253) as u8).collect()).collect()
}

/// Stores the day's papers until something fails; gives those that were acknowledged.
fn store_papers(disk: &SimDisk, master: &MasterKey) -> (Vec<Vec<u8>>, Option<BlobFault>) {
    let mut kept = Vec::new();
    let mut random = seeded(3);
    let store = match blobs(disk, master) {
        Ok(store) => store,
        Err(fault) => return (kept, Some(fault)),
    };
    for paper in papers() {
        match store.put(&mut &paper[..], LIMIT, &mut random) {
            Ok(_) => kept.push(paper),
            Err(fault) => return (kept, Some(fault)),
        }
    }
    (kept, None)
}

/// Acknowledged papers open; what else is there is whole; nothing half-done is left lying about.
fn check_papers(disk: &SimDisk, master: &MasterKey, kept: &[Vec<u8>], story: &str) {
    let store = blobs(disk, master).expect(story);
    for name in store.list().expect("listed") {
        assert!(store.verify(name).is_ok(), "{story}: half a paper under its final name");
    }
    for paper in kept {
        let is_there = store.exists(&sha256(paper)).expect("asked");
        assert!(is_there, "{story}: an acknowledged paper is lost");
    }
    let leftovers = disk.list(Path::new("/desk/blobs/tmp")).expect("listed");
    assert_eq!(leftovers, [], "{story}: leftovers are swept");
}

fn sha256(plain: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(plain).into()
}

#[test]
fn a_power_cut_at_any_step_loses_no_acknowledged_paper() {
    let master = master();
    let whole_day = SimDisk::new();
    assert!(store_papers(&whole_day, &master).1.is_none());
    let mut images = 0;
    for step in 0..=whole_day.steps() {
        let disk = SimDisk::new();
        disk.power_off_after(step);
        let (kept, _) = store_papers(&disk, &master);
        for seed in 0..20 {
            check_papers(&disk.crash(seed), &master, &kept, &format!("step {step}, seed {seed}"));
            images += 1;
        }
    }
    assert!(images >= 800, "only {images} images");
}

#[test]
fn folders_left_by_a_killed_process_are_not_taken_for_durable() {
    let master = master();
    let paper = papers().remove(1);
    let name = blobs(&SimDisk::new(), &master).expect("opened").name(&sha256(&paper)).to_string();
    let disk = SimDisk::new();
    let made = ["/desk", "/desk/blobs", "/desk/blobs/tmp"].map(str::to_owned).into_iter();
    let leaves = [
        format!("/desk/blobs/{}", &name[..1]),
        format!("/desk/blobs/{}/{}", &name[..1], &name[1..2]),
    ];
    made.chain(leaves).for_each(|dir| disk.make_dir(Path::new(&dir)).expect("made"));
    let store = blobs(&disk, &master).expect("opened");
    store.put(&mut &paper[..], LIMIT, &mut seeded(1)).expect("stored");
    for seed in 0..50 {
        check_papers(
            &disk.crash(seed),
            &master,
            std::slice::from_ref(&paper),
            &format!("seed {seed}"),
        );
    }
}

#[test]
fn a_removed_paper_stays_removed_after_a_power_cut() {
    let master = master();
    let disk = SimDisk::new();
    let (kept, _) = store_papers(&disk, &master);
    let store = blobs(&disk, &master).expect("opened");
    assert!(store.remove(&sha256(&kept[2])).expect("removed"));
    for seed in 0..50 {
        let after = blobs(&disk.crash(seed), &master).expect("opened");
        assert!(
            !after.exists(&sha256(&kept[2])).expect("asked"),
            "seed {seed}: a disposed paper came back"
        );
        assert!(after.open(&sha256(&kept[1])).is_ok());
    }
}

#[test]
fn a_failed_fsync_is_never_an_acknowledgement_and_stops_the_store() {
    let master = master();
    for count in 0..30 {
        let disk = SimDisk::new();
        disk.fail_sync_after(count);
        let (kept, fault) = store_papers(&disk, &master);
        let Some(fault) = fault else { continue };
        assert!(matches!(&fault, BlobFault::File(file) if file.is_sync_failure()), "{fault:?}");
        for seed in 0..20 {
            check_papers(&disk.crash(seed), &master, &kept, &format!("fsync {count}, seed {seed}"));
        }
    }
}

#[test]
fn after_a_failed_fsync_nothing_is_taken_until_the_store_is_opened_anew() {
    let (master, disk) = (master(), SimDisk::new());
    let store = blobs(&disk, &master).expect("opened");
    disk.fail_sync_after(2);
    assert!(store.put(&mut &b"paper"[..], LIMIT, &mut seeded(1)).is_err());
    let again = store.put(&mut &b"paper"[..], LIMIT, &mut seeded(2));
    assert!(matches!(again, Err(BlobFault::Stopped)));
}

#[test]
fn a_full_disk_is_said_and_the_store_goes_on_when_there_is_room() {
    let master = master();
    for room in (0..75_000).step_by(1000) {
        let disk = SimDisk::new();
        disk.full_after(room);
        let (kept, fault) = store_papers(&disk, &master);
        let full = matches!(&fault, Some(BlobFault::File(file)) if file.is_disk_full());
        assert!(full || fault.is_none(), "room {room}: {fault:?}");
        check_papers(&disk.crash(room), &master, &kept, &format!("room {room}"));

        disk.full_after(u64::MAX);
        let (all, fault) = store_papers(&disk, &master);
        assert!(fault.is_none(), "room {room}: {fault:?}");
        check_papers(&disk.crash(room), &master, &all, &format!("room {room}, then room again"));
    }
}

/// How far the keys of a day came: what must open afterwards.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Came {
    Nowhere,
    Created,
    Replaced,
    Confirmed,
}

fn keep_keys(disk: &SimDisk) -> (Came, Option<KeyFault>) {
    let mut came = Came::Nowhere;
    let fault = keep_keys_until_it_fails(disk, &mut came).err();
    (came, fault)
}

fn keep_keys_until_it_fails(disk: &SimDisk, came: &mut Came) -> Result<(), KeyFault> {
    let mut random = seeded(5);
    let (mut file, master) =
        KeyFile::create(&key_place(disk), [9; 16], Lock::KeyringSecret(&OLD), &mut random)?;
    *came = Came::Created;
    file.add(&master, Lock::KeyringSecret(&NEW), &mut random)?;
    *came = Came::Replaced;
    let sheet = file.new_recovery_key(&master, &mut random)?.groups();
    file.confirm_recovery(&sheet)?;
    *came = Came::Confirmed;
    Ok(())
}

fn check_keys(disk: &SimDisk, came: Came, story: &str) {
    let loaded = KeyFile::load(&key_place(disk)).expect(story);
    let Some(file) = loaded else {
        assert_eq!(came, Came::Nowhere, "{story}: the key file is lost");
        return;
    };
    let opens =
        |secret| file.unlock(Unlock::KeyringSecret(secret)).is_ok_and(|key| key == master());
    if came >= Came::Replaced {
        assert!(opens(&NEW), "{story}: the acknowledged way in does not open");
    } else {
        assert!(opens(&OLD) || opens(&NEW), "{story}: no way in");
    }
    assert!(came < Came::Confirmed || file.locked().recovery_confirmed(), "{story}");
}

#[test]
fn a_power_cut_at_any_step_leaves_a_key_file_that_opens() {
    let whole_day = SimDisk::new();
    assert_eq!(keep_keys(&whole_day).0, Came::Confirmed);
    let mut images = 0;
    for step in 0..=whole_day.steps() {
        let disk = SimDisk::new();
        disk.power_off_after(step);
        let (came, _) = keep_keys(&disk);
        for seed in 0..40 {
            check_keys(&disk.crash(seed), came, &format!("step {step}, seed {seed}"));
            images += 1;
        }
    }
    assert!(images >= 1200, "only {images} images");
}

#[test]
fn a_second_power_cut_while_a_copy_is_being_made_good_harms_nothing() {
    let disk = SimDisk::new();
    disk.power_off_after(20);
    let (came, _) = keep_keys(&disk);
    assert!(came >= Came::Created, "{came:?}");
    for seed in 0..60 {
        for step in 0..6 {
            let found = disk.crash(seed);
            found.power_off_after(step);
            check_keys(&found, came, &format!("seed {seed}, repairing"));
            check_keys(&found.crash(seed + 1), came, &format!("seed {seed}, step {step}"));
        }
    }
}

#[test]
fn a_failed_fsync_or_a_full_disk_leaves_the_keys_acknowledged_before() {
    for count in 0..25 {
        let disk = SimDisk::new();
        disk.fail_sync_after(count);
        let (came, fault) = keep_keys(&disk);
        assert!(fault.is_some() || came == Came::Confirmed);
        (0..20).for_each(|seed| {
            check_keys(&disk.crash(seed), came, &format!("fsync {count}, seed {seed}"))
        });
    }
    for room in (0..9000).step_by(150) {
        let disk = SimDisk::new();
        disk.full_after(room);
        let (came, fault) = keep_keys(&disk);
        let full = matches!(&fault, Some(KeyFault::File(file)) if file.is_disk_full());
        assert!(full || came == Came::Confirmed, "room {room}: {fault:?}");
        (0..5).for_each(|seed| {
            check_keys(&disk.crash(seed), came, &format!("room {room}, seed {seed}"))
        });
    }
}

#[test]
fn a_copy_that_cannot_be_made_good_is_said_and_the_other_opens() {
    use vault::keys::{CopyHealth, KEY_COPY_NAME};
    let disk = SimDisk::new();
    keep_keys(&disk);
    disk.remove(&Path::new("/desk/keys").join(KEY_COPY_NAME)).expect("removed");
    disk.full_after(0);
    let file = KeyFile::load_existing(&key_place(&disk)).expect("opens");
    assert_eq!(file.health(), CopyHealth::OnlyOne);
    disk.full_after(u64::MAX);
    let file = KeyFile::load_existing(&key_place(&disk)).expect("opens");
    assert_eq!(file.health(), CopyHealth::Repaired);
}

/// The simulation can fail: without the fsync, acknowledged bytes are lost in some image.
#[test]
fn the_simulated_disk_loses_what_was_never_made_durable() {
    use std::io::Write;
    use vault::disk::Access;

    let disk = SimDisk::new();
    let path = Path::new("/paper");
    let mut file = disk.create(path, Access::Private).expect("created");
    file.write_all(&[7; 2000]).expect("written");
    disk.sync_dir(Path::new("/")).expect("durable name");
    let unsynced: Vec<_> = (0..100).filter_map(|seed| disk.crash(seed).contents(path)).collect();
    assert!(unsynced.iter().any(Vec::is_empty), "sometimes nothing is kept");
    assert!(
        unsynced.iter().any(|bytes| !bytes.is_empty() && *bytes != vec![7; 2000]),
        "sometimes it is torn"
    );

    file.sync().expect("durable");
    assert!((0..100).all(|seed| disk.crash(seed).contents(path) == Some(vec![7; 2000])));
}
