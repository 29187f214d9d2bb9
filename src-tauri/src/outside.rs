//! What the system shows for the app while its window is not in front.

use crate::events::Task;
use tauri::{AppHandle, Manager};
use tauri_plugin_notification::NotificationExt;

/// Shows the task as a notification of the system. Whoever looks at the window sees it there already.
pub fn show(app: &AppHandle, task: &Task) {
    if is_in_front(app) {
        return;
    }
    // Neither name nor number: a screen in the hall is seen by everybody.
    let shown = app.notification().builder().title(&task.title).body(&task.words).show();
    if let Err(fault) = shown {
        tracing::info!(%fault, "the system showed no notification");
    }
}

fn is_in_front(app: &AppHandle) -> bool {
    app.webview_windows().values().any(|window| window.is_focused().unwrap_or(false))
}
