//! HTTP to the gateway. Records have connections of their own, every stream of documents another: on a lossy line
//! several TCP connections are faster than one, and a document never stands before a record.

mod answer;
mod connections;
mod files;
mod pace;
mod token;
mod trust;

pub use files::Created;
pub use token::Identity;

use answer::{failure, problem, read_json, whole};
use connections::Connections;
use futures_util::FutureExt;
use pace::Pace;
use protocol::packing::{Dictionary, Effort, newest, pack, shipped, unpack};
use protocol::receipt::hex;
use protocol::wire::{
    Enrolled, Enrolment, FeedPage, Heads, MEDIA_TYPE, PAGE_BYTES_MAX, RecordsReply, TakenLater,
    TimeReply,
};
use protocol::{OpenPage, Receipt, Series};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use sync::engine::Failure;
use token::Tokens;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use trust::Said;

/// Connections for documents.
pub const STREAMS: usize = 4;
/// Connections for records at most: one, and more while several batches or long documents are on their way at once.
pub const RECORD_CONNECTIONS: usize = 4;

const CONNECT: Duration = Duration::from_secs(4);
/// How long bytes may be on their way without the other side's system saying that it has them; a connection that waits
/// longer is dead (`TCP_USER_TIMEOUT`, where the system has it).
const UNHEARD: Duration = Duration::from_millis(sync::engine::SILENCE_MS);
/// Longest silence while an answer is awaited, on top of the time its bytes need.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a batch that has arrived may wait for its turn: longer than a lost packet of the one before it takes.
const TURN: Duration = Duration::from_secs(20);
/// The slowest line that is waited for, bytes a second.
const SLOWEST_BYTES_PER_S: u64 = 4_000;

/// The gateway, as one desk reaches it.
pub struct Gateway {
    base: String,
    records: Arc<Connections>,
    /// For the questions that tell the pace: each packet of theirs that is lost would lessen what records may send at once.
    questions: Arc<Connections>,
    streams: Vec<Connections>,
    tokens: Tokens,
    site: String,
    /// The gateway does not know the dictionary of this version.
    plain: AtomicBool,
    /// Documents stand aside: parts that are under way stop where they are.
    aside: watch::Sender<bool>,
    pace: Arc<Pace>,
}

/// Why no connection can be made at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressFault {
    /// Not an `https://` address (plain `http://` is for this machine only).
    NotSecure,
    /// The certificate given does not read.
    Certificate,
    /// The system's certificates cannot be used.
    System,
}

impl Gateway {
    /// The gateway at `address`, for a device of `site`. `authority` is a PEM certificate to trust besides the system's.
    ///
    /// # Errors
    /// [`AddressFault`].
    pub fn new(
        address: &str,
        authority: Option<&[u8]>,
        site: &str,
        identity: Identity,
    ) -> Result<Self, AddressFault> {
        let base = checked(address)?;
        let said = Said::at(identity.said_ms);
        let trust = trust::config(authority, &said)?;
        let hello = format!("{base}/health/live");
        let connections = |count| Connections::new(&trust, count, hello.clone());
        Ok(Self {
            base,
            records: Arc::new(connections(RECORD_CONNECTIONS)?.followed()),
            questions: Arc::new(connections(1)?),
            streams: (0..STREAMS).map(|_| connections(1)).collect::<Result<_, _>>()?,
            tokens: Tokens::new(identity, said.clone()),
            site: site.to_owned(),
            plain: AtomicBool::new(false),
            aside: watch::Sender::new(false),
            pace: Arc::new(Pace::new(Instant::now())),
        })
    }

