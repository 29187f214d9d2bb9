//! Where a tone mark stands. *hòa* and *hoà*, *ủy* and *uỷ* are the same word in two spellings; both are
//! correct Vietnamese and both are in use, so a search must not tell them apart.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text, composed, with the tone of `oa`, `oe`, `uy` on the second vowel (the newer spelling).
pub(super) fn placed(text: &str) -> String {
    let mut letters = letters(text);
    for i in 1..letters.len() {
        let (before, from) = letters.split_at_mut(i);
        if let (Some(first), Some(second)) = (before.last_mut(), from.first_mut()) {
            move_tone(first, second);
        }
    }
    letters.iter().flat_map(Letter::chars).nfc().collect()
}

/// A base character with the marks that follow it.
struct Letter {
    base: char,
    marks: Vec<char>,
}

impl Letter {
    fn chars(&self) -> impl Iterator<Item = char> + '_ {
        std::iter::once(self.base).chain(self.marks.iter().copied())
    }

    fn has_tone(&self) -> bool {
        self.marks.iter().any(|mark| is_tone(*mark))
    }
}

fn letters(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    for c in text.nfd() {
        match letters.last_mut() {
            Some(letter) if is_combining_mark(c) => letter.marks.push(c),
            _ => letters.push(Letter { base: c, marks: Vec::new() }),
        }
    }
    letters
}

fn move_tone(first: &mut Letter, second: &mut Letter) {
    let glide = matches!((first.base, second.base), ('o', 'a' | 'e') | ('u', 'y'));
    // A horn or circumflex on the first vowel makes it the nucleus (quở, cổ): its tone stays.
    let only_a_tone = matches!(first.marks.as_slice(), [mark] if is_tone(*mark));
    if glide && only_a_tone && !second.has_tone() {
        second.marks.append(&mut first.marks);
    }
}

/// Huyền, sắc, ngã, hỏi, nặng.
fn is_tone(mark: char) -> bool {
    matches!(mark, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}
