//! Cards and people who were here before.

use super::AtDesk;
use app::Result;
use app::views::{CardView, DateView, KnownPersonView};

/// A card as the scanner typed it.
#[tauri::command]
#[specta::specta]
pub async fn card_read(desk: AtDesk<'_>, raw: String) -> Result<CardView> {
    desk.ask(move |office| office.card_read(&raw)).await
}

/// Somebody who was here before, by the number of the card.
#[tauri::command]
#[specta::specta]
pub async fn person_known(desk: AtDesk<'_>, id_number: String) -> Result<Option<KnownPersonView>> {
    desk.ask(move |office| office.person_known(&id_number)).await
}

/// What is odd about a personal identification number.
#[tauri::command]
#[specta::specta]
pub async fn id_number_check(
    desk: AtDesk<'_>,
    id_number: String,
    birth_date: Option<String>,
    sex: Option<String>,
) -> Result<Vec<String>> {
    desk.ask(move |office| {
        office.id_number_check(&id_number, birth_date.as_deref(), sex.as_deref())
    })
    .await
}

/// People by name or number.
#[tauri::command]
#[specta::specta]
pub async fn person_search(
    desk: AtDesk<'_>,
    text: String,
    limit: u32,
) -> Result<Vec<KnownPersonView>> {
    desk.ask(move |office| office.person_search(&text, limit)).await
}

/// A date as typed.
#[tauri::command]
#[specta::specta]
pub async fn date_read(desk: AtDesk<'_>, typed: String) -> Result<DateView> {
    desk.ask(move |office| office.date_read(&typed)).await
}
