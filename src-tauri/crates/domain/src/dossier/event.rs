//! What happened to a dossier. Each event becomes one record; its kind and the fields it writes are part of the format.

use super::number::Number;
use crate::ids::{DossierId, FileId};
use crate::officer::Act;
use crate::party::{Party, Registered, Submitter};
use crate::procedure::{ComponentKind, Workflow};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident($body:ty) = $word:literal [$($field:literal),*]),* $(,)?) => {
        /// Everything that can happen to a dossier.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event { $($(#[$doc])* $name(Box<$body>),)* }

        /// The kind of an event: the word in the record header.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind { $($(#[$doc])* $name,)* }

        impl EventKind {
            /// Every kind this version knows.
            pub const ALL: &'static [EventKind] = &[$(EventKind::$name),*];

            /// The word in the record header, frozen once released.
            pub fn word(self) -> &'static str {
                match self { $(EventKind::$name => $word,)* }
            }

            /// The fields of the dossier that this kind writes: two concurrent records conflict only where these overlap.
            pub fn fields(self) -> &'static [&'static str] {
                match self { $(EventKind::$name => &[$($field),*],)* }
            }

            /// The kind behind a word; `None` for kinds of a newer version.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }

            /// Reads a body of this kind with the caller's decoder.
            ///
            /// # Errors
            /// Whatever `decoder` reports.
            pub fn decode<'de, D: serde::Deserializer<'de>>(self, decoder: D) -> Result<Event, D::Error> {
                Ok(match self { $(EventKind::$name => Event::$name(Box::new(<$body>::deserialize(decoder)?)),)* })
            }
        }

        impl Event {
            /// The kind of this event.
            pub fn kind(&self) -> EventKind {
                match self { $(Event::$name(_) => EventKind::$name,)* }
            }

            /// Writes the body with the caller's encoder.
            ///
            /// # Errors
            /// Whatever `encoder` reports.
            pub fn encode<S: serde::Serializer>(&self, encoder: S) -> Result<S::Ok, S::Error> {
                match self { $(Event::$name(body) => body.serialize(encoder),)* }
            }

            /// Who did it, who recorded it, and when.
            pub fn act(&self) -> &Act {
                match self { $(Event::$name(body) => &body.act,)* }
            }
        }
    };
}

events! {
    /// Tiếp nhận.
    Received(Received) = "dossier.received" ["stage", "people", "components", "due", "number"],
    /// Chuyển xử lý.
    Forwarded(Forwarded) = "dossier.forwarded" ["stage", "holder"],
    /// Phân công.
    Assigned(Forwarded) = "dossier.assigned" ["holder"],
    /// Thẩm định.
    Examined(Plain) = "dossier.examined" ["examined"],
    /// Trưởng phòng chuyên môn kiểm tra.
    Checked(Plain) = "dossier.checked" ["checked"],
    /// Lãnh đạo UBND ký.
    Signed(Plain) = "dossier.signed" ["signed"],
    /// Văn thư cấp số.
    ResultNumbered(ResultNumbered) = "dossier.result_numbered" ["result_number"],
    /// Đã có kết quả tại quầy.
    ResultReady(ResultReady) = "dossier.result_ready" ["stage", "shelf"],
    /// Đã trả kết quả.
    ResultReturned(ResultReturned) = "dossier.result_returned" ["stage", "originals"],
    /// Thu hồi kết quả sai để giải quyết lại.
    ResultTakenBack(Reasoned) = "dossier.result_taken_back" ["stage"],
    /// Yêu cầu bổ sung (Mẫu 02).
    SupplementRequested(SupplementRequested) = "dossier.supplement_requested" ["stage"],
    /// Công dân đã bổ sung đủ.
    SupplementReceived(SupplementReceived) = "dossier.supplement_received" ["stage", "components", "due"],
    /// Yêu cầu nghĩa vụ tài chính.
    PaymentRequested(PaymentRequested) = "dossier.payment_requested" ["stage"],
    /// Đã thực hiện nghĩa vụ tài chính.
    PaymentConfirmed(PaymentConfirmed) = "dossier.payment_confirmed" ["stage"],
    /// Xin lỗi, hẹn lại (Mẫu 04).
    Extended(Extended) = "dossier.extended" ["due"],
    /// Công dân yêu cầu rút.
    WithdrawalRequested(Reasoned) = "dossier.withdrawal_requested" ["stage"],
    /// Dừng giải quyết.
    Stopped(Stopped) = "dossier.stopped" ["stage", "originals"],
    /// Từ chối giải quyết.
    Refused(Stopped) = "dossier.refused" ["stage", "originals"],
    /// Ngăn để kết quả.
    ShelfSet(ShelfSet) = "dossier.shelf_set" ["shelf"],
    /// Đã gọi công dân.
    ApplicantCalled(Plain) = "dossier.applicant_called" ["called"],
    /// Số bên hệ thống khác.
    ExternalNumberSet(ExternalNumberSet) = "dossier.external_number_set" ["external_numbers"],
    /// Số chính thức thay mã tạm.
    NumberGiven(NumberGiven) = "dossier.number_given" ["number"],
    /// Sửa thông tin.
    Corrected(Corrected) = "dossier.corrected" ["people"],
    /// Ghi chú.
    Noted(Plain) = "dossier.noted" [],
    /// Đính kèm tài liệu.
    FileAttached(FileAttached) = "dossier.file_attached" ["files"],
    /// Thay tài liệu; bản cũ còn trong lịch sử.
    FileReplaced(FileReplaced) = "dossier.file_replaced" ["files"],
}

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
    /// First, second …
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
