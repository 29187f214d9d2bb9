//! Opening and creating the store: key, pragmas, migrations.

use crate::error::{Result, StoreFault};
use crate::tx::{Pen, Tx};
use crate::upkeep::Upkeep;
use crate::writer::{Writer, in_transaction, without_sync};
use rusqlite::config::DbConfig;
use rusqlite::ffi;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

/// Raw SQLCipher key in the form `PRAGMA key` takes: `x'…64 hexadecimal digits…'`.
#[derive(Clone)]
pub struct DatabaseKey(String);

impl DatabaseKey {
    /// The vault's database key.
    pub fn new(pragma_value: &str) -> Self {
        Self(pragma_value.to_owned())
    }
}

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_exchange.sql"),
    include_str!("../migrations/0003_print_jobs.sql"),
    include_str!("../migrations/0004_revoked.sql"),
    include_str!("../migrations/0005_put_back.sql"),
    include_str!("../migrations/0006_ahead.sql"),
    include_str!("../migrations/0007_text_apart.sql"),
];
const READERS: usize = 2;
/// 24 MiB for the writer, 16 MiB for each reader: hot indexes of ten years stay in memory on a 4 GB machine.
const WRITER_CACHE_KIB: i32 = 24 * 1024;
const READER_CACHE_KIB: i32 = 16 * 1024;
/// Folding the log goes past the cache.
const UPKEEP_CACHE_KIB: i32 = 64;
const BUSY_MS: u32 = 5_000;

/// The encrypted store of one desk: one writing connection, a few readers.
pub struct Store {
    path: PathBuf,
    key: DatabaseKey,
    // Dropped before the writer: the last connection to close folds the log back, and must be able to.
    readers: Vec<Mutex<Connection>>,
    upkeep: Upkeep,
    writer: Arc<Writer>,
}

impl Store {
    /// Creates a new store; the file must not exist.
    ///
    /// # Errors
    /// [`StoreFault::ReadOnly`] when it exists or the folder may not be written, [`StoreFault::DiskFull`].
    pub fn create(path: &Path, key: &DatabaseKey) -> Result<Self> {
        let connection = connect(
            path,
            key,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            WRITER_CACHE_KIB,
        )?;
        prepare(connection, path, key)
    }

    /// Opens an existing store, bringing its schema up to date in one transaction.
    ///
    /// # Errors
    /// [`StoreFault::WrongKey`], [`StoreFault::Corrupt`], [`StoreFault::NewerSchema`], [`StoreFault::ReadOnly`].
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self> {
        let connection = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE, WRITER_CACHE_KIB)?;
        prepare(connection, path, key)
    }

    /// Runs one writing transaction: everything in it is durable when this returns `Ok`, nothing when it does not.
    /// Without a `pen` no record can be appended, only records from elsewhere taken in.
    ///
    /// # Errors
    /// What `work` returns, or the fault of the commit.
    pub fn write<T, E: From<StoreFault>>(
        &self,
        pen: Option<Pen<'_>>,
        work: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.upkeep.refuse_after_fault()?;
        if pen.is_some() {
            self.writer.officer_writes();
        }
        in_transaction(&mut self.writer(), pen, None, work)
    }

    /// Runs a transaction that nobody waits for and that can be had again from elsewhere: what other devices wrote. It
    /// gives way to whoever asks for the writing connection meanwhile, and `work` then runs again. Everything in it is
    /// durable when this returns `Ok`.
    ///
    /// # Errors
    /// What `work` returns, or the fault of the commit.
    pub fn write_aside<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.upkeep.refuse_after_fault()?;
        let began = Instant::now();
        let done = self.writer.write_aside(work)?;
        self.sync_log()?;
        self.writer.rest_after(began);
        self.upkeep.finish();
        Ok(done)
    }

    /// Has the disk take the log, which an officer's next commit would otherwise have to wait for. The writing connection
    /// is free meanwhile, and who waited for it goes first.
    fn sync_log(&self) -> Result<()> {
        self.writer.let_pass();
        let mut log = self.path.clone().into_os_string();
        log.push("-wal");
        File::options().write(true).open(log).and_then(|log| log.sync_data()).map_err(|fault| {
            StoreFault::Disk(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_IOERR_FSYNC),
                Some(fault.to_string()),
            ))
        })
    }

    /// Runs a write of local state that may be lost at a power cut but not at a crash, such as a draft: no disk sync.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn write_local<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.upkeep.refuse_after_fault()?;
        without_sync(&mut self.writer(), |connection| work(connection))
    }

    /// Reads on a connection of its own; never waits for a write.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        for reader in &self.readers {
            if let Ok(connection) = reader.try_lock() {
                return work(&connection);
            }
        }
        match self.readers.first() {
            Some(reader) => work(&reader.lock().unwrap_or_else(PoisonError::into_inner)),
            None => work(&self.writer()),
        }
    }

    /// Folds the write-ahead log into the database and syncs it: after a disk error this proves that what the page
    /// cache shows is on the disk.
    ///
    /// # Errors
    /// [`StoreFault::Disk`] when the disk still refuses, [`StoreFault::InUse`] while somebody still reads what was there
    /// before.
    pub fn checkpoint(&self) -> Result<()> {
        self.upkeep.finish();
        let busy: bool =
            self.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy {
            return Err(
                rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None).into()
            );
        }
        Ok(())
    }

    /// A consistent copy of the whole store, sealed with the same key, at `path` (which must not exist).
    /// `heard` is told bytes copied and in all.
    ///
    /// # Errors
    /// [`StoreFault::DiskFull`], [`StoreFault::ReadOnly`] for the place of the copy; [`StoreFault::GivenUp`], which
    /// leaves half a copy for the caller to remove.
    pub fn copy_to(
        &self,
        path: &Path,
        heard: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<()> {
        const PAGES_A_STEP: std::os::raw::c_int = 512;
        const PAGE_BYTES: u64 = 4096;
        let mut copy = connect(
            path,
            &self.key,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            READER_CACHE_KIB,
        )?;
        let source =
            connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_ONLY, READER_CACHE_KIB)?;
        let backup = rusqlite::backup::Backup::new(&source, &mut copy)?;
        while backup.step(PAGES_A_STEP)? == rusqlite::backup::StepResult::More {
            let state = backup.progress();
            let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0) * PAGE_BYTES;
            if heard(bytes(state.pagecount - state.remaining), bytes(state.pagecount)).is_break() {
                return Err(StoreFault::GivenUp);
            }
        }
        Ok(())
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The writing connection, for faults injected by tests and for local state.
    pub fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock()
    }
}

