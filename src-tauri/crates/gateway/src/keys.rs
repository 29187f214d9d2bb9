//! Every key of the gateway comes from one master key by HKDF-SHA-256 (RFC 5869): none lies in the ledger, so that a
//! copy of the ledger signs nothing and opens nothing, and every instance behind one ledger has the same keys.

use crate::entropy::{self, EntropyFault};
use ed25519_dalek::{Signer, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of the master key.
pub const MASTER_BYTES: usize = 32;

/// A new master key.
///
/// # Errors
/// [`EntropyFault`].
pub fn new_master() -> Result<[u8; MASTER_BYTES], EntropyFault> {
    entropy::bytes()
}

/// The master key.
#[derive(Clone)]
pub struct Keys(Zeroizing<[u8; MASTER_BYTES]>);

/// What a key is for.
#[derive(Debug, Clone, Copy)]
pub enum Use<'a> {
    /// Receipts, server time and the gateway's own records: the key that desks pin and proofs are checked with.
    Words,
    /// Access tokens.
    Tokens,
    /// The files of a site.
    Files(&'a str),
    /// The names under which files lie.
    FileNames,
    /// The embedded ledger's file.
    Ledger,
}

impl Keys {
    /// Keys from the master key.
    pub fn new(master: [u8; MASTER_BYTES]) -> Self {
        Self(Zeroizing::new(master))
    }

    /// The signing key of a use.
    pub fn signing(&self, of: Use<'_>) -> SigningKey {
        SigningKey::from_bytes(&self.derive(of))
    }

    /// The public key of a use.
    pub fn public(&self, of: Use<'_>) -> [u8; 32] {
        self.signing(of).verifying_key().to_bytes()
    }

    /// Signs with the key of a use.
    pub fn sign(&self, of: Use<'_>, message: &[u8]) -> [u8; 64] {
        self.signing(of).sign(message).to_bytes()
    }

    /// The secret of a use.
    pub fn derive(&self, of: Use<'_>) -> Zeroizing<[u8; 32]> {
        let (word, site) = match of {
            Use::Words => ("words", ""),
            Use::FileNames => ("file names", ""),
            Use::Ledger => ("ledger", ""),
            Use::Tokens => ("tokens", ""),
            Use::Files(site) => ("files", site),
        };
        let mut key = Zeroizing::new([0; 32]);
        // 32 bytes are far below the 8,160 that HKDF-SHA-256 can give.
        let expanded = Hkdf::<Sha256>::new(None, self.0.as_slice()).expand_multi_info(
            &[b"quay gateway v0\0", word.as_bytes(), b"\0", site.as_bytes()],
            key.as_mut_slice(),
        );
        debug_assert!(expanded.is_ok());
        key
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Keys, Use};

    #[test]
    fn no_two_uses_and_no_two_sites_share_a_key() {
        let keys = Keys::new([7; 32]);
        let uses = [Use::Words, Use::Tokens, Use::Ledger, Use::Files("04252"), Use::Files("04253")];
        let mut public: Vec<_> = uses.into_iter().map(|of| keys.public(of)).collect();
        public.sort_unstable();
        public.dedup();
        assert_eq!(public.len(), uses.len());
        assert_ne!(keys.public(Use::Words), Keys::new([8; 32]).public(Use::Words));
    }
}
