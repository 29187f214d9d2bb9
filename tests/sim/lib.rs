//! One seed drives a whole world in virtual time: desks with the real engine, two gateway instances over one ledger with
//! the real intake, a province, a stick, and every fault of the catalogue. After every step what must hold is checked
//! against lists of the simulation's own; then the faults end, and everything must arrive.
//!
//! Start with [`run`]; `life` is what people do and what goes wrong, `trust` whose word counts, `oracle` and `checks` what
//! must hold. The ledger and most desks' disks are models in memory that keep the exact bytes of records; in one world of
//! sixty-four the desks' records lie in the real encrypted store as well (`disk`, `real`).

mod checks;
mod desk;
mod dice;
mod disk;
mod ledger;
mod life;
mod logbook;
mod office;
mod oracle;
mod real;
mod trust;
mod wire;
mod world;

pub use world::{Bug, World};

use domain::dossier::merge::merge;
use logbook::{Device, LogBook};
use protocol::Hash;
use std::collections::{BTreeMap, BTreeSet};
use sync::engine::{Input, Policy};
use world::Line;

/// Virtual time in which everything must have arrived once faults are over.
const CALM_MS_MAX: u64 = 60 * 60 * 1_000;
/// Decisions of all that is open, one after the other.
const ROUNDS_MAX: u32 = 8;
/// And happenings.
const CALM_HAPPENINGS_MAX: u32 = 60_000;

/// What came of one seed.
#[derive(Debug)]
pub struct Outcome {
    /// The first promise that was broken.
    pub violation: Option<String>,
    /// How often each fault and verdict occurred.
    pub table: BTreeMap<&'static str, u64>,
}

/// Plays one seed: `steps` of life and faults, then calm until everything has arrived.
pub fn run(seed: u64, steps: u64, bug: Option<Bug>) -> Outcome {
    let mut world = World::new(seed, bug);
    let mut step = 0;
    while step < steps && world.oracle.violation.is_none() {
        step += 1;
        if world.dice.chance(250) || !world.happen() {
            world.live();
        }
    }
    if world.oracle.violation.is_none() {
        world.calm_down();
    }
    let violation = world.oracle.violation.take();
    Outcome { violation, table: world.table }
}

impl World {
    fn calm_down(&mut self) {
        self.end_faults();
        if !self.arrives("after the faults") {
            return;
        }
        // A parcel that was under way when its desk was replaced may still arrive and open a dispute anew.
        for _ in 0..ROUNDS_MAX {
            if self.adopt_all() {
                self.switch_on_again();
                if !self.arrives("after the adoptions") {
                    return;
                }
            }
            self.settle_disputes();
            if !self.arrives("after the last decisions") {
                return;
            }
            if self.open_disputes() == 0 && self.ledger.to_adopt().is_empty() {
                return self.final_checks();
            }
        }
        self.oracle.broken("a dispute is open after it was decided".into());
    }

    fn end_faults(&mut self) {
        self.calm_since_ms = Some(self.now_ms);
        self.storm = false;
        self.row_held_by = None;
        self.instance_is_up = [true; 2];
        self.lines.fill(Line::Up);
        self.revoke_again();
        for desk in 0..self.desks.len() {
            if self.desks[desk].revoked {
                self.desks[desk].kill();
            }
            self.start(desk);
            let policy = Policy { poll_ms: 20_000, ..Policy::default() };
            self.tell(desk, Input::PolicyChanged(policy));
            self.tell(desk, Input::SendNow);
        }
    }

    /// The next morning: every machine that is still the office's is switched on.
    fn switch_on_again(&mut self) {
        for desk in self.honest() {
            self.desks[desk].kill();
            self.start(desk);
        }
    }

    /// The desks whose word counts.
    pub(crate) fn honest(&self) -> Vec<usize> {
        (0..self.desks.len()).filter(|desk| !self.desks[*desk].revoked).collect()
    }

