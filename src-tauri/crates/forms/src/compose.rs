//! Lines of text turned into marks and pieces: the few moves every form is made of.

use crate::flow::Piece;
use crate::fonts::{Fonts, MM_PER_PT, Style};
use crate::page::{Mark, Stroke};
use crate::text::{Line, Run, Setting, printable};

/// Where the base line stands in the height of a line: marks above (Ẩ) and below (ợ) both find room.
const BASE_LINE: f32 = 0.78;

/// Sets text in a column of a given width.
#[derive(Clone, Copy)]
pub(crate) struct Composer<'f> {
    pub(crate) fonts: &'f Fonts,
    /// The width of the text area.
    pub(crate) width_mm: f32,
    /// Distance of base lines, in parts of the size.
    pub(crate) leading: f32,
}

impl<'f> Composer<'f> {
    pub(crate) fn setting(&self, size_pt: f32) -> Setting<'f> {
        Setting { fonts: self.fonts, size_pt }
    }

    /// Text of the model or the template, made printable.
    pub(crate) fn run(&self, style: Style, text: &str) -> Run {
        Run::new(style, printable(self.fonts, text))
    }

    /// The height of one line at `size_pt`.
    pub(crate) fn line_mm(&self, size_pt: f32) -> f32 {
        size_pt * MM_PER_PT * self.leading
    }

    /// `line` set from `x` on, in a line that starts `top` below the piece's top.
    pub(crate) fn set(&self, line: &[Run], size_pt: f32, x: f32, top: f32) -> Vec<Mark> {
        let setting = self.setting(size_pt);
        let y = top + self.line_mm(size_pt) * BASE_LINE;
        let mut pen = x;
        let mark = |run: &Run| {
            let mark = Mark::Text { x: pen, y, size_pt, style: run.style, text: run.text.clone() };
            pen += setting.width(std::slice::from_ref(run));
            mark
        };
        line.iter().map(mark).collect()
    }

    /// `line` set about `centre`.
    pub(crate) fn set_centred(
        &self,
        line: &[Run],
        size_pt: f32,
        centre: f32,
        top: f32,
    ) -> Vec<Mark> {
        let width = self.setting(size_pt).width(line);
        self.set(line, size_pt, centre - width / 2.0, top)
    }

    /// Lines one under the other about `centre`, and their height together.
    pub(crate) fn stack_centred(
        &self,
        lines: &[Line],
        size_pt: f32,
        centre: f32,
        top: f32,
    ) -> (Vec<Mark>, f32) {
        let mut marks = Vec::new();
        let mut y = top;
        for line in lines {
            marks.extend(self.set_centred(line, size_pt, centre, y));
            y += self.line_mm(size_pt);
        }
        (marks, y - top)
    }

    /// A paragraph over the whole width: one piece a line. Short paragraphs stay together; long
    /// ones may break, but never leave a single line behind.
    pub(crate) fn paragraph(&self, runs: &[Run], size_pt: f32, gap_mm: f32) -> Vec<Piece> {
        let lines = self.setting(size_pt).wrap(runs, self.width_mm);
        let count = lines.len();
        let height = self.line_mm(size_pt);
        let piece = |(index, line): (usize, Line)| {
            let mut piece = Piece::new(height, self.set(&line, size_pt, 0.0, 0.0));
            piece.gap_mm = if index == 0 { gap_mm } else { 0.0 };
            let is_last = index + 1 == count;
            piece.keep_with_next = !is_last && (count <= 3 || index == 0 || index + 2 == count);
            piece
        };
        lines.into_iter().enumerate().map(piece).collect()
    }

    /// Lines in the middle of the width, balanced.
    pub(crate) fn centred(&self, runs: &[Run], size_pt: f32, gap_mm: f32) -> Piece {
        let lines = self.setting(size_pt).wrap_balanced(runs, self.width_mm);
        let (marks, height) = self.stack_centred(&lines, size_pt, self.width_mm / 2.0, 0.0);
        Piece::new(height, marks).with_gap(gap_mm)
    }
}

/// A horizontal rule.
pub(crate) fn rule(left: f32, right: f32, y: f32, stroke: Stroke) -> Mark {
    Mark::Rule { from: (left, y), to: (right, y), stroke }
}

/// A vertical rule.
pub(crate) fn upright(x: f32, top: f32, bottom: f32, stroke: Stroke) -> Mark {
    Mark::Rule { from: (x, top), to: (x, bottom), stroke }
}

/// The four sides of a box.
pub(crate) fn frame(left: f32, top: f32, right: f32, bottom: f32, stroke: Stroke) -> Vec<Mark> {
    vec![
        rule(left, right, top, stroke),
        rule(left, right, bottom, stroke),
        upright(left, top, bottom, stroke),
        upright(right, top, bottom, stroke),
    ]
}
