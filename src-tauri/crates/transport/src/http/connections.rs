//! Connections that are kept for the next request, and thrown away together when one of them turned out to be dead: after
//! a cut the others are dead too, and each would cost a request to find out.

use super::answer::failure;
use super::{AddressFault, CONNECT, UNHEARD};
use reqwest::{Client, RequestBuilder, Response};
use rustls::ClientConfig;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use sync::engine::Failure;

/// Connections to the gateway for one purpose.
pub(super) struct Connections {
    now: RwLock<Client>,
    /// How often they were thrown away: the failures of one cut throw them away once.
    renewed: AtomicU64,
    trust: ClientConfig,
    most: usize,
}

impl Connections {
    /// None yet; at most so many are kept.
    pub(super) fn new(trust: &ClientConfig, most: usize) -> Result<Self, AddressFault> {
        let now = RwLock::new(client(trust.clone(), most)?);
        Ok(Self { now, renewed: AtomicU64::new(0), trust: trust.clone(), most })
    }

    /// Those that are used now.
    pub(super) fn now(&self) -> Client {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends; after a failure of the line nobody goes on in the connections of before.
    pub(super) async fn sent(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let renewed = self.renewed.load(Ordering::Acquire);
        let answer = request.send().await.map_err(|fault| failure(&fault));
        if matches!(answer, Err(Failure::NoLine | Failure::Silent)) {
            self.renew(renewed);
        }
        answer
    }

    /// Throws them away, unless another failure has done so since.
    fn renew(&self, renewed: u64) {
        let (from, to, order) = (renewed, renewed + 1, Ordering::AcqRel);
        if self.renewed.compare_exchange(from, to, order, Ordering::Acquire).is_err() {
            return;
        }
        // The same settings made a client before; should the system refuse now, the old one still answers.
        if let Ok(client) = client(self.trust.clone(), self.most) {
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = client;
        }
    }
}

/// Connections as the gateway wants them.
pub(super) fn client(trust: ClientConfig, most: usize) -> Result<Client, AddressFault> {
    let builder = Client::builder()
        .http1_only()
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(most)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(trust);
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(UNHEARD);
    builder.build().map_err(|_| AddressFault::System)
}
