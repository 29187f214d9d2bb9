//! Documents: tus 1.0.0 up, ranges down. Each stream has a connection of its own.

use super::answer::{problem, text, whole};
use super::connections::Connections;
use super::pace::Pace;
use super::{Gateway, STREAMS, good};
use bytes::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use futures_util::stream;
use protocol::wire::{Problem, ProblemType};
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync::engine::Failure;
use tokio::sync::watch;
use tokio::time::timeout;

const PART_TYPE: &str = "application/offset+octet-stream";
/// Bytes of a part that are given to the connection at a time: sealed, four full packets of most lines.
pub(super) const PIECE_BYTES: usize = 5_760;
/// A document of which so much has gone takes a slow line long: every record that is written meanwhile finds a connection.
const LONG_BYTES: u64 = 128 * 1024;
/// How long a part waits for records in all; then it goes on beside them, before anybody takes it for dead.
const ASIDE_MAX: Duration = Duration::from_secs(20);
/// The same as bytes of the slowest line.
const ASIDE_BYTES: u64 = ASIDE_MAX.as_secs() * super::SLOWEST_BYTES_PER_S;

/// A document at the beginning of its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Created {
    /// The gateway's name for the upload.
    Upload(String),
    /// The gateway has the document already.
    Known,
    /// The other side speaks tus without `concatenation`: a document is one upload there.
    WholeOnly,
}

impl Gateway {
    /// Begins an upload of `length` bytes of the document `sha256`, unless the gateway has the document.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn create_upload(
        &self,
        stream: u8,
        sha256: &[u8; 32],
        length: u64,
        all: bool,
    ) -> Result<Created, Failure> {
        if self.has_file(stream, sha256).await? {
            return Ok(Created::Known);
        }
        let mut request =
            self.tus(stream, Method::POST, "/v1/files", 0).header("upload-length", length);
        request = match all {
            true => request.header("upload-metadata", metadata(sha256)),
            false => request.header("upload-concat", "partial"),
        };
        let response = self.sent(self.stream(stream), request).await?;
        if !all && response.status() == StatusCode::NOT_IMPLEMENTED {
            return Ok(Created::WholeOnly);
        }
        location(&good(response).await?).map(Created::Upload)
    }

    /// How far an upload is durable, and how long it will be.
    ///
    /// # Errors
    /// [`Failure`]; an upload the gateway no longer has is [`ProblemType::NotFound`].
    pub async fn upload_offset(&self, stream: u8, upload: &str) -> Result<(u64, u64), Failure> {
        self.make_ready(self.stream(stream)).await?;
        let response =
            self.sent(self.stream(stream), self.tus(stream, Method::HEAD, &of(upload), 0)).await?;
        let status = response.status();
        if text(&response, "tus-resumable").is_none() && !status.is_server_error() {
            return Err(Failure::NotTheGateway);
        }
        // An answer to HEAD has no body to say why.
        if status == StatusCode::NOT_FOUND || status == StatusCode::GONE {
            return Err(refused(ProblemType::NotFound, "The upload is gone", status));
        }
        let response = good(response).await?;
        let length = text(&response, "upload-length").and_then(|text| text.parse().ok());
        Ok((offset(&response)?, length.ok_or(Failure::NotTheGateway)?))
    }

    /// Sends a part; gives how far the upload is durable then. What arrived of a part that was cut off is kept by the
    /// gateway, and the SHA-256 of the whole document decides in the end: a part has no checksum of its own.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send_part(
        &self,
        stream: u8,
        upload: &str,
        at: u64,
        part: Vec<u8>,
    ) -> Result<u64, Failure> {
        let bytes = part.len() as u64;
        if at >= LONG_BYTES {
            self.records.keep_fresh();
        }
        let request = self
            .tus(stream, Method::PATCH, &of(upload), bytes + ASIDE_BYTES)
            .header("content-type", PART_TYPE)
            .header("content-length", bytes)
            .header("upload-offset", at)
            .body(pieces(part, self.aside.subscribe(), Arc::clone(&self.pace)));
        tokio::select! {
            biased;
            answer = self.authorised(self.stream(stream), request) => {
                let answer = answer?;
                self.pace.sign();
                offset(&answer)
            }
            never = self.pace.listen(|| self.question()) => match never {},
        }
    }

    /// Whether a small question is answered. Where it is not, every connection of before is taken for dead.
    fn question(&self) -> impl Future<Output = bool> + use<> {
        let (records, own) = (Arc::clone(&self.records), Arc::clone(&self.questions));
        async move {
            // How long a handshake takes tells nothing.
            let over = if own.are_ready() { &own } else { &records };
            own.make_ready();
            let (of_records, of_own) = (records.generation(), own.generation());
            let answered = over.answers().await;
            if !answered {
                records.renew(of_records);
                own.renew(of_own);
            }
            answered
        }
    }

    /// Documents stand aside while a record is on its way, or go on: a part that is under way stops where it is.
    pub fn documents_stand_aside(&self, aside: bool) {
        self.aside.send_if_modified(|now| std::mem::replace(now, aside) != aside);
    }

    /// Joins the parts of a document.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn join_uploads(
        &self,
        stream: u8,
        sha256: &[u8; 32],
        uploads: &[String],
    ) -> Result<(), Failure> {
        let parts: Vec<String> = uploads.iter().map(|upload| of(upload)).collect();
        let request = self
            .tus(stream, Method::POST, "/v1/files", 0)
            .header("upload-concat", format!("final;{}", parts.join(" ")))
            .header("upload-metadata", metadata(sha256));
        self.authorised(self.stream(stream), request).await.map(|_| ())
    }

    /// Whether the gateway has a document that a record of the site names.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn has_file(&self, stream: u8, sha256: &[u8; 32]) -> Result<bool, Failure> {
        self.make_ready(self.stream(stream)).await?;
        let request = self.request(self.stream(stream), Method::HEAD, &self.blob(sha256), 0);
        let response = self.sent(self.stream(stream), request).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            _ => Err(problem(response).await),
        }
    }

    /// A stretch of a document.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn fetch_file(
        &self,
        stream: u8,
        sha256: &[u8; 32],
        from: u64,
        length: u32,
    ) -> Result<Vec<u8>, Failure> {
        let last = from + u64::from(length.max(1)) - 1;
        let request = self
            .request(self.stream(stream), Method::GET, &self.blob(sha256), length.into())
            .header("range", format!("bytes={from}-{last}"));
        let response = self.authorised(self.stream(stream), request).await?;
        whole(response, length as usize).await
    }

    fn stream(&self, stream: u8) -> &Connections {
        self.streams.get(usize::from(stream) % STREAMS).unwrap_or(&self.records)
    }

    fn tus(&self, stream: u8, method: Method, path: &str, bytes: u64) -> RequestBuilder {
        self.request(self.stream(stream), method, path, bytes).header("tus-resumable", "1.0.0")
    }

    fn blob(&self, sha256: &[u8; 32]) -> String {
        self.of_site(&format!("blobs/{}", HEXLOWER.encode(sha256)))
    }
}

