//! Slips, pads and printers.

use super::AtDesk;
use app::views::{PrintJobRow, PrintView, PrinterView};
use app::{Result, paper_of};
use data_encoding::BASE64;

/// The very bytes that print, base64.
#[tauri::command]
#[specta::specta]
pub async fn slip_pdf(desk: AtDesk<'_>, ids: Vec<String>, paper: String) -> Result<String> {
    desk.ask(move |office| Ok(BASE64.encode(&office.slip_pdf(&ids, paper_of(&paper)?)?))).await
}

/// Prints slips.
#[tauri::command]
#[specta::specta]
pub async fn slip_print(desk: AtDesk<'_>, ids: Vec<String>) -> Result<PrintView> {
    desk.ask(move |office| office.slip_print(&ids)).await
}

/// Prints the sheet that is signed for results handed over.
#[tauri::command]
#[specta::specta]
pub async fn sheet_print(desk: AtDesk<'_>, ids: Vec<String>) -> Result<PrintView> {
    desk.ask(move |office| office.sheet_print(&ids)).await
}

/// Prints a slip once more; the paper says so, and the reason stands in the dossier.
#[tauri::command]
#[specta::specta]
pub async fn slip_reprint(
    desk: AtDesk<'_>,
    id: String,
    reason: Option<String>,
) -> Result<PrintView> {
    desk.ask(move |office| office.slip_reprint(&id, reason.as_deref())).await
}

/// Printers of this machine.
#[tauri::command]
#[specta::specta]
pub async fn printers(desk: AtDesk<'_>) -> Result<Vec<PrinterView>> {
    desk.ask(|office| office.printers()).await
}

/// Chooses the printer and its paper.
#[tauri::command]
#[specta::specta]
pub async fn printer_choose(
    desk: AtDesk<'_>,
    name: String,
    paper: String,
) -> Result<Vec<PrinterView>> {
    desk.ask(move |office| office.printer_choose(&name, &paper)).await
}

/// The newest print jobs.
#[tauri::command]
#[specta::specta]
pub async fn print_jobs(desk: AtDesk<'_>) -> Result<Vec<PrintJobRow>> {
    desk.ask(|office| office.print_jobs()).await
}

/// Tries a failed job again.
#[tauri::command]
#[specta::specta]
pub async fn print_retry(desk: AtDesk<'_>, id: String) -> Result<PrintView> {
    desk.ask(move |office| office.print_retry(&id)).await
}

/// Prints blank slips with reserved numbers.
#[tauri::command]
#[specta::specta]
pub async fn pad_print(desk: AtDesk<'_>, count: u32) -> Result<PrintView> {
    desk.ask(move |office| office.pad_print(count)).await
}
