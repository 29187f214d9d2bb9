//! The three faces of Tinos every paper is set in.
//!
//! A face is kept twice: as `ttf-parser` sees it, to measure text before it is placed, and as
//! `printpdf` sees it, to embed the glyphs that were used. Both are parsed once in a process.

use std::sync::OnceLock;

use printpdf::ParsedFont;
use ttf_parser::Face;

use crate::FormFault;

/// Millimetres in one typographic point.
pub(crate) const MM_PER_PT: f32 = 25.4 / 72.0;

/// What stands in for a character the faces cannot draw: a visible empty box, because a citizen's
/// name must never lose a letter without anyone seeing it.
const MISSING: char = '\u{25A1}';

const REGULAR: &[u8] = include_bytes!("../fonts/Tinos-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/Tinos-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../fonts/Tinos-Italic.ttf");

/// The face a piece of text is set in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    Regular,
    Bold,
    Italic,
}

impl Style {
    pub(crate) const ALL: [Style; 3] = [Style::Regular, Style::Bold, Style::Italic];

    /// The name of the face inside the PDF; fixed, so that the same paper gives the same bytes.
    /// Six letters at least: `printpdf` makes its subset tag from them.
    pub(crate) fn resource_name(self) -> &'static str {
        match self {
            Style::Regular => "QMCREG",
            Style::Bold => "QMCBOL",
            Style::Italic => "QMCITA",
        }
    }
}

/// The faces, ready to measure and to embed.
pub(crate) struct Fonts {
    regular: Font,
    bold: Font,
    italic: Font,
}

struct Font {
    face: Face<'static>,
    /// The advance of every character below [`TABLE_END`], 0 where there is no glyph: text is
    /// measured many times before it has its place.
    advances: Vec<u16>,
    program: ParsedFont,
}

/// The faces hold nothing beyond the geometric shapes, but for U+FFFD.
const TABLE_END: u32 = 0x2600;

impl Fonts {
    /// The faces compiled into this program, parsed on first use.
    pub(crate) fn shared() -> Result<&'static Fonts, FormFault> {
        static SHARED: OnceLock<Option<Fonts>> = OnceLock::new();
        SHARED.get_or_init(Fonts::load).as_ref().ok_or(FormFault::Font)
    }

    fn load() -> Option<Fonts> {
        Some(Fonts {
            regular: Font::parse(REGULAR)?,
            bold: Font::parse(BOLD)?,
            italic: Font::parse(ITALIC)?,
        })
    }

    /// How wide `text` is when set in `style` at `size_pt`, in millimetres.
    pub(crate) fn width_mm(&self, style: Style, size_pt: f32, text: &str) -> f32 {
        let font = self.font(style);
        let units: f32 = text.chars().map(|c| font.advance(c)).sum();
        units * size_pt * MM_PER_PT / f32::from(font.face.units_per_em())
    }

    /// `character` itself where the faces can draw it, otherwise a visible empty box.
    pub(crate) fn drawable(&self, character: char) -> char {
        match self.regular.face.glyph_index(character) {
            Some(_) => character,
            None => MISSING,
        }
    }

    /// The font program that `printpdf` takes its subset from.
    pub(crate) fn program(&self, style: Style) -> &ParsedFont {
        &self.font(style).program
    }

    fn font(&self, style: Style) -> &Font {
        match style {
            Style::Regular => &self.regular,
            Style::Bold => &self.bold,
            Style::Italic => &self.italic,
        }
    }
}

impl Font {
    fn parse(bytes: &'static [u8]) -> Option<Font> {
        let face = Face::parse(bytes, 0).ok()?;
        let characters = (0..TABLE_END).map(char::from_u32);
        let advances = characters.map(|c| c.map_or(0, |c| advance(&face, c)));
        Some(Font {
            advances: advances.collect(),
            face,
            program: ParsedFont::from_bytes(bytes, 0, &mut Vec::new())?,
        })
    }

    fn advance(&self, character: char) -> f32 {
        let known = self.advances.get(character as usize).copied();
        f32::from(known.unwrap_or_else(|| advance(&self.face, character)))
    }
}

fn advance(face: &Face, character: char) -> u16 {
    let glyph = face.glyph_index(character);
    glyph.and_then(|glyph| face.glyph_hor_advance(glyph)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIETNAMESE: &str =
        "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ";

    #[test]
    fn every_vietnamese_letter_has_a_glyph_in_every_face() {
        let fonts = Fonts::shared().expect("the shipped faces parse");
        for style in Style::ALL {
            let upper = VIETNAMESE.to_uppercase();
            let letters = VIETNAMESE.chars().chain(upper.chars());
            for letter in letters {
                let drawn = fonts.font(style).face.glyph_index(letter);
                assert!(drawn.is_some(), "{style:?} cannot draw {letter}");
            }
        }
    }

    #[test]
    fn a_character_without_a_glyph_becomes_a_visible_box() {
        let fonts = Fonts::shared().expect("the shipped faces parse");
        assert_eq!(fonts.drawable('中'), MISSING);
        assert_eq!(fonts.drawable('ự'), 'ự');
        assert!(fonts.regular.face.glyph_index(MISSING).is_some());
    }

    #[test]
    fn bold_is_wider_than_regular_and_width_grows_with_size() {
        let fonts = Fonts::shared().expect("the shipped faces parse");
        let regular = fonts.width_mm(Style::Regular, 10.0, "Đặng Văn Lượng");
        assert!(fonts.width_mm(Style::Bold, 10.0, "Đặng Văn Lượng") > regular);
        let doubled = fonts.width_mm(Style::Regular, 20.0, "Đặng Văn Lượng");
        assert!((doubled - 2.0 * regular).abs() < 0.01);
    }
}
