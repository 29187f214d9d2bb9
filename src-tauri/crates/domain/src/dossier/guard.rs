//! Which verb may be said when: one table, read by the decision, the screen and the tests.

use super::action::Action;
use super::evolve::Dossier;
use super::status::Stage;
use crate::procedure::Workflow;
use crate::refusal::Refusal;

/// The answer of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// Go on.
    Yes,
    /// Go on, but tell the officer this first; a supervisor must agree.
    WithSupervisor(&'static str),
    /// No, with the reason and the next step.
    No(Refusal),
}

/// Whether `action` may be done to `dossier` now.
pub fn allowed(
    dossier: &Dossier,
    action: Action,
    supplements_max: u16,
    extensions_max: u16,
) -> Allowed {
    let refusal = needs_update(dossier, action)
        .or_else(|| wrong_stage(dossier, action))
        .or_else(|| missing_step(dossier, action));
    if let Some(refusal) = refusal {
        return Allowed::No(refusal);
    }
    match action {
        // What is asked for before acceptance does not count: the law's "once" begins with acceptance.
        Action::RequestSupplement if dossier.stage == Stage::Submitted => Allowed::Yes,
        Action::RequestSupplement if dossier.supplements >= supplements_max => {
            Allowed::WithSupervisor(
                "Hồ sơ đã được yêu cầu bổ sung một lần; chỉ được hướng dẫn một lần, đầy đủ. Lần nữa phải có lãnh đạo đồng ý.",
            )
        }
        Action::Extend if dossier.extensions >= extensions_max => Allowed::WithSupervisor(
            "Hồ sơ đã hẹn lại một lần; việc hẹn lại được thực hiện không quá một lần. Lần nữa phải có lãnh đạo đồng ý.",
        ),
        Action::Extend | Action::TakeBack | Action::Resolve => {
            Allowed::WithSupervisor("Việc này phải có lãnh đạo đồng ý.")
        }
        _ => Allowed::Yes,
    }
}

/// What a record of a later version says may change all but a note or a telephone call.
fn needs_update(dossier: &Dossier, action: Action) -> Option<Refusal> {
    let stands_alone = matches!(action, Action::Note | Action::Call);
    (!dossier.not_understood.is_empty() && !stands_alone).then(|| {
        Refusal::act(
            "needs_update",
            "Hồ sơ này có việc do phiên bản phần mềm mới hơn ghi nhận mà máy này chưa đọc được. Hãy cập nhật phần mềm \
             rồi làm tiếp; trong lúc chờ vẫn ghi chú, đính kèm tài liệu và gọi công dân được.",
        )
    })
}

fn wrong_stage(dossier: &Dossier, action: Action) -> Option<Refusal> {
    let stages = stages_for(action, dossier.procedure.workflow);
    if stages.contains(&dossier.stage) {
        return None;
    }
    Some(Refusal::act(
        "wrong_stage",
        format!(
            "Không thể \"{}\": hồ sơ đang ở trạng thái \"{}\". {}",
            action.label(),
            dossier.status().words(),
            next_step(dossier.stage)
        ),
    ))
}

