//! Who sits at the desk, and the bar at the foot of the window.

use super::AtDesk;
use app::Result;
use app::views::{SessionView, StatusBarView};

/// Where and as whom the desk works.
#[tauri::command]
#[specta::specta]
pub async fn session(desk: AtDesk<'_>) -> Result<SessionView> {
    desk.ask(|office| office.session()).await
}

/// Another officer sits down.
#[tauri::command]
#[specta::specta]
pub async fn officer_switch(desk: AtDesk<'_>, id: String) -> Result<SessionView> {
    desk.ask(move |office| office.officer_switch(&id)).await
}

/// Adds an officer.
#[tauri::command]
#[specta::specta]
pub async fn officer_add(
    desk: AtDesk<'_>,
    name: String,
    roles: Vec<String>,
) -> Result<SessionView> {
    desk.ask(move |office| office.officer_add(&name, &roles)).await
}

/// The bar at the foot of the window.
#[tauri::command]
#[specta::specta]
pub async fn status_bar(desk: AtDesk<'_>) -> Result<StatusBarView> {
    desk.at_the_desk(|desk| {
        let office = desk.office()?;
        let mirroring = desk.mirroring().clone();
        office.status_bar_with(&mirroring)
    })
    .await
}
