//! The head of a slip: who, whose republic, where and when; the codes; the title and the number.

use super::Sheet;
use crate::FormFault;
use crate::compose::frame;
use crate::flow::Piece;
use crate::fonts::Style;
use crate::letterhead::Letterhead;
use crate::page::{Mark, Stroke};
use crate::text::Run;

/// The side of the QR: its modules are over half a millimetre, safe on a poor printer.
const QR_MM: f32 = 16.0;
/// Four modules of white around the QR, as ISO/IEC 18004 demands.
const QUIET_MM: f32 = 2.2;
/// The height of the bars.
const BARS_MM: f32 = 7.5;
/// The part of the width that belongs to the agency.
const LEFT_PART: f32 = 0.40;
/// The columns keep this much apart.
const BETWEEN_MM: f32 = 2.0;

/// The two columns of the head and, under them, QR and bar code.
pub(super) fn columns(sheet: &Sheet) -> Result<Piece, FormFault> {
    let width = sheet.composer.width_mm;
    let left_mm = width * LEFT_PART;
    let right = (left_mm + BETWEEN_MM, width);
    let (mut marks, agency_mm) = letterhead(sheet).agency(left_mm);
    let (nation, nation_mm) = letterhead(sheet).nation(right);
    marks.extend(nation);
    let codes = &sheet.content.codes;
    let qr_top = agency_mm + QUIET_MM;
    marks.push(codes.qr.place(QR_MM, 0.0, qr_top));
    let beside_qr = (QR_MM + QUIET_MM, left_mm + BETWEEN_MM);
    let (stamps, stamps_bottom) = beside_qr_marks(sheet, beside_qr, qr_top);
    marks.extend(stamps);
    let bottom = (qr_top + QR_MM).max(stamps_bottom);
    let bars_top = (nation_mm + 2.0).max(qr_top + QR_MM - BARS_MM);
    if let Some(bars) = codes.bars.place(right, bars_top, BARS_MM) {
        marks.push(bars);
        return Ok(Piece::new(bottom.max(bars_top + BARS_MM), marks));
    }
    // A number of a long agency code needs the whole width, under everything else.
    let bars_top = bottom.max(nation_mm) + 1.5;
    let bars = codes.bars.place((0.0, width), bars_top, BARS_MM);
    marks.push(bars.ok_or_else(|| FormFault::code("code128", &sheet.content.number.text))?);
    Ok(Piece::new(bars_top + BARS_MM, marks))
}

/// A line over everything on a training sheet.
pub(super) fn training_banner(sheet: &Sheet) -> Piece {
    let marks = &sheet.template.marks;
    let run = sheet.composer.run(Style::Bold, &marks.training);
    let note = sheet.composer.run(Style::Italic, &marks.training_note);
    let between = Run::new(Style::Italic, " - ");
    let line = [run, between, note];
    sheet.composer.centred(&line, sheet.density.small_pt, 0.0)
}

/// The title, which copy it is, and the number in large type.
pub(super) fn title(sheet: &Sheet, copy: &str) -> Vec<Piece> {
    let Sheet { template, composer, density, content } = sheet;
    let title = composer.run(Style::Bold, &template.title);
    let copy = composer.run(Style::Italic, &format!("({copy})"));
    let mut pieces = vec![
        composer.centred(&[title], density.title_pt, 1.8),
        composer.centred(&[copy], density.text_pt, 0.0),
        number(sheet),
    ];
    if content.number.provisional {
        let note = composer.run(Style::Italic, &template.marks.provisional_note);
        pieces.push(composer.centred(&[note], density.small_pt, 0.0));
    }
    pieces.push(Piece::new(0.8, Vec::new()));
    pieces
}

fn number(sheet: &Sheet) -> Piece {
    let head = &sheet.template.head;
    let label = match sheet.content.number.provisional {
        true => format!("{} ({}): ", head.number, sheet.template.marks.provisional),
        false => format!("{}: ", head.number),
    };
    let runs = [
        Run::new(Style::Regular, label),
        sheet.composer.run(Style::Bold, &sheet.content.number.text),
    ];
    sheet.composer.centred(&runs, sheet.density.title_pt, 0.6)
}

fn letterhead<'a>(sheet: &'a Sheet) -> Letterhead<'a> {
    let head = &sheet.template.head;
    Letterhead {
        composer: sheet.composer,
        agency: &sheet.content.agency,
        nation: &head.nation,
        motto: &head.motto,
        place_date: &sheet.content.place_date,
        head_pt: sheet.density.head_pt,
        date_pt: sheet.density.text_pt,
    }
}

/// The check code and, boxed, what singles this sheet out. Returns the bottom of the last mark.
fn beside_qr_marks(sheet: &Sheet, (left, right): (f32, f32), top: f32) -> (Vec<Mark>, f32) {
    let composer = sheet.composer;
    let size = sheet.density.small_pt;
    let runs = [
        composer.run(Style::Regular, &format!("{}:", sheet.template.head.check_code)),
        Run::new(Style::Regular, " "),
        composer.run(Style::Bold, &sheet.content.number.check_code),
    ];
    let mut marks = Vec::new();
    let mut y = top;
    for line in composer.setting(size).wrap(&runs, right - left) {
        marks.extend(composer.set(&line, size, left, y));
        y += composer.line_mm(size);
    }
    y += 0.5;
    for stamp in &sheet.content.stamps {
        let (boxed, bottom) = boxed(sheet, stamp, (left, right), y);
        marks.extend(boxed);
        y = bottom + 0.7;
    }
    (marks, y)
}

fn boxed(sheet: &Sheet, text: &str, (left, right): (f32, f32), top: f32) -> (Vec<Mark>, f32) {
    const SIDE_MM: f32 = 1.2;
    let composer = sheet.composer;
    let size = sheet.density.small_pt;
    let setting = composer.setting(size);
    let lines = setting.wrap(&[composer.run(Style::Bold, text)], right - left - 2.0 * SIDE_MM);
    let widest = lines.iter().map(|line| setting.width(line)).fold(0.0, f32::max);
    let mut y = top + 0.2;
    let mut marks = Vec::new();
    for line in &lines {
        marks.extend(composer.set(line, size, left + SIDE_MM, y));
        y += composer.line_mm(size);
    }
    let bottom = y + 0.2;
    let right = left + widest + 2.0 * SIDE_MM;
    marks.extend(frame(left, top, right, bottom, Stroke::Strong));
    (marks, bottom)
}
