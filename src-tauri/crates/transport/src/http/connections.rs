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
    /// How often somebody asked whether the other side is there.
    asked: AtomicUsize,
    hello: String,
    trust: ClientConfig,
}

#[derive(Clone)]
struct Connection {
    client: Client,
    /// Requests that are on their way over it.
    busy: Arc<AtomicUsize>,
    /// It was used, or is being made ready.
    begun: Arc<AtomicBool>,
    /// Something was answered over it: what is sent now waits for no handshake.
    ready: Arc<AtomicBool>,
}

/// A request that is on its way.
struct Busy(Arc<AtomicUsize>);

impl Connections {
    /// So many, none of them made yet. What lies at `hello` is answered at once and to anybody.
    pub(super) fn new(
        trust: &ClientConfig,
        count: usize,
        hello: String,
    ) -> Result<Self, AddressFault> {
        let now = RwLock::new(connections(trust, count)?);
        Ok(Self {
            now,
            renewed: AtomicU64::new(0),
            shared: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
            hello,
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
        let connection = self.freest();
        if connection.busy.load(Ordering::Relaxed) > 0 {
            self.make_ready();
        }
        let busy = Busy::with(connection.busy);
        let answer = connection.client.execute(request).await.map_err(|fault| failure(&fault));
        drop(busy);
        if let Ok(answer) = &answer {
            connection.ready.store(true, Ordering::Relaxed);
            self.shared.store(answer.version() == Version::HTTP_2, Ordering::Relaxed);
        }
        if matches!(answer, Err(Failure::NoLine | Failure::Silent)) {
            self.renew(renewed);
        }
        answer
    }

    /// Makes another connection ready, if one was never used: what comes to lie on it need not wait for handshakes. Nobody
    /// waits for it, and a failure is found out by whoever sends over it.
    pub(super) fn make_ready(&self) {
        let fresh =
            self.read().iter().find(|one| !one.begun.swap(true, Ordering::Relaxed)).cloned();
        if let Some(fresh) = fresh {
            let hello = fresh.client.get(&self.hello).timeout(CONNECT).send();
            tokio::spawn(async move {
                let answered = hello.await.is_ok();
                fresh.ready.store(answered, Ordering::Relaxed);
                fresh.begun.store(answered, Ordering::Relaxed);
            });
        }
    }

    /// One that is ready, another one each time: for a question that tells how long the line takes.
    pub(super) fn next_ready(&self) -> Client {
        let now = self.read();
        let ready: Vec<_> = now.iter().filter(|one| one.is_ready()).collect();
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        let next = ready.get(turn % ready.len().max(1)).copied();
        next.unwrap_or(&now[0]).client.clone()
    }

    /// The one with the least to do, of those that are ready. Where none is, whoever comes makes one.
    fn freest(&self) -> Connection {
        let now = self.read();
        let least = |of: &[&Connection]| {
            of.iter().min_by_key(|one| one.busy.load(Ordering::Relaxed)).map(|one| (*one).clone())
        };
        let (ready, all): (Vec<_>, Vec<_>) =
            (now.iter().filter(|one| one.is_ready()).collect(), now.iter().collect());
        let freest = least(&ready).or_else(|| least(&all)).unwrap_or_else(|| now[0].clone());
        freest.begun.store(true, Ordering::Relaxed);
        freest
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

impl Connection {
    fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
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
        Ok(Connection {
            client,
            busy: Arc::default(),
            begun: Arc::default(),
            ready: Arc::default(),
        })
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "helpers of tests")]

    use super::super::trust::{Said, config};
    use super::*;

    fn three() -> Connections {
        let trust = config(None, &Said::default()).unwrap();
        Connections::new(&trust, 3, "https://gateway.invalid/health/live".into()).unwrap()
    }

    fn place(connections: &Connections, of: &Connection) -> usize {
        let now = connections.read();
        now.iter().position(|one| Arc::ptr_eq(&one.busy, &of.busy)).unwrap()
    }

    #[test]
    fn what_is_sent_waits_for_no_handshake_where_a_connection_is_ready() {
        let connections = three();
        assert_eq!(place(&connections, &connections.freest()), 0, "somebody has to make one");
        let busy = |of: usize| Busy::with(Arc::clone(&connections.read()[of].busy));
        let first = [busy(0), busy(0)];
        assert_eq!(place(&connections, &connections.freest()), 1, "the one with the least to do");
        connections.read()[0].ready.store(true, Ordering::Relaxed);
        assert_eq!(place(&connections, &connections.freest()), 0, "however much it has to do");
        connections.read()[2].ready.store(true, Ordering::Relaxed);
        assert_eq!(place(&connections, &connections.freest()), 2);
        drop(first);
        let _last = busy(2);
        assert_eq!(place(&connections, &connections.freest()), 0);
    }

    #[tokio::test]
    async fn one_more_is_made_ready_each_time_until_none_is_left() {
        let connections = three();
        let begun = || {
            connections
                .read()
                .iter()
                .map(|one| one.begun.load(Ordering::Relaxed))
                .collect::<Vec<_>>()
        };
        connections.freest();
        for made in [[true, true, false], [true, true, true], [true, true, true]] {
            connections.make_ready();
            assert_eq!(begun(), made);
        }
    }
}
