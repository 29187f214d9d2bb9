//! Copies, verification, calendar, packs.

use super::AtDesk;
use crate::closing;
use app::long_work::Doing;
use app::views::{BackupView, DayView, PackView, VerifyView};
use app::{ApiError, RefusalView, Result};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Chooses the second place.
#[tauri::command]
#[specta::specta]
pub async fn backup_place_set(desk: AtDesk<'_>, path: PathBuf) -> Result<BackupView> {
    desk.at_the_desk(move |desk| {
        let _second_place = desk.second_place();
        desk.office()?.backup_place_set(&path)
    })
    .await
}

/// Makes a proven copy now.
#[tauri::command]
#[specta::specta]
pub async fn backup_now(desk: AtDesk<'_>) -> Result<BackupView> {
    desk.at_the_desk(|desk| {
        let office = desk.office()?;
        desk.copy(&office, "backup")?;
        office.backup_view()
    })
    .await
}

/// Copies made so far.
#[tauri::command]
#[specta::specta]
pub async fn backup_view(desk: AtDesk<'_>) -> Result<BackupView> {
    desk.ask(|office| office.backup_view()).await
}

/// Checks the store from its first record to its last.
#[tauri::command]
#[specta::specta]
pub async fn verify_now(desk: AtDesk<'_>) -> Result<VerifyView> {
    desk.at_the_desk(|desk| {
        let office = desk.office()?;
        desk.long_work("verify", Doing::CheckChain, |follow| office.verify(follow))
    })
    .await
}

/// Days off and worked swaps of a year.
#[tauri::command]
#[specta::specta]
pub async fn calendar_year(desk: AtDesk<'_>, year: i16) -> Result<Vec<DayView>> {
    desk.ask(move |office| office.calendar_year(year)).await
}

/// Imports a pack.
#[tauri::command]
#[specta::specta]
pub async fn pack_import(desk: AtDesk<'_>, path: PathBuf) -> Result<PackView> {
    desk.ask(move |office| office.pack_import(&pack(&path)?)).await
}

/// Stops a long task: `backup`, `verify`, `restore`, or `closing` with its copy. One that has just ended is fine.
#[tauri::command]
#[specta::specta]
pub async fn cancel(desk: AtDesk<'_>, task: String) -> Result<()> {
    match task.as_str() {
        closing::TASK => closing::at_once(&desk),
        task => desk.stop(task),
    }
    Ok(())
}

/// The largest shipped pack is under two megabytes.
const PACK_BYTES_MAX: u64 = 32 * 1024 * 1024;

fn pack(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(PACK_BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|fault| {
        let words = format!("Không đọc được tệp {}: {fault}.", path.display());
        refused("file_unreadable", "path", words)
    })?;
    Ok(bytes)
}

fn refused(code: &str, field: &str, message: String) -> ApiError {
    let refusal = RefusalView { code: code.into(), field: Some(field.into()), message };
    ApiError::Refused { refusal }
}
