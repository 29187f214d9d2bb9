//! `/v1/sites/{site}/blobs/{sha256}`: a file that a record of the site names, whole or in ranges.

use super::answer::{No, flat};
use super::bearer::Caller;
use crate::files::tus::is_sha256;
use crate::gateway::Gateway;
use crate::problems::{not_found, problem};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::wire::ProblemType;
use std::ops::Range;

pub async fn get(
    State(gateway): State<Gateway>,
    Path((site, sha256)): Path<(String, String)>,
    method: Method,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, No> {
    let bearer = caller.at(&site)?;
    if !is_sha256(&sha256) {
        return Err(not_found().into());
    }
    let size = flat(gateway.file_size(bearer, sha256.clone()).await)?;
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let range = match asked.map(|asked| wanted(asked, size)) {
        None | Some(Wanted::All) => None,
        Some(Wanted::Part(range)) => Some(range),
        Some(Wanted::Nothing) => return Ok(unsatisfiable(size)),
    };
    let part = range.clone().unwrap_or(0..size);
    let length = part.end - part.start;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(gateway.file_bytes(&site, &sha256, size, part.clone()))
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{sha256}\"")) {
        headers.insert(header::ETAG, tag);
    }
    if range.is_some() {
        let said = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        if let Ok(said) = HeaderValue::from_str(&said) {
            headers.insert(header::CONTENT_RANGE, said);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(Range<u64>),
    Nothing,
}

/// One range of RFC 9110 §14.1.2; anything else is answered with the whole file, as the RFC allows.
fn wanted(header: &str, size: u64) -> Wanted {
    let Some((from, to)) = header.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Wanted::All;
    };
    let range = match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..size.min(to.saturating_add(1)),
        (Ok(from), Err(_)) if to.is_empty() => from..size,
        (Err(_), Ok(last)) if from.is_empty() => size.saturating_sub(last)..size,
        _ => return Wanted::All,
    };
    if range.is_empty() { Wanted::Nothing } else { Wanted::Part(range) }
}

fn unsatisfiable(size: u64) -> Response {
    let mut response =
        No(problem(ProblemType::Validation, 416, "The file has no such range")).into_response();
    if let Ok(said) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, said);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};

    #[test]
    fn ranges_are_cut_to_the_file() {
        assert_eq!(wanted("bytes=0-9", 5), Wanted::Part(0..5));
        assert_eq!(wanted("bytes=2-", 5), Wanted::Part(2..5));
        assert_eq!(wanted("bytes=-2", 5), Wanted::Part(3..5));
        assert_eq!(wanted("bytes=5-", 5), Wanted::Nothing);
        assert_eq!(wanted("bytes=3-1", 5), Wanted::All);
        assert_eq!(wanted("bytes=0-1,3-4", 5), Wanted::All);
        assert_eq!(wanted("pages=1-2", 5), Wanted::All);
    }
}
