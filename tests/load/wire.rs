//! The gateway as one desk reaches it: a connection of its own with TLS, its own token, batches that were packed before.

use crate::desk::{Batch, Desk};
use anyhow::{Context, Result, bail};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use ed25519_dalek::{Signer, SigningKey};
use protocol::packing::unpack;
use protocol::wire::{
    FeedPage, Heads, MEDIA_TYPE, PAGE_BYTES_MAX, Problem, RecordsReply, TimeReply, Token,
};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use sync::engine::Failure;

/// As the desk waits: five seconds of silence beside the connection's six.
const PATIENCE: Duration = Duration::from_secs(11);
const CONNECT: Duration = Duration::from_secs(6);

static NONCE: AtomicU64 = AtomicU64::new(0);

/// Whose certificates are believed; one for all desks, or each would read them anew.
///
/// # Errors
/// A certificate that does not read.
pub fn trusting(authority: &str) -> Result<ClientConfig> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// A desk's line to the gateway.
pub struct Wire {
    base: String,
    site: String,
    device: [u8; 16],
    key: SigningKey,
    client: Client,
    token: Mutex<Option<String>>,
}

impl Wire {
    /// A line that nothing has gone over yet.
    ///
    /// # Errors
    /// A client that cannot be made.
    pub fn new(desk: &Desk, address: SocketAddr, trusting: &ClientConfig) -> Result<Self> {
        let client = Client::builder()
            .http1_only()
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .tcp_nodelay(true)
            .tls_backend_preconfigured(trusting.clone())
            .build()?;
        Ok(Self {
            base: format!("https://{address}"),
            site: desk.site.clone(),
            device: desk.device,
            key: desk.key.clone(),
            client,
            token: Mutex::new(None),
        })
    }

    /// Sends a batch; `follows` asks the gateway to wait for the one before it.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, batch: &Batch, follows: bool) -> Result<RecordsReply, Failure> {
        let url = format!("{}/v1/sites/{}/records", self.base, self.site);
        let mut request = self.client.post(url).header("content-type", MEDIA_TYPE);
        if follows {
            request = request.header("prefer", "wait=5");
        }
        let response = self.authorised(request.body(batch.packed.clone())).await?;
        response.json().await.map_err(|fault| failure(&fault))
    }

    /// A page of the feed.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn page(&self, after: u64) -> Result<FeedPage, Failure> {
        let url = format!("{}/v1/sites/{}/records?after={after}", self.base, self.site);
        let request = self.client.get(url).header("accept", MEDIA_TYPE);
        let bytes = self.authorised(request).await?.bytes().await.map_err(|f| failure(&f))?;
        let bytes = unpack(&bytes, None, PAGE_BYTES_MAX).map_err(|_| Failure::NotTheGateway)?;
        FeedPage::decode(&bytes).map_err(|_| Failure::NotTheGateway)
    }

    /// How far everybody was read.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn heads(&self) -> Result<Heads, Failure> {
        let url = format!("{}/v1/sites/{}/heads", self.base, self.site);
        let response = self.authorised(self.client.get(url)).await?;
        response.json().await.map_err(|fault| failure(&fault))
    }

    /// Asks for a token, so that what follows needs none.
    ///
    /// # Errors
    /// Whatever is not a token.
    pub async fn log_in(&self) -> Result<()> {
        match self.token().await {
            Ok(_) => Ok(()),
            Err(failure) => bail!("no token: {failure:?}"),
        }
    }

    async fn authorised(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let token = self.token().await?;
        good(request.bearer_auth(token).send().await.map_err(|fault| failure(&fault))?).await
    }

    async fn token(&self) -> Result<String, Failure> {
        let held = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(token) = held {
            return Ok(token);
        }
        let nonce = format!("{}-{}", std::process::id(), NONCE.fetch_add(1, Ordering::Relaxed));
        let asked = self.client.get(format!("{}/v1/time?nonce={nonce}", self.base));
        let response = good(asked.send().await.map_err(|fault| failure(&fault))?).await?;
        let time: TimeReply = response.json().await.map_err(|fault| failure(&fault))?;
        let assertion = self.assertion(&nonce, time.at_ms / 1_000);
        let form = format!(
            "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
        );
        let asked = self
            .client
            .post(format!("{}/oauth/token", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let response = good(asked.send().await.map_err(|fault| failure(&fault))?).await?;
        let token: Token = response.json().await.map_err(|fault| failure(&fault))?;
        let held = Some(token.access_token.clone());
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(token.access_token)
    }

    fn assertion(&self, nonce: &str, now_s: i64) -> String {
        let device = HEXLOWER.encode(&self.device);
        let claims = json!({
            "iss": device, "sub": device, "aud": "quay-gateway", "jti": nonce,
            "iat": now_s, "exp": now_s + 300,
        });
        let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let signed = format!("{}.{}", part(r#"{"alg":"EdDSA"}"#), part(&claims.to_string()));
        let signature = self.key.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

/// A batch that must be taken, now.
///
/// # Errors
/// Whatever else came of it.
pub async fn must_take(wire: &Wire, batch: &Batch) -> Result<()> {
    match wire.send(batch, false).await {
        Ok(reply) => {
            let receipt: protocol::Receipt = reply.receipt.into();
            let whole = receipt.name.seq == batch.last && receipt.hash == batch.head;
            (whole && reply.held.is_empty()).then_some(()).context("not taken as it was sent")
        }
        Err(failure) => bail!("not taken: {failure:?}"),
    }
}

async fn good(response: Response) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let seconds = after.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        return Err(Failure::RetryLater { after_ms: seconds * 1_000 });
    }
    let problem: Problem = response.json().await.map_err(|_| Failure::NotTheGateway)?;
    Err(Failure::Refused(problem))
}

fn failure(fault: &reqwest::Error) -> Failure {
    if fault.is_connect() { Failure::NoLine } else { Failure::Silent }
}
