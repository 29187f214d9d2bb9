use std::io;

use crate::disk::FileFault;
use crate::keys::KeyFault;
use crate::seal::SealFault;

/// Why a copy was not made or cannot be relied on.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    /// The file is not an archive or a segment of this program.
    #[error("not a backup file")]
    NotABackup,
    /// Written by a later version of the program.
    #[error("backup of the later format {0}")]
    NewerFormat(u8),
    /// The part in clear, in front of the archive, was changed or torn.
    #[error("the head of the backup is damaged")]
    HeadDamaged,
    /// The copy of the key file inside the archive cannot be used.
    #[error("the key file in the backup is unusable")]
    KeyFile(#[source] KeyFault),
    /// Changed, torn, of another store, or sealed under another key.
    #[error("the backup is damaged")]
    Damaged(#[source] SealFault),
    /// What was opened does not agree with the archive's own list of its files.
    #[error("the backup does not agree with its own list of files")]
    ListDisagrees,
    /// A file name that an archive may not hold, or the same one twice.
    #[error("{0:?} cannot be the name of a file in a backup")]
    BadName(String),
    /// A stamp that cannot be part of a file name.
    #[error("{0:?} cannot be the stamp of a backup")]
    BadStamp(String),
    /// Restoring would write over a file.
    #[error("{0:?} is already there")]
    AlreadyThere(String),
    /// One of the files to be copied could not be read.
    #[error("{name:?} could not be read")]
    Source {
        /// Its name in the archive.
        name: String,
        /// The reader's own words.
        source: io::Error,
    },
    /// No random bytes were to be had.
    #[error("no random bytes")]
    Random(#[source] io::Error),
    /// Whoever follows the work asked to stop.
    #[error("stopped as asked")]
    GivenUp,
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileFault),
}
