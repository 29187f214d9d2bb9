use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Access, Disk, DiskFile, Entry};

/// The computer's own file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn create(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        restrict(&mut options, access);
        // Said before the name appears, so that nobody sweeps it in between.
        let under_way = UnderWay::new(path);
        Ok(Box::new(RealFile { file: options.open(path)?, _under_way: under_way }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_dir(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            made => made,
        }
    }

    /// As PostgreSQL does, a folder that this user may not open, and a file system that has no fsync of folders (some
    /// network and USB ones), are passed over; a device that refuses is not.
    #[cfg(unix)]
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        match File::open(path).and_then(|dir| dir.sync_all()) {
            Err(cause) if has_no_folder_sync(cause.kind()) => Ok(()),
            synced => synced,
        }
    }

    /// NTFS journals names and Windows offers no fsync of a folder: nothing to ask for.
    #[cfg(not(unix))]
    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let mut entries =
            fs::read_dir(path)?.map(|entry| as_entry(&entry?)).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        Ok(entries)
    }

    fn is_being_written(&self, path: &Path) -> bool {
        under_way().contains(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }
}

struct RealFile {
    file: File,
    _under_way: UnderWay,
}

impl Write for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl DiskFile for RealFile {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// A name in [`BEING_WRITTEN`] for as long as its file is open.
struct UnderWay(PathBuf);

/// Two stores of one process may share a folder in the second place: one must not sweep what the other is writing.
static BEING_WRITTEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

impl UnderWay {
    fn new(path: &Path) -> Self {
        under_way().insert(path.to_path_buf());
        UnderWay(path.to_path_buf())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        under_way().remove(&self.0);
    }
}

fn under_way() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    BEING_WRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn as_entry(entry: &fs::DirEntry) -> io::Result<Entry> {
    Ok(Entry {
        name: entry.file_name().to_string_lossy().into_owned(),
        is_dir: entry.file_type()?.is_dir(),
    })
}

#[cfg(unix)]
fn has_no_folder_sync(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, access: Access) {
    use std::os::unix::fs::OpenOptionsExt;
    if access == Access::Private {
        options.mode(0o600);
    }
}

/// On Windows the user's profile folder already keeps others out.
#[cfg(not(unix))]
fn restrict(_options: &mut OpenOptions, _access: Access) {}
