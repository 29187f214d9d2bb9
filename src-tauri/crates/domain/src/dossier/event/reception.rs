//! What a reception says.

use crate::dossier::number::Number;
use crate::ids::DossierId;
use crate::officer::Act;
use crate::party::{Party, Registered, Submitter};
use crate::procedure::{ComponentKind, Workflow};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Versions of the packs a dossier was taken under.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PackVersions {
    /// Procedures pack.
    pub procedures: String,
    /// Calendar pack.
    pub calendar: String,
    /// Deadline rules.
    pub deadline_rules: String,
    /// Slip template.
    pub form: String,
}

/// The procedure as it was called and understood on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureTaken {
    /// National code.
    pub code: String,
    /// Official name, as printed.
    pub name: String,
    /// Short name, as shown.
    pub short_name: String,
    /// Lĩnh vực.
    pub field: String,
    /// Case id; `None` where there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Case name, as printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_name: Option<String>,
    /// Steps of the office.
    pub workflow: Workflow,
}

/// A date promised to a citizen. Stored, printed, never recomputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The moment; `None` where the law sets no limit.
    pub at: Option<Timestamp>,
    /// The limit in the short form of [`crate::deadline::TimeLimit`], such as `3wd`.
    pub limit: String,
    /// How it was counted, sentence by sentence.
    pub steps: Vec<DueStep>,
}

/// One sentence of the count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueStep {
    /// Machine word.
    pub code: String,
    /// The moment it speaks of.
    pub at: Timestamp,
    /// The sentence.
    pub words: String,
}

/// One line of the checklist as the officer left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentTaken {
    /// Index in the pack's case; lines added by hand have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u16>,
    /// Text shown; printed only when `reviewed`.
    pub label: String,
    /// Whether the text was edited by the officer or reviewed by an administrator, and so may be printed.
    pub reviewed: bool,
    /// Submit, present, replaced by data.
    pub kind: ComponentKind,
    /// Bản chính.
    pub originals: u16,
    /// Bản chứng thực.
    pub certified: u16,
    /// Bản photo.
    pub copies: u16,
    /// Column one: the paper.
    pub state: PaperState,
    /// Column two: the scan.
    pub scan: ScanState,
    /// Whether the originals stay with the office until the result is returned.
    #[serde(default)]
    pub keep_original: bool,
}

/// First question of the checklist: the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperState {
    /// Đã nhận bản giấy.
    #[default]
    Received,
    /// Đã đối chiếu, trả lại bản chính.
    ReturnedOriginal,
    /// Đã có dữ liệu, không phải nộp.
    HasData,
    /// Còn thiếu.
    Missing,
    /// Không áp dụng.
    NotApplicable,
}

/// Second question of the checklist: the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Đã số hóa.
    Scanned,
    /// Chưa số hóa.
    #[default]
    NotScanned,
    /// Dùng lại bản đã số hóa.
    Reused,
    /// Không phải số hóa.
    Exempt,
}

/// Kênh tiếp nhận.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntakeChannel {
    /// Trực tiếp.
    #[default]
    Direct,
    /// Bưu chính công ích.
    Post,
    /// Trực tuyến.
    Online,
}

/// Where the citizen wants the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMethod {
    /// Tại quầy.
    #[default]
    Desk,
    /// Qua bưu chính.
    Post,
    /// Trực tuyến.
    Online,
}

/// Fee as told to the citizen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeTold {
    /// Words on the slip.
    pub words: String,
    /// Amount entered by the officer, đồng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_vnd: Option<u32>,
    /// Basis the officer named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// A late entry (*nhập bổ sung*): why the record is younger than the reception, and who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateEntry {
    /// Why.
    pub reason: String,
    /// The supervisor who agreed.
    pub approved_by: String,
}

/// Tiếp nhận: everything the citizen and the officer said at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Who took it in; `at` is `received_at`, the legal time.
    pub act: Act,
    /// The dossier.
    pub dossier: DossierId,
    /// When it was entered, which may be later.
    pub recorded_at: Timestamp,
    /// Set when it was entered later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<LateEntry>,
    /// The printed number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Number>,
    /// Check code on paper.
    pub check_code: String,
    /// The procedure.
    pub procedure: ProcedureTaken,
    /// Chủ hồ sơ.
    pub applicant: Party,
    /// Người nộp, when another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<Submitter>,
    /// Người được đăng ký.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<Registered>,
    /// The checklist.
    pub components: Vec<ComponentTaken>,
    /// Số bộ.
    pub sets: u16,
    /// Kênh.
    pub channel: IntakeChannel,
    /// Where the result is wanted.
    pub return_method: ReturnMethod,
    /// Postal address for the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_address: Option<String>,
    /// Fee as told.
    pub fee: FeeTold,
    /// Promise.
    pub due: Due,
    /// Packs.
    pub packs: PackVersions,
    /// Số thứ tự.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_ticket: Option<String>,
}
