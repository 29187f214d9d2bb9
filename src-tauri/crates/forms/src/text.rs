//! Text before it has a place: made printable, measured, broken into lines.

use unicode_normalization::UnicodeNormalization;

use crate::fonts::{Fonts, Style};

/// A stretch of text in one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) style: Style,
    pub(crate) text: String,
}

impl Run {
    pub(crate) fn new(style: Style, text: impl Into<String>) -> Run {
        Run { style, text: text.into() }
    }
}

/// Runs that stand side by side on one base line.
pub(crate) type Line = Vec<Run>;

/// `text` as it can be put on paper: one line, composed (NFC) as the law writes Vietnamese, no
/// control or direction characters, single spaces, nothing the faces cannot draw.
pub(crate) fn printable(fonts: &Fonts, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.nfc().filter(|c| !is_invisible(*c)) {
        if character.is_whitespace() || character.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(fonts.drawable(character));
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

/// Zero-width and direction characters: they draw nothing, and could reorder what is printed.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Text set at one size, with the faces to measure it.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'f> {
    pub(crate) fonts: &'f Fonts,
    pub(crate) size_pt: f32,
}

impl Setting<'_> {
    pub(crate) fn width(&self, line: &[Run]) -> f32 {
        line.iter().map(|run| self.fonts.width_mm(run.style, self.size_pt, &run.text)).sum()
    }

    /// Breaks `runs` between words into lines no wider than `width_mm`; a word wider than a line
    /// is broken between characters. Always at least one line, and never a letter lost.
    pub(crate) fn wrap(&self, runs: &[Run], width_mm: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut line = Line::new();
        let mut line_mm = 0.0;
        for word in words(runs) {
            let word_mm = self.width(&word);
            let space = if line.is_empty() { None } else { space(&word) };
            let space_mm = space.as_ref().map_or(0.0, |s| self.width(s));
            if line_mm + space_mm + word_mm <= width_mm {
                append(&mut line, space.into_iter().flatten());
                append(&mut line, word);
                line_mm += space_mm + word_mm;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            let mut parts = self.split_word(word, width_mm);
            line = parts.pop().unwrap_or_default();
            line_mm = self.width(&line);
            lines.append(&mut parts);
        }
        lines.push(line);
        lines
    }

    /// Lines of about equal length, as many as [`Setting::wrap`] needs: for centred heads, where
    /// one lonely word on the last line looks like a mistake.
    pub(crate) fn wrap_balanced(&self, runs: &[Run], width_mm: f32) -> Vec<Line> {
        let wanted = self.wrap(runs, width_mm).len();
        let (mut narrow, mut wide) = (width_mm / 2.0, width_mm);
        for _ in 0..8 {
            let middle = f32::midpoint(narrow, wide);
            if self.wrap(runs, middle).len() <= wanted {
                wide = middle;
            } else {
                narrow = middle;
            }
        }
        self.wrap(runs, wide)
    }

    /// A word cut between characters into parts that fit; a word that fits comes back whole.
    fn split_word(&self, word: Line, width_mm: f32) -> Vec<Line> {
        let mut parts = vec![Line::new()];
        let mut part_mm = 0.0;
        for run in word {
            for character in run.text.chars() {
                let glyph = Run::new(run.style, character);
                let glyph_mm = self.width(std::slice::from_ref(&glyph));
                if part_mm + glyph_mm > width_mm && part_mm > 0.0 {
                    parts.push(Line::new());
                    part_mm = 0.0;
                }
                if let Some(part) = parts.last_mut() {
                    append(part, [glyph]);
                }
                part_mm += glyph_mm;
            }
        }
        parts
    }
}

/// The words of `runs`. A word may change its face in the middle ("Mã:" bold, "12" regular).
fn words(runs: &[Run]) -> Vec<Line> {
    let mut words = Vec::new();
    let mut word = Line::new();
    for run in runs {
        for (index, part) in run.text.split(' ').enumerate() {
            if index > 0 && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            if !part.is_empty() {
                append(&mut word, [Run::new(run.style, part)]);
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn space(word: &[Run]) -> Option<Line> {
    word.first().map(|run| vec![Run::new(run.style, " ")])
}

/// Adds runs to a line, joining neighbours of one face so that the PDF shows whole phrases.
fn append(line: &mut Line, runs: impl IntoIterator<Item = Run>) {
    for run in runs {
        match line.last_mut() {
            Some(last) if last.style == run.style => last.text.push_str(&run.text),
            _ => line.push(run),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting() -> Setting<'static> {
        Setting { fonts: Fonts::shared().expect("the shipped faces parse"), size_pt: 10.0 }
    }

    fn plain(lines: &[Line]) -> Vec<String> {
        let text = |line: &Line| line.iter().map(|run| run.text.as_str()).collect();
        lines.iter().map(text).collect()
    }

    #[test]
    fn decomposed_input_is_composed_and_spaces_are_single() {
        let fonts = setting().fonts;
        assert_eq!(
            printable(
                fonts,
                "  Tru\u{31B}o\u{31B}\u{300}ng\n\tVie\u{323}\u{302}t\u{A0}Hà \u{200B}"
            ),
            "Trường Việt Hà"
        );
    }

    #[test]
    fn words_move_to_the_next_line_whole() {
        let lines = setting().wrap(&[Run::new(Style::Regular, "Giấy chứng sinh bản chính")], 25.0);
        assert_eq!(plain(&lines), ["Giấy chứng sinh", "bản chính"]);
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken_and_loses_nothing() {
        let long = "x".repeat(100);
        let lines = setting().wrap(&[Run::new(Style::Regular, format!("a {long} b"))], 20.0);
        assert_eq!(plain(&lines).concat().matches('x').count(), 100);
        for line in &lines {
            assert!(setting().width(line) <= 20.0, "a line is wider than asked");
        }
    }

    #[test]
    fn a_label_and_its_value_wrap_as_one_paragraph() {
        let runs =
            [Run::new(Style::Regular, "Người nộp: "), Run::new(Style::Bold, "Đặng Văn Lượng")];
        let lines = setting().wrap(&runs, 100.0);
        assert_eq!(plain(&lines), ["Người nộp: Đặng Văn Lượng"]);
        assert_eq!(lines[0].len(), 2);
    }

    #[test]
    fn a_balanced_head_has_no_lonely_word() {
        let runs = [Run::new(Style::Bold, "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG")];
        let lines = setting().wrap_balanced(&runs, 60.0);
        assert_eq!(plain(&lines), ["TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"]);
    }

    #[test]
    fn nothing_to_say_is_one_empty_line() {
        assert_eq!(setting().wrap(&[], 20.0).len(), 1);
    }
}
