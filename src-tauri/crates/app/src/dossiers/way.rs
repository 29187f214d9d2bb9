//! The way through the office, as the strip of steps above a dossier.

use crate::views::StepView;
use domain::dossier::event::ReturnMethod;
use domain::dossier::{Action, Dossier, Stage};
use domain::procedure::Workflow;

/// The strip of steps.
pub fn steps(dossier: &Dossier) -> Vec<StepView> {
    let reached = reached(dossier);
    let labels: &[&str] = match dossier.procedure.workflow {
        Workflow::Short => &["Tiếp nhận", "Có kết quả", "Trả kết quả"],
        Workflow::Full => {
            &["Tiếp nhận", "Chuyển xử lý", "Ký duyệt", "Cấp số", "Có kết quả", "Trả kết quả"]
        }
    };
    labels
        .iter()
        .enumerate()
        .map(|(i, label)| StepView {
            label: (*label).into(),
            done: i < reached,
            current: i == reached,
        })
        .collect()
}

/// The step that usually comes next.
pub fn next_action(dossier: &Dossier) -> Option<Action> {
    let full = dossier.procedure.workflow == Workflow::Full;
    match dossier.stage {
        Stage::Received if full => Some(Action::Forward),
        Stage::Received => Some(Action::Finish),
        Stage::Processing if full && !dossier.signed => Some(Action::Sign),
        Stage::Processing if full && dossier.result_number.is_none() => Some(Action::NumberResult),
        Stage::Processing => Some(Action::Finish),
        Stage::AwaitingSupplement => Some(Action::ReceiveSupplement),
        Stage::AwaitingPayment => Some(Action::ConfirmPayment),
        Stage::WithdrawalRequested => Some(Action::Stop),
        Stage::Ready => Some(Action::ReturnResult),
        // Portal dossiers are answered in their queue.
        Stage::Submitted | Stage::SentBack | Stage::NotAccepted => None,
        Stage::Stopped | Stage::Returned => None,
    }
}

/// Where the citizen wants the result, in words.
pub fn return_words(dossier: &Dossier) -> String {
    match dossier.return_method {
        ReturnMethod::Desk => "Nhận tại quầy".into(),
        ReturnMethod::Online => "Nhận trực tuyến".into(),
        ReturnMethod::Post => match &dossier.return_address {
            Some(address) => format!("Gửi bưu chính: {address}"),
            None => "Gửi bưu chính".into(),
        },
    }
}

fn reached(dossier: &Dossier) -> usize {
    let short = dossier.procedure.workflow == Workflow::Short;
    match dossier.stage {
        Stage::Submitted | Stage::SentBack | Stage::NotAccepted => 0,
        Stage::Returned => 6,
        Stage::Ready if short => 2,
        Stage::Ready => 5,
        _ if short => 1,
        Stage::Received => 1,
        _ if dossier.result_number.is_some() => 4,
        _ if dossier.signed => 3,
        _ => 2,
    }
}
