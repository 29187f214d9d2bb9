//! A disk that forgets: what is on it for certain, what was written and not made durable, and what a power cut may leave.

use super::recording::Op;
use crate::dice::Dice;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The unit in which a write is torn.
const SECTOR_BYTES: usize = 512;

/// Files and names, durable and pending.
#[derive(Debug, Clone, Default)]
pub struct Platter<'r> {
    inodes: Vec<Inode<'r>>,
    /// Names as the program sees them.
    names: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    pending: Vec<Naming>,
}

#[derive(Debug, Clone, Default)]
struct Inode<'r> {
    is_dir: bool,
    durable: Vec<u8>,
    pending: Vec<&'r Op>,
}

#[derive(Debug, Clone)]
enum Naming {
    Link { path: PathBuf, inode: usize },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf, inode: usize },
}

/// How much of what was not durable a power cut leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Everything,
    Prefix,
    Anything,
}

impl<'r> Platter<'r> {
    /// What lies in these folders now, all of it durable; `root` is the folder around them.
    pub fn of(root: &Path, folders: &[PathBuf]) -> Self {
        let mut platter = Self::default();
        platter.new_inode(root, Inode { is_dir: true, ..Inode::default() });
        folders.iter().for_each(|folder| platter.take_in(folder));
        platter.durable = platter.names.clone();
        platter
    }

    /// Does what the program did.
    pub fn apply(&mut self, op: &'r Op) {
        match op {
            Op::Create(path) => self.link(path, false),
            Op::MakeDir(path) => self.link(path, true),
            Op::Write(path, ..) | Op::Length(path, _) | Op::Truncate(path) => {
                if let Some(inode) = self.names.get(path) {
                    self.inodes[*inode].pending.push(op);
                }
            }
            Op::Sync(path) => self.sync(path),
            Op::Unlink(path) => {
                self.names.remove(path);
                self.pending.push(Naming::Unlink { path: path.clone() });
            }
            Op::Rename(from, to) => {
                if let Some(inode) = self.names.remove(from) {
                    self.names.insert(to.clone(), inode);
                    self.pending.push(Naming::Rename { from: from.clone(), to: to.clone(), inode });
                }
            }
            Op::Ack(_) => {}
        }
    }

    /// The files a power cut now may leave: by chance, but the same chance for the same dice.
    pub fn crash(&self, dice: &mut Dice) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let names = self.names_left(dice);
        let data = *dice.pick(&[
            Left::Nothing,
            Left::Everything,
            Left::Prefix,
            Left::Anything,
            Left::Anything,
        ]);
        let mut image = BTreeMap::new();
        for (path, inode) in &names {
            let inode = &self.inodes[*inode];
            image.insert(path.clone(), (!inode.is_dir).then(|| inode.left(data, dice)));
        }
        image
    }

    fn take_in(&mut self, folder: &Path) {
        self.new_inode(folder, Inode { is_dir: true, ..Inode::default() });
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                self.take_in(&path);
            } else if !path.ends_with("quay.db-shm") {
                let durable = std::fs::read(&path).expect("a file");
                self.new_inode(&path, Inode { durable, ..Inode::default() });
            }
        }
    }

    fn new_inode(&mut self, path: &Path, inode: Inode<'r>) -> usize {
        self.inodes.push(inode);
        let place = self.inodes.len() - 1;
        self.names.insert(path.to_owned(), place);
        place
    }

    fn link(&mut self, path: &Path, is_dir: bool) {
        let inode = self.new_inode(path, Inode { is_dir, ..Inode::default() });
        self.pending.push(Naming::Link { path: path.to_owned(), inode });
    }

    /// An fsync of a file makes its bytes durable, not its name; one of a folder makes the names in it durable.
    fn sync(&mut self, path: &Path) {
        let Some(place) = self.names.get(path) else { return };
        let inode = &mut self.inodes[*place];
        if !inode.is_dir {
            for op in std::mem::take(&mut inode.pending) {
                write(&mut inode.durable, op);
            }
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let (now, later): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|naming| naming.is_in(path));
        self.pending = later;
        for naming in now {
            if let Naming::Rename { from, inode, .. } = &naming {
                self.pending.retain(|other| !matches!(other, Naming::Link { path, inode: of } if path == from && of == inode));
            }
            naming.apply(&mut self.durable);
        }
    }

    fn names_left(&self, dice: &mut Dice) -> BTreeMap<PathBuf, usize> {
        let left = *dice.pick(&[Left::Nothing, Left::Everything, Left::Prefix, Left::Anything]);
        let prefix = if self.pending.is_empty() { 0 } else { dice.below(self.pending.len() + 1) };
        let mut limits: BTreeMap<PathBuf, usize> = BTreeMap::new();
        let mut names = self.durable.clone();
        for (place, naming) in self.pending.iter().enumerate() {
            let kept = match left {
                Left::Nothing => false,
                Left::Everything => true,
                Left::Prefix => place < prefix,
                Left::Anything => naming.folders().iter().all(|folder| {
                    let limit = limits
                        .entry((*folder).to_owned())
                        .or_insert_with(|| dice.below(self.pending.len() + 1));
                    place < *limit
                }),
            };
            if kept {
                naming.apply(&mut names);
            }
        }
        reachable(names)
    }
}

