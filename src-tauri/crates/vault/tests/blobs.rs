//! Documents in the sealed folder, on the real file system.

mod support;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use support::seeded;
use vault::blobs::{Blob, BlobFault, BlobStore};
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace, Lock, MasterKey};

const LIMIT: u64 = 1024 * 1024;

/// Random bytes that are the same in every run.
type Seeded = Box<dyn FnMut(&mut [u8])>;

struct Desk {
    dir: tempfile::TempDir,
    master: MasterKey,
    random: Seeded,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mut random = seeded(1);
        let place = KeyPlace::new(dir.path().join("keys"));
        let (_, master) =
            KeyFile::create(&place, [1; 16], Lock::KeyringSecret(&[2; 32]), &mut random)
                .expect("created");
        Desk { dir, master, random: Box::new(random) }
    }

    fn blobs(&self) -> BlobStore {
        self.blobs_in("blobs")
    }

    fn blobs_in(&self, name: &str) -> BlobStore {
        BlobStore::new(self.dir.path().join(name), self.master.blob_keys(), Arc::new(RealDisk))
            .expect("opened")
    }

    fn put(&mut self, plain: &[u8]) -> Blob {
        self.blobs().put(&mut &plain[..], LIMIT, &mut self.random).expect("stored")
    }

    fn file_of(&self, blob: &Blob) -> PathBuf {
        let name = self.blobs().name(&blob.sha256).to_string();
        self.dir.path().join("blobs").join(&name[..1]).join(&name[1..2]).join(name)
    }

    fn files(&self) -> usize {
        count_files(&self.dir.path().join("blobs"))
    }
}

fn count_files(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).expect("listed").map(|entry| entry.expect("entry").path());
    entries.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

#[test]
fn a_document_comes_back_byte_for_byte_at_every_size() {
    let mut desk = Desk::new();
    for size in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
        let plain: Vec<u8> = (0..size).map(|place| (place % 251) as u8).collect();
        let blob = desk.put(&plain);
        assert_eq!(blob, Blob { sha256: Sha256::digest(&plain).into(), size: size as u64 });
        assert_eq!(desk.blobs().open(&blob.sha256).expect("opens"), plain, "{size} bytes");
        assert_eq!(desk.blobs().check(&blob.sha256).expect("whole"), size as u64);
        let sealed = fs::metadata(desk.file_of(&blob)).expect("is there").len();
        assert_eq!(sealed, vault::seal::sealed_size(size as u64));
    }
}

#[test]
fn neither_name_nor_contents_of_the_file_says_anything() {
    let mut desk = Desk::new();
    let plain = b"Giay khai sinh cua Nguyen Van A".repeat(10);
    let blob = desk.put(&plain);
    let path = desk.file_of(&blob);
    let sealed = fs::read(&path).expect("readable");
    assert!(!sealed.windows(10).any(|window| plain.windows(10).any(|other| window == other)));
    let hash = data_encoding::HEXLOWER.encode(&blob.sha256);
    assert!(!path.to_string_lossy().contains(&hash[..8]));
}

#[test]
fn the_same_document_twice_is_one_file() {
    let mut desk = Desk::new();
    let first = desk.put(b"one paper");
    assert_eq!(desk.put(b"one paper"), first);
    assert_eq!(desk.files(), 1);
}

#[test]
fn a_damaged_file_is_said_and_made_good_by_the_same_document() {
    let mut desk = Desk::new();
    let blob = desk.put(b"one paper");
    let path = desk.file_of(&blob);
    fs::write(&path, b"QUAYSEAL but not really").expect("written");
    assert!(matches!(desk.blobs().open(&blob.sha256), Err(BlobFault::Damaged(_))));
    desk.put(b"one paper");
    assert_eq!(desk.blobs().open(&blob.sha256).expect("opens"), b"one paper");
}

#[test]
fn a_whole_file_under_another_documents_name_is_damaged() {
    let mut desk = Desk::new();
    let (mine, other) = (desk.put(b"my paper"), desk.put(b"another paper"));
    fs::copy(desk.file_of(&other), desk.file_of(&mine)).expect("copied");
    assert!(matches!(desk.blobs().open(&mine.sha256), Err(BlobFault::Damaged(_))));
    assert!(desk.blobs().export(&mine.sha256, &desk.dir.path().join("out.pdf")).is_err());
    assert!(
        !desk.dir.path().join("out.pdf").exists(),
        "nothing of another citizen's paper was exported"
    );
}

#[test]
fn a_document_beyond_the_limit_leaves_nothing_behind() {
    let desk = Desk::new();
    let mut random = seeded(7);
    let put = |size: usize, random: &mut dyn FnMut(&mut [u8])| {
        desk.blobs().put(&mut &vec![7u8; size][..], 1000, &mut &mut *random)
    };
    assert!(matches!(put(1001, &mut random), Err(BlobFault::TooLarge { limit_bytes: 1000 })));
    assert_eq!(desk.files(), 0);
    assert!(put(1000, &mut random).is_ok());
}

#[test]
fn a_stick_pulled_out_while_reading_is_the_sources_fault() {
    struct Pulled;
    impl std::io::Read for Pulled {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("pulled out"))
        }
    }
    let mut desk = Desk::new();
    let outcome = desk.blobs().put(&mut Pulled, LIMIT, &mut desk.random);
    assert!(matches!(outcome, Err(BlobFault::Source(_))));
    assert_eq!(desk.files(), 0);
}

