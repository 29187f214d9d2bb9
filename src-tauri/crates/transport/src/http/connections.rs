//! Connections that are kept for the next request, and thrown away together when one of them turned out to be dead: after
//! a cut the others are dead too, and each would cost a request to find out.
//!
//! What is sent goes over one that is ready, while another is made beside it: handshakes take two round trips. All are used in
//! turn and, when they are worn, replaced: each lost packet lessens what a connection may send at once, and only large
//! things raise it again.
//!
//! HTTP/2 where the gateway speaks it: from the second request on, what every request says again (the token above all)
//! costs a few bytes. What something in between allows HTTP/1.1 only works the same, with a connection for every request
//! that is under way.

use super::answer::failure;
use super::{AddressFault, CONNECT, UNHEARD};
use reqwest::{Client, RequestBuilder, Response, Version};
use rustls::ClientConfig;
use std::convert::Infallible;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use sync::engine::Failure;
use tokio::time::sleep;

/// Connections that are kept in the place of one where only HTTP/1.1 is spoken: so many requests share one usually.
const AT_ONCE: usize = 2;

/// While requests are under way the other side is asked so often whether it is there, and how long its answer may take:
/// longer than all that may stand before it in a slow line's queue. Where a system has no [`UNHEARD`], a dead connection
/// is found so.
const ASKED_AFTER: Duration = Duration::from_secs(5);
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

/// How long a connection is kept unused, and for how much less of that it counts as there.
const KEPT: Duration = Duration::from_secs(90);
const THERE: Duration = Duration::from_secs(60);
/// Requests after which a connection is worn on a line that loses one packet in fifty.
const WORN: u64 = 8;
/// After how long a question follows what nothing else followed: sooner it would be lost together with it.
const FOLLOWED_AFTER: Duration = Duration::from_millis(100);

/// Connections to the gateway for one purpose.
pub(super) struct Connections {
    now: RwLock<Vec<Connection>>,
    /// How often they were thrown away: the failures of one cut throw them away once.
    renewed: AtomicU64,
    /// One carries many requests at once: the gateway speaks HTTP/2, as far as is known.
    shared: AtomicBool,
    /// What is answered at once and to anybody.
    hello: String,
    /// A question follows what nothing else follows.
    follows: bool,
    trust: ClientConfig,
}

#[derive(Clone)]
struct Connection {
    client: Client,
    /// Requests that are on their way over it.
    busy: Arc<AtomicUsize>,
    /// It is being made ready.
    begun: Arc<AtomicBool>,
    /// When something was answered over it.
    answered_at: Arc<Mutex<Option<Instant>>>,
    /// Requests that went over it in all.
    sent: Arc<AtomicU64>,
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
            hello,
            follows: false,
            trust: trust.clone(),
        })
    }

    /// For what is small and urgent: what was lost of the last thing that was sent is missed only when something comes after
    /// it, so a small question does.
    pub(super) fn followed(self) -> Self {
        Self { follows: true, ..self }
    }

    /// Makes requests; which connection they take is decided when they are sent.
    pub(super) fn client(&self) -> Client {
        self.read()[0].client.clone()
    }

    /// Sends over the connection with the least to do; after a failure of the line nobody goes on in those of before.
    pub(super) async fn sent(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = request.build_split().1.map_err(|_| Failure::Here)?;
        let (renewed, connection) = (self.generation(), self.freest());
        if connection.busy() > 0 {
            self.make_ready();
        }
        let busy = Busy::with(Arc::clone(&connection.busy));
        let number = connection.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let answer = tokio::select! {
            biased;
            answer = connection.client.execute(request) => answer.map_err(|fault| failure(&fault)),
            never = self.follow(&connection, number) => match never {},
        };
        drop(busy);
        if let Ok(answer) = &answer {
            connection.answered();
            self.shared.store(answer.version() == Version::HTTP_2, Ordering::Relaxed);
        }
        if matches!(answer, Err(Failure::NoLine | Failure::Silent)) {
            self.renew(renewed);
        }
        answer
    }

    /// Has the request of this number followed by a question, unless another request follows it.
    async fn follow(&self, over: &Connection, number: u64) -> Infallible {
        if self.follows {
            sleep(FOLLOWED_AFTER).await;
            if over.sent() == number && self.are_shared() && over.is_ready() {
                // It outlives the request: to take it back would cost as much as its answer.
                tokio::spawn(over.client.get(&self.hello).timeout(CONNECT).send());
            }
        }
        pending().await
    }

    /// Makes another connection ready, if one is not and nothing waits on it. Nobody waits for it, and a failure is found out
    /// by whoever sends over it.
    pub(super) fn make_ready(&self) {
        let unready = |one: &&Connection| {
            !one.is_ready() && one.busy() == 0 && !one.begun.swap(true, Ordering::Relaxed)
        };
        if let Some(unready) = self.read().iter().find(unready).cloned() {
            let hello = unready.client.get(&self.hello).timeout(CONNECT).send();
            tokio::spawn(async move {
                if hello.await.is_ok() {
                    unready.answered();
                }
                unready.begun.store(false, Ordering::Relaxed);
            });
        }
    }

    /// Sees to it that what is sent later finds connections that are ready and may send much at once.
    pub(super) fn keep_fresh(&self) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let worn = |one: &&mut Connection| one.busy() == 0 && one.sent() >= WORN;
        if now.iter().all(Connection::is_ready)
            && let Some(worn) = now.iter_mut().find(worn)
            && let Ok(fresh) = connection(&self.trust)
        {
            *worn = fresh;
        }
        drop(now);
        self.make_ready();
    }

    /// Whether what is sent now waits for no handshake.
    pub(super) fn are_ready(&self) -> bool {
        self.read().iter().any(Connection::is_ready)
    }

    /// Whether a small question is answered.
    pub(super) async fn answers(&self) -> bool {
        let connection = self.freest();
        let answered = connection.client.get(&self.hello).timeout(CONNECT).send().await.is_ok();
        if answered {
            connection.answered();
        }
        answered
    }

    /// The one with the least to do, of those that are ready. Where none is, whoever comes makes one.
    fn freest(&self) -> Connection {
        let now = self.read();
        let order = |one: &&Connection| (!one.is_ready(), one.busy(), one.sent());
        now.iter().min_by_key(order).unwrap_or(&now[0]).clone()
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
        let answered_at = self.answered_at.lock().unwrap_or_else(PoisonError::into_inner);
        answered_at.is_some_and(|at| at.elapsed() < THERE)
    }

    fn answered(&self) {
        let now = Some(Instant::now());
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
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
    (0..count.max(1)).map(|_| connection(trust)).collect()
}

