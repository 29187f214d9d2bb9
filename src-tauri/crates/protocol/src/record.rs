//! The record: header, salted body, chain hash, signed head.

use crate::fact::Subject;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

/// Version of the header written by this application. 0 is the first that was frozen.
pub const HEADER_VERSION: u16 = 0;

/// Bytes of random salt in front of every body.
pub const SALT_BYTES: usize = 16;

const HEAD_DOMAIN: &[u8] = b"quay head v0\0";
const PARENTS_MAX: usize = 64;

/// SHA-256.
pub type Hash = [u8; 32];

/// A record's name: the device that wrote it and its place in that device's log, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(array)]
pub struct Name {
    /// The device.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub device: [u8; 16],
    /// Its place, from 1.
    #[n(1)]
    pub seq: u64,
}

/// What a record says about itself. The chain hashes exactly these bytes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Header {
    /// Format of this header.
    #[n(0)]
    pub version: u16,
    /// Five-digit unit code of the site.
    #[n(1)]
    pub site: String,
    /// Device and place.
    #[n(2)]
    pub name: Name,
    /// Hash of the device's previous header; zero for the first.
    #[n(3)]
    pub prev: ByteArray<32>,
    /// 1 + the largest depth among the parents.
    #[n(4)]
    pub depth: u64,
    /// Heads of the subject's history as the device knew them.
    #[n(5)]
    pub parents: Vec<Name>,
    /// What the record is about: a word and sixteen bytes.
    #[n(6)]
    pub subject_kind: String,
    /// The subject's id.
    #[n(7)]
    pub subject: ByteArray<16>,
    /// Word of the body's kind.
    #[n(8)]
    pub kind: String,
    /// Account of the officer who recorded it.
    #[n(9)]
    pub actor: ByteArray<16>,
    /// Heads of the accounts' history by which the actor's permission is judged.
    #[n(10)]
    pub authority: Vec<Name>,
    /// Wall clock, milliseconds since 1970 UTC: evidence to be shown, never order.
    #[n(11)]
    pub at_ms: i64,
    /// Offset of the desk's zone, minutes.
    #[n(12)]
    pub zone_minutes: i16,
    /// Known error of the desk's clock, milliseconds; absent when unknown.
    #[n(13)]
    pub skew_ms: Option<i64>,
    /// SHA-256 of salt and body.
    #[n(14)]
    pub body_hash: ByteArray<32>,
}

/// A record about to be written: everything but its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Unit code of the site.
    pub site: String,
    /// What it is about.
    pub subject: Subject,
    /// Word of the body's kind.
    pub kind: &'static str,
    /// Account of the officer.
    pub actor: [u8; 16],
    /// Accounts' heads.
    pub authority: Vec<Name>,
    /// Heads of the subject's history here, and the largest depth among them.
    pub parents: Vec<Name>,
    /// Largest depth among the parents; 0 without parents.
    pub parents_depth: u64,
    /// Wall clock, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Random salt.
    pub salt: [u8; SALT_BYTES],
    /// Exact body bytes.
    pub body: Vec<u8>,
}

/// A record whole: exact header bytes, their hash, salt and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What the bytes say.
    pub header: Header,
    /// The bytes that are hashed, stored and sent.
    pub header_bytes: Vec<u8>,
    /// SHA-256 of `header_bytes`.
    pub hash: Hash,
    /// Salt of the body.
    pub salt: [u8; SALT_BYTES],
    /// Exact body bytes.
    pub body: Vec<u8>,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordFault {
    /// The header cannot be read.
    #[error("record header unreadable: {0}")]
    Header(String),
    /// The body does not belong to the header.
    #[error("record body does not match its header")]
    Body,
    /// The header was written by a newer application and cannot be taken apart.
    #[error("record header version {0} is newer than this application")]
    Newer(u16),
}

impl Record {
    /// Puts a draft at the end of a device's chain.
    ///
    /// # Errors
    /// [`RecordFault::Header`] when the header cannot be written, which no draft of this application causes.
    pub fn seal(draft: Draft, name: Name, prev: Hash) -> Result<Self, RecordFault> {
        let header = Header {
            version: HEADER_VERSION,
            site: draft.site,
            name,
            prev: prev.into(),
            depth: draft.parents_depth + 1,
            parents: draft.parents,
            subject_kind: draft.subject.kind.to_owned(),
            subject: draft.subject.id.into(),
            kind: draft.kind.to_owned(),
            actor: draft.actor.into(),
            authority: draft.authority,
            at_ms: draft.at_ms,
            zone_minutes: 420,
            skew_ms: None,
            body_hash: body_hash(&draft.salt, &draft.body).into(),
        };
        let header_bytes =
            minicbor::to_vec(&header).map_err(|fault| RecordFault::Header(fault.to_string()))?;
        let hash = Sha256::digest(&header_bytes).into();
        Ok(Self { header, header_bytes, hash, salt: draft.salt, body: draft.body })
    }

    /// Reads a record, of a later version too, and checks that body and header belong together.
    ///
    /// # Errors
    /// [`RecordFault`] naming what does not hold.
    pub fn read(
        header_bytes: Vec<u8>,
        salt: [u8; SALT_BYTES],
        body: Vec<u8>,
    ) -> Result<Self, RecordFault> {
        let header = Header::placed(&header_bytes)?;
        if body_hash(&salt, &body) != *header.body_hash {
            return Err(RecordFault::Body);
        }
        let hash = Sha256::digest(&header_bytes).into();
        Ok(Self { header, header_bytes, hash, salt, body })
    }
}

