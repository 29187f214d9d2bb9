//! The engine: what a desk does next to bring its records and documents to the gateway and the province's back.
//!
//! Pure: an [`Input`] goes in with the time, [`Effect`]s come out. The time is a monotonic clock in milliseconds that only
//! times retries; the driver (see `app`) performs the effects and feeds back what came of them.
//!
//! # The contract with the driver
//! 1. Make the engine with [`Engine::new`], send [`Input::Wake`], then everything that happens, one input after the other.
//! 2. Perform the effects of each call in order. [`Effect::Start`] begins work in the background; every start is answered
//!    by exactly one [`Input::Done`] unless it was abandoned. No start may block the others.
//! 3. **Three seconds without a byte** ([`SILENCE_MS`]) end a request as [`Failure::Silent`]; its connection is closed, the
//!    next request on it opens a new one. TCP's own timers are too slow for these lines.
//! 4. Records, feed and heads have connections of their own; each document stream has another. A document never delays a
//!    record: while [`Engine::documents_stand_aside`], parts that are under way stop where they are. That ends at an alarm
//!    too, so ask after every call.
//! 5. A crash at any point is met by making a new engine from what the store says. Nothing else has to be kept.
//!
//! # What it promises
//! Records go strictly in the order of the log. An unclear end (silence) is asked again, never taken for a refusal; the
//! gateway answers a repeated delivery like the first. At the end of every exchange both sides' heads are compared: a
//! gateway that lost what it had acknowledged gets it again, other devices' records too. A refusal stops the one log
//! concerned and tells a person; everything else goes on.

mod agree;
mod compare;
mod effect;
mod files;
mod input;
mod join;
mod lane;
mod line;
mod state;
mod streams;
mod talk;

pub use effect::{Effect, Entry, How, Memory, Notice, Request, Ticket, What};
pub use input::{Failure, FileJob, FilesAllowed, Input, Joining, Policy, Reply, Segment, Standing};
pub use state::{Headline, SyncState};

use files::Files;
use line::Line;
use state::Pace;
use talk::Talk;

/// How long a request may be without a byte before it counts as [`Failure::Silent`], milliseconds.
pub const SILENCE_MS: u64 = 3_000;
/// Most records in a batch. On a lossy line a few long batches are faster than many short ones: a packet lost in the midst
/// of a batch is missed at once, one lost at its end after two round trips only.
pub const BATCH_RECORDS_MAX: u16 = 200;
/// Most bytes of a batch before compression: packed about a twelfth, a third of a second of a slow line.
pub const BATCH_BYTES_MAX: u32 = 320 * 1024;
/// Most batches on the line at once: what may wait in its queue. Those that have arrived and wait for one that a lost packet
/// holds up do not count.
pub const WINDOW_BATCHES: u8 = 12;
/// Most batches without a receipt: so many may wait at the gateway for their turn.
pub const UNANSWERED_BATCHES: usize = 48;
/// How long records are gathered for one batch while others are on the line, milliseconds.
pub const GATHER_MS: u64 = 60;
/// How long after a batch began documents leave the line to it, milliseconds: until it stands in the line's queue, where
/// nothing that comes after it can be in its way.
pub const ASIDE_MS: u64 = 120;
/// Fewest and most bytes of a document's part, but on a slow line: what is not yet confirmed of those under way is all that a
/// cut can cost.
pub const PART_BYTES: (u32, u32) = (8 * 1024, 32 * 1024);

/// The engine of one desk.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    paused: bool,
    line: Line,
    talk: Talk,
    files: Files,
    notices: Vec<Notice>,
    pace: Pace,
    last_failure: Option<How>,
    run_total: u64,
    unsent: u64,
    tickets: u64,
    alarm_ms: Option<u64>,
}

/// One call of [`Engine::handle`]: the time, and what is gathered to be done.
struct Turn<'a> {
    now_ms: u64,
    effects: Vec<Effect>,
    notices: &'a mut Vec<Notice>,
    line: &'a mut Line,
    pace: &'a mut Pace,
    last_failure: &'a mut Option<How>,
    tickets: &'a mut u64,
}

/// The fields of an engine that a turn borrows, apart from its parts.
macro_rules! turn {
    ($engine:expr, $now_ms:expr, $effects:expr) => {
        Turn {
            now_ms: $now_ms,
            effects: $effects,
            notices: &mut $engine.notices,
            line: &mut $engine.line,
            pace: &mut $engine.pace,
            last_failure: &mut $engine.last_failure,
            tickets: &mut $engine.tickets,
        }
    };
}

impl Engine {
    /// An engine that has done nothing yet. Send [`Input::Wake`] to set it going.
    pub fn new(standing: Standing, policy: Policy) -> Self {
        Self {
            policy,
            paused: false,
            line: Line::new(standing.jitter_seed),
            files: Files::new(standing.files.clone()),
            talk: Talk::new(standing),
            notices: Vec::new(),
            pace: Pace::default(),
            last_failure: None,
            run_total: 0,
            unsent: 0,
            tickets: 0,
            alarm_ms: None,
        }
    }

