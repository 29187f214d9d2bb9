//! Is the log whole, signed by its devices, and are the projections what a replay of it gives?
//!
//! Every fault names its place. Nothing is repaired here.

mod ahead;
mod chain;
mod replay;

use crate::error::{Result, StoreFault};
use protocol::{Hash, Name};
use rusqlite::Connection;
use serde::Serialize;
use std::ops::ControlFlow;

/// More faults than this are not listed: the store is broken and the first ones say where.
pub const FAULTS_MAX: usize = 1_000;

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyFault {
    /// Record, row or head, such as `record 0192…/17`.
    pub place: String,
    /// What does not hold, in Vietnamese.
    pub message: String,
}

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Records that count though their chain has not come: the gateway signed for them, their devices' signatures are
    /// still awaited.
    pub unproved: u64,
    /// Records that had come before their chain and that it refuted, such as `record 0192…/17`: they count no more.
    pub refuted: Vec<String>,
    /// Faults, in log order.
    pub faults: Vec<VerifyFault>,
}

/// A head known from outside the database: a mark, a proven copy, a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Device and place.
    pub name: Name,
    /// Hash of the record there.
    pub hash: Hash,
    /// Where it is known from, for the fault's words.
    pub source: &'static str,
}

/// What is known from outside the database.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// Heads.
    pub anchors: Vec<Anchor>,
    /// Public keys of devices, such as this installation's own.
    pub public_keys: Vec<([u8; 16], [u8; 32])>,
}

impl Report {
    fn fault(&mut self, place: impl Into<String>, message: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(VerifyFault { place: place.into(), message: message.into() });
        }
    }
}

/// The way through the log that is being gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Every device's chain, from its first record to its last.
    Chain,
    /// Every subject's history, against the projections.
    Replay,
}

/// Hears the pass, its records done and its records in all; [`ControlFlow::Break`] stops the check.
pub type Heard<'h> = dyn FnMut(Pass, u64, u64) -> ControlFlow<()> + 'h;

/// Checks chain, bodies, signatures, anchors, projections.
///
/// # Errors
/// Only when the database cannot be read at all; [`StoreFault::GivenUp`] when `heard` says so.
pub fn verify(connection: &Connection, outside: &Outside, heard: &mut Heard<'_>) -> Result<Report> {
    let mut report = Report::default();
    let transaction = connection.unchecked_transaction()?;
    let total = records(&transaction)?;
    unless_given_up(heard(Pass::Chain, 0, total))?;
    chain::check(&transaction, outside, &mut report, &mut |done| {
        unless_given_up(heard(Pass::Chain, done, total))
    })?;
    ahead::check(&transaction, &mut report)?;
    let total = total + report.unproved + report.refuted.len() as u64;
    replay::check(&transaction, &mut report, &mut |done| {
        unless_given_up(heard(Pass::Replay, done, total))
    })?;
    Ok(report)
}

/// Records in the log.
///
/// # Errors
/// Broken stores only.
pub fn records(connection: &Connection) -> Result<u64> {
    let count: i64 = connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Records between two moments at which the check may be stopped: some hundredths of a second.
const RECORDS_A_STEP: u64 = 1024;

fn unless_given_up(going: ControlFlow<()>) -> Result<()> {
    match going {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(StoreFault::GivenUp),
    }
}

fn record_place(name: Name) -> String {
    format!("record {}/{}", uuid::Uuid::from_bytes(name.device), name.seq)
}
