//! Power cuts: a shift is recorded down to the sector, and the disk is put together as a cut at any moment may leave it:
//! what was not synced kept, lost, torn or reordered, names included. Every such disk is opened and judged.

mod platter;
mod recording;

use crate::dice::Dice;
use crate::lab::{Keys, Worker, rounds, seed, shim};
use crate::promises::Promise;
use app::inputs::read_value;
use app::opening::{self, OpenFault, Secret};
use app::{Clock, Places};
use platter::Platter;
use recording::Op;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tests::{Desk, PASSPHRASE};
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace};
use vault::marks::MarkFile;
use vault::signing::DeviceSigner;

/// Use cases in one recording: the write-ahead log is folded back into the database more than once.
const STEPS: u32 = 120;
/// Shifts, one after the other, over the same desk.
const SHIFTS: u64 = 3;
/// The whole application, passphrase and all, opens one image in so many.
const IMAGES_AN_OPENING: usize = 25;

#[derive(Default)]
struct Figures {
    images: usize,
    promises: usize,
    opened_whole: usize,
    restores: usize,
}

#[test]
fn a_power_cut_at_any_moment_of_a_shift_keeps_every_promise() {
    let desk = Desk::new();
    let keys = Keys::of(&desk.data());
    let places = [desk.data(), desk.state()];
    let mut figures = Figures::default();
    let mut promised = Vec::new();
    for shift in 0..SHIFTS {
        let base = Snapshot::of(desk.folder(), &places);
        let ops = record(&desk, seed() + shift, STEPS);
        let images = rounds().div_ceil(usize::try_from(SHIFTS).unwrap_or(1));
        let cuts = cuts(&ops, images, seed() + shift);
        let mut platter = base.platter();
        let mut cuts = cuts.into_iter().peekable();
        for (place, op) in ops.iter().enumerate() {
            while cuts.next_if(|cut| *cut == place).is_some() {
                let number = figures.images as u64;
                let story = format!(
                    "seed {}, shift {shift}, cut {place} of {}, image {number}",
                    seed(),
                    ops.len()
                );
                let image = base.image(&platter, &mut Dice::new(seed() ^ (number << 20)));
                examine(&image, &keys, &promised, &story, &mut figures);
            }
            platter.apply(op);
            promised.extend(ack(op));
        }
    }
    println!(
        "power cut: images {} (the whole application opened {}), seed {}, promises at most {}, checked {}, taken for a restore {}, \
         lost 0, half 0, doubled 0, dangling 0",
        figures.images,
        figures.opened_whole,
        seed(),
        promised.len(),
        figures.promises,
        figures.restores
    );
}

#[test]
fn a_power_cut_in_the_first_run_leaves_a_desk_or_none_and_never_half_of_one() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let home = folder.path().join("home");
    std::fs::create_dir(&home).expect("a home");
    let snapshot = Snapshot::of(folder.path(), std::slice::from_ref(&home));
    let ops = record_in(folder.path(), &home, seed(), 3);
    let images = rounds().div_ceil(20).max(3);
    let (mut desks, mut none) = (0, 0);
    for (number, cut) in cuts(&ops, images, seed()).into_iter().enumerate() {
        let mut platter = snapshot.platter();
        ops[..cut].iter().for_each(|op| platter.apply(op));
        let story = format!("seed {}, cut {cut} of {}, image {number}", seed(), ops.len());
        let image = snapshot.image(&platter, &mut Dice::new(seed() ^ number as u64));
        let at = image.path().join("home");
        let places = Places { data: at.join("data"), state: at.join("state") };
        let commissioned = ops[..cut]
            .iter()
            .any(|op| matches!(op, Op::Ack(line) if line.contains("commissioned")));
        match opening::open(places, &Secret::Passphrase(PASSPHRASE.into()), Clock::system()) {
            Ok(_) => desks += 1,
            Err(OpenFault::NotCommissioned) if !commissioned => {
                none += 1;
                let again = tests::commission(&at);
                assert!(
                    again.is_ok(),
                    "{story}: the first run cannot be done again: {:?}",
                    again.err()
                );
            }
            Err(fault) => panic!("{story}: {} {fault}", fault.code()),
        }
    }
    println!(
        "power cut in the first run: images {images}, seed {}, a whole desk {desks}, none yet {none}, half a desk 0",
        seed()
    );
}

fn ack(op: &Op) -> Option<Promise> {
    match op {
        Op::Ack(line) => Promise::read(line),
        _ => None,
    }
}

fn record(desk: &Desk, seed: u64, steps: u32) -> Vec<Op> {
    record_in(desk.folder(), desk.folder(), seed, steps)
}

