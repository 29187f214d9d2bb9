//! Vietnamese text: how it is stored, how it is searched, and which spelling ranks first.
//!
//! One name reaches the desk in many spellings: composed or decomposed, with non-breaking spaces, *hoà* or
//! *hòa*, *uỷ* or *ủy*, or typed without any mark. Three functions give each use its own form.

mod clean;
mod tone;

use clean::{cleaned, squeezed};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The form a search compares: no marks, `đ` as `d`, lower case, straight quotes, single spaces.
///
/// `fold("Uỷ ban  Đặng Văn Lượng")` is `"uy ban dang van luong"`. Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let bare: String = cleaned(text)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(without_stroke)
        // Lower-casing may itself produce a mark (İ), so the filter runs once more.
        .filter(|c| !is_combining_mark(*c))
        .collect();
    squeezed(&bare)
}

/// The form by which an exactly typed name ranks above its look-alikes: lower case, composed, every tone
/// mark at the place of the newer spelling, so that *hòa* equals *hoà* but not *hoa*.
pub fn exact(text: &str) -> String {
    let lower: String = cleaned(text).nfc().flat_map(char::to_lowercase).collect();
    squeezed(&tone::placed(&lower))
}

/// The form to store and print: composed (NFC), one ordinary space between words, no control characters
/// except line breaks, trimmed. Spelling, case and punctuation stay as the officer wrote them.
pub fn normalise(text: &str) -> String {
    let composed: String = clean::printable(text).nfc().collect();
    let lines: Vec<String> = composed.lines().map(squeezed).collect();
    lines.join("\n").trim().to_owned()
}

/// `đ`, and the Latin eth that many Vietnamese keyboards and old files use in its place.
fn without_stroke(letter: char) -> char {
    match letter {
        'đ' | 'ð' => 'd',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_typed_without_marks_finds_its_owner() {
        assert_eq!(fold("Đặng Văn Lượng"), "dang van luong");
        assert_eq!(fold("ĐẶNG\u{a0}VĂN  LƯỢNG "), "dang van luong");
        assert_eq!(fold("Nguyễn Thị Quỳnh Ðoan"), "nguyen thi quynh doan");
    }

    #[test]
    fn decomposed_and_composed_text_fold_alike() {
        let decomposed: String = "Trần Thị Hường".nfd().collect();
        assert_ne!(decomposed, "Trần Thị Hường");
        assert_eq!(fold(&decomposed), fold("Trần Thị Hường"));
        assert_eq!(exact(&decomposed), exact("Trần Thị Hường"));
        assert_eq!(normalise(&decomposed), "Trần Thị Hường");
    }

    #[test]
    fn both_schools_of_tone_placement_are_the_same_word() {
        for (older, newer) in [
            ("Uỷ ban", "Ủy ban"),
            ("hoà", "hòa"),
            ("Thuý", "Thúy"),
            ("khoẻ", "khỏe"),
            ("xoè", "xòe"),
            ("quý", "qúy"),
            ("ngoài", "ngòai"),
            ("hoàn", "hòan"),
            ("khuỷu", "khủyu"),
            ("HOÁ", "HÓA"),
        ] {
            assert_eq!(exact(older), exact(newer), "{older} and {newer} are one word");
            assert_eq!(fold(older), fold(newer), "{older} and {newer} are one word");
        }
    }

    #[test]
    fn exact_keeps_what_makes_two_names_different() {
        for (one, other) in [("Hoa", "Hòa"), ("Hoà", "Hoá"), ("Lượng", "Lương"), ("Đang", "Dang")]
        {
            assert_ne!(exact(one), exact(other));
        }
    }

    #[test]
    fn tone_marks_elsewhere_stay_where_they_are() {
        for word in ["nghiêng", "của", "mười", "thuở", "quốc", "giữa", "ngoằn", "khuấy", "quở"]
        {
            assert_eq!(exact(word), word);
        }
    }

    #[test]
    fn curly_quotes_and_long_dashes_search_as_typed_ones() {
        assert_eq!(fold("“Bản sao” – số 1’"), "\"ban sao\" - so 1'");
    }

    #[test]
    fn storing_keeps_lines_and_spelling_but_not_invisible_characters() {
        let typed = "\u{feff}Thôn\u{a0}Nà  Hẩu,\u{200b} xã Nà Hẩu\r\n\tNhà số 5\u{0}  ";
        assert_eq!(normalise(typed), "Thôn Nà Hẩu, xã Nà Hẩu\nNhà số 5");
    }

    proptest! {
        #[test]
        fn every_form_is_stable_when_taken_twice(text in "\\PC{0,40}|[aăâeêioôơuưyđhqAÒUỶ\u{300}\u{301}\u{303}\u{309}\u{323} ]{0,30}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(exact(&exact(&text)), exact(&text));
            prop_assert_eq!(normalise(&normalise(&text)), normalise(&text));
        }

        #[test]
        fn storing_never_changes_what_is_found(text in any::<String>()) {
            prop_assert_eq!(fold(&normalise(&text)), fold(&text));
            prop_assert_eq!(exact(&normalise(&text)), exact(&text));
        }
    }
}
