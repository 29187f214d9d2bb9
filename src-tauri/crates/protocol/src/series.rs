//! A series: records of one device in the order of its log, as they travel. What the receiver can compute again is left
//! off: site, device, places and the chain of hashes are stated once, the body's hash follows from salt and body.
//!
//! Header bytes are never serialised twice on the way to a hash: a header that this version's encoder would not write
//! byte for byte the same (a later version's, for one) travels as its exact bytes.

mod run;

use crate::record::{Hash, Header, Name, SALT_BYTES, body_hash, header_hash};
use minicbor::bytes::{ByteArray, ByteVec};
use minicbor::{Decode, Encode};

/// Most records in one series on the wire.
pub const SERIES_RECORDS_MAX: usize = 100;
/// Most series in one request.
pub const RUN_SERIES_MAX: usize = 8;
/// Most bytes of one body.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// Most bytes of a series before compression: what a receiver is ready to unfold.
pub const SERIES_BYTES_MAX: usize = 4 * 1024 * 1024;

const SERIES_VERSION: u8 = 0;

/// Records of one device, one after the other, with the device's signature over the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Unit code of the site.
    pub site: String,
    /// Whose records.
    pub device: [u8; 16],
    /// Place of the first record, from 1.
    pub first: u64,
    /// Hash of the header before the first; zero when `first` is 1.
    pub prev: Hash,
    /// The records, without a gap.
    pub entries: Vec<Entry>,
    /// The device's signature over the head after the last record: it covers all before it.
    pub signature: [u8; 64],
}

/// One record of a series: exact header bytes, and its body unless it was lawfully disposed of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes that were hashed.
    pub header: Vec<u8>,
    /// SHA-256 of `header`.
    pub hash: Hash,
    /// Salt and body; `None` after a disposal.
    pub content: Option<Content>,
}

/// What a record says, with the salt that binds it to its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Random salt.
    pub salt: [u8; SALT_BYTES],
    /// Exact body bytes.
    pub body: Vec<u8>,
}

/// Why bytes are not a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeriesFault {
    /// Not readable at all.
    #[error("series unreadable: {0}")]
    Unreadable(String),
    /// More than this side is ready to take.
    #[error("series too large: {what} {found}, at most {max}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much.
        found: u64,
        /// The bound.
        max: u64,
    },
    /// A header does not stand where the series puts it.
    #[error("record {seq} of the series: {what}")]
    Record {
        /// Its place in the device's log.
        seq: u64,
        /// What does not hold.
        what: &'static str,
    },
}

impl Entry {
    /// An entry from stored bytes.
    pub fn new(header: Vec<u8>, content: Option<Content>) -> Self {
        let hash = header_hash(&header);
        Self { header, hash, content }
    }

    /// What the header says; `None` when a newer version wrote it.
    pub fn read(&self) -> Option<Header> {
        Header::read(&self.header).ok()
    }
}

impl Series {
    /// Place of the last record; `first - 1` for an empty series.
    pub fn last(&self) -> u64 {
        self.first + self.entries.len() as u64 - 1
    }

    /// Hash of the last header; `prev` for an empty series.
    pub fn head(&self) -> Hash {
        self.entries.last().map_or(self.prev, |entry| entry.hash)
    }

    /// Every record with its name.
    pub fn named(&self) -> impl Iterator<Item = (Name, &Entry)> {
        (self.first..)
            .zip(&self.entries)
            .map(|(seq, entry)| (Name { device: self.device, seq }, entry))
    }

    /// The bytes to send, before compression.
    ///
    /// # Errors
    /// [`SeriesFault::TooLarge`] for more than the receiver is ready to take.
    pub fn encode(&self) -> Result<Vec<u8>, SeriesFault> {
        bounded("records", self.entries.len(), SERIES_RECORDS_MAX)?;
        let bytes = minicbor::to_vec(Packed::of(self))
            .map_err(|fault| SeriesFault::Unreadable(fault.to_string()))?;
        bounded("bytes", bytes.len(), SERIES_BYTES_MAX)?;
        Ok(bytes)
    }

