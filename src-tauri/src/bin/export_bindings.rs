//! Writes the UI's types from the Rust ones: `export-bindings [FILE]`.

use desk_shell::bindings;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let file = std::env::args_os().nth(1).map_or_else(usual, PathBuf::from);
    match bindings::write(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{}: {fault}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn usual() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/api/bindings.ts"))
}