/// The body of a part, a little at a time: no faster than the line carries, and it can stop for a record in its midst.
fn pieces(part: Vec<u8>, aside: watch::Receiver<bool>, pace: Arc<Pace>) -> Body {
    let begin = (Bytes::from(part), aside, pace, ASIDE_MAX);
    let pieces = stream::unfold(begin, |(mut part, mut aside, pace, mut patience)| async move {
        if part.is_empty() {
            return None;
        }
        let piece = part.split_to(part.len().min(PIECE_BYTES));
        loop {
            let stopped = Instant::now();
            let _ = timeout(patience, aside.wait_for(|aside| !aside)).await;
            patience = patience.saturating_sub(stopped.elapsed());
            let turn = pace.turn().await;
            // A record may have come while it waited.
            if patience.is_zero() || !*aside.borrow() {
                turn.leaves(piece.len());
                break;
            }
        }
        Some((Ok::<_, Infallible>(piece), (part, aside, pace, patience)))
    });
    Body::wrap_stream(pieces)
}

fn metadata(sha256: &[u8; 32]) -> String {
    format!("sha256 {}", BASE64.encode(HEXLOWER.encode(sha256).as_bytes()))
}

fn of(upload: &str) -> String {
    format!("/v1/files/{upload}")
}

fn location(response: &Response) -> Result<String, Failure> {
    let name = text(response, "location").and_then(|address| address.rsplit('/').next());
    name.filter(|name| !name.is_empty()).map(str::to_owned).ok_or(Failure::NotTheGateway)
}

fn offset(response: &Response) -> Result<u64, Failure> {
    let offset = text(response, "upload-offset").and_then(|text| text.parse().ok());
    offset.ok_or(Failure::NotTheGateway)
}

fn refused(kind: ProblemType, title: &str, status: StatusCode) -> Failure {
    Failure::Refused(Problem {
        kind,
        title: title.into(),
        status: status.as_u16(),
        detail: None,
        expected: None,
    })
}
