//! A ruled table: rows wrap, a row taller than a page is cut between its lines, never in one.

use crate::compose::{Composer, rule, upright};
use crate::flow::Piece;
use crate::page::{Mark, Stroke};
use crate::text::{Line, Run};

/// Free space between a cell's rule and its text, at the sides.
const SIDE_MM: f32 = 1.1;
/// The same above and below.
const TOP_MM: f32 = 0.45;

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColumnLayout {
    pub(crate) width_mm: f32,
    pub(crate) centred: bool,
}

/// A table across the whole width of a composer.
pub(crate) struct Table<'c, 'f> {
    pub(crate) composer: &'c Composer<'f>,
    pub(crate) columns: Vec<ColumnLayout>,
    pub(crate) size_pt: f32,
    /// The least height of a row: room to write in on a blank form.
    pub(crate) row_mm_min: f32,
}

impl Table<'_, '_> {
    /// The head row: titles in the middle of their cells, ruled above and below.
    pub(crate) fn head(&self, titles: Vec<Vec<Run>>) -> Piece {
        let cells: Vec<Vec<Line>> = self
            .columns
            .iter()
            .zip(titles)
            .map(|(column, title)| self.wrap_balanced(*column, &title))
            .collect();
        let mut piece = self.strip(&cells, true);
        let right: f32 = self.columns.iter().map(|column| column.width_mm).sum();
        piece.marks.push(rule(0.0, right, 0.0, Stroke::Thin));
        piece
    }

    /// A row, cut into several pieces where it has more than `lines_max` lines.
    pub(crate) fn row(&self, cells: &[Vec<Run>], lines_max: usize) -> Vec<Piece> {
        let wrapped: Vec<Vec<Line>> =
            self.columns.iter().zip(cells).map(|(column, cell)| self.wrap(*column, cell)).collect();
        let tallest = wrapped.iter().map(Vec::len).max().unwrap_or(1);
        let lines_max = lines_max.max(1);
        let part = |from: usize| {
            let lines =
                |cell: &Vec<Line>| cell.iter().skip(from).take(lines_max).cloned().collect();
            let cells: Vec<Vec<Line>> = wrapped.iter().map(lines).collect();
            self.strip(&cells, false)
        };
        (0..tallest).step_by(lines_max).map(part).collect()
    }

    /// How many lines a row may have in `height_mm`.
    pub(crate) fn lines_in(&self, height_mm: f32) -> usize {
        let lines = (height_mm - 2.0 * TOP_MM) / self.composer.line_mm(self.size_pt);
        // Floored and clamped: a page holds between one and a few hundred lines.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let lines = lines.clamp(1.0, 1000.0) as usize;
        lines
    }

    fn wrap(&self, column: ColumnLayout, cell: &[Run]) -> Vec<Line> {
        let setting = self.composer.setting(self.size_pt);
        setting.wrap(cell, column.width_mm - 2.0 * SIDE_MM)
    }

    fn wrap_balanced(&self, column: ColumnLayout, cell: &[Run]) -> Vec<Line> {
        let setting = self.composer.setting(self.size_pt);
        setting.wrap_balanced(cell, column.width_mm - 2.0 * SIDE_MM)
    }

    fn strip(&self, cells: &[Vec<Line>], all_centred: bool) -> Piece {
        let line_mm = self.composer.line_mm(self.size_pt);
        let height_of = |lines: usize| lines as f32 * line_mm;
        let tallest = cells.iter().map(Vec::len).max().unwrap_or(1);
        let height = (height_of(tallest) + 2.0 * TOP_MM).max(self.row_mm_min);
        let mut marks = Vec::new();
        let mut left = 0.0;
        for (column, lines) in self.columns.iter().zip(cells) {
            let top = (height - height_of(lines.len())) / 2.0;
            let centred = all_centred || column.centred;
            marks.extend(self.cell(lines, left, *column, centred, top));
            marks.push(upright(left, 0.0, height, Stroke::Thin));
            left += column.width_mm;
        }
        marks.push(upright(left, 0.0, height, Stroke::Thin));
        marks.push(rule(0.0, left, height, Stroke::Thin));
        Piece::new(height, marks)
    }

    fn cell(
        &self,
        lines: &[Line],
        left: f32,
        column: ColumnLayout,
        centred: bool,
        top: f32,
    ) -> Vec<Mark> {
        if centred {
            let centre = left + column.width_mm / 2.0;
            return self.composer.stack_centred(lines, self.size_pt, centre, top).0;
        }
        let line_mm = self.composer.line_mm(self.size_pt);
        let mut marks = Vec::new();
        let mut y = top;
        for line in lines {
            marks.extend(self.composer.set(line, self.size_pt, left + SIDE_MM, y));
            y += line_mm;
        }
        marks
    }
}