impl Header {
    /// Reads what this version knows of a header of any version. Later versions only add fields behind the ones known
    /// here, so that every machine can chain, store and pass on what it cannot understand; what such a record *says* is not
    /// to be read ([`Header::is_newer`]).
    ///
    /// # Errors
    /// [`RecordFault::Header`] for bytes that are no header.
    pub fn placed(bytes: &[u8]) -> Result<Self, RecordFault> {
        match Self::read(bytes) {
            Err(RecordFault::Newer(_)) => {
                let header: Header = minicbor::decode(bytes)
                    .map_err(|fault| RecordFault::Header(fault.to_string()))?;
                header.bounded()
            }
            read => read,
        }
    }

    /// Whether a later version wrote it.
    pub fn is_newer(&self) -> bool {
        self.version > HEADER_VERSION
    }

    /// Reads exact header bytes, all of them.
    ///
    /// # Errors
    /// [`RecordFault::Header`] for bytes that are no header, [`RecordFault::Newer`] for a later format.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordFault> {
        let mut decoder = minicbor::Decoder::new(bytes);
        let header: Header =
            decoder.decode().map_err(|fault| RecordFault::Header(fault.to_string()))?;
        if header.version > HEADER_VERSION {
            return Err(RecordFault::Newer(header.version));
        }
        if decoder.position() != bytes.len() {
            return Err(RecordFault::Header("bytes after the header".into()));
        }
        header.bounded()
    }

    fn bounded(self) -> Result<Self, RecordFault> {
        if self.parents.len() > PARENTS_MAX || self.authority.len() > PARENTS_MAX {
            return Err(RecordFault::Header(format!("more than {PARENTS_MAX} parents")));
        }
        Ok(self)
    }
}

/// SHA-256 of the salt followed by the exact body bytes.
pub fn body_hash(salt: &[u8; SALT_BYTES], body: &[u8]) -> Hash {
    let mut digest = Sha256::new();
    digest.update(salt);
    digest.update(body);
    digest.finalize().into()
}

/// SHA-256 of exact header bytes.
pub fn header_hash(header_bytes: &[u8]) -> Hash {
    Sha256::digest(header_bytes).into()
}

/// The bytes a device signs at every commit: one signature covers the head and, through the chain, all before it.
pub fn signed_head(site: &str, name: Name, hash: &Hash) -> Vec<u8> {
    let mut message = HEAD_DOMAIN.to_vec();
    message.extend((site.len() as u64).to_be_bytes());
    message.extend(site.as_bytes());
    message.extend(name.device);
    message.extend(name.seq.to_be_bytes());
    message.extend(hash);
    message
}

/// Whether `signature` is the device's own over its head.
pub fn head_is_signed(
    public_key: &[u8; 32],
    site: &str,
    name: Name,
    hash: &Hash,
    signature: &[u8; 64],
) -> bool {
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(public_key) else {
        return false;
    };
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(&signed_head(site, name, hash), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Draft, Name, Record, RecordFault};
    use crate::fact::Subject;

    fn draft() -> Draft {
        Draft {
            site: "04252".into(),
            subject: Subject { kind: "dossier", id: [7; 16] },
            kind: "dossier.noted",
            actor: [3; 16],
            authority: vec![Name { device: [1; 16], seq: 1 }],
            parents: vec![Name { device: [1; 16], seq: 4 }],
            parents_depth: 4,
            at_ms: 1_795_000_000_000,
            salt: [9; 16],
            body: br#"{"x":1}"#.to_vec(),
        }
    }

    #[test]
    fn a_record_reads_back_from_its_exact_bytes() {
        let record = Record::seal(draft(), Name { device: [1; 16], seq: 5 }, [2; 32]).unwrap();
        let read =
            Record::read(record.header_bytes.clone(), record.salt, record.body.clone()).unwrap();
        assert_eq!(read, record);
        assert_eq!(read.header.depth, 5);
    }

    #[test]
    fn a_changed_body_no_longer_belongs_to_its_header() {
        let record = Record::seal(draft(), Name { device: [1; 16], seq: 5 }, [2; 32]).unwrap();
        let body = br#"{"x":2}"#.to_vec();
        assert_eq!(Record::read(record.header_bytes, record.salt, body), Err(RecordFault::Body));
    }

    #[test]
    fn the_bytes_of_the_header_do_not_change_unnoticed() {
        let record = Record::seal(draft(), Name { device: [1; 16], seq: 5 }, [2; 32]).unwrap();
        let golden = include_str!("../golden/header_v0.hex").trim();
        let hex: String = record.header_bytes.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, golden, "the header format is part of the law of the log");
    }

    #[test]
    fn no_bytes_make_the_reader_panic() {
        let record = Record::seal(draft(), Name { device: [1; 16], seq: 5 }, [2; 32]).unwrap();
        for cut in 0..record.header_bytes.len() {
            assert!(
                super::Header::read(&record.header_bytes[..cut]).is_err(),
                "a header cut at {cut} was read"
            );
        }
    }
}
