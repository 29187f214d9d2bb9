//! A desk's side of the wire: its log, its key, its requests.

use crate::place::{NOW_MS, Place};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use protocol::packing::{Dictionary, Effort, pack, unpack};
use protocol::receipt::hex;
use protocol::wire::{
    Enrolled, Enrolment, FeedPage, HeadOf, Heads, MEDIA_TYPE, PAGE_BYTES_MAX, Problem, ProblemType,
    RecordsReply, SeriesUse, TimeReply, Token,
};
use protocol::{Content, Draft, Entry, Hash, Name, OpenPage, Record, Series, Subject, signed_head};
use reqwest::{Client, Response, StatusCode};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

static NONCE: AtomicU64 = AtomicU64::new(0);

#[derive(Clone)]
pub struct Desk {
    pub site: String,
    pub device: [u8; 16],
    pub key: SigningKey,
    pub log: Vec<Entry>,
    pub token: String,
    pub enrolled: Option<Enrolled>,
    pub base: String,
    pub client: Client,
    /// The server's time, seconds since 1970 UTC; asked for when `None`.
    pub now_s: Option<i64>,
}

/// What a record is about and says.
pub struct Says {
    pub subject: Subject,
    pub kind: &'static str,
    pub body: Vec<u8>,
}

impl Desk {
    /// A desk that nobody knows yet.
    pub fn stranger(place: &Place, site: &str, seed: u8) -> Self {
        Self { base: place.url(""), ..Self::of([seed; 16], site, client()) }
    }

