use std::io::{self, Read};

use aead_stream::DecryptorBE32;
use chacha20poly1305::XChaCha20Poly1305;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::key::Prefix;
use super::{
    CHUNK_BYTES, CLOSING_BYTES, HEADER_BYTES, MAGIC, NONCE_PREFIX_BYTES, Purpose, SealFault,
    SealKey, Summary, TAG_BYTES, VERSION,
};

/// Opens a sealed stream chunk by chunk. The whole is proven only when [`OpenReader::next_chunk`] has given `None`, or
/// `read` has given 0.
pub struct OpenReader<R: Read> {
    inner: R,
    /// `None` once the closing chunk was opened or a bad place was met.
    decryptor: Option<DecryptorBE32<XChaCha20Poly1305>>,
    bound: Vec<u8>,
    /// Sealed bytes read ahead, at least a closing chunk beyond the chunk to be opened.
    ahead: Vec<u8>,
    /// Plain bytes of the chunk opened last, and how many of them `read` has given.
    plain: Zeroizing<Vec<u8>>,
    given: usize,
    chunks: u32,
    hasher: Sha256,
    size: u64,
    summary: Option<Summary>,
}

impl<R: Read> OpenReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`SealFault::NotSealed`], [`SealFault::NewerFormat`], or `inner` fails.
    pub fn begin(mut inner: R, key: &SealKey, purpose: &Purpose) -> Result<Self, SealFault> {
        let prefix = read_header(&mut inner)?;
        Ok(OpenReader {
            inner,
            decryptor: Some(DecryptorBE32::from_aead(key.cipher(), &Prefix::from(prefix))),
            bound: purpose.bind(&prefix),
            ahead: Vec::with_capacity(READ_AHEAD_BYTES),
            plain: Zeroizing::new(Vec::new()),
            given: 0,
            chunks: 0,
            hasher: Sha256::new(),
            size: 0,
            summary: None,
        })
    }

    /// The next plain bytes, genuine; `None` at the proven end.
    ///
    /// # Errors
    /// [`SealFault::Damaged`] at the first bad place, and again at every later call.
    pub fn next_chunk(&mut self) -> Result<Option<&[u8]>, SealFault> {
        if self.summary.is_some() {
            return Ok(None);
        }
        self.read_ahead()?;
        let decryptor = self.decryptor.take().ok_or(SealFault::Damaged { chunk: self.chunks })?;
        match self.ahead.len().checked_sub(CLOSING_BYTES) {
            None => Err(SealFault::Damaged { chunk: self.chunks }),
            Some(0) => self.open_closing(decryptor).map(|()| None),
            Some(left) => self.open_chunk(decryptor, left.min(CHUNK_BYTES + TAG_BYTES)).map(Some),
        }
    }

    /// What the whole stream held.
    ///
    /// # Errors
    /// [`SealFault::Damaged`] unless the end was reached and proven.
    pub fn finish(self) -> Result<Summary, SealFault> {
        self.summary.ok_or(SealFault::Damaged { chunk: self.chunks })
    }

    fn read_ahead(&mut self) -> io::Result<()> {
        let wanted = READ_AHEAD_BYTES - self.ahead.len();
        (&mut self.inner).take(wanted as u64).read_to_end(&mut self.ahead)?;
        Ok(())
    }

    fn open_chunk(
        &mut self,
        mut decryptor: DecryptorBE32<XChaCha20Poly1305>,
        sealed_bytes: usize,
    ) -> Result<&[u8], SealFault> {
        self.plain.clear();
        self.given = 0;
        let mut chunk: Vec<u8> = self.ahead.drain(..sealed_bytes).collect();
        decryptor
            .decrypt_next_in_place(&self.bound, &mut chunk)
            .map_err(|_| SealFault::Damaged { chunk: self.chunks })?;
        self.plain = Zeroizing::new(chunk);
        self.hasher.update(&*self.plain);
        self.size += self.plain.len() as u64;
        self.chunks += 1;
        self.decryptor = Some(decryptor);
        Ok(&self.plain)
    }

    fn open_closing(
        &mut self,
        decryptor: DecryptorBE32<XChaCha20Poly1305>,
    ) -> Result<(), SealFault> {
        let damaged = SealFault::Damaged { chunk: self.chunks };
        let mut closing = std::mem::take(&mut self.ahead);
        if decryptor.decrypt_last_in_place(&self.bound, &mut closing).is_err() {
            return Err(damaged);
        }
        let summary = Summary { sha256: self.hasher.clone().finalize().into(), size: self.size };
        if closing != [&summary.sha256[..], &summary.size.to_le_bytes()].concat() {
            return Err(damaged);
        }
        self.plain.clear();
        self.given = 0;
        self.summary = Some(summary);
        Ok(())
    }
}

