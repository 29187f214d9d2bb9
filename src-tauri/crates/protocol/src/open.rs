//! The open dossiers of a site, given to a new desk before the feed: whole histories, page by page, under one signature of
//! the gateway a page. Their records have left their chains behind: the chains come with the feed.

use crate::receipt::signed_by;
use crate::record::{Hash, Header, body_hash};
use crate::series::{
    Content, Entry, SERIES_BYTES_MAX, SeriesFault, bounded, contents_of, length_of,
};
use crate::wire::{HeadOf, PAGE_BYTES_MAX};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

const OPEN_DOMAIN: &[u8] = b"quay open v0\0";
const OPEN_VERSION: u8 = 0;
/// Most records of a page: what a receiver is ready to unfold.
const OPEN_RECORDS_MAX: usize = 4 * SERIES_BYTES_MAX / 64;

/// A page of the open dossiers, in the order of their ids: the gateway's checkpoint of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPage {
    /// Unit code of the site.
    pub site: String,
    /// See [`crate::wire::Heads::ledger_epoch`].
    pub ledger_epoch: u64,
    /// How far the feed of the site went when the page was read.
    pub feed: u64,
    /// The subject after which the page begins, as it was asked for; zero for the first page.
    pub after: [u8; 16],
    /// The last subject looked at: ask for the next page with it.
    pub next: [u8; 16],
    /// Whether there are more pages.
    pub more: bool,
    /// With the first page: how many subjects all pages have.
    pub total: Option<u64>,
    /// How far each device was read.
    pub heads: Vec<HeadOf>,
    /// The histories.
    pub histories: Vec<History>,
    /// The gateway's signature over all of it.
    pub signature: [u8; 64],
}

/// Every record of a subject that counts, in the order in which they fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The subject's id.
    pub subject: [u8; 16],
    /// The records, in any devices' logs.
    pub entries: Vec<Entry>,
}

impl OpenPage {
    /// The bytes that the gateway signs: everything the page says, its records by the state they give each subject.
    ///
    /// # Errors
    /// [`SeriesFault`] of a record that cannot be placed.
    pub fn signed(&self) -> Result<Vec<u8>, SeriesFault> {
        let mut message = OPEN_DOMAIN.to_vec();
        let number = |message: &mut Vec<u8>, number: u64| message.extend(number.to_be_bytes());
        number(&mut message, self.site.len() as u64);
        message.extend(self.site.as_bytes());
        number(&mut message, self.ledger_epoch);
        number(&mut message, self.feed);
        message.extend(self.after);
        message.extend(self.next);
        message.push(self.more.into());
        message.push(self.total.is_some().into());
        number(&mut message, self.total.unwrap_or(0));
        number(&mut message, self.heads.len() as u64);
        for head in &self.heads {
            message.extend(head.device);
            number(&mut message, head.seq);
            message.extend(head.hash);
        }
        number(&mut message, self.histories.len() as u64);
        for history in &self.histories {
            message.extend(history.subject);
            message.extend(history.state()?);
        }
        Ok(message)
    }

    /// Whether `gateway_key` signed this page, for `site` and for what was asked.
    pub fn is_signed(&self, gateway_key: &[u8; 32], site: &str, after: &[u8; 16]) -> bool {
        let asked = self.site == site && self.after == *after;
        let signed = |message: Vec<u8>| signed_by(gateway_key, &message, &self.signature);
        asked && self.signed().is_ok_and(signed)
    }

    /// The bytes to send, before compression.
    ///
    /// # Errors
    /// [`SeriesFault::TooLarge`] for more than the receiver is ready to take.
    pub fn encode(&self) -> Result<Vec<u8>, SeriesFault> {
        let bytes = minicbor::to_vec(Packed::of(self))
            .map_err(|fault| SeriesFault::Unreadable(fault.to_string()))?;
        bounded("bytes", bytes.len(), PAGE_BYTES_MAX)?;
        Ok(bytes)
    }

    /// Reads a page: every record is of the site and of its subject and belongs to its body.
    ///
    /// # Errors
    /// [`SeriesFault`] naming the record and the rule.
    pub fn decode(bytes: &[u8]) -> Result<Self, SeriesFault> {
        bounded("bytes", bytes.len(), PAGE_BYTES_MAX)?;
        let mut decoder = minicbor::Decoder::new(bytes);
        let packed: Packed =
            decoder.decode().map_err(|fault| SeriesFault::Unreadable(fault.to_string()))?;
        if decoder.position() != bytes.len() {
            return Err(SeriesFault::Unreadable("bytes after the page".into()));
        }
        packed.unpack()
    }
}

impl History {
    /// The state of the subject: SHA-256 over name and header hash of every record, sorted by name.
    ///
    /// # Errors
    /// [`SeriesFault`] of a record that cannot be placed.
    pub fn state(&self) -> Result<Hash, SeriesFault> {
        let mut names = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            names.push((placed(entry)?.name, entry.hash));
        }
        names.sort_unstable();
        let mut digest = Sha256::new();
        for (name, hash) in names {
            digest.update(name.device);
            digest.update(name.seq.to_be_bytes());
            digest.update(hash);
        }
        Ok(digest.finalize().into())
    }
}

