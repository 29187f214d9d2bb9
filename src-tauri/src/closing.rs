//! Closing the window: what was done since the last proven copy is copied first, and the officer
//! sees it. Nothing is lost by not waiting; closing once more, or `cancel`, leaves at once.

use crate::desk::Desk;
use std::thread;
use std::time::Duration;

/// The task's name in progress events.
pub const TASK: &str = "closing";
/// How long a copy that is asked to stop may take to clear its half away; a share that hangs is not waited for.
const CLEARED_WITHIN: Duration = Duration::from_secs(2);

/// Begins to close; at the second call leaves at once.
pub fn begin(desk: &Desk) {
    if desk.asked_to_close_again() {
        at_once(desk);
        return;
    }
    let_close_after(desk, copy);
}

/// Closes without the copy.
pub fn at_once(desk: &Desk) {
    desk.stop_all();
    let_close_after(desk, |_| thread::sleep(CLEARED_WITHIN));
}

/// The window goes when the work of this thread, or that of another that was begun before, has ended.
fn let_close_after(desk: &Desk, work: fn(&Desk)) {
    let closing = desk.clone();
    let started = thread::Builder::new().name("closing".into()).spawn(move || {
        work(&closing);
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
        Ok(true) => desk.copy(&office, TASK),
        Ok(false) => Ok(()),
        Err(fault) => Err(fault),
    };
    if let Err(fault) = done {
        tracing::warn!(%fault, "closed without a proven copy");
    }
}
