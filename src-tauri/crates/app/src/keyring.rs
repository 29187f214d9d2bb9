//! The operating system's keyring, asked for this store's secret. No keyring is not a fault: there is the passphrase.

use crate::entropy;
use crate::error::ApiError;
use domain::refusal::Refusal;
use vault::StoreId;
use vault::os_keyring;

const SERVICE: &str = "vn.quaymotcua.desk";
/// No store has this id: they are random.
const ON_TRIAL: StoreId = [0; 16];

/// The secret of a store, if the keyring has it.
pub fn secret(store: StoreId) -> Option<[u8; 32]> {
    match os_keyring::get_or_none(SERVICE, store) {
        Ok(secret) => secret.map(|secret| *secret),
        Err(fault) => {
            tracing::info!(%fault, "no keyring; a passphrase is needed");
            None
        }
    }
}

/// Keeps a secret.
///
/// # Errors
/// A refusal naming `passphrase`: without a keyring a passphrase must be chosen.
pub fn keep(store: StoreId, secret: &[u8; 32]) -> Result<(), ApiError> {
    os_keyring::set(SERVICE, store, secret).map_err(|fault| {
        tracing::info!(%fault, "keyring not usable");
        Refusal::of(
            "keyring_unavailable",
            "passphrase",
            "Máy này không có kho khóa của hệ điều hành: hãy đặt mật khẩu cho quầy.",
        )
        .into()
    })
}

/// Whether the system has a keyring that keeps what it is given. Some answer every question and refuse the first
/// secret, so one is kept on trial and taken away again.
pub fn is_available() -> bool {
    let Ok(secret) = entropy::bytes::<32>() else { return false };
    let kept = os_keyring::set(SERVICE, ON_TRIAL, &secret);
    if let Err(fault) = os_keyring::remove(SERVICE, ON_TRIAL) {
        tracing::info!(%fault, "the keyring forgets nothing");
    }
    kept.is_ok()
}
