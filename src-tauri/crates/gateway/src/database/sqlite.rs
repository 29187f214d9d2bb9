//! The embedded ledger: one file, one machine. For a gateway inside the desktop application, for training and tests.

use super::{
    Cell, Database, DatabaseFault, End, Job, Later, Migrations, Row, Tx, Value, schema_version,
};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, TransactionBehavior};
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

const MIGRATIONS: Migrations = &[
    include_str!("../../migrations/sqlite/0001_first.sql"),
    include_str!("../../migrations/sqlite/0002_province.sql"),
    include_str!("../../migrations/sqlite/0003_outbound.sql"),
    include_str!("../../migrations/sqlite/0004_open.sql"),
];
const BUSY_WAIT_MAX: Duration = Duration::from_secs(30);

/// One connection writes, another reads meanwhile (WAL).
pub struct Sqlite {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the ledger's file, makes it when it is not there and brings its schema up to date. The file is sealed
    /// with `key` (SQLCipher): it holds citizens' data.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self, DatabaseFault> {
        cipher_started();
        let mut writer = Connection::open(path)?;
        set_up(&writer, key)?;
        migrate(&mut writer)?;
        let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        set_up(&reader, key)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)) })
    }
}

impl Database for Sqlite {
    fn write(&self, job: Job) -> Later<'_> {
        Box::pin(perform(Arc::clone(&self.writer), TransactionBehavior::Immediate, job))
    }

    fn read(&self, job: Job) -> Later<'_> {
        Box::pin(perform(Arc::clone(&self.reader), TransactionBehavior::Deferred, job))
    }
}

async fn perform(
    connection: Arc<Mutex<Connection>>,
    behavior: TransactionBehavior,
    mut job: Job,
) -> Result<(), DatabaseFault> {
    let work = move || {
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(behavior)?;
        let end = job(&mut Step(&transaction))?;
        match end {
            End::Commit => transaction.commit()?,
            End::Rollback => transaction.rollback()?,
        }
        Ok(())
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| DatabaseFault::Ended)?
}

/// SQLite says that it is started before SQLCipher is, and the desk's store may be opened by another thread of this
/// process: waits until the cipher answers. One that never does is the fault of the connection that is opened next.
fn cipher_started() {
    const PAUSE: Duration = Duration::from_millis(1);
    const PAUSES_MAX: u32 = 2_000;
    let answers = || Connection::open_in_memory()?.execute_batch("PRAGMA key = 'probe'");
    for _ in 0..PAUSES_MAX {
        match answers() {
            Ok(()) => return,
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}

fn set_up(connection: &Connection, key: &[u8; 32]) -> Result<(), DatabaseFault> {
    let key = Zeroizing::new(protocol::receipt::hex::text(key));
    connection.execute_batch(&Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", *key)))?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    // A statement with a bound LIMIT is planned once, not at every use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    // FULL: an acknowledged record survives a power cut.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;",
    )?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), DatabaseFault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = schema_version(MIGRATIONS);
    if found > known {
        return Err(DatabaseFault::Newer { found, known });
    }
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

struct Step<'a>(&'a rusqlite::Transaction<'a>);

impl Tx for Step<'_> {
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, DatabaseFault> {
        let mut statement = self.0.prepare_cached(&dialect(sql))?;
        let columns = statement.column_count();
        let rows = statement.query_map(rusqlite::params_from_iter(values), |row| {
            (0..columns)
                .map(|column| row.get_ref(column).map(cell))
                .collect::<Result<_, _>>()
                .map(Row)
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, DatabaseFault> {
        let mut statement = self.0.prepare_cached(&dialect(sql))?;
        Ok(statement.execute(rusqlite::params_from_iter(values))? as u64)
    }
}

/// `SQLite` numbers parameters with `?`, and a transaction that writes already has the whole file to itself.
fn dialect(sql: &str) -> Cow<'_, str> {
    Cow::Owned(
        sql.replace('$', "?")
            .replace(" FOR UPDATE SKIP LOCKED", "")
            .replace(" FOR UPDATE", "")
            .replace(" FOR SHARE", ""),
    )
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Int(number),
        // The schema has no column of real numbers.
        ValueRef::Real(number) => Cell::Text(number.to_string()),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
