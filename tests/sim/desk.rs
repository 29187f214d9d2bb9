//! A desk: the real engine on a disk, and a driver that performs the engine's effects over a simulated line.

use crate::disk::Disk;
use crate::ledger::{Answer, Ask};
use crate::logbook::Device;
use crate::office::SITE;
use crate::real::Real;
use crate::world::Bug;
use domain::dossier::Event;
use ed25519_dalek::{Signer, SigningKey};
use protocol::record::{HEADER_VERSION, signed_head};
use protocol::series::SERIES_RECORDS_MAX;
use protocol::{Draft, Fact, Hash, Name, Record, Series, Subject};
use std::collections::{BTreeMap, BTreeSet};
use sync::engine::{
    Effect, Engine, Failure, FileJob, Input, Policy, Reply, Request, Standing, Ticket,
};

/// Who writes where: the keys of all devices, and which of them are the gateway's own.
#[derive(Debug, Clone, Default)]
pub struct Register {
    /// Public keys.
    pub keys: BTreeMap<Device, [u8; 32]>,
    /// The gateway's own devices.
    pub gateways: BTreeSet<Device>,
}

/// What a record is to say.
#[derive(Debug, Clone)]
pub struct Says {
    /// What it is about.
    pub subject: Subject,
    /// Word of its kind.
    pub kind: &'static str,
    /// Its body.
    pub body: Vec<u8>,
}

/// A desk.
#[derive(Debug)]
pub struct Desk {
    /// This installation.
    pub device: Device,
    /// Its signing key, in no backup.
    pub key: SigningKey,
    /// The disk.
    pub disk: Disk,
    /// Running, or killed.
    pub engine: Option<Engine>,
    /// Counts starts: an answer to an earlier one is passed over.
    pub boot: u64,
    /// What the engine waits for.
    pub flights: BTreeMap<Ticket, Request>,
    /// The desk number whose lane this device holds; a restored device holds none.
    pub lane: Option<u8>,
    /// How wrong the wall clock is.
    pub skew_ms: i64,
    /// The gateway was told not to take this device's word any more.
    pub revoked: bool,
    /// Has the version after the next: what it writes may be of a kind or a format that no other desk knows.
    pub is_ahead: bool,
    /// The ledger with which heads were last compared.
    pub compared_epoch: Option<u64>,
    /// Uploads that this device was told of, by document and start: the oracle's memory, not the desk's.
    pub told: BTreeMap<(Hash, u64), String>,
}

impl Desk {
    /// A desk with a new device id on a disk.
    pub fn new(device: Device, disk: Disk, lane: Option<u8>) -> Self {
        Self {
            device,
            key: key_of(device),
            disk,
            engine: None,
            boot: 0,
            flights: BTreeMap::new(),
            lane,
            skew_ms: 0,
            revoked: false,
            is_ahead: false,
            compared_epoch: None,
            told: BTreeMap::new(),
        }
    }

    /// Starts the application: an engine from what the disk says.
    pub fn start(&mut self, jitter_seed: u64, bug: Option<Bug>) {
        self.boot += 1;
        self.flights.clear();
        // What was compared and not yet remembered is to be compared again.
        self.compared_epoch = None;
        let head = self.disk.book.head(self.device).seq;
        let acked = self.disk.acked.get(&self.device).copied().unwrap_or(0);
        let restarted = self.boot > 1;
        let forgets_uploads = bug == Some(Bug::UploadResumedFromZero) && restarted;
        let mut files = self.files_to_send();
        if forgets_uploads {
            files.iter_mut().for_each(|job| job.segments.clear());
        }
        let standing = Standing {
            site: SITE.into(),
            device: self.device,
            gateway_key: crate::ledger::gateway_key().verifying_key().to_bytes(),
            head,
            acked: if bug == Some(Bug::SkippedAfterCrash) && restarted { head } else { acked },
            joining: self.disk.joining(),
            cursor: self.disk.cursor,
            ledger_epoch: self.disk.ledger_epoch,
            files,
            jitter_seed,
        };
        self.engine = Some(Engine::new(standing, Policy { poll_ms: 20_000, ..Policy::default() }));
    }

    /// Documents that lie here and are not known to be with the gateway.
    fn files_to_send(&mut self) -> Vec<FileJob> {
        if let Some(mut jobs) = self.disk.in_store(Real::outgoing) {
            jobs.retain(|job| self.disk.blobs.contains_key(&job.sha256));
            return jobs;
        }
        let disk = &self.disk;
        let unsent = disk.blobs.iter().filter(|(sha256, _)| !disk.arrived.contains(*sha256));
        let job = |(sha256, size): (&Hash, &u64)| FileJob {
            sha256: *sha256,
            size_bytes: *size,
            due: 0,
            segments: disk.uploads.get(sha256).cloned().unwrap_or_default(),
        };
        unsent.map(job).collect()
    }

