//! Three ways in which provinces pass dossiers on. The payload is the same; host, path and authentication differ.

use super::reply::{self, Outcome};
use crate::clock::Clock;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::Mutex;

/// A session of the adapter is used for so long; callers of it keep one for ten minutes.
const SESSION_MS: i64 = 9 * 60 * 1000;
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `DongBoHoSoMC` for a dossier that is new there.
    Create,
    /// `DongBoHoSoMC` for one that is there.
    Update,
    /// `CapNhatTienDoHoSoMC`.
    Steps,
}

/// How a province passes dossiers on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum National {
    /// The adapter of the exchange platform: a session by user and password, one address, the service in the body.
    XrdAdapter {
        /// Address that gives a session.
        login: String,
        /// Address of the services.
        services: String,
        /// `dstcode` of the provider.
        dstcode: String,
        /// Agency code (`madonvi`).
        agency: String,
        /// User.
        user: String,
        /// Password.
        password: String,
    },
    /// The province's own facade: one address a service, a bare array, the rest in the query.
    FacadeArray {
        /// Address up to the name of the service.
        base: String,
        /// Agency code (`MaDinhDanhDV`).
        agency: String,
    },
    /// The province's own facade with an address for each operation.
    FacadeThree {
        /// For new dossiers.
        create: String,
        /// For changed dossiers.
        update: String,
        /// For steps.
        steps: String,
        /// Bearer token, where the platform wants one.
        #[serde(default)]
        bearer: Option<String>,
    },
}

/// A way with its connections and its session.
pub struct Driver {
    national: National,
    client: Client,
    clock: Clock,
    session: Mutex<Option<(String, i64)>>,
}

impl Driver {
    /// A driver; every call ends within `call_max`.
    ///
    /// # Errors
    /// What the HTTP client reports.
    pub fn new(national: National, call_max: Duration, clock: Clock) -> reqwest::Result<Self> {
        // Another part of the process may have chosen the same provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(call_max)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { national, client, clock, session: Mutex::default() })
    }

    /// Calls a service with elements of its array.
    pub async fn call(&self, operation: Operation, data: &[Value]) -> Outcome {
        let National::XrdAdapter { .. } = &self.national else {
            return answered(self.facade(operation, data)).await;
        };
        let (session, fresh) = match self.session(false).await {
            Ok(session) => session,
            Err(outcome) => return outcome,
        };
        let outcome = answered(self.adapter(operation, data, &session)).await;
        if fresh || !matches!(outcome, Outcome::Refused(_)) {
            return outcome;
        }
        // A session may have ended there before it ended here: the answer has no code of its own for that.
        match self.session(true).await {
            Ok((session, _)) => answered(self.adapter(operation, data, &session)).await,
            Err(outcome) => outcome,
        }
    }

    fn facade(&self, operation: Operation, data: &[Value]) -> RequestBuilder {
        match &self.national {
            National::FacadeThree { create, update, steps, bearer } => {
                let address = match operation {
                    Operation::Create => create,
                    Operation::Update => update,
                    Operation::Steps => steps,
                };
                let request = self.client.post(address).json(data);
                match bearer {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                }
            }
            National::FacadeArray { base, agency } => {
                let (base, service) = (base.trim_end_matches('/'), service(operation));
                let address = format!(
                    "{base}/{service}?MaDinhDanhDV={agency}&isUpdating={}",
                    updating(operation)
                );
                self.client.post(address).json(data)
            }
            National::XrdAdapter { services, .. } => self.client.post(services).json(data),
        }
    }

    fn adapter(&self, operation: Operation, data: &[Value], session: &str) -> RequestBuilder {
        let National::XrdAdapter { services, dstcode, agency, .. } = &self.national else {
            return self.facade(operation, data);
        };
        let mut body = json!({
            "session": session, "madonvi": agency, "service": service(operation), "data": data,
        });
        if operation != Operation::Steps {
            body["isUpdating"] = updating(operation).into();
        }
        self.client.post(services).header("dstcode", dstcode).json(&body)
    }

    /// A session, and whether it was given just now.
    async fn session(&self, anew: bool) -> Result<(String, bool), Outcome> {
        let National::XrdAdapter { login, dstcode, user, password, .. } = &self.national else {
            return Ok((String::new(), true));
        };
        let mut kept = self.session.lock().await;
        let now_ms = self.clock.now_ms();
        if let Some((session, at_ms)) = kept.as_ref().filter(|_| !anew)
            && (0..SESSION_MS).contains(&(now_ms - at_ms))
        {
            return Ok((session.clone(), false));
        }
        let body = json!({ "username": user, "password": password });
        let request = self.client.post(login).header("dstcode", dstcode).json(&body);
        let (status, text) = exchanged(request).await?;
        let answer: Value = serde_json::from_str(&text).map_err(|_| {
            Outcome::Unknown(format!("login: HTTP {status} with an answer of another kind"))
        })?;
        match answer["session"].as_str().filter(|session| !session.is_empty()) {
            Some(session) => {
                *kept = Some((session.to_owned(), now_ms));
                Ok((session.to_owned(), true))
            }
            None => Err(Outcome::Unknown("login: no session was given".into())),
        }
    }
}

async fn answered(request: RequestBuilder) -> Outcome {
    match exchanged(request).await {
        Ok((status, text)) => reply::read(status, &text),
        Err(outcome) => outcome,
    }
}

async fn exchanged(request: RequestBuilder) -> Result<(u16, String), Outcome> {
    let unknown = |fault: reqwest::Error| {
        let what = if fault.is_timeout() { "no answer in time" } else { "no connection" };
        Outcome::Unknown(what.into())
    };
    let mut response = request.send().await.map_err(unknown)?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unknown)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(Outcome::Unknown("an answer without end".into()));
        }
    }
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

fn service(operation: Operation) -> &'static str {
    match operation {
        Operation::Create | Operation::Update => "DongBoHoSoMC",
        Operation::Steps => "CapNhatTienDoHoSoMC",
    }
}

fn updating(operation: Operation) -> &'static str {
    if operation == Operation::Create { "False" } else { "True" }
}
