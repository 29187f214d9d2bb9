//! What an answer means to the engine: a line that broke, somebody else in the gateway's place, the gateway's own no.

use protocol::wire::Problem;
use reqwest::{Response, StatusCode, header};
use serde::de::DeserializeOwned;
use sync::engine::Failure;

const SMALL_BYTES_MAX: usize = 1024 * 1024;

/// What a failed exchange says. Whether the request arrived is not known, unless there was no connection at all.
pub(super) fn failure(fault: &reqwest::Error) -> Failure {
    if fault.is_connect() {
        return if names_a_certificate(fault) { Failure::NotTheGateway } else { Failure::NoLine };
    }
    Failure::Silent
}

/// The gateway's own words for a "no"; anything else was not the gateway.
pub(super) async fn problem(response: Response) -> Failure {
    let status = response.status();
    let busy = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
    let after_ms = retry_after_ms(&response);
    let is_problem = has_type(&response, "application/problem+json");
    if busy {
        return Failure::RetryLater { after_ms };
    }
    if !is_problem {
        return Failure::NotTheGateway;
    }
    match whole(response, SMALL_BYTES_MAX).await {
        Err(failure) => failure,
        Ok(bytes) => serde_json::from_slice::<Problem>(&bytes)
            .map_or(Failure::NotTheGateway, Failure::Refused),
    }
}

/// A "no" that an answer ended with, as it would have been taken at its beginning.
pub(super) fn refused(no: Problem) -> Failure {
    let busy = no.status == StatusCode::TOO_MANY_REQUESTS.as_u16() || no.status >= 500;
    if busy { Failure::RetryLater { after_ms: 0 } } else { Failure::Refused(no) }
}

/// A small JSON answer.
pub(super) async fn read_json<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    if !has_type(&response, "application/json") {
        return Err(Failure::NotTheGateway);
    }
    let bytes = whole(response, SMALL_BYTES_MAX).await?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::NotTheGateway)
}

/// The whole body, at most `max` bytes of it.
pub(super) async fn whole(mut response: Response, max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|fault| failure(&fault))? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > max {
            return Err(Failure::NotTheGateway);
        }
    }
    Ok(bytes)
}

/// Whether the media type is `wanted`, whatever its parameters.
pub(super) fn has_type(response: &Response, wanted: &str) -> bool {
    let said = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    said.is_some_and(|said| {
        said.split(';').next().is_some_and(|said| said.trim().eq_ignore_ascii_case(wanted))
    })
}

/// A parameter of the media type.
pub(super) fn parameter(response: &Response, name: &str) -> Option<String> {
    let said = response.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let named = |part: &str| part.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
    said.split(';').skip(1).find_map(named)
}

/// A header of an answer as text.
pub(super) fn text<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).and_then(|value| value.to_str().ok())
}

fn retry_after_ms(response: &Response) -> u64 {
    let seconds = text(response, "retry-after").and_then(|text| text.trim().parse::<u64>().ok());
    seconds.unwrap_or(0).saturating_mul(1_000)
}

fn names_a_certificate(fault: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(fault);
    while let Some(now) = cause {
        if now.downcast_ref::<rustls::Error>().is_some() || now.to_string().contains("certificate")
        {
            return true;
        }
        cause = now.source();
    }
    false
}
