//! What every later step says.

use super::Due;
use crate::dossier::number::Number;
use crate::ids::FileId;
use crate::officer::Act;
use crate::party::Party;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A step with nothing but who and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plain {
    /// Who, when.
    pub act: Act,
}

/// A step that needs a reason, and sometimes an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasoned {
    /// Who, when.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// The supervisor who approved, where one must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// Handed to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// Who, when.
    pub act: Act,
    /// To which division or person.
    pub to: String,
}

/// Văn thư cấp số.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultNumbered {
    /// Who, when.
    pub act: Act,
    /// Số văn bản.
    pub number: String,
    /// Ngày văn bản.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
}

/// Result at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultReady {
    /// Who, when.
    pub act: Act,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Ngăn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf: Option<String>,
}

/// Who collects a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectorKind {
    /// Chủ hồ sơ.
    Applicant,
    /// Người nộp.
    Submitter,
    /// Người nhận thay.
    Proxy,
}

/// The person at the desk who takes the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collector {
    /// In which capacity.
    pub kind: CollectorKind,
    /// Full name.
    pub full_name: String,
    /// Number of the paper shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Relation to the applicant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The paper that authorises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_paper: Option<String>,
}

/// Trả kết quả.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultReturned {
    /// Who, when.
    pub act: Act,
    /// Who collected.
    pub collector: Collector,
    /// The slip was lost; an identity paper was shown instead.
    #[serde(default)]
    pub lost_slip: bool,
    /// Originals kept by the office were given back.
    #[serde(default)]
    pub originals_returned: bool,
}

/// Yêu cầu bổ sung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementRequested {
    /// Who, when.
    pub act: Act,
    /// What is asked for.
    pub components: Vec<String>,
    /// Why.
    pub reason: String,
    /// First, second …; 0 before acceptance.
    pub ordinal: u16,
    /// The supervisor who agreed to ask a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// The citizen brought what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplementReceived {
    /// Who, when.
    pub act: Act,
    /// What was brought.
    pub components: Vec<String>,
    /// The new promise.
    pub due: Due,
}

/// Nghĩa vụ tài chính.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRequested {
    /// Who, when.
    pub act: Act,
    /// Đồng.
    pub amount_vnd: u32,
    /// For what.
    pub reason: String,
}

/// Paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentConfirmed {
    /// Who, when.
    pub act: Act,
    /// Cash or transfer, in words.
    pub method: String,
    /// Receipt number of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_number: Option<String>,
}

/// Re-appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Who, when.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// The new promise.
    pub due: Due,
    /// First, second …
    pub ordinal: u16,
    /// The supervisor who agreed.
    pub approved_by: String,
}

/// Stopped or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Who, when.
    pub act: Act,
    /// Why.
    pub reason: String,
    /// The leader whose decision it is.
    pub decided_by: String,
    /// Originals kept by the office were given back.
    #[serde(default)]
    pub originals_returned: bool,
}

/// Ngăn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfSet {
    /// Who, when.
    pub act: Act,
    /// Where it lies; empty takes the place away.
    pub shelf: String,
}

/// A number in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalNumberSet {
    /// Who, when.
    pub act: Act,
    /// Which system, such as *Hộ tịch điện tử*.
    pub system: String,
    /// The number there.
    pub number: String,
    /// Its date.
    pub date: Date,
}

/// Official number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberGiven {
    /// Who, when.
    pub act: Act,
    /// The number that replaces the provisional one; both stay findable.
    pub number: Number,
}

/// One field put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Path, such as `applicant.phone`.
    pub field: String,
    /// Before.
    pub from: String,
    /// After.
    pub to: String,
}

/// Corrections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Who, when.
    pub act: Act,
    /// What changed.
    pub changes: Vec<FieldChange>,
    /// Why.
    pub reason: String,
    /// The applicant afterwards.
    pub applicant: Party,
}

/// A sealed document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The attachment.
    pub id: FileId,
    /// Index of the component in the dossier; `None` for other papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<u16>,
    /// File name as given.
    pub name: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size_bytes: u64,
    /// SHA-256 of the plaintext, hexadecimal.
    pub sha256: String,
}

/// Attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAttached {
    /// Who, when.
    pub act: Act,
    /// The document.
    pub file: Document,
}

/// Replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReplaced {
    /// Who, when.
    pub act: Act,
    /// The document it replaces.
    pub replaces: FileId,
    /// The new one.
    pub file: Document,
}
