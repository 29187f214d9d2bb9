//! One wrap: the master key sealed under one way in.

use std::io;

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::RecoveryKey;
use crate::crypto::{NONCE_BYTES, Secret, derive, fresh, open_secret, seal_secret};
use crate::{Random, StoreId};

/// The master key sealed under a key that someone or something else keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrap {
    #[serde(with = "super::hex")]
    nonce: [u8; NONCE_BYTES],
    #[serde(with = "super::hex")]
    sealed: [u8; 48],
}

/// How the passphrase becomes a key: Argon2id (RFC 9106).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    #[serde(with = "super::hex")]
    salt: [u8; 16],
}

/// A wrap under a passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassphraseWrap {
    argon2id: Stretch,
    wrap: Wrap,
}

/// 64 MiB and 3 passes take 0.2 to 0.3 s on an office PC.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// A key file from elsewhere may not ask for more: it would only tie up the machine.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 4;

impl Wrap {
    pub(super) fn under_keyring_secret(
        secret: &[u8; 32],
        store: StoreId,
        master: &Secret,
        random: &mut dyn Random,
    ) -> io::Result<Self> {
        Wrap::seal(&keyring_key(secret, store), "keyring", store, master, random)
    }

    pub(super) fn open_with_keyring_secret(
        &self,
        secret: &[u8; 32],
        store: StoreId,
    ) -> Option<Secret> {
        self.open(&keyring_key(secret, store), "keyring", store)
    }

    pub(super) fn under_recovery_key(
        key: &RecoveryKey,
        store: StoreId,
        master: &Secret,
        random: &mut dyn Random,
    ) -> io::Result<Self> {
        Wrap::seal(&recovery_key(key, store), "recovery", store, master, random)
    }

    pub(super) fn open_with_recovery_key(
        &self,
        key: &RecoveryKey,
        store: StoreId,
    ) -> Option<Secret> {
        self.open(&recovery_key(key, store), "recovery", store)
    }

    fn seal(
        key: &Secret,
        kind: &str,
        store: StoreId,
        master: &Secret,
        random: &mut dyn Random,
    ) -> io::Result<Self> {
        let nonce = fresh(random)?;
        let sealed = seal_secret(key, &nonce, &about(kind, store), &master[..])?;
        let sealed = sealed.try_into().map_err(|_| io::Error::other("a wrap has 48 bytes"))?;
        Ok(Wrap { nonce, sealed })
    }

    fn open(&self, key: &Secret, kind: &str, store: StoreId) -> Option<Secret> {
        open_secret(key, &self.nonce, &about(kind, store), &self.sealed)
    }
}

impl PassphraseWrap {
    pub(super) fn new(
        passphrase: &str,
        store: StoreId,
        master: &Secret,
        random: &mut dyn Random,
    ) -> io::Result<Self> {
        let argon2id =
            Stretch { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt: fresh(random)? };
        let key = argon2id.stretch(passphrase)?;
        let wrap = Wrap::seal(&key, "passphrase", store, master, random)?;
        Ok(PassphraseWrap { argon2id, wrap })
    }

    /// `Ok(None)` when the passphrase is wrong; an error when there is not enough memory to try.
    pub(super) fn open(&self, passphrase: &str, store: StoreId) -> io::Result<Option<Secret>> {
        let key = self.argon2id.stretch(passphrase)?;
        Ok(self.wrap.open(&key, "passphrase", store))
    }
}

impl Stretch {
    /// The same words typed with another input method are the same passphrase: compared in NFC.
    fn stretch(&self, passphrase: &str) -> io::Result<Secret> {
        let words = Zeroizing::new(passphrase.nfc().collect::<String>());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params()?);
        let mut key = Zeroizing::new([0u8; 32]);
        argon2
            .hash_password_into(words.as_bytes(), &self.salt, &mut key[..])
            .map_err(io::Error::other)?;
        Ok(key)
    }

    fn params(&self) -> io::Result<Params> {
        if self.memory_kib > MEMORY_KIB_MAX || self.passes > PASSES_MAX || self.lanes > LANES_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the key file asks for too much work",
            ));
        }
        Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(io::Error::other)
    }
}

/// The keyring's secret is random already: it needs no stretching, only its own purpose.
fn keyring_key(secret: &[u8; 32], store: StoreId) -> Secret {
    derive(secret, &salt_of(store), "quay/v1/wrap/keyring")
}

fn recovery_key(key: &RecoveryKey, store: StoreId) -> Secret {
    derive(&key.0[..], &salt_of(store), "quay/v1/wrap/recovery")
}

fn salt_of(store: StoreId) -> [u8; 32] {
    let mut salt = [0u8; 32];
    salt[..16].copy_from_slice(&store);
    salt
}

/// A wrap of one kind, or of another store, never passes for this one.
fn about(kind: &str, store: StoreId) -> Vec<u8> {
    [b"quay/v1/master-key/", kind.as_bytes(), b"/", &store[..]].concat()
}
