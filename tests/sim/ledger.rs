//! The ledger that both gateway instances share: what PostgreSQL and the object store hold, with the real intake in front.

use crate::logbook::{Device, LogBook, Stored};
use crate::office::SITE;
use domain::dossier::Event;
use ed25519_dalek::{Signer, SigningKey};
use protocol::open::History;
use protocol::receipt::signed_receipt;
use protocol::wire::{FeedPage, HeadOf, Heads, HeldRecord, Problem, ProblemType};
use protocol::{Hash, Name, OpenPage, Receipt, Series};
use std::collections::BTreeMap;
use std::rc::Rc;
use sync::engine::Failure;
use sync::intake::{Head, Verdict};
use sync::number::{Bound, Holder, claims, held};

/// Most records of a feed page.
const PAGE_RECORDS: u64 = 60;
/// Dossiers of a page of the open ones, and from how many records on there are such pages.
const OPEN_PAGE_DOSSIERS: usize = 4;
const OPEN_WORTH_RECORDS: u64 = 12;
/// What a restored ledger's positions leap by, where they do.
const LEAP: u64 = 1 << 32;

/// What a desk asks.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Take these records.
    Records(Series),
    /// What is there after this cursor that I did not write?
    Page { after: u64 },
    /// What is open, after this subject?
    Open { after: [u8; 16] },
    /// How far was each device read?
    Heads,
    /// Begin an upload.
    Create { sha256: Hash, start: u64, length: u64, whole: bool },
    /// How far is this upload?
    Offset { upload: String },
    /// Bytes of an upload.
    Part { upload: String, offset: u64, length: u64 },
    /// Join the uploads of a document.
    Finish { sha256: Hash, uploads: Vec<String> },
}

/// What the gateway answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Receipt and exceptions.
    Receipt(Receipt, Vec<HeldRecord>),
    /// A page.
    Page(FeedPage),
    /// Open dossiers.
    Open(OpenPage),
    /// Heads.
    Heads(Heads),
    /// An upload's name.
    Created(String),
    /// The document is there already.
    Known,
    /// How far an upload is.
    Offset(u64),
    /// The document counts.
    Finished,
}

/// A batch in the feed.
#[derive(Debug, Clone)]
struct Batch {
    end: u64,
    device: Device,
    first: u64,
    last: u64,
}

/// An unfinished upload.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Of what.
    pub sha256: Hash,
    /// From where.
    pub start: u64,
    /// Bytes wanted.
    pub length: u64,
    /// The document has no other: with its last byte it counts.
    pub whole: bool,
    /// Bytes durable.
    pub received: u64,
}

/// The ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Changes with a restore.
    pub epoch: u64,
    /// The records.
    pub book: LogBook,
    feed: Vec<Batch>,
    /// Batches above a revocation, kept apart, in order.
    apart: Vec<Batch>,
    next: u64,
    numbers: BTreeMap<String, Holder>,
    lanes: BTreeMap<String, Device>,
    /// Whole documents.
    pub blobs: BTreeMap<Hash, u64>,
    /// Unfinished ones.
    pub uploads: BTreeMap<String, Upload>,
    upload_names: u64,
}

