//! What each verb asks the officer for.

use crate::views::{ArgumentView, ChoiceView};
use domain::dossier::{Action, Dossier};

/// The arguments of `action`; with `supervisor` also who approves.
pub fn of(action: Action, dossier: &Dossier, supervisor: bool) -> Vec<ArgumentView> {
    let mut arguments = own(action, dossier);
    if supervisor {
        arguments.push(
            text("approved_by", "Lãnh đạo đồng ý")
                .hint("Để trống nếu người ghi là lãnh đạo")
                .optional()
                .0,
        );
    }
    arguments
}

fn own(action: Action, dossier: &Dossier) -> Vec<ArgumentView> {
    let reason = || long("reason", "Lý do").0;
    let decided_by = || text("decided_by", "Lãnh đạo quyết định").0;
    match action {
        Action::Forward => vec![text("to", "Chuyển đến").hint("Phòng hoặc người xử lý").0],
        Action::Assign => vec![text("to", "Người được phân công").0],
        Action::NumberResult => {
            vec![text("number", "Số văn bản").0, kind("date", "Ngày văn bản", "date").optional().0]
        }
        Action::Finish => {
            vec![text("result", "Kết quả").optional().0, text("shelf", "Ngăn").optional().0]
        }
        Action::ReturnResult => {
            let kept = dossier.originals_kept();
            if kept.is_empty() {
                Vec::new()
            } else {
                vec![
                    kind("originals_returned", "Đã trả lại bản chính", "yes_no")
                        .hint(&kept.join("; "))
                        .0,
                ]
            }
        }
        Action::TakeBack | Action::Withdraw => vec![reason()],
        Action::RequestSupplement => {
            vec![kind("components", "Giấy tờ cần bổ sung", "components").0, reason()]
        }
        Action::ReceiveSupplement => {
            vec![kind("components", "Giấy tờ đã nhận", "components").optional().0]
        }
        Action::RequestPayment => vec![kind("amount_vnd", "Số tiền (đồng)", "money").0, reason()],
        Action::ConfirmPayment => vec![
            Argument(ArgumentView {
                choices: ["Tiền mặt", "Chuyển khoản"]
                    .map(|label| ChoiceView { value: label.into(), label: label.into() })
                    .to_vec(),
                ..kind("method", "Hình thức", "choice").0
            })
            .0,
            text("receipt_number", "Số biên lai").optional().0,
        ],
        Action::Extend => vec![reason(), kind("until", "Hẹn trả mới", "date_time").0],
        Action::Stop | Action::Refuse => {
            let mut arguments = vec![reason(), decided_by()];
            if !dossier.originals_kept().is_empty() {
                arguments.push(kind("originals_returned", "Đã trả lại bản chính", "yes_no").0);
            }
            arguments
        }
        Action::SetShelf => vec![text("shelf", "Ngăn").0],
        Action::SetExternalNumber => {
            vec![
                text("system", "Hệ thống").0,
                text("number", "Số").0,
                kind("date", "Ngày", "date").0,
            ]
        }
        Action::GiveNumber => vec![text("number", "Số chính thức").0],
        Action::Correct => vec![
            reason(),
            text("full_name", "Họ tên").optional().0,
            text("id_number", "Số giấy tờ").optional().0,
            kind("birth_date", "Ngày sinh", "date").optional().0,
            text("phone", "Điện thoại").optional().0,
            text("address", "Địa chỉ").optional().0,
        ],
        Action::Note => vec![long("text", "Nội dung").0],
        // The fields are chosen side by side on a screen of their own.
        Action::Resolve => vec![reason()],
        Action::Examine | Action::Check | Action::Sign | Action::Call => Vec::new(),
    }
}

struct Argument(ArgumentView);

impl Argument {
    fn optional(mut self) -> Self {
        self.0.required = false;
        self
    }

    fn hint(mut self, hint: &str) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}

fn text(name: &str, label: &str) -> Argument {
    kind(name, label, "text")
}

fn long(name: &str, label: &str) -> Argument {
    kind(name, label, "long_text")
}

fn kind(name: &str, label: &str, kind: &str) -> Argument {
    Argument(ArgumentView {
        name: name.into(),
        label: label.into(),
        kind: kind.into(),
        required: true,
        choices: Vec::new(),
        hint: None,
    })
}
