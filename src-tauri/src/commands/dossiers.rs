//! One dossier and what may be done with it.

use super::AtDesk;
use app::Result;
use app::inputs::ActInput;
use app::views::DossierView;

/// A dossier whole, by id, number or scanned slip.
#[tauri::command]
#[specta::specta]
pub async fn dossier_open(desk: AtDesk<'_>, id_or_number: String) -> Result<DossierView> {
    desk.ask(move |office| office.dossier(&id_or_number)).await
}

/// Steps recorded together, in one commit.
#[tauri::command]
#[specta::specta]
pub async fn dossier_act(
    desk: AtDesk<'_>,
    id: String,
    steps: Vec<ActInput>,
) -> Result<DossierView> {
    desk.ask(move |office| office.act(&id, &steps)).await
}
