//! What must hold, judged by means of its own: lists the simulation writes itself, and a second, naive reading of
//! histories.

use crate::logbook::{Device, LogBook};
use domain::dossier::Event;
use domain::dossier::event::overlap;
use domain::dossier::merge::{Merged, Past};
use protocol::{Hash, Name, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The lists.
#[derive(Debug, Default)]
pub struct Oracle {
    /// Every record an officer was told is safe, by the mark of the act.
    pub made: BTreeMap<String, (Name, Hash)>,
    /// Whose is every number that was ever printed.
    numbers: BTreeMap<String, [u8; 16]>,
    /// What each set of records of a dossier amounts to, wherever it was counted.
    states: BTreeMap<([u8; 16], u64), Rc<Merged>>,
    /// Records that this version cannot read, with their dossiers.
    strange: Vec<(Name, Hash, [u8; 16])>,
    /// The first promise that was broken.
    pub violation: Option<String>,
}

impl Oracle {
    /// A promise is broken.
    pub fn broken(&mut self, what: String) {
        self.violation.get_or_insert(what);
    }

    /// An act was acknowledged to an officer.
    pub fn made(&mut self, mark: &str, record: &Record, number: Option<&str>) {
        self.made.insert(mark.to_owned(), (record.header.name, record.hash));
        let Some(number) = number else { return };
        let dossier = *record.header.subject;
        if self.numbers.insert(number.to_owned(), dossier).is_some_and(|other| other != dossier) {
            self.broken(format!("number {number} was printed twice"));
        }
    }

    /// A machine counted the state of a dossier from the records that lie there.
    pub fn saw(&mut self, book: &LogBook, dossier: [u8; 16], merged: Merged) {
        let records = book.counted(dossier);
        let set = records.iter().fold(0_u64, |set, stored| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&stored.entry.hash[..8]);
            set ^ u64::from_be_bytes(bytes)
        });
        match self.states.get(&(dossier, set)) {
            Some(known) if **known == merged => {}
            Some(_) => {
                self.broken("two machines with the same records show different states".into())
            }
            None => {
                let history: Vec<&Past> = records.iter().map(|stored| &stored.past).collect();
                if let Some(fault) = judge(&history, &merged) {
                    self.broken(fault);
                }
                self.states.insert((dossier, set), Rc::new(merged));
            }
        }
    }

    /// After a disk is gone: forgets what lay nowhere else, and says how much that was.
    pub fn disk_is_gone<'a>(&mut self, left: impl Iterator<Item = &'a LogBook> + Clone) -> usize {
        let before = self.made.len();
        self.made.retain(|_, (name, hash)| left.clone().any(|book| book.has(*name, *hash)));
        before - self.made.len()
    }

    /// A record that this version cannot read was written.
    pub fn wrote_strange(&mut self, record: &Record) {
        self.strange.push((record.header.name, record.hash, *record.header.subject));
    }

    /// What lies on lost machines and nowhere else is not waited for.
    pub fn lost_with_machines(&mut self, lost: &[&LogBook], left: &[&LogBook]) {
        let lies = |books: &[&LogBook], name, hash| books.iter().any(|book| book.has(name, hash));
        self.made.retain(|_, (name, hash)| lies(left, *name, *hash) || !lies(lost, *name, *hash));
    }

    /// What this version cannot read is shown for what it is.
    pub fn all_strange_is_named(&mut self, book: &LogBook, shown: impl Fn([u8; 16]) -> Merged) {
        let counting = self.strange.iter().filter(|(name, hash, _)| book.counts(*name, *hash));
        for (name, _, dossier) in counting {
            let (merged, name) = (shown(*dossier), sync::history::record_name(*name));
            if !merged.not_understood.contains(&name) && !merged.waiting.contains(&name) {
                let what = format!("record {} of a later version is not shown", name.seq);
                self.violation.get_or_insert(what);
            }
        }
    }

    /// Every act that was made counts in `book`, exactly once.
    pub fn all_arrived(&mut self, book: &LogBook, whose: &str) {
        for (mark, (name, hash)) in &self.made {
            if !book.counts(*name, *hash) {
                let (device, seq) = (name.device[0], name.seq);
                let what =
                    format!("act {mark} (record {seq} of device {device}) is not at {whose}");
                self.violation.get_or_insert(what);
            }
        }
        self.none_twice(book, whose);
    }

    /// No act is in `book` twice.
    pub fn none_twice(&mut self, book: &LogBook, whose: &str) {
        let mut seen: BTreeMap<&str, (Device, u64)> = BTreeMap::new();
        for stored in book.ids().into_iter().flat_map(|dossier| book.counted(dossier)) {
            let Some(mark) = stored.past.event.as_ref().and_then(mark_of) else { continue };
            let name = stored.header.name;
            if let Some(other) = seen.insert(mark, (name.device, name.seq)) {
                let what =
                    format!("act {mark} is twice at {whose}: places {} and {}", other.1, name.seq);
                self.violation.get_or_insert(what);
            }
        }
    }
}

