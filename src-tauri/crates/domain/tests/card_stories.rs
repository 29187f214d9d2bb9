//! Cards as scanners really type them.

use domain::card::{Card, CardFaults};
use domain::sex::Sex;
use encoding_rs::{WINDOWS_1252, WINDOWS_1258};
use jiff::civil::date;

const CARD: &str = "015195012345|060123456|Đặng Thị Lượng|01031995|Nữ|Thôn Nà Hẩu, Xã Nà Hẩu, Huyện Văn Yên, Tỉnh Yên Bái|25042021";

fn card() -> Card {
    Card {
        id_number: "015195012345".into(),
        old_id_number: Some("060123456".into()),
        full_name: "Đặng Thị Lượng".into(),
        birth_date: date(1995, 3, 1),
        sex: Sex::Female,
        address: "Thôn Nà Hẩu, Xã Nà Hẩu, Huyện Văn Yên, Tỉnh Yên Bái".into(),
        issued_on: Some(date(2021, 4, 25)),
        extra: vec![],
        warnings: vec![],
    }
}

fn read(text: &str) -> Card {
    Card::parse(text).expect("a card")
}

/// The card without what it warns of.
fn fields(card: &Card) -> Card {
    Card { warnings: vec![], ..card.clone() }
}

fn warned(card: &Card) -> Vec<&'static str> {
    card.warnings.iter().map(|warning| warning.field).collect()
}

fn refused(text: &str) -> Vec<(&'static str, &'static str)> {
    let CardFaults(faults) = Card::parse(text).expect_err("no card");
    faults.iter().map(|fault| (fault.field, fault.code)).collect()
}

#[test]
fn a_card_of_2021_is_read_whole() {
    assert_eq!(read(CARD), card());
}

#[test]
fn a_citizen_who_never_had_a_cmnd_has_no_old_number() {
    let card = read(&CARD.replace("060123456", ""));
    assert_eq!(card.old_id_number, None);
    assert_eq!(warned(&card), [""; 0]);
}

#[test]
fn the_fields_of_a_newer_card_are_kept_in_their_order() {
    let card = read(&format!("{CARD}||Đặng Văn A|Lò Thị B|015070001234|"));
    assert_eq!(card.extra, ["", "Đặng Văn A", "Lò Thị B", "015070001234"]);
}

#[test]
fn what_a_scanner_adds_at_the_ends_does_no_harm() {
    for text in [
        format!("{CARD}\r\n"),
        format!("{CARD}\r"),
        format!("\n{CARD}\n\n"),
        format!("{CARD}\t"),
        format!("\u{feff}{CARD}\u{0}"),
        format!("\u{2}{CARD}\u{3}"),
        format!("  {CARD}  "),
        format!("{CARD}|"),
        format!("{CARD}||\r\n"),
    ] {
        assert_eq!(read(&text), card(), "{text:?}");
    }
}

#[test]
fn a_visible_prefix_or_suffix_is_dropped_and_said_so() {
    for (text, field) in [
        (format!("]Q1{CARD}"), "id_number"),
        (format!("]Q3{CARD}"), "id_number"),
        (format!("QR:{CARD}"), "id_number"),
        (format!("{CARD}~"), "issued_on"),
    ] {
        let card = read(&text);
        assert_eq!(fields(&card), self::card(), "{text}");
        assert_eq!(warned(&card), [field], "{text}");
    }
}

#[test]
fn a_symbology_mark_is_not_mistaken_for_a_digit_of_the_number() {
    assert_eq!(read(&format!("]Q1{CARD}")).id_number, "015195012345");
}

#[test]
fn decomposed_letters_and_strange_blanks_become_ordinary_ones() {
    use unicode_normalization::UnicodeNormalization;
    let decomposed: String = CARD.nfd().collect();
    assert_ne!(decomposed, CARD);
    assert_eq!(read(&decomposed), card());
    assert_eq!(read(&CARD.replace(' ', "\u{a0}")), card());
    assert_eq!(read(&CARD.replace('|', " | ")), card());
}

#[test]
fn stray_line_ends_inside_a_field_are_one_blank() {
    assert_eq!(read(&CARD.replace("Thị ", "Thị\r\n\n")), card());
    assert_eq!(read(&CARD.replace("Lượng", "Lượng\n")), card());
}

#[test]
fn sex_is_read_in_any_case_and_without_its_tone() {
    for written in ["Nữ", "nữ", "NỮ", "nu", "Nu\u{31b}\u{303}"] {
        assert_eq!(read(&CARD.replace("|Nữ|", &format!("|{written}|"))).sex, Sex::Female);
    }
    let man = CARD.replace("015195", "015095");
    for written in ["Nam", "NAM", "nam"] {
        assert_eq!(read(&man.replace("|Nữ|", &format!("|{written}|"))).sex, Sex::Male);
    }
}

