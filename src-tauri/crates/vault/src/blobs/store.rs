use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::BlobFault;
use super::folder::{BlobName, Folder};
use crate::crypto::{fresh, hmac};
use crate::disk::{Access, Disk, Doing, Draft, FileFault};
use crate::keys::BlobKeys;
use crate::seal::{CHUNK_BYTES, OpenReader, Purpose, SealFault, SealWriter, Summary};
use crate::{Digest, Random};

/// The sealed documents of one store. The caller holds the store's single-instance lock: opening sweeps away what other
/// processes left unfinished. Within one process several values may share a folder.
pub struct BlobStore {
    disk: Arc<dyn Disk>,
    keys: BlobKeys,
    folder: Folder,
    /// The disk refused an fsync: what is durable is no longer known.
    stopped: AtomicBool,
}

/// A stored document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of the plain bytes: what records call it.
    pub sha256: Digest,
    /// Plain bytes.
    pub size: u64,
}

/// What [`BlobStore::mirror_to`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorReport {
    /// Documents that were copied, then opened and verified at the other place.
    pub copied: u64,
    /// Documents that were there before.
    pub already_there: u64,
    /// Sealed bytes written.
    pub bytes: u64,
    /// Documents damaged here; not copied.
    pub damaged: Vec<BlobName>,
}

impl BlobStore {
    /// Opens the folder, making it when missing, and removes leftovers of unfinished work.
    ///
    /// # Errors
    /// A file operation failed.
    pub fn new(
        dir: impl Into<PathBuf>,
        keys: BlobKeys,
        disk: Arc<dyn Disk>,
    ) -> Result<Self, FileFault> {
        let folder = Folder::open(&*disk, dir.into())?;
        Ok(BlobStore { disk, keys, folder, stopped: AtomicBool::new(false) })
    }

    /// Seals what `reader` gives and makes it durable. The same contents twice is one file: the new one takes the place
    /// of the old one, which may be damaged, or never have been made durable.
    ///
    /// # Errors
    /// [`BlobFault::TooLarge`] beyond `limit_bytes` plain bytes; [`BlobFault::Source`] when `reader` fails;
    /// [`BlobFault::File`] when the disk does. Nothing is kept then. [`BlobFault::Stopped`] from the first failed fsync
    /// on, until the store is opened anew.
    pub fn put(
        &self,
        reader: &mut dyn Read,
        limit_bytes: u64,
        random: &mut dyn Random,
    ) -> Result<Blob, BlobFault> {
        if self.stopped.load(Ordering::Acquire) {
            return Err(BlobFault::Stopped);
        }
        let stored = self.put_unless_stopped(reader, limit_bytes, random);
        if matches!(&stored, Err(BlobFault::File(fault)) if fault.is_sync_failure()) {
            self.stopped.store(true, Ordering::Release);
        }
        stored
    }

    /// The document's plain bytes, all verified.
    ///
    /// # Errors
    /// [`BlobFault::Missing`], [`BlobFault::Damaged`], or it cannot be read.
    pub fn open(&self, sha256: &Digest) -> Result<Vec<u8>, BlobFault> {
        let mut plain = Vec::new();
        self.open_into(sha256, &mut |chunk| {
            plain.extend_from_slice(chunk);
            Ok(())
        })?;
        Ok(plain)
    }

    /// Reads the whole file and verifies it; gives the number of plain bytes.
    ///
    /// # Errors
    /// As [`BlobStore::open`].
    pub fn check(&self, sha256: &Digest) -> Result<u64, BlobFault> {
        self.open_into(sha256, &mut |_| Ok(()))
    }

    /// As [`BlobStore::check`] for a file known by its name only.
    ///
    /// # Errors
    /// As [`BlobStore::open`].
    pub fn verify(&self, name: BlobName) -> Result<Blob, BlobFault> {
        let Summary { sha256, size } = self.read_named(name, &mut |_| Ok(()))?;
        Ok(Blob { sha256, size })
    }