/// The columns of a page: alike lies beside alike, which is what a compressor wants.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Packed {
    #[n(0)]
    version: u8,
    #[n(1)]
    site: String,
    #[n(2)]
    ledger_epoch: u64,
    #[n(3)]
    feed: u64,
    #[n(4)]
    after: ByteArray<16>,
    #[n(5)]
    next: ByteArray<16>,
    #[n(6)]
    more: bool,
    #[n(7)]
    total: Option<u64>,
    #[n(8)]
    heads: Vec<PackedHead>,
    #[n(9)]
    signature: ByteArray<64>,
    #[n(10)]
    subjects: Vec<PackedSubject>,
    #[n(11)]
    headers: Vec<PackedHeader>,
    /// Salts of the records that have a body, one after the other.
    #[n(12)]
    salts: ByteVec,
    /// Length of each body; absent after a disposal.
    #[n(13)]
    lengths: Vec<Option<u32>>,
    #[n(14)]
    bodies: ByteVec,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackedHead {
    #[n(0)]
    device: ByteArray<16>,
    #[n(1)]
    seq: u64,
    #[n(2)]
    hash: ByteArray<32>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackedSubject {
    #[n(0)]
    id: ByteArray<16>,
    #[n(1)]
    records: u32,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackedHeader {
    /// Exact bytes.
    #[n(0)]
    bytes: ByteVec,
    /// Whether the hash of the body, which ends this version's headers, was left off: it follows from salt and body.
    #[n(1)]
    short: bool,
}

impl Packed {
    fn of(page: &OpenPage) -> Self {
        let entries = || page.histories.iter().flat_map(|history| &history.entries);
        let contents = || entries().filter_map(|entry| entry.content.as_ref());
        Self {
            version: OPEN_VERSION,
            site: page.site.clone(),
            ledger_epoch: page.ledger_epoch,
            feed: page.feed,
            after: page.after.into(),
            next: page.next.into(),
            more: page.more,
            total: page.total,
            heads: page.heads.iter().map(PackedHead::of).collect(),
            signature: page.signature.into(),
            subjects: page.histories.iter().map(PackedSubject::of).collect(),
            headers: entries().map(PackedHeader::of).collect(),
            salts: contents().flat_map(|content| content.salt).collect::<Vec<u8>>().into(),
            lengths: entries().map(length_of).collect(),
            bodies: contents()
                .flat_map(|content| &content.body)
                .copied()
                .collect::<Vec<u8>>()
                .into(),
        }
    }

    fn unpack(self) -> Result<OpenPage, SeriesFault> {
        if self.version != OPEN_VERSION {
            return Err(SeriesFault::Unreadable(format!("page version {}", self.version)));
        }
        bounded("records", self.headers.len(), OPEN_RECORDS_MAX)?;
        let contents = contents_of(&self.lengths, &self.salts, &self.bodies)?;
        let counted: u64 = self.subjects.iter().map(|subject| u64::from(subject.records)).sum();
        if contents.len() != self.headers.len() || counted != self.headers.len() as u64 {
            return Err(SeriesFault::Unreadable("as many bodies as headers are needed".into()));
        }
        let mut entries = self.headers.into_iter().zip(contents);
        let mut histories = Vec::with_capacity(self.subjects.len());
        for subject in self.subjects {
            let of = entries.by_ref().take(subject.records as usize);
            let entries = of.map(|(header, content)| header.unpack(content)).collect();
            let history = History { subject: *subject.id, entries };
            check(&history, &self.site)?;
            histories.push(history);
        }
        Ok(OpenPage {
            site: self.site,
            ledger_epoch: self.ledger_epoch,
            feed: self.feed,
            after: *self.after,
            next: *self.next,
            more: self.more,
            total: self.total,
            heads: self.heads.iter().map(PackedHead::unpack).collect(),
            histories,
            signature: *self.signature,
        })
    }
}

impl PackedHead {
    fn of(head: &HeadOf) -> Self {
        Self { device: head.device.into(), seq: head.seq, hash: head.hash.into() }
    }

    fn unpack(&self) -> HeadOf {
        HeadOf { device: *self.device, seq: self.seq, hash: *self.hash }
    }
}

impl PackedSubject {
    fn of(history: &History) -> Self {
        let records = u32::try_from(history.entries.len()).unwrap_or(u32::MAX);
        Self { id: history.subject.into(), records }
    }
}

impl PackedHeader {
    fn of(entry: &Entry) -> Self {
        let end = entry.content.as_ref().map(hash_of);
        let short = end.and_then(|end| entry.header.strip_suffix(&end));
        Self { bytes: short.unwrap_or(&entry.header).to_vec().into(), short: short.is_some() }
    }

    fn unpack(self, content: Option<Content>) -> Entry {
        let mut header: Vec<u8> = self.bytes.into();
        if let Some(content) = content.as_ref().filter(|_| self.short) {
            header.extend(hash_of(content));
        }
        Entry::new(header, content)
    }
}

fn hash_of(content: &Content) -> Hash {
    body_hash(&content.salt, &content.body)
}

fn check(history: &History, site: &str) -> Result<(), SeriesFault> {
    for entry in &history.entries {
        let header = placed(entry)?;
        let fault = |what| Err(SeriesFault::Record { seq: header.name.seq, what });
        if header.site != site {
            return fault("of another site");
        }
        if *header.subject != history.subject {
            return fault("of another subject");
        }
        if entry.content.as_ref().is_some_and(|content| hash_of(content) != *header.body_hash) {
            return fault("another body");
        }
    }
    Ok(())
}

fn placed(entry: &Entry) -> Result<Header, SeriesFault> {
    Header::placed(&entry.header).map_err(|fault| SeriesFault::Unreadable(fault.to_string()))
}

#[cfg(test)]
mod tests;
