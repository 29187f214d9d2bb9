//! The boundary as TypeScript, written from the commands themselves.

use crate::commands;
use specta_typescript::Typescript;
use std::path::Path;
use tauri::Wry;

const HEADER: &str =
    "// Written by `cargo xtask bindings` from the commands of the shell. Do not edit.\n";

/// Names that the screens use for types whose Rust names say what they are on that side.
const ALIASES: &str = "\
export type DossierRow = DossierRowView;
export type ReviewRow = ReviewRowView;
export type ReviewEdit = ComponentEditInput;
export type Refusal = RefusalView;
export type Fault = FaultView;
export type Secret = UnlockInput;
export type FileBytes = FileBytesView;
export type PackImportView = PackView;
export type Collector = CollectorInput;
export type ExternalNumber = ExternalNumberView;
export type DueStep = DueStepView;
export type FeeItem = FeeItemView;
export type FaultRow = PlaceFault;
";

/// Writes the bindings; the same commands give the same bytes.
///
/// # Errors
/// When a type has no TypeScript counterpart, or the file cannot be written.
pub fn write(file: &Path) -> Result<(), specta_typescript::Error> {
    let language = Typescript::default().header(HEADER).with_raw(ALIASES);
    commands::all::<Wry>().export(language, file)
}
