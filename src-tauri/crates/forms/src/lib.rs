//! The papers of the desk as PDF: models in, bytes out.
//!
//! A paper is made of three things: a *model* with the words and dates to print, already reviewed
//! by the caller; a dated *template* with the labels, their order and the sizes, which is data and
//! changes without code; and the *faces*, compiled in. Nothing here reads a clock, a file or a
//! setting: the same model, template and time give the same bytes.
//!
//! Reading order: [`AcceptanceSlip`] (what is printed), [`SlipTemplate`] (how), then the layout
//! from the outside in: `slip`, `flow`, `page`, `pdf`.

mod acceptance_slip;
mod blank_pad;
mod codes;
mod compose;
mod fault;
mod flow;
mod fonts;
mod letterhead;
mod page;
mod paper;
mod pdf;
mod proof_sheet;
mod recovery_sheet;
mod signature_sheet;
mod slip;
mod table;
mod template;
mod text;
mod wording;

pub use acceptance_slip::{
    AcceptanceSlip, Component, DossierNumber, RegisterEntry, acceptance_slip, acceptance_slips,
};
pub use blank_pad::{BlankPad, blank_pad};
pub use fault::{FormFault, TemplateFault, TemplateFaults};
pub use paper::Paper;
pub use proof_sheet::{ProofReceipt, ProofRow, ProofSheet, proof_sheet};
pub use recovery_sheet::{RecoverySheet, recovery_sheet};
pub use signature_sheet::{Collected, ReturnedResult, SignatureSheet, signature_sheet};
pub use template::{SlipTemplate, in_force_on, parse_slip_template, shipped_slip_templates};
pub use wording::{civil_date, civil_moment};
