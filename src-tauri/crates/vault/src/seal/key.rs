use aead_stream::{Nonce, StreamBE32};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::KeyInit;

use super::{MAGIC, NONCE_PREFIX_BYTES, VERSION};
use crate::crypto::Secret;

/// A key for sealed streams, derived from the master key. Wiped when dropped.
#[derive(Clone)]
pub struct SealKey(pub(crate) Secret);

impl SealKey {
    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// What a stream is for: bound to every chunk, stored nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose(Vec<u8>);

impl Purpose {
    /// A purpose of this `kind`, narrowed by `parts` (a store, a device, a hash of a header). Two different lists of
    /// parts never give the same purpose.
    #[must_use]
    pub fn new(kind: &str, parts: &[&[u8]]) -> Self {
        let mut bytes = Vec::new();
        for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        Purpose(bytes)
    }

    /// What every chunk is authenticated with besides its bytes.
    pub(super) fn bind(&self, prefix: &[u8; NONCE_PREFIX_BYTES]) -> Vec<u8> {
        [&MAGIC[..], &[VERSION], prefix, &self.0].concat()
    }
}

pub(super) type Prefix = Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>>;
