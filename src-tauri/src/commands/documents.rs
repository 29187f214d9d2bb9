//! Documents of a dossier, and the folder that the scanner fills.

use super::AtDesk;
use app::Result;
use app::views::{DossierView, FileBytesView, WatchFolderView};
use std::path::{Path, PathBuf};

/// Attaches files to a component, or to the other papers.
#[tauri::command]
#[specta::specta]
pub async fn files_attach(
    desk: AtDesk<'_>,
    dossier_id: String,
    component: Option<u16>,
    paths: Vec<PathBuf>,
) -> Result<DossierView> {
    desk.ask(move |office| {
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        office.attach(&dossier_id, component, &paths)
    })
    .await
}

/// The bytes of a document, checked against their hash.
#[tauri::command]
#[specta::specta]
pub async fn file_bytes(
    desk: AtDesk<'_>,
    dossier_id: String,
    file_id: String,
) -> Result<FileBytesView> {
    desk.ask(move |office| office.file_bytes(&dossier_id, &file_id)).await
}

/// A new document in the place of an old one.
#[tauri::command]
#[specta::specta]
pub async fn file_replace(
    desk: AtDesk<'_>,
    dossier_id: String,
    file_id: String,
    path: PathBuf,
) -> Result<DossierView> {
    desk.ask(move |office| office.replace_file(&dossier_id, &file_id, &path)).await
}

/// Writes a document out as an ordinary file and answers where.
#[tauri::command]
#[specta::specta]
pub async fn file_export(
    desk: AtDesk<'_>,
    dossier_id: String,
    file_id: String,
    to: PathBuf,
) -> Result<String> {
    desk.ask(move |office| {
        office.export_file(&dossier_id, &file_id, &to)?;
        Ok(to.display().to_string())
    })
    .await
}

/// The watched folder with its files.
#[tauri::command]
#[specta::specta]
pub async fn watch_folder(desk: AtDesk<'_>) -> Result<WatchFolderView> {
    desk.ask(|office| office.watch_folder()).await
}

/// Chooses the watched folder, or none.
#[tauri::command]
#[specta::specta]
pub async fn watch_folder_set(desk: AtDesk<'_>, path: Option<PathBuf>) -> Result<WatchFolderView> {
    desk.ask(move |office| office.watch_folder_set(path.as_deref())).await
}
