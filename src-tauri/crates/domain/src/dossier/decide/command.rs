//! What an officer may ask of a dossier, as arguments.

use crate::dossier::action::Action;
use crate::dossier::event::{Collector, Settled};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

/// Facts any step may carry: recorded for somebody else, at another time, by a paper, approved by a supervisor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepFacts {
    /// Legal time of the act; now when absent.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Full name of who did it; the officer when absent.
    #[serde(default)]
    pub done_by: Option<String>,
    /// Number of the paper that shows it.
    #[serde(default)]
    pub paper_number: Option<String>,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
    /// The supervisor who agreed.
    #[serde(default)]
    pub approved_by: Option<String>,
}

/// A verb with its arguments.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "arguments carry the names of the event fields they fill")]
pub enum Command {
    Forward {
        to: String,
    },
    Assign {
        to: String,
    },
    Examine {},
    Check {},
    Sign {},
    NumberResult {
        number: String,
        #[serde(default)]
        date: Option<Date>,
    },
    Finish {
        #[serde(default)]
        result: Option<String>,
        #[serde(default)]
        shelf: Option<String>,
    },
    ReturnResult {
        #[serde(default)]
        collector: Option<Collector>,
        #[serde(default)]
        lost_slip: bool,
        #[serde(default)]
        originals_returned: bool,
    },
    TakeBack {
        reason: String,
    },
    RequestSupplement {
        components: Vec<String>,
        reason: String,
    },
    ReceiveSupplement {
        #[serde(default)]
        components: Vec<String>,
    },
    RequestPayment {
        amount_vnd: u32,
        reason: String,
    },
    ConfirmPayment {
        method: String,
        #[serde(default)]
        receipt_number: Option<String>,
    },
    Extend {
        reason: String,
        #[serde(default)]
        by: Option<String>,
        #[serde(default)]
        until: Option<Timestamp>,
    },
    Withdraw {
        reason: String,
    },
    Stop {
        reason: String,
        decided_by: String,
        #[serde(default)]
        originals_returned: bool,
    },
    Refuse {
        reason: String,
        decided_by: String,
        #[serde(default)]
        originals_returned: bool,
    },
    SetShelf {
        shelf: String,
    },
    Call {},
    SetExternalNumber {
        system: String,
        number: String,
        date: Date,
    },
    GiveNumber {
        number: String,
    },
    Correct {
        reason: String,
        #[serde(default)]
        full_name: Option<String>,
        #[serde(default)]
        phone: Option<String>,
        #[serde(default)]
        email: Option<String>,
        #[serde(default)]
        address: Option<String>,
        #[serde(default)]
        id_number: Option<String>,
        #[serde(default)]
        birth_date: Option<Date>,
    },
    Note {
        text: String,
    },
    Resolve {
        fields: Vec<Settled>,
        reason: String,
    },
}

impl Command {
    /// The verb.
    pub fn action(&self) -> Action {
        match self {
            Command::Forward { .. } => Action::Forward,
            Command::Assign { .. } => Action::Assign,
            Command::Examine {} => Action::Examine,
            Command::Check {} => Action::Check,
            Command::Sign {} => Action::Sign,
            Command::NumberResult { .. } => Action::NumberResult,
            Command::Finish { .. } => Action::Finish,
            Command::ReturnResult { .. } => Action::ReturnResult,
            Command::TakeBack { .. } => Action::TakeBack,
            Command::RequestSupplement { .. } => Action::RequestSupplement,
            Command::ReceiveSupplement { .. } => Action::ReceiveSupplement,
            Command::RequestPayment { .. } => Action::RequestPayment,
            Command::ConfirmPayment { .. } => Action::ConfirmPayment,
            Command::Extend { .. } => Action::Extend,
            Command::Withdraw { .. } => Action::Withdraw,
            Command::Stop { .. } => Action::Stop,
            Command::Refuse { .. } => Action::Refuse,
            Command::SetShelf { .. } => Action::SetShelf,
            Command::Call {} => Action::Call,
            Command::SetExternalNumber { .. } => Action::SetExternalNumber,
            Command::GiveNumber { .. } => Action::GiveNumber,
            Command::Correct { .. } => Action::Correct,
            Command::Note { .. } => Action::Note,
            Command::Resolve { .. } => Action::Resolve,
        }
    }
}