    /// `POST /v1/sites/{site}/records`: a batch of series that follow each other. Gives the receipt of the last, the records
    /// that are held, and the bytes sent. A batch sent while the one before it is still on its way (`follows`) asks the
    /// gateway to keep it until its turn comes; `arrived` hears that it does.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send_records(
        &self,
        run: &[Series],
        follows: bool,
        arrived: impl Fn(),
    ) -> Result<(RecordsReply, u64), Failure> {
        let bytes: Arc<[u8]> = Series::encode_run(run).map_err(|_| Failure::Here)?.into();
        match self.post_records(bytes.clone(), follows, self.dictionary(), &arrived).await {
            Err(Failure::Refused(no))
                if no.status == StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16() =>
            {
                self.plain.store(true, Ordering::Relaxed);
                self.post_records(bytes, follows, None, &arrived).await
            }
            answer => answer,
        }
    }

    async fn post_records(
        &self,
        bytes: Arc<[u8]>,
        follows: bool,
        dictionary: Option<&'static Dictionary>,
        arrived: impl Fn(),
    ) -> Result<(RecordsReply, u64), Failure> {
        // Long enough on an old machine for other errands to notice.
        let packing = spawn_blocking(move || pack(&bytes, dictionary, Effort::Thorough));
        let packed = packing.await.ok().and_then(Result::ok).ok_or(Failure::Here)?;
        let length = packed.len() as u64;
        let mut request = self
            .request(&self.records, Method::POST, &self.of_site("records"), length)
            .header(header::CONTENT_TYPE, media_type(dictionary))
            .body(packed);
        if !follows {
            let response = self.authorised(&self.records, request).await?;
            return Ok((read_json(response).await?, length));
        }
        self.make_ready(&self.records).await?;
        let (heard, generation) = (patience(length), self.records.generation());
        // Where each waiting request has a connection to itself, few must wait.
        let prefers = match self.records.are_shared() {
            true => format!("respond-async, wait={}", TURN.as_secs()),
            false => format!("wait={}", SILENCE.as_secs()),
        };
        request = request.header("prefer", prefers).timeout(heard + TURN);
        let answer = timeout(heard, self.authorised(&self.records, request)).await;
        let response = answer.unwrap_or_else(|_| {
            self.records.renew(generation);
            Err(Failure::Silent)
        })?;
        if response.status() != StatusCode::ACCEPTED {
            return Ok((read_json(response).await?, length));
        }
        arrived();
        match read_json(response).await? {
            TakenLater::Taken(reply) => Ok((reply, length)),
            TakenLater::Refused(no) => Err(answer::refused(no)),
        }
    }

    /// While a token is awaited, a connection is made for what goes out with it.
    async fn make_ready(&self, over: &Connections) -> Result<(), Failure> {
        let mut token = pin!(self.tokens.get(&self.records, &self.base));
        if let Some(token) = token.as_mut().now_or_never() {
            return token.map(drop);
        }
        over.make_ready();
        token.await.map(drop)
    }

    /// What records are packed with, as long as the gateway knows it.
    fn dictionary(&self) -> Option<&'static Dictionary> {
        (!self.plain.load(Ordering::Relaxed)).then(newest)
    }

    /// `GET /v1/sites/{site}/records?after=`. Gives the page and the bytes received.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn fetch_page(&self, after: u64) -> Result<(FeedPage, u64), Failure> {
        let path = format!("{}?after={after}", self.of_site("records"));
        let request = self
            .request(&self.records, Method::GET, &path, PAGE_BYTES_MAX as u64 / 16)
            .header(header::ACCEPT, media_type(self.dictionary()));
        let (bytes, length) = self.unfolded(request).await?;
        let page = FeedPage::decode(&bytes).map_err(|_| Failure::NotTheGateway)?;
        Ok((page, length))
    }

    /// `GET /v1/sites/{site}/open?after=`. Gives the page, as it is signed for what was asked, and the bytes received.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn fetch_open(&self, after: &[u8; 16]) -> Result<(OpenPage, u64), Failure> {
        let path = format!("{}?after={}", self.of_site("open"), hex::text(after));
        let request = self
            .request(&self.records, Method::GET, &path, PAGE_BYTES_MAX as u64 / 16)
            .header(header::ACCEPT, media_type(self.dictionary()));
        let (bytes, length) = self.unfolded(request).await?;
        let page = OpenPage::decode(&bytes).map_err(|_| Failure::NotTheGateway)?;
        Ok((page, length))
    }

    /// Packed records and their length on the wire.
    async fn unfolded(&self, request: RequestBuilder) -> Result<(Vec<u8>, u64), Failure> {
        let response = self.authorised(&self.records, request).await?;
        if !answer::has_type(&response, MEDIA_TYPE) {
            return Err(Failure::NotTheGateway);
        }
        let dictionary = match answer::parameter(&response, "dict") {
            Some(name) => Some(shipped(&name).ok_or(Failure::NotTheGateway)?),
            None => None,
        };
        let packed = whole(response, PAGE_BYTES_MAX).await?;
        let bytes =
            unpack(&packed, dictionary, PAGE_BYTES_MAX).map_err(|_| Failure::NotTheGateway)?;
        Ok((bytes, packed.len() as u64))
    }

    /// `GET /v1/sites/{site}/heads`.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn read_heads(&self) -> Result<Heads, Failure> {
        let request = self.request(&self.records, Method::GET, &self.of_site("heads"), 0);
        read_json(self.authorised(&self.records, request).await?).await
    }

    fn of_site(&self, what: &str) -> String {
        format!("/v1/sites/{}/{what}", self.site)
    }

    fn request(
        &self,
        connections: &Connections,
        method: Method,
        path: &str,
        bytes: u64,
    ) -> RequestBuilder {
        let request = connections.client().request(method, format!("{}{path}", self.base));
        request.timeout(patience(bytes))
    }

    /// Sends with a token and takes only a yes.
    async fn authorised(
        &self,
        over: &Connections,
        request: RequestBuilder,
    ) -> Result<Response, Failure> {
        good(self.sent(over, request).await?).await
    }

    /// Sends with a token; once more with a new one when the gateway no longer takes it.
    async fn sent(&self, over: &Connections, request: RequestBuilder) -> Result<Response, Failure> {
        let again = request.try_clone();
        let token = self.tokens.get(&self.records, &self.base).await?;
        let response = over.sent(bearing(request, &token)).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.tokens.forget(&token).await;
        // A part of a document is not kept for sending it twice: the engine asks where it stands and goes on there.
        let again = again.ok_or(Failure::RetryLater { after_ms: 0 })?;
        let token = self.tokens.get(&self.records, &self.base).await?;
        over.sent(bearing(again, &token)).await
    }
}