/// Reading as from any file; a [`SealFault`] arrives inside the [`io::Error`].
impl<R: Read> Read for OpenReader<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.given == self.plain.len() && self.next_chunk().map_err(into_io)?.is_none() {
            return Ok(0);
        }
        let left = &self.plain[self.given..];
        let count = left.len().min(bytes.len());
        bytes[..count].copy_from_slice(&left[..count]);
        self.given += count;
        Ok(count)
    }
}

const READ_AHEAD_BYTES: usize = CHUNK_BYTES + TAG_BYTES + CLOSING_BYTES;

fn read_header(inner: &mut dyn Read) -> Result<[u8; NONCE_PREFIX_BYTES], SealFault> {
    let mut header = [0u8; HEADER_BYTES];
    inner.read_exact(&mut header).map_err(|cause| match cause.kind() {
        io::ErrorKind::UnexpectedEof => SealFault::NotSealed,
        _ => SealFault::Io(cause),
    })?;
    let (magic, rest) = header.split_at(MAGIC.len());
    let (version, prefix) = rest.split_at(1);
    if magic != MAGIC {
        return Err(SealFault::NotSealed);
    }
    match version[0] {
        VERSION => prefix.try_into().map_err(|_| SealFault::NotSealed),
        0 => Err(SealFault::NotSealed),
        later => Err(SealFault::NewerFormat(later)),
    }
}

fn into_io(fault: SealFault) -> io::Error {
    match fault {
        SealFault::Io(cause) => cause,
        fault => io::Error::new(io::ErrorKind::InvalidData, fault),
    }
}

#[cfg(test)]
mod tests {
    use aead_stream::EncryptorBE32;
    use zeroize::Zeroizing;

    use super::*;

    /// A genuine stream of one chunk whose closing chunk says `sum` and `size`.
    fn sealed_with(plain: &[u8], sum: [u8; 32], size: u64) -> Vec<u8> {
        let (key, purpose, prefix) = (key(), Purpose::new("example", &[]), [5; NONCE_PREFIX_BYTES]);
        let bound = purpose.bind(&prefix);
        let mut encryptor = EncryptorBE32::from_aead(key.cipher(), &Prefix::from(prefix));
        let mut chunk = plain.to_vec();
        encryptor.encrypt_next_in_place(&bound, &mut chunk).expect("sealed");
        let mut closing = [&sum[..], &size.to_le_bytes()].concat();
        encryptor.encrypt_last_in_place(&bound, &mut closing).expect("sealed");
        [&MAGIC[..], &[VERSION], &prefix, &chunk, &closing].concat()
    }

    fn key() -> SealKey {
        SealKey(Zeroizing::new([9; 32]))
    }

    fn opens(stream: &[u8]) -> bool {
        super::super::open(&mut &*stream, &mut io::sink(), &key(), &Purpose::new("example", &[]))
            .is_ok()
    }

    /// No tag finds this: whoever sealed had the key and read the wrong bytes, or a memory chip did.
    #[test]
    fn a_whole_file_sum_that_does_not_agree_is_refused() {
        let sum: [u8; 32] = Sha256::digest(b"paper").into();
        assert!(opens(&sealed_with(b"paper", sum, 5)));
        assert!(!opens(&sealed_with(b"paper", sum, 6)));
        assert!(!opens(&sealed_with(b"paper", [0; 32], 5)));
    }
}
