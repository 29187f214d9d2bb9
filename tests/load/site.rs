//! A site's only desk, driven by the engine that every desk has: when it sends, waits and tries again is decided there.

use crate::desk::Batch;
use crate::wire::Wire;
use protocol::wire::{HeadOf, ProblemType, RecordsReply};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use sync::engine::{
    Effect, Engine, Failure, Input, Joining, Policy, Reply, Request, Standing, Ticket,
};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

/// Longest that a site may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// How a site's return went.
#[derive(Debug, Clone, Default)]
pub struct Return {
    /// When it came: seconds since the line came back. What follows while something is on its way is the same visit.
    pub came: Vec<u64>,
    /// When all was receipted and both sides had the same; `None` if that never came.
    pub agreed: Option<Duration>,
    /// How often it was told to come later.
    pub sent_away: u64,
    /// How often the line failed under it.
    pub broken: u64,
    /// How often a batch overtook the one before it by too long, and was sent again.
    pub overtaken: u64,
    /// What else was said to it: nothing must be.
    pub refused: Vec<String>,
}

/// How the line comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// The gateway was away; every desk tries when its pause is over.
    Gateway,
    /// Every desk's own network was away: they are told so in the same moment and try at once.
    Network,
}

/// A site that waits for the line.
pub struct Site {
    engine: Engine,
    wire: Arc<Wire>,
    batches: Arc<BTreeMap<u64, Batch>>,
    head: HeadOf,
    others: BTreeMap<[u8; 16], HeadOf>,
    under_way: JoinSet<(Ticket, Result<Came, Failure>)>,
    handles: BTreeMap<Ticket, (AbortHandle, bool)>,
    /// Engine time when real time begins, milliseconds.
    begun_ms: u64,
    began: Instant,
    alarm_ms: Option<u64>,
    went: Return,
}

/// An answer of the gateway, before it is put into the desk's own terms.
enum Came {
    Reply(RecordsReply, u64),
    Page(protocol::wire::FeedPage),
    Heads(protocol::wire::Heads),
}

impl Site {
    /// A desk with a backlog that has been without a line for `outage_ms`, lived through in the engine's own time.
    pub fn new(
        site: String,
        gateway_key: [u8; 32],
        wire: Wire,
        batches: Vec<Batch>,
        head: HeadOf,
        outage_ms: u64,
    ) -> Self {
        let jitter_seed = u64::from_be_bytes([
            0,
            0,
            0,
            0,
            head.device[12],
            head.device[13],
            head.device[14],
            head.device[15],
        ]);
        let standing = Standing {
            site,
            device: head.device,
            gateway_key,
            head: head.seq,
            acked: 0,
            joining: Joining::Joined,
            cursor: 0,
            ledger_epoch: None,
            files: Vec::new(),
            jitter_seed,
        };
        let mut site = Self {
            engine: Engine::new(standing, Policy::default()),
            wire: Arc::new(wire),
            batches: Arc::new(batches.into_iter().map(|batch| (batch.first, batch)).collect()),
            head,
            others: BTreeMap::new(),
            under_way: JoinSet::new(),
            handles: BTreeMap::new(),
            begun_ms: 0,
            began: Instant::now(),
            alarm_ms: None,
            went: Return::default(),
        };
        site.endure(outage_ms);
        site
    }

    /// Every try until then meets no line.
    fn endure(&mut self, outage_ms: u64) {
        let (mut now_ms, mut inputs) = (0, vec![Input::Wake]);
        while now_ms < outage_ms {
            let mut alarm_ms = None;
            while let Some(input) = inputs.pop() {
                for effect in self.engine.handle(now_ms, input) {
                    match effect {
                        Effect::Start { ticket, .. } => {
                            inputs.push(Input::Done { ticket, outcome: Err(Failure::NoLine) });
                        }
                        Effect::WakeAt { at_ms } => alarm_ms = Some(at_ms),
                        _ => {}
                    }
                }
            }
            self.alarm_ms = alarm_ms.or(self.alarm_ms);
            now_ms = self.alarm_ms.unwrap_or(outage_ms).max(now_ms + 1);
            inputs.push(Input::Wake);
        }
        self.begun_ms = outage_ms;
    }