    /// The process is gone; the disk stays.
    pub fn kill(&mut self) {
        self.engine = None;
        self.flights.clear();
        self.disk.crash();
    }

    /// Writes a record into this device's log.
    pub fn commit(
        &mut self,
        subject: [u8; 16],
        event: &Event,
        at_ms: i64,
        salt: [u8; 16],
    ) -> Option<Record> {
        let body = Fact::Dossier(event.clone()).encode().ok()?;
        let says = Says { subject: dossier(subject), kind: event.kind().word(), body };
        let record = self.seal(says, at_ms, salt)?;
        self.disk.append(record.clone(), Some(event), &self.key);
        Some(record)
    }

    /// Writes something that is not read here, or no event: of a later kind, in a later format, or of the office.
    pub fn commit_strange(
        &mut self,
        says: Says,
        newer_format: bool,
        at_ms: i64,
        salt: [u8; 16],
    ) -> Option<Record> {
        let mut record = self.seal(says, at_ms, salt)?;
        if newer_format {
            // Array of 16: two versions on, the known fields, one field more.
            record.header.version = HEADER_VERSION + 2;
            record.header_bytes[0] = 0x90;
            record.header_bytes[1] = u8::try_from(record.header.version).ok()?;
            record.header_bytes.push(0x07);
            record.hash = protocol::header_hash(&record.header_bytes);
        }
        self.disk.append(record.clone(), None, &self.key);
        Some(record)
    }

    fn seal(&self, says: Says, at_ms: i64, salt: [u8; 16]) -> Option<Record> {
        let known = self.disk.book.counted(says.subject.id);
        let place = sync::history::place(known.iter().map(|stored| &stored.header));
        let draft = Draft {
            site: SITE.into(),
            subject: says.subject,
            kind: says.kind,
            actor: [0; 16],
            authority: Vec::new(),
            parents: place.parents,
            parents_depth: place.parents_depth,
            at_ms,
            salt,
            body: says.body,
        };
        let head = self.disk.book.head(self.device);
        let name = Name { device: self.device, seq: head.seq + 1 };
        Record::seal(draft, name, head.hash).ok()
    }

    /// Signs a head of this device's log.
    pub fn sign(&self, name: Name, hash: &Hash) -> [u8; 64] {
        signature(&self.key, name, hash)
    }

    /// What goes over the wire for a request; `None` when there is nothing to send.
    pub fn ask(&mut self, request: &Request) -> Option<Ask> {
        Some(match request.clone() {
            Request::SendRecords { device, first, records_max, bytes_max } => {
                Ask::Records(self.series(device, first, records_max, bytes_max)?)
            }
            Request::FetchPage { after } => Ask::Page { after },
            Request::FetchOpen { after } => Ask::Open { after },
            Request::ReadHeads => Ask::Heads,
            Request::CreateUpload { sha256, start, length, whole, .. } => {
                Ask::Create { sha256, start, length, whole }
            }
            Request::ReadOffset { upload, .. } => Ask::Offset { upload },
            Request::SendPart { upload, offset, length, .. } => {
                Ask::Part { upload, offset, length: length.into() }
            }
            Request::FinishUpload { sha256, uploads, .. } => Ask::Finish { sha256, uploads },
            Request::FetchFile { .. } => return None,
        })
    }

    fn series(
        &mut self,
        device: Device,
        first: u64,
        records_max: u16,
        bytes_max: u32,
    ) -> Option<Series> {
        // Small batches, so that a morning's work makes many of them.
        let few = self.device[15].is_multiple_of(2);
        let records_max = records_max.min(if few { 4 } else { SERIES_RECORDS_MAX as u16 });
        let own = (device == self.device).then_some(&self.key);
        let bounds = (records_max, bytes_max);
        if let Some(found) = self.disk.in_store(|real| real.series(device, first, bounds, own)) {
            return found;
        }
        let records_max = u64::from(records_max);
        let log = self.disk.book.logs.get(&device)?;
        let head = log.head().seq;
        if first > head {
            return None;
        }
        let end = head.min(first + records_max - 1);
        if device == self.device {
            let records = usize::try_from(first - 1).ok()?;
            let mut bytes = 0;
            let sizes =
                log.records[records..].iter().map(|record| record.entry.header.len() * 2 + 1_000);
            let fit = sizes.take_while(|size| {
                bytes += size;
                bytes <= bytes_max as usize
            });
            let last = end.min(first + (fit.count() as u64).max(1) - 1);
            let name = Name { device, seq: last };
            let signature = self.sign(name, &log.hash_at(last)?);
            return Some(log.series(device, first, last, signature));
        }
        let inside = log.signed.range(first..=end).next_back();
        let (last, signature) = inside.or_else(|| log.signed.range(end..).next())?;
        Some(log.series(device, first, *last, *signature))
    }

