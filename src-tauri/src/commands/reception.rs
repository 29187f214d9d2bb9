//! Tiếp nhận, and the drafts of it.

use super::AtDesk;
use app::Result;
use app::inputs::{ReceiveInput, receptions};
use app::views::{AcceptedView, DraftView, PreviewItem};

/// What accepting would give.
#[tauri::command]
#[specta::specta]
pub async fn reception_preview(
    desk: AtDesk<'_>,
    items: Vec<ReceiveInput>,
) -> Result<Vec<PreviewItem>> {
    desk.ask(move |office| office.preview_input(&items)).await
}

/// Takes dossiers in, all or none; the draft they came from is done with.
#[tauri::command]
#[specta::specta]
pub async fn reception_accept(
    desk: AtDesk<'_>,
    items: Vec<ReceiveInput>,
    draft_slot: Option<String>,
) -> Result<Vec<AcceptedView>> {
    desk.ask(move |office| office.accept_draft(receptions(&items)?, draft_slot.as_deref())).await
}

/// Keeps a draft.
#[tauri::command]
#[specta::specta]
pub async fn draft_save(desk: AtDesk<'_>, slot: String, json: String) -> Result<()> {
    desk.ask(move |office| office.draft_save(&slot, &json)).await
}

/// A draft's words.
#[tauri::command]
#[specta::specta]
pub async fn draft_load(desk: AtDesk<'_>, slot: String) -> Result<Option<String>> {
    desk.ask(move |office| office.draft_load(&slot)).await
}

/// Throws a draft away.
#[tauri::command]
#[specta::specta]
pub async fn draft_discard(desk: AtDesk<'_>, slot: String) -> Result<()> {
    desk.ask(move |office| office.draft_discard(&slot)).await
}

/// All drafts, newest first.
#[tauri::command]
#[specta::specta]
pub async fn drafts(desk: AtDesk<'_>) -> Result<Vec<DraftView>> {
    desk.ask(|office| office.drafts()).await
}
