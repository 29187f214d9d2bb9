//! Trả kết quả.

use super::AtDesk;
use app::Result;
use app::inputs::ReturnInput;
use app::views::{DossierRowView, ReturnLookup};
use data_encoding::BASE64;

/// What is ready for the person behind a slip, a card, a number or a name.
#[tauri::command]
#[specta::specta]
pub async fn return_lookup(desk: AtDesk<'_>, text: String) -> Result<ReturnLookup> {
    desk.ask(move |office| office.return_lookup(&text)).await
}

/// Hands results over, in one commit.
#[tauri::command]
#[specta::specta]
pub async fn return_results(desk: AtDesk<'_>, input: ReturnInput) -> Result<Vec<DossierRowView>> {
    desk.ask(move |office| office.return_results(input)).await
}

/// The sheet that the collector signs, base64.
#[tauri::command]
#[specta::specta]
pub async fn signature_sheet_pdf(desk: AtDesk<'_>, ids: Vec<String>) -> Result<String> {
    desk.ask(move |office| Ok(BASE64.encode(&office.signature_sheet(&ids)?))).await
}

/// Where the result lies.
#[tauri::command]
#[specta::specta]
pub async fn shelf_set(desk: AtDesk<'_>, id: String, shelf: String) -> Result<DossierRowView> {
    desk.ask(move |office| office.shelf_set(&id, &shelf)).await
}

/// The applicant was called.
#[tauri::command]
#[specta::specta]
pub async fn called_set(desk: AtDesk<'_>, id: String, note: String) -> Result<DossierRowView> {
    desk.ask(move |office| office.called_set(&id, &note)).await
}
