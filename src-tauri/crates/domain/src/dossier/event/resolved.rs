//! The record that closes a conflict.

use crate::ids::DeviceId;
use crate::officer::Act;
use serde::{Deserialize, Serialize};

/// Which record: the device that wrote it and its place in that device's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecordName {
    /// The device.
    pub device: DeviceId,
    /// Its place, from 1.
    pub seq: u64,
}

/// Which record's value of a disputed field stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The field, as the dispute names it.
    pub field: String,
    /// The record after which the field had the value that stands.
    pub stands: RecordName,
}

/// A supervisor decided between records that were written without knowing of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// Who, when.
    pub act: Act,
    /// The heads of the history that were looked at.
    pub heads: Vec<RecordName>,
    /// The decision, one for each disputed field.
    pub fields: Vec<Settled>,
    /// Why.
    pub reason: String,
    /// The supervisor.
    pub approved_by: String,
}