    /// Reads a series: every header stands in its place, chains to the one before it and belongs to its body.
    ///
    /// # Errors
    /// [`SeriesFault`] naming the record and the rule.
    pub fn decode(bytes: &[u8]) -> Result<Self, SeriesFault> {
        match <[Self; 1]>::try_from(Self::decode_run(bytes)?) {
            Ok([series]) => Ok(series),
            Err(_) => Err(SeriesFault::Unreadable("bytes after the series".into())),
        }
    }
}

pub(crate) fn bounded(what: &'static str, found: usize, max: usize) -> Result<(), SeriesFault> {
    if found > max {
        return Err(SeriesFault::TooLarge { what, found: found as u64, max: max as u64 });
    }
    Ok(())
}

/// The columns of a series: alike lies beside alike, which is what a compressor wants.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Packed {
    #[n(0)]
    version: u8,
    #[n(1)]
    site: String,
    #[n(2)]
    device: ByteArray<16>,
    #[n(3)]
    first: u64,
    #[n(4)]
    prev: ByteArray<32>,
    #[n(5)]
    signature: ByteArray<64>,
    #[n(6)]
    headers: Vec<PackedHeader>,
    /// Salts of the records that have a body, one after the other.
    #[n(7)]
    salts: ByteVec,
    /// Length of each body; absent after a disposal.
    #[n(8)]
    lengths: Vec<Option<u32>>,
    #[n(9)]
    bodies: ByteVec,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct PackedHeader {
    /// The header's exact bytes, where the fields below would not give them again.
    #[n(0)]
    exact: Option<ByteVec>,
    #[n(1)]
    fields: Option<Fields>,
}

/// What a header says beyond its place in the chain. Whatever equals the record before it is left off.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Fields {
    #[n(0)]
    depth: u64,
    #[n(1)]
    parents: Vec<Parent>,
    #[n(2)]
    subject_kind: Option<String>,
    #[n(3)]
    subject: Option<ByteArray<16>>,
    #[n(4)]
    kind: String,
    #[n(5)]
    actor: Option<ByteArray<16>>,
    #[n(6)]
    authority: Option<Vec<Name>>,
    /// Milliseconds since the record before it.
    #[n(7)]
    at_delta_ms: i64,
    #[n(8)]
    zone_minutes: i16,
    #[n(9)]
    skew_ms: Option<i64>,
    /// Only where the body is gone: otherwise it follows from salt and body.
    #[n(10)]
    body_hash: Option<ByteArray<32>>,
}

/// A parent: a record of the same device so many places earlier, or another device's by name.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Parent {
    #[n(0)]
    back: Option<u64>,
    #[n(1)]
    other: Option<Name>,
}

impl Packed {
    fn of(series: &Series) -> Self {
        let mut before = Before::default();
        let mut headers = Vec::with_capacity(series.entries.len());
        let mut prev = series.prev;
        for (name, entry) in series.named() {
            headers.push(PackedHeader::of(series, name, entry, &prev, &mut before));
            prev = entry.hash;
        }
        let contents: Vec<&Content> =
            series.entries.iter().filter_map(|entry| entry.content.as_ref()).collect();
        Self {
            version: SERIES_VERSION,
            site: series.site.clone(),
            device: series.device.into(),
            first: series.first,
            prev: series.prev.into(),
            signature: series.signature.into(),
            headers,
            salts: contents.iter().flat_map(|content| content.salt).collect::<Vec<u8>>().into(),
            lengths: series.entries.iter().map(length_of).collect(),
            bodies: contents
                .iter()
                .flat_map(|content| &content.body)
                .copied()
                .collect::<Vec<u8>>()
                .into(),
        }
    }

