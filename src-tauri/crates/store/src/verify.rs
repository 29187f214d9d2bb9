//! Is the log whole, signed by its devices, and are the projections what a replay of it gives?
//!
//! Every fault names its place. Nothing is repaired here.

mod chain;
mod replay;

use crate::error::Result;
use protocol::{Hash, Name};
use rusqlite::Connection;
use serde::Serialize;

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

/// Checks chain, bodies, signatures, anchors, projections. `progress` hears records done and in all.
///
/// # Errors
/// Only when the database cannot be read at all.
pub fn verify(
    connection: &Connection,
    outside: &Outside,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report> {
    let mut report = Report::default();
    let transaction = connection.unchecked_transaction()?;
    let total: i64 = transaction.query_row("SELECT count(*) FROM record", [], |row| row.get(0))?;
    chain::check(&transaction, outside, &mut report, &mut |done| {
        progress(done, total.unsigned_abs() * 2)
    })?;
    replay::check(&transaction, &mut report, &mut |done| {
        progress(total.unsigned_abs() + done, total.unsigned_abs() * 2)
    })?;
    Ok(report)
}

fn record_place(name: Name) -> String {
    format!("record {}/{}", uuid::Uuid::from_bytes(name.device), name.seq)
}
