//! The program's own log: ids and sizes, never a citizen's name, number or paper. It lies in the
//! state folder, in no backup.

use app::Places;
use std::panic::PanicHookInfo;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Days kept.
const FILES_MAX: usize = 14;

/// Writes the log while the answer lives. Without a folder for it the desk works all the same.
pub fn keep(places: &Places) -> Option<WorkerGuard> {
    let folder = places.state.join("logs");
    // Made first: the appender complains on the terminal about a folder that it would make itself. What fails here
    // fails there again, and is told then.
    let _ = std::fs::create_dir_all(&folder);
    let files = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("desk")
        .filename_suffix("log")
        .max_log_files(FILES_MAX)
        .build(folder);
    let files = match files {
        Ok(files) => files,
        Err(fault) => {
            eprintln!("no log: {fault}");
            return None;
        }
    };
    let (writer, guard) = tracing_appender::non_blocking(files);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer);
    let installed = tracing_subscriber::registry().with(lines).with(ours()).try_init();
    if let Err(fault) = installed {
        eprintln!("no log: {fault}");
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!(place = place(panic), "panic")));
    Some(guard)
}

/// Our own crates from `info` on; of others only warnings, for nobody knows what they say.
fn ours() -> Targets {
    let own = ["desk_shell", "app", "store", "vault", "forms"];
    let targets = Targets::new().with_default(LevelFilter::WARN);
    targets.with_targets(own.map(|name| (name, LevelFilter::INFO)))
}

/// Where it happened. The message stays out: it may quote what was being worked on.
fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(|| "unknown".into(), ToString::to_string)
}
