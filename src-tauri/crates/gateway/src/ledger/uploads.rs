//! Unfinished uploads: their parts lie in the ledger under a row lock, so that any instance goes on with them.

use super::Fault;
use crate::database::{Row, Tx, Value};

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its name in the address: 32 hexadecimal digits, not to be guessed.
    pub id: String,
    /// Unit code of the site whose file it becomes.
    pub site: String,
    /// Only a part, joined with others later.
    pub partial: bool,
    /// Joined from these, in order.
    pub parts: Vec<String>,
    /// Bytes in all.
    pub length: u64,
    /// Bytes that are here.
    pub received: u64,
    /// What its SHA-256 has to be; empty for a part.
    pub sha256: String,
    /// When it ends unfinished, milliseconds since 1970 UTC.
    pub expires_at_ms: i64,
    /// The file counts.
    pub done: bool,
}

const COLUMNS: &str = "id, site, partial, parts, length, received, sha256, expires_at, done";

/// Begins an upload.
///
/// # Errors
/// [`Fault`].
pub fn insert(tx: &mut dyn Tx, upload: &Upload) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO upload(id, site, partial, parts, length, received, sha256, expires_at, done)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            (&upload.id).into(),
            (&upload.site).into(),
            Value::flag(upload.partial),
            (&upload.parts.join(" ")).into(),
            Value::place(upload.length),
            Value::place(upload.received),
            (&upload.sha256).into(),
            upload.expires_at_ms.into(),
            Value::flag(upload.done),
        ],
    )?;
    Ok(())
}

/// An upload of a site.
///
/// # Errors
/// [`Fault`].
pub fn find(tx: &mut dyn Tx, site: &str, id: &str) -> Result<Option<Upload>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM upload WHERE id = $1 AND site = $2");
    tx.query(&sql, &[id.into(), site.into()])?.first().map(read).transpose()
}

/// An upload of a site, locked until the end of the transaction.
///
/// # Errors
/// [`Fault`].
pub fn lock(tx: &mut dyn Tx, site: &str, id: &str) -> Result<Option<Upload>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM upload WHERE id = $1 AND site = $2 FOR UPDATE");
    tx.query(&sql, &[id.into(), site.into()])?.first().map(read).transpose()
}

/// Adds bytes at the end of a locked upload.
///
/// # Errors
/// [`Fault`].
pub fn append(tx: &mut dyn Tx, upload: &Upload, bytes: &[u8]) -> Result<u64, Fault> {
    let received = upload.received + bytes.len() as u64;
    tx.execute(
        "INSERT INTO upload_part(upload, start, bytes) VALUES ($1, $2, $3)",
        &[(&upload.id).into(), Value::place(upload.received), bytes.into()],
    )?;
    tx.execute(
        "UPDATE upload SET received = $2 WHERE id = $1",
        &[(&upload.id).into(), Value::place(received)],
    )?;
    Ok(received)
}

/// The piece of an upload that begins at `start`.
///
/// # Errors
/// [`Fault`].
pub fn piece(tx: &mut dyn Tx, id: &str, start: u64) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT bytes FROM upload_part WHERE upload = $1 AND start = $2";
    let rows = tx.query(sql, &[id.into(), Value::place(start)])?;
    Ok(rows.first().map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?)
}

/// An upload has become a file of its site; its parts are no longer needed.
///
/// # Errors
/// [`Fault`].
pub fn finish(tx: &mut dyn Tx, upload: &Upload, now_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO file(site, sha256, size, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        &[
            (&upload.site).into(),
            (&upload.sha256).into(),
            Value::place(upload.length),
            now_ms.into(),
        ],
    )?;
    tx.execute("UPDATE upload SET done = 1 WHERE id = $1", &[(&upload.id).into()])?;
    tx.execute("DELETE FROM upload_part WHERE upload = $1", &[(&upload.id).into()])?;
    for part in &upload.parts {
        remove(tx, part)?;
    }
    Ok(())
}

/// Takes an upload and its parts away.
///
/// # Errors
/// [`Fault`].
pub fn remove(tx: &mut dyn Tx, id: &str) -> Result<(), Fault> {
    tx.execute("DELETE FROM upload_part WHERE upload = $1", &[id.into()])?;
    tx.execute("DELETE FROM upload WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Takes uploads away that have ended, at most `most` at a time.
///
/// # Errors
/// [`Fault`].
pub fn remove_ended(tx: &mut dyn Tx, now_ms: i64, most: i64) -> Result<u64, Fault> {
    let rows = tx.query(
        "SELECT id FROM upload WHERE expires_at < $1 LIMIT $2",
        &[now_ms.into(), most.into()],
    )?;
    for row in &rows {
        remove(tx, row.text(0)?)?;
    }
    Ok(rows.len() as u64)
}

/// Size of a file of a site that is here, whether a record names it or not.
///
/// # Errors
/// [`Fault`].
pub fn file_of(tx: &mut dyn Tx, site: &str, sha256: &str) -> Result<Option<u64>, Fault> {
    let sql = "SELECT size FROM file WHERE site = $1 AND sha256 = $2";
    let rows = tx.query(sql, &[site.into(), sha256.into()])?;
    Ok(rows.first().map(|row| row.place(0)).transpose()?)
}

/// Size of a file of a site that is here and that a record of the site names.
///
/// # Errors
/// [`Fault`].
pub fn named_file(tx: &mut dyn Tx, site: &str, sha256: &str) -> Result<Option<u64>, Fault> {
    let rows = tx.query(
        "SELECT size FROM file WHERE site = $1 AND sha256 = $2
         AND EXISTS (SELECT 1 FROM file_named n WHERE n.site = $1 AND n.sha256 = $2)",
        &[site.into(), sha256.into()],
    )?;
    Ok(rows.first().map(|row| row.place(0)).transpose()?)
}

fn read(row: &Row) -> Result<Upload, Fault> {
    Ok(Upload {
        id: row.text(0)?.to_owned(),
        site: row.text(1)?.to_owned(),
        partial: row.flag(2)?,
        parts: row.text(3)?.split_whitespace().map(str::to_owned).collect(),
        length: row.place(4)?,
        received: row.place(5)?,
        sha256: row.text(6)?.to_owned(),
        expires_at_ms: row.int(7)?,
        done: row.flag(8)?,
    })
}
