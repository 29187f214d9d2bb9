//! The records' own connections: own log, feed, heads, other devices' logs, in this order. Only the feed may be asked for
//! while the last of the own log is still on its way.

use super::effect::{Effect, Entry, How, Notice, Request, Ticket, What};
use super::input::{Failure, Policy, Reply, Standing};
use super::join::Join;
use super::lane::{AfterRefusal, Lane};
use super::line::Patience;
use super::{ASIDE_MS, BATCH_BYTES_MAX, GATHER_MS, Turn, UNANSWERED_BATCHES, WINDOW_BATCHES};
use protocol::Receipt;
use protocol::wire::{HeldRecord, ProblemType};
use std::collections::BTreeMap;

/// Everything that runs over the records' connection.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) site: String,
    pub(super) device: [u8; 16],
    pub(super) gateway_key: [u8; 32],
    pub(super) own: Lane,
    pub(super) relayed: BTreeMap<[u8; 16], Lane>,
    pub(super) cursor: u64,
    pub(super) join: Join,
    pub(super) ledger_epoch: Option<u64>,
    pub(super) page_due: bool,
    pub(super) heads_due: bool,
    /// Nothing is sent before heads were compared: the gateway seems to have lost something.
    pub(super) compare_first: bool,
    poll_at_ms: u64,
    /// The end of the feed, as the gateway named it, that was looked for already.
    pub(super) looked_for: u64,
    /// Whether anything moved since both sides last had the same.
    pub(super) moved: bool,
    /// Places for which the feed was read again from the beginning: once each.
    pub(super) read_again: BTreeMap<[u8; 16], u64>,
    /// Logs of which the gateway keeps the end apart because their device was revoked, up to which place it was told them.
    pub(super) apart: BTreeMap<[u8; 16], u64>,
    flights: Vec<Flight>,
    patience: Patience,
    pub(super) agreed_at_ms: Option<u64>,
    pub(super) receipt_at_ms: Option<i64>,
    pub(super) bytes_a_record: u64,
}

#[derive(Debug, Clone)]
struct Flight {
    ticket: Ticket,
    errand: Errand,
    began_ms: u64,
    /// The gateway has it and keeps it until its turn comes.
    arrived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    Records { device: [u8; 16], first: u64, last: Option<u64> },
    Page,
    Open,
    Heads,
}

/// Bytes of a record on the wire before any was sent (measured on generated dossiers).
const RECORD_BYTES_GUESS: u64 = 100;

impl Talk {
    pub(super) fn new(standing: Standing) -> Self {
        Self {
            own: Lane::new(standing.head, standing.acked.min(standing.head)),
            site: standing.site,
            device: standing.device,
            gateway_key: standing.gateway_key,
            relayed: BTreeMap::new(),
            cursor: standing.cursor,
            join: Join::new(standing.joining, standing.cursor),
            ledger_epoch: standing.ledger_epoch,
            page_due: true,
            heads_due: true,
            compare_first: false,
            poll_at_ms: 0,
            looked_for: 0,
            moved: true,
            read_again: BTreeMap::new(),
            apart: BTreeMap::new(),
            flights: Vec::new(),
            patience: Patience::default(),
            agreed_at_ms: None,
            receipt_at_ms: None,
            bytes_a_record: RECORD_BYTES_GUESS,
        }
    }

    pub(super) fn committed(&mut self, head: u64) {
        self.own.head = self.own.head.max(head);
    }

    /// Whether own records are about to go, so that documents step aside.
    pub(super) fn needs_the_line(&self, now_ms: u64) -> bool {
        let waits = || match self.newest_own().map(|flight| flight.errand) {
            Some(Errand::Records { last, .. }) => last.is_some_and(|last| last < self.own.head),
            _ => true,
        };
        let until_ms = self.left_until_ms();
        self.own.wants()
            && self.patience.is_over(now_ms)
            && (until_ms.is_some_and(|until| now_ms < until) || waits())
    }

    /// How long documents leave the line to the newest own batch on it.
    fn left_until_ms(&self) -> Option<u64> {
        self.newest_own().filter(|own| !own.arrived).map(|own| own.began_ms + ASIDE_MS)
    }

