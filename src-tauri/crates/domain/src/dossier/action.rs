//! The verbs of the office, as the command line and the screen name them.

/// One verb on a dossier after its reception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each verb is worded in `label`")]
pub enum Action {
    Forward,
    Assign,
    Examine,
    Check,
    Sign,
    NumberResult,
    Finish,
    ReturnResult,
    TakeBack,
    RequestSupplement,
    ReceiveSupplement,
    RequestPayment,
    ConfirmPayment,
    Extend,
    Withdraw,
    Stop,
    Refuse,
    SetShelf,
    Call,
    SetExternalNumber,
    GiveNumber,
    Correct,
    Note,
    Resolve,
}

impl Action {
    /// Every verb, in the order of a dossier's life.
    pub const ALL: [Action; 24] = [
        Action::Forward,
        Action::Assign,
        Action::Examine,
        Action::Check,
        Action::Sign,
        Action::NumberResult,
        Action::Finish,
        Action::ReturnResult,
        Action::TakeBack,
        Action::RequestSupplement,
        Action::ReceiveSupplement,
        Action::RequestPayment,
        Action::ConfirmPayment,
        Action::Extend,
        Action::Withdraw,
        Action::Stop,
        Action::Refuse,
        Action::SetShelf,
        Action::Call,
        Action::SetExternalNumber,
        Action::GiveNumber,
        Action::Correct,
        Action::Note,
        Action::Resolve,
    ];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Action::Forward => "forward",
            Action::Assign => "assign",
            Action::Examine => "examine",
            Action::Check => "check",
            Action::Sign => "sign",
            Action::NumberResult => "number_result",
            Action::Finish => "finish",
            Action::ReturnResult => "return_result",
            Action::TakeBack => "take_back",
            Action::RequestSupplement => "request_supplement",
            Action::ReceiveSupplement => "receive_supplement",
            Action::RequestPayment => "request_payment",
            Action::ConfirmPayment => "confirm_payment",
            Action::Extend => "extend",
            Action::Withdraw => "withdraw",
            Action::Stop => "stop",
            Action::Refuse => "refuse",
            Action::SetShelf => "set_shelf",
            Action::Call => "call",
            Action::SetExternalNumber => "set_external_number",
            Action::GiveNumber => "give_number",
            Action::Correct => "correct",
            Action::Note => "note",
            Action::Resolve => "resolve",
        }
    }

    /// The verb behind a word.
    pub fn from_word(word: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.word() == word)
    }

    /// The words on the button and in the timeline.
    pub fn label(self) -> &'static str {
        match self {
            Action::Forward => "Chuyển xử lý",
            Action::Assign => "Phân công",
            Action::Examine => "Thẩm định xong",
            Action::Check => "Trưởng phòng đã kiểm tra",
            Action::Sign => "Lãnh đạo đã ký",
            Action::NumberResult => "Văn thư đã cấp số",
            Action::Finish => "Đã có kết quả tại quầy",
            Action::ReturnResult => "Trả kết quả",
            Action::TakeBack => "Thu hồi kết quả để giải quyết lại",
            Action::RequestSupplement => "Yêu cầu bổ sung",
            Action::ReceiveSupplement => "Đã nhận đủ bổ sung",
            Action::RequestPayment => "Yêu cầu nghĩa vụ tài chính",
            Action::ConfirmPayment => "Đã thực hiện nghĩa vụ tài chính",
            Action::Extend => "Xin lỗi, hẹn lại ngày trả",
            Action::Withdraw => "Công dân yêu cầu rút",
            Action::Stop => "Dừng giải quyết",
            Action::Refuse => "Từ chối giải quyết",
            Action::SetShelf => "Đặt ngăn",
            Action::Call => "Đã gọi công dân",
            Action::SetExternalNumber => "Số bên hệ thống khác",
            Action::GiveNumber => "Nhập số chính thức",
            Action::Correct => "Sửa thông tin chủ hồ sơ",
            Action::Note => "Ghi chú",
            Action::Resolve => "Chọn thông tin đúng",
        }
    }
}
