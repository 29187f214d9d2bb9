use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::BackupFault;
use super::entries::{self, ArchiveEntry, ArchiveSource, Unpack};
use super::head::{ArchiveHead, is_stamp, parse, prefix};
use crate::crypto::fresh;
use crate::disk::{Access, Disk, Doing, Draft, FileFault, make_dirs, sweep};
use crate::seal::{OpenReader, SealFault, SealKey, SealWriter};
use crate::{Random, StoreId};

/// Writes an archive into `dir` (made when missing) and gives its path and list of files. Durable on return; torn, it
/// never has an archive's name.
///
/// # Errors
/// [`BackupFault::Source`], [`BackupFault::BadName`], [`BackupFault::BadStamp`], or a file operation failed.
pub fn write_archive(
    disk: &dyn Disk,
    dir: &Path,
    head: &ArchiveHead,
    key: &SealKey,
    sources: &mut [ArchiveSource<'_>],
    random: &mut dyn Random,
) -> Result<(PathBuf, Vec<ArchiveEntry>), BackupFault> {
    let (clear, purpose) = head.encode()?;
    make_dirs(disk, dir)?;
    sweep_unfinished(disk, dir, head.store)?;
    let path = dir.join(head.file_name());
    let mut draft = Draft::begin(disk, path.with_extension("qbk.part"), Access::Shared)?;
    draft.append(&clear)?;
    let temporary = draft.temporary().to_path_buf();
    let failed =
        |cause: io::Error| BackupFault::File(FileFault::at(Doing::Write, &temporary)(cause));
    let prefix = fresh(random).map_err(BackupFault::Random)?;
    let mut sealing = SealWriter::begin_with(&mut draft, key, &purpose, prefix).map_err(failed)?;
    let list = entries::write(&mut sealing, sources, &failed)?;
    sealing.finish().map_err(failed)?;
    draft.publish(&path)?;
    Ok((path, list))
}

/// Opens an archive and writes its files into `into` (made when missing). They appear, durable, only after every byte
/// of the archive was verified; a fault leaves none. `heard` is told the plain bytes unpacked so far.
///
/// # Errors
/// [`BackupFault::AlreadyThere`] rather than writing over a file; [`BackupFault::GivenUp`]; otherwise as
/// [`verify_archive`].
pub fn read_archive(
    disk: &dyn Disk,
    path: &Path,
    key: &SealKey,
    into: &Path,
    heard: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Vec<ArchiveEntry>, BackupFault> {
    make_dirs(disk, into)?;
    let mut unpack = IntoFolder { disk, dir: into, drafts: Vec::new(), bytes: 0, heard };
    let list = open(disk, path, key, &mut unpack)?;
    unpack.publish()?;
    Ok(list)
}

/// Opens an archive and verifies every byte, writing nothing.
///
/// # Errors
/// [`BackupFault::NotABackup`], [`BackupFault::NewerFormat`], [`BackupFault::HeadDamaged`],
/// [`BackupFault::Damaged`], [`BackupFault::ListDisagrees`], or the file cannot be read.
pub fn verify_archive(
    disk: &dyn Disk,
    path: &Path,
    key: &SealKey,
) -> Result<Vec<ArchiveEntry>, BackupFault> {
    open(disk, path, key, &mut IntoNothing)
}

/// The archives of a store in a folder, oldest stamp first.
///
/// # Errors
/// The folder cannot be read.
pub fn archives(disk: &dyn Disk, dir: &Path, store: StoreId) -> Result<Vec<PathBuf>, FileFault> {
    let prefix = prefix(store);
    let is_archive = |name: &str| {
        let stamp = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".qbk"));
        stamp.is_some_and(is_stamp)
    };
    let entries = disk.list(dir).map_err(FileFault::at(Doing::Read, dir))?.into_iter();
    Ok(entries
        .filter(|entry| !entry.is_dir && is_archive(&entry.name))
        .map(|entry| dir.join(entry.name))
        .collect())
}

fn open(
    disk: &dyn Disk,
    path: &Path,
    key: &SealKey,
    unpack: &mut dyn Unpack,
) -> Result<Vec<ArchiveEntry>, BackupFault> {
    let mut file = disk.open(path).map_err(FileFault::at(Doing::Read, path))?;
    let (_, purpose) = parse(&mut file, path)?;
    let as_fault = |fault| match fault {
        SealFault::Io(cause) => BackupFault::File(FileFault::at(Doing::Read, path)(cause)),
        fault => BackupFault::Damaged(fault),
    };
    let mut opening = OpenReader::begin(file, key, &purpose).map_err(as_fault)?;
    let list = entries::read(&mut opening, unpack)?;
    // The list is the last thing; only the closing chunk proves that nothing was cut or added after it.
    match opening.read(&mut [0]).map_err(entries::broken)? {
        0 => Ok(list),
        _ => Err(BackupFault::ListDisagrees),
    }
}

/// Removes what a power cut left of an earlier archive: each may be as large as the store.
fn sweep_unfinished(disk: &dyn Disk, dir: &Path, store: StoreId) -> Result<(), FileFault> {
    let prefix = prefix(store);
    for entry in disk.list(dir).map_err(FileFault::at(Doing::Read, dir))? {
        if entry.name.starts_with(&prefix) && entry.name.ends_with(".qbk.part") {
            sweep(disk, &dir.join(entry.name))?;
        }
    }
    Ok(())
}

struct IntoFolder<'d> {
    disk: &'d dyn Disk,
    dir: &'d Path,
    drafts: Vec<(Draft<'d>, PathBuf)>,
    bytes: u64,
    heard: &'d mut dyn FnMut(u64) -> ControlFlow<()>,
}

impl IntoFolder<'_> {
    fn publish(self) -> Result<(), FileFault> {
        let mut published = Vec::new();
        for (draft, path) in self.drafts {
            published.push(path);
            let Some(path) = published.last() else { continue };
            if let Err(fault) = draft.publish(path) {
                // Part of a restored store is worse than none; what cannot be removed is refused next time.
                published.iter().for_each(|path| drop(self.disk.remove(path)));
                return Err(fault);
            }
        }
        Ok(())
    }
}

impl Unpack for IntoFolder<'_> {
    fn begin(&mut self, name: &str) -> Result<(), BackupFault> {
        let path = self.dir.join(name);
        if self.disk.exists(&path).map_err(FileFault::at(Doing::Read, &path))? {
            return Err(BackupFault::AlreadyThere(name.to_owned()));
        }
        let draft =
            Draft::begin(self.disk, self.dir.join(format!(".{name}.part")), Access::Private)?;
        self.drafts.push((draft, path));
        Ok(())
    }

    fn append(&mut self, piece: &[u8]) -> Result<(), BackupFault> {
        if (self.heard)(self.bytes).is_break() {
            return Err(BackupFault::GivenUp);
        }
        self.bytes += piece.len() as u64;
        match self.drafts.last_mut() {
            Some((draft, _)) => Ok(draft.append(piece)?),
            None => Ok(()),
        }
    }
}

struct IntoNothing;

impl Unpack for IntoNothing {
    fn begin(&mut self, _name: &str) -> Result<(), BackupFault> {
        Ok(())
    }

    fn append(&mut self, _piece: &[u8]) -> Result<(), BackupFault> {
        Ok(())
    }
}
