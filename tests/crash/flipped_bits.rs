//! One flipped bit, in the database, its write-ahead log, a sealed document, a key file, the marks: an error, or the same
//! answers as before. Never other answers.

use crate::dice::Dice;
use crate::lab::{Keys, copy_folder, rounds, seed};
use crate::promises::{Promise, paper};
use crate::shift::Shift;
use app::Places;
use app::opening::{self, Secret};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use store::verify::{Outside, verify};
use store::{Connection, Store, StoreFault};
use tests::{Desk, PASSPHRASE};
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace};
use vault::marks::MarkFile;
use vault::signing::DeviceSigner;

const PAGE_BYTES: usize = 4096;
const STEPS: usize = 60;

/// A desk after some work.
struct Worked {
    desk: Desk,
    keys: Keys,
    promises: Vec<Promise>,
}

/// How a flipped bit showed.
#[derive(Debug, Default)]
struct Shown {
    loud: usize,
    same: usize,
}

impl Worked {
    fn new() -> Self {
        let desk = Desk::new();
        let office = desk.open();
        let mut shift = Shift::new(&office, seed(), desk.folder().to_owned()).expect("a shift");
        let promises = (0..STEPS).flat_map(|_| shift.step().expect("a step")).collect();
        drop(office);
        let keys = Keys::of(&desk.data());
        assert!(
            !desk.data().join("quay.db-wal").exists(),
            "a closed desk leaves everything in one file"
        );
        Self { desk, keys, promises }
    }

    fn database(&self) -> PathBuf {
        self.desk.data().join("quay.db")
    }
}

#[test]
fn a_flipped_bit_of_the_database_is_an_error_or_nothing() {
    let worked = Worked::new();
    let good = std::fs::read(worked.database()).expect("the database");
    let expected = answers(&worked.database(), &worked.keys, EVERY_TABLE).expect("answers");
    let pages = good.len() / PAGE_BYTES;
    let mut shown = Shown::default();
    for round in 0..rounds() {
        let mut dice = Dice::new(seed() + round as u64);
        let place = (round % pages) * PAGE_BYTES + dice.below(PAGE_BYTES);
        let bit = dice.below(8);
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("quay.db");
        std::fs::write(&path, flipped(&good, place, bit)).expect("a damaged copy");
        let story = format!("seed {}, byte {place}, bit {bit}", seed());
        shown.count(&expected, answers(&path, &worked.keys, EVERY_TABLE), &story);
    }
    println!(
        "flipped bits, database of {pages} pages: n {}, seed {}, loud {}, same answers {}, other answers 0",
        rounds(),
        seed(),
        shown.loud,
        shown.same
    );
}

#[test]
fn a_flipped_bit_of_the_write_ahead_log_is_noticed() {
    let worked = Worked::new();
    let office = worked.desk.open();
    let mut shift =
        Shift::new(&office, seed() + 1, worked.desk.folder().to_owned()).expect("a shift");
    (0..12).for_each(|_| drop(shift.step().expect("a step")));
    let copy = worked.desk.folder().join("alive");
    copy_folder(&worked.desk.data(), &copy).expect("copied");
    let device = office.read(store::office::newest_device).expect("read").expect("a device");
    let head = office.read(|c| store::log::head_of_device(c, &device)).expect("read");
    drop(office);
    let database = std::fs::read(copy.join("quay.db")).expect("the database");
    let wal = std::fs::read(copy.join("quay.db-wal")).expect("its write-ahead log");
    // The last commits may be merging of the search index: lost, it answers the same out of other rows of its own.
    let told = |path: &Path| answers(path, &worked.keys, TABLES_BUT_THE_INDEX);
    let expected = told(&copy.join("quay.db")).expect("answers");
    let rounds = rounds().div_ceil(4);
    let (mut shown, mut behind) = (Shown::default(), 0);
    for round in 0..rounds {
        let mut dice = Dice::new(seed() + round as u64);
        let (place, bit) = (dice.below(wal.len()), dice.below(8));
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("quay.db");
        std::fs::write(&path, &database).expect("the database");
        std::fs::write(folder.path().join("quay.db-wal"), flipped(&wal, place, bit))
            .expect("its log");
        let story = format!("seed {}, byte {place} of the log, bit {bit}", seed());
        let found = worked
            .keys
            .store(folder.path())
            .and_then(|s| s.read(|c| store::log::head_of_device(c, &device)));
        match found {
            Ok(found) if found.seq < head.seq => behind += 1,
            _ => shown.count(&expected, told(&path), &story),
        }
    }
    println!(
        "flipped bits, write-ahead log: n {rounds}, seed {}, behind the marks (taken for a restore) {behind}, loud {}, same answers {}, other answers 0",
        seed(),
        shown.loud,
        shown.same
    );
}

