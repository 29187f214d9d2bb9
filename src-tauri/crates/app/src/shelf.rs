//! Small steps of the return page that are acts like any other: the shelf, the call, the reason of a reprint.

use crate::error::Result;
use crate::inputs::ActInput;
use crate::office::Office;
use crate::views::{DossierRowView, PrintView};
use domain::text::normalise;
use serde_json::{Value, json};

impl Office {
    /// Says where the result lies.
    ///
    /// # Errors
    /// As [`Office::act`].
    pub fn shelf_set(&self, id: &str, shelf: &str) -> Result<DossierRowView> {
        self.act(id, &[step("set_shelf", json!({ "shelf": shelf }))])?;
        self.row(id)
    }

    /// Notes that the applicant was called.
    ///
    /// # Errors
    /// As [`Office::act`].
    pub fn called_set(&self, id: &str, note: &str) -> Result<DossierRowView> {
        let note = normalise(note);
        let arguments = if note.is_empty() { json!({}) } else { json!({ "note": note }) };
        self.act(id, &[step("call", arguments)])?;
        self.row(id)
    }

    /// Prints a slip once more. The reason, when one is given, stands in the dossier before the paper leaves the
    /// printer.
    ///
    /// # Errors
    /// As [`Office::act`] and [`Office::slip_print`].
    pub fn slip_reprint(&self, id: &str, reason: Option<&str>) -> Result<PrintView> {
        let reason = reason.map(normalise).filter(|reason| !reason.is_empty());
        if let Some(reason) = reason {
            let text = format!("In lại giấy tiếp nhận: {reason}");
            self.act(id, &[step("note", json!({ "text": text }))])?;
        }
        self.slip_print(&[id.to_owned()])
    }
}

fn step(action: &str, args: Value) -> ActInput {
    ActInput { action: action.into(), args, done_by: None, at: None, paper_number: None }
}
