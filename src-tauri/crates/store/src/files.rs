//! Documents that records name.

use crate::error::Result;
use domain::ids::FileId;
use rusqlite::{Connection, OptionalExtension};

/// A document as the records name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Identity.
    pub id: FileId,
    /// Component of the dossier.
    pub component: Option<u16>,
    /// Name as given.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size_bytes: u64,
    /// SHA-256 of the plaintext, hexadecimal.
    pub sha256: String,
    /// A newer document took its place.
    pub replaced: bool,
}

/// A document by its id.
pub fn by_id(connection: &Connection, id: FileId) -> Result<Option<FileRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, component, name, mime, size_bytes, sha256, replaced FROM file WHERE id = ?1",
    )?;
    Ok(statement
        .query_row([id.bytes()], |row| {
            Ok(FileRow {
                id: FileId(uuid::Uuid::from_bytes(row.get(0)?)),
                component: row.get(1)?,
                name: row.get(2)?,
                mime: row.get(3)?,
                size_bytes: row.get::<_, i64>(4)?.unsigned_abs(),
                sha256: row.get(5)?,
                replaced: row.get(6)?,
            })
        })
        .optional()?)
}

/// The content hashes that records name, a page at a time, in order: for the background integrity check.
pub fn contents(connection: &Connection, after: &str, limit: u32) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT sha256 FROM file WHERE sha256 > ?1 ORDER BY sha256 LIMIT ?2",
    )?;
    let rows = statement.query_map(rusqlite::params![after, limit], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