/// The gateway's key for the site.
pub fn gateway_key() -> SigningKey {
    SigningKey::from_bytes(&[42; 32])
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self {
            epoch: 1,
            book: LogBook::default(),
            feed: Vec::new(),
            apart: Vec::new(),
            next: 0,
            numbers: BTreeMap::new(),
            lanes: BTreeMap::new(),
            blobs: BTreeMap::new(),
            uploads: BTreeMap::new(),
            upload_names: 0,
        }
    }

    /// Becomes what it was when `backup` was made, under a new epoch. Object storage may have kept more than the ledger.
    pub fn restore(&mut self, backup: &Ledger, leaps: bool, keeps_objects: bool) {
        let (epoch, names) = (self.epoch + 1, self.upload_names);
        let blobs = std::mem::take(&mut self.blobs);
        *self = backup.clone();
        self.epoch = epoch;
        self.upload_names = names;
        if keeps_objects {
            self.blobs = blobs;
        }
        if leaps {
            self.next += LEAP;
        }
    }

    /// Answers. `key_of` gives the public key of an enrolled device.
    pub fn answer(
        &mut self,
        from: Device,
        ask: Ask,
        at_ms: i64,
        key_of: impl Fn(Device) -> Option<[u8; 32]>,
    ) -> Result<Answer, Failure> {
        if !matches!(ask, Ask::Records(_)) && self.book.revoked.contains_key(&from) {
            return Err(problem(ProblemType::Revoked));
        }
        match ask {
            Ask::Records(series)
                if series.device != from && self.book.revoked.contains_key(&from) =>
            {
                Err(problem(ProblemType::Revoked))
            }
            Ask::Records(series) => self.take(&series, at_ms, key_of(series.device)),
            Ask::Page { after } => Ok(Answer::Page(self.page(from, after))),
            Ask::Open { after } => self.open(after).map(Answer::Open),
            Ask::Heads => Ok(Answer::Heads(self.heads())),
            Ask::Create { sha256, start, length, whole } => {
                let upload = Upload { sha256, start, length, whole, received: 0 };
                Ok(self.create(upload))
            }
            Ask::Offset { upload } => {
                let known =
                    self.uploads.get(&upload).ok_or_else(|| problem(ProblemType::NotFound))?;
                Ok(Answer::Offset(known.received))
            }
            Ask::Part { upload, offset, length } => self.part(&upload, offset, length),
            Ask::Finish { sha256, uploads } => self.finish(sha256, &uploads),
        }
    }

    /// Stores a series as the gateway's own device does with what the province posts.
    pub fn take(
        &mut self,
        series: &Series,
        at_ms: i64,
        public_key: Option<[u8; 32]>,
    ) -> Result<Answer, Failure> {
        let public_key = public_key.ok_or_else(|| problem(ProblemType::NotYourSite))?;
        let revoked = self.book.revoked.clone();
        let (verdict, _) = self.book.take(series, public_key);
        let (device, last) = (series.device, series.last());
        let held = match verdict {
            Verdict::Store { from } => {
                self.pass_on(Batch { end: 0, device, first: from, last });
                self.bind(device, from, last)
            }
            Verdict::AllKnown => Vec::new(),
            Verdict::Quarantine { from, quarantine_from } => {
                let batch = Batch { end: 0, device, first: from, last };
                if from < quarantine_from {
                    self.pass_on(batch);
                    self.bind(device, from, quarantine_from - 1);
                } else if from <= last {
                    self.apart.push(batch);
                }
                return Err(problem(ProblemType::Revoked));
            }
            Verdict::Refused(refused) => return Err(Failure::Refused(refused.problem())),
        };
        if revoked != self.book.revoked {
            self.pass_on_what_stands();
        }
        let head = self.book.head(series.device);
        let name = Name { device: series.device, seq: head.seq };
        let signature =
            gateway_key().sign(&signed_receipt(SITE, name, &head.hash, at_ms)).to_bytes();
        Ok(Answer::Receipt(Receipt { name, hash: head.hash, at_ms, signature }, held))
    }

    fn pass_on(&mut self, batch: Batch) {
        self.next += batch.last - batch.first + 1;
        self.feed.push(Batch { end: self.next, ..batch });
    }

    /// A revocation came to light that accepts more: what was kept apart and stands is passed on.
    fn pass_on_what_stands(&mut self) {
        for batch in std::mem::take(&mut self.apart) {
            match self.book.revoked.get(&batch.device) {
                Some(accepted) if batch.first > accepted.seq => self.apart.push(batch),
                _ => self.pass_on(batch),
            }
        }
    }

    /// How far a device's log was passed on.
    pub fn passed_on(&self, device: Device) -> Head {
        let of = self.feed.iter().filter(|batch| batch.device == device);
        let last = of.map(|batch| batch.last).max().unwrap_or(0);
        let hash = self.book.logs.get(&device).and_then(|log| log.hash_at(last));
        Head { seq: last, hash: hash.unwrap_or_default() }
    }

    /// Records that are kept apart and nobody adopted yet.
    pub fn to_adopt(&self) -> Vec<Rc<Stored>> {
        let revoked = self.book.revoked.keys().filter_map(|device| self.book.logs.get(device));
        let records = revoked.flat_map(|log| &log.records);
        let waits = |stored: &&Rc<Stored>| {
            let name = stored.header.name;
            self.book.is_above(name) && !self.book.adopted.contains_key(&name)
        };
        records.filter(waits).cloned().collect()
    }

    /// Binds the numbers of new records; those that another has are held.
    fn bind(&mut self, device: Device, first: u64, last: u64) -> Vec<HeldRecord> {
        let Some(log) = self.book.logs.get(&device) else { return Vec::new() };
        let mut exceptions = Vec::new();
        for seq in first..=last {
            let Some(stored) = usize::try_from(seq - 1).ok().and_then(|n| log.records.get(n))
            else {
                continue;
            };
            let body = stored.entry.content.as_ref().map(|content| content.body.as_slice());
            let header = &stored.header;
            for claim in claims(&header.kind, *header.subject, device, body.unwrap_or_default()) {
                let lane = claim.series.as_ref().and_then(|series| self.lanes.get(series)).copied();
                let bound =
                    Bound { holder: self.numbers.get(&claim.text).copied(), lane_device: lane };
                match held(&claim, device, bound) {
                    Some(held) => exceptions.push(HeldRecord { seq, problem: held.problem }),
                    None => {
                        self.lanes.extend(claim.series.map(|series| (series, device)));
                        self.numbers.insert(claim.text, claim.holder);
                    }
                }
            }
        }
        exceptions
    }

    fn page(&self, caller: Device, after: u64) -> FeedPage {
        let mut page =
            FeedPage { ledger_epoch: self.epoch, next: self.next, more: false, series: Vec::new() };
        let mut records = 0;
        let batches = self.feed.iter().filter(|batch| batch.end > after);
        for batch in batches {
            if records >= PAGE_RECORDS {
                page.more = true;
                break;
            }
            page.next = batch.end;
            if batch.device != caller {
                records += batch.last - batch.first + 1;
                let Some(log) = self.book.logs.get(&batch.device) else { continue };
                let signature = log.signed.get(&batch.last).copied().unwrap_or([0; 64]);
                page.series.push(log.series(batch.device, batch.first, batch.last, signature));
            }
        }
        if !page.more {
            page.next = self.next;
        }
        page
    }

    /// A page of the open dossiers, as the gateway gives it.
    fn open(&self, after: [u8; 16]) -> Result<OpenPage, Failure> {
        let Heads { ledger_epoch, cursor, heads } = self.heads();
        let mut page = OpenPage {
            site: SITE.into(),
            ledger_epoch,
            feed: cursor,
            after,
            next: after,
            more: false,
            total: None,
            heads,
            histories: Vec::new(),
            signature: [0; 64],
        };
        let open = self.book.ids().into_iter().filter(|id| *id > after && self.is_open(*id));
        let mut open = open.peekable();
        while let Some(subject) = open.next_if(|_| cursor >= OPEN_WORTH_RECORDS) {
            let entries = self.book.counted(subject).into_iter().map(|stored| stored.entry.clone());
            page.histories.push(History { subject, entries: entries.collect() });
            page.next = subject;
            page.more = open.peek().is_some();
            if page.histories.len() == OPEN_PAGE_DOSSIERS {
                break;
            }
        }
        let message = page.signed().map_err(|_| problem(ProblemType::Internal))?;
        page.signature = gateway_key().sign(&message).to_bytes();
        // The page as it comes out of its bytes.
        let again = page.encode().and_then(|bytes| OpenPage::decode(&bytes));
        again.map_err(|_| problem(ProblemType::Internal))
    }

    fn is_open(&self, id: [u8; 16]) -> bool {
        let mut events = self.book.history(id).filter_map(|past| past.event.as_ref());
        !events.any(|event| matches!(event, Event::ResultReturned(_) | Event::Stopped(_)))
    }

    fn heads(&self) -> Heads {
        let heads = self.book.heads().into_iter().map(|head| {
            if !self.book.revoked.contains_key(&head.device) {
                return head;
            }
            let Head { seq, hash } = self.passed_on(head.device);
            HeadOf { device: head.device, seq, hash }
        });
        Heads { ledger_epoch: self.epoch, cursor: self.next, heads: heads.collect() }
    }

    fn create(&mut self, upload: Upload) -> Answer {
        if self.blobs.contains_key(&upload.sha256) {
            return Answer::Known;
        }
        self.upload_names += 1;
        let name = format!("u{}", self.upload_names);
        self.uploads.insert(name.clone(), upload);
        Answer::Created(name)
    }

    fn part(&mut self, upload: &str, offset: u64, length: u64) -> Result<Answer, Failure> {
        let upload = self.uploads.get_mut(upload).ok_or_else(|| problem(ProblemType::NotFound))?;
        if upload.received != offset {
            return Err(problem(ProblemType::Stale));
        }
        upload.received = (upload.received + length).min(upload.length);
        if upload.whole && upload.received == upload.length {
            self.blobs.insert(upload.sha256, upload.length);
        }
        Ok(Answer::Offset(upload.received))
    }

    fn finish(&mut self, sha256: Hash, names: &[String]) -> Result<Answer, Failure> {
        if self.blobs.contains_key(&sha256) {
            return Ok(Answer::Finished);
        }
        let pieces: Option<Vec<&Upload>> =
            names.iter().map(|name| self.uploads.get(name)).collect();
        let pieces = pieces.ok_or_else(|| problem(ProblemType::NotFound))?;
        if pieces.iter().any(|piece| piece.received < piece.length || piece.sha256 != sha256) {
            return Err(problem(ProblemType::Stale));
        }
        let mut end = 0;
        for piece in &pieces {
            if piece.start != end {
                return Err(problem(ProblemType::HashMismatch));
            }
            end += piece.length;
        }
        self.uploads.retain(|name, _| !names.contains(name));
        self.blobs.insert(sha256, end);
        Ok(Answer::Finished)
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

fn problem(kind: ProblemType) -> Failure {
    let (title, status) = (String::new(), 409);
    Failure::Refused(Problem { kind, title, status, detail: None, expected: None })
}
