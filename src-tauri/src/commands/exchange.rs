//! The exchange with the province. What two desks wrote apart is settled by a step of the dossier (`resolve`).

use super::AtDesk;
use app::Result;
use app::views::{
    ConflictView, DisputeView, ExchangeLineView, ExchangeView, HeldView, SyncWordsView, UnsentView,
};
use data_encoding::BASE64;
use std::path::PathBuf;

/// Lines of the log that one screen asks for.
const LINES_MAX: u32 = 1_000;
/// Rows that one list shows.
const ROWS_MAX: usize = 500;

/// Where the exchange stands.
#[tauri::command]
#[specta::specta]
pub async fn exchange_view(desk: AtDesk<'_>) -> Result<ExchangeView> {
    desk.ask(|office| office.exchange_view()).await
}

/// The newest lines of its log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn exchange_lines(desk: AtDesk<'_>, limit: u32) -> Result<Vec<ExchangeLineView>> {
    desk.ask(move |office| office.exchange_lines(limit.min(LINES_MAX))).await
}

/// Makes this machine known to the province; waits for its answer.
#[tauri::command]
#[specta::specta]
pub async fn enrol(
    desk: AtDesk<'_>,
    address: String,
    certificates: Option<PathBuf>,
    code: String,
) -> Result<ExchangeView> {
    desk.at_the_desk(move |desk| {
        desk.enrol(&address, certificates.as_deref(), &code)?;
        desk.office()?.exchange_view()
    })
    .await
}

/// *Gửi ngay*.
#[tauri::command]
#[specta::specta]
pub async fn send_now(desk: AtDesk<'_>) -> Result<()> {
    desk.at_the_desk(|desk| desk.send_now()).await
}

/// Pauses or resumes.
#[tauri::command]
#[specta::specta]
pub async fn pause_sending(desk: AtDesk<'_>, paused: bool) -> Result<()> {
    desk.at_the_desk(move |desk| desk.pause_sending(paused)).await
}

/// The proof that a dossier reached the province, as paper, base64.
#[tauri::command]
#[specta::specta]
pub async fn proof_pdf(desk: AtDesk<'_>, id: String) -> Result<String> {
    desk.ask(move |office| Ok(BASE64.encode(&office.proof_pdf(&id)?))).await
}

/// *Ở tỉnh, tải về*.
#[tauri::command]
#[specta::specta]
pub async fn file_fetch(desk: AtDesk<'_>, dossier_id: String, file_id: String) -> Result<()> {
    desk.at_the_desk(move |desk| desk.fetch_file(&dossier_id, &file_id)).await
}

/// Where the dossiers of a list stand, in the order asked for. More than a list shows is not answered.
#[tauri::command]
#[specta::specta]
pub async fn sync_states(desk: AtDesk<'_>, ids: Vec<String>) -> Result<Vec<SyncWordsView>> {
    desk.ask(move |office| {
        let known = ids.iter().take(ROWS_MAX).filter_map(|id| id.parse().ok());
        known.map(|id| office.sync_words(id)).collect()
    })
    .await
}

/// Dossiers with records that the province has not confirmed.
#[tauri::command]
#[specta::specta]
pub async fn unsent_list(desk: AtDesk<'_>) -> Result<Vec<UnsentView>> {
    desk.ask(|office| office.unsent()).await
}

/// What the province keeps back until somebody has settled something.
#[tauri::command]
#[specta::specta]
pub async fn held_list(desk: AtDesk<'_>) -> Result<Vec<HeldView>> {
    desk.ask(|office| office.held()).await
}

/// *Gửi lại*: asks the province to look again at what it keeps back of a dossier.
#[tauri::command]
#[specta::specta]
pub async fn held_put_back(desk: AtDesk<'_>, id: String) -> Result<Vec<HeldView>> {
    desk.ask(move |office| office.held_put_back(&id, None)).await
}

/// Dossiers that desks wrote differently.
#[tauri::command]
#[specta::specta]
pub async fn conflict_list(desk: AtDesk<'_>) -> Result<Vec<DisputeView>> {
    desk.ask(|office| office.conflicts()).await
}

/// One of them, side by side.
#[tauri::command]
#[specta::specta]
pub async fn conflict_show(desk: AtDesk<'_>, id_or_number: String) -> Result<ConflictView> {
    desk.ask(move |office| office.conflict(&id_or_number)).await
}
