//! Procedures, their review and the site's own fees.

use super::AtDesk;
use app::Result;
use app::inputs::ComponentEditInput;
use app::views::{FeeRow, ProcedureHit, ProcedureView, ReviewRowView};

/// Procedures for what was typed; the most used ones for nothing.
#[tauri::command]
#[specta::specta]
pub async fn procedure_search(
    desk: AtDesk<'_>,
    text: String,
    limit: u32,
) -> Result<Vec<ProcedureHit>> {
    desk.ask(move |office| office.procedure_search(&text, limit)).await
}

/// A procedure whole.
#[tauri::command]
#[specta::specta]
pub async fn procedure_view(desk: AtDesk<'_>, code: String) -> Result<ProcedureView> {
    desk.ask(move |office| office.procedure(&code)).await
}

/// Procedures for an administrator to compare with the legal text.
#[tauri::command]
#[specta::specta]
pub async fn review_list(desk: AtDesk<'_>) -> Result<Vec<ReviewRowView>> {
    desk.ask(|office| office.review_list()).await
}

/// A procedure was compared and its papers put right.
#[tauri::command]
#[specta::specta]
pub async fn procedure_reviewed(
    desk: AtDesk<'_>,
    code: String,
    edits: Vec<ComponentEditInput>,
) -> Result<Vec<ReviewRowView>> {
    desk.ask(move |office| office.procedure_reviewed(&code, &edits)).await
}

/// Fees that the province decides.
#[tauri::command]
#[specta::specta]
pub async fn fees_view(desk: AtDesk<'_>) -> Result<Vec<FeeRow>> {
    desk.ask(|office| office.fees()).await
}

/// Sets or takes away the site's own fee.
#[tauri::command]
#[specta::specta]
pub async fn fee_set(
    desk: AtDesk<'_>,
    procedure: String,
    amount_vnd: Option<u32>,
    basis: String,
) -> Result<Vec<FeeRow>> {
    desk.ask(move |office| office.fee_set(&procedure, amount_vnd, &basis)).await
}
