use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use data_encoding::HEXLOWER;

use super::BackupFault;
use crate::crypto::fresh;
use crate::disk::{Access, Disk, Doing, Draft, FileFault, make_dirs};
use crate::seal::{Purpose, SealFault, SealKey, SealWriter, open};
use crate::{DeviceId, Random, StoreId};

/// A run of one device's records, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SegmentName {
    /// Whose log.
    pub device: DeviceId,
    /// The first record's number.
    pub from: u64,
    /// The last record's number.
    pub to: u64,
}

impl SegmentName {
    /// Reads a segment's file name; `None` for any other.
    #[must_use]
    pub fn parse(file_name: &str) -> Option<Self> {
        let mut parts = file_name.strip_prefix("segment-")?.strip_suffix(".qls")?.split('-');
        let device = HEXLOWER.decode(parts.next()?.as_bytes()).ok()?.try_into().ok()?;
        let (from, to) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let name = SegmentName { device, from, to };
        (name.from <= name.to && name.to_string() == file_name).then_some(name)
    }

    fn purpose(&self, store: StoreId) -> Purpose {
        Purpose::new(
            "segment",
            &[&store, &self.device, &self.from.to_le_bytes(), &self.to.to_le_bytes()],
        )
    }
}

/// The file name; numbers are padded so that names sort as records do.
impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment-{}-{:010}-{:010}.qls", HEXLOWER.encode(&self.device), self.from, self.to)
    }
}

/// The folder in the second place where the segments of one store are kept.
pub struct SegmentFolder {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    store: StoreId,
    key: SealKey,
}

impl SegmentFolder {
    /// Opens the folder, making it when missing.
    ///
    /// # Errors
    /// A file operation failed.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        store: StoreId,
        key: SealKey,
    ) -> Result<Self, FileFault> {
        let dir = dir.into();
        make_dirs(&*disk, &dir)?;
        Ok(SegmentFolder { disk, dir, store, key })
    }

    /// Seals records into a segment of their own, durable on return.
    ///
    /// # Errors
    /// No random bytes, or a file operation failed.
    pub fn write(
        &self,
        name: SegmentName,
        records: &[u8],
        random: &mut dyn Random,
    ) -> Result<(), BackupFault> {
        let path = self.path(name);
        let failed = FileFault::at(Doing::Write, &path);
        let prefix = fresh(random).map_err(BackupFault::Random)?;
        let mut draft = Draft::begin(&*self.disk, path.with_extension("qls.part"), Access::Shared)?;
        SealWriter::begin_with(&mut draft, &self.key, &name.purpose(self.store), prefix)
            .and_then(|mut sealing| {
                sealing.write_all(records)?;
                sealing.finish()
            })
            .map_err(failed)?;
        draft.publish(&path)?;
        Ok(())
    }

    /// The records in a segment, verified to be the ones its name says.
    ///
    /// # Errors
    /// [`BackupFault::Damaged`], or the file cannot be read.
    pub fn read(&self, name: SegmentName) -> Result<Vec<u8>, BackupFault> {
        let path = self.path(name);
        let mut file = self.disk.open(&path).map_err(FileFault::at(Doing::Read, &path))?;
        let mut records = Vec::new();
        open(&mut file, &mut records, &self.key, &name.purpose(self.store)).map_err(|fault| {
            match fault {
                SealFault::Io(cause) => BackupFault::File(FileFault::at(Doing::Read, &path)(cause)),
                SealFault::NotSealed => BackupFault::NotABackup,
                fault => BackupFault::Damaged(fault),
            }
        })?;
        Ok(records)
    }

    /// The segments here, sorted by device and number.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<SegmentName>, FileFault> {
        let entries = self.disk.list(&self.dir).map_err(FileFault::at(Doing::Read, &self.dir))?;
        let files = entries.into_iter().filter(|entry| !entry.is_dir);
        let mut names: Vec<_> = files.filter_map(|entry| SegmentName::parse(&entry.name)).collect();
        names.sort();
        Ok(names)
    }

    /// Removes a segment that a later archive holds.
    ///
    /// # Errors
    /// A file operation failed.
    pub fn remove(&self, name: SegmentName) -> Result<(), FileFault> {
        let path = self.path(name);
        self.disk.remove(&path).map_err(FileFault::at(Doing::Remove, &path))
    }

    fn path(&self, name: SegmentName) -> PathBuf {
        self.dir.join(name.to_string())
    }
}
