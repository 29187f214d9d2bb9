//! The world: a queue of happenings in virtual time, and dice that decide what goes wrong.

use crate::desk::{Desk, Register, key_of};
use crate::dice::Dice;
use crate::disk::Disk;
use crate::ledger::{Answer, Ask, Ledger};
use crate::logbook::Device;
use crate::oracle::Oracle;
use protocol::wire::ProblemType;
use protocol::{Hash, Series};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use sync::engine::{Effect, Entry, Failure, Input, Memory, Notice, Request, Ticket};

/// A bug planted on purpose, to see that the simulation would find it. They live in the simulated driver and screen,
/// never in what ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Silence after a batch is taken for a failure: the work is entered again.
    LostReplyIsFailure,
    /// After a restart everything written counts as sent.
    SkippedAfterCrash,
    /// The state follows the desks' clocks.
    MergeByWallClock,
    /// After a restart an upload begins from zero.
    UploadResumedFromZero,
    /// An ordinary record over both sides hides the dispute.
    ClosedByOrdinaryRecord,
    /// A restored desk goes on giving numbers of its old lane.
    LaneReusedAfterRestore,
}

impl Bug {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Bug); 6] = [
        ("lost-reply-is-failure", Bug::LostReplyIsFailure),
        ("skipped-after-crash", Bug::SkippedAfterCrash),
        ("merge-by-wall-clock", Bug::MergeByWallClock),
        ("upload-resumed-from-zero", Bug::UploadResumedFromZero),
        ("closed-by-ordinary-record", Bug::ClosedByOrdinaryRecord),
        ("lane-reused-after-restore", Bug::LaneReusedAfterRestore),
    ];
}

/// One world in so many has desks on the real encrypted store.
const REAL_EVERY: u64 = 64;

/// How a desk's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It works, as far as it does.
    Up,
    /// No connection.
    Down,
    /// A login page answers.
    Portal,
}

#[derive(Debug, Clone)]
pub(crate) enum Happening {
    Start { desk: usize },
    Wake { desk: usize, boot: u64 },
    Arrive(Parcel),
    Kept(Parcel),
    Commit(Parcel),
    Answer { parcel: Parcel, result: Box<Result<Answer, Failure>>, epoch: u64 },
    GatewayUp { instance: usize },
}

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub desk: usize,
    pub device: Device,
    pub boot: u64,
    pub ticket: Ticket,
    pub ask: Ask,
    pub instance: usize,
    /// The instance's start in which it was taken up.
    pub gateway_boot: u64,
    /// Whether anybody still waits for the answer.
    pub wanted: bool,
    pub answer_is_lost: bool,
    /// Until when the gateway keeps records that came before their turn, once it does.
    pub kept_until_ms: Option<u64>,
}

/// Everything there is.
#[derive(Debug)]
pub struct World {
    pub(crate) dice: Dice,
    pub(crate) now_ms: u64,
    queue: BinaryHeap<Reverse<(u64, u64, usize)>>,
    happenings: BTreeMap<usize, Happening>,
    happened: usize,
    pub(crate) desks: Vec<Desk>,
    pub(crate) lines: Vec<Line>,
    pub(crate) backups: Vec<Option<Disk>>,
    pub(crate) ledger: Ledger,
    pub(crate) ledger_backup: Option<Ledger>,
    pub(crate) ledger_marks: BTreeSet<String>,
    /// Set while an instance holds the site's row: positions were given and are not yet committed.
    pub(crate) row_held_by: Option<(usize, u64)>,
    pub(crate) instance_is_up: [bool; 2],
    pub(crate) instance_boot: [u64; 2],
    pub(crate) storm: bool,
    pub(crate) register: Register,
    pub(crate) gateway: Desk,
    pub(crate) stick: Vec<Series>,
    pub(crate) oracle: Oracle,
    /// Documents that lay somewhere when a disk was last lost; before that, all.
    pub(crate) documents_left: BTreeSet<Hash>,
    pub(crate) marks: u64,
    pub(crate) bug: Option<Bug>,
    /// Since when faults are over.
    pub(crate) calm_since_ms: Option<u64>,
    /// How often each fault and verdict occurred.
    pub table: BTreeMap<&'static str, u64>,
}