/// One that is made when something is sent over it.
fn connection(trust: &ClientConfig) -> Result<Connection, AddressFault> {
    Ok(Connection {
        client: client(trust.clone())?,
        busy: Arc::default(),
        begun: Arc::default(),
        answered_at: Arc::default(),
        sent: Arc::default(),
    })
}

/// A connection as the gateway wants it.
pub(super) fn client(trust: ClientConfig) -> Result<Client, AddressFault> {
    let builder = Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT)
        .pool_max_idle_per_host(AT_ONCE)
        .pool_idle_timeout(KEPT)
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

    fn one(connections: &Connections, place: usize) -> Connection {
        connections.read()[place].clone()
    }

    fn freest(connections: &Connections) -> usize {
        let freest = connections.freest();
        let now = connections.read();
        now.iter().position(|one| Arc::ptr_eq(&one.busy, &freest.busy)).unwrap()
    }

    #[test]
    fn what_is_sent_waits_for_no_handshake_where_a_connection_is_ready() {
        let connections = three();
        assert_eq!(freest(&connections), 0, "somebody has to make one");
        let busy = |place| Busy::with(one(&connections, place).busy);
        let first = [busy(0), busy(0)];
        assert_eq!(freest(&connections), 1, "the one with the least to do");
        one(&connections, 0).answered();
        assert_eq!(freest(&connections), 0, "however much it has to do");
        one(&connections, 2).answered();
        assert_eq!(freest(&connections), 2);
        drop(first);
        let _last = busy(2);
        assert_eq!(freest(&connections), 0);
    }

    #[test]
    fn those_that_are_ready_are_used_in_turn() {
        let connections = three();
        (0..3).for_each(|place| one(&connections, place).answered());
        for place in [0, 1, 2, 0] {
            assert_eq!(freest(&connections), place);
            one(&connections, place).sent.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_connection_that_was_long_silent_may_be_gone() {
        let connections = three();
        let long_ago = Instant::now().checked_sub(THERE).unwrap();
        *one(&connections, 0).answered_at.lock().unwrap() = Some(long_ago);
        assert!(!connections.are_ready());
        one(&connections, 1).answered();
        assert_eq!((connections.are_ready(), freest(&connections)), (true, 1));
    }

    #[tokio::test]
    async fn a_worn_connection_is_replaced_while_the_others_are_ready() {
        let connections = three();
        let worn = |place| one(&connections, place).sent() >= WORN;
        (0..3).for_each(|place| one(&connections, place).answered());
        (0..2)
            .for_each(|place| _ = one(&connections, place).sent.fetch_add(WORN, Ordering::Relaxed));
        let waits = Busy::with(one(&connections, 0).busy);
        connections.keep_fresh();
        assert_eq!([worn(0), worn(1)], [true, false], "not the one that something waits on");
        drop(waits);
        connections.keep_fresh();
        assert!(worn(0), "one after the other: the fresh one is not ready");
        one(&connections, 1).answered();
        connections.keep_fresh();
        assert!(!worn(0));
    }

    #[tokio::test]
    async fn one_more_is_made_ready_each_time_where_nothing_waits_for_it_already() {
        let connections = three();
        one(&connections, 0).answered();
        let _waits = Busy::with(one(&connections, 1).busy);
        let begun = || {
            let now = connections.read();
            now.iter().map(|one| one.begun.load(Ordering::Relaxed)).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            connections.make_ready();
            assert_eq!(begun(), [false, false, true]);
        }
    }
}
