//! Where a document's file lies, and that the folders above it are durable.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;

use crate::disk::{Disk, Doing, FileFault, make_dirs, sweep};

/// What a document's file is called: HMAC of its SHA-256. Says nothing to who has no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobName(pub(super) [u8; 32]);

impl BlobName {
    /// The name as 64 hexadecimal digits; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(BlobName(HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()?))
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// The folder of sealed documents.
pub(super) struct Folder {
    dir: PathBuf,
    /// Leaves that *this process* made durable. One that merely exists proves nothing: the process that made it may
    /// have been killed before its fsync.
    durable: Mutex<HashSet<u8>>,
}

impl Folder {
    /// Makes the folder and removes what unfinished work left in it.
    pub(super) fn open(disk: &dyn Disk, dir: PathBuf) -> Result<Self, FileFault> {
        let folder = Folder { dir, durable: Mutex::default() };
        make_dirs(disk, &folder.temporary_dir())?;
        for leftover in list(disk, &folder.temporary_dir())? {
            sweep(disk, &folder.temporary_dir().join(leftover.name))?;
        }
        Ok(folder)
    }

    pub(super) fn path(&self, name: BlobName) -> PathBuf {
        self.leaf(name).join(name.to_string())
    }

    /// A name for unfinished work that nothing else in this process has.
    pub(super) fn temporary(&self) -> PathBuf {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        self.temporary_dir().join(COUNT.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// Makes the folder that will hold `name`, durable all the way up.
    pub(super) fn prepare(&self, disk: &dyn Disk, name: BlobName) -> Result<(), FileFault> {
        let key = name.0[0];
        if self.durable.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(());
        }
        let leaf = self.leaf(name);
        let outer = self.outer(name);
        for (parent, child) in [(&self.dir, &outer), (&outer, &leaf)] {
            disk.make_dir(child).map_err(FileFault::at(Doing::Create, child))?;
            disk.sync_dir(parent).map_err(FileFault::at(Doing::Sync, parent))?;
        }
        self.durable.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Ok(())
    }

    /// Makes the presence or absence of `name` durable.
    pub(super) fn sync(&self, disk: &dyn Disk, name: BlobName) -> Result<(), FileFault> {
        let leaf = self.leaf(name);
        disk.sync_dir(&leaf).map_err(FileFault::at(Doing::Sync, &leaf))
    }

    /// Every document's name, sorted. What is not named like a document is passed over.
    pub(super) fn names(&self, disk: &dyn Disk) -> Result<Vec<BlobName>, FileFault> {
        let mut names = Vec::new();
        for outer in folders(disk, &self.dir)? {
            for leaf in folders(disk, &outer)? {
                let files = list(disk, &leaf)?.into_iter().filter(|entry| !entry.is_dir);
                let found = files.filter_map(|entry| BlobName::parse(&entry.name));
                names.extend(found.filter(|name| self.leaf(*name) == leaf));
            }
        }
        names.sort();
        Ok(names)
    }

    fn leaf(&self, name: BlobName) -> PathBuf {
        self.outer(name).join(format!("{:x}", name.0[0] & 15))
    }

    fn outer(&self, name: BlobName) -> PathBuf {
        self.dir.join(format!("{:x}", name.0[0] >> 4))
    }

    fn temporary_dir(&self) -> PathBuf {
        self.dir.join("tmp")
    }
}

fn folders(disk: &dyn Disk, dir: &Path) -> Result<Vec<PathBuf>, FileFault> {
    let entries = list(disk, dir)?.into_iter();
    Ok(entries
        .filter(|entry| entry.is_dir && entry.name.len() == 1)
        .map(|entry| dir.join(entry.name))
        .collect())
}

fn list(disk: &dyn Disk, dir: &Path) -> Result<Vec<crate::disk::Entry>, FileFault> {
    match disk.list(dir) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(FileFault::at(Doing::Read, dir)),
    }
}