impl World {
    /// A commune with two or three desks, nothing recorded yet.
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut dice = Dice::new(seed);
        let gateway = Desk::new(dice.bytes(), Disk::default(), None);
        let mut world = Self {
            now_ms: 0,
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            happened: 0,
            desks: Vec::new(),
            lines: Vec::new(),
            backups: Vec::new(),
            ledger: Ledger::new(),
            ledger_backup: None,
            ledger_marks: BTreeSet::new(),
            row_held_by: None,
            instance_is_up: [true; 2],
            instance_boot: [0; 2],
            storm: false,
            register: Register::default(),
            gateway,
            stick: Vec::new(),
            oracle: Oracle::default(),
            documents_left: BTreeSet::new(),
            marks: 0,
            bug,
            calm_since_ms: None,
            table: BTreeMap::new(),
            dice,
        };
        let device = world.gateway.device;
        world.enrol(device);
        world.register.gateways.insert(device);
        let real = bug.is_none() && seed % REAL_EVERY == REAL_EVERY - 1;
        if real {
            world.count("worlds on the real store");
        }
        for number in 1..=2 + u8::try_from(world.dice.below(2)).unwrap_or(0) {
            let disk = if real { Disk::real() } else { Disk::default() };
            world.add_desk(disk, Some(number));
        }
        if world.dice.chance(500) {
            world.count("worlds with a desk two versions ahead");
            world.desks[0].is_ahead = true;
        }
        world
    }

    /// Faults are over.
    pub(crate) fn is_calm(&self) -> bool {
        self.calm_since_ms.is_some()
    }

    pub(crate) fn enrol(&mut self, device: Device) {
        self.register.keys.insert(device, key_of(device).verifying_key().to_bytes());
    }

    pub(crate) fn add_desk(&mut self, disk: Disk, lane: Option<u8>) {
        let device = self.dice.bytes();
        self.enrol(device);
        self.desks.push(Desk::new(device, disk, lane));
        self.lines.push(Line::Up);
        self.backups.push(None);
        self.later(1, Happening::Start { desk: self.desks.len() - 1 });
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.table.entry(what).or_default() += 1;
    }

    pub(crate) fn later(&mut self, after_ms: u64, happening: Happening) {
        self.happened += 1;
        self.happenings.insert(self.happened, happening);
        self.queue.push(Reverse((self.now_ms + after_ms, self.happened as u64, self.happened)));
    }

    /// The next thing that happens; `false` when nothing is left.
    pub(crate) fn happen(&mut self) -> bool {
        let Some(Reverse((at_ms, _, number))) = self.queue.pop() else { return false };
        self.now_ms = self.now_ms.max(at_ms);
        let Some(happening) = self.happenings.remove(&number) else { return true };
        match happening {
            Happening::Start { desk } => self.start(desk),
            Happening::Wake { desk, boot } if self.desks[desk].boot == boot => {
                self.tell(desk, Input::Wake);
            }
            Happening::Wake { .. } => {}
            Happening::Arrive(parcel) => self.arrive(parcel),
            Happening::Kept(parcel) => self.kept(&parcel),
            Happening::Commit(parcel) => self.commit(parcel),
            Happening::Answer { parcel, result, epoch } => self.delivered(&parcel, *result, epoch),
            Happening::GatewayUp { instance } => self.instance_is_up[instance] = true,
        }
        true
    }

    pub(crate) fn start(&mut self, desk: usize) {
        // A machine that is lost is not waited for.
        let gone = self.is_calm() && self.desks[desk].revoked;
        if self.desks[desk].engine.is_none() && !gone {
            self.check_store(desk);
            let seed = self.dice.roll();
            self.desks[desk].start(seed, self.bug);
            self.tell(desk, Input::Wake);
        }
    }

    /// Hands an input to a desk's engine and performs what it wants.
    pub(crate) fn tell(&mut self, desk: usize, input: Input) {
        let now_ms = self.now_ms;
        let effects = self.desks[desk].handle(now_ms, input);
        self.perform(desk, effects);
        self.check_screen(desk);
    }

    fn perform(&mut self, desk: usize, effects: Vec<Effect>) {
        for effect in effects {
            // The power goes in the middle of a list as well as between two.
            if !self.is_calm() && self.dice.chance(1) {
                self.count("desk killed between two effects");
                return self.kill(desk);
            }
            match effect {
                Effect::Start { ticket, request } => self.send(desk, ticket, request),
                Effect::Abandon(ticket) => {
                    self.desks[desk].flights.remove(&ticket);
                }
                Effect::Remember(memory) => self.remember(desk, memory),
                Effect::OfferFiles { device, above } => {
                    for input in self.desks[desk].offers(device, above) {
                        let now_ms = self.now_ms;
                        let effects = self.desks[desk].handle(now_ms, input);
                        self.perform(desk, effects);
                    }
                }
                Effect::WakeAt { at_ms } => {
                    let boot = self.desks[desk].boot;
                    self.later(at_ms.saturating_sub(self.now_ms), Happening::Wake { desk, boot });
                }
                Effect::Log(entry) => self.log(desk, &entry),
                Effect::TellPerson(notice) => self.notice(desk, notice),
            }
        }
    }

    fn remember(&mut self, desk: usize, memory: Memory) {
        if let Memory::FileArrived { sha256 } = &memory {
            self.count("document arrived");
            let same_ledger = self.desks[desk].compared_epoch == Some(self.ledger.epoch);
            if same_ledger && !self.ledger.blobs.contains_key(sha256) {
                self.oracle.broken("a document counts as arrived and is not there".into());
            }
        }
        if let Memory::FileArrived { sha256 } = &memory {
            // Whole once: a restored ledger that remembers half of it owes the desk nothing.
            self.desks[desk].told.retain(|(of, _), _| of != sha256);
        }
        self.desks[desk].disk.remember(memory);
    }

    fn log(&mut self, desk: usize, entry: &Entry) {
        match entry {
            Entry::Agreed => self.count("both sides agreed"),
            Entry::OpenHere => self.count("open dossiers came before the old ones"),
            Entry::ReadAgain => {
                self.count("feed read again from the start");
                if self.ledger.epoch == 1 {
                    self.oracle
                        .broken("the feed left records out, though no ledger was lost".into());
                }
            }
            Entry::SentAgain { device, .. } if *device == self.desks[desk].device => {
                self.count("own records sent again to a restored ledger");
                if self.ledger.epoch == 1 {
                    self.oracle.broken(
                        "acknowledged records were not there, though no ledger was lost".into(),
                    );
                }
            }
            Entry::SentAgain { .. } => self.count("another device's records relayed"),
            _ => {}
        }
    }

    fn notice(&mut self, desk: usize, notice: Notice) {
        let what = match notice {
            Notice::Held { problem: ProblemType::NumberTaken, .. } => "verdict: held, number taken",
            Notice::Held { .. } => "verdict: held, desk taken",
            Notice::Stopped { problem: ProblemType::Fork, .. } => "verdict: fork",
            Notice::Stopped { problem: ProblemType::Revoked, .. } => "verdict: revoked",
            Notice::Stopped { .. } => "verdict: stopped",
            Notice::NotTheNewest { .. } => "verdict: not the newest store",
            _ => "other notices",
        };
        self.count(what);
        let stopped = matches!(notice, Notice::Stopped { .. } | Notice::NotTheNewest { .. });
        if stopped && !self.desks[desk].revoked {
            let text = format!("an honest log was stopped at desk {desk}: {notice:?}");
            self.oracle.broken(text);
        }
    }

    fn send(&mut self, desk: usize, ticket: Ticket, request: Request) {
        let Some(ask) = self.desks[desk].ask(&request) else {
            let outcome = Ok(sync::engine::Reply::NothingToSend);
            let now_ms = self.now_ms;
            let effects = self.desks[desk].handle(now_ms, Input::Done { ticket, outcome });
            return self.perform(desk, effects);
        };
        self.check_upload(desk, &ask);
        self.desks[desk].flights.insert(ticket, request);
        let of = &self.desks[desk];
        let parcel = Parcel {
            desk,
            device: of.device,
            boot: of.boot,
            ticket,
            ask,
            instance: self.dice.below(2),
            gateway_boot: 0,
            wanted: true,
            answer_is_lost: false,
            kept_until_ms: None,
        };
        let last = match &parcel.ask {
            Ask::Records(series) => Some(series.last()),
            _ => None,
        };
        self.post(parcel);
        // The next batch may start at once. Here nothing keeps them in order on the way, which only costs gaps.
        if let Some(last) = last {
            let now_ms = self.now_ms;
            let effects = self.desks[desk].handle(now_ms, Input::OnTheWay { ticket, last });
            self.perform(desk, effects);
        }
    }

    /// Kills a desk's process; it is started again some time later.
    pub(crate) fn kill(&mut self, desk: usize) {
        self.desks[desk].kill();
        let after_ms = self.dice.between(500, 120_000);
        self.later(after_ms, Happening::Start { desk });
    }

    /// The whole of a document's upload that `desk` was told of, if the ledger still has part of it.
    fn check_upload(&mut self, desk: usize, ask: &Ask) {
        let Ask::Create { sha256, start, .. } = ask else { return };
        let told = self.desks[desk].told.get(&(*sha256, *start));
        let upload = told.and_then(|name| self.ledger.uploads.get(name));
        if upload.is_some_and(|upload| upload.received > 0) {
            self.oracle
                .broken(format!("desk {desk} begins an upload again that had arrived in part"));
        }
    }

    /// The gateway said that it does not know an upload: what a later restore brings back of it does not count.
    pub(crate) fn note_gone(&mut self, desk: usize, ask: &Ask, failure: &Failure) {
        let (Ask::Offset { upload } | Ask::Part { upload, .. }) = ask else { return };
        if matches!(failure, Failure::Refused(problem) if problem.kind == ProblemType::NotFound) {
            self.desks[desk].told.retain(|_, name| name != upload);
        }
    }

    pub(crate) fn note_upload(&mut self, desk: usize, ask: &Ask, answer: &Answer) {
        if let (Ask::Create { sha256, start, .. }, Answer::Created(name)) = (ask, answer) {
            let _: Option<String> = self.desks[desk].told.insert((*sha256, *start), name.clone());
        }
    }
}

/// A document's SHA-256 in the simulation.
pub(crate) fn sha256(bytes: [u8; 16]) -> Hash {
    let mut hash = [0; 32];
    hash[..16].copy_from_slice(&bytes);
    hash
}