#[test]
fn a_flipped_bit_of_a_document_is_never_shown() {
    let worked = Worked::new();
    let documents = worked.keys.documents(&worked.desk.data());
    let filed: Vec<(u64, usize)> = worked
        .promises
        .iter()
        .filter_map(|promise| match promise {
            Promise::Filed { seed, bytes, .. } => Some((*seed, *bytes)),
            _ => None,
        })
        .collect();
    let digests = worked
        .keys
        .store(&worked.desk.data())
        .expect("store")
        .read(|c| store::files::contents(c, "", 1_000))
        .expect("read");
    let rounds = rounds();
    for round in 0..rounds {
        let mut dice = Dice::new(seed() + round as u64);
        let digest = crate::judge::digest(&digests[dice.below(digests.len())]).expect("a digest");
        let name = documents.name(&digest).to_string();
        let path =
            worked.desk.data().join("documents").join(&name[..1]).join(&name[1..2]).join(&name);
        let good = std::fs::read(&path).expect("a sealed document");
        let (place, bit) = (dice.below(good.len()), dice.below(8));
        std::fs::write(&path, flipped(&good, place, bit)).expect("damaged");
        let opened = documents.open(&digest);
        assert!(
            opened.is_err(),
            "seed {}, byte {place}, bit {bit}: a damaged document was opened",
            seed()
        );
        std::fs::write(&path, &good).expect("made good");
        let plain = documents.open(&digest).expect("whole again");
        assert!(
            filed.iter().any(|(seed, bytes)| plain == paper(*seed, *bytes)),
            "the very bytes attached"
        );
    }
    println!(
        "flipped bits, sealed documents: n {rounds}, seed {}, loud {rounds}, opened 0",
        seed()
    );
}

#[test]
fn a_flipped_bit_of_a_key_file_is_mended_from_its_copy_or_said() {
    let worked = Worked::new();
    let place = worked.desk.data().join("keys");
    let (first, second) = (place.join("key.json"), place.join("key-copy.json"));
    let good = std::fs::read(&first).expect("a key file");
    let rounds = rounds();
    let (mut mended, mut loud) = (0, 0);
    for round in 0..rounds {
        let mut dice = Dice::new(seed() + round as u64);
        let (byte, bit) = (dice.below(good.len()), dice.below(8));
        let both = round % 2 == 0;
        std::fs::write(&first, flipped(&good, byte, bit)).expect("damaged");
        std::fs::write(&second, if both { flipped(&good, byte, bit) } else { good.clone() })
            .expect("its copy");
        let story = format!("seed {}, byte {byte}, bit {bit}, both {both}", seed());
        match KeyFile::load(&KeyPlace::new(&place)) {
            Ok(Some(file)) => {
                let bytes = file.locked().to_bytes().expect("bytes");
                assert_eq!(bytes, good, "{story}: other keys than before");
                mended += 1;
            }
            Ok(None) => panic!("{story}: the key file was taken for a missing one"),
            Err(_) => {
                assert!(both, "{story}: a good copy was not used");
                loud += 1;
            }
        }
    }
    println!(
        "flipped bits, key files: n {rounds}, seed {}, same keys {mended}, loud {loud}, other keys 0",
        seed()
    );
}