    /// The line is back at `began`: goes on until both sides have the same.
    pub async fn returns(mut self, began: Instant, comes: Comes) -> Return {
        self.began = began;
        if comes == Comes::Network {
            self.take(Input::NetworkChanged);
        }
        let end = began + PATIENCE;
        while self.engine.state().agreed_at_ms.is_none() && Instant::now() < end {
            let alarm_ms = self.alarm_ms.unwrap_or(u64::MAX).saturating_sub(self.begun_ms);
            let alarm = (began + Duration::from_millis(alarm_ms.min(3_600_000))).min(end);
            let input = tokio::select! {
                Some(ended) = self.under_way.join_next(), if !self.under_way.is_empty() => {
                    match ended.ok().and_then(|(ticket, came)| self.ended(ticket, came)) {
                        Some(input) => input,
                        None => continue,
                    }
                }
                () = sleep_until(alarm) => {
                    self.alarm_ms = None;
                    Input::Wake
                }
            };
            self.take(input);
        }
        if self.engine.state().agreed_at_ms.is_some() && self.engine.state().records_unsent == 0 {
            self.went.agreed = Some(began.elapsed());
        }
        self.went
    }

    fn take(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            for effect in self.engine.handle(self.begun_ms + passed, input) {
                match effect {
                    Effect::Start { ticket, request } => {
                        inputs.extend(self.start(ticket, request));
                    }
                    Effect::Abandon(ticket) => {
                        if let Some((handle, _)) = self.handles.remove(&ticket) {
                            handle.abort();
                        }
                    }
                    Effect::WakeAt { at_ms } => self.alarm_ms = Some(at_ms),
                    _ => {}
                }
            }
        }
    }

    /// Begins a request; gives what the engine has to hear of it at once.
    fn start(&mut self, ticket: Ticket, request: Request) -> Option<Input> {
        let wire = Arc::clone(&self.wire);
        let mut heard = None;
        let records = matches!(request, Request::SendRecords { .. });
        if records && self.handles.is_empty() {
            self.went.came.push(self.began.elapsed().as_secs());
        }
        let handle = match request {
            Request::SendRecords { first, .. } => {
                let follows = self.handles.values().any(|(_, records)| *records);
                let batches = Arc::clone(&self.batches);
                let last = batches.get(&first).map(|batch| batch.last);
                heard = last.map(|last| Input::OnTheWay { ticket, last });
                self.under_way.spawn(async move {
                    let Some(batch) = batches.get(&first) else {
                        return (ticket, Err(Failure::Here));
                    };
                    let length = batch.packed.len() as u64;
                    let sent = wire.send(batch, follows).await;
                    (ticket, sent.map(|reply| Came::Reply(reply, length)))
                })
            }
            Request::FetchPage { after } => self
                .under_way
                .spawn(async move { (ticket, wire.page(after).await.map(Came::Page)) }),
            Request::ReadHeads => {
                self.under_way.spawn(async move { (ticket, wire.heads().await.map(Came::Heads)) })
            }
            _ => self.under_way.spawn(async move { (ticket, Err(Failure::Here)) }),
        };
        self.handles.insert(ticket, (handle, records));
        heard
    }

    fn ended(&mut self, ticket: Ticket, came: Result<Came, Failure>) -> Option<Input> {
        self.handles.remove(&ticket)?;
        if let Err(failure) = &came {
            match failure {
                Failure::RetryLater { .. } => self.went.sent_away += 1,
                Failure::NoLine | Failure::Silent => self.went.broken += 1,
                Failure::Refused(problem) if problem.kind == ProblemType::Gap => {
                    self.went.overtaken += 1;
                }
                other => self.went.refused.push(format!("{other:?}")),
            }
        }
        Some(Input::Done { ticket, outcome: came.map(|came| self.reply(came)) })
    }

    fn reply(&mut self, came: Came) -> Reply {
        match came {
            Came::Reply(reply, bytes) => {
                let receipt: protocol::Receipt = reply.receipt.into();
                let ours = self.batches.values().find(|batch| batch.last == receipt.name.seq);
                Reply::RecordsSent { receipt, ours: ours.map(|b| b.head), held: reply.held, bytes }
            }
            Came::Page(page) => {
                let mut records = 0;
                for run in &page.series {
                    let head = HeadOf { device: run.device, seq: run.last(), hash: run.head() };
                    self.others.insert(run.device, head);
                    records += run.entries.len() as u64;
                }
                let (next, more, ledger_epoch) = (page.next, page.more, page.ledger_epoch);
                Reply::PageStored { next, more, ledger_epoch, records, bytes: 0 }
            }
            Came::Heads(theirs) => {
                let ours = self.others.values().copied().chain([self.head]).collect();
                Reply::HeadsRead { theirs, ours }
            }
        }
    }
}
