//! Ctrl-C while long work goes on: the work is stopped where it leaves nothing half made. A second Ctrl-C ends the
//! program at once; then the system cleans up nothing, but nothing half made has a copy's name either.

use app::long_work::Stage;
use std::ops::ControlFlow;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a shell expects of a program that an interrupt ended.
const ENDED_BY_INTERRUPT: i32 = 130;

static STOP: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C from now on; what comes back stops long work after it. Other commands are short, or safe to be
/// ended anywhere: they leave the signal to the system.
pub fn stops() -> impl FnMut(Stage) -> ControlFlow<()> {
    let listening = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            process::exit(ENDED_BY_INTERRUPT);
        }
    });
    if let Err(fault) = listening {
        eprintln!(
            "{}",
            serde_json::json!({ "warning": "interrupt", "message": fault.to_string() })
        );
    }
    |_| match STOP.load(Ordering::SeqCst) {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}