    /// Lets things happen until all machines have the same records and nothing is unsent.
    fn arrives(&mut self, when: &str) -> bool {
        let until_ms = self.now_ms + CALM_MS_MAX;
        let began_ms = self.now_ms;
        for n in 0..CALM_HAPPENINGS_MAX {
            if n % 64 == 0 && self.what_is_missing(began_ms).is_none() {
                *self.table.entry("happenings until all had arrived").or_default() += u64::from(n);
                return true;
            }
            if self.oracle.violation.is_some() || self.now_ms > until_ms || !self.happen() {
                break;
            }
        }
        let why = self.what_is_missing(began_ms).unwrap_or_default();
        self.oracle.broken(format!("{when} not everything arrives: {why}"));
        false
    }

    fn what_is_missing(&self, began_ms: u64) -> Option<String> {
        self.honest().into_iter().find_map(|n| {
            let desk = &self.desks[n];
            let Some(engine) = &desk.engine else { return Some(format!("desk {n} does not run")) };
            let state = engine.state();
            let agreed = state.agreed_at_ms.is_some_and(|at_ms| at_ms >= began_ms);
            if state.records_unsent + state.files_unsent > 0 || !agreed {
                return Some(format!("desk {n}: {state:?}"));
            }
            self.differs(&desk.disk.book).map(|device| {
                let (here, there) = (desk.disk.book.head(device), self.ledger.book.head(device));
                format!("desk {n} has device {} up to {here:?}, the ledger {there:?}", device[0])
            })
        })
    }

    /// A device of which a desk and the ledger have not the same. What lies above a revocation need not be everywhere, but
    /// the ledger has it too, where somebody may adopt it.
    fn differs(&self, book: &LogBook) -> Option<Device> {
        let ledger = &self.ledger.book;
        let devices: BTreeSet<Device> =
            book.logs.keys().chain(ledger.logs.keys()).copied().collect();
        devices.into_iter().find(|device| {
            let (here, there) = (book.head(*device), ledger.head(*device));
            if ledger.revoked.contains_key(device) {
                here.seq > there.seq || here.seq < self.ledger.passed_on(*device).seq
            } else {
                here != there
            }
        })
    }

    fn settle_disputes(&mut self) {
        for _ in 0..200 {
            let open = self.open_disputes();
            if open == 0 {
                return;
            }
            let Some(desk) = self.honest().first().copied() else { return };
            self.resolve(desk);
        }
        self.oracle.broken("disputes cannot be closed".into());
    }

    /// Disputes that somebody can decide: those of a dossier which needs an update wait for that.
    fn open_disputes(&self) -> usize {
        let Some(desk) = self.honest().first().copied() else { return 0 };
        let book = &self.desks[desk].disk.book;
        let states = book.ids().into_iter().filter_map(|id| self.counted(book, id).dossier);
        states
            .filter(|dossier| !dossier.disputes.is_empty() && dossier.not_understood.is_empty())
            .count()
    }

    fn final_checks(&mut self) {
        let honest = self.honest();
        let books = |lost: bool| {
            let desks = self.desks.iter().filter(move |desk| desk.revoked == lost);
            desks.map(|desk| &desk.disk.book)
        };
        let left: Vec<&LogBook> = books(false).chain([&self.ledger.book]).collect();
        self.oracle.lost_with_machines(&books(true).collect::<Vec<_>>(), &left);
        self.oracle.all_arrived(&self.ledger.book, "the gateway");
        for desk in honest {
            self.check_store(desk);
            let book = &self.desks[desk].disk.book;
            self.oracle.all_arrived(book, "a desk");
            // What a restored ledger has lost together with its machine has no chain any more.
            if self.ledger.epoch == 1 && book.unproved().next().is_some() {
                self.oracle.broken(format!("the chain of a record at desk {desk} never came"));
            }
            self.oracle.all_strange_is_named(book, |id| merge(book.history(id)));
            let all = book.ids();
            self.look_at(desk, &all);
        }
        self.check_documents();
    }

    fn check_documents(&mut self) {
        let honest = self.honest();
        let lies =
            |hash: &Hash| honest.iter().any(|desk| self.desks[*desk].disk.blobs.contains_key(hash));
        let at_hand = |hash: &&Hash| self.documents_left.contains(*hash) && lies(hash);
        let named = self.ledger.book.files.keys().filter(at_hand);
        if named.filter(|hash| !self.ledger.blobs.contains_key(*hash)).count() > 0 {
            self.oracle.broken("a document that lies at a desk is not at the gateway".into());
        }
    }
}
