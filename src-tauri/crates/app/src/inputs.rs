//! What the screen hands in. Checked again here, field by field, before anything believes it.

use crate::error::{ApiError, Result};
use domain::dossier::Reception;
use domain::refusal::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use specta::Type;

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
        #[allow(missing_docs, reason = "fields carry the names of the glossary")]
        pub struct $name { $(pub $field: $ty),* })*
    };
}

inputs! {
    /// First run.
    FirstRunInput { site: String, desk: u8, officer: String, agency_code: Option<String>, passphrase: Option<String>, training: bool }
    /// A secret that opens the store.
    UnlockInput { kind: String, text: String }
    /// A person or organisation.
    PartyInput { kind: String, full_name: String, id_kind: Option<String>, id_number: Option<String>, id_note: Option<String>, birth_date: Option<String>, sex: Option<String>, phone: Option<String>, email: Option<String>, address: Option<String> }
    /// Who stands at the desk for the applicant.
    SubmitterInput { kind: String, full_name: String, id_kind: Option<String>, id_number: Option<String>, id_note: Option<String>, birth_date: Option<String>, sex: Option<String>, phone: Option<String>, email: Option<String>, address: Option<String>, relation: Option<String>, authority_paper: Option<String> }
    /// A person registered.
    RegisteredInput { role: String, full_name: String, id_number: Option<String>, birth_date: Option<String> }
    /// A line of the checklist.
    ComponentInput { index: u16, label: Option<String>, originals: u16, certified: u16, copies: u16, state: String, scan: String, keep_original: bool }
    /// Number and time on a portal.
    FiledInput { system: Option<String>, number: String, date: Option<String>, at: String }
    /// What the officer adds when a portal dossier is taken in; what is absent is the portal's word, or the pack's.
    PortalAcceptInput { procedure: Option<String>, case: Option<String>, components: Option<Vec<ComponentInput>>, note: Option<String> }
    /// A dossier to take in.
    ReceiveInput { procedure: String, case: Option<String>, applicant: PartyInput, submitter: Option<SubmitterInput>, registered: Vec<RegisteredInput>, components: Vec<ComponentInput>, sets: u16, channel: String, return_method: String, return_address: Option<String>, received_at: Option<String>, late_reason: Option<String>, approved_by: Option<String>, reserved_number: Option<String>, queue_ticket: Option<String>, portal: Option<FiledInput>, fee_amount_vnd: Option<u32>, fee_basis: Option<String>, note: Option<String> }
    /// Who collects.
    CollectorInput { kind: String, full_name: String, id_number: Option<String>, relation: Option<String>, authority_paper: Option<String> }
    /// A return of results.
    ReturnInput { ids: Vec<String>, collector: CollectorInput, lost_slip: bool, originals_returned: bool, note: Option<String> }
    /// Filters of lists and search.
    SearchFilter { status: Option<u8>, lateness: Option<String>, procedure: Option<String>, received_from: Option<String>, received_to: Option<String>, due_before: Option<String>, officer: Option<String> }
    /// A component text put right by an administrator.
    ComponentEditInput { index: u16, case: String, label: String, required: String }
}

/// One step on a dossier; `args` holds the action's own arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[allow(missing_docs, reason = "fields carry the names of the glossary")]
pub struct ActInput {
    pub action: String,
    #[serde(default)]
    #[specta(type = specta_typescript::Any)]
    pub args: serde_json::Value,
    #[serde(default)]
    pub done_by: Option<String>,
    #[serde(default)]
    pub at: Option<String>,
    #[serde(default)]
    pub paper_number: Option<String>,
}

impl SearchFilter {
    /// The filter that lets everything through.
    pub fn none() -> Self {
        Self {
            status: None,
            lateness: None,
            procedure: None,
            received_from: None,
            received_to: None,
            due_before: None,
            officer: None,
        }
    }
}

/// The input itself, where no field of it can be named.
const WHOLE: &str = "$";

/// The path of a fault; never empty, not even for a field without a name.
pub(crate) fn place_of(path: &serde_path_to_error::Path) -> String {
    let path = path.to_string();
    if path.is_empty() || path == "." { WHOLE.to_owned() } else { path }
}

/// Reads JSON of unknown origin; what does not fit is refused with the path of the field.
///
/// # Errors
/// [`ApiError::Refused`] naming the field.
pub fn read_json<T: DeserializeOwned>(json: &str) -> Result<T> {
    let mut decoder = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut decoder).map_err(refused)?;
    decoder.end().map_err(|fault| {
        Refusal::of("json_trailing", WHOLE, format!("Thừa dữ liệu sau JSON: {fault}"))
    })?;
    Ok(value)
}

/// Reads a typed value out of a JSON value, refusing with the path of the field.
///
/// # Errors
/// [`ApiError::Refused`] naming the field.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(refused)
}

/// The receptions behind what the screen handed in.
///
/// # Errors
/// [`ApiError::Refused`] naming the field, such as `[0].applicant.birth_date`.
pub fn receptions(items: &[ReceiveInput]) -> Result<Vec<Reception>> {
    let value = serde_json::to_value(items)
        .map_err(|fault| Refusal::of("json_unreadable", WHOLE, fault.to_string()))?;
    read_value(value)
}

fn refused(fault: serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    let path = place_of(fault.path());
    let inner = fault.inner().to_string();
    let name = quoted(&inner);
    let (code, field) = match name {
        Some(name) if inner.starts_with("unknown field") => {
            ("field_unknown", field_at(&path, name))
        }
        Some(name) if inner.starts_with("missing field") => {
            ("field_missing", field_at(&path, name))
        }
        _ => ("field_unreadable", path),
    };
    let message = format!("Mục \"{field}\" không đúng: {}", plain(&inner));
    ApiError::Refused { refusal: Refusal::of(code, field, message).into() }
}

/// The path of a field; the reader has sometimes already stepped into it.
fn field_at(path: &str, name: &str) -> String {
    if path == WHOLE && !name.is_empty() {
        return name.to_owned();
    }
    let here = path == name || path.ends_with(&format!(".{name}"));
    if here { path.to_owned() } else { format!("{path}.{name}") }
}

fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name)
}

fn plain(message: &str) -> String {
    let cut: String = message.chars().take(200).collect();
    if let Some(rest) = cut.strip_prefix("unknown field ") {
        let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
        return format!("không có mục {name}; các mục có: {}", known.trim_start_matches("one of "));
    }
    if let Some(rest) = cut.strip_prefix("missing field ") {
        return format!("thiếu mục {rest}");
    }
    cut
}
