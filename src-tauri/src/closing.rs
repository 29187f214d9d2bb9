//! Closing the window: what was done since the last proven copy is copied first, and the officer
//! sees it. Nothing is lost by not waiting; closing once more, or `cancel`, leaves at once.

use crate::desk::Desk;

/// The task's name in progress events.
pub const TASK: &str = "closing";
const WORDS: &str = "Đang sao lưu trước khi đóng";

/// Begins to close; at the second call leaves at once.
pub fn begin(desk: &Desk) {
    if desk.asked_to_close_again() {
        desk.let_close();
        return;
    }
    let closing = desk.clone();
    let started = std::thread::Builder::new().name("closing".into()).spawn(move || {
        copy(&closing);
        closing.let_close();
    });
    if let Err(fault) = started {
        tracing::error!(%fault, "closed without a copy");
        desk.let_close();
    }
}

fn copy(desk: &Desk) {
    let Some(office) = desk.office_if_open() else { return };
    let done = match desk.copy_wanted(&office) {
        Ok(true) => desk.copy(&office, TASK, WORDS),
        Ok(false) => Ok(()),
        Err(fault) => Err(fault),
    };
    if let Err(fault) = done {
        tracing::warn!(%fault, "closed without a proven copy");
    }
}
