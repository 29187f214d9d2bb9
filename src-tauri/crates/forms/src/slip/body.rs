//! The lines, the table and the list of a slip, in the template's order.

use super::Sheet;
use crate::Component;
use crate::compose::{Composer, rule};
use crate::flow::{Flow, Piece};
use crate::fonts::Style;
use crate::page::Stroke;
use crate::table::{ColumnLayout, Table};
use crate::template::{Absent, Block, Column, ColumnValue, LineSpec, ListSpec, TableSpec};
use crate::text::Run;
use crate::wording::fill;

/// The height of a line to be filled in by hand.
const PEN_LINE_MM: f32 = 5.2;
/// The height of a table row to be filled in by hand.
const PEN_ROW_MM: f32 = 5.8;
/// Where dots stand in the height of a line: just under the base line.
const DOTS_AT: f32 = 0.81;
/// Dots end this far before a neighbour.
const BETWEEN_MM: f32 = 3.0;

/// Adds the body to `flow`; no table row will be taller than `height_mm`.
pub(super) fn add(flow: &mut Flow, sheet: &Sheet, height_mm: f32) {
    for block in &sheet.template.body {
        match block {
            Block::Line(spec) => flow.extend(line(sheet, spec)),
            Block::Row(specs) => flow.extend(row(sheet, specs)),
            Block::Table(spec) => table(flow, sheet, spec, height_mm),
            Block::List(spec) => flow.extend(list(sheet, spec)),
        }
    }
}

/// What a line shows.
enum Shown {
    Nothing,
    Text(String),
    /// So many lines of dots, for a pen.
    Dots(usize),
}

fn shown(sheet: &Sheet, spec: &LineSpec) -> Shown {
    let value = sheet.content.value(spec.field);
    match (value, spec.when_absent) {
        (Some(parts), _) => {
            let pattern = spec.pattern.as_deref().unwrap_or("{value}");
            Shown::Text(fill(pattern, parts))
        }
        (None, _) if sheet.content.is_blank => match spec.pad_lines {
            0 => Shown::Nothing,
            lines => Shown::Dots(lines),
        },
        (None, Absent::Dots) => Shown::Dots(1),
        (None, Absent::Hide) => Shown::Nothing,
    }
}

fn line(sheet: &Sheet, spec: &LineSpec) -> Vec<Piece> {
    match shown(sheet, spec) {
        Shown::Nothing => Vec::new(),
        Shown::Text(text) => {
            let runs = labelled(sheet, spec, &text);
            let gap = if sheet.content.is_blank { 0.7 } else { sheet.density.gap_mm };
            sheet.composer.paragraph(&runs, sheet.density.text_pt, gap)
        }
        Shown::Dots(lines) => dotted(sheet, &spec.label, spec.pattern.as_deref(), lines),
    }
}

fn labelled(sheet: &Sheet, spec: &LineSpec, text: &str) -> Vec<Run> {
    let strong = spec.strong && !sheet.content.is_blank;
    let style = if strong { Style::Bold } else { Style::Regular };
    vec![
        sheet.composer.run(Style::Regular, &spec.label),
        Run::new(Style::Regular, ": "),
        sheet.composer.run(style, text),
    ]
}

/// A label followed by dots to the end of the line, and further lines of dots.
///
/// The words after the value in `pattern` ("(bộ)") stand behind the dots.
fn dotted(sheet: &Sheet, label: &str, pattern: Option<&str>, lines: usize) -> Vec<Piece> {
    let composer = sheet.composer;
    let size = sheet.density.text_pt;
    let runs = [composer.run(Style::Regular, label), Run::new(Style::Regular, ": ")];
    let mut labels = composer.setting(size).wrap(&runs, composer.width_mm * 0.75);
    let last = labels.pop().unwrap_or_default();
    let mut pieces: Vec<Piece> = labels
        .iter()
        .map(|line| Piece::new(composer.line_mm(size), composer.set(line, size, 0.0, 0.0)))
        .collect();
    let after = pattern.and_then(|pattern| pattern.rsplit_once('}')).map(|(_, after)| after);
    pieces.push(dotted_line(sheet, &last, after.unwrap_or_default()));
    pieces.extend((1..lines).map(|_| dotted_line(sheet, &[], "")));
    if let Some((_, before)) = pieces.split_last_mut() {
        before.iter_mut().for_each(|piece| piece.keep_with_next = true);
    }
    if let Some(first) = pieces.first_mut() {
        first.gap_mm = sheet.density.gap_mm;
    }
    pieces
}

/// One line: words, dots up to the words at its end. Higher on a blank slip, where a pen writes.
fn dotted_line(sheet: &Sheet, before: &[Run], after: &str) -> Piece {
    const SPACE_MM: f32 = 1.0;
    let composer = sheet.composer;
    let size = sheet.density.text_pt;
    let line_mm = composer.line_mm(size);
    let height = if sheet.content.is_blank { PEN_LINE_MM.max(line_mm) } else { line_mm };
    let top = height - line_mm;
    let after = [composer.run(Style::Regular, after)];
    let width = |line: &[Run]| composer.setting(size).width(line);
    let spaced = |words_mm: f32| if words_mm > 0.0 { words_mm + SPACE_MM } else { 0.0 };
    let (left, right) = (spaced(width(before)), composer.width_mm - spaced(width(&after)));
    let mut marks = composer.set(before, size, 0.0, top);
    marks.push(rule(left, right, top + line_mm * DOTS_AT, Stroke::Dotted));
    if width(&after) > 0.0 {
        marks.extend(composer.set(&after, size, composer.width_mm - width(&after), top));
    }
    Piece::new(height, marks)
}

