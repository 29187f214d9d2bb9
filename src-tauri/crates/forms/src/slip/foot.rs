//! The foot of a slip: two signatures side by side, the notes, the page numbers.

use super::Sheet;
use crate::flow::{Flow, Piece};
use crate::fonts::Style;
use crate::page::Mark;
use crate::template::Signature;
use crate::text::Line;
use crate::wording::fill;

/// Signature columns keep this much apart.
const BETWEEN_MM: f32 = 6.0;
/// Above the signatures, and above the notes.
const SPACE_ABOVE_MM: f32 = 1.6;

/// Adds the signatures, held together with the last lines above them, and the notes.
pub(super) fn add(flow: &mut Flow, sheet: &Sheet) {
    flow.keep_last_with_next(2);
    let signatures = signatures(sheet);
    let count = signatures.len();
    flow.extend(signatures);
    flow.keep_last_with_next(count);
    flow.extend(notes(sheet));
}

/// Titles, hints, room to sign, names.
fn signatures(sheet: &Sheet) -> Vec<Piece> {
    let density = sheet.density;
    let titles = |one: &Signature| wrapped(sheet, Style::Bold, &one.title, density.text_pt);
    let hints = |one: &Signature| wrapped(sheet, Style::Italic, &one.hint, density.small_pt);
    let names = |one: &Signature| {
        wrapped(sheet, Style::Bold, sheet.content.signer(one.signer), density.text_pt)
    };
    let mut pieces = vec![Piece::new(0.0, Vec::new()).with_gap(SPACE_ABOVE_MM)];
    pieces.extend(side_by_side(sheet, density.text_pt, titles));
    pieces.extend(side_by_side(sheet, density.small_pt, hints));
    pieces.push(Piece::new(density.signature_mm, Vec::new()));
    pieces.extend(side_by_side(sheet, density.text_pt, names));
    pieces
}

/// The marks at the foot of a sheet when a slip takes more than one.
pub(super) fn page_number(sheet: &Sheet, page: usize, pages: usize, top: f32) -> Vec<Mark> {
    let composer = sheet.composer;
    let size = sheet.density.small_pt;
    let parts = [("page", page.to_string()), ("pages", pages.to_string())];
    let number = format!("{}: {}", sheet.template.head.number, sheet.content.number.text);
    let number = [composer.run(Style::Regular, &number)];
    let page = [composer.run(Style::Regular, &fill(&sheet.template.page, &parts))];
    let mut marks = composer.set(&number, size, 0.0, top);
    let left = composer.width_mm - composer.setting(size).width(&page);
    marks.extend(composer.set(&page, size, left, top));
    marks
}

fn wrapped(sheet: &Sheet, style: Style, text: &str, size_pt: f32) -> Vec<Line> {
    let width = (sheet.composer.width_mm - BETWEEN_MM) / 2.0;
    let runs = [sheet.composer.run(style, text)];
    sheet.composer.setting(size_pt).wrap_balanced(&runs, width)
}

/// One piece a line, the columns of all signatures beside each other.
fn side_by_side(
    sheet: &Sheet,
    size_pt: f32,
    lines: impl Fn(&Signature) -> Vec<Line>,
) -> Vec<Piece> {
    let columns: Vec<Vec<Line>> = sheet.template.signatures.iter().map(lines).collect();
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let width = sheet.composer.width_mm;
    let piece = |row: usize| {
        let mut marks = Vec::new();
        for (column, centre) in columns.iter().zip([width * 0.25, width * 0.75]) {
            if let Some(line) = column.get(row) {
                marks.extend(sheet.composer.set_centred(line, size_pt, centre, 0.0));
            }
        }
        Piece::new(sheet.composer.line_mm(size_pt), marks)
    };
    (0..tallest).map(piece).collect()
}

/// The template's notes and the slip's own, one paragraph each, under one title.
fn notes(sheet: &Sheet) -> Vec<Piece> {
    let notes = sheet.template.notes.iter().chain(sheet.content.notes);
    let notes = notes.map(|note| note.trim()).filter(|note| !note.is_empty());
    let paragraph = |(index, note): (usize, &str)| {
        let (text, gap) = match index {
            0 => (format!("{}: - {note}", sheet.template.notes_title), SPACE_ABOVE_MM),
            _ => (format!("- {note}"), 0.0),
        };
        let runs = [sheet.composer.run(Style::Italic, &text)];
        sheet.composer.paragraph(&runs, sheet.density.small_pt, gap)
    };
    notes.enumerate().flat_map(paragraph).collect()
}
