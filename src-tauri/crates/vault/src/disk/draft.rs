//! Writing a file so that it appears whole or not at all.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Access, Disk, DiskFile, Doing, FileFault};

/// A file under a temporary name. Dropped unpublished, it is removed.
pub(crate) struct Draft<'d> {
    disk: &'d dyn Disk,
    file: Box<dyn DiskFile>,
    temporary: PathBuf,
    published: bool,
}

impl<'d> Draft<'d> {
    /// Starts a file at `temporary`, which should be on the same volume as its final place.
    pub(crate) fn begin(
        disk: &'d dyn Disk,
        temporary: PathBuf,
        access: Access,
    ) -> Result<Self, FileFault> {
        let file =
            disk.create(&temporary, access).map_err(FileFault::at(Doing::Create, &temporary))?;
        Ok(Draft { disk, file, temporary, published: false })
    }

    /// Writes `bytes` to the end.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        self.file.write_all(bytes).map_err(FileFault::at(Doing::Write, &self.temporary))
    }

    /// Makes the contents durable, gives the final name, makes the name durable. Only after `Ok` may anyone rely on
    /// the file; after an error the name may or may not be there, but never with partial contents.
    pub(crate) fn publish(mut self, path: &Path) -> Result<(), FileFault> {
        self.file.sync().map_err(FileFault::at(Doing::Sync, &self.temporary))?;
        self.disk.rename(&self.temporary, path).map_err(FileFault::at(Doing::Rename, path))?;
        self.published = true;
        sync_parent(self.disk, path)
    }

    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }
}

impl Write for Draft<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.published {
            // Best effort: what stays behind is swept when the folder is opened next.
            let _ = self.disk.remove(&self.temporary);
        }
    }
}

/// Makes the folder and every missing one above it, and makes all their names durable. One that is there already is
/// not trusted: the process that made it may have been killed before its fsync.
pub(crate) fn make_dirs(disk: &dyn Disk, path: &Path) -> Result<(), FileFault> {
    let Some(parent) = path.parent() else { return Ok(()) };
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    make_dirs(disk, parent)?;
    if !disk.exists(path).map_err(FileFault::at(Doing::Read, path))? {
        disk.make_dir(path).map_err(FileFault::at(Doing::Create, path))?;
    }
    sync_parent(disk, path)
}

/// Reads a file that must not be longer than `limit_bytes`; `None` when there is none.
pub(crate) fn read_small(
    disk: &dyn Disk,
    path: &Path,
    limit_bytes: u64,
) -> Result<Option<Vec<u8>>, FileFault> {
    let file = match disk.open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(FileFault::at(Doing::Read, path)(cause)),
    };
    let mut bytes = Vec::new();
    file.take(limit_bytes + 1).read_to_end(&mut bytes).map_err(FileFault::at(Doing::Read, path))?;
    if bytes.len() as u64 > limit_bytes {
        let cause = io::Error::new(io::ErrorKind::FileTooLarge, "longer than this file may be");
        return Err(FileFault::at(Doing::Read, path)(cause));
    }
    Ok(Some(bytes))
}

/// Removes a file that unfinished work left behind, unless this process is writing it right now.
pub(crate) fn sweep(disk: &dyn Disk, path: &Path) -> Result<(), FileFault> {
    if disk.is_being_written(path) {
        return Ok(());
    }
    match disk.remove(path) {
        // It was finished or given up a moment ago.
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(FileFault::at(Doing::Remove, path)),
    }
}

fn sync_parent(disk: &dyn Disk, path: &Path) -> Result<(), FileFault> {
    let parent =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    disk.sync_dir(parent).map_err(FileFault::at(Doing::Sync, parent))
}
