use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use super::slot::{SLOT_BYTES, decode, encode};
use super::{Marks, SERIES_BYTES_MAX};
use crate::DeviceId;
use crate::disk::{Disk as _, Doing, FileFault, RealDisk, make_dirs};

/// The mark file of one installation, locked for as long as this value lives.
#[derive(Debug)]
pub struct MarkFile {
    file: File,
    path: PathBuf,
    device: DeviceId,
    generation: u64,
    last: Option<Marks>,
}

/// Why marks could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum MarkFault {
    /// Another process is this device right now.
    #[error("another process has this device open")]
    AlreadyOpen,
    /// The marks are of another device than the file's: they must never be mixed.
    #[error("these marks belong to another device")]
    OtherDevice,
    /// The series take more room than there is; nothing was written.
    #[error("the series take more than {SERIES_BYTES_MAX} bytes, or a name more than 255")]
    TooManySeries,
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileFault),
}

/// The slot written only by [`MarkFile::sync`].
const ANCHOR: u64 = 2;
const SLOTS: usize = 3;

impl MarkFile {
    /// Opens the marks of `device` in the state folder `dir` (both made when missing), takes the lock, and gives what
    /// was marked last: `None` when nothing usable is there, which makes this machine a restore.
    ///
    /// # Errors
    /// [`MarkFault::AlreadyOpen`] while another process, or another value in this one, has them open.
    pub fn open(dir: &Path, device: DeviceId) -> Result<(Self, Option<Marks>), MarkFault> {
        make_dirs(&RealDisk, dir)?;
        let path = dir.join(format!("{}.marks", HEXLOWER.encode(&device)));
        let file = open_file(&path).map_err(FileFault::at(Doing::Create, &path))?;
        file.try_lock().map_err(|fault| match fault {
            TryLockError::WouldBlock => MarkFault::AlreadyOpen,
            TryLockError::Error(cause) => FileFault::at(Doing::Lock, &path)(cause).into(),
        })?;
        let found = read_last(&file, device).map_err(FileFault::at(Doing::Read, &path))?;
        if found.is_none() {
            RealDisk.sync_dir(dir).map_err(FileFault::at(Doing::Sync, dir))?;
        }
        if found.is_none() {
            RealDisk.sync_dir(dir).map_err(FileFault::at(Doing::Sync, dir))?;
        }
        let (generation, last) =
            found.map_or((0, None), |(generation, marks)| (generation, Some(marks)));
        Ok((MarkFile { file, path, device, generation, last: last.clone() }, last))
    }

    /// What was marked last.
    #[must_use]
    pub fn last(&self) -> Option<&Marks> {
        self.last.as_ref()
    }

    /// Marks how far this installation has come: one positioned write, not made durable. Survives the death of the
    /// process; a power cut may take it back to the last [`MarkFile::sync`].
    ///
    /// # Errors
    /// [`MarkFault::OtherDevice`], [`MarkFault::TooManySeries`], or the write failed.
    pub fn write(&mut self, marks: &Marks) -> Result<(), MarkFault> {
        if marks.device != self.device {
            return Err(MarkFault::OtherDevice);
        }
        let generation = self.generation + 1;
        let slot = encode(marks, generation).ok_or(MarkFault::TooManySeries)?;
        self.write_slot(generation % ANCHOR, &slot)?;
        self.generation = generation;
        self.last = Some(marks.clone());
        Ok(())
    }

    /// Makes the last marks durable (two fsyncs: some tens of milliseconds on a hard disk), so that a later power cut
    /// leaves at least these.
    ///
    /// # Errors
    /// The device refused: the marks count as not kept.
    pub fn sync(&mut self) -> Result<(), MarkFault> {
        let Some(marks) = &self.last else {
            return Ok(());
        };
        let anchor = encode(marks, self.generation).ok_or(MarkFault::TooManySeries)?;
        self.sync_file()?;
        self.write_slot(ANCHOR, &anchor)?;
        self.sync_file()
    }

    fn write_slot(&self, slot: u64, bytes: &[u8; SLOT_BYTES]) -> Result<(), MarkFault> {
        let written = write_at(&self.file, bytes, slot * SLOT_BYTES as u64);
        let complete = written.and_then(|count| match count {
            SLOT_BYTES => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::WriteZero, "only part of a slot was written")),
        });
        Ok(complete.map_err(FileFault::at(Doing::Write, &self.path))?)
    }

    fn sync_file(&self) -> Result<(), MarkFault> {
        Ok(self.file.sync_all().map_err(FileFault::at(Doing::Sync, &self.path))?)
    }
}

/// The marks of the highest generation in any whole slot that belongs to this device.
fn read_last(file: &File, device: DeviceId) -> io::Result<Option<(u64, Marks)>> {
    let mut bytes = Vec::new();
    file.take((SLOTS * SLOT_BYTES) as u64).read_to_end(&mut bytes)?;
    let whole =
        bytes.chunks(SLOT_BYTES).filter_map(decode).filter(|(_, marks)| marks.device == device);
    Ok(whole.max_by_key(|(generation, _)| *generation))
}

fn open_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, offset)
}
