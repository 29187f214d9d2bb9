//! The store that is measured: handed over, or a small one of its own.

use app::opening::{self, Secret};
use app::{Clock, Office, Places};
use std::path::{Path, PathBuf};
use store::Connection;
use tests::{Desk, PASSPHRASE};

const DOSSIERS_USUAL: u32 = 2_000;
/// SQLite's head of the write-ahead log.
const LOG_HEAD_BYTES: u64 = 32;

/// Where the measured store lies.
pub struct Place {
    places: Places,
    folder: PathBuf,
    passphrase: String,
    words: String,
    // Kept for its drop, which removes the folder.
    _own: Option<Desk>,
}

/// What one accept writes.
pub struct Weight {
    /// Into the write-ahead log: whole pages, indexes and all.
    pub log_bytes: usize,
    /// Rows alone: what a table without an index would have to hold.
    pub row_bytes: usize,
}

impl Place {
    /// The store named by `QUAY_BENCH_STORE`, else a new one.
    pub fn provide() -> Self {
        match std::env::var_os("QUAY_BENCH_STORE") {
            Some(folder) => Self::given(Path::new(&folder)),
            None => Self::own(),
        }
    }

    /// Opens it.
    pub fn open(&self) -> Office {
        let secret = Secret::Passphrase(self.passphrase.clone());
        opening::open(self.places.clone(), &secret, Clock::system()).expect("the store opens")
    }

    /// The folder around it, on the same disk.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the store is, for the heads of the table.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Weighs one accept: the mean of `times`.
    pub fn weigh(&self, times: u32, office: &Office, mut accept: impl FnMut()) -> Weight {
        // Folded back first, and few enough not to be folded back in between.
        office.with_writer(fold_back);
        let before = office.read(newest).expect("the newest rows");
        (0..times).for_each(|_| accept());
        let row_bytes: u32 = office.read(|c| bytes_since(c, before)).expect("bytes of rows");
        let log = self.places.database().with_file_name("quay.db-wal");
        let log_bytes = log.metadata().expect("a log").len() - LOG_HEAD_BYTES;
        Weight {
            log_bytes: usize::try_from(log_bytes / u64::from(times)).expect("a size"),
            row_bytes: usize::try_from(row_bytes / times).expect("a size"),
        }
    }

    fn given(folder: &Path) -> Self {
        let passphrase = std::fs::read_to_string(folder.join("passphrase")).expect("a passphrase");
        let places = Places { data: folder.join("store"), state: folder.join("home/state/quay") };
        Self::of(places, folder, passphrase.trim(), None)
    }

    fn own() -> Self {
        let desk = Desk::new();
        let wanted = std::env::var("QUAY_BENCH_DOSSIERS").ok().and_then(|n| n.parse().ok());
        let office = desk.open();
        office.demo(wanted.unwrap_or(DOSSIERS_USUAL), 1, 5, &mut |_, _| {}).expect("filled");
        drop(office);
        let folder = desk.folder().to_owned();
        Self::of(desk.places(), &folder, PASSPHRASE, Some(desk))
    }

    fn of(places: Places, folder: &Path, passphrase: &str, own: Option<Desk>) -> Self {
        let mut place = Self {
            places,
            folder: folder.to_owned(),
            passphrase: passphrase.to_owned(),
            words: String::new(),
            _own: own,
        };
        let (dossiers, files): (u32, u32) = place.open().read(size).expect("the store's size");
        place.words = format!("{dossiers} dossiers, {files} documents");
        place
    }
}

fn size(connection: &Connection) -> store::Result<(u32, u32)> {
    let sql = "SELECT (SELECT count(*) FROM dossier), (SELECT count(*) FROM file)";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The last record to arrive and the last dossier.
fn newest(connection: &Connection) -> store::Result<(i64, i64)> {
    let sql = "SELECT (SELECT max(arrival) FROM record), (SELECT max(n) FROM dossier)";
    Ok(connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn bytes_since(connection: &Connection, (arrival, n): (i64, i64)) -> store::Result<u32> {
    const SQL: &str = "
        SELECT (SELECT sum(length(hash) + length(header) + length(salt) + length(body) + length(coalesce(signature, '')))
                  FROM record WHERE arrival > ?1)
             + (SELECT sum(length(procedure) + length(applicant) + length(names_exact) + length(search_folded))
                  FROM dossier WHERE n > ?2)";
    Ok(connection.query_row(SQL, [arrival, n], |row| row.get(0))?)
}

fn fold_back(writer: &mut Connection) {
    let folded =
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    assert_eq!(folded.expect("a checkpoint"), 0, "nobody else reads");
}