/// A shift at the desk in `home`, recorded; the recorder's own file lies in `folder`.
fn record_in(folder: &Path, home: &Path, seed: u64, steps: u32) -> Vec<Op> {
    let library = shim(folder, "recorder");
    let file = folder.join(format!("recording {seed}"));
    let environment = [
        ("LD_PRELOAD", library.display().to_string()),
        ("RECORD_DIR", home.display().to_string()),
        ("RECORD_FILE", file.display().to_string()),
    ];
    let (said, code) = Worker::start_under(home, seed, steps, &environment).finish();
    assert_eq!(code, Some(0), "{said:#?}");
    let mut ops = recording::read(&file);
    let shared = |path: &Path| {
        path.ends_with("quay.db-shm") || path.extension().is_some_and(|end| end == "pdf")
    };
    ops.retain(|op| !paths_of(op).iter().any(|path| shared(path)));
    let acknowledged = |line: &&String| line.starts_with("ACK");
    let recorded = ops.iter().filter(|op| matches!(op, Op::Ack(_))).count();
    assert_eq!(
        recorded,
        said.iter().filter(acknowledged).count(),
        "the recorder heard every promise"
    );
    ops
}

fn paths_of(op: &Op) -> Vec<&Path> {
    match op {
        Op::Create(path) | Op::Truncate(path) | Op::Write(path, ..) | Op::Length(path, _) => {
            vec![path]
        }
        Op::Sync(path) | Op::Unlink(path) | Op::MakeDir(path) => vec![path],
        Op::Rename(from, to) => vec![from, to],
        Op::Ack(_) => Vec::new(),
    }
}

/// Moments of the cut, in order; several images of one moment differ by what the cut left.
fn cuts(ops: &[Op], images: usize, seed: u64) -> Vec<usize> {
    let mut dice = Dice::new(seed);
    let mut cuts: Vec<usize> = (0..images).map(|_| dice.below(ops.len())).collect();
    cuts.sort_unstable();
    cuts
}

/// The folders of a desk before a shift.
struct Snapshot {
    root: PathBuf,
    platter: Platter<'static>,
}

impl Snapshot {
    fn of(root: &Path, folders: &[PathBuf]) -> Self {
        Self { root: root.to_owned(), platter: Platter::of(root, folders) }
    }

    fn platter<'r>(&self) -> Platter<'r> {
        self.platter.clone()
    }

    /// A folder with what a cut now leaves.
    fn image(&self, platter: &Platter<'_>, dice: &mut Dice) -> tempfile::TempDir {
        let folder = tempfile::TempDir::new().expect("a folder for the image");
        let files: BTreeMap<PathBuf, Option<Vec<u8>>> = platter.crash(dice);
        for (path, contents) in files {
            let Ok(inside) = path.strip_prefix(&self.root) else { continue };
            let at = folder.path().join(inside);
            match contents {
                Some(bytes) => std::fs::write(at, bytes).expect("a file"),
                None => std::fs::create_dir_all(at).expect("a folder"),
            }
        }
        folder
    }
}

fn examine(
    image: &tempfile::TempDir,
    keys: &Keys,
    promised: &[Promise],
    story: &str,
    figures: &mut Figures,
) {
    let places = Places { data: image.path().join("data"), state: image.path().join("state") };
    KeyFile::load(&KeyPlace::new(places.keys())).expect(story).expect(story);
    keys.judge(&places.data, promised).expect(story).must_be_clean(story);
    let report = keys.verify(&places.data).expect(story);
    assert!(report.faults.is_empty(), "{story}: {report:?}");
    let restore = is_restore(&places, keys, story);
    figures.images += 1;
    figures.promises += promised.len();
    figures.restores += usize::from(restore);
    if figures.images % IMAGES_AN_OPENING == 1 {
        go_on(&places, promised, restore, story);
        figures.opened_whole += 1;
    }
}

/// Whether the marks are lost or do not fit: allowed after a power cut, and then nothing but *mã tạm* is given.
fn is_restore(places: &Places, keys: &Keys, story: &str) -> bool {
    let store = keys.store(&places.data).expect(story);
    let device = store.read(store::office::newest_device).expect(story).expect(story);
    let head = store.read(|c| store::log::head_of_device(c, &device)).expect(story);
    let signer = DeviceSigner::load(&RealDisk, &places.state, device, &keys.master().device_key())
        .expect(story);
    let (_, marks) = MarkFile::open(&places.state, device).expect(story);
    match marks {
        Some(marks) if signer.is_some() => {
            assert!(
                marks.seq <= head.seq,
                "{story}: the marks are ahead of the store: something durable was lost"
            );
            false
        }
        _ => true,
    }
}

fn go_on(places: &Places, promised: &[Promise], restore: bool, story: &str) {
    let office =
        opening::open(places.clone(), &Secret::Passphrase(PASSPHRASE.into()), Clock::system())
            .expect(story);
    assert_eq!(office.boot_view().restored.is_some(), restore, "{story}");
    let item =
        read_value(tests::reception("1.004772", "Sau Mất Điện", "015095001234")).expect(story);
    let accepted = office.accept(vec![item]).expect(story);
    let number = accepted[0].number.clone().expect(story);
    assert_eq!(accepted[0].provisional, restore, "{story}: {number}");
    let given: BTreeSet<String> =
        promised.iter().filter_map(crate::judge::number_of).map(|(number, _)| number).collect();
    assert!(!given.contains(&number), "{story}: {number} was given twice");
    assert!(office.verify(&mut app::unfollowed).expect(story).ok, "{story}");
}
