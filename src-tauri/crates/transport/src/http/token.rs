//! The bearer token: client credentials with `private_key_jwt` (RFC 7523), by the server's time, never by this PC's.

use super::answer::read_json;
use super::connections::Connections;
use super::trust::Said;
use super::{good, time};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use protocol::receipt::{signed_by, signed_time};
use protocol::wire::Token;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use sync::engine::Failure;
use tokio::sync::Mutex;

const AUDIENCE: &str = "quay-gateway";
const ASSERTION_SECONDS: i64 = 300;
const SPARE: Duration = Duration::from_secs(60);

/// Signs with the device's key.
pub type Signer = Box<dyn Fn(&[u8]) -> [u8; 64] + Send + Sync>;

/// Who asks, and whose word counts.
pub struct Identity {
    /// The device.
    pub device: [u8; 16],
    /// The gateway's key, pinned at enrolment.
    pub gateway_key: [u8; 32],
    /// The newest time that the gateway signed and that is known here, milliseconds since 1970 UTC; 0 when none is.
    pub said_ms: i64,
    /// Signs with the device's key.
    pub sign: Signer,
    /// Fresh random bytes, hexadecimal: a nonce is never used twice.
    pub nonce: Box<dyn Fn() -> Option<String> + Send + Sync>,
}

/// The token in use. Requests that begin together wait for one.
pub(super) struct Tokens {
    identity: Identity,
    said: Said,
    held: Mutex<Held>,
    /// How often one was asked for.
    asked: AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<(String, Instant)>,
    /// How the last asking ended, when it brought none.
    failed: Option<Failure>,
}

impl Tokens {
    pub(super) fn new(identity: Identity, said: Said) -> Self {
        Self { identity, said, held: Mutex::default(), asked: AtomicU64::new(0) }
    }

    /// The token, fetched when there is none or it ends soon.
    pub(super) async fn get(&self, over: &Connections, base: &str) -> Result<String, Failure> {
        let asked = self.asked.load(Ordering::Acquire);
        let mut held = self.held.lock().await;
        if let Some((token, until)) = &held.token
            && *until > Instant::now()
        {
            return Ok(token.clone());
        }
        // Who waited for an asking that failed has failed with it: one silence after the other would take minutes.
        if let Some(failed) = &held.failed
            && asked != self.asked.load(Ordering::Acquire)
        {
            return Err(failed.clone());
        }
        let fetched = self.fetch(over, base).await;
        self.asked.fetch_add(1, Ordering::AcqRel);
        held.failed = fetched.as_ref().err().cloned();
        let token = fetched?;
        let ends = Duration::from_secs(token.expires_in).saturating_sub(SPARE);
        held.token = Some((token.access_token.clone(), Instant::now() + ends));
        Ok(token.access_token)
    }

    /// The gateway no longer takes this token. One that was fetched since is kept.
    pub(super) async fn forget(&self, refused: &str) {
        self.held.lock().await.token.take_if(|(token, _)| token == refused);
    }

    async fn fetch(&self, over: &Connections, base: &str) -> Result<Token, Failure> {
        let nonce = (self.identity.nonce)().ok_or(Failure::Here)?;
        let said = time(over, base, &nonce).await?;
        let message = signed_time(&nonce, said.at_ms);
        // Somebody else's clock is nobody's: only the pinned key says what time it is.
        if said.nonce != nonce || !signed_by(&self.identity.gateway_key, &message, &said.signature)
        {
            return Err(Failure::NotTheGateway);
        }
        self.said.says(said.at_ms);
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ),
            ("client_assertion", self.assertion(&nonce, said.at_ms / 1_000)),
        ];
        let body = form
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace(':', "%3A")))
            .collect::<Vec<_>>()
            .join("&");
        let request = over
            .client()
            .post(format!("{base}/oauth/token"))
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .timeout(super::SILENCE + super::CONNECT)
            .body(body);
        read_json(good(over.sent(request).await?).await?).await
    }

    fn assertion(&self, nonce: &str, now_s: i64) -> String {
        let device = HEXLOWER.encode(&self.identity.device);
        let header = json!({ "alg": "EdDSA", "typ": "JWT" });
        let claims = json!({
            "iss": device, "sub": device, "aud": AUDIENCE, "jti": nonce,
            "iat": now_s, "exp": now_s + ASSERTION_SECONDS,
        });
        let part = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = (self.identity.sign)(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}
