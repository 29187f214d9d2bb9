//! What is taken out of a text before it is compared or stored.

use unicode_normalization::UnicodeNormalization;

/// The text with every kind of blank as a plain space, invisible characters gone, and typographic quotes
/// and dashes as the keyboard types them.
pub(super) fn cleaned(text: &str) -> String {
    printable(text).nfc().map(plain_punctuation).collect()
}

/// The text with blanks as plain spaces and no invisible characters; line breaks stay.
///
/// It is composed first, because a few odd quotes and spaces only show themselves as such when composed;
/// it may need composing again, where an invisible character had kept a mark from its letter.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    for c in text.nfc() {
        match c {
            '\n' if previous == '\r' => {}
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            c if c.is_whitespace() => out.push(' '),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
        previous = c;
    }
    out
}

/// The text with runs of blanks as one space and none at the ends.
pub(super) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain_punctuation(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | '´' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        other => other,
    }
}

/// Control characters, and the zero-width ones that copying from a web page leaves behind.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}
