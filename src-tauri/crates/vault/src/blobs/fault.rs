use std::io;

use crate::disk::FileFault;
use crate::seal::SealFault;

/// Why a document was not stored or not given.
#[derive(Debug, thiserror::Error)]
pub enum BlobFault {
    /// The document is longer than the caller allows; nothing was kept of it.
    #[error("the document is longer than {limit_bytes} bytes")]
    TooLarge {
        /// The most that was allowed.
        limit_bytes: u64,
    },
    /// The document is not here (it may be at the province).
    #[error("the document is not in this store")]
    Missing,
    /// The file is here but is not what was stored: changed, cut, swapped, or sealed under another key.
    #[error("the document's file is damaged")]
    Damaged(#[source] SealFault),
    /// What gives the plain bytes failed (the scanner's folder, a stick pulled out).
    #[error("the document could not be read from where it comes")]
    Source(#[source] io::Error),
    /// No random bytes were to be had.
    #[error("no random bytes")]
    Random(#[source] io::Error),
    /// The disk refused an fsync before: what is durable is not known until the store is opened anew.
    #[error("the store of documents has stopped after a failed fsync")]
    Stopped,
    /// Whoever follows the work asked to stop.
    #[error("stopped as asked")]
    GivenUp,
    /// A file operation in the store failed.
    #[error(transparent)]
    File(#[from] FileFault),
}
