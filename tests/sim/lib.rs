//! One seed drives a whole world in virtual time: desks with the real engine, two gateway instances over one ledger with
//! the real intake, a province, a stick, and every fault of the catalogue. After every step what must hold is checked
//! against lists of the simulation's own; then the faults end, and everything must arrive.
//!
//! Start with [`run`]; `life` is what people do and what goes wrong, `oracle` and `checks` what must hold. The desks' disks
//! and the ledger are models in memory that keep the exact bytes of records.

mod checks;
mod desk;
mod dice;
mod ledger;
mod life;
mod logbook;
mod office;
mod oracle;
mod wire;
mod world;

pub use world::{Bug, World};

use std::collections::BTreeMap;
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
            self.settle_disputes();
            if !self.arrives("after the last decisions") {
                return;
            }
            if self.open_disputes() == 0 {
                return self.final_checks();
            }
        }
        self.oracle.broken("a dispute is open after it was decided".into());
    }

    fn end_faults(&mut self) {
        self.calm = true;
        self.storm = false;
        self.row_held_by = None;
        self.instance_is_up = [true; 2];
        self.lines.fill(Line::Up);
        for desk in 0..self.desks.len() {
            self.start(desk);
            let policy = Policy { poll_ms: 20_000, ..Policy::default() };
            self.tell(desk, Input::PolicyChanged(policy));
            self.tell(desk, Input::SendNow);
        }
    }

    /// Lets things happen until all machines have the same records and nothing is unsent.
    fn arrives(&mut self, when: &str) -> bool {
        let until_ms = self.now_ms + CALM_MS_MAX;
        for n in 0..CALM_HAPPENINGS_MAX {
            if n % 64 == 0 && self.all_is_there() {
                *self.table.entry("happenings until all had arrived").or_default() += u64::from(n);
                return true;
            }
            if self.oracle.violation.is_some() || self.now_ms > until_ms || !self.happen() {
                break;
            }
        }
        let why = self.what_is_missing();
        self.oracle.broken(format!("{when} not everything arrives: {why}"));
        false
    }

    fn all_is_there(&self) -> bool {
        let heads = self.ledger.book.heads();
        self.desks.iter().all(|desk| {
            let state = desk.engine.as_ref().map(|engine| engine.state());
            state.is_some_and(|state| state.records_unsent == 0 && state.files_unsent == 0)
                && desk.disk.book.heads() == heads
        })
    }

    fn what_is_missing(&self) -> String {
        let heads = self.ledger.book.heads();
        for (n, desk) in self.desks.iter().enumerate() {
            let Some(engine) = &desk.engine else { return format!("desk {n} does not run") };
            let state = engine.state();
            if state.records_unsent + state.files_unsent > 0 {
                return format!("desk {n}: {state:?}");
            }
            if desk.disk.book.heads() != heads {
                return format!("desk {n} has {:?}, the ledger {heads:?}", desk.disk.book.heads());
            }
        }
        "nothing".to_owned()
    }

    fn settle_disputes(&mut self) {
        for _ in 0..200 {
            let open = self.open_disputes();
            if open == 0 {
                return;
            }
            self.resolve(0);
        }
        self.oracle.broken("disputes cannot be closed".into());
    }

    fn open_disputes(&self) -> usize {
        let book = &self.desks[0].disk.book;
        let states = book.dossiers.keys().filter_map(|id| self.counted(book, *id).dossier);
        states.filter(|dossier| !dossier.disputes.is_empty()).count()
    }

    fn final_checks(&mut self) {
        self.oracle.all_arrived(&self.ledger.book, "the gateway");
        for desk in 0..self.desks.len() {
            self.oracle.all_arrived(&self.desks[desk].disk.book, "a desk");
            let all = self.desks[desk].disk.book.dossiers.keys().copied().collect();
            self.look_at(desk, &all);
        }
        let at_hand = |hash: &protocol::Hash| self.documents_left.contains(hash);
        let missing =
            self.ledger.book.files.keys().filter(|hash| !self.ledger.blobs.contains_key(*hash));
        if missing.filter(|hash| at_hand(hash)).count() > 0 {
            self.oracle.broken("a document that lies at a desk is not at the gateway".into());
        }
    }
}
