//! Logs of devices with their exact bytes: what a desk's store and a gateway's ledger have in common.

use crate::office::SITE;
use domain::dossier::merge::Past;
use protocol::wire::HeadOf;
use protocol::{Content, Entry, Hash, Header, Name, Record, Series};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use sync::intake::{Head, Known, Verdict, judge};

/// A device id.
pub type Device = [u8; 16];

/// A record as it lies somewhere.
#[derive(Debug)]
pub struct Stored {
    /// Exact bytes.
    pub entry: Entry,
    /// What the header says.
    pub header: Header,
    /// What it means for its dossier.
    pub past: Past,
}

/// One device's log.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The records from place 1 on.
    pub records: Vec<Rc<Stored>>,
    /// Where its device signed.
    pub signed: BTreeMap<u64, [u8; 64]>,
}

/// The logs of all devices, and the records of each dossier.
#[derive(Debug, Clone, Default)]
pub struct LogBook {
    /// By device.
    pub logs: BTreeMap<Device, Log>,
    /// Records of each dossier, in order of arrival.
    pub dossiers: BTreeMap<[u8; 16], Vec<Rc<Stored>>>,
    /// SHA-256 of every document that a record names, with its size.
    pub files: BTreeMap<Hash, u64>,
    /// Set when a record was kept out of its place, which the intake must never let happen.
    pub broken: Option<String>,
}

impl Log {
    /// The end of the log.
    pub fn head(&self) -> Head {
        let hash = self.records.last().map_or([0; 32], |record| record.entry.hash);
        Head { seq: self.records.len() as u64, hash }
    }

    /// Hash of the record in a place.
    pub fn hash_at(&self, seq: u64) -> Option<Hash> {
        let index = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.records.get(index).map(|record| record.entry.hash)
    }

    /// The records `first..=last` as they travel.
    pub fn series(&self, device: Device, first: u64, last: u64, signature: [u8; 64]) -> Series {
        let from = usize::try_from(first - 1).unwrap_or(0);
        let to = usize::try_from(last).unwrap_or(0).min(self.records.len());
        let entries = self.records[from..to].iter().map(|record| record.entry.clone()).collect();
        let prev = self.hash_at(first - 1).unwrap_or([0; 32]);
        Series { site: SITE.into(), device, first, prev, entries, signature }
    }
}

impl LogBook {
    /// The end of a device's log.
    pub fn head(&self, device: Device) -> Head {
        self.logs.get(&device).map(Log::head).unwrap_or_default()
    }

    /// Whether exactly this record lies here.
    pub fn has(&self, name: Name, hash: Hash) -> bool {
        self.logs.get(&name.device).and_then(|log| log.hash_at(name.seq)) == Some(hash)
    }

    /// The ends of all logs.
    pub fn heads(&self) -> Vec<HeadOf> {
        let heads = self.logs.iter().filter(|(_, log)| !log.records.is_empty());
        heads
            .map(|(device, log)| {
                let head = log.head();
                HeadOf { device: *device, seq: head.seq, hash: head.hash }
            })
            .collect()
    }

    /// Puts a record of one's own at the end of its log.
    pub fn append(&mut self, record: Record, signature: [u8; 64]) {
        let content = Content { salt: record.salt, body: record.body };
        let (device, seq) = (record.header.name.device, record.header.name.seq);
        self.keep(device, Entry::new(record.header_bytes, Some(content)));
        self.logs.entry(device).or_default().signed.insert(seq, signature);
    }

    /// Judges a series as every receiver does, and keeps what is new of it. Gives the dossiers touched.
    pub fn take(&mut self, series: &Series, public_key: [u8; 32]) -> (Verdict, BTreeSet<[u8; 16]>) {
        let log = self.logs.entry(series.device).or_default();
        let known = Known {
            site: SITE.into(),
            device: series.device,
            public_key,
            head: log.head(),
            revoked: None,
        };
        let verdict = judge(series, &known, |seq| log.hash_at(seq));
        let mut touched = BTreeSet::new();
        if let Verdict::Store { from } = verdict {
            for (_, entry) in series.named().filter(|(name, _)| name.seq >= from) {
                touched.extend(self.keep(series.device, entry.clone()));
            }
            let log = self.logs.entry(series.device).or_default();
            log.signed.insert(series.last(), series.signature);
        }
        (verdict, touched)
    }

    fn keep(&mut self, device: Device, entry: Entry) -> Option<[u8; 16]> {
        let header = entry.read()?;
        let past = sync::history::past(&header, entry.content.as_ref().map(|c| c.body.as_slice()));
        if let Some(domain::dossier::Event::FileAttached(attached)) = &past.event {
            let sha256 = protocol::receipt::hex::read(&attached.file.sha256).unwrap_or_default();
            self.files.insert(sha256, attached.file.size_bytes);
        }
        let dossier = (header.subject_kind == "dossier").then_some(*header.subject);
        let log = self.logs.entry(device).or_default();
        let (seq, hash) = (log.records.len() as u64 + 1, log.head().hash);
        if header.name.seq != seq || *header.prev != hash {
            self.broken = Some(format!("record {seq} of {} does not chain", device[0]));
        }
        let stored = Rc::new(Stored { entry, header, past });
        if let Some(dossier) = dossier {
            self.dossiers.entry(dossier).or_default().push(Rc::clone(&stored));
        }
        self.logs.entry(device).or_default().records.push(stored);
        dossier
    }

    /// The history of a dossier here.
    pub fn history(&self, dossier: [u8; 16]) -> impl Iterator<Item = &Past> {
        let records = self.dossiers.get(&dossier).into_iter().flatten();
        records.map(|stored| &stored.past)
    }
}
