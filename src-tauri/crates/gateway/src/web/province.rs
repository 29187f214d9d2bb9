//! `/v1/province/…`: the province's own systems.

use super::answer::{No, flat};
use super::bearer::Caller;
use crate::files::tus::is_sha256;
use crate::gateway::Gateway;
use crate::problems::{not_found, not_your_site, validation};
use crate::province::clients::SCOPE;
use crate::province::{Accepted, Change, Changes, Posted, PostedDossier, TakenOver};
use crate::tokens::Bearer;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Deserialize)]
pub struct ChangesQuery {
    #[serde(default)]
    after: u64,
}

pub async fn changes(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
    query: Result<Query<ChangesQuery>, QueryRejection>,
) -> Result<Json<Changes>, No> {
    of_province(caller)?;
    let Query(query) = query.map_err(|_| validation("after: a number from 0"))?;
    Ok(Json(flat(gateway.changes(site, query.after).await)?))
}

pub async fn dossier(
    State(gateway): State<Gateway>,
    Path((site, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, No> {
    of_province(caller)?;
    let change: Change = flat(gateway.province_dossier(site, id).await)?;
    let tag = tag(&change.etag);
    Ok((tag, Json(change)).into_response())
}

pub async fn file_dossier(
    State(gateway): State<Gateway>,
    Path(site): Path<String>,
    caller: Caller,
    posted: Result<Json<PostedDossier>, JsonRejection>,
) -> Result<Response, No> {
    let bearer = of_province(caller)?;
    let Json(posted) =
        posted.map_err(|_| validation("body: a field is missing or breaks its form"))?;
    let taken: TakenOver = flat(gateway.post_dossier(bearer.sub, site, posted).await)?;
    let status = if taken.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, tag(&taken.etag), Json(taken)).into_response())
}

pub async fn step(
    State(gateway): State<Gateway>,
    Path((site, id)): Path<(String, String)>,
    caller: Caller,
    headers: HeaderMap,
    posted: Result<Json<Posted>, JsonRejection>,
) -> Result<Response, No> {
    let bearer = of_province(caller)?;
    let id = Uuid::parse_str(&id).map_err(|_| validation("dossier: a UUID"))?;
    let Json(posted) =
        posted.map_err(|_| validation("body: a field is missing or breaks its form"))?;
    let seen = headers
        .get(header::IF_MATCH)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.trim_matches('"').to_owned());
    let accepted: Accepted = flat(gateway.post_step(bearer.sub, site, id, posted, seen).await)?;
    let status = if accepted.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, tag(&accepted.etag), Json(accepted)).into_response())
}

pub async fn keep_file(
    State(gateway): State<Gateway>,
    Path((site, sha256)): Path<(String, String)>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, No> {
    of_province(caller)?;
    let body = body.map_err(|_| crate::problems::too_large("body"))?;
    if !is_sha256(&sha256) {
        return Err(not_found().into());
    }
    flat(gateway.keep_file(site, sha256, body).await)?;
    Ok(StatusCode::NO_CONTENT)
}

fn of_province(caller: Caller) -> Result<Bearer, No> {
    if caller.0.site == SCOPE { Ok(caller.0) } else { Err(not_your_site().into()) }
}

fn tag(etag: &str) -> [(header::HeaderName, HeaderValue); 1] {
    let value = HeaderValue::from_str(&format!("\"{etag}\""));
    [(header::ETAG, value.unwrap_or(HeaderValue::from_static("\"\"")))]
}