#[test]
fn leftovers_of_unfinished_work_are_swept_when_the_store_opens() {
    let mut desk = Desk::new();
    desk.put(b"one paper");
    fs::write(desk.dir.path().join("blobs/tmp/deadbeef"), b"half a paper").expect("written");
    assert_eq!(desk.files(), 2);
    desk.blobs();
    assert_eq!(desk.files(), 1);
}

#[test]
fn opening_the_folder_again_does_not_disturb_a_document_under_way() {
    struct OpensTheStoreHalfWay<'a>(&'a Desk, usize);
    impl std::io::Read for OpensTheStoreHalfWay<'_> {
        fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            if self.1 == 2 {
                self.0.blobs();
            }
            bytes[..1000].fill(7);
            Ok(if self.1 > 3 { 0 } else { 1000 })
        }
    }
    let desk = Desk::new();
    let blob = desk
        .blobs()
        .put(&mut OpensTheStoreHalfWay(&desk, 0), LIMIT, &mut seeded(4))
        .expect("stored");
    assert_eq!(desk.blobs().open(&blob.sha256).expect("opens"), [7; 3000]);
}

#[test]
fn orphans_are_what_no_record_names() {
    let mut desk = Desk::new();
    let (kept, orphan) = (desk.put(b"named by a record"), desk.put(b"the commit never came"));
    let blobs = desk.blobs();
    assert_eq!(blobs.orphans([kept.sha256]).expect("listed"), [blobs.name(&orphan.sha256)]);
    assert!(blobs.remove_named(blobs.name(&orphan.sha256)).expect("removed"));
    assert!(!blobs.exists(&orphan.sha256).expect("asked"));
    assert!(matches!(blobs.open(&orphan.sha256), Err(BlobFault::Missing)));
    assert!(blobs.remove(&kept.sha256).expect("removed"));
    assert!(!blobs.remove(&kept.sha256).expect("asked again"), "a second removal finds nothing");
}

#[test]
fn an_exported_document_is_the_plain_one_and_others_may_read_it() {
    let mut desk = Desk::new();
    let blob = desk.put(b"the result");
    let out = desk.dir.path().join("Kết quả.pdf");
    assert_eq!(desk.blobs().export(&blob.sha256, &out).expect("exported"), 10);
    assert_eq!(fs::read(&out).expect("readable"), b"the result");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_ne!(fs::metadata(&out).expect("is there").permissions().mode() & 0o044, 0);
    }
}

#[test]
fn a_mirror_takes_what_is_missing_and_never_a_damaged_document() {
    let mut desk = Desk::new();
    let (whole, damaged, early) = (desk.put(b"whole"), desk.put(b"damaged"), desk.put(b"early"));
    let (blobs, mirror) = (desk.blobs(), desk.blobs_in("second disk"));
    mirror.put(&mut &b"early"[..], LIMIT, &mut desk.random).expect("stored");
    fs::write(desk.file_of(&damaged), b"x").expect("written");

    let mut heard = Vec::new();
    let report = blobs
        .mirror_to(&mirror, &mut |done, total| {
            heard.push((done, total));
            ControlFlow::Continue(())
        })
        .expect("mirrored");

    assert_eq!((report.copied, report.already_there), (1, 1));
    assert_eq!(heard, [(0, 2), (1, 2)], "what is there already is no work");
    assert_eq!(report.damaged, [blobs.name(&damaged.sha256)]);
    assert_eq!(mirror.open(&whole.sha256).expect("opens"), b"whole");
    assert_eq!(mirror.open(&early.sha256).expect("opens"), b"early");
    assert!(!mirror.exists(&damaged.sha256).expect("asked"));
}

#[test]
fn a_mirror_that_is_given_up_keeps_whole_documents_and_goes_on_with_the_rest_next_time() {
    let mut desk = Desk::new();
    desk.put(b"one");
    desk.put(b"two");
    desk.put(b"three");
    let (blobs, mirror) = (desk.blobs(), desk.blobs_in("second disk"));

    let given_up = blobs.mirror_to(&mirror, &mut |done, _| {
        if done < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });

    assert!(matches!(given_up, Err(BlobFault::GivenUp)), "{given_up:?}");
    let kept = mirror.list().expect("listed");
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|name| mirror.verify(*name).is_ok()), "half a document was kept");
    let report = blobs.mirror_to(&mirror, &mut |_, _| ControlFlow::Continue(())).expect("mirrored");
    assert_eq!((report.copied, report.already_there), (1, 2));
}

#[test]
fn another_stores_keys_open_nothing() {
    let mut desk = Desk::new();
    let blob = desk.put(b"one paper");
    let mut random = seeded(99);
    let place = KeyPlace::new(desk.dir.path().join("other keys"));
    let (_, foreign) = KeyFile::create(&place, [1; 16], Lock::KeyringSecret(&[2; 32]), &mut random)
        .expect("created");
    let blobs =
        BlobStore::new(desk.dir.path().join("blobs"), foreign.blob_keys(), Arc::new(RealDisk))
            .expect("opened");
    assert!(matches!(blobs.open(&blob.sha256), Err(BlobFault::Missing)));
    let names = blobs.list().expect("listed");
    assert!(matches!(blobs.verify(names[0]), Err(BlobFault::Damaged(_))));
}
