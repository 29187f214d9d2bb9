//! The fields of a card, one rule each.

use super::{CHARS_MAX, Card, CardFault, CardFaults, CardWarning, Sex};
use crate::citizen_number::{NumberShape, number_warnings, shape};
use crate::text::{fold, normalise};
use jiff::civil::Date;

const FIELDS_MIN: usize = 7;
/// Longer than any name or address on a card.
const NAME_CHARS_MAX: usize = 120;
const ADDRESS_CHARS_MAX: usize = 500;
/// The first year a number can state, and the oldest person alive.
const BIRTH_YEAR_MIN: i16 = 1900;
const BIRTH_YEAR_MAX: i16 = 2199;

pub(super) fn read(text: &str) -> Result<Card, CardFaults> {
    let fields = split(text)?;
    let mut reader = Reader::default();
    let at = |index: usize| fields.get(index).map_or("", String::as_str);
    let id_number = reader.id_number(at(0));
    let old_id_number = reader.old_id_number(at(1));
    let full_name = reader.full_name(at(2));
    let birth_date = reader.birth_date(at(3));
    let sex = reader.sex(at(4));
    let address = reader.address(at(5));
    let issued_on = reader.issued_on(at(6));
    let (Some(id_number), Some(full_name), Some(birth_date), Some(sex), Some(address), []) =
        (id_number, full_name, birth_date, sex, address, reader.faults.as_slice())
    else {
        return Err(CardFaults(reader.faults));
    };
    reader.compare(&id_number, birth_date, sex, issued_on);
    Ok(Card {
        id_number,
        old_id_number,
        full_name,
        birth_date,
        sex,
        address,
        issued_on,
        extra: extra(&fields),
        warnings: reader.warnings,
    })
}

/// The fields, trimmed and composed; a text that is no card at all is refused here, by name where known.
fn split(text: &str) -> Result<Vec<String>, CardFaults> {
    if text.chars().nth(CHARS_MAX).is_some() {
        return Err(CardFaults::one(
            "card",
            "card_too_long",
            "Dữ liệu quét quá dài, không phải thẻ căn cước",
        ));
    }
    let text = normalise(text);
    if text.is_empty() {
        return Err(CardFaults::one("card", "card_empty", "Chưa có dữ liệu quét"));
    }
    let cards = text.lines().filter(|line| line.matches('|').count() + 1 >= FIELDS_MIN).count();
    if cards > 1 {
        let message = "Có nhiều thẻ trong một lần quét: quét lại từng thẻ";
        return Err(CardFaults::one("card", "card_several", message));
    }
    let fields: Vec<String> = text.split('|').map(one_line).collect();
    if is_health_insurance(&fields) {
        let message =
            "Đây là thẻ bảo hiểm y tế (BHYT), không phải căn cước: quét mã trên thẻ căn cước";
        return Err(CardFaults::one("card", "card_health_insurance", message));
    }
    if fields.len() < FIELDS_MIN {
        let message = format!(
            "Mã trên thẻ căn cước có từ {FIELDS_MIN} phần ngăn bởi dấu |, ở đây có {}: quét lại",
            fields.len()
        );
        return Err(CardFaults::one("card", "card_too_few_fields", message));
    }
    Ok(fields)
}

