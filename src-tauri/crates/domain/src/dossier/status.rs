//! The ten national statuses (TrangThaiHoSo), derived, never stored as truth.

use serde::{Deserialize, Serialize};

/// Where a dossier stands inside the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Filed on a portal; the desk has not answered.
    Submitted,
    /// Filed on a portal; the desk asked for more before acceptance.
    SentBack,
    /// Filed on a portal; the desk did not accept it.
    NotAccepted,
    /// Accepted at the desk.
    Received,
    /// Being worked on.
    Processing,
    /// The citizen was asked for papers.
    AwaitingSupplement,
    /// The citizen must pay.
    AwaitingPayment,
    /// The citizen asked to withdraw.
    WithdrawalRequested,
    /// Stopped or refused after acceptance.
    Stopped,
    /// The result is at the desk.
    Ready,
    /// The citizen has the result.
    Returned,
}

/// National status 1..10 (`TrangThaiHoSo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(pub u8);

impl Status {
    /// All ten with their official words.
    pub const WORDS: [(u8, &'static str); 10] = [
        (1, "Mới đăng ký"),
        (2, "Được tiếp nhận"),
        (3, "Không được tiếp nhận"),
        (4, "Đang xử lý"),
        (5, "Yêu cầu bổ sung giấy tờ"),
        (6, "Yêu cầu thực hiện nghĩa vụ tài chính"),
        (7, "Công dân yêu cầu rút hồ sơ"),
        (8, "Dừng xử lý"),
        (9, "Đã xử lý xong"),
        (10, "Đã trả kết quả"),
    ];

    /// The official words; empty for a number outside 1..10.
    pub fn words(self) -> &'static str {
        Self::WORDS.iter().find(|(n, _)| *n == self.0).map_or("", |(_, words)| words)
    }
}

impl From<Stage> for Status {
    fn from(stage: Stage) -> Self {
        Status(match stage {
            Stage::Submitted => 1,
            Stage::Received => 2,
            Stage::NotAccepted => 3,
            Stage::Processing => 4,
            Stage::AwaitingSupplement | Stage::SentBack => 5,
            Stage::AwaitingPayment => 6,
            Stage::WithdrawalRequested => 7,
            Stage::Stopped => 8,
            Stage::Ready => 9,
            Stage::Returned => 10,
        })
    }
}

impl Stage {
    /// Whether the clock of the office no longer runs.
    pub fn is_finished(self) -> bool {
        matches!(self, Stage::Stopped | Stage::NotAccepted | Stage::Ready | Stage::Returned)
    }

    /// Whether the desk took it in: what a portal brought may still wait, or have been turned away.
    pub fn is_accepted(self) -> bool {
        !matches!(self, Stage::Submitted | Stage::SentBack | Stage::NotAccepted)
    }

    /// Whether the office waits for somebody outside.
    pub fn is_waiting(self) -> bool {
        matches!(
            self,
            Stage::AwaitingSupplement
                | Stage::SentBack
                | Stage::AwaitingPayment
                | Stage::WithdrawalRequested
        )
    }
}
