//! The checks after every step, and the two planted bugs that live in the simulated screen and driver.

use crate::ledger::Ask;
use crate::logbook::{Device, LogBook};
use crate::oracle::mark_of;
use crate::world::{Bug, World};
use domain::dossier::merge::{Merged, merge};
use domain::dossier::{Dossier, Event};
use protocol::Series;
use std::collections::BTreeSet;
use sync::engine::{Failure, Headline};

impl World {
    /// The state of a dossier as a machine with these records shows it.
    pub(crate) fn counted(&self, book: &LogBook, dossier: [u8; 16]) -> Merged {
        let mut merged = merge(book.history(dossier));
        match self.bug {
            Some(Bug::MergeByWallClock) => by_wall_clock(book, dossier, &mut merged),
            Some(Bug::ClosedByOrdinaryRecord) => hide_closed(book, dossier, &mut merged),
            _ => {}
        }
        merged
    }

    /// After records came or were written: the state of every dossier touched, judged.
    pub(crate) fn look_at(&mut self, desk: usize, touched: &BTreeSet<[u8; 16]>) {
        for dossier in touched {
            let merged = self.counted(&self.desks[desk].disk.book, *dossier);
            self.check_projection(desk, *dossier, &merged);
            self.oracle.saw(&self.desks[desk].disk.book, *dossier, merged);
        }
        if let Some(broken) = self.desks[desk].disk.book.broken.take() {
            self.oracle.broken(format!("at desk {desk}: {broken}"));
        }
    }

    /// What the real store makes of a dossier is what its records amount to.
    fn check_projection(&mut self, desk: usize, dossier: [u8; 16], merged: &Merged) {
        let disk = &mut self.desks[desk].disk;
        let Some(there) = disk.in_store(|real| real.dossier(dossier)) else { return };
        // A history that never branched is folded straight on, without asking for its heads.
        let plain = |dossier: &Dossier| Dossier { heads: Vec::new(), ..dossier.clone() };
        if there.as_ref().map(plain) != merged.dossier.as_ref().map(plain) {
            self.oracle.broken(format!("the store of desk {desk} shows another state"));
        }
    }

    /// A store that was closed without a word holds together when it is opened.
    pub(crate) fn check_store(&mut self, desk: usize) {
        let devices: Vec<Device> = self.register.keys.keys().copied().collect();
        let disk = &mut self.desks[desk].disk;
        if disk.in_store(|real| real.verified(devices.into_iter())).is_some() {
            self.count("real store verified");
        }
        self.look_at(desk, &BTreeSet::new());
    }

    /// The gateway stored records of a device above `before`: none of them was there already under another name.
    pub(crate) fn check_stored(&mut self, device: Device, before: u64) {
        let Some(log) = self.ledger.book.logs.get(&device) else { return };
        let from = usize::try_from(before).unwrap_or(0).min(log.records.len());
        for stored in &log.records[from..] {
            let mark = stored.past.event.as_ref().and_then(mark_of);
            if mark.is_some_and(|mark| !self.ledger_marks.insert(mark.to_owned())) {
                let seq = stored.header.name.seq;
                self.oracle.broken(format!("the act of record {seq} is twice at the gateway"));
            }
        }
        if let Some(broken) = self.ledger.book.broken.take() {
            self.oracle.broken(format!("at the gateway: {broken}"));
        }
    }

    /// What the status bar says must be so.
    pub(crate) fn check_screen(&mut self, desk: usize) {
        let of = &self.desks[desk];
        let Some(engine) = &of.engine else { return };
        let state = engine.state();
        let here = of.disk.book.head(of.device).seq;
        let same_ledger = of.compared_epoch == Some(self.ledger.epoch);
        if state.records_unsent == 0 && same_ledger && self.ledger.book.head(of.device).seq < here {
            self.oracle.broken(format!("desk {desk} says all is sent, and it is not"));
        }
        let Headline::Sending { done, total, .. } = state.headline else { return };
        if done > total {
            self.oracle.broken(format!("desk {desk} says {done} of {total} are sent"));
        }
    }

    /// A body that ends too early is never taken for a whole one.
    pub(crate) fn check_cut(&mut self, ask: &Ask) {
        let Ask::Records(series) = ask else { return };
        let Ok(bytes) = series.encode() else { return };
        let cut = self.dice.below(bytes.len());
        if Series::decode(&bytes[..cut]).is_ok() {
            self.oracle.broken(format!("a series cut at {cut} of {} was read", bytes.len()));
        }
    }

    pub(crate) fn lost_reply_bug(&mut self, desk: usize, ask: &Ask, failure: &Failure) {
        let Ask::Records(series) = ask else { return };
        if self.bug != Some(Bug::LostReplyIsFailure) || *failure != Failure::Silent {
            return;
        }
        let Some(entry) = series.entries.last() else { return };
        let (Some(header), Some(content)) = (entry.read(), &entry.content) else { return };
        if let Some(event) = Self::event_of(&header.kind, &content.body) {
            let salt = self.dice.bytes();
            self.desks[desk].commit(*header.subject, &event, header.at_ms, salt);
            let head = self.desks[desk].disk.book.head(self.desks[desk].device).seq;
            self.tell(desk, sync::engine::Input::Committed { head });
        }
    }
}

/// The marks of all acts in a book.
pub(crate) fn marks_of(book: &LogBook) -> BTreeSet<String> {
    let events = book.dossiers.values().flatten().filter_map(|stored| stored.past.event.as_ref());
    events.filter_map(mark_of).map(str::to_owned).collect()
}

fn by_wall_clock(book: &LogBook, dossier: [u8; 16], merged: &mut Merged) {
    let mut records = book.counted(dossier);
    records.sort_by_key(|stored| (stored.header.at_ms, stored.header.name));
    let events: Vec<&Event> =
        records.iter().filter_map(|stored| stored.past.event.as_ref()).collect();
    let first = events.iter().filter(|event| matches!(event, Event::Received(_)));
    let rest = events.iter().filter(|event| !matches!(event, Event::Received(_)));
    let folded = Dossier::fold(first.chain(rest).copied());
    if let (Some(dossier), Some(folded)) = (&mut merged.dossier, folded) {
        let (disputes, heads) = (dossier.disputes.clone(), dossier.heads.clone());
        *dossier = Dossier { disputes, heads, ..folded };
    }
}

fn hide_closed(book: &LogBook, dossier: [u8; 16], merged: &mut Merged) {
    let Some(state) = &mut merged.dossier else { return };
    let [head] = merged.heads[..] else { return };
    let last = book.history(dossier).find(|past| past.name == head);
    let is_resolution =
        matches!(last.and_then(|past| past.event.as_ref()), Some(Event::Resolved(_)));
    if !is_resolution {
        state.disputes.retain(|dispute| dispute.sides.contains(&head));
    }
}
