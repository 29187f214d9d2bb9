//! What a desk has told its officer: the laboratory's own list, against which the store is judged.

use crate::dice::Dice;
use serde_json::{Value, json};

/// First word of the line that gives a promise.
pub const ACK: &str = "ACK ";

/// One thing acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promise {
    /// A dossier was taken in.
    Received {
        /// Its id.
        id: String,
        /// Its number.
        number: Option<String>,
        /// Its national status.
        status: u8,
    },
    /// A step was recorded.
    Acted {
        /// The dossier.
        id: String,
        /// The status after the step.
        status: u8,
        /// Records of the dossier by then.
        records: usize,
    },
    /// A document was attached.
    Filed {
        /// The dossier.
        id: String,
        /// The document.
        file: String,
        /// Its contents are [`paper`] of this seed,
        seed: u64,
        /// and of this length.
        bytes: usize,
    },
}

impl Promise {
    /// The line a worker prints once the use case has returned.
    pub fn line(&self) -> String {
        let value = match self {
            Promise::Received { id, number, status } => {
                json!({ "id": id, "number": number, "status": status })
            }
            Promise::Acted { id, status, records } => {
                json!({ "id": id, "status": status, "records": records })
            }
            Promise::Filed { id, file, seed, bytes } => {
                json!({ "id": id, "file": file, "seed": seed, "bytes": bytes })
            }
        };
        format!("{ACK}{value}")
    }

    /// Reads a line; `None` for any other line, and for one cut short.
    pub fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line.strip_prefix(ACK)?).ok()?;
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let number = |name: &str| value[name].as_u64().and_then(|n| usize::try_from(n).ok());
        let id = text("id")?;
        if let Some(file) = text("file") {
            return Some(Promise::Filed {
                id,
                file,
                seed: value["seed"].as_u64()?,
                bytes: number("bytes")?,
            });
        }
        let status = u8::try_from(value["status"].as_u64()?).ok()?;
        match number("records") {
            Some(records) => Some(Promise::Acted { id, status, records }),
            None => Some(Promise::Received { id, number: text("number"), status }),
        }
    }

    /// The dossier it is about.
    pub fn dossier(&self) -> &str {
        match self {
            Promise::Received { id, .. }
            | Promise::Acted { id, .. }
            | Promise::Filed { id, .. } => id,
        }
    }
}

/// The contents of a scanned paper.
pub fn paper(seed: u64, bytes: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut paper = b"%PDF-1.4\n".to_vec();
    while paper.len() < bytes {
        paper.extend(dice.roll().to_le_bytes());
    }
    paper.truncate(bytes);
    paper
}
