//! The files inside an archive, as plain bytes of its sealed stream.
//!
//! ```text
//! 1 | name length u8 | name | (piece length u32 | piece)* | 0u32      one file
//! …
//! 0 | list length u32 | list as JSON                                  the end
//! ```
//! The list stands last because a file's size and hash are known only when it was read. The reader makes its own list
//! and compares.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::BackupFault;
use crate::seal::{CHUNK_BYTES, SealFault};

/// One file in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArchiveEntry {
    /// ASCII letters, digits, dots, dashes and underscores, at most 100.
    pub name: String,
    /// Plain bytes.
    pub size: u64,
    /// SHA-256 of the plain bytes, in hexadecimal.
    pub sha256: String,
}

/// A file to be put into an archive.
pub struct ArchiveSource<'a> {
    /// As in [`ArchiveEntry::name`].
    pub name: &'a str,
    /// Read once, to its end.
    pub reader: &'a mut dyn Read,
}

const FILE: u8 = 1;
const END: u8 = 0;
const NAME_BYTES_MAX: usize = 100;
const LIST_BYTES_MAX: u32 = 1024 * 1024;

/// Writes all files and their list; `failed` words a failure of `out`.
pub(super) fn write(
    out: &mut dyn Write,
    sources: &mut [ArchiveSource<'_>],
    failed: &dyn Fn(io::Error) -> BackupFault,
) -> Result<Vec<ArchiveEntry>, BackupFault> {
    let mut names = BTreeSet::new();
    let mut list = Vec::new();
    for source in sources {
        if !is_name(source.name) || !names.insert(source.name) {
            return Err(BackupFault::BadName(source.name.to_owned()));
        }
        out.write_all(&[&[FILE, source.name.len() as u8], source.name.as_bytes()].concat())
            .map_err(failed)?;
        list.push(write_file(out, source, failed)?);
    }
    write_list(out, &list).map_err(failed)?;
    Ok(list)
}

/// Where the files of an archive go while it is read.
pub(super) trait Unpack {
    /// A file begins.
    fn begin(&mut self, name: &str) -> Result<(), BackupFault>;
    /// Its next bytes.
    fn append(&mut self, piece: &[u8]) -> Result<(), BackupFault>;
}

/// Reads all files into `unpack` and compares with the list.
pub(super) fn read(
    from: &mut dyn Read,
    unpack: &mut dyn Unpack,
) -> Result<Vec<ArchiveEntry>, BackupFault> {
    let mut list: Vec<ArchiveEntry> = Vec::new();
    loop {
        match read_array::<1>(from)? {
            [FILE] => {
                let name = read_name(from)?;
                if list.iter().any(|entry| entry.name == name) {
                    return Err(BackupFault::BadName(name));
                }
                unpack.begin(&name)?;
                list.push(read_file(from, name, unpack)?);
            }
            [END] => break,
            _ => return Err(BackupFault::ListDisagrees),
        }
    }
    if read_list(from)? != list {
        return Err(BackupFault::ListDisagrees);
    }
    Ok(list)
}

fn write_file(
    out: &mut dyn Write,
    source: &mut ArchiveSource<'_>,
    failed: &dyn Fn(io::Error) -> BackupFault,
) -> Result<ArchiveEntry, BackupFault> {
    let mut tally = Tally::default();
    let mut piece = vec![0u8; CHUNK_BYTES];
    loop {
        let count = match source.reader.read(&mut piece) {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|cause| BackupFault::Source {
                name: source.name.to_owned(),
                source: cause,
            })?,
        };
        out.write_all(&(count as u32).to_le_bytes()).map_err(failed)?;
        if count == 0 {
            return Ok(tally.entry(source.name.to_owned()));
        }
        out.write_all(&piece[..count]).map_err(failed)?;
        tally.add(&piece[..count]);
    }
}

fn write_list(out: &mut dyn Write, list: &[ArchiveEntry]) -> io::Result<()> {
    let json = serde_json::to_vec(list)?;
    let length = u32::try_from(json.len()).map_err(io::Error::other)?;
    out.write_all(&[END])?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)
}

fn read_name(from: &mut dyn Read) -> Result<String, BackupFault> {
    let [length] = read_array(from)?;
    let mut bytes = vec![0u8; usize::from(length)];
    from.read_exact(&mut bytes).map_err(broken)?;
    let name = String::from_utf8_lossy(&bytes).into_owned();
    if is_name(&name) { Ok(name) } else { Err(BackupFault::BadName(name)) }
}

fn read_file(
    from: &mut dyn Read,
    name: String,
    unpack: &mut dyn Unpack,
) -> Result<ArchiveEntry, BackupFault> {
    let mut tally = Tally::default();
    let mut piece = Vec::new();
    loop {
        let length = u32::from_le_bytes(read_array(from)?) as usize;
        if length == 0 {
            return Ok(tally.entry(name));
        }
        if length > CHUNK_BYTES {
            return Err(BackupFault::ListDisagrees);
        }
        piece.resize(length, 0);
        from.read_exact(&mut piece).map_err(broken)?;
        unpack.append(&piece)?;
        tally.add(&piece);
    }
}

fn read_list(from: &mut dyn Read) -> Result<Vec<ArchiveEntry>, BackupFault> {
    let length = u32::from_le_bytes(read_array(from)?);
    if length > LIST_BYTES_MAX {
        return Err(BackupFault::ListDisagrees);
    }
    let mut json = vec![0u8; length as usize];
    from.read_exact(&mut json).map_err(broken)?;
    serde_json::from_slice(&json).map_err(|_| BackupFault::ListDisagrees)
}

#[derive(Default)]
struct Tally {
    hasher: Sha256,
    size: u64,
}

impl Tally {
    fn add(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.size += piece.len() as u64;
    }

    fn entry(self, name: String) -> ArchiveEntry {
        let sha256 = data_encoding::HEXLOWER.encode(&self.hasher.finalize());
        ArchiveEntry { name, size: self.size, sha256 }
    }
}

/// Nothing that could lead out of the folder it is unpacked into, on any system.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(allowed)
        && !name.starts_with('.')
}

fn read_array<const N: usize>(from: &mut dyn Read) -> Result<[u8; N], BackupFault> {
    let mut bytes = [0u8; N];
    from.read_exact(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

/// The sealed stream's own fault, carried through [`io::Error`]; a stream that ends too early disagrees with itself.
pub(super) fn broken(cause: io::Error) -> BackupFault {
    if cause.kind() == io::ErrorKind::UnexpectedEof {
        return BackupFault::ListDisagrees;
    }
    match cause.downcast::<SealFault>() {
        Ok(fault) => BackupFault::Damaged(fault),
        Err(cause) => BackupFault::Damaged(SealFault::Io(cause)),
    }
}
