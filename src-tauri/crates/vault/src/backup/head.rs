//! The part of an archive that anyone can read: whose it is, and the locked key.
//!
//! ```text
//! "QUAYBACK" | version 1 | length u32 | JSON | SHA-256 of all before it | sealed stream
//! ```

use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::BackupFault;
use crate::disk::{Disk, Doing, FileFault};
use crate::keys::{KeyFault, LockedKey};
use crate::seal::Purpose;
use crate::{Digest, StoreId};

/// What an archive says of itself before it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveHead {
    /// The store that was copied.
    pub store: StoreId,
    /// When, in the caller's words: digits, letters and dashes, sorting as time does (`20260304-171500`).
    pub stamp: String,
    /// The key file as it was then: it unlocks with the passphrase or recovery key of that day.
    pub key: LockedKey,
}

/// Reads the head of an archive; needs no key.
///
/// # Errors
/// [`BackupFault::NotABackup`], [`BackupFault::NewerFormat`], [`BackupFault::HeadDamaged`],
/// [`BackupFault::KeyFile`], or the file cannot be read.
pub fn read_head(disk: &dyn Disk, path: &Path) -> Result<ArchiveHead, BackupFault> {
    let mut file = disk.open(path).map_err(FileFault::at(Doing::Read, path))?;
    Ok(parse(&mut file, path)?.0)
}

const MAGIC: &[u8; 8] = b"QUAYBACK";
const VERSION: u8 = 1;
const PREAMBLE_BYTES: usize = MAGIC.len() + 1 + 4;
/// The key file takes about 1 KiB of it.
const JSON_BYTES_MAX: usize = 128 * 1024;
const STAMP_BYTES_MAX: usize = 40;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    store: String,
    stamp: String,
    key_file: Box<RawValue>,
}

impl ArchiveHead {
    /// What the file is called.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}{}.qbk", prefix(self.store), self.stamp)
    }

    /// The bytes in front of the sealed stream, and the purpose that ties the stream to them.
    pub(super) fn encode(&self) -> Result<(Vec<u8>, Purpose), BackupFault> {
        if !is_stamp(&self.stamp) {
            return Err(BackupFault::BadStamp(self.stamp.clone()));
        }
        let json = self.to_json().map_err(BackupFault::KeyFile)?;
        let length = u32::try_from(json.len()).map_err(|_| BackupFault::HeadDamaged)?;
        let mut bytes = [&MAGIC[..], &[VERSION], &length.to_le_bytes(), &json].concat();
        let checksum: Digest = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&checksum);
        Ok((bytes, purpose(self.store, &checksum)))
    }

    fn to_json(&self) -> Result<Vec<u8>, KeyFault> {
        let key = String::from_utf8(self.key.to_bytes()?).map_err(io::Error::other)?;
        let json = Json {
            store: data_encoding::HEXLOWER.encode(&self.store),
            stamp: self.stamp.clone(),
            key_file: RawValue::from_string(key).map_err(io::Error::other)?,
        };
        Ok(serde_json::to_vec(&json).map_err(io::Error::other)?)
    }

    fn from_json(bytes: &[u8]) -> Result<Self, BackupFault> {
        let json: Json = serde_json::from_slice(bytes).map_err(|_| BackupFault::HeadDamaged)?;
        let store = data_encoding::HEXLOWER.decode(json.store.as_bytes()).ok();
        let store =
            store.and_then(|bytes| bytes.try_into().ok()).ok_or(BackupFault::HeadDamaged)?;
        let key = LockedKey::parse(json.key_file.get().as_bytes()).map_err(BackupFault::KeyFile)?;
        if key.store() != store || !is_stamp(&json.stamp) {
            return Err(BackupFault::HeadDamaged);
        }
        Ok(ArchiveHead { store, stamp: json.stamp, key })
    }
}

/// Reads the head and leaves `file` at the sealed stream; `path` is for messages.
pub(super) fn parse(
    file: &mut dyn Read,
    path: &Path,
) -> Result<(ArchiveHead, Purpose), BackupFault> {
    let preamble: [u8; PREAMBLE_BYTES] = read_array(file, path)?.ok_or(BackupFault::NotABackup)?;
    let (magic, rest) = preamble.split_at(MAGIC.len());
    if magic != MAGIC || rest[0] == 0 {
        return Err(BackupFault::NotABackup);
    }
    if rest[0] > VERSION {
        return Err(BackupFault::NewerFormat(rest[0]));
    }
    let length = u32::from_le_bytes([rest[1], rest[2], rest[3], rest[4]]) as usize;
    if length > JSON_BYTES_MAX {
        return Err(BackupFault::HeadDamaged);
    }
    let mut json = Vec::new();
    file.take(length as u64).read_to_end(&mut json).map_err(FileFault::at(Doing::Read, path))?;
    let checksum: Digest = read_array(file, path)?.ok_or(BackupFault::HeadDamaged)?;
    let expected: Digest =
        Sha256::new().chain_update(preamble).chain_update(&json).finalize().into();
    if checksum != expected {
        return Err(BackupFault::HeadDamaged);
    }
    let head = ArchiveHead::from_json(&json)?;
    let purpose = purpose(head.store, &checksum);
    Ok((head, purpose))
}

/// What the names of a store's archives begin with.
pub(super) fn prefix(store: StoreId) -> String {
    format!("quay-{}-", data_encoding::HEXLOWER.encode(&store))
}

pub(super) fn is_stamp(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=STAMP_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

/// A head cannot be put in front of another archive.
fn purpose(store: StoreId, checksum: &Digest) -> Purpose {
    Purpose::new("backup", &[&store, checksum])
}

/// `None` when the file ends before.
fn read_array<const N: usize>(
    file: &mut dyn Read,
    path: &Path,
) -> Result<Option<[u8; N]>, FileFault> {
    let mut bytes = [0u8; N];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(cause) => Err(FileFault::at(Doing::Read, path)(cause)),
    }
}
