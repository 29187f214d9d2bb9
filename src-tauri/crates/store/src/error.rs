//! What can break in the store, told apart by what a person can do about it.

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// A broken thing. None of them loses what was committed.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The key does not open the file (or the file is no database at all).
    #[error("the key does not open the store")]
    WrongKey,
    /// Pages do not carry their seal any more.
    #[error("the store is damaged")]
    Corrupt(#[source] rusqlite::Error),
    /// Written by a newer application.
    #[error("the store has schema {found}, this application knows {known}")]
    NewerSchema {
        /// In the file.
        found: u32,
        /// Here.
        known: u32,
    },
    /// Folder or file may not be written.
    #[error("the store cannot be written")]
    ReadOnly(#[source] rusqlite::Error),
    /// No room left.
    #[error("the disk is full")]
    DiskFull(#[source] rusqlite::Error),
    /// Another process holds it.
    #[error("the store is in use by another process")]
    InUse(#[source] rusqlite::Error),
    /// The disk refused to make a write durable: nothing may go on as if it had not happened.
    #[error("the disk failed while writing")]
    Disk(#[source] rusqlite::Error),
    /// The work was interrupted before its commit.
    #[error("interrupted before the commit")]
    Interrupted(#[source] rusqlite::Error),
    /// Whoever follows the work asked to stop.
    #[error("stopped as asked")]
    GivenUp,
    /// Work that nobody waits for met somebody who waits; [`crate::Store::write_aside`] begins it again.
    #[error("gave way")]
    GaveWay,
    /// Anything else SQLite says.
    #[error("database: {0}")]
    Sql(#[source] rusqlite::Error),
    /// A record that cannot be written or read.
    #[error(transparent)]
    Record(#[from] protocol::RecordFault),
    /// A body that cannot be written or read.
    #[error(transparent)]
    Fact(#[from] protocol::FactFault),
    /// A stored value that this version cannot have written.
    #[error("unexpected value in {0}")]
    Value(&'static str),
}

impl From<rusqlite::Error> for StoreFault {
    fn from(fault: rusqlite::Error) -> Self {
        let Some(code) = fault.sqlite_error() else {
            return StoreFault::Sql(fault);
        };
        match (code.code, code.extended_code) {
            (ErrorCode::NotADatabase, _) => StoreFault::WrongKey,
            (ErrorCode::DatabaseCorrupt, _) => StoreFault::Corrupt(fault),
            (ErrorCode::DiskFull, _) => StoreFault::DiskFull(fault),
            (ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => {
                StoreFault::ReadOnly(fault)
            }
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreFault::InUse(fault),
            (ErrorCode::OperationInterrupted, _) => StoreFault::Interrupted(fault),
            (ErrorCode::SystemIoFailure, ffi::SQLITE_IOERR_CORRUPTFS | ffi::SQLITE_IOERR_DATA) => {
                StoreFault::Corrupt(fault)
            }
            (ErrorCode::SystemIoFailure, _) => StoreFault::Disk(fault),
            _ => StoreFault::Sql(fault),
        }
    }
}

impl StoreFault {
    /// Whether the connection must be closed and the store reopened before anything else is written: after a failed
    /// sync the page cache may hold what the disk does not.
    pub fn stops_intake(&self) -> bool {
        matches!(self, StoreFault::Disk(_) | StoreFault::Corrupt(_))
    }
}

/// The usual result.
pub type Result<T> = std::result::Result<T, StoreFault>;
