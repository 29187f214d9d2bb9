//! Answers: JSON on standard output with exit code 0; a refusal on standard error with 3, a failure with 4.

use app::ApiError;
use app::opening::OpenFault;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

const REFUSED: u8 = 3;
const FAILED: u8 = 4;

/// What a command came to.
pub enum Answer {
    /// Done; what to print.
    Done(Value),
    /// The answer is a fault list: printed like an answer, with the exit code of a failure.
    Faulty(Value),
    /// A "no": code, field, message.
    Refused(Value),
    /// A broken thing.
    Failed(Value),
}

impl Answer {
    /// Something to print.
    pub fn of(value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => Answer::Done(value),
            Err(fault) => Answer::failure("unprintable", &fault.to_string(), ""),
        }
    }

    /// A failure in plain words.
    pub fn failure(code: &str, message: &str, next_step: &str) -> Self {
        Answer::Failed(json!({ "failure": code, "message": message, "next_step": next_step }))
    }

    /// A refusal made by the command line itself.
    pub fn refusal(code: &str, field: &str, message: &str) -> Self {
        Answer::Refused(json!({ "refusal": code, "field": field, "message": message }))
    }

    /// Prints and gives the exit code.
    pub fn print(self) -> ExitCode {
        let (text, to_stdout, code) = match self {
            Answer::Done(value) => (value, true, ExitCode::SUCCESS),
            Answer::Faulty(value) => (value, true, ExitCode::from(FAILED)),
            Answer::Refused(value) => (value, false, ExitCode::from(REFUSED)),
            Answer::Failed(value) => (value, false, ExitCode::from(FAILED)),
        };
        let written = if to_stdout {
            writeln!(std::io::stdout().lock(), "{text}")
        } else {
            writeln!(std::io::stderr().lock(), "{text}")
        };
        if written.is_err() { ExitCode::from(FAILED) } else { code }
    }
}

impl From<ApiError> for Answer {
    fn from(error: ApiError) -> Self {
        let no = |code: &str, message: &str| {
            Answer::Refused(json!({ "refusal": code, "field": null, "message": message }))
        };
        match &error {
            ApiError::Refused { refusal } => Answer::Refused(
                json!({ "refusal": refusal.code, "field": refusal.field, "message": refusal.message }),
            ),
            ApiError::NotAllowed { message } => no("not_allowed", message),
            ApiError::NotFound { message } => no("not_found", message),
            ApiError::Stale { message } => no("stale", message),
            ApiError::Locked { message } => no("locked", message),
            ApiError::DiskFull { message } => Answer::failure("disk_full", message, ""),
            ApiError::StoreReadOnly { message } => Answer::failure("store_read_only", message, ""),
            ApiError::IntakeStopped { message } => Answer::failure("intake_stopped", message, ""),
            ApiError::Internal { message, .. } => Answer::failure("internal", message, ""),
        }
    }
}

impl From<OpenFault> for Answer {
    fn from(fault: OpenFault) -> Self {
        if let OpenFault::Api(error) = fault {
            return error.into();
        }
        let view = fault.view();
        match view.code.as_str() {
            "wrong_key" | "locked" => Answer::Refused(json!({
                "refusal": view.code, "field": "passphrase-file", "message": format!("{} {}", view.message, view.next_step),
            })),
            "not_commissioned" => Answer::Refused(json!({
                "refusal": view.code, "field": "data", "message": "Thư mục này chưa thiết lập quầy: chạy quay init trước.",
            })),
            _ => Answer::failure(&view.code, &view.message, &view.next_step),
        }
    }
}
