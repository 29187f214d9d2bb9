//! Search, lists and scans.

use super::AtDesk;
use app::Result;
use app::inputs::SearchFilter;
use app::views::{CountsView, ListView, ScanView, SearchView};

/// Dossiers for what was typed.
#[tauri::command]
#[specta::specta]
pub async fn search(
    desk: AtDesk<'_>,
    text: String,
    filter: SearchFilter,
    limit: u32,
) -> Result<SearchView> {
    desk.ask(move |office| office.search(&text, &filter, limit)).await
}

/// A page of a list.
#[tauri::command]
#[specta::specta]
pub async fn list(
    desk: AtDesk<'_>,
    filter: SearchFilter,
    after: Option<String>,
    limit: u32,
) -> Result<ListView> {
    desk.ask(move |office| office.list(&filter, after.as_deref(), limit)).await
}

/// Counts for filters and navigation.
#[tauri::command]
#[specta::specta]
pub async fn counts(desk: AtDesk<'_>) -> Result<CountsView> {
    desk.ask(|office| office.counts()).await
}

/// What the scanner read: a card, a slip, or something else.
#[tauri::command]
#[specta::specta]
pub async fn scan_resolve(desk: AtDesk<'_>, raw: String) -> Result<ScanView> {
    desk.ask(move |office| office.scan_resolve(&raw)).await
}
