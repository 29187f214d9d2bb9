//! The marks kept *outside* the database: the last head of this device's log and the last number of every series.
//!
//! A data folder copied back from yesterday is whole in itself; only something that did not travel with it can tell.
//! At open, a database that is behind its marks, or a machine that has none, is a restore, and becomes a new device.
//! That also makes the marks the place of the lock that keeps two processes from being one device.
//!
//! One file of four 4 KiB slots, `<device>.marks`, in a state folder outside the data folder. [`MarkFile::write`] is a
//! single positioned write to the first two slots in turn: it survives the death of the process, costs microseconds,
//! and torn by a power cut leaves the other slot. A sync writes and fsyncs one of the last two, the anchors, and never
//! the one that is durable: so a power cut that tears both of the first leaves the marks of the last sync. Marks that
//! are behind the database are harmless; they are only a lower bound.

mod file;
mod slot;

use std::collections::BTreeMap;

pub use file::{MarkFault, MarkFile, MarkSync};

use crate::{DeviceId, Digest};

/// How far this installation had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// The installation whose log this is.
    pub device: DeviceId,
    /// The last record's number in that log; 0 before the first.
    pub seq: u64,
    /// The last record's hash; zeros before the first.
    pub hash: Digest,
    /// The last number given in each series that this installation keeps, by the series' name (at most 255 bytes).
    /// Series that can give no more numbers (yesterday's lane) should be left out: all must fit into
    /// [`SERIES_BYTES_MAX`].
    pub series: BTreeMap<String, u32>,
}

/// Room for series: each takes its name's bytes and 5 more.
pub const SERIES_BYTES_MAX: usize = slot::SERIES_BYTES_MAX;