    fn unpack(self) -> Result<Series, SeriesFault> {
        if self.version != SERIES_VERSION {
            return Err(SeriesFault::Unreadable(format!("series version {}", self.version)));
        }
        bounded("records", self.headers.len(), SERIES_RECORDS_MAX)?;
        if self.first == 0 || self.first.checked_add(self.headers.len() as u64).is_none() {
            return Err(SeriesFault::Unreadable("the first place is out of range".into()));
        }
        let mut contents = contents_of(&self.lengths, &self.salts, &self.bodies)?.into_iter();
        if contents.len() != self.headers.len() {
            return Err(SeriesFault::Unreadable("as many bodies as headers are needed".into()));
        }
        let mut before = Before::default();
        let mut prev: Hash = *self.prev;
        let mut entries = Vec::with_capacity(self.headers.len());
        for (seq, packed) in (self.first..).zip(self.headers) {
            let name = Name { device: *self.device, seq };
            let content = contents.next().flatten();
            let header = packed.unpack(&self.site, name, &prev, content.as_ref(), &mut before)?;
            let entry = Entry::new(header, content);
            prev = entry.hash;
            entries.push(entry);
        }
        Ok(Series {
            site: self.site,
            device: *self.device,
            first: self.first,
            prev: *self.prev,
            entries,
            signature: *self.signature,
        })
    }
}

/// What the record before said, for the fields that are left off when they repeat.
#[derive(Default)]
struct Before {
    subject_kind: String,
    subject: [u8; 16],
    actor: [u8; 16],
    authority: Vec<Name>,
    at_ms: i64,
}

impl Before {
    fn follow(&mut self, header: &Header) {
        self.subject_kind.clone_from(&header.subject_kind);
        self.subject = *header.subject;
        self.actor = *header.actor;
        self.authority.clone_from(&header.authority);
        self.at_ms = header.at_ms;
    }
}

impl PackedHeader {
    fn of(series: &Series, name: Name, entry: &Entry, prev: &Hash, before: &mut Before) -> Self {
        let exact = || Self { exact: Some(entry.header.clone().into()), fields: None };
        let Some(header) = entry.read() else { return exact() };
        let fields = Fields::of(&header, entry.content.is_some(), before);
        let again = fields.header(&series.site, name, prev, entry.content.as_ref(), before);
        let same = minicbor::to_vec(&again).is_ok_and(|bytes| bytes == entry.header);
        before.follow(&header);
        if same { Self { exact: None, fields: Some(fields) } } else { exact() }
    }

    fn unpack(
        self,
        site: &str,
        name: Name,
        prev: &Hash,
        content: Option<&Content>,
        before: &mut Before,
    ) -> Result<Vec<u8>, SeriesFault> {
        let fault = |what| SeriesFault::Record { seq: name.seq, what };
        match (self.exact, self.fields) {
            (Some(bytes), None) => {
                let bytes: Vec<u8> = bytes.into();
                if let Ok(header) = Header::read(&bytes) {
                    check_place(&header, site, name, prev)?;
                    check_body(&header, content, name.seq)?;
                    before.follow(&header);
                }
                Ok(bytes)
            }
            (None, Some(fields)) => {
                if content.is_none() && fields.body_hash.is_none() {
                    return Err(fault("neither a body nor its hash"));
                }
                let header = fields.header(site, name, prev, content, before);
                let bytes = minicbor::to_vec(&header).map_err(|_| fault("the header"))?;
                Header::read(&bytes).map_err(|_| fault("the header breaks a bound"))?;
                before.follow(&header);
                Ok(bytes)
            }
            _ => Err(fault("exact bytes or fields, one of the two")),
        }
    }
}

impl Fields {
    fn of(header: &Header, has_body: bool, before: &Before) -> Self {
        let device = header.name.device;
        let parent = |parent: &Name| match header.name.seq.checked_sub(parent.seq) {
            Some(back) if parent.device == device => Parent { back: Some(back), other: None },
            _ => Parent { back: None, other: Some(*parent) },
        };
        Self {
            depth: header.depth,
            parents: header.parents.iter().map(parent).collect(),
            subject_kind: (header.subject_kind != before.subject_kind)
                .then(|| header.subject_kind.clone()),
            subject: (*header.subject != before.subject).then_some(header.subject),
            kind: header.kind.clone(),
            actor: (*header.actor != before.actor).then_some(header.actor),
            authority: (header.authority != before.authority).then(|| header.authority.clone()),
            at_delta_ms: header.at_ms.wrapping_sub(before.at_ms),
            zone_minutes: header.zone_minutes,
            skew_ms: header.skew_ms,
            body_hash: (!has_body).then_some(header.body_hash),
        }
    }