/// The mark an act was made with.
pub fn mark_of(event: &Event) -> Option<&str> {
    event.act().paper_number.as_deref()
}

/// Whether a state keeps the promises of a merge, read naively from the parents alone.
fn judge(history: &[&Past], merged: &Merged) -> Option<String> {
    let Some(dossier) = &merged.dossier else { return None };
    let knows = ancestors(history);
    let written: Vec<Vec<String>> = history
        .iter()
        .map(|past| past.event.as_ref().map(Event::writes).unwrap_or_default())
        .collect();
    let waits = |n: usize| merged.waiting.contains(&history[n].name);
    let here: Vec<usize> = (0..history.len()).filter(|n| !waits(*n)).collect();
    for &one in &here {
        for &other in here.iter().filter(|other| **other < one) {
            if knows[one].contains(&other) || knows[other].contains(&one) {
                continue;
            }
            for field in both(&written[one], &written[other]) {
                let settled = here.iter().any(|n| {
                    matches!(history[*n].event, Some(Event::Resolved(_)))
                        && knows[*n].contains(&one)
                        && knows[*n].contains(&other)
                        && written[*n].iter().any(|by| overlap(by, field))
                });
                // Of each branch the last word is a side: the record itself, or one that knew it.
                let speaks = |n: usize, side: usize| side == n || knows[side].contains(&n);
                let open = dossier.disputes.iter().any(|dispute| {
                    let is_side = |n: &&usize| dispute.sides.contains(&history[**n].name);
                    let sides: Vec<usize> = here.iter().filter(is_side).copied().collect();
                    let apart = |a: usize, b: usize| {
                        a != b && !knows[a].contains(&b) && !knows[b].contains(&a)
                    };
                    overlap(&dispute.field, field)
                        && sides
                            .iter()
                            .filter(|a| speaks(one, **a))
                            .any(|a| sides.iter().any(|b| speaks(other, *b) && apart(*a, *b)))
                });
                let named = dossier.disputes.iter().any(|dispute| {
                    let names = [history[one].name, history[other].name];
                    // A side that does not write the field stands there for the life cycle: another matter.
                    let all_write = here.iter().all(|n| {
                        !dispute.sides.contains(&history[*n].name)
                            || written[*n].iter().any(|by| overlap(by, field))
                    });
                    overlap(&dispute.field, field)
                        && all_write
                        && names.iter().all(|name| dispute.sides.contains(name))
                });
                if settled && named {
                    return Some(format!("two acts on {field}: settled and still open"));
                }
                if !settled && !open {
                    return Some(format!("two acts on {field}: lost without a word"));
                }
            }
        }
    }
    let values = [
        ("people.applicant.phone", &dossier.applicant.phone),
        ("people.applicant.address", &dossier.applicant.address),
        ("holder", &dossier.holder),
    ];
    values.into_iter().find_map(|(field, found)| {
        let writers: Vec<usize> =
            here.iter().copied().filter(|n| written[*n].iter().any(|by| by == field)).collect();
        let mut last = writers
            .iter()
            .filter(|n| writers.iter().all(|later| later == *n || !knows[*later].contains(n)));
        let (Some(last), None) = (last.next(), last.next()) else { return None };
        let expected = value(history[*last].event.as_ref()?, field)?;
        (found.as_deref() != Some(expected)).then(|| {
            format!("{field} is {found:?}, though {expected} was written knowing of all else")
        })
    })
}

fn both<'a>(one: &'a [String], other: &'a [String]) -> impl Iterator<Item = &'a String> {
    one.iter().filter(|field| other.iter().any(|by| overlap(by, field)))
}

fn value<'a>(event: &'a Event, field: &str) -> Option<&'a str> {
    match event {
        Event::Corrected(e) if field.ends_with("phone") => e.applicant.phone.as_deref(),
        Event::Corrected(e) => e.applicant.address.as_deref(),
        Event::Forwarded(e) | Event::Assigned(e) => Some(&e.to),
        _ => None,
    }
}

fn ancestors(history: &[&Past]) -> Vec<BTreeSet<usize>> {
    let places: BTreeMap<_, _> =
        history.iter().enumerate().map(|(n, past)| (past.name, n)).collect();
    (0..history.len())
        .map(|n| {
            let mut known = BTreeSet::new();
            let mut open = vec![n];
            while let Some(n) = open.pop() {
                for parent in history[n].parents.iter().filter_map(|parent| places.get(parent)) {
                    if known.insert(*parent) {
                        open.push(*parent);
                    }
                }
            }
            known
        })
        .collect()
}
