//! Keys and sealed files of one desk.
//!
//! Everything the desk keeps outside SQL goes through here: the one master key and its wraps ([`keys`]), citizens'
//! documents ([`blobs`]), sealed backups and log segments ([`backup`]), the marks that tell a restored folder from
//! the living one ([`marks`]) and the installation's signing key ([`signing`]).
//!
//! What it never does: no SQL, no clock, no network, no window, no wording for the officer. Bytes of randomness come
//! in through [`Random`], times and names through arguments; faults go out as values that keep their cause.
//!
//! Where to start: [`keys::KeyFile`] gives a [`keys::MasterKey`]; from it come the database key, the keys of
//! [`blobs::BlobStore`] and the key of [`backup`]. [`seal`] is the one stream format under all of them, and
//! [`disk::Disk`] the one door to the file system, so that a power cut can be acted out in tests
//! ([`disk::SimDisk`]).
//!
//! Three rules hold in every module:
//! - a file appears under its name only when it is whole: temporary file, fsync, rename, fsync of the folder;
//! - a flipped bit is an error, never other bytes;
//! - a key is never made anew where one may already exist.

pub mod backup;
pub mod blobs;
mod crypto;
pub mod disk;
pub mod keys;
pub mod marks;
pub mod os_keyring;
mod random;
pub mod seal;
pub mod signing;

pub use random::{OsRandom, Random};

/// The sixteen bytes (a `UUIDv7`) that name one store: one data folder and everything backed up from it.
pub type StoreId = [u8; 16];

/// The sixteen bytes (a `UUIDv7`) that name one installation, the owner of one record log.
pub type DeviceId = [u8; 16];

/// A SHA-256 of plain bytes: what records call a document.
pub type Digest = [u8; 32];
