//! The one sealed stream: documents, backups and log segments.
//!
//! ```text
//! magic "QUAYSEAL" | version 1 | 19 random bytes      28 bytes, authenticated with every chunk
//! chunk | chunk | … | chunk                           64 KiB of plain bytes each (the last may be shorter) + 16 bytes of tag
//! closing chunk                                       SHA-256 and length of all plain bytes, 40 bytes + 16 bytes of tag
//! ```
//! Chunks are XChaCha20-Poly1305 in the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár
//! (<https://eprint.iacr.org/2015/189>, crate `aead-stream`): the nonce holds the random bytes, the chunk's place and
//! whether it is the last. So a chunk that was changed, moved, repeated, left out or added does not open, and a stream
//! that was cut has no closing chunk. The reader hands out a chunk only after its tag was checked, and nothing after the
//! first bad place.
//!
//! What a stream is *for* (a document, a backup of this store, …) is not stored in it: opener and sealer state the same
//! [`Purpose`], so a file of one kind never passes for another.

mod key;
mod reader;
mod writer;

use std::io::{self, Read, Write};

pub use key::{Purpose, SealKey};
pub use reader::OpenReader;
pub use writer::SealWriter;

use crate::{Digest, Random};

/// Plain bytes in a full chunk.
pub const CHUNK_BYTES: usize = 64 * 1024;

const MAGIC: &[u8; 8] = b"QUAYSEAL";
const VERSION: u8 = 1;
const TAG_BYTES: usize = 16;
const NONCE_PREFIX_BYTES: usize = 19;
const HEADER_BYTES: usize = MAGIC.len() + 1 + NONCE_PREFIX_BYTES;
const CLOSING_BYTES: usize = 32 + 8 + TAG_BYTES;

/// What was sealed or opened, as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// SHA-256 of the plain bytes.
    pub sha256: Digest,
    /// Number of plain bytes.
    pub size: u64,
}

/// Why a sealed stream was not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealFault {
    /// The bytes do not begin as a sealed stream does.
    #[error("not a sealed stream")]
    NotSealed,
    /// Written by a later version of the program.
    #[error("sealed stream of the later version {0}")]
    NewerFormat(u8),
    /// Changed, cut, re-ordered, lengthened, sealed for another purpose or with another key; one cannot tell which.
    #[error("sealed stream damaged at chunk {chunk}")]
    Damaged {
        /// Number of good chunks before the bad place.
        chunk: u32,
    },
    /// The reader or writer beneath failed.
    #[error("sealed stream could not be read or written")]
    Io(#[from] io::Error),
}

/// Seals everything `reader` gives into `writer`.
///
/// # Errors
/// When reading, writing or drawing random bytes fails; what `writer` got is then worthless.
pub fn seal(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    key: &SealKey,
    purpose: &Purpose,
    random: &mut dyn Random,
) -> io::Result<Summary> {
    let mut sealing = SealWriter::begin(writer, key, purpose, random)?;
    io::copy(reader, &mut sealing)?;
    sealing.finish()
}

/// Opens a whole sealed stream into `writer`.
///
/// # Errors
/// [`SealFault`]. The writer may then hold a beginning of the plain bytes, each chunk genuine; a caller that needs all
/// or nothing writes to a draft.
pub fn open(
    reader: &mut dyn Read,
    writer: &mut dyn Write,
    key: &SealKey,
    purpose: &Purpose,
) -> Result<Summary, SealFault> {
    let mut opening = OpenReader::begin(reader, key, purpose)?;
    while let Some(chunk) = opening.next_chunk()? {
        writer.write_all(chunk)?;
    }
    opening.finish()
}

/// Bytes that `plain_bytes` take when sealed.
#[must_use]
pub fn sealed_size(plain_bytes: u64) -> u64 {
    let chunks = plain_bytes.div_ceil(CHUNK_BYTES as u64);
    HEADER_BYTES as u64 + plain_bytes + chunks * TAG_BYTES as u64 + CLOSING_BYTES as u64
}
