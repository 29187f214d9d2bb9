//! The one door to the file system, so that power cuts, full disks and failing fsyncs can be acted out.
//!
//! Two implementations: [`RealDisk`], and [`SimDisk`], which remembers what was never made durable and can lose it.

mod draft;
mod fault;
mod real;
mod sim;

use std::io::{self, Read, Write};
use std::path::Path;

pub(crate) use draft::{Draft, make_dirs, read_small, sweep};
pub use fault::{Doing, FileFault};
pub use real::RealDisk;
pub use sim::SimDisk;

/// What this crate asks of a file system. A name is durable only after [`Disk::sync_dir`] of its folder, contents only
/// after [`DiskFile::sync`].
pub trait Disk: Send + Sync {
    /// Creates the file, or empties it when it exists.
    ///
    /// # Errors
    /// The folder is missing, the disk is full or read-only.
    fn create(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>>;

    /// Opens the file for reading from its start.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is none; otherwise it cannot be read.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;

    /// Gives the file another name, replacing what had it. Within one folder the change is seen whole or not at all.
    ///
    /// # Errors
    /// The file is missing or the folder is read-only.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes the file's name.
    ///
    /// # Errors
    /// The file is missing or the folder is read-only.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Creates one folder whose parent exists; a folder that is already there is fine.
    ///
    /// # Errors
    /// The parent is missing or read-only.
    fn make_dir(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in this folder durable.
    ///
    /// # Errors
    /// The device refused; what was written may be lost and must not be counted as kept.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder, sorted.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such folder.
    fn list(&self, path: &Path) -> io::Result<Vec<Entry>>;

    /// Whether this process is writing a file that it created under this name. What nobody writes any more may be swept.
    fn is_being_written(&self, path: &Path) -> bool;

    /// Whether a file or folder has this name.
    ///
    /// # Errors
    /// The folder above cannot be read.
    fn exists(&self, path: &Path) -> io::Result<bool>;
}

/// A file being written from its start.
pub trait DiskFile: Write + Send {
    /// Makes the contents durable (fsync).
    ///
    /// # Errors
    /// The device refused. The writes may be lost and a second call that succeeds proves nothing: the file must be
    /// given up, never synced again as if nothing had happened.
    fn sync(&mut self) -> io::Result<()>;
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The last part of the path, as text (names of this crate are ASCII; others may show replacement characters).
    pub name: String,
    /// A folder, not a file.
    pub is_dir: bool,
}

/// Who may read a new file, on systems that tell users apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the user running the desk: keys, and sealed files of the store.
    Private,
    /// As the system's default says: exports the officer asked for, backups that another machine must read.
    Shared,
}
