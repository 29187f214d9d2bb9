//! The key file's contents, with no file in sight.
//!
//! ```json
//! {"format":1,"sha256":"…","body":{"store":"…","generation":3,"keyring":{…},"passphrase":{…},"recovery":{…}}}
//! ```
//! The checksum covers the format number and the exact bytes of `body`, and this outer shape never changes: so even a
//! *later* format is told from a damaged file, and is then left alone.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::wrap::{PassphraseWrap, Wrap};
use super::{CopyFault, KeyFault, MasterKey, RecoveryKey};
use crate::crypto::Secret;
use crate::{Random, StoreId};

/// The master key of one store, locked under one or more ways in. Carries no secret that is not sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedKey {
    #[serde(with = "super::hex")]
    store: StoreId,
    /// Grows with every change; of two whole copies the higher one counts.
    pub(super) generation: u64,
    /// Tells this store's master key from any other, and tells nothing else about it.
    #[serde(with = "super::hex")]
    check: [u8; 16],
    #[serde(skip_serializing_if = "Option::is_none")]
    keyring: Option<Wrap>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passphrase: Option<PassphraseWrap>,
    /// Under the recovery key that was typed back from its sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<Wrap>,
    /// Under a recovery key that was made but not yet typed back; the older one stays good until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery_unconfirmed: Option<Wrap>,
}

