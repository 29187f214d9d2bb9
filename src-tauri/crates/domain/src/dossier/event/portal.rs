//! What the portal says: a dossier filed there, and what its citizen added later.

use crate::dossier::event::ReturnMethod;
use crate::ids::DossierId;
use crate::officer::Act;
use crate::party::{Party, Registered, Submitter};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Nộp trực tuyến: a citizen filed it on a portal; nobody has taken it in yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Who filed it; `at` is the time on the portal. Recorded by the province's system, or by the officer who copied it.
    pub act: Act,
    /// The dossier: see [`crate::dossier::portal::dossier_id`].
    pub dossier: DossierId,
    /// When it was written here, which may be later.
    pub recorded_at: Timestamp,
    /// Name of the portal.
    pub system: String,
    /// Its number there.
    pub number: String,
    /// Date of that number.
    pub date: Date,
    /// National code of the procedure.
    pub procedure_code: String,
    /// Its name, as the portal has it.
    pub procedure_name: String,
    /// Lĩnh vực, where it was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub procedure_field: String,
    /// Case id, where the officer knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Chủ hồ sơ.
    pub applicant: Party,
    /// Người nộp, when another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<Submitter>,
    /// Người được đăng ký.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<Registered>,
    /// Where the result is wanted.
    pub return_method: ReturnMethod,
    /// Postal address for the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_address: Option<String>,
}

/// The citizen added on the portal what was asked for before acceptance; the desk looks again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resubmitted {
    /// Who, when on the portal.
    pub act: Act,
    /// What the citizen wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}
