use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file operation that failed: what, where and the cause.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing} {}", path.display())]
pub struct FileFault {
    /// The step that failed.
    pub doing: Doing,
    /// The file or folder; its name holds no personal data, the folders above it may name the computer's user.
    pub path: PathBuf,
    /// The system's own words.
    pub source: io::Error,
}

/// A step on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Making a file or folder.
    Create,
    /// Opening or reading.
    Read,
    /// Writing.
    Write,
    /// Making durable (fsync).
    Sync,
    /// Giving the final name.
    Rename,
    /// Removing.
    Remove,
    /// Taking the exclusive lock.
    Lock,
}

impl FileFault {
    /// The disk, or the user's quota, has no room left.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }

    /// The device did not promise to keep what was written: intake must stop and recover, not try again.
    #[must_use]
    pub fn is_sync_failure(&self) -> bool {
        self.doing == Doing::Sync
    }

    /// The folder cannot be written by this user, or the disk is mounted read-only.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(
            self.source.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
        )
    }

    /// For `map_err`: `disk.open(path).map_err(FileFault::at(Doing::Read, path))`.
    pub(crate) fn at(doing: Doing, path: &Path) -> impl FnOnce(io::Error) -> FileFault {
        let path = path.to_path_buf();
        move |source| FileFault { doing, path, source }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Doing::Create => "create",
            Doing::Read => "read",
            Doing::Write => "write",
            Doing::Sync => "make durable",
            Doing::Rename => "rename",
            Doing::Remove => "remove",
            Doing::Lock => "lock",
        })
    }
}
