//! Who answers what.

use super::answer::{No, flat};
use super::bearer::Caller;
use super::{blobs, files, openapi, packed, province, watch};
use crate::gateway::Gateway;
use crate::intake::Taken;
use crate::problems::{not_found, problem, validation};
use crate::tokens::Bearer;
use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::{BytesRejection, FormRejection, JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, head, post, put};
use futures_util::stream;
use protocol::Series;
use protocol::receipt::hex;
use protocol::wire::{
    Enrolled, Enrolment, Heads, Problem, ProblemType, RecordsReply, TakenLater, TimeReply, Token,
};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Every route of an instance.
pub fn router(gateway: Gateway) -> Router {
    let limits = gateway.limits;
    let file_bytes_max = usize::try_from(limits.file_bytes_max).unwrap_or(usize::MAX);
    // Files are larger than anything else and may take long on a slow line: they have bounds of their own.
    let uploads = Router::new()
        .route("/v1/files", post(files::create).options(files::options))
        .route(
            "/v1/files/{id}",
            head(files::head)
                .patch(files::patch)
                .delete(files::delete)
                .options(files::options)
                .post(files::overridden),
        )
        .layer(axum::middleware::from_fn(files::version))
        .layer(DefaultBodyLimit::disable());
    let result_files = Router::new()
        .route("/v1/province/sites/{site}/files/{sha256}", put(province::keep_file))
        .layer(DefaultBodyLimit::max(file_bytes_max));
    Router::new()
        .route("/v1/time", get(time))
        .route("/v1/enrolments", post(enrolments))
        .route("/oauth/token", post(token))
        .route("/v1/sites/{site}/records", post(take).get(feed))
        .route("/v1/sites/{site}/heads", get(heads))
        .route("/v1/sites/{site}/open", get(open))
        .route("/v1/sites/{site}/blobs/{sha256}", get(blobs::get))
        .route("/v1/province/sites/{site}/changes", get(province::changes))
        .route("/v1/province/sites/{site}/dossiers", post(province::file_dossier))
        .route("/v1/province/sites/{site}/dossiers/{id}", get(province::dossier))
        .route("/v1/province/sites/{site}/dossiers/{id}/steps", post(province::step))
        .fallback(nothing)
        .method_not_allowed_fallback(not_so)
        .layer(DefaultBodyLimit::max(limits.body_bytes_max))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limits.request_max))
        .merge(uploads)
        .merge(result_files)
        .layer(CatchPanicLayer::new())
        .layer(axum::middleware::from_fn_with_state(gateway.clone(), watch::admitted))
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/openapi.json", get(openapi::document))
        .route("/metrics", get(watch::metrics))
        .layer(axum::middleware::from_fn_with_state(gateway.clone(), watch::watched))
        .with_state(gateway)
}

#[derive(Deserialize)]
struct TimeQuery {
    nonce: String,
}

async fn time(
    State(gateway): State<Gateway>,
    query: Result<Query<TimeQuery>, QueryRejection>,
) -> Result<Json<TimeReply>, No> {
    let Query(query) = query.map_err(|_| validation("nonce: is missing"))?;
    Ok(Json(gateway.time(&query.nonce)?))
}

async fn enrolments(
    State(gateway): State<Gateway>,
    asked: Result<Json<Enrolment>, JsonRejection>,
) -> Result<Json<Enrolled>, No> {
    let Json(asked) = asked.map_err(|rejection| body_problem(rejection.status()))?;
    Ok(Json(flat(gateway.enrol(asked).await)?))
}

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    client_assertion_type: String,
    client_assertion: String,
}

async fn token(
    State(gateway): State<Gateway>,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Result<Response, No> {
    let Form(form) = form.map_err(|rejection| body_problem(rejection.status()))?;
    if form.grant_type != "client_credentials" || form.client_assertion_type != ASSERTION_TYPE {
        return Err(validation("grant_type client_credentials with private_key_jwt only").into());
    }
    let token: Token = flat(gateway.token(form.client_assertion).await)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response())
}

