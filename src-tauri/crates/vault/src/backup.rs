//! Sealed copies of the store in a second place: a disk, a share, a stick.
//!
//! - An *archive*, `quay-<store>-<stamp>.qbk`, is one file with the database and whatever else belongs to one moment. In
//!   front, in clear, stands a copy of the key file (which holds nothing unsealed), so that a passphrase or the printed
//!   recovery key is enough to restore on a new machine. See [`write_archive`], [`read_archive`], [`verify_archive`].
//! - A *segment*, `segment-<device>-<from>-<to>.qls`, carries the records committed since, so that hours are not lost
//!   with the disk. See [`SegmentFolder`].
//! - Documents are sealed already and travel as they are: [`crate::blobs::BlobStore::mirror_to`].
//!
//! A file is there under its name only when it is whole. Nothing here knows the time: the caller names the stamp.

mod archive;
mod entries;
mod fault;
mod head;
mod segment;

pub use archive::{archives, read_archive, verify_archive, write_archive};
pub use entries::{ArchiveEntry, ArchiveSource};
pub use fault::BackupFault;
pub use head::{ArchiveHead, read_head};
pub use segment::{SegmentFolder, SegmentName};