impl Inode<'_> {
    fn left(&self, left: Left, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let prefix = if self.pending.is_empty() { 0 } else { dice.below(self.pending.len() + 1) };
        for (place, op) in self.pending.iter().enumerate() {
            match left {
                Left::Nothing => {}
                Left::Everything => write(&mut bytes, op),
                Left::Prefix if place < prefix => write(&mut bytes, op),
                Left::Prefix => tear(&mut bytes, op, dice, place == prefix),
                Left::Anything => match dice.below(10) {
                    0..=3 => write(&mut bytes, op),
                    4..=6 => {}
                    _ => tear(&mut bytes, op, dice, true),
                },
            }
        }
        bytes
    }
}

impl Naming {
    fn folders(&self) -> Vec<&Path> {
        let paths: &[&PathBuf] = match self {
            Naming::Link { path, .. } | Naming::Unlink { path } => &[path],
            Naming::Rename { from, to, .. } => &[from, to],
        };
        paths.iter().filter_map(|path| path.parent()).collect()
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.folders().contains(&folder)
    }

    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Link { path, inode } => {
                names.insert(path.clone(), *inode);
            }
            Naming::Unlink { path } => {
                names.remove(path);
            }
            Naming::Rename { from, to, inode } => {
                if names.get(from) == Some(inode) {
                    names.remove(from);
                }
                names.insert(to.clone(), *inode);
            }
        }
    }
}

/// A file whose folder is lost is lost.
fn reachable(names: BTreeMap<PathBuf, usize>) -> BTreeMap<PathBuf, usize> {
    let there: BTreeSet<PathBuf> = names.keys().cloned().collect();
    let root = there.first().cloned().unwrap_or_default();
    let mut lost: BTreeSet<PathBuf> = BTreeSet::new();
    for path in &there {
        let parent = path.parent().map(Path::to_owned).unwrap_or_default();
        if *path != root && (!there.contains(&parent) || lost.contains(&parent)) {
            lost.insert(path.clone());
        }
    }
    names.into_iter().filter(|(path, _)| !lost.contains(path)).collect()
}

fn write(bytes: &mut Vec<u8>, op: &Op) {
    match op {
        Op::Write(_, offset, data) => put(bytes, *offset, data),
        Op::Length(_, length) => bytes.resize(*length, 0),
        Op::Truncate(_) => bytes.clear(),
        _ => {}
    }
}

/// Some sectors of a write; a change of length happens or does not.
fn tear(bytes: &mut Vec<u8>, op: &Op, dice: &mut Dice, torn: bool) {
    let Op::Write(_, offset, data) = op else { return };
    let mut done = 0;
    while torn && done < data.len() {
        let at = offset + done;
        let end = data.len().min(done + SECTOR_BYTES - at % SECTOR_BYTES);
        if dice.chance(50) {
            put(bytes, at, &data[done..end]);
        }
        done = end;
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(data);
}