    fn newest_own(&self) -> Option<&Flight> {
        let own = |flight: &&Flight| matches!(flight.errand, Errand::Records { device, .. } if device == self.device);
        self.flights.iter().rev().find(own)
    }

    pub(super) fn try_now(&mut self) {
        self.patience.end();
        self.own.stopped = false;
        self.relayed.clear();
        self.page_due = true;
        self.heads_due = true;
    }

    pub(super) fn give_up_connections(&mut self, turn: &mut Turn<'_>) {
        let flights = self.flights.drain(..);
        turn.effects.extend(flights.map(|flight| Effect::Abandon(flight.ticket)));
    }

    pub(super) fn on_the_way(&mut self, ticket: Ticket, to: u64) {
        let flight = self.flights.iter_mut().find(|flight| flight.ticket == ticket);
        if let Some(Errand::Records { last, first, .. }) = flight.map(|flight| &mut flight.errand) {
            *last = Some(to).filter(|to| *to >= *first);
        }
    }

    pub(super) fn arrived(&mut self, ticket: Ticket) {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.ticket == ticket) {
            flight.arrived = true;
        }
    }

    /// When to be woken, if waiting is all that can be done.
    pub(super) fn alarm_ms(&self, now_ms: u64) -> Option<u64> {
        if !self.patience.is_over(now_ms) {
            return Some(self.patience.until_ms());
        }
        if self.flights.is_empty() {
            return Some(self.poll_at_ms);
        }
        let gathered = self.flights.last().and_then(|newest| {
            let Errand::Records { device, last: Some(last), .. } = newest.errand else {
                return None;
            };
            let more = self.lane(device).is_some_and(|lane| last < lane.head);
            more.then_some(newest.began_ms + GATHER_MS)
        });
        let alarms = [gathered, self.left_until_ms()];
        alarms.into_iter().flatten().filter(|at| *at > now_ms).min()
    }

    /// Begins whatever is next. Does nothing while something is under way that it would have to wait for.
    pub(super) fn go_on(&mut self, policy: &Policy, turn: &mut Turn<'_>) {
        if !self.patience.is_over(turn.now_ms) {
            return;
        }
        if turn.now_ms >= self.poll_at_ms && self.flights.is_empty() {
            self.page_due = true;
            self.heads_due = true;
            self.poll_at_ms = turn.now_ms + policy.poll_ms.max(1);
        }
        while let Some((request, errand)) = self.next(policy, turn.now_ms) {
            let ticket = turn.start(request);
            self.flights.push(Flight { ticket, errand, began_ms: turn.now_ms, arrived: false });
        }
    }

    fn next(&self, policy: &Policy, now_ms: u64) -> Option<(Request, Errand)> {
        if let Some(last) = self.flights.last() {
            return self.next_in_window(last, policy, now_ms);
        }
        if self.compare_first {
            return Some((Request::ReadHeads, Errand::Heads));
        }
        if self.own.wants() {
            return Some(self.batch(self.device, &self.own, self.own.acked + 1));
        }
        if let Some(after) = self.join.open_after() {
            return Some((Request::FetchOpen { after }, Errand::Open));
        }
        if self.page_due {
            return Some((Request::FetchPage { after: self.cursor }, Errand::Page));
        }
        if let Some((device, lane)) = self.relayed.iter().find(|(_, lane)| lane.wants()) {
            return Some(self.batch(*device, lane, lane.acked + 1));
        }
        self.heads_due.then_some((Request::ReadHeads, Errand::Heads))
    }

    fn next_in_window(
        &self,
        newest: &Flight,
        policy: &Policy,
        now_ms: u64,
    ) -> Option<(Request, Errand)> {
        let Errand::Records { device, last: Some(last), .. } = newest.errand else { return None };
        let lane = self.lane(device)?;
        if lane.wants() && last < lane.head {
            let window = usize::from(policy.window_batches.clamp(1, WINDOW_BATCHES));
            let on_the_line = self.flights.iter().filter(|flight| !flight.arrived).count();
            let room = on_the_line < window && self.flights.len() < UNANSWERED_BATCHES;
            let full = lane.head - last >= lane.records_max.into();
            let gathered = full || now_ms >= newest.began_ms + GATHER_MS;
            return (room && gathered).then(|| self.batch(device, lane, last + 1));
        }
        // All of it is on its way: the feed need not wait for the last receipt.
        let page = self.page_due && self.join.open_after().is_none();
        page.then_some((Request::FetchPage { after: self.cursor }, Errand::Page))
    }

    fn batch(&self, device: [u8; 16], lane: &Lane, first: u64) -> (Request, Errand) {
        let (records_max, bytes_max) = (lane.records_max, BATCH_BYTES_MAX);
        let request = Request::SendRecords { device, first, records_max, bytes_max };
        (request, Errand::Records { device, first, last: None })
    }

    fn lane(&self, device: [u8; 16]) -> Option<&Lane> {
        if device == self.device { Some(&self.own) } else { self.relayed.get(&device) }
    }

    pub(super) fn lane_mut(&mut self, device: [u8; 16]) -> Option<&mut Lane> {
        if device == self.device { Some(&mut self.own) } else { self.relayed.get_mut(&device) }
    }

    /// Takes an outcome if its ticket is one of these; gives it back otherwise.
    pub(super) fn done(
        &mut self,
        ticket: Ticket,
        outcome: Result<Reply, Failure>,
        turn: &mut Turn<'_>,
    ) -> Option<Result<Reply, Failure>> {
        let Some(index) = self.flights.iter().position(|flight| flight.ticket == ticket) else {
            return Some(outcome);
        };
        let errand = self.flights.remove(index).errand;
        match outcome {
            Ok(reply) => self.succeeded(errand, reply, turn),
            Err(failure) => {
                // What was sent after a batch that failed would only meet a gap. A no to the feed speaks for nothing else: the
                // batch before it is answered by itself.
                if !(errand == Errand::Page && matches!(failure, Failure::Refused(_))) {
                    self.give_up_connections(turn);
                }
                self.failed(errand, failure, turn);
            }
        }
        None
    }

    fn succeeded(&mut self, errand: Errand, reply: Reply, turn: &mut Turn<'_>) {
        turn.line_works();
        self.patience.end();
        match (errand, reply) {
            (
                Errand::Records { device, first, .. },
                Reply::RecordsSent { receipt, ours, held, bytes },
            ) => {
                if self.sent(device, first, &receipt, ours, turn) {
                    self.count(first, &receipt, bytes, turn);
                }
                let notice = |held: HeldRecord| Notice::Held {
                    device,
                    seq: held.seq,
                    problem: held.problem,
                };
                turn.effects.extend(held.into_iter().map(notice).map(Effect::TellPerson));
            }
            (Errand::Records { device, .. }, Reply::NothingToSend) => {
                if let Some(lane) = self.lane_mut(device) {
                    lane.head = lane.acked;
                }
            }
            (Errand::Page, Reply::PageStored { next, more, ledger_epoch, records, bytes }) => {
                // What follows from another ledger follows when heads are compared.
                self.heads_due |= self.ledger_epoch != Some(ledger_epoch);
                self.cursor = next;
                self.page_due = more;
                self.join.read_up_to(next, more, turn.now_ms);
                turn.notices.retain(|notice| *notice != Notice::CannotStore);
                if records > 0 {
                    self.moved = true;
                    self.heads_due = true;
                    turn.effects.push(Effect::Log(Entry::Received { records, bytes }));
                }
            }
            (Errand::Open, Reply::OpenStored { joining, records, bytes }) => {
                turn.notices.retain(|notice| *notice != Notice::CannotStore);
                if records > 0 {
                    turn.effects.push(Effect::Log(Entry::Received { records, bytes }));
                }
                self.join.has_come(joining, turn);
            }
            (Errand::Heads, Reply::HeadsRead { theirs, ours }) => {
                self.compared(&theirs, &ours, turn)
            }
            (errand, _) => self.failed(errand, Failure::NotTheGateway, turn),
        }
    }

    fn failed(&mut self, errand: Errand, failure: Failure, turn: &mut Turn<'_>) {
        let what = match errand {
            Errand::Records { .. } => What::Records,
            Errand::Page => What::Feed,
            Errand::Open => What::Open,
            Errand::Heads => What::Heads,
        };
        let how = How::of(&failure);
        if errand == Errand::Open {
            self.join.failed(&failure);
        }
        let again_ms = match failure {
            Failure::NoLine | Failure::Silent | Failure::NotTheGateway => {
                self.patience.line_failed(turn.line, turn.now_ms)
            }
            Failure::RetryLater { after_ms } => self.later(after_ms, turn),
            Failure::Here => {
                turn.say_once(Notice::CannotStore);
                self.later(0, turn)
            }
            Failure::Refused(problem) => {
                self.refused(errand, problem.kind, problem.expected, turn);
                self.patience.until_ms().saturating_sub(turn.now_ms)
            }
        };
        turn.failed(what, how, again_ms);
    }

    fn later(&mut self, after_ms: u64, turn: &mut Turn<'_>) -> u64 {
        self.patience.must_wait(turn.line, turn.now_ms, after_ms)
    }

    fn refused(
        &mut self,
        errand: Errand,
        problem: ProblemType,
        expected: Option<u64>,
        turn: &mut Turn<'_>,
    ) {
        if problem == ProblemType::Unauthorized {
            turn.say_once(Notice::NotAuthorised);
        }
        match (errand, problem) {
            (Errand::Records { device, first, last }, ProblemType::Revoked)
                if device != self.device =>
            {
                self.kept_apart(device, last.unwrap_or(first));
            }
            (Errand::Records { device, first, .. }, _) => {
                let lane = self.lane_mut(device);
                match lane
                    .map_or(AfterRefusal::Later, |lane| lane.refused(first, problem, expected))
                {
                    AfterRefusal::Again => {}
                    AfterRefusal::Later => _ = self.later(0, turn),
                    AfterRefusal::Compare => {
                        self.compare_first = true;
                        self.heads_due = true;
                    }
                    AfterRefusal::Stop => self.stop(device, first, problem, turn),
                }
            }
            // With records left, their own answer says so.
            (_, ProblemType::Revoked) if self.own.unsent() == 0 => {
                turn.say_once(Notice::NotAuthorised);
                self.later(0, turn);
            }
            (Errand::Open, _) if self.join.open_after().is_none() => {}
            (Errand::Page, ProblemType::CursorExpired) if self.cursor > 0 => {
                self.read_from_start(turn)
            }
            _ => _ = self.later(0, turn),
        }
    }

    /// The gateway has the records of a revoked device up to `last` and keeps them apart until somebody there has looked:
    /// it got what lies here, and nobody here has anything to settle.
    fn kept_apart(&mut self, device: [u8; 16], last: u64) {
        let Some(lane) = self.relayed.get_mut(&device) else { return };
        lane.acked = last;
        self.heads_due = true;
        if last >= lane.head {
            self.apart.insert(device, lane.head);
            self.relayed.remove(&device);
        }
    }

    pub(super) fn stop(
        &mut self,
        device: [u8; 16],
        seq: u64,
        problem: ProblemType,
        turn: &mut Turn<'_>,
    ) {
        if let Some(lane) = self.lane_mut(device) {
            lane.stopped = true;
        }
        turn.say_once(Notice::Stopped { device, seq, problem });
    }

    fn count(&mut self, first: u64, receipt: &Receipt, bytes: u64, turn: &mut Turn<'_>) {
        let last = receipt.name.seq;
        let records = (last + 1).saturating_sub(first);
        self.bytes_a_record = (self.bytes_a_record * 3 + bytes / records.max(1)) / 4;
        turn.pace.arrived(turn.now_ms, bytes);
        let entry = Entry::Sent { device: receipt.name.device, first, last, bytes };
        turn.effects.push(Effect::Log(entry));
    }
}