    /// A desk that has not spoken with anybody.
    pub fn of(device: [u8; 16], site: &str, client: Client) -> Self {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&device);
        secret[16..].copy_from_slice(&device);
        Self {
            site: site.into(),
            device,
            key: SigningKey::from_bytes(&secret),
            log: Vec::new(),
            token: String::new(),
            enrolled: None,
            base: String::new(),
            client,
            now_s: Some(NOW_MS / 1000),
        }
    }

    /// A desk that is enrolled and has a token.
    pub async fn enrolled(place: &Place, site: &str, seed: u8) -> Self {
        let mut desk = Self::stranger(place, site, seed);
        let code = place.code(site).await;
        let desk_number = 1 + seed % 9;
        desk.enrol(&code, desk_number).await.unwrap();
        desk.log_in().await.unwrap();
        desk
    }

    pub fn enrolment(&self, code: &str, desk: u8) -> Enrolment {
        Enrolment {
            code: code.into(),
            site: self.site.clone(),
            device: self.device,
            public_key: self.key.verifying_key().to_bytes(),
            desk,
            series: Vec::new(),
            continues: None,
            reads: 0,
            application: "0.1.0".into(),
        }
    }

    pub async fn enrol(&mut self, code: &str, desk: u8) -> Result<Enrolled, Problem> {
        let asked = self.enrolment(code, desk);
        let enrolled = self.ask_enrolment(&asked).await?;
        self.enrolled = Some(enrolled.clone());
        Ok(enrolled)
    }

    pub async fn ask_enrolment(&self, asked: &Enrolment) -> Result<Enrolled, Problem> {
        let request = self.client.post(format!("{}/v1/enrolments", self.base)).json(asked);
        answer(request.send().await.unwrap()).await
    }

    pub fn used(name: &str, last: u16) -> SeriesUse {
        SeriesUse { name: name.into(), last }
    }

    pub async fn log_in(&mut self) -> Result<(), Problem> {
        let nonce = NONCE.fetch_add(1, Ordering::Relaxed).to_string();
        let now_s = match self.now_s {
            Some(now_s) => now_s,
            None => self.server_time().await.at_ms / 1000,
        };
        let token = self.ask_token(&self.assertion(&nonce, now_s)).await?;
        self.token = token.access_token;
        Ok(())
    }

    pub async fn server_time(&self) -> TimeReply {
        let asked = self.client.get(format!("{}/v1/time?nonce=n", self.base));
        answer(asked.send().await.unwrap()).await.unwrap()
    }

    /// A client assertion (RFC 7523) made at `at` seconds.
    pub fn assertion(&self, nonce: &str, at: i64) -> String {
        let id = hex::text(&self.device);
        let claims = json!({
            "iss": id, "sub": id, "aud": "quay-gateway", "jti": nonce, "iat": at, "exp": at + 300,
        });
        let mut token = BASE64URL_NOPAD.encode(br#"{"alg":"EdDSA"}"#);
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(claims.to_string().as_bytes()));
        let signature = self.key.sign(token.as_bytes()).to_bytes();
        format!("{token}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    pub async fn ask_token(&self, assertion: &str) -> Result<Token, Problem> {
        let form = format!(
            "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
        );
        let request = self
            .client
            .post(format!("{}/oauth/token", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        answer(request.send().await.unwrap()).await
    }

    /// Writes one record into the desk's log.
    pub fn write(&mut self, says: Says) {
        let seq = self.log.len() as u64 + 1;
        let mut headers = self.log.iter().filter_map(Entry::read);
        let before = headers.rfind(|header| *header.subject == says.subject.id);
        let draft = Draft {
            site: self.site.clone(),
            subject: says.subject,
            kind: says.kind,
            actor: [3; 16],
            authority: Vec::new(),
            parents: before.iter().map(|header| header.name).collect(),
            parents_depth: before.map_or(0, |header| header.depth),
            at_ms: NOW_MS,
            salt: [u8::try_from(seq % 251).unwrap(); 16],
            body: says.body,
        };
        let name = Name { device: self.device, seq };
        let record = Record::seal(draft, name, self.head()).unwrap();
        let content = Content { salt: record.salt, body: record.body };
        self.log.push(Entry::new(record.header_bytes, Some(content)));
    }

    /// Writes notes, which need nothing else.
    pub fn write_notes(&mut self, count: usize) {
        for number in 0..count {
            let subject = Subject { kind: "dossier", id: [7; 16] };
            let body = format!(r#"{{"n":{number}}}"#).into_bytes();
            self.write(Says { subject, kind: "dossier.told_of_tomorrow", body });
        }
    }

    pub fn head(&self) -> Hash {
        self.log.last().map_or([0; 32], |entry| entry.hash)
    }

    /// Records `first` to `last` of the log, signed.
    pub fn series(&self, first: usize, last: usize) -> Series {
        let entries = self.log[first - 1..last].to_vec();
        let name = Name { device: self.device, seq: last as u64 };
        let signature =
            self.key.sign(&signed_head(&self.site, name, &self.log[last - 1].hash)).to_bytes();
        Series {
            site: self.site.clone(),
            device: self.device,
            first: first as u64,
            prev: if first == 1 { [0; 32] } else { self.log[first - 2].hash },
            entries,
            signature,
        }
    }

    /// Sends records `first` to `last`.
    pub async fn send(&self, first: usize, last: usize) -> Result<RecordsReply, Problem> {
        self.deliver(&self.series(first, last)).await
    }

    pub async fn deliver(&self, series: &Series) -> Result<RecordsReply, Problem> {
        let body = pack(&series.encode().unwrap(), None, Effort::Thorough).unwrap();
        answer(self.post_records(MEDIA_TYPE, body).await).await
    }

    /// This desk, speaking with another instance.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.into(), client: Client::new(), ..self.clone() }
    }

    /// Sends a batch that may overtake the one before it and asks the gateway to wait for that.
    pub async fn send_early(&self, first: usize, last: usize) -> Result<RecordsReply, Problem> {
        answer(self.begin_early(first, last, "wait=5").await).await
    }

    /// The same with other wishes; gives the answer as it begins.
    pub async fn begin_early(&self, first: usize, last: usize, prefer: &str) -> Response {
        let body =
            pack(&self.series(first, last).encode().unwrap(), None, Effort::Thorough).unwrap();
        let url = format!("{}/v1/sites/{}/records", self.base, self.site);
        let request = self.client.post(url).bearer_auth(&self.token).header("prefer", prefer);
        request.header("content-type", MEDIA_TYPE).body(body).send().await.unwrap()
    }

    pub async fn post_records(&self, media: &str, body: Vec<u8>) -> Response {
        self.client
            .post(format!("{}/v1/sites/{}/records", self.base, self.site))
            .bearer_auth(&self.token)
            .header("content-type", media)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    pub async fn feed(&self, after: u64) -> Result<FeedPage, Problem> {
        self.feed_with(after, None).await
    }

    pub async fn feed_with(
        &self,
        after: u64,
        dictionary: Option<&Dictionary>,
    ) -> Result<FeedPage, Problem> {
        let media = dictionary
            .map_or_else(|| MEDIA_TYPE.to_owned(), |d| format!("{MEDIA_TYPE}; dict={}", d.name()));
        let response = self
            .client
            .get(format!("{}/v1/sites/{}/records?after={after}", self.base, self.site))
            .bearer_auth(&self.token)
            .header("accept", &media)
            .send()
            .await
            .unwrap();
        if response.status() != StatusCode::OK {
            return Err(response.json().await.unwrap());
        }
        assert_eq!(response.headers()["content-type"], media.as_str());
        let bytes = response.bytes().await.unwrap();
        Ok(FeedPage::decode(&unpack(&bytes, dictionary, PAGE_BYTES_MAX).unwrap()).unwrap())
    }

    /// A page of the open dossiers; its signature holds.
    pub async fn open(&self, after: [u8; 16]) -> Result<OpenPage, Problem> {
        let response = self
            .client
            .get(format!("{}/v1/sites/{}/open?after={}", self.base, self.site, hex::text(&after)))
            .bearer_auth(&self.token)
            .header("accept", MEDIA_TYPE)
            .send()
            .await
            .unwrap();
        if response.status() != StatusCode::OK {
            return Err(answer::<serde_json::Value>(response).await.unwrap_err());
        }
        let bytes = unpack(&response.bytes().await.unwrap(), None, PAGE_BYTES_MAX).unwrap();
        let page = OpenPage::decode(&bytes).unwrap();
        let key = self.enrolled.as_ref().unwrap().gateway_key;
        assert!(page.is_signed(&key, &self.site, &after), "the gateway did not sign this page");
        Ok(page)
    }

    pub async fn heads(&self) -> Result<Heads, Problem> {
        let request = self
            .client
            .get(format!("{}/v1/sites/{}/heads", self.base, self.site))
            .bearer_auth(&self.token);
        answer(request.send().await.unwrap()).await
    }

    /// How far the gateway read this desk.
    pub async fn read_up_to(&self) -> HeadOf {
        let heads = self.heads().await.unwrap().heads;
        *heads.iter().find(|head| head.device == self.device).unwrap()
    }
}

/// The value, or the problem with its media type.
pub async fn answer<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, Problem> {
    let status = response.status();
    let media = response.headers().get("content-type").cloned();
    let bytes = response.bytes().await.unwrap();
    if status.is_success() {
        return Ok(serde_json::from_slice(&bytes).unwrap());
    }
    assert_eq!(media.unwrap(), "application/problem+json", "{}", String::from_utf8_lossy(&bytes));
    let problem: Problem = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(problem.status, status.as_u16());
    Err(problem)
}

/// The kind of a problem.
pub fn kind<T: std::fmt::Debug>(result: Result<T, Problem>) -> ProblemType {
    result.unwrap_err().kind
}

/// A client of one's own, with connections of its own.
pub fn client() -> Client {
    // Another story may have chosen the same provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}
