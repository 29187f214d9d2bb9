//! The operating system's keyring, asked for this store's secret. No keyring is not a fault: there is the passphrase.

use crate::error::ApiError;
use domain::refusal::Refusal;
use vault::StoreId;
use vault::os_keyring;

const SERVICE: &str = "vn.quaymotcua.desk";

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

/// Whether the system has a keyring that answers.
pub fn is_available() -> bool {
    os_keyring::get_or_none(SERVICE, [0; 16]).is_ok()
}