/// Asks to belong to a site; before there is a device the gateway knows.
///
/// # Errors
/// [`Failure`]; the gateway's own "no" is [`Failure::Refused`].
pub async fn enrol(
    address: &str,
    authority: Option<&[u8]>,
    enrolment: &Enrolment,
) -> Result<Result<Enrolled, Failure>, AddressFault> {
    let base = checked(address)?;
    let client = connections::client(trust::config(authority, &Said::default())?)?;
    let request =
        client.post(format!("{base}/v1/enrolments")).timeout(SILENCE + CONNECT).json(enrolment);
    Ok(match request.send().await {
        Err(fault) => Err(failure(&fault)),
        Ok(response) => match good(response).await {
            Ok(response) => read_json(response).await,
            Err(failure) => Err(failure),
        },
    })
}

/// How long an answer is awaited when so many bytes have to be brought over for it.
fn patience(bytes: u64) -> Duration {
    SILENCE + CONNECT + Duration::from_secs(bytes / SLOWEST_BYTES_PER_S)
}

/// The gateway's receipt of a reply.
pub fn receipt(reply: &RecordsReply) -> Receipt {
    reply.receipt.clone().into()
}

/// Not marked as sensitive: such a header is sent whole each time. Nobody else chooses what stands beside it in a request,
/// so its compressed length tells nothing.
fn bearing(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.header(header::AUTHORIZATION, format!("Bearer {token}"))
}

async fn good(response: Response) -> Result<Response, Failure> {
    if response.status().is_success() { Ok(response) } else { Err(problem(response).await) }
}

async fn time(over: &Connections, base: &str, nonce: &str) -> Result<TimeReply, Failure> {
    let address = format!("{base}/v1/time?nonce={nonce}");
    let request = over.client().get(address).timeout(SILENCE + CONNECT);
    read_json(good(over.sent(request).await?).await?).await
}

fn checked(address: &str) -> Result<String, AddressFault> {
    let address = address.trim().trim_end_matches('/');
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let here = here.iter().any(|prefix| {
        address.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    });
    if here || address.starts_with("https://") {
        Ok(address.to_owned())
    } else {
        Err(AddressFault::NotSecure)
    }
}

fn media_type(dictionary: Option<&Dictionary>) -> String {
    match dictionary {
        Some(dictionary) => format!("{MEDIA_TYPE}; dict={}", dictionary.name()),
        None => MEDIA_TYPE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressFault, checked};

    #[test]
    fn an_unencrypted_address_is_for_this_machine_only() {
        assert_eq!(checked("https://mc.laocai.gov.vn/").unwrap(), "https://mc.laocai.gov.vn");
        assert!(checked("http://127.0.0.1:8080").is_ok());
        for other in ["http://mc.laocai.gov.vn", "http://127.0.0.1.evil.vn", "ftp://x", ""] {
            assert_eq!(checked(other), Err(AddressFault::NotSecure), "{other} was taken");
        }
    }
}
