//! Packs: law as dated data. What every pack has in common.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The head of every pack file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackHead {
    /// `procedures`, `units`, `calendar`, `forms`, `deadline_rules` or `number_sources`.
    pub kind: String,
    /// Dotted, ascending; a dossier remembers it.
    pub version: String,
    /// First day on which the pack is law.
    pub effective_from: Date,
    /// What the pack is, in Vietnamese.
    #[serde(default)]
    pub title: String,
    /// The documents the pack was made from.
    #[serde(default, alias = "source")]
    pub sources: Vec<String>,
}

/// One thing wrong in a pack: where, and which rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackFault {
    /// JSON path inside the file, such as `procedures[3].cases[0].components[2].label`.
    pub place: String,
    /// The rule, in Vietnamese.
    pub message: String,
}

impl PackFault {
    /// A fault at `place`.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}
