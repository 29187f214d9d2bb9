//! Connections that are kept for the next request, and thrown away together when one of them turned out to be dead: after
//! a cut the others are dead too, and each would cost a request to find out.
//!
//! HTTP/2 where the gateway speaks it: from the second request on, what every request says again (the token above all)
//! costs a few bytes. What something in between allows HTTP/1.1 only works the same, with a connection for every request
//! that is under way.

use super::answer::failure;
use super::{AddressFault, CONNECT, UNHEARD};
use reqwest::{Client, RequestBuilder, Response, Version};
use rustls::ClientConfig;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use sync::engine::Failure;

/// Connections that are kept in the place of one where only HTTP/1.1 is spoken: so many requests share one usually.
const AT_ONCE: usize = 2;

/// While requests are under way the other side is asked so often whether it is there, and how long its answer may take:
/// longer than all that may stand before it in a slow line's queue. Where a system has no [`UNHEARD`], a dead connection
/// is found so.
const ASKED_AFTER: Duration = Duration::from_secs(5);
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

/// Connections to the gateway for one purpose.
pub(super) struct Connections {
    now: RwLock<Vec<Connection>>,
    /// How often they were thrown away: the failures of one cut throw them away once.
    renewed: AtomicU64,
    /// One carries many requests at once: the gateway speaks HTTP/2, as far as is known.
    shared: AtomicBool,
    trust: ClientConfig,
}

#[derive(Clone)]
struct Connection {
    client: Client,
    /// Requests that are on their way over it.
    busy: Arc<AtomicUsize>,
    /// It was used, or is being made ready.
    begun: Arc<AtomicBool>,
}

/// A request that is on its way.
struct Busy(Arc<AtomicUsize>);

impl Connections {
    /// So many, none of them made yet.
    pub(super) fn new(trust: &ClientConfig, count: usize) -> Result<Self, AddressFault> {
        let now = RwLock::new(connections(trust, count)?);
        Ok(Self {
            now,
            renewed: AtomicU64::new(0),
            shared: AtomicBool::new(false),
            trust: trust.clone(),
        })
    }

    /// Makes requests; which connection they take is decided when they are sent.
    pub(super) fn client(&self) -> Client {
        self.read()[0].client.clone()
    }

    /// Sends over the connection with the least to do; after a failure of the line nobody goes on in those of before.
    pub(super) async fn sent(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = request.build_split().1.map_err(|_| Failure::Here)?;
        let renewed = self.generation();
        let (client, busy) = self.freest();
        let busy = Busy::with(busy);
        let answer = client.execute(request).await.map_err(|fault| failure(&fault));
        drop(busy);
        if let Ok(answer) = &answer {
            self.shared.store(answer.version() == Version::HTTP_2, Ordering::Relaxed);
        }
        if matches!(answer, Err(Failure::NoLine | Failure::Silent)) {
            self.renew(renewed);
        }
        answer
    }

    /// Makes another connection ready, if one was never used: what comes to lie on it need not wait for handshakes. A
    /// failure is found out by whoever sends over it.
    pub(super) async fn make_ready(&self, address: &str) {
        let fresh =
            self.read().iter().find(|one| !one.begun.swap(true, Ordering::Relaxed)).cloned();
        if let Some(fresh) = fresh {
            let _busy = Busy::with(fresh.busy);
            let _ = fresh.client.get(address).timeout(CONNECT).send().await;
        }
    }

    fn freest(&self) -> (Client, Arc<AtomicUsize>) {
        let now = self.read();
        let busy = |place: &usize| now[*place].busy.load(Ordering::Relaxed);
        let freest = &now[(0..now.len()).min_by_key(busy).unwrap_or(0)];
        freest.begun.store(true, Ordering::Relaxed);
        (freest.client.clone(), Arc::clone(&freest.busy))
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Connection>> {
        self.now.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request that waits for its answer leaves its connection to others.
    pub(super) fn are_shared(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }

    /// Which ones these are: another number after they were thrown away.
    pub(super) fn generation(&self) -> u64 {
        self.renewed.load(Ordering::Acquire)
    }

    /// Throws those of a generation away, unless another failure has done so since.
    pub(super) fn renew(&self, renewed: u64) {
        let (from, to, order) = (renewed, renewed + 1, Ordering::AcqRel);
        if self.renewed.compare_exchange(from, to, order, Ordering::Acquire).is_err() {
            return;
        }
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        // The same settings made connections before; should the system refuse now, the old ones still answer.
        if let Ok(fresh) = connections(&self.trust, now.len()) {
            *now = fresh;
        }
    }
}

impl Busy {
    fn with(count: Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn connections(trust: &ClientConfig, count: usize) -> Result<Vec<Connection>, AddressFault> {
    let connection = || {
        let client = client(trust.clone())?;
        Ok(Connection { client, busy: Arc::default(), begun: Arc::default() })
    };
    (0..count.max(1)).map(|_| connection()).collect()
}

/// A connection as the gateway wants it.
pub(super) fn client(trust: ClientConfig) -> Result<Client, AddressFault> {
    let builder = Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(AT_ONCE)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(ASKED_AFTER)
        .http2_keep_alive_timeout(ANSWERED_WITHIN)
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(trust);
    #[cfg(target_os = "linux")]
    let builder = builder.tcp_user_timeout(UNHEARD);
    builder.build().map_err(|_| AddressFault::System)
}
