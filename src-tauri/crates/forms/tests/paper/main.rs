//! The papers as a citizen and a scanner get them: read back from the PDF with poppler and zbar.

mod codes;
mod picture;
mod proof;
mod reading;
mod signing;
mod templates;
mod text;

use forms::{AcceptanceSlip, Paper, SlipTemplate, acceptance_slip, shipped_slip_templates};
use jiff::civil::{DateTime, datetime};

/// When the files of these tests were made.
fn created() -> DateTime {
    datetime(2026, 11, 23, 9, 12, 0, 0)
}

fn template() -> SlipTemplate {
    shipped_slip_templates().expect("the shipped template is free of faults").remove(0)
}

/// An ordinary slip: a birth to be registered, four papers, one original kept.
fn birth() -> AcceptanceSlip {
    serde_json::from_str(include_str!("../models/birth.json")).expect("the model reads")
}

fn print(slip: &AcceptanceSlip, paper: Paper) -> Vec<u8> {
    acceptance_slip(slip, &template(), paper, created()).expect("the slip is printed")
}
