use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use data_encoding::HEXLOWER;

use super::slot::{SLOT_BYTES, decode, encode};
use super::{Marks, SERIES_BYTES_MAX};
use crate::DeviceId;
use crate::disk::{Disk as _, Doing, FileFault, RealDisk, make_dirs};

/// The mark file of one installation, locked for as long as this value lives.
#[derive(Debug)]
pub struct MarkFile {
    slots: Slots,
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

/// Slots 0 and 1 are written in turn, slots 2 and 3 (the anchors) by syncs.
const TURNS: u64 = 2;
const SLOTS: u64 = 4;

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
        let slots =
            Slots { file: Arc::new(file), path: path.into(), durable_anchor: Arc::default() };
        // What a killed process wrote last is read here, but only now is it durable.
        slots.sync()?;
        RealDisk.sync_dir(dir).map_err(FileFault::at(Doing::Sync, dir))?;
        let whole =
            read_whole(&slots.file, device).map_err(FileFault::at(Doing::Read, &slots.path))?;
        slots.durable_anchor.store(latest_anchor(&whole), Ordering::Release);
        let found = whole.into_iter().max_by_key(|(_, generation, _)| *generation);
        let (generation, last) =
            found.map_or((0, None), |(_, generation, marks)| (generation, Some(marks)));
        Ok((MarkFile { slots, device, generation, last: last.clone() }, last))
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
        self.slots.write(generation % TURNS, &slot)?;
        self.generation = generation;
        self.last = Some(marks.clone());
        Ok(())
    }

    /// Makes the last marks durable (an fsync: some ten milliseconds on a hard disk), so that a later power cut leaves at
    /// least these.
    ///
    /// # Errors
    /// The device refused: the marks count as not kept.
    pub fn sync(&mut self) -> Result<(), MarkFault> {
        self.begin_sync()?.map_or(Ok(()), MarkSync::finish)
    }

    /// Prepares a sync that is finished apart, so that no lock on this value is held through the fsync; `None` when
    /// nothing was marked.
    ///
    /// # Errors
    /// [`MarkFault::TooManySeries`] cannot happen with marks that were written.
    pub fn begin_sync(&self) -> Result<Option<MarkSync>, MarkFault> {
        let Some(marks) = &self.last else { return Ok(None) };
        let anchor = encode(marks, self.generation).ok_or(MarkFault::TooManySeries)?;
        Ok(Some(MarkSync { slots: self.slots.clone(), anchor }))
    }
}

/// A sync under way.
pub struct MarkSync {
    slots: Slots,
    anchor: [u8; SLOT_BYTES],
}

impl MarkSync {
    /// Writes the anchor and makes it durable. Two of these at the same time are harmless.
    ///
    /// # Errors
    /// The device refused: the marks count as not kept.
    pub fn finish(self) -> Result<(), MarkFault> {
        let slot = SLOTS + 1 - self.slots.durable_anchor.load(Ordering::Acquire);
        self.slots.write(slot, &self.anchor)?;
        self.slots.sync()?;
        self.slots.durable_anchor.store(slot, Ordering::Release);
        Ok(())
    }
}

impl std::fmt::Debug for MarkSync {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MarkSync(..)")
    }
}

/// The file beneath, as a sync shares it.
#[derive(Debug, Clone)]
struct Slots {
    file: Arc<File>,
    path: Arc<Path>,
    /// 2 or 3: the anchor that is durable, and so must not be written next.
    durable_anchor: Arc<AtomicU64>,
}

impl Slots {
    fn write(&self, slot: u64, bytes: &[u8; SLOT_BYTES]) -> Result<(), FileFault> {
        let written = write_at(&self.file, bytes, slot * SLOT_BYTES as u64);
        let complete = written.and_then(|count| match count {
            SLOT_BYTES => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::WriteZero, "only part of a slot was written")),
        });
        complete.map_err(FileFault::at(Doing::Write, &self.path))
    }

    fn sync(&self) -> Result<(), FileFault> {
        self.file.sync_all().map_err(FileFault::at(Doing::Sync, &self.path))
    }
}

/// A whole slot: where it lies, its generation and its marks.
type Whole = (u64, u64, Marks);

/// Every whole slot that belongs to this device.
fn read_whole(file: &File, device: DeviceId) -> io::Result<Vec<Whole>> {
    let mut bytes = Vec::new();
    file.take(SLOTS * SLOT_BYTES as u64).read_to_end(&mut bytes)?;
    let slots = (0u64..).zip(bytes.chunks(SLOT_BYTES));
    let whole = slots.filter_map(|(slot, bytes)| {
        decode(bytes).map(|(generation, marks)| (slot, generation, marks))
    });
    Ok(whole.filter(|(_, _, marks)| marks.device == device).collect())
}

/// The anchor to be kept when the next one is written.
fn latest_anchor(whole: &[Whole]) -> u64 {
    let anchors = whole.iter().filter(|(slot, ..)| *slot >= TURNS);
    anchors.max_by_key(|(_, generation, _)| *generation).map_or(TURNS, |(slot, ..)| *slot)
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
