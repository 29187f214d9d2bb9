//! Where records that did not know of each other cannot both simply stand.

use super::{Dispute, History, States};
use crate::dossier::event::{Event, overlap};
use crate::dossier::guard::{Allowed, allowed};
use std::collections::{BTreeMap, BTreeSet};

/// The disputes that no resolution has closed, by field. Of each branch only the last word is a side.
pub(super) fn open(history: &History<'_>, states: &mut States<'_>) -> Vec<Dispute> {
    let mut pairs: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for later in 0..history.records.len() {
        for earlier in (0..later).filter(|earlier| history.ancestry.are_concurrent(*earlier, later))
        {
            for field in disputed(history, states, earlier, later) {
                if !is_settled(history, earlier, later, &field) {
                    pairs.entry(field).or_default().push((earlier, later));
                }
            }
        }
    }
    let of = |(field, pairs): (String, Vec<(usize, usize)>)| {
        let last_words = pairs.iter().filter(|pair| !is_overtaken(history, **pair, &pairs));
        let sides = last_words.flat_map(|(one, other)| [*one, *other]).collect();
        dispute(history, field, &sides)
    };
    pairs.into_iter().map(of).collect()
}

/// Whether one of the two wrote the field once more, in the same dispute with the other.
fn is_overtaken(
    history: &History<'_>,
    (one, other): (usize, usize),
    pairs: &[(usize, usize)],
) -> bool {
    let overtakes = |old: usize, against: usize, new: usize, also: usize| {
        also == against && history.ancestry.knows(new, old)
    };
    pairs.iter().any(|(a, b)| {
        overtakes(one, other, *a, *b)
            || overtakes(one, other, *b, *a)
            || overtakes(other, one, *a, *b)
            || overtakes(other, one, *b, *a)
    })
}

fn disputed(
    history: &History<'_>,
    states: &mut States<'_>,
    earlier: usize,
    later: usize,
) -> Vec<String> {
    let (Some(one), Some(other)) = (&history.records[earlier].event, &history.records[later].event)
    else {
        return Vec::new();
    };
    let both = both_write(one, other);
    if !both.is_empty() {
        return both;
    }
    let mut fields = Vec::new();
    for (index, event, against) in [(earlier, one, later), (later, other, earlier)] {
        if is_forbidden_after(history, states, index, event, against) {
            fields.extend(event.writes());
        }
    }
    fields
}

fn both_write(one: &Event, other: &Event) -> Vec<String> {
    let others = other.writes();
    let ones = one.writes();
    let pairs = ones.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
    let both = pairs.filter(|(a, b)| overlap(a, b));
    both.map(|(a, b)| if a.len() >= b.len() { a.clone() } else { b.clone() }).collect()
}

/// Whether an act that was allowed by all its writer knew is not allowed any more once `against` is known too.
fn is_forbidden_after(
    history: &History<'_>,
    states: &mut States<'_>,
    index: usize,
    event: &Event,
    against: usize,
) -> bool {
    let Some(action) = event.kind().action() else { return false };
    let known = history.ancestry.ancestors(index);
    let mut with = history.ancestry.with_ancestors(against);
    with.join(&known);
    let mut may = |part| {
        let state = states.of(part);
        state.is_none_or(|dossier| {
            !matches!(allowed(&dossier, action, u16::MAX, u16::MAX), Allowed::No(_))
        })
    };
    may(&known) && !may(&with)
}

fn is_settled(history: &History<'_>, one: usize, other: usize, field: &str) -> bool {
    let after = one.max(other) + 1..history.records.len();
    after
        .filter(|index| {
            history.ancestry.knows(*index, one) && history.ancestry.knows(*index, other)
        })
        .filter_map(|index| history.resolved(index))
        .any(|resolved| resolved.fields.iter().any(|settled| overlap(&settled.field, field)))
}

fn dispute(history: &History<'_>, field: String, sides: &BTreeSet<usize>) -> Dispute {
    let mut common = history.ancestry.all();
    sides.iter().for_each(|side| common.keep(&history.ancestry.ancestors(*side)));
    let writes = |index: &usize| {
        let event = history.records[*index].event.as_ref();
        event.is_some_and(|event| event.writes().iter().any(|written| overlap(written, &field)))
    };
    let before = common.indexes().rev().find(writes);
    Dispute {
        before: before.map(|index| history.records[index].name),
        sides: sides.iter().map(|index| history.records[*index].name).collect(),
        field,
    }
}