/// A way in to be added.
#[derive(Clone, Copy)]
pub enum Lock<'a> {
    /// A passphrase that a person remembers. How long it must be is decided by the caller.
    Passphrase(&'a str),
    /// 32 random bytes that the operating system's keyring keeps ([`crate::os_keyring`]).
    KeyringSecret(&'a [u8; 32]),
}

/// A way in to be tried.
#[derive(Clone, Copy)]
pub enum Unlock<'a> {
    /// As typed; compared in NFC, otherwise exactly.
    Passphrase(&'a str),
    /// As the operating system's keyring gave it.
    KeyringSecret(&'a [u8; 32]),
    /// As typed from the printed sheet.
    Recovery(&'a str),
}

/// The format written and the latest one read.
const FORMAT: u32 = 1;

impl LockedKey {
    /// Locks a new master key.
    pub(super) fn fresh(
        store: StoreId,
        first: Lock<'_>,
        random: &mut dyn Random,
    ) -> Result<(Self, MasterKey), KeyFault> {
        let master = MasterKey::fresh(random)?;
        let mut locked = LockedKey {
            store,
            generation: 0,
            check: master.check(),
            keyring: None,
            passphrase: None,
            recovery: None,
            recovery_unconfirmed: None,
        };
        locked.add(&master, first, random)?;
        Ok((locked, master))
    }

    /// Reads the bytes of a key file.
    ///
    /// # Errors
    /// [`KeyFault::NewerFormat`] for a whole file of a later program, [`KeyFault::Damaged`] for anything else that is
    /// not a key file.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyFault> {
        let outer: Outer<'_> = serde_json::from_slice(bytes).map_err(not_a_key_file)?;
        if outer.sha256 != checksum(outer.format, outer.body.get()) {
            return Err(KeyFault::Damaged(CopyFault::Checksum));
        }
        if outer.format > FORMAT {
            return Err(KeyFault::NewerFormat(outer.format));
        }
        serde_json::from_str(outer.body.get()).map_err(not_a_key_file)
    }

    /// The bytes of a key file.
    ///
    /// # Errors
    /// Does not happen with values of this type; serialisation reports it all the same.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeyFault> {
        let body = serde_json::value::to_raw_value(self).map_err(std::io::Error::other)?;
        let outer = Outer { format: FORMAT, sha256: checksum(FORMAT, body.get()), body: &body };
        Ok(serde_json::to_vec(&outer).map_err(std::io::Error::other)?)
    }

    /// The store whose key this is.
    #[must_use]
    pub fn store(&self) -> StoreId {
        self.store
    }

    /// A passphrase was set.
    #[must_use]
    pub fn has_passphrase(&self) -> bool {
        self.passphrase.is_some()
    }

    /// A secret in the operating system's keyring was set. It opens this store only for the user and machine that
    /// keep it.
    #[must_use]
    pub fn has_keyring_secret(&self) -> bool {
        self.keyring.is_some()
    }

    /// The recovery key now printed was typed back once.
    #[must_use]
    pub fn recovery_confirmed(&self) -> bool {
        self.recovery.is_some() && self.recovery_unconfirmed.is_none()
    }

    /// Tries one way in.
    ///
    /// # Errors
    /// [`KeyFault::WrongPassphrase`], [`KeyFault::WrongKeyringSecret`], [`KeyFault::WrongRecoveryKey`] or
    /// [`KeyFault::RecoveryKeyMistyped`].
    pub fn unlock(&self, way: Unlock<'_>) -> Result<MasterKey, KeyFault> {
        let (master, otherwise) = match way {
            Unlock::Passphrase(words) => {
                (self.open_with_passphrase(words)?, KeyFault::WrongPassphrase)
            }
            Unlock::KeyringSecret(secret) => {
                (self.open_with_keyring(secret), KeyFault::WrongKeyringSecret)
            }
            Unlock::Recovery(typed) => {
                (self.open_with_recovery(&parse_recovery(typed)?), KeyFault::WrongRecoveryKey)
            }
        };
        master.map(MasterKey).filter(|master| self.is_of(master)).ok_or(otherwise)
    }

    /// Adds a way in, or replaces the one of the same kind.
    pub(super) fn add(
        &mut self,
        master: &MasterKey,
        lock: Lock<'_>,
        random: &mut dyn Random,
    ) -> Result<(), KeyFault> {
        self.demand(master)?;
        match lock {
            Lock::Passphrase(words) => {
                self.passphrase = Some(PassphraseWrap::new(words, self.store, &master.0, random)?);
            }
            Lock::KeyringSecret(secret) => {
                self.keyring =
                    Some(Wrap::under_keyring_secret(secret, self.store, &master.0, random)?);
            }
        }
        Ok(())
    }

    /// Makes a recovery key, to be confirmed.
    pub(super) fn add_recovery(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<RecoveryKey, KeyFault> {
        self.demand(master)?;
        let key = RecoveryKey::fresh(random)?;
        self.recovery_unconfirmed =
            Some(Wrap::under_recovery_key(&key, self.store, &master.0, random)?);
        Ok(key)
    }

    /// Counts the new recovery key as kept: it was typed back from its sheet. The one before it ends here.
    pub(super) fn confirm_recovery(&mut self, typed: &str) -> Result<(), KeyFault> {
        let key = parse_recovery(typed)?;
        let store = self.store;
        let opens = |wrap: &Wrap| wrap.open_with_recovery_key(&key, store).is_some();
        match self.recovery_unconfirmed.take_if(|wrap| opens(wrap)) {
            Some(wrap) => self.recovery = Some(wrap),
            None if self.recovery_confirmed() && self.recovery.as_ref().is_some_and(opens) => {}
            None => return Err(KeyFault::WrongRecoveryKey),
        }
        Ok(())
    }

    fn is_of(&self, master: &MasterKey) -> bool {
        master.check() == self.check
    }

    /// A wrap of another store's key would lock the officer out on the day it is needed.
    fn demand(&self, master: &MasterKey) -> Result<(), KeyFault> {
        if self.is_of(master) { Ok(()) } else { Err(KeyFault::ForeignMasterKey) }
    }

    fn open_with_passphrase(&self, words: &str) -> Result<Option<Secret>, KeyFault> {
        match &self.passphrase {
            Some(wrap) => Ok(wrap.open(words, self.store)?),
            None => Ok(None),
        }
    }

    fn open_with_keyring(&self, secret: &[u8; 32]) -> Option<Secret> {
        self.keyring.as_ref()?.open_with_keyring_secret(secret, self.store)
    }

    fn open_with_recovery(&self, key: &RecoveryKey) -> Option<Secret> {
        let wraps = self.recovery_unconfirmed.iter().chain(&self.recovery);
        wraps.into_iter().find_map(|wrap| wrap.open_with_recovery_key(key, self.store))
    }
}

/// The outer shape, the same in every format.
#[derive(Serialize, Deserialize)]
struct Outer<'a> {
    format: u32,
    #[serde(with = "super::hex")]
    sha256: [u8; 32],
    #[serde(borrow)]
    body: &'a RawValue,
}

fn checksum(format: u32, body: &str) -> [u8; 32] {
    Sha256::new().chain_update(format.to_le_bytes()).chain_update(body.as_bytes()).finalize().into()
}

fn not_a_key_file(cause: serde_json::Error) -> KeyFault {
    KeyFault::Damaged(CopyFault::NotAKeyFile { line: cause.line(), column: cause.column() })
}

fn parse_recovery(typed: &str) -> Result<RecoveryKey, KeyFault> {
    RecoveryKey::parse(typed).map_err(KeyFault::RecoveryKeyMistyped)
}

/// A whole key file of a format that this program does not know.
#[cfg(test)]
pub(super) fn later_format_example() -> Vec<u8> {
    let body = RawValue::from_string(r#"{"unknown":true}"#.to_owned()).expect("json");
    serde_json::to_vec(&Outer { format: 2, sha256: checksum(2, body.get()), body: &body })
        .expect("json")
}
