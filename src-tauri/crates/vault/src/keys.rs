//! The one master key of a store, and the key file that keeps it locked.
//!
//! [`MasterKey`] is 32 random bytes; every other key comes from it by HKDF under a fixed label. It is never written
//! down. The key file holds it *wrapped*, once for each way in: the secret that the operating system's keyring keeps,
//! a passphrase, the printed recovery key. Any one wrap is enough.
//!
//! - [`LockedKey`] is the key file's contents, pure: parse, unlock, write. Backups carry a copy of it.
//! - [`KeyFile`] keeps the two copies on disk: either is enough, a damaged one is made good from the other, and every
//!   change is durable in both before it counts.

mod fault;
mod file;
mod hex;
mod locked;
mod master;
mod recovery;
mod wrap;

pub use fault::{CopyFault, KeyFault};
pub use file::{CopyHealth, KEY_COPY_NAME, KEY_FILE_NAME, KeyFile, KeyPlace};
pub use locked::{Lock, LockedKey, Unlock};
pub use master::{BlobKeys, DatabaseKey, MasterKey};
pub use recovery::{RecoveryKey, RecoveryTypo};

#[cfg(test)]
mod tests;