    /// Makes an answer durable, as the driver does, and words it for the engine. Gives the dossiers touched.
    pub fn receive(
        &mut self,
        answer: Answer,
        register: &Register,
    ) -> (Result<Reply, Failure>, BTreeSet<[u8; 16]>) {
        let mut touched = BTreeSet::new();
        let reply = match answer {
            Answer::Receipt(receipt, held) => {
                let log = self.disk.book.logs.get(&receipt.name.device);
                let ours = log.and_then(|log| log.hash_at(receipt.name.seq));
                Reply::RecordsSent { receipt, ours, held, bytes: 500 }
            }
            Answer::Page(page) => {
                let mut records = 0;
                for series in &page.series {
                    let Some(key) = register.keys.get(&series.device) else {
                        return (Err(Failure::NotTheGateway), touched);
                    };
                    let before = self.disk.book.head(series.device).seq;
                    // What does not join is passed over: comparing heads finds what is missing.
                    let by_gateway = register.gateways.contains(&series.device);
                    touched.extend(self.disk.take(series, *key, by_gateway));
                    records += self.disk.book.head(series.device).seq - before;
                }
                self.disk.set_cursor(page.next, page.more);
                let (next, more, ledger_epoch) = (page.next, page.more, page.ledger_epoch);
                Reply::PageStored { next, more, ledger_epoch, records, bytes: 500 }
            }
            Answer::Open(page) => {
                let gateway = crate::ledger::gateway_key().verifying_key().to_bytes();
                if !page.is_signed(&gateway, SITE, &page.after) {
                    return (Err(Failure::NotTheGateway), touched);
                }
                let (joining, records, changed) = self.disk.take_open(&page, self.device);
                touched.extend(changed);
                Reply::OpenStored { joining, records, bytes: 500 }
            }
            Answer::Heads(theirs) => {
                self.compared_epoch = Some(theirs.ledger_epoch);
                Reply::HeadsRead { theirs, ours: self.disk.book.heads() }
            }
            Answer::Created(upload) => Reply::UploadCreated { upload },
            Answer::Known => Reply::FileKnown,
            Answer::Offset(offset) => Reply::Offset { offset },
            Answer::Finished => Reply::UploadFinished,
        };
        (Ok(reply), touched)
    }

    /// The documents that lie here and that records of `device` above a place name.
    pub fn offers(&mut self, device: Device, above: u64) -> Vec<Input> {
        let log = self.disk.book.logs.get(&device);
        let records = log.into_iter().flat_map(|log| &log.records);
        let above = records.filter(|stored| stored.header.name.seq > above);
        let named = above.filter_map(|stored| match &stored.past.event {
            Some(Event::FileAttached(e)) => protocol::receipt::hex::read::<32>(&e.file.sha256),
            _ => None,
        });
        let here: Vec<Hash> = named.filter(|sha256| self.disk.blobs.contains_key(sha256)).collect();
        let mut inputs = Vec::new();
        for sha256 in here {
            self.disk.forget_arrival(&sha256);
            let segments = self.disk.uploads.get(&sha256).cloned().unwrap_or_default();
            let size_bytes = self.disk.blobs[&sha256];
            inputs.push(Input::FileAdded(FileJob { sha256, size_bytes, due: 0, segments }));
        }
        inputs
    }

    /// Hands an input to the engine, if the desk runs.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Effect> {
        self.engine.as_mut().map(|engine| engine.handle(now_ms, input)).unwrap_or_default()
    }
}

/// A device's signature over a head of its log.
pub fn signature(key: &SigningKey, name: Name, hash: &Hash) -> [u8; 64] {
    key.sign(&signed_head(SITE, name, hash)).to_bytes()
}

/// A dossier as a record's subject.
pub fn dossier(id: [u8; 16]) -> Subject {
    Subject { kind: "dossier", id }
}

/// The signing key of a device: made from its id, so that every machine of the simulation can be made again.
pub fn key_of(device: Device) -> SigningKey {
    let mut seed = [7; 32];
    seed[..16].copy_from_slice(&device);
    SigningKey::from_bytes(&seed)
}
