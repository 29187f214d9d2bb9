//! What every request passes: a bound on how many are worked on at once, a line in the log, a count.

use super::answer::No;
use crate::gateway::Gateway;
use crate::problems::problem;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::wire::ProblemType;
use std::time::Instant;

/// Lets a request in while there is room; otherwise the caller comes later.
pub async fn admitted(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    match gateway.at_once.clone().try_acquire_owned() {
        Ok(_room) => next.run(request).await,
        Err(_) => {
            No(problem(ProblemType::RetryLater, 503, "Too many requests at once")).into_response()
        }
    }
}

/// Counts and logs: the route as it is written in the program, never the address that was asked for.
pub async fn watched(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".into());
    let began = Instant::now();
    let mut response = next.run(request).await;
    let (status, after) = (response.status().as_u16(), began.elapsed());
    tracing::info!(%method, route, status, ms = after.as_millis(), "answered");
    gateway.metrics.answered(&route, method.as_str(), status, after);
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

pub async fn metrics(State(gateway): State<Gateway>) -> Response {
    const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, TYPE)], gateway.metrics.text()).into_response()
}
