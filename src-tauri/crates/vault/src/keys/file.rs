use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CopyFault, KeyFault, Lock, LockedKey, MasterKey, RecoveryKey, Unlock};
use crate::disk::{Access, Disk, Draft, FileFault, RealDisk, make_dirs, read_small};
use crate::{Random, StoreId};

/// The first copy, always written first.
pub const KEY_FILE_NAME: &str = "key.json";
/// The second copy.
pub const KEY_COPY_NAME: &str = "key-copy.json";

/// A key file has about 1 KiB.
const KEY_FILE_BYTES_MAX: u64 = 64 * 1024;

/// The folder that holds the two copies.
#[derive(Clone)]
pub struct KeyPlace {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

/// The key file of one store, as it stands durable on disk: every method that changes it returns only when both copies
/// are. After an error the change may or may not have been kept; what was kept before still opens.
pub struct KeyFile {
    place: KeyPlace,
    locked: LockedKey,
    health: CopyHealth,
    /// The highest generation ever tried here: a write that failed may all the same be on disk.
    generation_tried: u64,
}

/// How the two copies were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyHealth {
    /// Both were whole and alike.
    BothGood,
    /// One was missing, older or damaged and was written anew from the other.
    Repaired,
    /// One is missing, older or damaged and could not be written (a read-only folder, a full disk). The other opens.
    OnlyOne,
}

impl KeyPlace {
    /// A folder on this computer's own file system.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        KeyPlace::on(Arc::new(RealDisk), dir)
    }

    /// A folder on the given disk.
    #[must_use]
    pub fn on(disk: Arc<dyn Disk>, dir: impl Into<PathBuf>) -> Self {
        KeyPlace { disk, dir: dir.into() }
    }

    fn paths(&self) -> [PathBuf; 2] {
        [self.dir.join(KEY_FILE_NAME), self.dir.join(KEY_COPY_NAME)]
    }
}

impl KeyFile {
    /// Makes the master key of a new store and writes its key file with one way in. The folder is made when missing.
    ///
    /// # Errors
    /// [`KeyFault::AlreadyThere`] when either copy exists in whatever state; otherwise a file operation failed.
    pub fn create(
        place: &KeyPlace,
        store: StoreId,
        first: Lock<'_>,
        random: &mut dyn Random,
    ) -> Result<(KeyFile, MasterKey), KeyFault> {
        let (locked, master) = LockedKey::fresh(store, first, random)?;
        Ok((KeyFile::adopt(place, locked)?, master))
    }

    /// Writes a key file taken from a backup into a folder that has none.
    ///
    /// # Errors
    /// As [`KeyFile::create`].
    pub fn adopt(place: &KeyPlace, locked: LockedKey) -> Result<KeyFile, KeyFault> {
        make_dirs(&*place.disk, &place.dir)?;
        for path in place.paths() {
            if place.disk.exists(&path).map_err(FileFault::at(crate::disk::Doing::Read, &path))? {
                return Err(KeyFault::AlreadyThere);
            }
        }
        let generation_tried = locked.generation;
        let mut file = KeyFile {
            place: place.clone(),
            locked,
            health: CopyHealth::BothGood,
            generation_tried,
        };
        file.change(|_| Ok(()))?;
        Ok(file)
    }

    /// Reads the key file; a missing, older or damaged copy is made good from the other.
    ///
    /// # Errors
    /// [`KeyFault::BothCopiesDamaged`], [`KeyFault::CopiesOfTwoStores`], [`KeyFault::NewerFormat`]; nothing is written
    /// then. `Ok(None)` when neither copy exists: whether that is a first run or a lost key is for the caller, who
    /// knows whether there is a database.
    pub fn load(place: &KeyPlace) -> Result<Option<KeyFile>, KeyFault> {
        let [first, second] = place.paths().map(|path| read_copy(&*place.disk, &path));
        let (first, second) = (first?, second?);
        let locked = match choose(&first, &second)? {
            None => return Ok(None),
            Some(locked) => locked.clone(),
        };
        let generation_tried = locked.generation;
        let mut file = KeyFile {
            place: place.clone(),
            locked,
            health: CopyHealth::BothGood,
            generation_tried,
        };
        file.repair([&first, &second]);
        Ok(Some(file))
    }

    /// As [`KeyFile::load`], for a caller who has a database: no key file is a fault then, and never a reason for a new
    /// key.
    ///
    /// # Errors
    /// [`KeyFault::Missing`], or as [`KeyFile::load`].
    pub fn load_existing(place: &KeyPlace) -> Result<KeyFile, KeyFault> {
        KeyFile::load(place)?.ok_or(KeyFault::Missing)
    }