fn stages_for(action: Action, workflow: Workflow) -> &'static [Stage] {
    use Stage::{
        AwaitingPayment, AwaitingSupplement, NotAccepted, Processing, Ready, Received, Returned,
        SentBack, Submitted, WithdrawalRequested,
    };
    const ANY: &[Stage] = &[
        Received,
        Processing,
        AwaitingSupplement,
        AwaitingPayment,
        WithdrawalRequested,
        Stage::Stopped,
        Ready,
        Returned,
    ];
    const ALWAYS: &[Stage] = &[
        Submitted,
        SentBack,
        NotAccepted,
        Received,
        Processing,
        AwaitingSupplement,
        AwaitingPayment,
        WithdrawalRequested,
        Stage::Stopped,
        Ready,
        Returned,
    ];
    const OPEN: &[Stage] = &[Received, Processing, AwaitingSupplement, AwaitingPayment];
    match action {
        Action::Forward => &[Received],
        Action::Assign | Action::Examine | Action::Check | Action::Sign | Action::NumberResult => {
            &[Processing]
        }
        Action::Finish => match workflow {
            Workflow::Short => &[Received, Processing],
            Workflow::Full => &[Processing],
        },
        Action::ReturnResult | Action::SetShelf | Action::Call => &[Ready],
        Action::TakeBack => &[Ready, Returned],
        Action::RequestSupplement => &[Submitted, Received, Processing],
        Action::ReceiveSupplement => &[AwaitingSupplement],
        Action::RequestPayment => &[Processing],
        Action::ConfirmPayment => &[AwaitingPayment],
        Action::Extend => &[Received, Processing, AwaitingPayment],
        Action::Withdraw => OPEN,
        Action::Stop => {
            &[Received, Processing, AwaitingSupplement, AwaitingPayment, WithdrawalRequested]
        }
        Action::Refuse => &[Submitted, SentBack, Received, Processing, AwaitingSupplement],
        Action::GiveNumber => ANY,
        Action::SetExternalNumber | Action::Note | Action::Resolve => ALWAYS,
        Action::Correct => OPEN,
    }
}

fn missing_step(dossier: &Dossier, action: Action) -> Option<Refusal> {
    let full = dossier.procedure.workflow == Workflow::Full;
    match action {
        Action::NumberResult if !dossier.signed => Some(Refusal::act(
            "not_signed",
            "Chưa có bước \"Lãnh đạo đã ký\": ghi nhận bước ký trước khi cấp số.",
        )),
        Action::Finish if full && !dossier.signed => Some(Refusal::act(
            "not_signed",
            "Thủ tục theo quy trình đầy đủ: ghi nhận \"Lãnh đạo đã ký\" trước khi có kết quả tại quầy.",
        )),
        Action::Finish if full && dossier.result_number.is_none() => Some(Refusal::act(
            "not_numbered",
            "Thủ tục theo quy trình đầy đủ: ghi nhận \"Văn thư đã cấp số\" trước khi có kết quả tại quầy.",
        )),
        Action::GiveNumber
            if dossier.number.as_ref().is_some_and(|number| !number.provisional)
                && !dossier.number_returned =>
        {
            Some(Refusal::act("number_official", "Hồ sơ đã có số chính thức, không thay được."))
        }
        Action::Resolve if dossier.disputes.is_empty() => Some(Refusal::act(
            "no_dispute",
            "Hồ sơ không có thông tin nào phải chọn giữa các quầy.",
        )),
        _ => None,
    }
}

fn next_step(stage: Stage) -> &'static str {
    match stage {
        Stage::Submitted => {
            "Hồ sơ trực tuyến chưa tiếp nhận: hãy tiếp nhận, yêu cầu bổ sung hoặc từ chối."
        }
        Stage::SentBack => "Hồ sơ trực tuyến đang chờ công dân bổ sung trên cổng.",
        Stage::NotAccepted => "Hồ sơ trực tuyến không được tiếp nhận; công dân nộp hồ sơ mới.",
        Stage::Received => "Hãy chuyển xử lý trước.",
        Stage::Processing => "Hãy ghi nhận kết quả giải quyết trước.",
        Stage::AwaitingSupplement => {
            "Hãy ghi nhận công dân đã bổ sung đủ, hoặc công dân rút hồ sơ."
        }
        Stage::AwaitingPayment => "Hãy ghi nhận công dân đã nộp tiền.",
        Stage::WithdrawalRequested => "Hãy ghi nhận quyết định dừng giải quyết.",
        Stage::Stopped => "Hồ sơ đã dừng; nếu cần giải quyết lại, hãy tiếp nhận hồ sơ mới.",
        Stage::Ready => "Hãy trả kết quả, hoặc thu hồi kết quả sai.",
        Stage::Returned => "Kết quả đã trả; nếu kết quả sai, hãy thu hồi để giải quyết lại.",
    }
}
