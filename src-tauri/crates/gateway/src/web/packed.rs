//! The media type of records: zstd, with a dictionary that both sides have or without one.

use super::answer::No;
use crate::ledger::Fault;
use crate::problems::{detailed, too_large, validation};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use protocol::packing::{Dictionary, Effort, PackingFault, pack, shipped, unpack};
use protocol::series::SERIES_BYTES_MAX;
use protocol::wire::{MEDIA_TYPE, ProblemType};
use protocol::{Series, SeriesFault};

/// A batch as it came: one series or several that follow each other.
///
/// # Errors
/// 415 for another media type or dictionary, 413 for more than is taken, 422 for bytes that are no series.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Series>, No> {
    let dictionary = named(headers, header::CONTENT_TYPE)?;
    let bytes = unpack(body, dictionary, SERIES_BYTES_MAX).map_err(|fault| match fault {
        PackingFault::TooLarge { max } => too_large(format!("at most {max} bytes unfolded")),
        PackingFault::Unreadable(_) => validation("body: not zstd, or of another dictionary"),
    })?;
    Series::decode_run(&bytes).map_err(|fault| No(series_problem(&fault)))
}

/// A page as it goes, with the dictionary when the caller says that it has it. Packed aside: other requests wait for none.
///
/// # Errors
/// [`Fault::Packing`].
pub async fn write(headers: &HeaderMap, bytes: Vec<u8>) -> Result<Response, Fault> {
    let dictionary = named(headers, header::ACCEPT).ok().flatten();
    let packing = tokio::task::spawn_blocking(move || pack(&bytes, dictionary, Effort::Quick));
    let body = packing.await.map_err(|_| Fault::Broken("a page whose packing ended"))??;
    let media = match dictionary {
        Some(dictionary) => format!("{MEDIA_TYPE}; dict={}", dictionary.name()),
        None => MEDIA_TYPE.to_owned(),
    };
    let media = HeaderValue::from_str(&media).map_err(|_| Fault::Broken("a media type"))?;
    Ok(([(header::CONTENT_TYPE, media)], body).into_response())
}

fn named(headers: &HeaderMap, of: HeaderName) -> Result<Option<&'static Dictionary>, No> {
    let value = headers.get(of).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    if !parts.next().is_some_and(|media| media.eq_ignore_ascii_case(MEDIA_TYPE)) {
        return Err(unsupported("the media type is application/vnd.quay.records+zstd").into());
    }
    let Some(name) = parts.find_map(|part| part.strip_prefix("dict=")) else { return Ok(None) };
    match shipped(name.trim_matches('"')) {
        Some(dictionary) => Ok(Some(dictionary)),
        None => Err(unsupported("dict: unknown here, send plain zstd").into()),
    }
}

fn unsupported(detail: &str) -> protocol::wire::Problem {
    detailed(ProblemType::Validation, 415, "Not a media type that is taken", detail)
}

fn series_problem(fault: &SeriesFault) -> protocol::wire::Problem {
    match fault {
        SeriesFault::TooLarge { what, found, max } => {
            too_large(format!("{what}: {found}, at most {max}"))
        }
        SeriesFault::Record { seq, what } => validation(format!("record {seq}: {what}")),
        SeriesFault::Unreadable(_) => validation("body: not a series"),
    }
}
