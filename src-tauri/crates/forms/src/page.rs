//! A page as a list of marks at known places. Layout writes marks, `pdf` turns them into bytes,
//! tests read them to prove that nothing leaves the paper.
//!
//! Lengths are millimetres from the top left corner, y growing downwards; text sizes are points.

use crate::fonts::{Fonts, MM_PER_PT, Style};
use crate::paper::A5_MM;

/// How far letters with stacked marks (Ẩ, Ổ) rise above the base line, in parts of the size.
const ASCENT: f32 = 1.0;
/// How far letters with marks below (ợ, ự) hang under the base line, in parts of the size.
const DESCENT: f32 = 0.28;

/// One sheet of paper.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) width_mm: f32,
    pub(crate) height_mm: f32,
    pub(crate) marks: Vec<Mark>,
}

/// Something drawn on a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    /// One stretch of text; (`x`, `y`) is the start of its base line.
    Text { x: f32, y: f32, size_pt: f32, style: Style, text: String },
    /// A straight stroke.
    Rule { from: (f32, f32), to: (f32, f32), stroke: Stroke },
    /// Dark modules of a QR or bar code: (column, row, columns wide) in a grid of cells.
    Modules { x: f32, y: f32, cell: (f32, f32), dark: Vec<(u16, u16, u16)> },
    /// Large light text across the middle of the page, rising from left to right.
    Watermark { centre: (f32, f32), size_pt: f32, angle_deg: f32, text: String },
}

/// `text` across an upright A5 sheet, as large as its diagonal allows.
pub(crate) fn watermark(fonts: &Fonts, text: &str) -> Mark {
    const SIZE_PT: f32 = 62.0;
    const LENGTH_MM_MAX: f32 = 180.0;
    let length_mm = fonts.width_mm(Style::Bold, SIZE_PT, text);
    Mark::Watermark {
        centre: (A5_MM.0 / 2.0, A5_MM.1 / 2.0),
        size_pt: SIZE_PT * (LENGTH_MM_MAX / length_mm.max(1.0)).min(1.0),
        angle_deg: 50.0,
        text: text.to_owned(),
    }
}

/// How a rule is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stroke {
    /// 0.5 pt: tables, the line under the motto.
    Thin,
    /// 0.9 pt: the box of a stamp.
    Strong,
    /// Round dots to write on.
    Dotted,
    /// Grey dashes to cut along.
    Cut,
}

/// A rectangle on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Page {
    /// Whether every mark lies on the paper. Layout sees to it; this is the last look before a
    /// paper with a cut-off line could reach a citizen.
    pub(crate) fn holds_everything(&self, fonts: &Fonts) -> bool {
        self.marks.iter().map(|mark| mark.area(fonts)).all(|area| {
            let across = area.left >= 0.0 && area.right <= self.width_mm;
            across && area.top >= 0.0 && area.bottom <= self.height_mm
        })
    }
}

impl Mark {
    /// The same mark, moved.
    pub(crate) fn moved(&self, dx: f32, dy: f32) -> Mark {
        let mut mark = self.clone();
        match &mut mark {
            Mark::Text { x, y, .. } | Mark::Modules { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Mark::Rule { from, to, .. } => {
                *from = (from.0 + dx, from.1 + dy);
                *to = (to.0 + dx, to.1 + dy);
            }
            Mark::Watermark { centre, .. } => *centre = (centre.0 + dx, centre.1 + dy),
        }
        mark
    }

    /// The rectangle the mark may colour.
    pub(crate) fn area(&self, fonts: &Fonts) -> Area {
        match self {
            Mark::Text { x, y, size_pt, style, text } => Area {
                left: *x,
                top: y - size_pt * MM_PER_PT * ASCENT,
                right: x + fonts.width_mm(*style, *size_pt, text),
                bottom: y + size_pt * MM_PER_PT * DESCENT,
            },
            Mark::Rule { from, to, .. } => Area {
                left: from.0.min(to.0),
                top: from.1.min(to.1),
                right: from.0.max(to.0),
                bottom: from.1.max(to.1),
            },
            Mark::Modules { x, y, cell, dark } => {
                let columns = dark.iter().map(|(column, _, wide)| column + wide).max();
                let rows = dark.iter().map(|(_, row, _)| row + 1).max();
                Area {
                    left: *x,
                    top: *y,
                    right: x + cell.0 * f32::from(columns.unwrap_or(0)),
                    bottom: y + cell.1 * f32::from(rows.unwrap_or(0)),
                }
            }
            Mark::Watermark { centre, size_pt, angle_deg, text } => {
                let wide = fonts.width_mm(Style::Bold, *size_pt, text) / 2.0;
                let high = size_pt * MM_PER_PT / 2.0;
                let (sin, cos) = angle_deg.to_radians().sin_cos();
                let (dx, dy) = (wide * cos + high * sin, wide * sin + high * cos);
                Area {
                    left: centre.0 - dx,
                    top: centre.1 - dy,
                    right: centre.0 + dx,
                    bottom: centre.1 + dy,
                }
            }
        }
    }
}
