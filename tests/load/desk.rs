//! A desk's log as it goes to the gateway: real records, chained and signed, in batches as the desk sends them.

use crate::office::{Dossiers, RECORDS};
use anyhow::{Context, Result};
use ed25519_dalek::{Signer, SigningKey};
use protocol::series::SERIES_RECORDS_MAX;
use protocol::wire::HeadOf;
use protocol::{Content, Draft, Entry, Hash, Header, Name, Record, Series, Subject, signed_head};

/// Eight in the morning of 23/11/2026 in Vietnam.
pub const DAY_MS: i64 = 1_795_395_600_000;
/// Desks squeeze harder; unfolding, which is the gateway's part, costs the same.
const LEVEL: i32 = 3;
/// Bytes of a series before compression.
const SERIES_BYTES: usize = 64 * 1024;
/// Dossiers a lane numbers in one day.
const LANE: u64 = 999;

/// A desk: the only one of its site.
pub struct Desk {
    /// Unit code of its site.
    pub site: String,
    /// The device.
    pub device: [u8; 16],
    /// Signs its heads.
    pub key: SigningKey,
    /// The end of its log.
    pub head: Hash,
    /// Records in its log.
    pub seq: u64,
    /// Dossiers taken in.
    pub dossiers: u64,
}

/// A record as it lies in the log.
pub struct Written {
    /// Exact bytes with their hash.
    pub entry: Entry,
    /// What the header says.
    pub header: Header,
    /// The device's signature, where a batch ends.
    pub signature: Option<[u8; 64]>,
}

/// A batch, ready to be sent.
pub struct Batch {
    /// Place of its first record.
    pub first: u64,
    /// Place of its last.
    pub last: u64,
    /// Hash of the last header.
    pub head: Hash,
    /// Compressed, as it travels.
    pub packed: Vec<u8>,
}

impl Desk {
    /// The desk of the `n`-th site.
    pub fn new(n: u32) -> Self {
        let mut device = [0xd5; 16];
        device[12..].copy_from_slice(&n.to_be_bytes());
        let mut secret = [7; 32];
        secret[..16].copy_from_slice(&device);
        Self {
            site: format!("{:05}", n % 100_000),
            device,
            key: SigningKey::from_bytes(&secret),
            head: [0; 32],
            seq: 0,
            dossiers: 0,
        }
    }

    /// The end of its log.
    pub fn head(&self) -> HeadOf {
        HeadOf { device: self.device, seq: self.seq, hash: self.head }
    }

    /// Takes dossiers in and brings each to its end: six records a dossier, signed where batches end.
    ///
    /// # Errors
    /// A record that cannot be made.
    pub fn write(&mut self, dossiers: &Dossiers, count: u64) -> Result<Vec<Written>> {
        let mut written = Vec::with_capacity(count as usize * RECORDS);
        for _ in 0..count {
            self.write_dossier(dossiers, &mut written)?;
        }
        self.sign_ends(&mut written);
        Ok(written)
    }

    fn write_dossier(&mut self, dossiers: &Dossiers, written: &mut Vec<Written>) -> Result<()> {
        let (n, mut subject) = (self.dossiers, self.device);
        self.dossiers += 1;
        subject[..8].copy_from_slice(&n.to_be_bytes());
        // Every day has a lane of its own; the days count on from the first of January 2000.
        let (day, place) = (n / LANE, n % LANE + 1);
        let day = format!("{:02}{:02}{:02}", day / 336 % 100, day / 28 % 12 + 1, day % 28 + 1);
        let (number, lane) =
            (format!("H38.{}-{day}-1{place:03}", self.site), format!("lane/{day}/1"));
        let mut parent: Option<(Name, u64)> = None;
        for (kind, body) in dossiers.bodies(n as usize, &number, &lane) {
            self.seq += 1;
            let name = Name { device: self.device, seq: self.seq };
            let mut salt = subject;
            salt[8..].copy_from_slice(&self.seq.to_le_bytes());
            let draft = Draft {
                site: self.site.clone(),
                subject: Subject { kind: "dossier", id: subject },
                kind,
                actor: [3; 16],
                authority: Vec::new(),
                parents: parent.map(|(name, _)| name).into_iter().collect(),
                parents_depth: parent.map_or(0, |(_, depth)| depth),
                at_ms: DAY_MS,
                salt,
                body,
            };
            let record = Record::seal(draft, name, self.head)?;
            self.head = record.hash;
            parent = Some((name, record.header.depth));
            let content = Some(Content { salt: record.salt, body: record.body });
            let entry = Entry::new(record.header_bytes, content);
            written.push(Written { entry, header: record.header, signature: None });
        }
        Ok(())
    }

    /// A batch ends after a hundred records or 64 KiB, as the engine asks for them.
    fn sign_ends(&self, written: &mut [Written]) {
        let (mut records, mut bytes, count) = (0, 0, written.len());
        for at in 0..count {
            records += 1;
            bytes += size(&written[at]);
            let next = written.get(at + 1).map_or(usize::MAX, size);
            let full = records == SERIES_RECORDS_MAX;
            if full || next == usize::MAX || bytes + next > SERIES_BYTES {
                let end = &mut written[at];
                let head = signed_head(&self.site, end.header.name, &end.entry.hash);
                end.signature = Some(self.key.sign(&head).to_bytes());
                (records, bytes) = (0, 0);
            }
        }
    }

    /// The batches of records that follow `prev`.
    ///
    /// # Errors
    /// A series that cannot be written.
    pub fn batches(&self, prev: Hash, written: Vec<Written>) -> Result<Vec<Batch>> {
        let (mut batches, mut prev, mut entries) = (Vec::new(), prev, Vec::new());
        for record in written {
            let name = record.header.name;
            entries.push(record.entry);
            if let Some(signature) = record.signature {
                let entries = std::mem::take(&mut entries);
                let first = name.seq + 1 - entries.len() as u64;
                let (site, device) = (self.site.clone(), self.device);
                let series = Series { site, device, first, prev, entries, signature };
                prev = series.head();
                let packed = zstd::bulk::compress(&series.encode()?, LEVEL)?;
                batches.push(Batch { first, last: name.seq, head: prev, packed });
            }
        }
        entries.is_empty().then_some(batches).context("the last record is not signed")
    }
}

fn size(record: &Written) -> usize {
    let body = record.entry.content.as_ref().map_or(0, |content| content.body.len());
    record.entry.header.len() + body
}
