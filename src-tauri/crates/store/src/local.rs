//! This machine's own state: drafts, settings, print jobs, proven copies, imported packs. Lost without harm to a dossier.

use crate::error::Result;
use rusqlite::{Connection, OptionalExtension, params};

/// A dossier not yet accepted, as the screen keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Where the screen keeps it.
    pub slot: String,
    /// What a person recognises it by.
    pub title: String,
    /// Seconds since 1970 UTC.
    pub saved_at: i64,
    /// The screen's own words.
    pub json: String,
}

/// Saves a draft.
pub fn save_draft(connection: &Connection, draft: &Draft) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO draft(slot, title, saved_at, json) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT(slot) DO UPDATE SET title = ?2, saved_at = ?3, json = ?4",
        )?
        .execute(params![draft.slot, draft.title, draft.saved_at, draft.json])?;
    Ok(())
}

/// All drafts, newest first.
pub fn drafts(connection: &Connection) -> Result<Vec<Draft>> {
    let mut statement = connection
        .prepare_cached("SELECT slot, title, saved_at, json FROM draft ORDER BY saved_at DESC")?;
    let rows = statement.query_map([], |row| {
        Ok(Draft {
            slot: row.get(0)?,
            title: row.get(1)?,
            saved_at: row.get(2)?,
            json: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes a draft away, once accepted or thrown away by the officer.
pub fn discard_draft(connection: &Connection, slot: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM draft WHERE slot = ?1")?.execute([slot])?;
    Ok(())
}

/// A setting of this machine.
pub fn setting(connection: &Connection, key: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Sets or, with `None`, takes away a setting.
pub fn set_setting(connection: &Connection, key: &str, value: Option<&str>) -> Result<()> {
    match value {
        Some(value) => connection
            .prepare_cached("INSERT INTO setting(key, value) VALUES (?1, ?2) ON CONFLICT(key) DO UPDATE SET value = ?2")?
            .execute([key, value])?,
        None => connection.prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?,
    };
    Ok(())
}

/// A print that was sent, done, or failed with its true cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintJob {
    /// Identity.
    pub id: String,
    /// Seconds since 1970 UTC.
    pub at: i64,
    /// What is printed: `slip`, `signature_sheet` or `pad`.
    pub kind: String,
    /// Dossier ids, or a pad's numbers, separated by spaces.
    pub subjects: String,
    /// Queue.
    pub printer: Option<String>,
    /// `sent`, `done` or `failed`.
    pub state: String,
    /// Why it failed.
    pub cause: Option<String>,
    /// What to do.
    pub next_step: Option<String>,
    /// The job's name in the print system, once it was taken there.
    pub queue_job: Option<String>,
}

/// Keeps a print job.
pub fn save_print_job(connection: &Connection, job: &PrintJob) -> Result<()> {
    connection.execute(
        "INSERT INTO print_job(id, at, kind, subjects, printer, state, cause, next_step, queue_job)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT(id) DO UPDATE
            SET at = ?2, printer = ?5, state = ?6, cause = ?7, next_step = ?8, queue_job = ?9",
        params![
            job.id,
            job.at,
            job.kind,
            job.subjects,
            job.printer,
            job.state,
            job.cause,
            job.next_step,
            job.queue_job
        ],
    )?;
    Ok(())
}

/// The newest print jobs.
pub fn print_jobs(connection: &Connection, limit: u32) -> Result<Vec<PrintJob>> {
    let mut statement = connection
        .prepare_cached("SELECT id, at, kind, subjects, printer, state, cause, next_step, queue_job FROM print_job ORDER BY at DESC LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| {
        Ok(PrintJob {
            id: row.get(0)?,
            at: row.get(1)?,
            kind: row.get(2)?,
            subjects: row.get(3)?,
            printer: row.get(4)?,
            state: row.get(5)?,
            cause: row.get(6)?,
            next_step: row.get(7)?,
            queue_job: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many prints failed and wait for a person.
pub fn failed_prints(connection: &Connection) -> Result<u32> {
    Ok(connection.query_row(
        "SELECT count(*) FROM print_job WHERE state = 'failed'",
        [],
        |row| row.get(0),
    )?)
}

/// One attempt at a proven copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupTry {
    /// Seconds since 1970 UTC.
    pub at: i64,
    /// The file.
    pub file: String,
    /// Records in it.
    pub records: u32,
    /// Whether the trial restore proved it.
    pub ok: bool,
    /// What happened.
    pub words: String,
}

/// Keeps an attempt.
pub fn save_backup_try(connection: &Connection, attempt: &BackupTry) -> Result<()> {
    connection.execute(
        "INSERT INTO backup_try(at, file, records, ok, words) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![attempt.at, attempt.file, attempt.records, attempt.ok, attempt.words],
    )?;
    Ok(())
}

/// The newest attempts.
pub fn backup_tries(connection: &Connection, limit: u32) -> Result<Vec<BackupTry>> {
    let mut statement = connection.prepare_cached(
        "SELECT at, file, records, ok, words FROM backup_try ORDER BY at DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(BackupTry {
            at: row.get(0)?,
            file: row.get(1)?,
            records: row.get(2)?,
            ok: row.get(3)?,
            words: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps the exact bytes of an imported pack.
pub fn save_pack_file(
    connection: &Connection,
    kind: &str,
    version: &str,
    sha256: &str,
    bytes: &[u8],
) -> Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO pack_file(kind, version, sha256, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![kind, version, sha256, bytes],
    )?;
    Ok(())
}

/// The bytes of an imported pack.
pub fn pack_file(connection: &Connection, kind: &str, version: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = connection
        .prepare_cached("SELECT bytes FROM pack_file WHERE kind = ?1 AND version = ?2")?;
    Ok(statement.query_row([kind, version], |row| row.get(0)).optional()?)
}

/// Records in the log.
pub fn record_count(connection: &Connection) -> Result<u32> {
    Ok(connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0))?)
}