    /// Takes in what happened at `now_ms` (monotonic milliseconds, never smaller than before) and says what to do.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Effect> {
        self.alarm_ms = self.alarm_ms.filter(|alarm| *alarm > now_ms);
        let mut turn = turn!(self, now_ms, Vec::new());
        match input {
            Input::Wake => {}
            Input::Committed { head } => self.talk.committed(head),
            Input::FileAdded(job) => self.files.add(job),
            Input::FileWanted { sha256, size_bytes, have_bytes } => {
                self.files.want(sha256, size_bytes, have_bytes);
            }
            Input::SendNow => {
                turn.notices.clear();
                self.talk.try_now();
                self.files.try_now();
            }
            Input::Pause(paused) => self.paused = paused,
            Input::PolicyChanged(policy) => self.policy = policy,
            Input::NetworkChanged => {
                self.talk.give_up_connections(&mut turn);
                self.files.give_up_connections(&mut turn);
                self.talk.try_now();
                self.files.try_now();
            }
            Input::OnTheWay { ticket, last } => self.talk.on_the_way(ticket, last),
            Input::Arrived { ticket } => self.talk.arrived(ticket),
            Input::Done { ticket, outcome } => {
                let ledger_epoch = self.talk.ledger_epoch;
                if let Some(outcome) = self.talk.done(ticket, outcome, &mut turn) {
                    self.files.done(ticket, outcome, &mut turn);
                }
                if self.talk.ledger_epoch != ledger_epoch {
                    // What a lost ledger still has to say of documents does not speak for the one that took its place.
                    self.files.give_up_connections(&mut turn);
                }
            }
        }
        let effects = turn.effects;
        self.go_on(now_ms, effects)
    }

    /// What the screens show. Cheap; ask after every call of `handle`.
    pub fn state(&self) -> SyncState {
        let (records, files) = (self.talk.own.unsent(), self.files.unsent());
        SyncState {
            headline: self.headline(records, files),
            records_unsent: records,
            files_unsent: files,
            file_bytes_unsent: self.files.bytes_unsent(),
            needs_person: self.notices.clone(),
            paused: self.paused,
            files_allowed: self.policy.files,
            agreed_at_ms: self.talk.agreed_at_ms,
            receipt_at_ms: self.talk.receipt_at_ms,
        }
    }

    /// Whether documents stop where they are because own records are about to go. Ask after every call of `handle`.
    pub fn documents_stand_aside(&self, now_ms: u64) -> bool {
        !self.paused && self.talk.needs_the_line(now_ms)
    }

    fn headline(&self, records: u64, files: u64) -> Headline {
        let safe_here = records + files;
        match self.last_failure {
            _ if self.paused => Headline::Paused { safe_here },
            _ if !self.notices.is_empty() => {
                Headline::NeedsPerson { count: self.notices.len() as u64 }
            }
            Some(How::NoLine | How::Silent) => Headline::NoLine { safe_here },
            Some(How::NotTheGateway) => Headline::NotTheGateway { safe_here },
            _ if safe_here == 0 => self.talk.join.headline(),
            _ if records == 0 && self.policy.files != FilesAllowed::Yes => {
                Headline::FilesWait { files }
            }
            _ => Headline::Sending {
                done: self.run_total.saturating_sub(safe_here),
                total: self.run_total,
                minutes_left: self
                    .pace
                    .minutes_for(records * self.talk.bytes_a_record + self.files.bytes_unsent()),
            },
        }
    }

    fn go_on(&mut self, now_ms: u64, effects: Vec<Effect>) -> Vec<Effect> {
        let mut turn = turn!(self, now_ms, effects);
        if !self.paused {
            self.talk.go_on(&self.policy, &mut turn);
            let aside = self.talk.needs_the_line(now_ms);
            self.files.go_on(&self.policy, aside, &mut turn);
        }
        let mut effects = turn.effects;
        let unsent = self.talk.own.unsent() + self.files.unsent();
        self.run_total = match unsent {
            0 => 0,
            _ => self.run_total + unsent.saturating_sub(self.unsent),
        };
        self.unsent = unsent;
        effects.extend(self.alarm(now_ms));
        effects
    }

    fn alarm(&mut self, now_ms: u64) -> Option<Effect> {
        if self.paused {
            return None;
        }
        let alarms = [self.talk.alarm_ms(now_ms), self.files.alarm_ms(&self.policy, now_ms)];
        let at_ms = alarms.into_iter().flatten().min()?.max(now_ms + 1);
        (self.alarm_ms.replace(at_ms) != Some(at_ms)).then_some(Effect::WakeAt { at_ms })
    }
}

impl Turn<'_> {
    fn start(&mut self, request: Request) -> Ticket {
        *self.tickets += 1;
        let ticket = Ticket(*self.tickets);
        self.effects.push(Effect::Start { ticket, request });
        ticket
    }

    fn line_works(&mut self) {
        self.line.is_alive(self.now_ms);
        *self.last_failure = None;
        self.notices.retain(|notice| *notice != Notice::NotAuthorised);
    }

    fn failed(&mut self, what: What, how: How, again_ms: u64) {
        if let How::Refused(_) | How::Busy = how {
            self.line.is_alive(self.now_ms);
        }
        *self.last_failure = Some(how);
        self.effects.push(Effect::Log(Entry::Failed { what, how, again_ms }));
    }

    fn say_once(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
            self.effects.push(Effect::TellPerson(notice));
        }
    }
}

#[cfg(test)]
mod tests;
