//! Logs of devices with their exact bytes: what a desk's store and a gateway's ledger have in common.

use crate::office::SITE;
use data_encoding::BASE64;
use domain::dossier::Event;
use domain::dossier::merge::Past;
use domain::office::{DeviceRevoked, OfficeFact, RecordAdopted};
use protocol::wire::HeadOf;
use protocol::{Content, Entry, Fact, Hash, Header, Name, OpenPage, Record, Series};
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
    /// Where the gateway stopped taking a device's word, as told here. What lies above does not count.
    pub revoked: BTreeMap<Device, Head>,
    /// Records above a revocation that count all the same, by name.
    pub adopted: BTreeMap<Name, Rc<Stored>>,
    /// Records that came before their chain.
    pub ahead: BTreeMap<Name, Rc<Stored>>,
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

    /// Puts a record in its place as it was found in a store.
    pub fn put(&mut self, device: Device, entry: Entry, signature: Option<[u8; 64]>) {
        self.keep(device, entry);
        if let (Some(signature), Some(log)) = (signature, self.logs.get_mut(&device)) {
            log.signed.insert(log.records.len() as u64, signature);
        }
    }

    /// Puts a record of one's own at the end of its log.
    pub fn append(&mut self, record: Record, signature: [u8; 64]) {
        let content = Content { salt: record.salt, body: record.body };
        let (device, seq) = (record.header.name.device, record.header.name.seq);
        self.keep(device, Entry::new(record.header_bytes, Some(content)));
        self.logs.entry(device).or_default().signed.insert(seq, signature);
    }

    /// Takes a page of the open dossiers in ahead of their chains, but for what `own` wrote; gives how many records were new
    /// and the dossiers touched.
    pub fn take_ahead(&mut self, page: &OpenPage, own: Device) -> (u64, BTreeSet<[u8; 16]>) {
        let (before, mut touched) = (self.ahead.len(), BTreeSet::new());
        for entry in page.histories.iter().flat_map(|history| &history.entries) {
            let Ok(header) = Header::placed(&entry.header) else { continue };
            let name = header.name;
            let log = self.logs.get(&name.device);
            let here = log.is_some_and(|log| log.hash_at(name.seq).is_some())
                || self.adopted.contains_key(&name)
                || self.ahead.contains_key(&name);
            if !here && name.device != own {
                touched.insert(*header.subject);
                self.put_ahead(entry.clone());
            }
        }
        ((self.ahead.len() - before) as u64, touched)
    }

    /// Puts a record beside the logs as it was found in a store.
    pub fn put_ahead(&mut self, entry: Entry) {
        let Ok(header) = Header::placed(&entry.header) else { return };
        let past = sync::history::past(&header, entry.content.as_ref().map(|c| c.body.as_slice()));
        self.ahead.insert(header.name, Rc::new(Stored { entry, header, past }));
    }

    /// A record has come for good.
    fn settle(&mut self, name: Name, hash: Hash) {
        if self.ahead.remove(&name).is_some_and(|before| before.entry.hash != hash) {
            self.broken = Some(format!("record {} came ahead otherwise than it is", name.seq));
        }
    }

    /// Judges a series as every receiver does, and keeps what is new of it. Gives the dossiers touched.
    pub fn take(&mut self, series: &Series, public_key: [u8; 32]) -> (Verdict, BTreeSet<[u8; 16]>) {
        let log = self.logs.entry(series.device).or_default();
        let known = Known {
            site: SITE.into(),
            device: series.device,
            public_key,
            head: log.head(),
            revoked: self.revoked.get(&series.device).copied(),
        };
        let verdict = judge(series, &known, |seq| log.hash_at(seq));
        let mut touched = BTreeSet::new();
        // What lies above a revocation is kept as well: whether it counts is another matter.
        if let Verdict::Store { from } | Verdict::Quarantine { from, .. } = verdict {
            for (_, entry) in series.named().filter(|(name, _)| name.seq >= from) {
                touched.extend(self.keep(series.device, entry.clone()));
            }
            if from <= series.last() {
                let log = self.logs.entry(series.device).or_default();
                log.signed.insert(series.last(), series.signature);
            }
        }
        (verdict, touched)
    }

    /// Keeps a record; gives the dossiers in which something else counts now.
    fn keep(&mut self, device: Device, entry: Entry) -> BTreeSet<[u8; 16]> {
        let Ok(header) = Header::placed(&entry.header) else {
            self.broken = Some("a record that was judged cannot be placed".into());
            return BTreeSet::new();
        };
        let past = sync::history::past(&header, entry.content.as_ref().map(|c| c.body.as_slice()));
        if let Some(Event::FileAttached(attached)) = &past.event {
            let sha256 = protocol::receipt::hex::read(&attached.file.sha256).unwrap_or_default();
            self.files.insert(sha256, attached.file.size_bytes);
        }
        let dossier = (header.subject_kind == "dossier").then_some(*header.subject);
        let log = self.logs.entry(device).or_default();
        let (seq, hash) = (log.records.len() as u64 + 1, log.head().hash);
        if header.name.seq != seq || *header.prev != hash {
            self.broken = Some(format!("record {seq} of {} does not chain", device[0]));
        }
        let body = entry.content.as_ref().map(|content| content.body.clone()).unwrap_or_default();
        let said = Fact::decode(&header.kind, &body);
        self.settle(header.name, entry.hash);
        let stored = Rc::new(Stored { entry, header, past });
        self.logs.entry(device).or_default().records.push(Rc::clone(&stored));
        if let Some(dossier) = dossier {
            self.dossiers.entry(dossier).or_default().push(stored);
        }
        let mut touched: BTreeSet<[u8; 16]> = dossier.into_iter().collect();
        match said {
            Ok(Fact::Office(OfficeFact::DeviceRevoked(revoked))) => {
                touched.extend(self.revoke(&revoked));
            }
            Ok(Fact::Office(OfficeFact::RecordAdopted(adopted))) => {
                touched.extend(self.adopt(&adopted));
            }
            _ => {}
        }
        touched
    }

    /// Of two revocations the one that accepts more counts, whichever came first.
    fn revoke(&mut self, revoked: &DeviceRevoked) -> BTreeSet<[u8; 16]> {
        let device = *revoked.device.bytes();
        let hash = protocol::receipt::hex::read(&revoked.hash).unwrap_or_default();
        let accepted = Head { seq: revoked.seq, hash };
        let known = self.revoked.entry(device).or_insert(accepted);
        if known.seq < accepted.seq {
            *known = accepted;
        }
        let records = self.logs.get(&device).into_iter().flat_map(|log| &log.records);
        records
            .filter(|stored| stored.header.subject_kind == "dossier")
            .map(|stored| *stored.header.subject)
            .collect()
    }

    fn adopt(&mut self, adopted: &RecordAdopted) -> Option<[u8; 16]> {
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let salt = bytes(&adopted.salt)?.try_into().ok()?;
        let record = Record::read(bytes(&adopted.header)?, salt, bytes(&adopted.body)?).ok()?;
        let past = sync::history::past(&record.header, Some(&record.body));
        let content = Content { salt: record.salt, body: record.body };
        let entry = Entry::new(record.header_bytes, Some(content));
        let (name, subject) = (record.header.name, *record.header.subject);
        self.settle(name, entry.hash);
        self.adopted.entry(name).or_insert(Rc::new(Stored { entry, header: record.header, past }));
        Some(subject)
    }

    /// Whether a record lies above its device's revocation.
    pub fn is_above(&self, name: Name) -> bool {
        self.revoked.get(&name.device).is_some_and(|accepted| name.seq > accepted.seq)
    }

    /// Whether exactly this record counts here.
    pub fn counts(&self, name: Name, hash: Hash) -> bool {
        let adopted = self.adopted.get(&name).is_some_and(|stored| stored.entry.hash == hash);
        adopted || (!self.is_above(name) && self.has(name, hash))
    }

    /// The records of a dossier that count here: each once, in order of arrival, what was adopted last.
    pub fn counted(&self, dossier: [u8; 16]) -> Vec<&Rc<Stored>> {
        let here = self.dossiers.get(&dossier).into_iter().flatten();
        let mut counted: Vec<&Rc<Stored>> =
            here.filter(|stored| !self.is_above(stored.header.name)).collect();
        let of = |stored: &&Rc<Stored>| *stored.header.subject == dossier;
        let apart = |stored: &&Rc<Stored>| {
            let name = stored.header.name;
            self.is_above(name) || !self.has(name, stored.entry.hash)
        };
        counted.extend(self.adopted.values().filter(of).filter(apart));
        counted.extend(self.unproved().filter(of));
        counted
    }

    /// The records that count though their chain has not come.
    pub fn unproved(&self) -> impl Iterator<Item = &Rc<Stored>> {
        let stands = |stored: &&Rc<Stored>| !self.is_above(stored.header.name);
        self.ahead.values().filter(stands)
    }

    /// The dossiers of which a record counts here.
    pub fn ids(&self) -> BTreeSet<[u8; 16]> {
        let adopted = self.adopted.values().map(|stored| *stored.header.subject);
        let ahead = self.ahead.values().map(|stored| *stored.header.subject);
        self.dossiers.keys().copied().chain(adopted).chain(ahead).collect()
    }

    /// The history of a dossier here.
    pub fn history(&self, dossier: [u8; 16]) -> impl Iterator<Item = &Past> {
        self.counted(dossier).into_iter().map(|stored| &stored.past)
    }
}