/// SQLite says that it is started before SQLCipher is: its extra start runs after the mutex was let go, and the first
/// connection of another thread would find no cipher. Waits until there is one; a cipher that never starts is the
/// fault of the connection that is opened next.
fn cipher_started() {
    static STARTED: Once = Once::new();
    const PAUSE: Duration = Duration::from_millis(1);
    const PAUSES_MAX: u32 = 2_000;
    STARTED.call_once(|| {
        let answers = || {
            let probe = Connection::open_in_memory()?;
            probe.pragma_update(None, "key", "probe")
        };
        for _ in 0..PAUSES_MAX {
            match answers() {
                Ok(()) => return,
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    });
}

fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags, cache_kib: i32) -> Result<Connection> {
    cipher_started();
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.pragma_update(None, "key", &key.0)?;
    connection.pragma_update(None, "cipher_log_level", "NONE")?;
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.busy_timeout(Duration::from_millis(BUSY_MS.into()))?;
    // A plan looks at what is bound only with this off, and a statement with a bound LIMIT is then planned at every use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn prepare(mut writer: Connection, path: &Path, key: &DatabaseKey) -> Result<Store> {
    refuse_newer(&writer)?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    writer.pragma_update(None, "synchronous", "FULL")?;
    writer.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut writer)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let readers = (0..READERS)
        .map(|_| connect(path, key, flags, READER_CACHE_KIB).map(Mutex::new))
        .collect::<Result<_>>()?;
    let writer = Arc::new(Writer::new(writer));
    let (place, opens_with) = (path.to_owned(), key.clone());
    let upkeep = Upkeep::start(&writer, move || {
        connect(&place, &opens_with, OpenFlags::SQLITE_OPEN_READ_WRITE, UPKEEP_CACHE_KIB)
    })?;
    Ok(Store { path: path.to_owned(), key: key.clone(), readers, upkeep, writer })
}

fn refuse_newer(connection: &Connection) -> Result<()> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if found > known { Err(StoreFault::NewerSchema { found, known }) } else { Ok(()) }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let done: usize =
        connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? as usize;
    if done == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for migration in &MIGRATIONS[done..] {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(
        None,
        "user_version",
        u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX),
    )?;
    transaction.commit()?;
    Ok(())
}

/// The schema in an empty database that is thrown away: where `verify` replays the office.
pub(crate) fn migrate_empty(connection: &Connection) -> Result<()> {
    for migration in MIGRATIONS {
        connection.execute_batch(migration)?;
    }
    Ok(())
}