#[test]
fn a_name_in_capitals_stays_as_printed() {
    let card = read(&CARD.replace("Đặng Thị Lượng", "ĐẶNG THỊ LƯỢNG"));
    assert_eq!(card.full_name, "ĐẶNG THỊ LƯỢNG");
    let eth = read(&CARD.replace("Đặng", "\u{d0}ặng"));
    assert_eq!(eth.full_name, "Đặng Thị Lượng", "the look-alike Ð is the letter Đ");
}

#[test]
fn dates_with_separators_are_the_same_dates() {
    let text = CARD.replace("01031995", "01/03/1995").replace("25042021", "25-04-2021");
    assert_eq!(read(&text), card());
}

#[test]
fn a_card_without_a_date_of_issue_is_still_a_card() {
    let text = CARD.replace("25042021", "");
    assert_eq!((read(&text).issued_on, warned(&read(&text))), (None, vec![]));
    let noise = read(&CARD.replace("25042021", "~"));
    assert_eq!((noise.issued_on, warned(&noise)), (None, vec!["issued_on"]));
}

#[test]
fn utf8_read_in_a_wrong_code_page_is_put_right() {
    for page in [WINDOWS_1252, WINDOWS_1258] {
        let garbled = page.decode_without_bom_handling(CARD.as_bytes()).0.into_owned();
        assert_ne!(garbled, CARD);
        let card = read(&garbled);
        assert_eq!(fields(&card), self::card(), "{}: {garbled}", page.name());
        assert_eq!(warned(&card), ["card"]);
    }
    let marked = format!("\u{feff}{}", WINDOWS_1252.decode_without_bom_handling(CARD.as_bytes()).0);
    assert_eq!(fields(&read(&marked)), card(), "a byte order mark in front does not hide it");
    let latin1: String = CARD.bytes().map(char::from).collect();
    assert_eq!(fields(&read(&latin1)), card(), "Latin-1 keeps control codes");
}

#[test]
fn a_scanner_that_speaks_the_vietnamese_code_page_is_understood() {
    use unicode_normalization::UnicodeNormalization;
    // The code page writes a tone as a mark of its own after the vowel.
    let marks_apart: String = CARD.nfc().flat_map(tone_apart).collect();
    let (bytes, _, lost) = WINDOWS_1258.encode(&marks_apart);
    assert!(!lost, "{marks_apart}");
    let card = Card::from_bytes(&bytes).expect("a card");
    assert_eq!(fields(&card), self::card());
    assert_eq!(warned(&card), ["card"]);
    assert_eq!(Card::from_bytes(CARD.as_bytes()).expect("a card"), self::card());
}

/// A vowel without its tone, then the tone.
fn tone_apart(letter: char) -> Vec<char> {
    use unicode_normalization::UnicodeNormalization;
    let parts: Vec<char> = letter.to_string().nfd().collect();
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let (tones, rest): (Vec<char>, Vec<char>) = parts.into_iter().partition(is_tone);
    let base: String = rest.into_iter().nfc().collect();
    base.chars().chain(tones).collect()
}

#[test]
fn what_was_right_is_not_repaired() {
    for name in ["Dang Thi Luong", "Hoàng Thị Ðào", "Nguyễn Văn Â", "José Niño", "Ãn"] {
        let card = read(&CARD.replace("Đặng Thị Lượng", name));
        assert!(!warned(&card).contains(&"card"), "{name}: {:?}", card.warnings);
    }
}

#[test]
fn a_card_all_in_plain_letters_is_not_called_repaired() {
    let plain = "015195012345||DANG THI LUONG|01031995|nu|Xa Na Hau, Yen Bai|25042021";
    assert_eq!(warned(&read(plain)), [""; 0]);
}

#[test]
fn a_number_that_does_not_fit_its_person_warns_and_is_kept() {
    let card = read(&CARD.replace("01031995", "01031996").replace("|Nữ|", "|Nam|"));
    assert_eq!(warned(&card), ["birth_date", "sex"]);
    assert_eq!((card.birth_date, card.sex), (date(1996, 3, 1), Sex::Male));
    let card = read(&CARD.replace("015195", "003195"));
    assert_eq!(warned(&card), ["id_number"]);
}

