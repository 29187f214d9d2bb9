//! Citizens' documents: each one sealed file, named so that neither name nor contents says anything.
//!
//! Records name a document by the SHA-256 of its plain bytes. On disk its name is HMAC-SHA256 of that under the store's
//! name key, two folders deep: `a/b/ab…` (64 hex digits; 256 folders in all, few enough that each is made durable once
//! and then known). A document is durable under its name before [`BlobStore::put`] returns, so the record that names it
//! may then be committed: an orphan file is harmless, a dangling reference would lose a citizen's paper.

mod fault;
mod folder;
mod store;

pub use fault::BlobFault;
pub use folder::BlobName;
pub use store::{Blob, BlobStore, MirrorReport};