/// A field broken by stray line ends, put together.
fn one_line(field: &str) -> String {
    field.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The old health-insurance card: its number (two letters and 13 digits, or 10 digits), then the holder's
/// name as the hexadecimal of its UTF-8.
fn is_health_insurance(fields: &[String]) -> bool {
    let [number, name, ..] = fields else {
        return false;
    };
    let letters = number.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = number.bytes().skip(letters).filter(u8::is_ascii_digit).count();
    let numbered =
        number.len() == letters + digits && matches!((letters, digits), (2, 13) | (0, 10));
    let hexadecimal =
        name.len() >= 4 && name.len() % 2 == 0 && name.bytes().all(|b| b.is_ascii_hexdigit());
    numbered && hexadecimal
}

fn extra(fields: &[String]) -> Vec<String> {
    let mut extra: Vec<String> = fields.iter().skip(FIELDS_MIN).cloned().collect();
    while extra.last().is_some_and(String::is_empty) {
        extra.pop();
    }
    extra
}

#[derive(Default)]
struct Reader {
    faults: Vec<CardFault>,
    warnings: Vec<CardWarning>,
}

impl Reader {
    fn fault(&mut self, field: &'static str, code: &'static str, message: String) {
        self.faults.push(CardFault { field, code, message });
    }

    fn warn(&mut self, field: &'static str, message: impl Into<String>) {
        self.warnings.push(CardWarning { field, message: message.into() });
    }

    /// Twelve digits, after whatever the scanner puts in front of them.
    fn id_number(&mut self, text: &str) -> Option<String> {
        let bare = without_symbology(text);
        let bare = bare.trim_start_matches(|c: char| !c.is_ascii_digit());
        let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
        if digits != 12 || digits != bare.len() {
            let message = format!("Số căn cước phải có 12 chữ số, đọc được \"{}\"", shown(text));
            self.fault("id_number", "card_id_number", message);
            return None;
        }
        if bare.len() != text.len() {
            self.warn("id_number", "Đã bỏ ký tự máy quét thêm vào trước số căn cước");
        }
        Some(bare.to_owned())
    }

    fn old_id_number(&mut self, text: &str) -> Option<String> {
        let known =
            matches!(shape(text), Some(NumberShape::OldIdentityCard | NumberShape::Citizen));
        if !text.is_empty() && !known {
            let message = format!("Số giấy tờ cũ \"{}\" không phải 9 hoặc 12 chữ số", shown(text));
            self.warn("old_id_number", message);
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn full_name(&mut self, text: &str) -> Option<String> {
        let rule = if text.is_empty() {
            Some("Thẻ không có họ tên".to_owned())
        } else if !text.chars().any(char::is_alphabetic) {
            Some(format!("Họ tên phải có chữ, đọc được \"{}\"", shown(text)))
        } else if text.chars().nth(NAME_CHARS_MAX).is_some() {
            Some(format!("Họ tên dài quá {NAME_CHARS_MAX} ký tự"))
        } else {
            None
        };
        if let Some(message) = rule {
            self.fault("full_name", "card_full_name", message);
            return None;
        }
        if text.chars().any(is_damaged) || text.chars().any(|c| c.is_ascii_digit()) {
            self.warn("full_name", "Họ tên có ký tự lạ: đối chiếu với thẻ");
        }
        Some(with_d_stroke(text))
    }

    fn birth_date(&mut self, text: &str) -> Option<Date> {
        let date = day_month_year(text)
            .filter(|date| (BIRTH_YEAR_MIN..=BIRTH_YEAR_MAX).contains(&date.year()));
        if date.is_none() {
            let message = format!(
                "Ngày sinh phải là ngày có thật dạng ngàythángnăm (8 chữ số), đọc được \"{}\"",
                shown(text)
            );
            self.fault("birth_date", "card_birth_date", message);
        }
        date
    }

    fn sex(&mut self, text: &str) -> Option<Sex> {
        match fold(text).as_str() {
            "nam" => Some(Sex::Male),
            "nu" => Some(Sex::Female),
            _ => {
                let message =
                    format!("Giới tính phải là Nam hoặc Nữ, đọc được \"{}\"", shown(text));
                self.fault("sex", "card_sex", message);
                None
            }
        }
    }

    fn address(&mut self, text: &str) -> Option<String> {
        if text.chars().nth(ADDRESS_CHARS_MAX).is_some() {
            let message = format!("Địa chỉ dài quá {ADDRESS_CHARS_MAX} ký tự");
            self.fault("address", "card_address", message);
            return None;
        }
        if text.is_empty() {
            self.warn("address", "Thẻ không có nơi thường trú");
        } else if text.chars().any(is_damaged) {
            self.warn("address", "Địa chỉ có ký tự lạ: đối chiếu với thẻ");
        }
        Some(with_d_stroke(text))
    }

    /// The last field that is mapped; what a scanner adds at the end lands here.
    fn issued_on(&mut self, text: &str) -> Option<Date> {
        if !text.chars().any(|c| c.is_ascii_digit()) {
            if !text.is_empty() {
                self.warn("issued_on", format!("Đã bỏ \"{}\" máy quét thêm vào cuối", shown(text)));
            }
            return None;
        }
        let bare = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let date = day_month_year(bare);
        if date.is_none() {
            let message = format!(
                "Ngày cấp phải là ngày có thật dạng ngàythángnăm (8 chữ số), đọc được \"{}\"",
                shown(text)
            );
            self.fault("issued_on", "card_issued_on", message);
        } else if bare.len() != text.len() {
            self.warn("issued_on", "Đã bỏ ký tự máy quét thêm vào sau ngày cấp");
        }
        date
    }

    /// What must fit between the fields.
    fn compare(&mut self, id_number: &str, birth_date: Date, sex: Sex, issued_on: Option<Date>) {
        for warning in number_warnings(id_number, Some(birth_date), Some(sex)) {
            self.warn(warning.field, warning.message);
        }
        if issued_on.is_some_and(|issued_on| issued_on < birth_date) {
            self.warn("issued_on", "Ngày cấp trước ngày sinh: đối chiếu với thẻ");
        }
    }
}

/// `01031995`, also written `01/03/1995`, `01-03-1995` or `01.03.1995`.
fn day_month_year(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(|c| !matches!(c, '/' | '-' | '.' | ' ')).collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (day, month, year) = (digits.get(..2)?, digits.get(2..4)?, digits.get(4..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The text without the three characters (`]Q1`) by which a scanner may say what kind of code it read.
fn without_symbology(text: &str) -> &str {
    match text.strip_prefix(']') {
        Some(rest) => rest.get(2..).unwrap_or(rest),
        None => text,
    }
}

/// Ð (eth), which many sources print for Đ, as Đ.
fn with_d_stroke(text: &str) -> String {
    text.replace('\u{d0}', "Đ").replace('\u{f0}', "đ")
}

/// The replacement character and the question mark stand where a letter was lost.
fn is_damaged(c: char) -> bool {
    matches!(c, '\u{fffd}' | '?')
}

/// Short enough to show in a message.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
