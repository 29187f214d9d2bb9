//! Where a copy or a restore is put together, out of sight of whoever looks for copies.

use crate::entropy;
use crate::error::{ApiError, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder for work in progress, removed at the end whatever happens.
pub struct WorkFolder(PathBuf);

const PREFIX: &str = ".quay-work-";

impl WorkFolder {
    /// A folder in `place`.
    ///
    /// # Errors
    /// When `place` cannot be written.
    pub fn new(place: &Path) -> Result<Self> {
        Self::made(place.join(format!("{PREFIX}{}", hex(&entropy::bytes::<6>()?))))
    }

    /// The folder in which this device puts a copy together. What an earlier copy left there, whose process was killed
    /// or whose stick was pulled out, is as large as the store: it is removed first. Another device's is left alone, it
    /// may be at work in the same share.
    ///
    /// # Errors
    /// When `place` cannot be written.
    pub fn of_copy(place: &Path, device: &[u8; 16]) -> Result<Self> {
        let path = place.join(format!("{PREFIX}{}", hex(device)));
        if path.exists() {
            fs::remove_dir_all(&path).map_err(|fault| ApiError::internal(&fault))?;
        }
        Self::made(path)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn made(path: PathBuf) -> Result<Self> {
        fs::create_dir_all(&path).map_err(|fault| ApiError::internal(&fault))?;
        Ok(Self(path))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if let Err(fault) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%fault, "work folder was not removed");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
