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

/// Adds the signatures, held together with the last lines above them and the notes below.
pub(super) fn add(flow: &mut Flow, sheet: &Sheet) {
    flow.keep_last_with_next(2);
    let before = Piece::new(0.0, Vec::new()).with_gap(1.6);
    let density = sheet.density;
    let titles =
        |signature: &Signature| wrapped(sheet, Style::Bold, &signature.title, density.text_pt);
    let hints =
        |signature: &Signature| wrapped(sheet, Style::Italic, &signature.hint, density.small_pt);
    let names = |signature: &Signature| {
        let name = sheet.content.signer(signature.signer);
        wrapped(sheet, Style::Bold, name, density.text_pt)
    };
    let mut pieces = vec![before];
    pieces.extend(side_by_side(sheet, density.text_pt, titles));
    pieces.extend(side_by_side(sheet, density.small_pt, hints));
    pieces.push(Piece::new(density.signature_mm, Vec::new()));
    pieces.extend(side_by_side(sheet, density.text_pt, names));
    let count = pieces.len();
    flow.extend(pieces);
    let notes = notes(sheet);
    if notes.is_empty() {
        flow.keep_last_with_next(count);
        flow.push(Piece::new(0.0, Vec::new()));
    } else {
        flow.keep_last_with_next(count);
        flow.extend(notes);
    }
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

fn notes(sheet: &Sheet) -> Vec<Piece> {
    let composer = sheet.composer;
    let size = sheet.density.small_pt;
    let own = sheet.template.notes.iter().chain(sheet.content.notes);
    let own: Vec<&str> = own.map(|note| note.trim()).filter(|note| !note.is_empty()).collect();
    let mut pieces = Vec::new();
    for (index, note) in own.iter().enumerate() {
        let title = match index {
            0 => format!("{}: ", sheet.template.notes_title),
            _ => "- ".to_owned(),
        };
        let mut runs = vec![crate::text::Run::new(Style::Italic, title)];
        if index == 0 {
            runs.push(crate::text::Run::new(Style::Italic, "- "));
        }
        runs.push(composer.run(Style::Italic, note));
        let gap = if index == 0 { 1.6 } else { 0.0 };
        pieces.extend(composer.paragraph(&runs, size, gap));
    }
    pieces
}
