//! What happened to a dossier. Each event becomes one record; its kind and the fields it writes are part of the format.

mod portal;
mod reception;
mod resolved;
mod steps;
mod writes;

pub use portal::{Resubmitted, Submitted};
pub use reception::{
    ComponentTaken, Due, DueStep, FeeTold, IntakeChannel, LateEntry, PackVersions, PaperState,
    ProcedureTaken, Received, ReturnMethod, ScanState,
};
pub use resolved::{RecordName, Resolved, Settled};
pub use steps::{
    Collector, CollectorKind, Corrected, Document, Extended, ExternalNumberSet, FieldChange,
    FileAttached, FileReplaced, Forwarded, NumberGiven, PaymentConfirmed, PaymentRequested, Plain,
    Reasoned, ResultNumbered, ResultReady, ResultReturned, ShelfSet, Stopped, SupplementReceived,
    SupplementRequested,
};

pub use writes::overlap;

use crate::dossier::action::Action;
use crate::officer::Act;
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
    /// Nộp trực tuyến. It names no field: where two tell of the same dossier, the first in order stands and acceptance decides.
    Submitted(Submitted) = "dossier.submitted" [],
    /// Công dân bổ sung trên cổng, trước khi được tiếp nhận.
    Resubmitted(Resubmitted) = "dossier.resubmitted" ["stage"],
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
    ResultTakenBack(Reasoned) = "dossier.result_taken_back" ["stage", "signed", "result_number"],
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
    /// Giải quyết thông tin không khớp giữa các quầy; which fields it writes is in its body.
    Resolved(Resolved) = "dossier.resolved" [],
}

impl EventKind {
    /// The verb whose rules allow this kind of event; `None` for what is always possible.
    pub fn action(self) -> Option<Action> {
        Some(match self {
            EventKind::Submitted
            | EventKind::Resubmitted
            | EventKind::Received
            | EventKind::FileAttached
            | EventKind::FileReplaced => return None,
            EventKind::Forwarded => Action::Forward,
            EventKind::Assigned => Action::Assign,
            EventKind::Examined => Action::Examine,
            EventKind::Checked => Action::Check,
            EventKind::Signed => Action::Sign,
            EventKind::ResultNumbered => Action::NumberResult,
            EventKind::ResultReady => Action::Finish,
            EventKind::ResultReturned => Action::ReturnResult,
            EventKind::ResultTakenBack => Action::TakeBack,
            EventKind::SupplementRequested => Action::RequestSupplement,
            EventKind::SupplementReceived => Action::ReceiveSupplement,
            EventKind::PaymentRequested => Action::RequestPayment,
            EventKind::PaymentConfirmed => Action::ConfirmPayment,
            EventKind::Extended => Action::Extend,
            EventKind::WithdrawalRequested => Action::Withdraw,
            EventKind::Stopped => Action::Stop,
            EventKind::Refused => Action::Refuse,
            EventKind::ShelfSet => Action::SetShelf,
            EventKind::ApplicantCalled => Action::Call,
            EventKind::ExternalNumberSet => Action::SetExternalNumber,
            EventKind::NumberGiven => Action::GiveNumber,
            EventKind::Corrected => Action::Correct,
            EventKind::Noted => Action::Note,
            // A decision between sides is judged by the disputes it settles, not by the stage.
            EventKind::Resolved => return None,
        })
    }
}
