//! Hồ sơ trực tuyến chờ tiếp nhận.

use super::AtDesk;
use app::Result;
use app::inputs::{PortalAcceptInput, ReceiveInput, receptions};
use app::views::{AcceptedView, PortalRowView, PortalView};

/// The queue, most urgent first.
#[tauri::command]
#[specta::specta]
pub async fn portal_queue(desk: AtDesk<'_>) -> Result<Vec<PortalRowView>> {
    desk.ask(app::Office::portal_queue).await
}

/// One of it, with its files looked at and the checklist of a case.
#[tauri::command]
#[specta::specta]
pub async fn portal_open(
    desk: AtDesk<'_>,
    id: String,
    case_id: Option<String>,
) -> Result<PortalView> {
    desk.ask(move |office| office.portal_open(&id, case_id.as_deref())).await
}

/// Takes it in.
#[tauri::command]
#[specta::specta]
pub async fn portal_accept(
    desk: AtDesk<'_>,
    id: String,
    input: PortalAcceptInput,
) -> Result<AcceptedView> {
    desk.ask(move |office| office.portal_accept(&id, input)).await
}

/// Puts a dossier that was copied from the portal into the queue.
#[tauri::command]
#[specta::specta]
pub async fn portal_enter(desk: AtDesk<'_>, item: ReceiveInput) -> Result<PortalRowView> {
    desk.ask(move |office| {
        let mut items = receptions(std::slice::from_ref(&item))?;
        office.portal_enter(items.remove(0))
    })
    .await
}
