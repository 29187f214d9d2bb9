use std::io;

use crate::disk::FileFault;
use crate::keys::RecoveryTypo;

/// Why the key file gives no master key. Each has its own plain message on the screen; none is a reason for a new key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// Neither copy is there.
    #[error("there is no key file")]
    Missing,
    /// A key file, perhaps damaged, is already there: it is never written over by a new one.
    #[error("there already is a key file")]
    AlreadyThere,
    /// Neither copy can be used.
    #[error("both copies of the key file are unusable ({first}; {second})")]
    BothCopiesDamaged {
        /// What is wrong with `key.json`.
        first: CopyFault,
        /// What is wrong with `key-copy.json`.
        second: CopyFault,
    },
    /// The two copies are whole but belong to different stores: someone copied one of them from another folder. Nothing
    /// was changed.
    #[error("the two copies of the key file belong to different stores")]
    CopiesOfTwoStores,
    /// This copy of the key file is not one (a backup's copy, or bytes given by the caller).
    #[error("the key file is unusable: {0}")]
    Damaged(CopyFault),
    /// Written by a later version of the program; nothing was changed.
    #[error("the key file has the later format {0}")]
    NewerFormat(u32),
    /// The passphrase does not open this store, or none was set.
    #[error("the passphrase does not open this store")]
    WrongPassphrase,
    /// What was typed is not a recovery key.
    #[error("the recovery key was mistyped: {0}")]
    RecoveryKeyMistyped(RecoveryTypo),
    /// A well-typed recovery key of another store, or one that was replaced.
    #[error("the recovery key does not open this store")]
    WrongRecoveryKey,
    /// The secret that the operating system keeps does not open this store, or none was set.
    #[error("the secret in the system's keyring does not open this store")]
    WrongKeyringSecret,
    /// The master key given is not the one locked in this file.
    #[error("this master key belongs to another store")]
    ForeignMasterKey,
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileFault),
    /// No random bytes, or no memory for deriving the key.
    #[error("the key could not be made")]
    Io(#[from] io::Error),
}

/// What is wrong with one copy of the key file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyFault {
    /// There is none.
    #[error("missing")]
    Missing,
    /// It is not the JSON of a key file.
    #[error("not a key file, at line {line} column {column}")]
    NotAKeyFile {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Its checksum does not agree with its contents.
    #[error("changed or torn")]
    Checksum,
    /// It could not be read.
    #[error("unreadable: {0:?}")]
    Unreadable(io::ErrorKind),
}
