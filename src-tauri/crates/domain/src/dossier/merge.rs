//! Histories of several desks become one: the same on every machine, whatever the order of arrival.
//!
//! The state of a dossier is the fold of its records in the one total order `(depth, device, seq)`. Records written
//! without knowing of each other are **concurrent**; two of them are in dispute where they write the same field, or where
//! the life cycle allows one of them no longer after the other. A dispute is closed by a `resolved` record that saw both
//! and settles the field, and by nothing else: an ordinary record over both leaves it open. No record is ever dropped.

mod ancestry;
mod compare;
mod disputes;
mod fields;

pub use compare::{Compared, Row, SafeRow, Side, compare};

use super::event::{Event, RecordName};
use super::evolve::Dossier;
use ancestry::Ancestry;
use std::collections::BTreeMap;

/// One record of a dossier's history.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Its name.
    pub name: RecordName,
    /// 1 + the largest depth among its parents.
    pub depth: u64,
    /// The heads of the history that its writer knew.
    pub parents: Vec<RecordName>,
    /// What it says; `None` when this version cannot read it, or when it was disposed of.
    pub event: Option<Event>,
}

/// A field that records write without knowing of each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Path of the field, such as `people.applicant.phone` or `stage`.
    pub field: String,
    /// The records at odds, in the total order.
    pub sides: Vec<RecordName>,
    /// The record whose value all sides knew; `None` when the reception's stood.
    pub before: Option<RecordName>,
}

/// What a set of records amounts to.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The dossier, with its open disputes and its heads; `None` until its reception is among the records.
    pub dossier: Option<Dossier>,
    /// The records no other names as a parent: a new record names these.
    pub heads: Vec<RecordName>,
    /// The largest depth among the heads; 0 without records.
    pub depth: u64,
    /// Records whose parents have not arrived. They fold when those come.
    pub waiting: Vec<RecordName>,
    /// Records that are in the history and cannot be read here. Acts that may depend on them must wait for an update.
    pub not_understood: Vec<RecordName>,
}

/// Merges the records of one dossier. Their order in `records` does not matter; a record named twice counts once.
pub fn merge<'a>(records: impl IntoIterator<Item = &'a Past>) -> Merged {
    let history = History::of(records);
    let all = history.ancestry.all();
    let unread = history.records.iter().filter(|record| record.event.is_none());
    let not_understood: Vec<RecordName> = unread.map(|record| record.name).collect();
    let mut states = States::new(&history);
    let dossier = states.of(&all).map(|mut dossier| {
        dossier.disputes = disputes::open(&history, &mut states);
        dossier.heads = history.heads();
        dossier.not_understood.clone_from(&not_understood);
        dossier
    });
    Merged {
        dossier,
        depth: history.records.last().map_or(0, |record| record.depth),
        not_understood,
        waiting: history.waiting.clone(),
        heads: history.heads(),
    }
}

/// The records that have all their ancestors, in the total order.
struct History<'a> {
    records: Vec<&'a Past>,
    waiting: Vec<RecordName>,
    ancestry: Ancestry,
}

impl<'a> History<'a> {
    fn of(records: impl IntoIterator<Item = &'a Past>) -> Self {
        let mut waiting: BTreeMap<RecordName, &Past> =
            records.into_iter().map(|record| (record.name, record)).collect();
        let mut placed: BTreeMap<RecordName, &Past> = BTreeMap::new();
        loop {
            let ready: Vec<RecordName> = waiting
                .values()
                .filter(|record| record.parents.iter().all(|parent| placed.contains_key(parent)))
                .map(|record| record.name)
                .collect();
            if ready.is_empty() {
                break;
            }
            placed.extend(ready.iter().filter_map(|name| waiting.remove_entry(name)));
        }
        let mut records: Vec<&Past> = placed.into_values().collect();
        records.sort_by_key(|record| (record.depth, record.name));
        let waiting = waiting.into_keys().collect();
        let ancestry = Ancestry::of(&records);
        Self { records, waiting, ancestry }
    }

    fn heads(&self) -> Vec<RecordName> {
        let mut heads: Vec<RecordName> =
            self.ancestry.heads().map(|index| self.records[index].name).collect();
        heads.sort_unstable();
        heads
    }

    fn index(&self, name: RecordName) -> Option<usize> {
        self.records.iter().position(|record| record.name == name)
    }

    fn resolved(&self, index: usize) -> Option<&super::event::Resolved> {
        match &self.records[index].event {
            Some(Event::Resolved(resolved)) => Some(resolved),
            _ => None,
        }
    }
}

/// States of parts of a history, each counted once: a resolution looks back at the state after another record, which may
/// look back itself.
struct States<'a> {
    history: &'a History<'a>,
    after: BTreeMap<usize, Option<Dossier>>,
}

impl<'a> States<'a> {
    fn new(history: &'a History<'a>) -> Self {
        Self { history, after: BTreeMap::new() }
    }

    /// The state after one record and all it knew of.
    fn after(&mut self, index: usize) -> Option<Dossier> {
        if let Some(known) = self.after.get(&index) {
            return known.clone();
        }
        let part = self.history.ancestry.with_ancestors(index);
        let state = self.of(&part);
        self.after.insert(index, state.clone());
        state
    }

    /// The fold of a part of the history that contains the ancestors of all its records.
    fn of(&mut self, part: &ancestry::Part) -> Option<Dossier> {
        let mut dossier: Option<Dossier> = None;
        for index in part.indexes() {
            let Some(event) = &self.history.records[index].event else { continue };
            match (&mut dossier, event) {
                (None, event) => dossier = Dossier::begun(event),
                (Some(dossier), Event::Resolved(_)) => self.settle(dossier, index),
                (Some(dossier), event) => dossier.apply(event),
            }
        }
        dossier
    }

    fn settle(&mut self, dossier: &mut Dossier, index: usize) {
        let history = self.history;
        let Some(resolved) = history.resolved(index) else { return };
        for settled in &resolved.fields {
            let Some(stands) = history.index(settled.stands) else { continue };
            // A decision can only choose what was known to whoever decided.
            if history.ancestry.knows(index, stands)
                && let Some(state) = self.after(stands)
            {
                fields::copy(dossier, &state, &settled.field);
            }
        }
    }
}
