//! The operating system's keyring: Secret Service on Linux, Credential Manager on Windows, Keychain on macOS.
//!
//! It keeps 32 random bytes per store, under which the key file holds one of its wraps. A machine without a keyring
//! (many office installations of Linux) is nothing unusual: [`KeyringFault::Unavailable`] means "use the passphrase".
//! A keyring that works but has no entry, while a database exists, is *never* a reason for a new key: the caller says so
//! and asks for the passphrase or the recovery key.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use data_encoding::HEXLOWER;
use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::StoreId;

/// The secret that the keyring keeps for one store.
pub type KeyringSecret = Zeroizing<[u8; 32]>;

/// Why the keyring gave or kept nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeyringFault {
    /// There is no keyring on this machine, it is locked and was not unlocked, or it does not answer.
    #[error("the system's keyring is not available: {reason}")]
    Unavailable {
        /// For the log: the system's own words, without secrets.
        reason: String,
    },
    /// The keyring works, but what it holds under this name is not what was put there.
    #[error("the system's keyring holds something else under this name: {reason}")]
    Unusable {
        /// For the log.
        reason: String,
    },
}

/// The secret of this store; `None` when the keyring works and has none. `service` names the application. May wait while
/// the system asks the officer to unlock the keyring, [`ANSWER_SECONDS_MAX`] at most.
///
/// # Errors
/// [`KeyringFault`].
pub fn get_or_none(service: &str, store: StoreId) -> Result<Option<KeyringSecret>, KeyringFault> {
    answer(service, store, read)
}

/// Keeps the secret of this store, replacing an earlier one, and proves it by reading it back.
///
/// # Errors
/// [`KeyringFault`]; then nothing may be locked under this secret.
pub fn set(service: &str, store: StoreId, secret: &[u8; 32]) -> Result<(), KeyringFault> {
    let secret = Zeroizing::new(*secret);
    answer(service, store, move |entry| {
        entry.set_secret(&secret[..]).map_err(sort)?;
        match read(entry)? {
            Some(kept) if kept == secret => Ok(()),
            _ => Err(KeyringFault::Unusable {
                reason: "what was kept does not read back".to_owned(),
            }),
        }
    })
}

/// Forgets the secret of this store; fine when there is none.
///
/// # Errors
/// [`KeyringFault`].
pub fn remove(service: &str, store: StoreId) -> Result<(), KeyringFault> {
    answer(service, store, |entry| match entry.delete_credential() {
        Err(Error::NoEntry) => Ok(()),
        removed => removed.map_err(sort),
    })
}

/// How long a keyring may take to answer, a person unlocking it included.
pub const ANSWER_SECONDS_MAX: u64 = 60;

/// Asks on a thread of its own: a keyring that hangs must not hang the desk.
fn answer<T: Send + 'static>(
    service: &str,
    store: StoreId,
    ask: impl FnOnce(&Entry) -> Result<T, KeyringFault> + Send + 'static,
) -> Result<T, KeyringFault> {
    let (service, user) = (service.to_owned(), HEXLOWER.encode(&store));
    let (reply, replied) = mpsc::channel();
    thread::spawn(move || {
        // Nobody waits any more when this fails.
        let _ = reply.send(open(&service, &user).and_then(|entry| ask(&entry)));
    });
    replied.recv_timeout(Duration::from_secs(ANSWER_SECONDS_MAX)).unwrap_or_else(|cause| {
        Err(KeyringFault::Unavailable { reason: format!("no answer: {cause}") })
    })
}

fn open(service: &str, user: &str) -> Result<Entry, KeyringFault> {
    if let Err(cause) = Entry::store_status() {
        return Err(KeyringFault::Unavailable { reason: cause.to_string() });
    }
    Entry::new(service, user).map_err(sort)
}

fn read(entry: &Entry) -> Result<Option<KeyringSecret>, KeyringFault> {
    match entry.get_secret() {
        Err(Error::NoEntry) => Ok(None),
        read => into_secret(Zeroizing::new(read.map_err(sort)?)).map(Some),
    }
}

fn into_secret(bytes: Zeroizing<Vec<u8>>) -> Result<KeyringSecret, KeyringFault> {
    let exact: Result<[u8; 32], _> = bytes.as_slice().try_into();
    let wrong_length =
        |_| KeyringFault::Unusable { reason: format!("{} bytes instead of 32", bytes.len()) };
    exact.map(Zeroizing::new).map_err(wrong_length)
}

fn sort(cause: Error) -> KeyringFault {
    match cause {
        Error::NoDefaultStore
        | Error::NoStorageAccess(_)
        | Error::PlatformFailure(_)
        | Error::NoEntry => KeyringFault::Unavailable { reason: cause.to_string() },
        // Their words may carry what was stored.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyringFault::Unusable { reason: "the secret is malformed".to_owned() }
        }
        Error::Ambiguous(_) => {
            KeyringFault::Unusable { reason: "several secrets have this name".to_owned() }
        }
        other => KeyringFault::Unusable { reason: other.to_string() },
    }
}
