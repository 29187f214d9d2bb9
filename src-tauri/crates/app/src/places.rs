//! Where things lie. The data folder may be copied, backed up and restored; the state folder belongs to the machine.

use crate::error::{ApiError, Result};
use std::path::{Path, PathBuf};

/// The folders and files of one installation.
#[derive(Debug, Clone)]
pub struct Places {
    /// Database, keys, documents.
    pub data: PathBuf,
    /// Marks and signing keys: outside the data folder, in no backup.
    pub state: PathBuf,
}

impl Places {
    /// Places for a data folder; the state folder is the machine's own (`QUAY_STATE_DIR`, else the user's state folder).
    ///
    /// # Errors
    /// When the system names no folder of the user.
    pub fn of(data: &Path) -> Result<Self> {
        let state = match std::env::var_os("QUAY_STATE_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => dirs::state_dir()
                .or_else(dirs::data_local_dir)
                .ok_or_else(|| ApiError::internal(&std::io::Error::other("no state folder")))?
                .join("quay"),
        };
        Ok(Self { data: std::path::absolute(data).unwrap_or_else(|_| data.to_owned()), state })
    }

    /// The usual data folder of this user.
    pub fn usual_data() -> Option<PathBuf> {
        dirs::data_local_dir().map(|folder| folder.join("quay-mot-cua"))
    }

    /// The encrypted store.
    pub fn database(&self) -> PathBuf {
        self.data.join("quay.db")
    }

    /// The key file and its copy.
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// Sealed documents.
    pub fn documents(&self) -> PathBuf {
        self.data.join("documents")
    }

    /// Held while a process works here.
    pub fn lock(&self) -> PathBuf {
        self.data.join("in-use.lock")
    }

    /// Stands while the first run has not ended: nothing can have been taken in.
    pub fn unfinished(&self) -> PathBuf {
        self.data.join("first-run.unfinished")
    }
}

/// Makes names in a folder durable. Only Unix lets a folder be opened for it; elsewhere the system does it by itself.
///
/// # Errors
/// When the disk refuses.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
