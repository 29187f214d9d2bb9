//! The QR and Code 128 symbols a desk scanner reads back.

use barcoders::sym::code128::Code128;
use qrcode::{Color, EcLevel, QrCode};

use crate::FormFault;
use crate::page::Mark;

/// The widest module of a Code 128: 3 dots at 300 dpi, 6 at 600.
const BAR_MM_MAX: f32 = 0.254;
/// The narrowest module a cheap hand scanner still reads: 2 dots at 300 dpi.
const BAR_MM_MIN: f32 = 0.169;

/// A QR symbol, without its quiet zone (4 modules, left to the layout).
pub(crate) struct Qr {
    side: u16,
    dark: Vec<(u16, u16, u16)>,
}

impl Qr {
    /// The symbol for `content`.
    pub(crate) fn of(content: &str) -> Result<Qr, FormFault> {
        let fault = || FormFault::code("qr", content);
        let code = QrCode::with_error_correction_level(content, EcLevel::M).map_err(|_| fault())?;
        let side = u16::try_from(code.width()).map_err(|_| fault())?;
        let colours = code.to_colors();
        let rows = (0_u16..).zip(colours.chunks(code.width()));
        let dark = rows.flat_map(|(row, cells)| {
            let dark = cells.iter().map(|cell| *cell == Color::Dark);
            runs(dark).map(move |(at, wide)| (at, row, wide))
        });
        let dark = dark.collect();
        Ok(Qr { side, dark })
    }

    /// The symbol `side_mm` wide at (`x`, `y`).
    pub(crate) fn place(&self, side_mm: f32, x: f32, y: f32) -> Mark {
        let cell = side_mm / f32::from(self.side);
        Mark::Modules { x, y, cell: (cell, cell), dark: self.dark.clone() }
    }
}

/// A Code 128 symbol.
pub(crate) struct Bars {
    modules: u16,
    dark: Vec<(u16, u16, u16)>,
}

impl Bars {
    /// The symbol for `content`.
    pub(crate) fn of(content: &str) -> Result<Bars, FormFault> {
        let fault = || FormFault::code("code128", content);
        let symbol = Code128::new(switched(content)).map_err(|_| fault())?;
        let bars = symbol.encode();
        let modules = u16::try_from(bars.len()).map_err(|_| fault())?;
        let dark = runs(bars.iter().map(|bar| *bar == 1)).map(|(at, wide)| (at, 0, wide));
        let dark = dark.collect();
        Ok(Bars { modules, dark })
    }

    /// The symbol `height_mm` high in the middle between `left` and `right`, with quiet zones of
    /// ten modules at both sides; none where its bars would be too narrow to read.
    pub(crate) fn place(&self, (left, right): (f32, f32), y: f32, height_mm: f32) -> Option<Mark> {
        let modules = f32::from(self.modules);
        let cell = ((right - left) / (modules + 20.0)).min(BAR_MM_MAX);
        (cell >= BAR_MM_MIN).then(|| Mark::Modules {
            x: f32::midpoint(left, right) - cell * modules / 2.0,
            y,
            cell: (cell, height_mm),
            dark: self.dark.clone(),
        })
    }
}

/// `content` with the marks `barcoders` wants for its character sets: B for text, C (two digits a
/// symbol) where four digits or more stand together.
fn switched(content: &str) -> String {
    const TEXT: char = '\u{0181}';
    const DIGITS: char = '\u{0106}';
    let mut out = String::new();
    let mut current = None;
    let mut rest = content;
    while let Some(first) = rest.chars().next() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (set, taken) = match digits {
            0 => (TEXT, first.len_utf8()),
            1..=3 => (TEXT, digits),
            odd if odd % 2 == 1 => (TEXT, 1),
            even => (DIGITS, even),
        };
        if current != Some(set) {
            out.push(set);
            current = Some(set);
        }
        let (head, tail) = rest.split_at(taken);
        out.push_str(head);
        rest = tail;
    }
    out
}

/// Stretches of dark cells: (first, how many).
fn runs(cells: impl Iterator<Item = bool>) -> impl Iterator<Item = (u16, u16)> {
    let mut found: Vec<(u16, u16)> = Vec::new();
    for (at, _) in (0_u16..).zip(cells).filter(|(_, dark)| *dark) {
        match found.last_mut() {
            Some((first, wide)) if *first + *wide == at => *wide += 1,
            _ => found.push((at, 1)),
        }
    }
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_dark_cells_are_one_run() {
        let cells = [true, true, false, true];
        assert_eq!(runs(cells.into_iter()).collect::<Vec<_>>(), [(0, 2), (3, 1)]);
    }

    #[test]
    fn digits_are_packed_in_pairs_and_an_odd_one_stays_text() {
        assert_eq!(
            switched("H38.04252-261123-1001"),
            "\u{181}H38.0\u{106}4252\u{181}-\u{106}261123\u{181}-\u{106}1001"
        );
    }

    #[test]
    fn a_number_too_long_for_the_paper_is_refused_not_squeezed() {
        let placed = |content: &str| {
            let bars = Bars::of(content).expect("letters of the set");
            bars.place((0.0, 74.0), 0.0, 8.0).is_some()
        };
        assert!(!placed(&"A".repeat(60)));
        assert!(placed("H38.04252-261123-1001"));
    }

    #[test]
    fn letters_outside_the_symbol_set_are_refused() {
        assert!(Bars::of("Mã-1").is_err());
    }
}