    /// Writes the plain document where the officer wants it. The file appears only when whole and verified.
    ///
    /// # Errors
    /// As [`BlobStore::open`], or `path` cannot be written.
    pub fn export(&self, sha256: &Digest, path: &Path) -> Result<u64, BlobFault> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".part");
        let mut draft = Draft::begin(&*self.disk, temporary.into(), Access::Shared)?;
        let size = self.open_into(sha256, &mut |chunk| draft.append(chunk))?;
        draft.publish(path)?;
        Ok(size)
    }

    /// Whether the document has a file here; says nothing about its state.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn exists(&self, sha256: &Digest) -> Result<bool, FileFault> {
        self.has(self.name(sha256))
    }

    /// What the document's file is called.
    #[must_use]
    pub fn name(&self, sha256: &Digest) -> BlobName {
        BlobName(hmac(&self.keys.name, &[sha256]))
    }

    /// Every file here, sorted by name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<BlobName>, FileFault> {
        self.folder.names(&*self.disk)
    }

    /// Files that none of the `known` documents names: left by work that stopped between the rename and the commit.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn orphans(
        &self,
        known: impl IntoIterator<Item = Digest>,
    ) -> Result<Vec<BlobName>, FileFault> {
        let known: HashSet<BlobName> = known.into_iter().map(|sha256| self.name(&sha256)).collect();
        let mut names = self.list()?;
        names.retain(|name| !known.contains(name));
        Ok(names)
    }

    /// Removes a document, durably; `false` when it was not here.
    ///
    /// # Errors
    /// A file operation failed.
    pub fn remove(&self, sha256: &Digest) -> Result<bool, FileFault> {
        self.remove_named(self.name(sha256))
    }

    /// Removes a file by its name (an orphan), durably; `false` when it was not here.
    ///
    /// # Errors
    /// A file operation failed.
    pub fn remove_named(&self, name: BlobName) -> Result<bool, FileFault> {
        let path = self.folder.path(name);
        match self.disk.remove(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            removed => {
                removed.map_err(FileFault::at(Doing::Remove, &path))?;
                self.folder.sync(&*self.disk, name)?;
                Ok(true)
            }
        }
    }

    /// Copies every document that `other` (same keys) lacks, still sealed, and verifies each copy by opening it there.
    /// `heard` is told documents copied and to be copied, before each one.
    ///
    /// # Errors
    /// A file operation failed, or [`BlobFault::GivenUp`]; what was copied before stays, each document whole.
    pub fn mirror_to(
        &self,
        other: &BlobStore,
        heard: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<MirrorReport, BlobFault> {
        let mut report = MirrorReport::default();
        let mut lacking = Vec::new();
        for name in self.list()? {
            if other.has(name)? {
                report.already_there += 1;
            } else {
                lacking.push(name);
            }
        }
        let total = lacking.len() as u64;
        for (done, name) in (0..).zip(lacking) {
            if heard(done, total).is_break() {
                return Err(BlobFault::GivenUp);
            }
            match self.copy_to(other, name)? {
                Some(bytes) => {
                    report.copied += 1;
                    report.bytes += bytes;
                }
                None => report.damaged.push(name),
            }
        }
        Ok(report)
    }

    fn put_unless_stopped(
        &self,
        reader: &mut dyn Read,
        limit_bytes: u64,
        random: &mut dyn Random,
    ) -> Result<Blob, BlobFault> {
        let mut draft = Draft::begin(&*self.disk, self.folder.temporary(), Access::Private)?;
        let Summary { sha256, size } = self.seal_into(&mut draft, reader, limit_bytes, random)?;
        let name = self.name(&sha256);
        self.folder.prepare(&*self.disk, name)?;
        draft.publish(&self.folder.path(name))?;
        Ok(Blob { sha256, size })
    }

    fn seal_into(
        &self,
        draft: &mut Draft<'_>,
        reader: &mut dyn Read,
        limit_bytes: u64,
        random: &mut dyn Random,
    ) -> Result<Summary, BlobFault> {
        let path = draft.temporary().to_path_buf();
        let failed = |cause| BlobFault::File(FileFault::at(Doing::Write, &path)(cause));
        let prefix = fresh(random).map_err(BlobFault::Random)?;
        let mut sealing = SealWriter::begin_with(draft, &self.keys.contents, &purpose(), prefix)
            .map_err(failed)?;
        let mut piece = vec![0u8; CHUNK_BYTES];
        loop {
            let count = match reader.read(&mut piece) {
                Ok(0) => return sealing.finish().map_err(failed),
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map_err(BlobFault::Source)?,
            };
            if sealing.size() + count as u64 > limit_bytes {
                return Err(BlobFault::TooLarge { limit_bytes });
            }
            sealing.write_all(&piece[..count]).map_err(failed)?;
        }
    }

    fn open_into(&self, sha256: &Digest, take: Take<'_>) -> Result<u64, BlobFault> {
        let summary = self.read_named(self.name(sha256), take)?;
        Ok(summary.size)
    }

    /// Opens the file called `name`; a whole file that was given another's name is damaged too.
    fn read_named(&self, name: BlobName, take: Take<'_>) -> Result<Summary, BlobFault> {
        let path = self.folder.path(name);
        let file = match self.disk.open(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(BlobFault::Missing);
            }
            opened => opened.map_err(FileFault::at(Doing::Read, &path))?,
        };
        let as_fault = |fault| match fault {
            SealFault::Io(cause) => BlobFault::File(FileFault::at(Doing::Read, &path)(cause)),
            fault => BlobFault::Damaged(fault),
        };
        let mut opening =
            OpenReader::begin(file, &self.keys.contents, &purpose()).map_err(as_fault)?;
        while let Some(chunk) = opening.next_chunk().map_err(as_fault)? {
            take(chunk)?;
        }
        let summary = opening.finish().map_err(as_fault)?;
        if self.name(&summary.sha256) != name {
            return Err(BlobFault::Damaged(SealFault::Damaged { chunk: 0 }));
        }
        Ok(summary)
    }

    fn has(&self, name: BlobName) -> Result<bool, FileFault> {
        let path = self.folder.path(name);
        self.disk.exists(&path).map_err(FileFault::at(Doing::Read, &path))
    }

    /// Sealed bytes copied; `None` when the document is damaged here.
    fn copy_to(&self, other: &BlobStore, name: BlobName) -> Result<Option<u64>, BlobFault> {
        match self.verify(name) {
            Err(BlobFault::Damaged(_)) => return Ok(None),
            verified => verified?,
        };
        let path = self.folder.path(name);
        let mut file = self.disk.open(&path).map_err(FileFault::at(Doing::Read, &path))?;
        let mut draft = Draft::begin(&*other.disk, other.folder.temporary(), Access::Private)?;
        let bytes = io::copy(&mut file, &mut draft)
            .map_err(FileFault::at(Doing::Write, draft.temporary()))?;
        other.folder.prepare(&*other.disk, name)?;
        draft.publish(&other.folder.path(name))?;
        other.verify(name)?;
        Ok(Some(bytes))
    }
}

/// Takes the plain bytes of one chunk.
type Take<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), FileFault>;

fn purpose() -> Purpose {
    Purpose::new("blob", &[])
}
