//! The desktop shell: one window, the commands that the screens may call, and what goes on behind
//! them. It translates and delegates; no rule of the office is known here.
//!
//! [`run`] reads like a table of contents. The window opens first and the desk is opened on a thread
//! meanwhile ([`desk`]); each command is a line or two ([`commands`]); what an open desk does by
//! itself stands in [`background`].

mod arguments;
mod background;
pub mod bindings;
mod closing;
pub mod commands;
mod desk;
mod events;
mod logs;
mod outside;
mod picture;

pub use desk::Desk;
pub use events::{Changed, Progress, Task, Told, Topic, Unit, Voice};

use app::Places;
use arguments::Arguments;
use clap::Parser;
use std::process::ExitCode;
use std::sync::Arc;
use tauri::{AppHandle, Emitter, Manager, RunEvent, WindowEvent, Wry};

/// Opens the window and runs until it is closed.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let places = match arguments.places() {
        Ok(places) => places,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let _logs = logs::keep(&places);
    match build(&arguments, places) {
        Ok(window) => {
            window.run(while_running);
            ExitCode::SUCCESS
        }
        Err(fault) => {
            tracing::error!(%fault, "no window");
            eprintln!("Không mở được cửa sổ: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn build(arguments: &Arguments, places: Places) -> tauri::Result<tauri::App<Wry>> {
    let passphrase = arguments.passphrase();
    let mut builder = tauri::Builder::default();
    if arguments.one_window_only() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| to_the_front(app)));
    }
    builder
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_notification::init())
        .invoke_handler(commands::all().invoke_handler())
        .setup(move |app| {
            let desk = Desk::new(places, voice_of(app.handle().clone()));
            app.manage(desk.clone());
            picture::draw_lightly(app.handle());
            std::thread::Builder::new()
                .name("opening".into())
                .spawn(move || desk.open(passphrase))?;
            Ok(())
        })
        .build(tauri::generate_context!())
}

fn while_running(app: &AppHandle, event: RunEvent) {
    match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            closing::begin(app.state::<Desk>().inner());
        }
        RunEvent::Exit => app.state::<Desk>().leave(),
        _ => {}
    }
}

/// Whoever starts the program a second time wants to see the window that is open.
fn to_the_front(app: &AppHandle) {
    for window in app.webview_windows().values() {
        let shown =
            window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(fault) = shown {
            tracing::info!(%fault, "the window did not come to the front");
        }
    }
}

fn voice_of(app: AppHandle) -> Voice {
    Arc::new(move |told| {
        let said = match told {
            Told::Changed(changed) => app.emit("changed", changed),
            Told::Progress(progress) => app.emit("progress", progress),
            Told::Task(task) => return outside::show(&app, &task),
            Told::Leave => {
                app.exit(0);
                Ok(())
            }
        };
        if let Err(fault) = said {
            tracing::info!(%fault, "an event did not reach the window");
        }
    })
}
