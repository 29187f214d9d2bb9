//! What survives a crash: the records, the standing with the gateway and the documents of one data folder.
//!
//! In one run of sixty-four the records lie in the real encrypted store as well. Then everything is done there first, what
//! the lists here say must be the same, and after a crash the lists are read from the store.

use crate::logbook::{Device, LogBook};
use crate::real::Real;
use domain::dossier::Event;
use ed25519_dalek::SigningKey;
use protocol::{Hash, OpenPage, Record, Series};
use std::collections::{BTreeMap, BTreeSet};
use sync::engine::{Joining, Memory, Segment};
use sync::intake::Verdict;

/// One data folder.
#[derive(Debug, Default)]
pub struct Disk {
    /// The records.
    pub book: LogBook,
    /// Where to read the feed on.
    pub cursor: u64,
    /// Of which ledger.
    pub ledger_epoch: Option<u64>,
    /// How far it has come in joining, once anything came.
    pub joined: Option<Joining>,
    /// Acknowledged places.
    pub acked: BTreeMap<Device, u64>,
    /// Uploads begun.
    pub uploads: BTreeMap<Hash, Vec<Segment>>,
    /// Documents that lie here, with their size.
    pub blobs: BTreeMap<Hash, u64>,
    /// Of them those the gateway has.
    pub arrived: BTreeSet<Hash>,
    /// The last place drawn from each series of numbers.
    pub series: BTreeMap<String, u16>,
    /// The encrypted store, where this run has one.
    pub real: Option<Real>,
}

impl Clone for Disk {
    /// A copied folder: the files as they lie.
    fn clone(&self) -> Self {
        let mut copy = Self {
            book: self.book.clone(),
            cursor: self.cursor,
            ledger_epoch: self.ledger_epoch,
            joined: self.joined,
            acked: self.acked.clone(),
            uploads: self.uploads.clone(),
            blobs: self.blobs.clone(),
            arrived: self.arrived.clone(),
            series: self.series.clone(),
            real: None,
        };
        if let Some(real) = &self.real {
            let copied = real.copied();
            copy.real = copy.must(copied);
        }
        copy
    }
}

impl Disk {
    /// An empty folder with the real store in it.
    pub fn real() -> Self {
        let mut disk = Self::default();
        let real = Real::create();
        disk.real = disk.must(real);
        disk
    }

    /// What came of work in the store; its failure is a broken promise.
    pub fn must<T>(&mut self, outcome: Result<T, String>) -> Option<T> {
        outcome.map_err(|fault| self.book.broken.get_or_insert(fault).clone()).ok()
    }

    /// Does something in the real store, if there is one.
    pub fn in_store<T>(&mut self, work: impl FnOnce(&Real) -> Result<T, String>) -> Option<T> {
        let outcome = self.real.as_ref().map(work)?;
        self.must(outcome)
    }

    /// Puts a record of one's own at the end of its log.
    pub fn append(&mut self, record: Record, event: Option<&Event>, key: &SigningKey) {
        let signature = crate::desk::signature(key, record.header.name, &record.hash);
        self.in_store(|real| real.append(&record, event, key));
        self.book.append(record, signature);
    }

    /// Takes a series in as every receiver does; gives the dossiers touched.
    pub fn take(
        &mut self,
        series: &Series,
        public_key: [u8; 32],
        by_gateway: bool,
    ) -> BTreeSet<[u8; 16]> {
        let there = self.in_store(|real| real.take(series, public_key, by_gateway));
        let (here, touched) = self.book.take(series, public_key);
        if there.is_some_and(|there| !is_same(&there, &here)) {
            self.book.broken = Some(format!("the store judged a series otherwise than {here:?}"));
        }
        touched
    }

    /// The feed was read up to here.
    pub fn set_cursor(&mut self, cursor: u64, more: bool) {
        self.in_store(|real| real.set_cursor(cursor, more));
        self.cursor = cursor;
        if !more {
            self.joined = Some(Joining::Joined);
        }
    }

    /// How far this folder has come in joining.
    pub fn joining(&self) -> Joining {
        let begins = if self.cursor == 0 { Joining::START } else { Joining::Joined };
        self.joined.unwrap_or(begins)
    }

    /// Takes a page of the open dossiers in ahead of their chains; gives how far that brings this folder, how many records
    /// were new, and the dossiers touched.
    pub fn take_open(
        &mut self,
        page: &OpenPage,
        own: Device,
    ) -> (Joining, u64, BTreeSet<[u8; 16]>) {
        let there = self.in_store(|real| real.take_open(page, own));
        let (records, touched) = self.book.take_ahead(page, own);
        let joining = self.joining().after_page(page);
        if there.is_some_and(|there| there != (joining, records)) {
            self.book.broken = Some(format!("the store took {there:?} ahead, not {records}"));
        }
        self.joined = Some(joining);
        (joining, records, touched)
    }

    /// The place to draw next from a series of numbers.
    pub fn next_place(&mut self, series: &str) -> u16 {
        let there = self.in_store(|real| real.last_of_series(series));
        let place = self.series.entry(series.to_owned()).or_default();
        *place = (*place).max(there.unwrap_or(0)) + 1;
        *place
    }

    /// Writes down what the engine wants remembered.
    pub fn remember(&mut self, memory: Memory) {
        self.in_store(|real| real.remember(&memory));
        match memory {
            Memory::Acked { device, head, .. } => {
                let acked = self.acked.entry(device).or_default();
                *acked = head.seq.max(*acked);
            }
            Memory::Lowered { device, seq } => {
                self.acked.insert(device, seq);
            }
            Memory::Feed { cursor, ledger_epoch } => {
                self.cursor = cursor;
                self.ledger_epoch = Some(ledger_epoch);
            }
            Memory::Upload { sha256, segments } => {
                self.uploads.insert(sha256, segments);
            }
            Memory::FileArrived { sha256 } => {
                self.arrived.insert(sha256);
                self.uploads.remove(&sha256);
            }
            Memory::FileHere { .. } => {}
        }
    }

    /// A document is no longer known to be with the gateway.
    pub fn forget_arrival(&mut self, sha256: &Hash) {
        self.in_store(|real| real.forget_arrival(sha256));
        self.arrived.remove(sha256);
    }

    /// The process is gone without a word: what the store says now is all there is.
    pub fn crash(&mut self) {
        let Some(real) = self.real.take() else { return };
        let copied = real.copied();
        let Some(found) = self.must(copied) else { return };
        let read = found.standing(self.book.logs.keys());
        self.real = Some(found);
        let Some(read) = self.must(read) else { return };
        let acked = |device| self.acked.get(device).copied().unwrap_or(0);
        let same = read.book.heads() == self.book.heads()
            && read.book.ahead.keys().eq(self.book.ahead.keys())
            && read.joining == self.joining()
            && (read.cursor, read.ledger_epoch) == (self.cursor, self.ledger_epoch)
            && read.acked.iter().all(|(device, seq)| acked(device) == *seq);
        if !same {
            self.book.broken = Some("a crash took away what had been written down".into());
            return;
        }
        self.book = read.book;
        self.acked = read.acked;
    }
}

/// Refusals name what stands here, which two stores with the same records say alike.
fn is_same(one: &Verdict, other: &Verdict) -> bool {
    one == other
}
