//! Where the ledger lies: one SQL for both, in transactions that a job describes.
//!
//! A job is plain code over [`Tx`]: it runs on a thread of its own, so that what the gateway decides inside a
//! transaction is written once and reads from top to bottom, for `PostgreSQL` and for the embedded `SQLite` alike.

pub mod postgres;
mod row;
pub mod sqlite;

pub use row::{Cell, Row, Value};

use std::future::Future;
use std::pin::Pin;

/// Why the ledger cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseFault {
    /// `SQLite` reports a fault.
    #[error("sqlite")]
    Sqlite(#[from] rusqlite::Error),
    /// `PostgreSQL` reports a fault.
    #[error("postgresql")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to `PostgreSQL`.
    #[error("no connection to postgresql")]
    Pool(#[from] deadpool_postgres::PoolError),
    /// The connection's settings are not understood.
    #[error("settings of the database: {0}")]
    Settings(String),
    /// A row does not hold what the schema promises.
    #[error("column {column}: {what}")]
    Row {
        /// From 0.
        column: usize,
        /// What was wanted.
        what: &'static str,
    },
    /// The schema was made by a newer gateway.
    #[error("the ledger's schema {found} is newer than this gateway, which knows {known}")]
    Newer {
        /// In the ledger.
        found: i64,
        /// In this program.
        known: i64,
    },
    /// A value that the program made cannot be kept.
    #[error("value: {0}")]
    Value(String),
    /// The thread of a job ended early.
    #[error("the job ended early")]
    Ended,
}

impl DatabaseFault {
    /// Whether the same may go well a little later: no connection, a server that stops, a file that is busy.
    pub fn passes(&self) -> bool {
        match self {
            Self::Pool(_) => true,
            Self::Postgres(fault) => fault.is_closed() || fault.code().is_none_or(is_passing),
            Self::Sqlite(fault) => matches!(
                fault.sqlite_error_code(),
                Some(
                    rusqlite::ErrorCode::DatabaseBusy
                        | rusqlite::ErrorCode::DatabaseLocked
                        | rusqlite::ErrorCode::DiskFull
                        | rusqlite::ErrorCode::SystemIoFailure
                )
            ),
            _ => false,
        }
    }
}

/// Classes of PostgreSQL's codes that are about the moment: connections, rollbacks, resources, an operator's doing,
/// the system under it.
fn is_passing(code: &tokio_postgres::error::SqlState) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.code().starts_with(class))
}

/// A transaction under way.
pub trait Tx {
    /// Runs a statement that gives rows. Parameters are `$1`, `$2` …
    ///
    /// # Errors
    /// [`DatabaseFault`].
    fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, DatabaseFault>;

    /// Runs a statement and counts the rows it touched.
    ///
    /// # Errors
    /// [`DatabaseFault`].
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, DatabaseFault>;
}

/// How a job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Keep what it wrote.
    Commit,
    /// As if it had not been.
    Rollback,
}

/// What is done in a transaction. It may run again from its beginning when the database asks for that.
pub type Job = Box<dyn FnMut(&mut dyn Tx) -> Result<End, DatabaseFault> + Send>;

/// An answer that comes later.
pub type Later<'a> = Pin<Box<dyn Future<Output = Result<(), DatabaseFault>> + Send + 'a>>;

/// A database that performs jobs.
pub trait Database: Send + Sync {
    /// A job that writes: all of it or nothing, durable before the answer.
    fn write(&self, job: Job) -> Later<'_>;

    /// A job that only reads, from one moment of the ledger.
    fn read(&self, job: Job) -> Later<'_>;
}

/// The steps of a schema, numbered from 1 in the order they were released.
pub(crate) type Migrations = &'static [&'static str];

pub(crate) fn schema_version(migrations: Migrations) -> i64 {
    i64::try_from(migrations.len()).unwrap_or(i64::MAX)
}