/// Two lines side by side where both fit into half the width, otherwise one under the other.
fn row(sheet: &Sheet, specs: &[LineSpec]) -> Vec<Piece> {
    let one_under_the_other = || specs.iter().flat_map(|spec| line(sheet, spec)).collect();
    let width_mm = (sheet.composer.width_mm - BETWEEN_MM) / 2.0;
    let half = Sheet { composer: Composer { width_mm, ..sheet.composer }, ..*sheet };
    let halves: Vec<Vec<Piece>> = specs.iter().map(|spec| line(&half, spec)).collect();
    let [left, right] = halves.as_slice() else {
        return one_under_the_other();
    };
    let ([left], [right]) = (left.as_slice(), right.as_slice()) else {
        return one_under_the_other();
    };
    let across = width_mm + BETWEEN_MM;
    let mut piece = left.clone();
    piece.height_mm = left.height_mm.max(right.height_mm);
    piece.marks.extend(right.marks.iter().map(|mark| mark.moved(across, 0.0)));
    vec![piece]
}

fn table(flow: &mut Flow, sheet: &Sheet, spec: &TableSpec, height_mm: f32) {
    let composer = &sheet.composer;
    let label = [composer.run(Style::Regular, &spec.label)];
    let gap = sheet.density.gap_mm + 0.3;
    let label = composer.paragraph(&label, sheet.density.text_pt, gap);
    let label_lines = label.len();
    flow.extend(label);
    flow.keep_last_with_next(label_lines);
    let blank = sheet.content.is_blank;
    let table = Table {
        composer,
        columns: column_layouts(spec, composer.width_mm),
        size_pt: sheet.density.text_pt - 0.5,
        row_mm_min: if blank { PEN_ROW_MM } else { 0.0 },
    };
    let titles = spec.columns.iter();
    let titles = titles.map(|column| vec![composer.run(Style::Bold, &column.title)]);
    let head = table.head(titles.collect()).with_gap(0.9);
    let lines_max = table.lines_in(height_mm - head.height_mm);
    let rows: Vec<Vec<Vec<Run>>> = match blank {
        true => vec![vec![Vec::new(); spec.columns.len()]; spec.pad_rows],
        false => component_rows(sheet, spec),
    };
    let pieces = rows.iter().flat_map(|cells| table.row(cells, lines_max));
    flow.push_table(head, pieces);
}

fn column_layouts(spec: &TableSpec, width_mm: f32) -> Vec<ColumnLayout> {
    let fixed: f32 = spec.columns.iter().filter_map(|column| column.width_mm).sum();
    let column = |column: &Column| ColumnLayout {
        width_mm: column.width_mm.unwrap_or(width_mm - fixed),
        centred: column.value != ColumnValue::Name,
    };
    spec.columns.iter().map(column).collect()
}

fn component_rows(sheet: &Sheet, spec: &TableSpec) -> Vec<Vec<Vec<Run>>> {
    let count = |count: u16| match count {
        0 => spec.zero.clone(),
        some => some.to_string(),
    };
    let plain = |text: String| vec![sheet.composer.run(Style::Regular, &text)];
    let cell = |value: ColumnValue, index: usize, component: &Component| match value {
        ColumnValue::Name => name(sheet, component),
        ColumnValue::Ordinal => plain((index + 1).to_string()),
        ColumnValue::Originals => plain(count(component.originals)),
        ColumnValue::Certified => plain(count(component.certified)),
        ColumnValue::Copies => plain(count(component.copies)),
    };
    let row = |(index, component): (usize, &Component)| {
        let cells = spec.columns.iter();
        cells.map(|column| cell(column.value, index, component)).collect()
    };
    sheet.content.components.iter().enumerate().map(row).collect()
}

fn name(sheet: &Sheet, component: &Component) -> Vec<Run> {
    let mut runs = vec![sheet.composer.run(Style::Regular, &component.name)];
    let remark = component.remark.as_deref().map(str::trim);
    if let Some(remark) = remark.filter(|remark| !remark.is_empty()) {
        runs.push(Run::new(Style::Italic, " "));
        runs.push(sheet.composer.run(Style::Italic, &format!("({remark})")));
    }
    runs
}

fn list(sheet: &Sheet, spec: &ListSpec) -> Vec<Piece> {
    if sheet.content.is_blank {
        return match spec.pad_lines {
            0 => Vec::new(),
            lines => dotted(sheet, &spec.label, None, lines),
        };
    }
    let kept = sheet.content.originals_kept.iter();
    let kept: Vec<&str> =
        kept.map(|paper| paper.trim()).filter(|paper| !paper.is_empty()).collect();
    if kept.is_empty() {
        return Vec::new();
    }
    let runs = [
        sheet.composer.run(Style::Regular, &spec.label),
        Run::new(Style::Regular, ": "),
        sheet.composer.run(Style::Bold, &kept.join("; ")),
    ];
    let gap = sheet.density.gap_mm + 0.6;
    sheet.composer.paragraph(&runs, sheet.density.text_pt, gap)
}
