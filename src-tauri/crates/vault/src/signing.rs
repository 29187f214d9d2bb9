//! This installation's signing key: made here, kept here, restored by nothing.
//!
//! The key lies in the state folder beside the marks (`<device>.key`), sealed under a key that comes from the master
//! key: a copied state folder alone signs nothing, and a restored backup, which has the master key, has no state folder.
//!
//! ```text
//! "QUAYSIGN" | version 1 | nonce 24 | sealed secret 48      authenticated with the device id
//! ```

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::crypto::{NONCE_BYTES, fresh, fresh_secret, open_secret, seal_secret};
use crate::disk::{Access, Disk, Doing, Draft, FileFault, make_dirs, read_small};
use crate::seal::SealKey;
use crate::{DeviceId, Random};

/// Signs what this installation says. Ed25519 (RFC 8032); wiped when dropped.
pub struct DeviceSigner {
    key: SigningKey,
}

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum SigningFault {
    /// This installation already has one; it is never written over.
    #[error("this device already has a signing key")]
    AlreadyThere,
    /// Changed, torn, of another device or sealed under another store's key.
    #[error("the signing key's file is damaged")]
    Damaged,
    /// Written by a later version of the program.
    #[error("the signing key's file has the later format {0}")]
    NewerFormat(u8),
    /// No random bytes were to be had.
    #[error("the signing key could not be made")]
    Io(#[from] std::io::Error),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileFault),
}

const MAGIC: &[u8; 8] = b"QUAYSIGN";
const VERSION: u8 = 1;
const FILE_BYTES: usize = MAGIC.len() + 1 + NONCE_BYTES + 48;

impl DeviceSigner {
    /// Makes the key of a new installation and keeps it, durable, in the state folder `dir` (made when missing).
    ///
    /// # Errors
    /// [`SigningFault::AlreadyThere`], or a file operation failed.
    pub fn create(
        disk: &dyn Disk,
        dir: &Path,
        device: DeviceId,
        sealed_under: &SealKey,
        random: &mut dyn Random,
    ) -> Result<Self, SigningFault> {
        make_dirs(disk, dir)?;
        let path = path_of(dir, device);
        if disk.exists(&path).map_err(FileFault::at(Doing::Read, &path))? {
            return Err(SigningFault::AlreadyThere);
        }
        let secret = fresh_secret(random)?;
        let nonce: [u8; NONCE_BYTES] = fresh(random)?;
        let sealed = seal_secret(&sealed_under.0, &nonce, &about(device), &secret[..])?;
        let mut draft = Draft::begin(disk, path.with_extension("key.part"), Access::Private)?;
        draft.append(&[&MAGIC[..], &[VERSION], &nonce, &sealed].concat())?;
        draft.publish(&path)?;
        Ok(DeviceSigner { key: SigningKey::from_bytes(&secret) })
    }

    /// The key of this installation; `None` when there is none, which makes this machine a restore.
    ///
    /// # Errors
    /// [`SigningFault::Damaged`], [`SigningFault::NewerFormat`], or the file cannot be read.
    pub fn load(
        disk: &dyn Disk,
        dir: &Path,
        device: DeviceId,
        sealed_under: &SealKey,
    ) -> Result<Option<Self>, SigningFault> {
        let Some(bytes) = read_small(disk, &path_of(dir, device), 4096)? else {
            return Ok(None);
        };
        let (nonce, sealed) = split(&bytes)?;
        let secret = open_secret(&sealed_under.0, &nonce, &about(device), sealed)
            .ok_or(SigningFault::Damaged)?;
        Ok(Some(DeviceSigner { key: SigningKey::from_bytes(&secret) }))
    }

    /// Signs these bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// The public key, which others verify with.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }
}

impl std::fmt::Debug for DeviceSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DeviceSigner(..)")
    }
}

/// Whether the owner of `public_key` signed exactly these bytes. Strict: a signature has one form, and weak keys sign
/// nothing.
#[must_use]
pub fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = Signature::from_bytes(signature);
    VerifyingKey::from_bytes(public_key)
        .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

fn path_of(dir: &Path, device: DeviceId) -> PathBuf {
    dir.join(format!("{}.key", HEXLOWER.encode(&device)))
}

fn split(bytes: &[u8]) -> Result<([u8; NONCE_BYTES], &[u8]), SigningFault> {
    let (magic, rest) = bytes.split_first_chunk::<8>().ok_or(SigningFault::Damaged)?;
    let (version, rest) = rest.split_first().ok_or(SigningFault::Damaged)?;
    match (magic, *version) {
        (MAGIC, VERSION) if bytes.len() == FILE_BYTES => {
            let (nonce, sealed) = rest.split_first_chunk().ok_or(SigningFault::Damaged)?;
            Ok((*nonce, sealed))
        }
        (MAGIC, later) if later > VERSION => Err(SigningFault::NewerFormat(later)),
        _ => Err(SigningFault::Damaged),
    }
}

fn about(device: DeviceId) -> Vec<u8> {
    [b"quay/v1/signing-key/", &device[..]].concat()
}