#[test]
fn a_flipped_bit_of_the_state_folder_never_makes_a_number_twice() {
    let worked = Worked::new();
    let store = worked.keys.store(&worked.desk.data()).expect("store");
    let device = store.read(store::office::newest_device).expect("read").expect("a device");
    let head = store.read(|c| store::log::head_of_device(c, &device)).expect("read");
    let signer = || {
        DeviceSigner::load(
            &RealDisk,
            &worked.desk.state(),
            device,
            &worked.keys.master().device_key(),
        )
    };
    let public = signer().expect("read").expect("a key").public_key();
    let files: Vec<PathBuf> = std::fs::read_dir(worked.desk.state())
        .expect("state")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let (mut loud, mut same, mut older) = (0, 0, 0);
    for round in 0..rounds() {
        let mut dice = Dice::new(seed() + round as u64);
        let path = dice.pick(&files).clone();
        let good = std::fs::read(&path).expect("a file of the state folder");
        let (place, bit) = (dice.below(good.len()), dice.below(8));
        std::fs::write(&path, flipped(&good, place, bit)).expect("damaged");
        let story = format!("seed {}, {}, byte {place}, bit {bit}", seed(), path.display());
        match (signer(), MarkFile::open(&worked.desk.state(), device)) {
            (Ok(Some(signer)), Ok((_, Some(marks)))) => {
                assert_eq!(signer.public_key(), public, "{story}: another signing key");
                assert!(marks.seq <= head.seq, "{story}: marks nobody made");
                same += usize::from(marks.seq == head.seq);
                older += usize::from(marks.seq < head.seq);
            }
            _ => loud += 1,
        }
        std::fs::write(&path, &good).expect("made good");
    }
    println!(
        "flipped bits, state folder: n {}, seed {}, loud {loud}, same {same}, an older mark {older}, other keys or marks 0",
        rounds(),
        seed()
    );
}

#[test]
fn the_application_says_in_its_own_words_that_the_store_is_damaged() {
    let worked = Worked::new();
    let good = std::fs::read(worked.database()).expect("the database");
    let pages = good.len() / PAGE_BYTES;
    for round in 0..rounds().div_ceil(8) {
        let mut dice = Dice::new(seed() + round as u64);
        let place = dice.below(pages) * PAGE_BYTES + dice.below(PAGE_BYTES);
        std::fs::write(worked.database(), flipped(&good, place, dice.below(8))).expect("damaged");
        let places = Places { data: worked.desk.data(), state: worked.desk.state() };
        let story = format!("seed {}, byte {place}", seed());
        match opening::open(places, &Secret::Passphrase(PASSPHRASE.into()), app::Clock::system()) {
            Err(fault) => assert_eq!(fault.code(), "corrupt", "{story}: {fault}"),
            Ok(office) => {
                let told =
                    office.verify(&mut app::unfollowed).map_or_else(|_| true, |report| report.ok);
                assert!(told && office.boot_view().restored.is_none(), "{story}");
            }
        }
    }
}

impl Shown {
    fn count(&mut self, expected: &[String], found: store::Result<Vec<String>>, story: &str) {
        match found {
            Err(_) => self.loud += 1,
            Ok(found) if found == expected => self.same += 1,
            Ok(found) => {
                let other = expected.iter().zip(&found).find(|(a, b)| a != b);
                panic!("{story}: other answers, and no error: {other:?}");
            }
        }
    }
}

/// Names of tables whose rows are compared.
const EVERY_TABLE: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
const TABLES_BUT_THE_INDEX: &str =
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name";

/// Everything the store can answer: all rows of these tables, a search, what `verify` says.
fn answers(path: &Path, keys: &Keys, tables: &str) -> store::Result<Vec<String>> {
    Store::open(path, &keys.database())?.read(|connection| {
        let mut answers = dump(connection, tables)?;
        for words in ["dang van luong", "Đặng Văn Lượng", "015095", "nguyen"] {
            let rows = store::search::search(connection, words, 50)?;
            answers
                .push(format!("{words}: {:?}", rows.iter().map(|row| row.n).collect::<Vec<_>>()));
        }
        let report =
            verify(connection, &Outside::default(), &mut |_, _, _| ControlFlow::Continue(()))?;
        answers.push(format!("{report:?}"));
        Ok(answers)
    })
}

fn dump(connection: &Connection, tables: &str) -> store::Result<Vec<String>> {
    let names: Vec<String> = texts(connection, tables)?;
    let mut rows = names.clone();
    for name in names {
        rows.extend(texts(connection, &columns_sql(connection, &name)?)?);
    }
    Ok(rows)
}

/// Asks for every row of a table as one text, so that no column escapes comparison.
fn columns_sql(connection: &Connection, table: &str) -> store::Result<String> {
    let columns = texts(connection, &format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let quoted: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
    Ok(format!("SELECT {} FROM \"{table}\"", quoted.join(" || '|' || ")))
}

fn texts(connection: &Connection, sql: &str) -> store::Result<Vec<String>> {
    let mut statement = connection.prepare(sql).map_err(StoreFault::from)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(StoreFault::from)?;
    rows.map(|row| row.map_err(StoreFault::from)).collect()
}

fn flipped(bytes: &[u8], place: usize, bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[place] ^= 1 << bit;
    bytes
}
