//! The head that every official paper begins with (Decree 30/2020/NĐ-CP, Annex I): the agency at the left, the
//! republic, its motto, the place and the date at the right.

use crate::compose::{Composer, rule};
use crate::fonts::Style;
use crate::page::{Mark, Stroke};

/// What the head says, and how large.
#[derive(Clone, Copy)]
pub(crate) struct Letterhead<'a> {
    pub(crate) composer: Composer<'a>,
    /// From the superior agency down; the last line is the agency itself, bold.
    pub(crate) agency: &'a [String],
    pub(crate) nation: &'a str,
    pub(crate) motto: &'a str,
    pub(crate) place_date: &'a str,
    pub(crate) head_pt: f32,
    pub(crate) date_pt: f32,
}

impl Letterhead<'_> {
    /// The agency's lines over a short rule, from the left edge on; and their height.
    pub(crate) fn agency(&self, width: f32) -> (Vec<Mark>, f32) {
        let composer = self.composer;
        let mut marks = Vec::new();
        let mut y = 0.0;
        let last = self.agency.len().saturating_sub(1);
        for (index, line) in self.agency.iter().enumerate() {
            let style = if index == last { Style::Bold } else { Style::Regular };
            let runs = [composer.run(style, line)];
            let lines = composer.setting(self.head_pt).wrap_balanced(&runs, width);
            let (set, height) = composer.stack_centred(&lines, self.head_pt, width / 2.0, y);
            marks.extend(set);
            y += height;
        }
        let (centre, half) = (width / 2.0, width / 6.0);
        marks.push(rule(centre - half, centre + half, y + 0.5, Stroke::Thin));
        (marks, y + 0.5)
    }

    /// The republic, the motto over a rule of its own length, the place and date in italics; and their height.
    pub(crate) fn nation(&self, (left, right): (f32, f32)) -> (Vec<Mark>, f32) {
        let composer = self.composer;
        let centre = f32::midpoint(left, right);
        let wrapped = |style, text: &str, size| {
            let runs = [composer.run(style, text)];
            composer.setting(size).wrap_balanced(&runs, right - left)
        };
        let nation = wrapped(Style::Bold, self.nation, self.head_pt);
        let (mut marks, mut y) = composer.stack_centred(&nation, self.head_pt, centre, 0.0);
        let motto_pt = self.head_pt + 0.5;
        let motto = wrapped(Style::Bold, self.motto, motto_pt);
        let (set, height) = composer.stack_centred(&motto, motto_pt, centre, y);
        marks.extend(set);
        y += height + 0.5;
        let widths = motto.iter().map(|line| composer.setting(motto_pt).width(line));
        let half = widths.fold(0.0, f32::max) / 2.0;
        marks.push(rule(centre - half, centre + half, y, Stroke::Thin));
        let date = wrapped(Style::Italic, self.place_date, self.date_pt);
        let (set, height) = composer.stack_centred(&date, self.date_pt, centre, y + 1.2);
        marks.extend(set);
        (marks, y + 1.2 + height)
    }
}
