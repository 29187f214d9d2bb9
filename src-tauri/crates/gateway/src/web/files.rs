//! `/v1/files`: tus 1.0.0.

use super::answer::{No, flat};
use super::bearer::Caller;
use crate::files::Beginning;
use crate::files::tus::{self, Purpose};
use crate::gateway::Gateway;
use crate::ledger::uploads::Upload;
use crate::problems::{problem, too_large, validation};
use crate::tokens::Bearer;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use protocol::wire::ProblemType;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Bytes that are made durable at a time, on a fast line.
const PIECE_BYTES: usize = 256 * 1024;
/// On a slow line what came is made durable after so long: a cut costs no more.
const PIECE_AFTER: Duration = Duration::from_millis(500);
/// A body without a byte for so long is cut off.
const SILENCE_MAX: Duration = Duration::from_secs(45);
/// Most bytes of a request that carries a checksum: they wait in memory until it is known to fit.
const CHECKED_BYTES_MAX: usize = 4 * 1024 * 1024;
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const CONCAT: HeaderName = HeaderName::from_static("upload-concat");
const PATCH_TYPE: &str = "application/offset+octet-stream";

/// Speaks the version on every answer and refuses requests of another.
pub async fn version(request: Request, next: Next) -> Response {
    let said = tus::text(request.headers(), "tus-resumable");
    let wrong = request.method() != Method::OPTIONS && said != Some(tus::VERSION);
    let mut response = if wrong {
        No(problem(ProblemType::Validation, 412, "Tus-Resumable: 1.0.0")).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert("tus-resumable", HeaderValue::from_static(tus::VERSION));
    headers.insert("tus-version", HeaderValue::from_static(tus::VERSION));
    response
}

pub async fn options(State(gateway): State<Gateway>) -> Response {
    let max = gateway.limits.file_bytes_max.to_string();
    let headers = [
        ("tus-extension", tus::EXTENSIONS),
        ("tus-checksum-algorithm", tus::CHECKSUMS),
        ("tus-max-size", max.as_str()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

pub async fn create(
    State(gateway): State<Gateway>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, No> {
    let purpose = tus::purpose(&headers)?;
    let length = match purpose {
        Purpose::Final(_) => 0,
        _ => tus::bytes(&headers, "upload-length")?,
    };
    let sha256 = tus::metadata(&headers, "sha256")?;
    let beginning = Beginning { purpose, length, sha256 };
    let mut upload = flat(gateway.begin_upload(caller.0.clone(), beginning).await)?;
    if content_type(&headers) == Some(PATCH_TYPE) {
        upload = receive(&gateway, caller.0, upload, &headers, body).await?;
    }
    let location = format!("/v1/files/{}", upload.id);
    let mut response = (StatusCode::CREATED, [(header::LOCATION, location)]).into_response();
    describe(&mut response, &upload);
    Ok(response)
}

pub async fn head(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, No> {
    let upload = flat(gateway.upload(caller.0, id).await)?;
    let mut response = StatusCode::OK.into_response();
    describe(&mut response, &upload);
    let headers = response.headers_mut();
    headers.insert(LENGTH, HeaderValue::from(upload.length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

pub async fn patch(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, No> {
    if content_type(&headers) != Some(PATCH_TYPE) {
        return Err(problem(
            ProblemType::Validation,
            415,
            "Content-Type: application/offset+octet-stream",
        )
        .into());
    }
    let offset = tus::bytes(&headers, "upload-offset")?;
    let bearer = caller.0;
    let upload = flat(gateway.upload(bearer.clone(), id).await)?;
    let upload = Upload { received: offset, ..upload };
    let upload = receive(&gateway, bearer, upload, &headers, body).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    describe(&mut response, &upload);
    Ok(response)
}

pub async fn delete(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, No> {
    flat(gateway.end_upload(caller.0, id).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// For lines that let only GET and POST through (tus 1.0.0, `X-HTTP-Method-Override`).
pub async fn overridden(
    state: State<Gateway>,
    path: Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, No> {
    match tus::text(&headers, "x-http-method-override") {
        Some("PATCH") => patch(state, path, caller, headers, body).await,
        Some("DELETE") => Ok(delete(state, path, caller).await?.into_response()),
        Some("HEAD") => head(state, path, caller).await,
        _ => Err(problem(ProblemType::NotFound, 405, "Nothing answers this method here").into()),
    }
}

/// Takes a body in pieces, each durable before the next: what was cut off keeps what had arrived.
async fn receive(
    gateway: &Gateway,
    bearer: Bearer,
    mut upload: Upload,
    headers: &HeaderMap,
    body: Body,
) -> Result<Upload, No> {
    let checksum = tus::checksum(headers)?;
    if checksum.is_some() {
        let bytes = axum::body::to_bytes(body, CHECKED_BYTES_MAX).await.map_err(|_| {
            too_large(format!("with Upload-Checksum at most {CHECKED_BYTES_MAX} bytes"))
        })?;
        let (id, offset) = (upload.id, upload.received);
        upload = flat(gateway.add_to_upload(bearer, id, offset, bytes, checksum).await)?;
        return flat(gateway.completed(upload).await);
    }
    let mut pieces = body.into_data_stream();
    let mut waiting = Vec::new();
    let (mut heard_at, mut kept_at) = (Instant::now(), Instant::now());
    loop {
        // What waits is made durable in time even when nothing follows it: a line that was cut says nothing for long, and
        // the desk that comes back asks before this connection is known to be dead.
        let patience = match waiting.is_empty() {
            true => SILENCE_MAX.saturating_sub(heard_at.elapsed()),
            false => PIECE_AFTER.saturating_sub(kept_at.elapsed()),
        };
        let next = timeout(patience, pieces.next()).await;
        let silent = heard_at.elapsed() >= SILENCE_MAX;
        let (ended, cut) = (matches!(next, Ok(None)), silent || matches!(next, Ok(Some(Err(_)))));
        if let Ok(Some(Ok(piece))) = next {
            heard_at = Instant::now();
            waiting.extend_from_slice(&piece);
        }
        let enough = waiting.len() >= PIECE_BYTES || kept_at.elapsed() >= PIECE_AFTER;
        if enough && !waiting.is_empty() || ended || cut {
            kept_at = Instant::now();
            let bytes = Bytes::from(std::mem::take(&mut waiting));
            let (id, offset) = (upload.id.clone(), upload.received);
            upload = flat(gateway.add_to_upload(bearer.clone(), id, offset, bytes, None).await)?;
        }
        if cut {
            return Err(validation("body: cut off; what arrived is kept").into());
        }
        if ended {
            return flat(gateway.completed(upload).await);
        }
    }
}

fn describe(response: &mut Response, upload: &Upload) {
    let headers = response.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(upload.received));
    if let Some(expires) = http_date(upload.expires_at_ms).filter(|_| !upload.done) {
        headers.insert(EXPIRES, expires);
    }
    let concat = if upload.partial {
        Some("partial".to_owned())
    } else if upload.parts.is_empty() {
        None
    } else {
        let parts: Vec<String> = upload.parts.iter().map(|id| format!("/v1/files/{id}")).collect();
        Some(format!("final;{}", parts.join(" ")))
    };
    if let Some(concat) = concat.and_then(|concat| HeaderValue::from_str(&concat).ok()) {
        headers.insert(CONCAT, concat);
    }
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    tus::text(headers, "content-type")
}

/// RFC 9110 §5.6.7.
fn http_date(at_ms: i64) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    HeaderValue::from_str(&at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}
