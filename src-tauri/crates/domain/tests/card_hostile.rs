//! Anything at all may be typed at the desk: never a panic, and a refusal always names its field.

mod common;

use common::cases;
use domain::card::{Card, CardFaults};
use proptest::prelude::*;

const CARD: &str = "015195012345|060123456|Đặng Thị Lượng|01031995|Nữ|Xã Nà Hẩu, Huyện Văn Yên, Tỉnh Yên Bái|25042021";

const FIELDS: [&str; 8] = [
    "card",
    "id_number",
    "old_id_number",
    "full_name",
    "birth_date",
    "sex",
    "address",
    "issued_on",
];

/// A card or a refusal; either way every rule about the answer holds.
fn check(result: Result<Card, CardFaults>) -> Result<(), TestCaseError> {
    match result {
        Ok(card) => {
            prop_assert!(card.id_number.len() == 12);
            prop_assert!(card.id_number.bytes().all(|b| b.is_ascii_digit()));
            prop_assert!((1900..=2199).contains(&card.birth_date.year()));
            prop_assert!(!card.full_name.is_empty());
            prop_assert_eq!(domain::text::normalise(&card.full_name), card.full_name);
            prop_assert!(card.warnings.iter().all(|warning| FIELDS.contains(&warning.field)));
        }
        Err(CardFaults(faults)) => {
            prop_assert!(!faults.is_empty());
            prop_assert!(faults.iter().all(|fault| FIELDS.contains(&fault.field)));
            prop_assert!(faults.iter().all(|fault| !fault.message.is_empty()));
            prop_assert!(faults.iter().all(|fault| fault.code.starts_with("card_")));
        }
    }
    Ok(())
}

/// A real card with some characters replaced, removed, repeated or inserted.
fn mutated() -> impl Strategy<Value = String> {
    let edit = (any::<prop::sample::Index>(), any::<char>(), 0..4u8);
    prop::collection::vec(edit, 1..6).prop_map(|edits| {
        let mut text: Vec<char> = CARD.chars().collect();
        for (place, c, how) in edits {
            let i = place.index(text.len());
            match how {
                0 => text[i] = c,
                1 => drop(text.remove(i)),
                2 => text.insert(i, c),
                _ => text.insert(i, text[i]),
            }
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        check(Card::parse(&text))?;
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(Card::from_bytes(&bytes))?;
    }

    #[test]
    fn no_row_of_fields_panics(text in "[0-9/\\]Qa-zĐặữ?~. \u{a0}\r\n-]{0,16}(\\|[0-9a-zA-ZĐặữ/ .?-]{0,20}){5,9}") {
        check(Card::parse(&text))?;
    }

    #[test]
    fn no_damaged_card_panics(text in mutated()) {
        check(Card::parse(&text))?;
        check(Card::from_bytes(text.as_bytes()))?;
    }

    #[test]
    fn a_card_cut_anywhere_is_read_or_refused(end in 0..CARD.len()) {
        check(Card::from_bytes(&CARD.as_bytes()[..end]))?;
    }
}
