//! How a file lies in the object store: sealed in chunks under its site's key, so that any part of it opens by itself.
//!
//! XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a chunk's nonce holds its
//! place and whether it is the last, so chunks cannot be moved, left out or cut off unnoticed.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of plaintext in a chunk; the last may have fewer.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes in front of the chunks: a word and the random part of the nonce.
pub const HEAD_BYTES: usize = WORD.len() + NONCE_BYTES;

const WORD: &[u8; 8] = b"quayobj0";
const NONCE_BYTES: usize = 19;
const TAG_BYTES: usize = 16;

/// Sealed bytes do not open: damaged, of another site, or not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed file does not open")]
pub struct SealFault;

/// Seals and opens the chunks of one object.
pub struct Seal {
    cipher: XChaCha20Poly1305,
    nonce: [u8; NONCE_BYTES],
    /// Bound to every chunk: an object under another name does not open.
    name: String,
}

impl Seal {
    /// A seal for a new object of a name.
    pub fn new(key: &Zeroizing<[u8; 32]>, nonce: [u8; NONCE_BYTES], name: &str) -> Self {
        let cipher = XChaCha20Poly1305::new(&Key::from(**key));
        Self { cipher, nonce, name: name.to_owned() }
    }

    /// The seal of an object that begins with `head`.
    ///
    /// # Errors
    /// [`SealFault`] for other bytes.
    pub fn of(key: &Zeroizing<[u8; 32]>, head: &[u8], name: &str) -> Result<Self, SealFault> {
        let nonce = head.strip_prefix(WORD).and_then(|nonce| nonce.try_into().ok());
        Ok(Self::new(key, nonce.ok_or(SealFault)?, name))
    }

    /// What stands in front of the chunks.
    pub fn head(&self) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        let (word, nonce) = head.split_at_mut(WORD.len());
        word.copy_from_slice(WORD);
        nonce.copy_from_slice(&self.nonce);
        head
    }

    /// Seals the chunk in a place, counted from 0.
    ///
    /// # Errors
    /// [`SealFault`], which no chunk of at most [`CHUNK_BYTES`] causes.
    pub fn seal(&self, place: u32, last: bool, plain: &[u8]) -> Result<Vec<u8>, SealFault> {
        let payload = Payload { msg: plain, aad: self.name.as_bytes() };
        self.cipher.encrypt(&self.nonce(place, last), payload).map_err(|_| SealFault)
    }

    /// Opens the chunk in a place.
    ///
    /// # Errors
    /// [`SealFault`].
    pub fn open(&self, place: u32, last: bool, sealed: &[u8]) -> Result<Vec<u8>, SealFault> {
        let payload = Payload { msg: sealed, aad: self.name.as_bytes() };
        self.cipher.decrypt(&self.nonce(place, last), payload).map_err(|_| SealFault)
    }

    fn nonce(&self, place: u32, last: bool) -> XNonce {
        let mut nonce = [0; 24];
        let (random, end) = nonce.split_at_mut(NONCE_BYTES);
        random.copy_from_slice(&self.nonce);
        let (counter, flag) = end.split_at_mut(4);
        counter.copy_from_slice(&place.to_be_bytes());
        flag.fill(u8::from(last));
        XNonce::from(nonce)
    }
}

/// Which chunks of a sealed object hold some of its plaintext, and where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunks {
    /// Place of the first chunk.
    pub first: u32,
    /// Place of the last chunk.
    pub last: u32,
    /// Where the first begins in the object.
    pub start: u64,
    /// Where the last ends in the object.
    pub end: u64,
}

/// The chunks that hold the plaintext bytes `start..end` of a file of `size` bytes. `start < end <= size`, or an empty
/// file, which has one empty chunk.
pub fn chunks_of(start: u64, end: u64, size: u64) -> Chunks {
    let plain = CHUNK_BYTES as u64;
    let sealed = plain + TAG_BYTES as u64;
    let first = start / plain;
    let last = end.saturating_sub(1) / plain;
    let last_bytes = size.saturating_sub(last * plain).min(plain) + TAG_BYTES as u64;
    let head = HEAD_BYTES as u64;
    Chunks {
        first: u32::try_from(first).unwrap_or(u32::MAX),
        last: u32::try_from(last).unwrap_or(u32::MAX),
        start: head + first * sealed,
        end: head + last * sealed + last_bytes,
    }
}

/// Place of the last chunk of a file of `size` bytes.
pub fn last_place(size: u64) -> u32 {
    u32::try_from(size.saturating_sub(1) / CHUNK_BYTES as u64).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{CHUNK_BYTES, Chunks, HEAD_BYTES, Seal, chunks_of, last_place};
    use zeroize::Zeroizing;

    #[test]
    fn a_chunk_opens_in_its_place_of_its_object_only() {
        let key = Zeroizing::new([7; 32]);
        let seal = Seal::new(&key, [1; 19], "a");
        let sealed = seal.seal(3, false, b"giay khai sinh").unwrap();
        let again = Seal::of(&key, &seal.head(), "a").unwrap();
        assert_eq!(again.open(3, false, &sealed).unwrap(), b"giay khai sinh");
        assert!(again.open(2, false, &sealed).is_err(), "moved");
        assert!(again.open(3, true, &sealed).is_err(), "cut off behind it");
        assert!(Seal::of(&key, &seal.head(), "b").unwrap().open(3, false, &sealed).is_err());
        let other = Zeroizing::new([8; 32]);
        assert!(Seal::of(&other, &seal.head(), "a").unwrap().open(3, false, &sealed).is_err());
    }

    #[test]
    fn chunks_lie_one_behind_the_other() {
        let (head, plain) = (HEAD_BYTES as u64, CHUNK_BYTES as u64);
        let size = 2 * plain + 5;
        let all = Chunks { first: 0, last: 2, start: head, end: head + 2 * (plain + 16) + 21 };
        assert_eq!(chunks_of(0, size, size), all);
        let second =
            Chunks { first: 1, last: 1, start: head + plain + 16, end: head + 2 * (plain + 16) };
        assert_eq!(chunks_of(plain, plain + 1, size), second);
        assert_eq!(chunks_of(0, 0, 0), Chunks { first: 0, last: 0, start: head, end: head + 16 });
        assert_eq!((last_place(plain), last_place(plain + 1)), (0, 1));
    }
}