    /// The contents, to be put into a backup.
    #[must_use]
    pub fn locked(&self) -> &LockedKey {
        &self.locked
    }

    /// How the copies were found when loading.
    #[must_use]
    pub fn health(&self) -> CopyHealth {
        self.health
    }

    /// Tries one way in.
    ///
    /// # Errors
    /// As [`LockedKey::unlock`].
    pub fn unlock(&self, way: Unlock<'_>) -> Result<MasterKey, KeyFault> {
        self.locked.unlock(way)
    }

    /// Adds a way in, or replaces the one of the same kind.
    ///
    /// # Errors
    /// [`KeyFault::ForeignMasterKey`], or a file operation failed.
    pub fn add(
        &mut self,
        master: &MasterKey,
        lock: Lock<'_>,
        random: &mut dyn Random,
    ) -> Result<(), KeyFault> {
        self.change(|locked| locked.add(master, lock, random))
    }

    /// Makes a recovery key, to be printed. The one before it stays good until this one is confirmed.
    ///
    /// # Errors
    /// As [`KeyFile::add`].
    pub fn new_recovery_key(
        &mut self,
        master: &MasterKey,
        random: &mut dyn Random,
    ) -> Result<RecoveryKey, KeyFault> {
        self.change(|locked| locked.add_recovery(master, random))
    }

    /// Takes the new recovery key as it was typed back from its sheet; from here on it is the only one.
    ///
    /// # Errors
    /// [`KeyFault::RecoveryKeyMistyped`] naming the group, [`KeyFault::WrongRecoveryKey`] when it is not the sheet last
    /// printed, or a file operation failed.
    pub fn confirm_recovery(&mut self, typed: &str) -> Result<(), KeyFault> {
        self.change(|locked| locked.confirm_recovery(typed))
    }

    /// Applies `edit` to the contents and makes the result durable in both copies.
    fn change<T>(
        &mut self,
        edit: impl FnOnce(&mut LockedKey) -> Result<T, KeyFault>,
    ) -> Result<T, KeyFault> {
        let mut next = self.locked.clone();
        let outcome = edit(&mut next)?;
        self.generation_tried += 1;
        next.generation = self.generation_tried;
        let bytes = next.to_bytes()?;
        for path in self.place.paths() {
            write_copy(&*self.place.disk, &path, &bytes)?;
        }
        self.locked = next;
        self.health = CopyHealth::BothGood;
        Ok(outcome)
    }

    fn repair(&mut self, copies: [&Found; 2]) {
        let outdated = |found: &Found| found.as_ref().ok() != Some(&self.locked);
        let places = self.place.paths();
        let mut repairs = places.iter().zip(copies).filter(|(_, copy)| outdated(copy)).peekable();
        if repairs.peek().is_none() {
            return;
        }
        let disk = &*self.place.disk;
        let written = self.locked.to_bytes().and_then(|bytes| {
            repairs.try_for_each(|(path, _)| Ok(write_copy(disk, path, &bytes)?))
        });
        self.health = if written.is_ok() { CopyHealth::Repaired } else { CopyHealth::OnlyOne };
    }
}

/// One copy as it was found: whole, or why it is unusable.
type Found = Result<LockedKey, CopyFault>;

fn read_copy(disk: &dyn Disk, path: &Path) -> Result<Found, KeyFault> {
    let bytes = match read_small(disk, path, KEY_FILE_BYTES_MAX) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(Err(CopyFault::Missing)),
        Err(fault) => return Ok(Err(CopyFault::Unreadable(fault.source.kind()))),
    };
    match LockedKey::parse(&bytes) {
        Ok(locked) => Ok(Ok(locked)),
        Err(KeyFault::Damaged(fault)) => Ok(Err(fault)),
        // A later program's file must not be "repaired" from the other copy.
        Err(fault) => Err(fault),
    }
}

fn choose<'a>(first: &'a Found, second: &'a Found) -> Result<Option<&'a LockedKey>, KeyFault> {
    match (first, second) {
        (Ok(a), Ok(b)) if a.store() != b.store() => Err(KeyFault::CopiesOfTwoStores),
        (Ok(a), Ok(b)) => Ok(Some(if b.generation > a.generation { b } else { a })),
        (Ok(whole), Err(_)) | (Err(_), Ok(whole)) => Ok(Some(whole)),
        (Err(CopyFault::Missing), Err(CopyFault::Missing)) => Ok(None),
        (Err(first), Err(second)) => {
            Err(KeyFault::BothCopiesDamaged { first: first.clone(), second: second.clone() })
        }
    }
}

fn write_copy(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    let mut draft = Draft::begin(disk, path.with_extension("json.part"), Access::Private)?;
    draft.append(bytes)?;
    draft.publish(path)
}
