use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// What the disk holds: as processes see it, as it is durable, and what lies between.
pub(super) struct State {
    pub(super) files: Vec<FileState>,
    pub(super) dirs: BTreeMap<PathBuf, DirState>,
    /// Names of the files open for writing; a power cut closes them all.
    pub(super) being_written: BTreeSet<PathBuf>,
    pub(super) steps: u64,
    pub(super) power_off_at: Option<u64>,
    pub(super) room_bytes: Option<u64>,
    pub(super) syncs_until_failure: Option<u64>,
}

#[derive(Clone, Default)]
pub(super) struct FileState {
    pub(super) seen: Vec<u8>,
    pub(super) durable: Vec<u8>,
    pub(super) pending: Vec<FileChange>,
}

#[derive(Clone)]
pub(super) enum FileChange {
    Emptied,
    Written { at: usize, bytes: Vec<u8> },
}

impl FileChange {
    fn apply(&self, contents: &mut Vec<u8>) {
        match self {
            FileChange::Emptied => contents.clear(),
            FileChange::Written { at, bytes } => {
                contents.resize(contents.len().max(at + bytes.len()), 0);
                contents[*at..at + bytes.len()].copy_from_slice(bytes);
            }
        }
    }
}

#[derive(Clone, Default)]
pub(super) struct DirState {
    pub(super) names: Names,
    pub(super) durable: Names,
    pub(super) pending: Vec<NameChange>,
}

pub(super) type Names = BTreeMap<String, Node>;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    File(usize),
    Dir,
}

#[derive(Clone)]
pub(super) enum NameChange {
    Given(String, Node),
    Taken(String),
    /// Inside one folder: both or neither.
    Moved(String, String, Node),
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut Names) {
        match self {
            NameChange::Given(name, node) => drop(names.insert(name.clone(), *node)),
            NameChange::Taken(name) => drop(names.remove(name)),
            NameChange::Moved(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }
}

impl Default for State {
    fn default() -> Self {
        State {
            files: Vec::new(),
            dirs: BTreeMap::from([(PathBuf::from("/"), DirState::default())]),
            being_written: BTreeSet::new(),
            steps: 0,
            power_off_at: None,
            room_bytes: None,
            syncs_until_failure: None,
        }
    }
}

impl State {
    pub(super) fn node(&self, path: &Path) -> Option<Node> {
        if path == Path::new("/") {
            return Some(Node::Dir);
        }
        let (parent, name) = split(path).ok()?;
        self.dirs.get(parent)?.names.get(&name).copied()
    }

    pub(super) fn dir(&self, path: &Path) -> io::Result<&DirState> {
        self.dirs.get(path).ok_or_else(not_found)
    }

    pub(super) fn contents(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.node(path) {
            Some(Node::File(inode)) => Ok(self.files[inode].seen.clone()),
            Some(Node::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(not_found()),
        }
    }

    pub(super) fn create(&mut self, path: &Path) -> io::Result<usize> {
        self.step()?;
        if let Some(Node::File(inode)) = self.node(path) {
            self.files[inode].seen.clear();
            self.files[inode].pending.push(FileChange::Emptied);
            return Ok(inode);
        }
        let inode = self.files.len();
        self.change(path, |name| NameChange::Given(name, Node::File(inode)))?;
        self.files.push(FileState::default());
        Ok(inode)
    }

    /// When the power goes off in this step, half of the bytes are on their way.
    pub(super) fn append(&mut self, inode: usize, bytes: &[u8]) -> io::Result<usize> {
        let powered = self.step();
        let mut taken = if powered.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        if let Some(room) = &mut self.room_bytes {
            taken = &taken[..taken.len().min(usize::try_from(*room).unwrap_or(usize::MAX))];
            *room -= taken.len() as u64;
        }
        let file = &mut self.files[inode];
        if !taken.is_empty() {
            file.pending.push(FileChange::Written { at: file.seen.len(), bytes: taken.to_vec() });
            file.seen.extend_from_slice(taken);
        }
        powered?;
        if taken.is_empty() && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(taken.len())
    }

    pub(super) fn sync_file(&mut self, inode: usize) -> io::Result<()> {
        self.step()?;
        let kept = self.try_sync();
        let file = &mut self.files[inode];
        // A failed fsync marks the pages clean as well: what they held is never written, by no later fsync either.
        for change in file.pending.drain(..).filter(|_| kept.is_ok()) {
            change.apply(&mut file.durable);
        }
        kept
    }

    pub(super) fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.dir(path)?;
        let kept = self.try_sync();
        if let Some(dir) = self.dirs.get_mut(path) {
            for change in dir.pending.drain(..).filter(|_| kept.is_ok()) {
                change.apply(&mut dir.durable);
            }
        }
        kept
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        let node = self.node(from).ok_or_else(not_found)?;
        if from.parent() == to.parent() {
            let (_, old) = split(from)?;
            return self.change(to, |name| NameChange::Moved(old, name, node));
        }
        self.change(to, |name| NameChange::Given(name, node))?;
        self.change(from, NameChange::Taken)
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        match self.node(path) {
            Some(Node::File(_)) => self.change(path, NameChange::Taken),
            Some(Node::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(not_found()),
        }
    }

    pub(super) fn make_dir(&mut self, path: &Path) -> io::Result<()> {
        self.step()?;
        if self.node(path) == Some(Node::Dir) {
            return Ok(());
        }
        self.change(path, |name| NameChange::Given(name, Node::Dir))?;
        self.dirs.insert(path.to_path_buf(), DirState::default());
        Ok(())
    }

    fn change(&mut self, path: &Path, change: impl FnOnce(String) -> NameChange) -> io::Result<()> {
        let (parent, name) = split(path)?;
        let dir = self.dirs.get_mut(parent).ok_or_else(not_found)?;
        let change = change(name);
        change.apply(&mut dir.names);
        dir.pending.push(change);
        Ok(())
    }

    fn step(&mut self) -> io::Result<()> {
        if self.power_off_at.is_some_and(|at| self.steps >= at) {
            return Err(io::Error::other("the power is off"));
        }
        self.steps += 1;
        Ok(())
    }

    fn try_sync(&mut self) -> io::Result<()> {
        match self.syncs_until_failure {
            Some(0) => {
                self.syncs_until_failure = None;
                Err(io::Error::other("input/output error"))
            }
            Some(left) => {
                self.syncs_until_failure = Some(left - 1);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn split(path: &Path) -> io::Result<(&Path, String)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok((path.parent().ok_or(io::ErrorKind::InvalidInput)?, name.to_string_lossy().into_owned()))
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}