    fn header(
        &self,
        site: &str,
        name: Name,
        prev: &Hash,
        content: Option<&Content>,
        before: &Before,
    ) -> Header {
        let parent = |parent: &Parent| match (parent.other, parent.back) {
            (Some(other), _) => other,
            (None, back) => {
                Name { device: name.device, seq: name.seq.saturating_sub(back.unwrap_or(0)) }
            }
        };
        Header {
            version: crate::record::HEADER_VERSION,
            site: site.to_owned(),
            name,
            prev: (*prev).into(),
            depth: self.depth,
            parents: self.parents.iter().map(parent).collect(),
            subject_kind: self.subject_kind.clone().unwrap_or_else(|| before.subject_kind.clone()),
            subject: self.subject.unwrap_or_else(|| before.subject.into()),
            kind: self.kind.clone(),
            actor: self.actor.unwrap_or_else(|| before.actor.into()),
            authority: self.authority.clone().unwrap_or_else(|| before.authority.clone()),
            at_ms: before.at_ms.wrapping_add(self.at_delta_ms),
            zone_minutes: self.zone_minutes,
            skew_ms: self.skew_ms,
            body_hash: match content {
                Some(content) => body_hash(&content.salt, &content.body).into(),
                None => self.body_hash.unwrap_or_else(|| [0; 32].into()),
            },
        }
    }
}

pub(crate) fn length_of(entry: &Entry) -> Option<u32> {
    entry.content.as_ref().map(|content| u32::try_from(content.body.len()).unwrap_or(u32::MAX))
}

pub(crate) fn contents_of(
    lengths: &[Option<u32>],
    salts: &[u8],
    bodies: &[u8],
) -> Result<Vec<Option<Content>>, SeriesFault> {
    let short = || SeriesFault::Unreadable("salts and bodies end too early".into());
    let (mut salts, mut bodies) = (salts, bodies);
    let mut contents = Vec::with_capacity(lengths.len().min(SERIES_RECORDS_MAX));
    for length in lengths {
        let Some(length) = length else {
            contents.push(None);
            continue;
        };
        let length = *length as usize;
        bounded("bytes of a body", length, BODY_BYTES_MAX)?;
        let (salt, more_salts) = salts.split_first_chunk::<SALT_BYTES>().ok_or_else(short)?;
        let (body, more_bodies) = bodies.split_at_checked(length).ok_or_else(short)?;
        contents.push(Some(Content { salt: *salt, body: body.to_vec() }));
        (salts, bodies) = (more_salts, more_bodies);
    }
    if salts.is_empty() && bodies.is_empty() {
        return Ok(contents);
    }
    Err(SeriesFault::Unreadable("more salts or bodies than records".into()))
}

fn check_place(header: &Header, site: &str, name: Name, prev: &Hash) -> Result<(), SeriesFault> {
    let fault = |what| Err(SeriesFault::Record { seq: name.seq, what });
    if header.site != site {
        return fault("of another site");
    }
    if header.name != name {
        return fault("not the name its place gives it");
    }
    if *header.prev != *prev {
        return fault("does not chain to the record before it");
    }
    Ok(())
}

fn check_body(header: &Header, content: Option<&Content>, seq: u64) -> Result<(), SeriesFault> {
    let belongs =
        content.is_none_or(|content| body_hash(&content.salt, &content.body) == *header.body_hash);
    if belongs { Ok(()) } else { Err(SeriesFault::Record { seq, what: "another body" }) }
}

#[cfg(test)]
mod tests;
