//! What goes back: a value, a problem (RFC 9457), or the gateway's own fault, which says nothing of its cause.

use crate::ledger::{Answer, Fault};
use crate::problems::problem;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::wire::{Problem, ProblemType};

/// A caller told to come later comes after so many seconds, and so many more at random: a crowd that returns at once
/// after an outage is spread.
const RETRY_AFTER_SECONDS: u64 = 2;
const RETRY_SPREAD_SECONDS: u64 = 28;

/// A "no", as it goes back.
#[derive(Debug)]
pub struct No(pub Problem);

impl From<Problem> for No {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Fault> for No {
    fn from(fault: Fault) -> Self {
        // Only our own words: a database may quote the values of a row.
        tracing::error!(fault = %fault, code = code(&fault), "the gateway could not answer");
        match fault {
            Fault::Database(fault) if fault.passes() => {
                Self(problem(ProblemType::RetryLater, 503, "The ledger does not answer now"))
            }
            Fault::Files(_) | Fault::Disk(_) => {
                Self(problem(ProblemType::RetryLater, 503, "The file store does not answer now"))
            }
            _ => Self(problem(ProblemType::Internal, 500, "The gateway's own fault")),
        }
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let No(problem) = self;
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if problem.kind == ProblemType::RetryLater {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after()));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn retry_after() -> u64 {
    let [random] = crate::entropy::bytes().unwrap_or([0]);
    RETRY_AFTER_SECONDS + u64::from(random) % RETRY_SPREAD_SECONDS
}

/// Flattens what a transaction came to.
///
/// # Errors
/// The "no", whichever it is.
pub fn flat<T>(result: Result<Answer<T>, Fault>) -> Result<T, No> {
    Ok(result??)
}

/// The database's own code of a fault, which quotes nothing.
fn code(fault: &Fault) -> String {
    use crate::database::DatabaseFault;
    match fault {
        Fault::Database(DatabaseFault::Postgres(fault)) => {
            fault.code().map_or_else(|| "connection".into(), |code| code.code().to_owned())
        }
        Fault::Database(DatabaseFault::Sqlite(fault)) => {
            fault.sqlite_error_code().map_or_else(|| "value".into(), |code| format!("{code:?}"))
        }
        Fault::Database(fault) => fault.to_string(),
        _ => String::new(),
    }
}
