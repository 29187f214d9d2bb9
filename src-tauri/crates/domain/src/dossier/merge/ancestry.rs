//! Who knew of whom: for every record of a history the set of those before it.

use super::Past;
use crate::dossier::event::RecordName;
use std::collections::BTreeMap;

/// A set of records by their place in the total order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    words: Vec<u64>,
}

/// For each record what it knew of.
pub(super) struct Ancestry {
    known: Vec<Part>,
    is_parent: Vec<bool>,
}

impl Ancestry {
    /// `records` are in the total order and contain the parents of all of them.
    pub(super) fn of(records: &[&Past]) -> Self {
        let places: BTreeMap<RecordName, usize> =
            records.iter().enumerate().map(|(index, record)| (record.name, index)).collect();
        let mut known: Vec<Part> = Vec::with_capacity(records.len());
        let mut is_parent = vec![false; records.len()];
        for (index, record) in records.iter().enumerate() {
            let mut part = Part::none(records.len());
            let parents = record.parents.iter().filter_map(|parent| places.get(parent));
            // A parent stands before its child in the order; a record that claims otherwise knew nothing of it.
            for parent in parents.copied().filter(|parent| *parent < index) {
                is_parent[parent] = true;
                part.add(parent);
                part.join(&known[parent]);
            }
            known.push(part);
        }
        Self { known, is_parent }
    }

    pub(super) fn all(&self) -> Part {
        let mut part = Part::none(self.known.len());
        (0..self.known.len()).for_each(|index| part.add(index));
        part
    }

    pub(super) fn heads(&self) -> impl Iterator<Item = usize> {
        (0..self.known.len()).filter(|index| !self.is_parent[*index])
    }

    /// Whether `later` was written knowing of `earlier`.
    pub(super) fn knows(&self, later: usize, earlier: usize) -> bool {
        self.known[later].has(earlier)
    }

    pub(super) fn are_concurrent(&self, one: usize, other: usize) -> bool {
        one != other && !self.knows(one, other) && !self.knows(other, one)
    }

    pub(super) fn ancestors(&self, index: usize) -> Part {
        self.known[index].clone()
    }

    pub(super) fn with_ancestors(&self, index: usize) -> Part {
        let mut part = self.ancestors(index);
        part.add(index);
        part
    }
}

impl Part {
    fn none(count: usize) -> Self {
        Self { words: vec![0; count.div_ceil(64)] }
    }

    fn add(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    pub(super) fn has(&self, index: usize) -> bool {
        self.words[index / 64] & (1 << (index % 64)) != 0
    }

    pub(super) fn join(&mut self, other: &Part) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub(super) fn keep(&mut self, other: &Part) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub(super) fn indexes(&self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.words.len() * 64).filter(|index| self.has(*index))
    }
}
