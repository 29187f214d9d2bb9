//! The dated template of the acceptance slip: labels, order, sizes. Data, never code; its published
//! schema is `acceptance_slip.schema.json` beside it.
//!
//! Circular 03/2025/TT-VPCP replaced the forms of Circular 01/2018/TT-VPCP, and the next change is
//! only a matter of time: a slip is printed by the template that was in force when it was made.

mod parse;
mod reader;

use jiff::civil::Date;

use crate::fault::TemplateFaults;
pub use parse::parse_slip_template;

/// The templates compiled into this program.
const SHIPPED: &[&str] = &[include_str!("../../../../data/forms/acceptance_slip@2025-09-15.json")];

/// The templates shipped with this program, oldest first.
///
/// # Errors
/// All faults of the first faulty file; a test keeps the shipped ones free of faults.
pub fn shipped_slip_templates() -> Result<Vec<SlipTemplate>, TemplateFaults> {
    SHIPPED.iter().map(|json| parse_slip_template(json)).collect()
}

/// The template in force on `day`: the latest that took effect on or before it; of two with one
/// date, the later in the list. None before the first.
pub fn in_force_on(templates: &[SlipTemplate], day: Date) -> Option<&SlipTemplate> {
    let in_force = templates.iter().filter(|t| t.effective_from <= day);
    in_force.max_by_key(|template| template.effective_from)
}

/// How an acceptance slip looks from a given day on. Made by [`parse_slip_template`] only, so that
/// every template at hand is a valid one.
#[derive(Debug, Clone, PartialEq)]
pub struct SlipTemplate {
    pub(crate) version: String,
    pub(crate) effective_from: Date,
    pub(crate) source: String,
    pub(crate) title: String,
    /// What the two copies are called: the kept one, the citizen's.
    pub(crate) copies: Vec<String>,
    pub(crate) head: Head,
    pub(crate) marks: Marks,
    pub(crate) moment: Moment,
    pub(crate) body: Vec<Block>,
    pub(crate) notes_title: String,
    pub(crate) notes: Vec<String>,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) page: String,
    pub(crate) sheet: Sheet,
}

impl SlipTemplate {
    /// The version of the pack; a dossier remembers it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first day this template is used.
    pub fn effective_from(&self) -> Date {
        self.effective_from
    }

    /// The legal text the layout follows.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// The head common to all forms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// Left: {authority}; the last line is the agency itself, bold.
    pub(crate) agency: Vec<String>,
    pub(crate) nation: String,
    pub(crate) motto: String,
    /// {place}, {day}, {month}, {year}.
    pub(crate) place_date: String,
    pub(crate) number: String,
    pub(crate) check_code: String,
}

/// What singles a sheet out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marks {
    pub(crate) provisional: String,
    pub(crate) provisional_note: String,
    /// {count}.
    pub(crate) reprint: String,
    pub(crate) training: String,
    pub(crate) training_note: String,
}

/// How moments are written, and left open on a blank slip.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moment {
    /// {hour}, {minute}, {day}, {month}, {year}.
    pub(crate) filled: String,
    pub(crate) blank: String,
    /// The blank date of the head: {place}.
    pub(crate) blank_place_date: String,
}

/// A part of the body, in the order it is printed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Line(LineSpec),
    /// Two lines side by side where both fit.
    Row(Vec<LineSpec>),
    Table(TableSpec),
    List(ListSpec),
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineSpec {
    pub(crate) field: Field,
    pub(crate) label: String,
    /// {value}, or the parts of the field.
    pub(crate) pattern: Option<String>,
    /// Set the value in bold.
    pub(crate) strong: bool,
    pub(crate) when_absent: Absent,
    /// Dotted lines on a blank slip; 0 leaves the line out there.
    pub(crate) pad_lines: usize,
}

/// The table of components.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableSpec {
    pub(crate) label: String,
    pub(crate) columns: Vec<Column>,
    /// What stands for "none of these".
    pub(crate) zero: String,
    /// Empty rows on a blank slip.
    pub(crate) pad_rows: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) value: ColumnValue,
    pub(crate) title: String,
    /// Absent: takes the room that is left. Exactly one column does.
    pub(crate) width_mm: Option<f32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnValue {
    Ordinal,
    Name,
    Originals,
    Certified,
    Copies,
}

/// The originals kept at the desk; left out when there are none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListSpec {
    pub(crate) label: String,
    /// Dotted lines on a blank slip; 0 leaves the list out there.
    pub(crate) pad_lines: usize,
}

/// A value of the model that a line may print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    ReceptionUnit,
    Applicant,
    Submitter,
    Address,
    Phone,
    Email,
    Identity,
    Procedure,
    Sets,
    TimeLimit,
    ReceivedAt,
    EnteredAt,
    DueAt,
    ReturnPlace,
    Fee,
    Register,
}

/// What happens to a line without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    Dots,
    Hide,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signature {
    pub(crate) title: String,
    pub(crate) hint: String,
    pub(crate) signer: Signer,
}

/// Whose name stands under a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signer {
    Submitter,
    Officer,
}

/// Margins and sizes on an upright A5 sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) top_mm: f32,
    pub(crate) right_mm: f32,
    pub(crate) bottom_mm: f32,
    pub(crate) left_mm: f32,
    /// From roomy to tight: the first that needs the fewest sheets is taken.
    pub(crate) densities: Vec<Density>,
}

/// How tightly the slip is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Density {
    pub(crate) title_pt: f32,
    pub(crate) text_pt: f32,
    pub(crate) head_pt: f32,
    pub(crate) small_pt: f32,
    /// Distance of base lines, in parts of the size.
    pub(crate) leading: f32,
    /// The least space between lines of the body.
    pub(crate) gap_mm: f32,
    /// How much every gap may grow where the sheet has room left.
    pub(crate) spread_mm: f32,
    /// Room to sign.
    pub(crate) signature_mm: f32,
}
