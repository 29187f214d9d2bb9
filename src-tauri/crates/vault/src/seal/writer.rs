use std::io::{self, Write};

use aead_stream::EncryptorBE32;
use chacha20poly1305::XChaCha20Poly1305;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::key::Prefix;
use super::{
    CHUNK_BYTES, MAGIC, NONCE_PREFIX_BYTES, Purpose, SealKey, Summary, TAG_BYTES, VERSION,
};
use crate::Random;
use crate::crypto::fresh;

/// Seals what is written to it. Without [`SealWriter::finish`] the stream stays cut and never opens.
pub struct SealWriter<W: Write> {
    inner: W,
    encryptor: EncryptorBE32<XChaCha20Poly1305>,
    bound: Vec<u8>,
    /// Plain bytes of the chunk being filled; room for the tag, so that sealing in place never leaves a plain copy.
    chunk: Zeroizing<Vec<u8>>,
    hasher: Sha256,
    size: u64,
}

impl<W: Write> SealWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// When `random` or `inner` fails.
    pub fn begin(
        inner: W,
        key: &SealKey,
        purpose: &Purpose,
        random: &mut dyn Random,
    ) -> io::Result<Self> {
        SealWriter::begin_with(inner, key, purpose, fresh(random)?)
    }

    /// As [`SealWriter::begin`], for a caller who tells a failure of randomness from one of `inner`. A `prefix` is drawn
    /// for one stream and never used again.
    pub(crate) fn begin_with(
        mut inner: W,
        key: &SealKey,
        purpose: &Purpose,
        prefix: [u8; NONCE_PREFIX_BYTES],
    ) -> io::Result<Self> {
        inner.write_all(&[&MAGIC[..], &[VERSION], &prefix].concat())?;
        Ok(SealWriter {
            inner,
            encryptor: EncryptorBE32::from_aead(key.cipher(), &Prefix::from(prefix)),
            bound: purpose.bind(&prefix),
            chunk: Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + TAG_BYTES)),
            hasher: Sha256::new(),
            size: 0,
        })
    }

    /// Plain bytes taken so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Seals the last bytes and the closing chunk.
    ///
    /// # Errors
    /// When `inner` fails.
    pub fn finish(mut self) -> io::Result<Summary> {
        if !self.chunk.is_empty() {
            self.seal_chunk()?;
        }
        let summary = Summary { sha256: self.hasher.finalize().into(), size: self.size };
        let mut closing = [&summary.sha256[..], &summary.size.to_le_bytes()].concat();
        self.encryptor.encrypt_last_in_place(&self.bound, &mut closing).map_err(too_long)?;
        self.inner.write_all(&closing)?;
        self.inner.flush()?;
        Ok(summary)
    }

    fn seal_chunk(&mut self) -> io::Result<()> {
        self.encryptor.encrypt_next_in_place(&self.bound, &mut *self.chunk).map_err(too_long)?;
        self.inner.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = &bytes[..bytes.len().min(CHUNK_BYTES - self.chunk.len())];
        self.chunk.extend_from_slice(taken);
        self.hasher.update(taken);
        self.size += taken.len() as u64;
        if self.chunk.len() == CHUNK_BYTES {
            self.seal_chunk()?;
        }
        Ok(taken.len())
    }

    /// Passes on whole chunks only; the rest waits for more bytes or [`SealWriter::finish`].
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn too_long(_: chacha20poly1305::Error) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "more chunks than one stream may have")
}
