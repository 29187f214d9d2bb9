//! A disk in memory that remembers what was never made durable, and loses it on demand.
//!
//! Harsher than any file system in use: unsynced writes are torn at sectors of 512 bytes, kept or lost each on its own;
//! unsynced names are kept or lost each on its own too, in any order; a rename between two folders may leave both
//! names, or neither. Only a rename inside one folder is atomic, as every journaling file system promises. After a
//! failed fsync the pages count as clean, as on Linux: a second fsync that succeeds keeps nothing.

mod crash;
mod state;

use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::state::{Node, State};
use super::{Access, Disk, DiskFile, Entry};

/// A simulated disk; clones are the same disk. Its only folder at first is `/`.
#[derive(Clone, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

impl SimDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        SimDisk::default()
    }

    /// What a power cut now would leave, one of many possibilities, chosen by `seed`. This disk goes on as it was.
    #[must_use]
    pub fn crash(&self, seed: u64) -> SimDisk {
        SimDisk { state: Arc::new(Mutex::new(crash::image(&self.state(), seed))) }
    }

    /// Steps (creations, writes, fsyncs, renames, removals) done so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.state().steps
    }

    /// The power goes off in the middle of the step after the next `steps`; that one and all later ones fail.
    pub fn power_off_after(&self, steps: u64) {
        let mut state = self.state();
        state.power_off_at = Some(state.steps + steps);
    }

    /// The disk is full after `bytes` more bytes.
    pub fn full_after(&self, bytes: u64) {
        self.state().room_bytes = Some(bytes);
    }

    /// The fsync (of a file or a folder) after the next `count` fails with an input/output error, once.
    pub fn fail_sync_after(&self, count: u64) {
        self.state().syncs_until_failure = Some(count);
    }

    /// The contents of a file as a process sees them now; `None` when there is none.
    #[must_use]
    pub fn contents(&self, path: &Path) -> Option<Vec<u8>> {
        self.state().contents(path).ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for SimDisk {
    fn create(&self, path: &Path, _access: Access) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state();
        let inode = state.create(path)?;
        state.being_written.insert(path.to_path_buf());
        Ok(Box::new(SimFile { disk: self.clone(), inode, created_as: path.to_path_buf() }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.state().contents(path)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.state().rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.state().remove(path)
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        self.state().make_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.state().sync_dir(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let state = self.state();
        let names = &state.dir(path)?.names;
        Ok(names
            .iter()
            .map(|(name, node)| Entry { name: name.clone(), is_dir: *node == Node::Dir })
            .collect())
    }

    fn is_being_written(&self, path: &Path) -> bool {
        self.state().being_written.contains(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(self.state().node(path).is_some())
    }
}

struct SimFile {
    disk: SimDisk,
    inode: usize,
    created_as: PathBuf,
}

impl Drop for SimFile {
    fn drop(&mut self) {
        self.disk.state().being_written.remove(&self.created_as);
    }
}

impl Write for SimFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.state().append(self.inode, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for SimFile {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.state().sync_file(self.inode)
    }
}