async fn take(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, No> {
    let bearer = caller.at(&site)?;
    let body = body.map_err(|rejection| body_problem(rejection.status()))?;
    let (batch, bytes) = (packed::read(&headers, &body)?, body.len() as u64);
    let (wait, soon) = (patience(&headers), prefers(&headers).any(|said| said == "respond-async"));
    let waits = Arc::new(Notify::new());
    let (at_once, hears) = (gateway.at_once.clone(), Arc::clone(&waits));
    let mut taking = Box::pin(async move {
        let reply = take_run(&gateway, &bearer, batch, wait, &waits).await?;
        gateway.metrics.taken(reply.1, bytes);
        Ok::<_, No>(reply.0)
    });
    tokio::select! {
        biased;
        taken = &mut taking => return taken.map(|reply| Json(reply).into_response()),
        () = hears.notified(), if soon => {}
    }
    // A batch that waits has a place among the requests that are worked on, like any other.
    let Ok(room) = at_once.try_acquire_owned() else {
        return taking.await.map(|reply| Json(reply).into_response());
    };
    let later = async move {
        let later = match taking.await {
            Ok(reply) => TakenLater::Taken(reply),
            Err(No(problem)) => TakenLater::Refused(problem),
        };
        drop(room);
        if let TakenLater::Refused(Problem { status, .. }) = &later {
            tracing::info!(status, "refused when its turn came");
        }
        serde_json::to_vec(&later).map_err(std::io::Error::other)
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((StatusCode::ACCEPTED, json, Body::from_stream(stream::once(later))).into_response())
}

/// Takes series that follow each other, each in its turn. Gives the receipt of the last, which covers those before it, and
/// how many records there were.
async fn take_run(
    gateway: &Gateway,
    bearer: &Bearer,
    batch: Vec<Series>,
    wait: Duration,
    waits: &Notify,
) -> Result<(RecordsReply, u64), No> {
    let (mut records, mut held, mut last) = (0, Vec::new(), None);
    for series in batch {
        let count = series.entries.len() as u64;
        match flat(gateway.take_in_turn(bearer.clone(), series, wait, waits).await)? {
            Taken::Stored(mut reply) => {
                records += count;
                held.append(&mut reply.held);
                last = Some(reply);
            }
            // What was stored before it is found again by whoever sends the batch once more.
            Taken::Quarantined(problem) => return Err(problem.into()),
        }
    }
    let reply = last.ok_or_else(|| validation("body: not a series"))?;
    Ok((RecordsReply { held, ..reply }, records))
}

/// What the caller prefers (RFC 7240).
fn prefers(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let said = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split([',', ';'])).map(str::trim)
}

/// How long the caller asks to wait (`Prefer: wait`, RFC 7240 §4.3); not at all when it does not say.
fn patience(headers: &HeaderMap) -> Duration {
    let wait = prefers(headers).find_map(|said| said.strip_prefix("wait=")?.trim().parse().ok());
    Duration::from_secs(wait.unwrap_or(0))
}

#[derive(Deserialize)]
struct FeedQuery {
    #[serde(default)]
    after: u64,
}

async fn feed(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
    query: Result<Query<FeedQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, No> {
    let bearer = caller.at(&site)?;
    let Query(query) = query.map_err(|_| validation("after: a number from 0"))?;
    let page = flat(gateway.feed(bearer, query.after).await)?;
    let bytes = page.encode().map_err(crate::ledger::Fault::from)?;
    Ok(packed::write(&headers, bytes).await?)
}

#[derive(Deserialize)]
struct OpenQuery {
    after: Option<String>,
}

async fn open(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
    query: Result<Query<OpenQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, No> {
    let bearer = caller.at(&site)?;
    let after = query.ok().and_then(|Query(query)| match query.after {
        Some(text) => hex::read(&text),
        None => Some([0; 16]),
    });
    let after = after.ok_or_else(|| validation("after: 32 hexadecimal digits"))?;
    let page = flat(gateway.open_dossiers(bearer, after).await)?;
    let bytes = page.encode().map_err(crate::ledger::Fault::from)?;
    Ok(packed::write(&headers, bytes).await?)
}

async fn heads(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
) -> Result<Json<Heads>, No> {
    Ok(Json(flat(gateway.heads(caller.at(&site)?).await)?))
}

async fn live() -> &'static str {
    "live"
}

async fn ready(State(gateway): State<Gateway>) -> Result<&'static str, No> {
    gateway.ready().await?;
    Ok("ready")
}

async fn nothing() -> No {
    not_found().into()
}

async fn not_so() -> No {
    problem(ProblemType::NotFound, 405, "Nothing answers this method here").into()
}

fn body_problem(status: StatusCode) -> No {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => crate::problems::too_large("body").into(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            problem(ProblemType::Validation, 415, "Not a media type that is taken").into()
        }
        _ => validation("body: a field is missing or breaks its form").into(),
    }
}
