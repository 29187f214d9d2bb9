//! One durable job for each dossier that has something to be told: taken by one instance at a time, tried again with
//! growing pauses, and kept as a dead letter when it was refused too often.

use crate::database::{Row, Tx, Value};
use crate::ledger::Fault;

/// An instance that took a job and died gives it back after so long.
const LEASE_MS: i64 = 5 * 60 * 1000;
/// Refused so often, a job waits for an operator. Without an answer it is tried for ever.
pub const REFUSALS_MAX: i64 = 8;
const PAUSE_MS: i64 = 60 * 1000;
const PAUSE_MS_MAX: i64 = 6 * 3600 * 1000;

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Unit code of the site.
    pub site: String,
    /// The dossier.
    pub dossier: [u8; 16],
    /// Grows with every new thing to be told.
    pub version: i64,
    /// The dossier is there already.
    pub created: bool,
    /// Steps that are there already.
    pub steps: u64,
    /// Tries since the last success.
    pub attempts: i64,
    /// Refusals among them.
    pub refusals: i64,
}

/// There is something to be told of a dossier.
///
/// # Errors
/// [`Fault`].
pub fn wake(tx: &mut dyn Tx, site: &str, dossier: &[u8; 16], now_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO outbound(site, dossier, version, state, created, steps, attempts, refusals, next_at, reason)
         VALUES ($1, $2, 1, 'due', 0, 0, 0, 0, $3, '')
         ON CONFLICT (site, dossier) DO UPDATE SET version = outbound.version + 1,
             state = CASE outbound.state WHEN 'dead' THEN 'dead' ELSE 'due' END,
             next_at = CASE outbound.attempts WHEN 0 THEN excluded.next_at ELSE outbound.next_at END",
        &[site.into(), dossier.into(), now_ms.into()],
    )?;
    Ok(())
}

/// Takes the job that is due longest, for a while.
///
/// # Errors
/// [`Fault`].
pub fn take(tx: &mut dyn Tx, now_ms: i64) -> Result<Option<Job>, Fault> {
    let rows = tx.query(
        "SELECT site, dossier, version, created, steps, attempts, refusals FROM outbound
         WHERE state = 'due' AND next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        &[now_ms.into()],
    )?;
    let Some(job) = rows.first().map(read).transpose()? else { return Ok(None) };
    tx.execute(
        "UPDATE outbound SET next_at = $3 WHERE site = $1 AND dossier = $2",
        &[(&job.site).into(), (&job.dossier).into(), (now_ms + LEASE_MS).into()],
    )?;
    Ok(Some(job))
}

/// All of it was told. What came meanwhile is told next.
///
/// # Errors
/// [`Fault`].
pub fn told(tx: &mut dyn Tx, job: &Job, now_ms: i64) -> Result<(), Fault> {
    progress(tx, job)?;
    settle(tx, job, "sent", 0, 0, now_ms, "")
}

/// What was told so far is kept, so that it is not told twice.
///
/// # Errors
/// [`Fault`].
pub fn progress(tx: &mut dyn Tx, job: &Job) -> Result<(), Fault> {
    tx.execute(
        "UPDATE outbound SET created = $3, steps = $4 WHERE site = $1 AND dossier = $2",
        &[
            (&job.site).into(),
            (&job.dossier).into(),
            Value::flag(job.created),
            Value::place(job.steps),
        ],
    )?;
    Ok(())
}

/// Cannot be told yet: it waits for the dossier's next record.
///
/// # Errors
/// [`Fault`].
pub fn wait(tx: &mut dyn Tx, job: &Job, reason: &str, now_ms: i64) -> Result<(), Fault> {
    settle(tx, job, "waiting", 0, 0, now_ms, reason)
}

/// Was not taken: tried again later, or a dead letter.
///
/// # Errors
/// [`Fault`].
pub fn failed(
    tx: &mut dyn Tx,
    job: &Job,
    refused: bool,
    reason: &str,
    now_ms: i64,
) -> Result<(), Fault> {
    progress(tx, job)?;
    let attempts = job.attempts + 1;
    let refusals = job.refusals + i64::from(refused);
    let state = if refusals >= REFUSALS_MAX { "dead" } else { "due" };
    tx.execute(
        "UPDATE outbound SET state = $3, attempts = $4, refusals = $5, next_at = $6, reason = $7
         WHERE site = $1 AND dossier = $2",
        &[
            (&job.site).into(),
            (&job.dossier).into(),
            state.into(),
            attempts.into(),
            refusals.into(),
            (now_ms + pause_ms(attempts)).into(),
            reason.into(),
        ],
    )?;
    Ok(())
}

/// Gives dead letters another chance; the count of them.
///
/// # Errors
/// [`Fault`].
pub fn requeue(tx: &mut dyn Tx, now_ms: i64) -> Result<u64, Fault> {
    Ok(tx.execute(
        "UPDATE outbound SET state = 'due', attempts = 0, refusals = 0, next_at = $1 WHERE state = 'dead'",
        &[now_ms.into()],
    )?)
}

/// Dead letters: site, dossier, reason.
///
/// # Errors
/// [`Fault`].
pub fn dead(tx: &mut dyn Tx) -> Result<Vec<(String, [u8; 16], String)>, Fault> {
    let rows = tx.query(
        "SELECT site, dossier, reason FROM outbound WHERE state = 'dead' ORDER BY site, dossier LIMIT 1000",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?.to_owned(), row.array(1)?, row.text(2)?.to_owned())))
        .collect()
}

fn settle(
    tx: &mut dyn Tx,
    job: &Job,
    state: &str,
    attempts: i64,
    refusals: i64,
    now_ms: i64,
    reason: &str,
) -> Result<(), Fault> {
    tx.execute(
        "UPDATE outbound SET state = CASE version WHEN $3 THEN $4 ELSE 'due' END,
             attempts = $5, refusals = $6, next_at = $7, reason = $8
         WHERE site = $1 AND dossier = $2",
        &[
            (&job.site).into(),
            (&job.dossier).into(),
            job.version.into(),
            state.into(),
            attempts.into(),
            refusals.into(),
            now_ms.into(),
            reason.into(),
        ],
    )?;
    Ok(())
}

fn pause_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    (PAUSE_MS << doublings).min(PAUSE_MS_MAX)
}

fn read(row: &Row) -> Result<Job, Fault> {
    Ok(Job {
        site: row.text(0)?.to_owned(),
        dossier: row.array(1)?,
        version: row.int(2)?,
        created: row.flag(3)?,
        steps: row.place(4)?,
        attempts: row.int(5)?,
        refusals: row.int(6)?,
    })
}
