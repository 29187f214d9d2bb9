//! The way to an open desk: first run, keys, unlocking, opening again.

use super::AtDesk;
use app::inputs::{FirstRunInput, UnlockInput};
use app::packs::Packs;
use app::views::{BootView, RecoveryKeyView, RestoreView, UnitHit};
use app::{Result, units_search as search_units};
use data_encoding::BASE64;
use std::path::PathBuf;

/// What stands between the start and the desk; waits while the store is being opened.
#[tauri::command]
#[specta::specta]
pub async fn boot_state(desk: AtDesk<'_>) -> Result<BootView> {
    desk.at_the_desk(|desk| Ok(desk.boot_view())).await
}

/// Communes by present and former names, before there is an office.
#[tauri::command]
#[specta::specta]
pub async fn units_search(desk: AtDesk<'_>, text: String) -> Result<Vec<UnitHit>> {
    desk.at_the_desk(move |_| Ok(search_units(&Packs::shipped(None)?.units, &text))).await
}

/// Commissions the desk and answers its recovery key.
#[tauri::command]
#[specta::specta]
pub async fn first_run(desk: AtDesk<'_>, input: FirstRunInput) -> Result<RecoveryKeyView> {
    desk.at_the_desk(move |desk| desk.first_run(input)).await
}

/// A new recovery key; the old sheet is good until this one was typed back.
#[tauri::command]
#[specta::specta]
pub async fn recovery_key_new(desk: AtDesk<'_>) -> Result<RecoveryKeyView> {
    desk.at_the_desk(|desk| desk.recovery_key_new()).await
}

/// The recovery key as typed back from its sheet.
#[tauri::command]
#[specta::specta]
pub async fn recovery_key_confirm(desk: AtDesk<'_>, typed: String) -> Result<()> {
    desk.at_the_desk(move |desk| desk.recovery_key_confirm(&typed)).await
}

/// The sheet of the recovery key just made, base64.
#[tauri::command]
#[specta::specta]
pub async fn recovery_sheet_pdf(desk: AtDesk<'_>) -> Result<String> {
    desk.at_the_desk(|desk| Ok(BASE64.encode(&desk.recovery_sheet()?))).await
}

/// Opens the store with what was typed.
#[tauri::command]
#[specta::specta]
pub async fn unlock(desk: AtDesk<'_>, secret: UnlockInput) -> Result<BootView> {
    desk.at_the_desk(move |desk| desk.unlock(secret)).await
}

/// Restores the newest copy of a folder and opens it, or only tries it.
#[tauri::command]
#[specta::specta]
pub async fn restore_from(
    desk: AtDesk<'_>,
    path: PathBuf,
    secret: UnlockInput,
    trial: bool,
) -> Result<RestoreView> {
    desk.at_the_desk(move |desk| desk.restore(&path, secret, trial)).await
}

/// A new passphrase beside, or instead of, the one before.
#[tauri::command]
#[specta::specta]
pub async fn passphrase_set(desk: AtDesk<'_>, passphrase: String) -> Result<()> {
    desk.ask(move |office| office.passphrase_set(&passphrase)).await
}

/// Opens the store again after a disk error, or tries the door again.
#[tauri::command]
#[specta::specta]
pub async fn store_reopen(desk: AtDesk<'_>) -> Result<BootView> {
    desk.at_the_desk(|desk| desk.reopen()).await
}
