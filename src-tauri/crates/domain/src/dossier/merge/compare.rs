//! What a supervisor is shown to decide: only the fields that differ, each with what it was and what each side made of it.

use super::{History, Past, States, disputes, fields};
use crate::dossier::event::{RecordName, overlap};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The disputes of a dossier, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// One row for each disputed field.
    pub disputed: Vec<Row>,
    /// Fields that only one side wrote: they are merged already and shown for completeness.
    pub safe: Vec<SafeRow>,
}

/// One disputed field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Path of the field.
    pub field: String,
    /// Its value before anybody changed it, with the record that had written it.
    pub before: (Option<RecordName>, String),
    /// What each side made of it.
    pub sides: Vec<Side>,
}

/// One side of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The record: what a settlement names.
    pub record: RecordName,
    /// The field's value after it.
    pub value: String,
    /// Who did it.
    pub done_by: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When, by the clock of the desk: to be shown, never to decide.
    pub at: Timestamp,
}

/// A field that needs no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeRow {
    /// Path of the field.
    pub field: String,
    /// Its value.
    pub side: Side,
}

/// Compares the sides of all open disputes of a dossier.
pub fn compare<'a>(records: impl IntoIterator<Item = &'a Past>) -> Compared {
    let history = History::of(records);
    let mut states = States::new(&history);
    let open = disputes::open(&history, &mut states);
    let mut disputed = Vec::new();
    for dispute in &open {
        let sides = dispute.sides.iter().filter_map(|name| history.index(*name));
        let sides: Vec<usize> = sides.collect();
        let mut common = history.ancestry.all();
        sides.iter().for_each(|side| common.keep(&history.ancestry.ancestors(*side)));
        let value = states.of(&common).map(|state| fields::words(&state, &dispute.field));
        disputed.push(Row {
            field: dispute.field.clone(),
            before: (dispute.before, value.unwrap_or_default()),
            sides: sides.iter().filter_map(|side| states.side(*side, &dispute.field)).collect(),
        });
    }
    let is_disputed = |field: &str| open.iter().any(|dispute| overlap(&dispute.field, field));
    let safe = states.concurrent_writes(|field| !is_disputed(field));
    Compared { disputed, safe }
}

impl States<'_> {
    fn side(&mut self, index: usize, field: &str) -> Option<Side> {
        let record = self.history.records[index];
        let act = record.event.as_ref()?.act();
        Some(Side {
            record: record.name,
            value: self.after(index).map(|state| fields::words(&state, field)).unwrap_or_default(),
            done_by: act.done_by.clone(),
            recorded_by: act.recorded_by_name.clone(),
            at: act.at,
        })
    }

    /// Fields written by records that some other record did not know of.
    fn concurrent_writes(&mut self, wanted: impl Fn(&str) -> bool) -> Vec<SafeRow> {
        let history = self.history;
        let count = history.records.len();
        let apart =
            |index: &usize| (0..count).any(|other| history.ancestry.are_concurrent(*index, other));
        let mut seen = BTreeSet::new();
        let mut rows = Vec::new();
        for index in (0..count).rev().filter(apart) {
            let Some(event) = &history.records[index].event else { continue };
            for field in event.writes().into_iter().filter(|field| wanted(field)) {
                if seen.insert(field.clone())
                    && let Some(side) = self.side(index, &field)
                {
                    rows.push(SafeRow { field, side });
                }
            }
        }
        rows.reverse();
        rows
    }
}
