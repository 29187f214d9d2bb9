//! A pad of blank slips with reserved numbers, printed ahead for power cuts and filled in by hand.

use jiff::civil::DateTime;
use serde::Deserialize;

use crate::paper::Paper;
use crate::template::SlipTemplate;
use crate::{DossierNumber, FormFault, slip};

/// Blank slips of one desk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlankPad {
    /// The agency above the centre, as on [`crate::AcceptanceSlip`].
    pub authority: String,
    /// Where the slips will be handed out.
    pub place: String,
    /// "Bộ phận tiếp nhận và trả kết quả: …".
    pub reception_unit: String,
    /// The reserved numbers: one slip, both copies, for each.
    pub numbers: Vec<DossierNumber>,
    /// A pad of a training store.
    #[serde(default)]
    pub training: bool,
}

/// The pad as one PDF: for every number both copies, one after the other, every other line dotted.
///
/// # Errors
/// As [`crate::acceptance_slips`].
pub fn blank_pad(
    pad: &BlankPad,
    template: &SlipTemplate,
    paper: Paper,
    created: DateTime,
) -> Result<Vec<u8>, FormFault> {
    let slips = pad.numbers.iter();
    let slips = slips.map(|number| slip::Content::blank(pad, number, template));
    let slips = slips.collect::<Result<Vec<_>, _>>()?;
    slip::print(&slips, paper, created)
}
