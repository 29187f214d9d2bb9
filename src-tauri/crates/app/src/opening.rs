//! From a closed folder to an open office: first run, unlocking, restore detection. Every fault has words of its own and
//! loses nothing.

mod fault;
mod first_run;
mod identity;

pub use fault::OpenFault;
pub use first_run::{FirstRun, begin, check_passphrase};
pub(crate) use identity::hex;

use crate::clock::Clock;
use crate::office::{Office, Parts, database_key};
use crate::packs::Packs;
use crate::places::Places;
use domain::officer::Officer;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::sync::Arc;
use store::{Connection, Store, local};
use vault::blobs::BlobStore;
use vault::disk::RealDisk;
use vault::keys::{KeyFile, KeyPlace, MasterKey, Unlock};

/// The setting that names the officer who sits here.
pub(crate) const SEATED: &str = "officer";

/// What opens the key file.
#[derive(Debug, Clone)]
pub enum Secret {
    /// The secret kept by the operating system, when there is one.
    Keyring,
    /// A passphrase.
    Passphrase(String),
    /// The printed recovery key.
    Recovery(String),
}

/// Whether a store was commissioned here.
pub fn is_commissioned(places: &Places) -> bool {
    (places.database().exists() || places.keys().exists()) && !places.unfinished().exists()
}

/// Opens the office.
///
/// # Errors
/// [`OpenFault`], each with its plain words; a missing key never leads to a new one.
pub fn open(places: Places, secret: &Secret, clock: Clock) -> Result<Office, OpenFault> {
    if !is_commissioned(&places) {
        return Err(OpenFault::NotCommissioned);
    }
    let lock = take_lock(&places)?;
    let keys = load_keys(&places)?;
    let master = unlock(&keys, secret)?;
    open_with(places, keys, master, clock, lock)
}

pub(crate) fn open_with(
    places: Places,
    keys: KeyFile,
    master: MasterKey,
    clock: Clock,
    lock: File,
) -> Result<Office, OpenFault> {
    if !places.database().exists() {
        return Err(OpenFault::DatabaseMissing);
    }
    let store = Store::open(&places.database(), &database_key(&master))?;
    let site = store.read(store::office::site)?.ok_or(OpenFault::DatabaseMissing)?;
    let imported = store.read(imported_packs)?;
    let packs = Packs::with(Some(&site.code), &imported)?;
    let officer = seated(&store)?.ok_or(OpenFault::DatabaseMissing)?;
    let documents = BlobStore::new(places.documents(), master.blob_keys(), Arc::new(RealDisk))?;
    let found = identity::find(&places, &store, &master)?;
    let restored = matches!(found, identity::Found::Restored { .. });
    let device = identity::settle(found, &places, &store, &master, &site, &officer, clock.now())?;
    Ok(Office::from_parts(Parts {
        places,
        clock,
        site,
        keys,
        master,
        documents,
        device,
        restored,
        packs,
        store,
        officer,
        lock,
    }))
}

pub(crate) fn take_lock(places: &Places) -> Result<File, OpenFault> {
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(places.lock())?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenFault::SecondInstance),
        Err(TryLockError::Error(fault)) => Err(fault.into()),
    }
}

fn load_keys(places: &Places) -> Result<KeyFile, OpenFault> {
    KeyFile::load(&KeyPlace::new(places.keys()))?.ok_or(OpenFault::KeyMissing)
}

fn unlock(keys: &KeyFile, secret: &Secret) -> Result<MasterKey, OpenFault> {
    match secret {
        Secret::Passphrase(text) => Ok(keys.unlock(Unlock::Passphrase(text))?),
        Secret::Recovery(text) => Ok(keys.unlock(Unlock::Recovery(text))?),
        Secret::Keyring => match crate::keyring::secret(keys.locked().store()) {
            Some(secret) => Ok(keys.unlock(Unlock::KeyringSecret(&secret))?),
            None => Err(OpenFault::Locked),
        },
    }
}

/// Imported packs in use, by kind.
pub(crate) fn imported_packs(connection: &Connection) -> store::Result<BTreeMap<String, String>> {
    let mut imported = BTreeMap::new();
    for (kind, (version, _, origin)) in store::office::packs(connection)? {
        if origin == "imported"
            && let Some(bytes) = store::local::pack_file(connection, &kind, &version)?
            && let Ok(text) = String::from_utf8(bytes)
        {
            imported.insert(kind, text);
        }
    }
    Ok(imported)
}

/// The officer who sat here last. Remembered from the start: the officers of other desks arrive with the exchange, and any
/// of them may come first in the list.
fn seated(store: &Store) -> Result<Option<Officer>, OpenFault> {
    let last = store.read(|connection| local::setting(connection, SEATED))?;
    let officers = store.read(store::office::officers)?;
    if let Some(known) = officers.iter().find(|officer| Some(officer.id.to_string()) == last) {
        return Ok(Some(known.clone()));
    }
    let first = officers.into_iter().next();
    if let Some(first) = &first {
        let id = first.id.to_string();
        store.write(None, |tx| local::set_setting(tx.connection(), SEATED, Some(&id)))?;
    }
    Ok(first)
}