#[test]
fn lost_letters_send_the_officer_to_the_printed_card() {
    let card = read(&CARD.replace("Lượng", "L??ng"));
    assert_eq!(warned(&card), ["full_name"]);
    let card = read(&CARD.replace("Nà Hẩu,", "Nà H\u{fffd}u,"));
    assert_eq!(warned(&card), ["address"]);
}

#[test]
fn an_odd_old_number_and_an_early_issue_are_pointed_out() {
    assert_eq!(warned(&read(&CARD.replace("060123456", "06012345"))), ["old_id_number"]);
    assert_eq!(warned(&read(&CARD.replace("25042021", "25041990"))), ["issued_on"]);
}

#[test]
fn every_wrong_field_is_named_with_its_rule_and_all_at_once() {
    assert_eq!(
        refused("01519501234|x||32011995|Khác|đâu đó|99999999"),
        [
            ("id_number", "card_id_number"),
            ("full_name", "card_full_name"),
            ("birth_date", "card_birth_date"),
            ("sex", "card_sex"),
            ("issued_on", "card_issued_on"),
        ]
    );
    let CardFaults(faults) = Card::parse(&CARD.replace("|Nữ|", "|Khác|")).expect_err("no card");
    assert_eq!(faults[0].message, "Giới tính phải là Nam hoặc Nữ, đọc được \"Khác\"");
}

#[test]
fn each_rule_refuses_by_itself() {
    for (from, to, field) in [
        ("015195012345", "0151950123456", "id_number"),
        ("015195012345", "", "id_number"),
        ("015195012345", "015195O12345", "id_number"),
        ("Đặng Thị Lượng", "", "full_name"),
        ("Đặng Thị Lượng", "12345", "full_name"),
        ("01031995", "1995", "birth_date"),
        ("01031995", "29021995", "birth_date"),
        ("01031995", "01031795", "birth_date"),
        ("|Nữ|", "||", "sex"),
        ("25042021", "250420210", "issued_on"),
        ("25042021", "25132021", "issued_on"),
    ] {
        let fields: Vec<_> = refused(&CARD.replace(from, to)).into_iter().map(|f| f.0).collect();
        assert_eq!(fields, [field], "{from} -> {to}");
    }
    let long_name = CARD.replace("Lượng", &"Lượng ".repeat(40));
    assert_eq!(refused(&long_name), [("full_name", "card_full_name")]);
    let long_address = CARD.replace("Thôn", &"Thôn ".repeat(120));
    assert_eq!(refused(&long_address), [("address", "card_address")]);
}

#[test]
fn what_is_no_card_is_refused_as_a_whole() {
    for (text, code) in [
        (String::new(), "card_empty"),
        ("\r\n \u{0}".into(), "card_empty"),
        ("015195012345".into(), "card_too_few_fields"),
        ("https://example.vn/tra-cuu".into(), "card_too_few_fields"),
        (CARD.rsplit_once('|').expect("fields").0.into(), "card_too_few_fields"),
        (format!("{CARD}\r\n{CARD}\r\n"), "card_several"),
        ("|".repeat(2001), "card_too_long"),
    ] {
        assert_eq!(refused(&text), [("card", code)], "{text}");
    }
}

#[test]
fn a_health_insurance_card_is_refused_by_name() {
    assert_eq!(refused("0123456789|4c6f"), [("card", "card_health_insurance")]);
    for number in ["DN4010123456789", "0123456789"] {
        let text = format!(
            "{number}|c490e1bab76e67205468e1bb8b|01/03/1995|2|59c3aa6e2042c3a169|15 - 001|01/01/2020|-|01/01/2020|15150123456789|-|4|01/01/2025|4d2a6f|$"
        );
        assert_eq!(refused(&text), [("card", "card_health_insurance")]);
        let CardFaults(faults) = Card::parse(&text).expect_err("no card");
        assert!(faults[0].message.contains("bảo hiểm y tế"), "{}", faults[0].message);
    }
}

#[test]
fn only_a_hexadecimal_name_makes_it_a_health_insurance_card() {
    for (number, name) in [
        ("DN4010123456789", "Đặng Thị Lượng"),
        ("0123456789", "Dang"),
        ("0123456789", "abc"),
        ("015195012345", "c490e1bab76e67"),
        ("DN401012345678", "c490e1bab76e67"),
    ] {
        let text = format!("{number}|{name}|A|01031995|Nữ|B|25042021");
        let CardFaults(faults) =
            Card::parse(&text).map_or_else(|faults| faults, |_| CardFaults(vec![]));
        assert!(faults.iter().all(|fault| fault.code != "card_health_insurance"), "{text}");
    }
}
