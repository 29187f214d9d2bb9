//! Số định danh cá nhân: the twelve digits on a card, and what they tell.
//!
//! Three digits for the place of birth registration, one for century and sex, two for the year of birth, six
//! at random (Decree 137/2015/NĐ-CP, Article 13; Circular 59/2021/TT-BCA, Article 4). Old records with a wrong
//! digit exist, so a mismatch warns and never blocks.

use crate::sex::Sex;
use jiff::civil::Date;

/// Twelve digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenNumber(String);

/// Why a text is not a twelve-digit number. The text is for the officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberFault {
    /// Something that is neither a digit nor a separator.
    #[error("Số căn cước chỉ gồm chữ số, không có \"{0}\"")]
    NotADigit(char),
    /// Too few or too many.
    #[error("Số căn cước phải có 12 chữ số, đang có {0}")]
    Length(usize),
}

impl NumberFault {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotADigit(_) => "citizen_number_digit",
            Self::Length(_) => "citizen_number_length",
        }
    }
}

/// Where a birth was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A province or city, by its name when the codes were given (63 of them); numbers live on after mergers.
    Province(&'static str),
    /// A country code: registered abroad.
    Abroad,
    /// A code no province or country has.
    Unknown,
}

/// Which paper a number looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberShape {
    /// Số định danh: căn cước, căn cước công dân, a child's number.
    Citizen,
    /// Chứng minh nhân dân, nine digits.
    OldIdentityCard,
    /// Hộ chiếu: a letter and seven digits; foreign ones have 6 to 9 letters and digits.
    Passport,
}

/// Something to look at again, beside the field it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberWarning {
    /// `id_number`, `birth_date` or `sex`.
    pub field: &'static str,
    /// For the officer.
    pub message: String,
}

impl CitizenNumber {
    /// Reads twelve digits; spaces, dots and hyphens between them are dropped.
    pub fn parse(text: &str) -> Result<Self, NumberFault> {
        let digits: String = text.chars().filter(|c| !is_separator(*c)).collect();
        match digits.chars().find(|c| !c.is_ascii_digit()) {
            Some(other) => Err(NumberFault::NotADigit(other)),
            None if digits.len() != 12 => Err(NumberFault::Length(digits.len())),
            None => Ok(Self(digits)),
        }
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the birth was registered; not where the person lives.
    pub fn place(&self) -> Place {
        let code = self.number(0, 3);
        match PROVINCES.binary_search_by_key(&code, |(code, _)| *code) {
            Ok(found) => {
                PROVINCES.get(found).map_or(Place::Unknown, |(_, name)| Place::Province(name))
            }
            // Countries have an annex of their own; their names are not needed at the desk.
            Err(_) if code >= 100 => Place::Abroad,
            Err(_) => Place::Unknown,
        }
    }

    /// Year of birth the number states, 1900 to 2399.
    pub fn birth_year(&self) -> i16 {
        let century = 19 + self.number(3, 4) / 2;
        i16::try_from(century * 100 + self.number(4, 6)).unwrap_or(i16::MAX)
    }

    /// Sex the number states: even male, odd female.
    pub fn sex(&self) -> Sex {
        if self.number(3, 4).is_multiple_of(2) { Sex::Male } else { Sex::Female }
    }

    fn number(&self, from: usize, to: usize) -> u16 {
        let digits = self.0.bytes().skip(from).take(to - from);
        digits.fold(0, |sum, digit| sum * 10 + u16::from(digit.saturating_sub(b'0')))
    }
}

/// What does not fit between a number, a birth date and a sex. Only twelve-digit numbers are looked at.
pub fn number_warnings(
    number: &str,
    birth_date: Option<Date>,
    sex: Option<Sex>,
) -> Vec<NumberWarning> {
    let Ok(number) = CitizenNumber::parse(number) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    let mut warn = |field, message| warnings.push(NumberWarning { field, message });
    if number.place() == Place::Unknown {
        let code = number.as_str().get(..3).unwrap_or_default();
        warn("id_number", format!("Ba số đầu {code} không phải mã tỉnh hoặc mã nước nào"));
    }
    if let Some(born) = birth_date.filter(|born| born.year() != number.birth_year()) {
        let message =
            format!("Năm sinh {} khác năm {} theo số căn cước", born.year(), number.birth_year());
        warn("birth_date", message);
    }
    if let Some(sex) = sex.filter(|sex| *sex != number.sex()) {
        warn("sex", format!("Giới tính {sex} khác giới tính {} theo số căn cước", number.sex()));
    }
    warnings
}

/// Which paper a typed number looks like, if any.
pub fn shape(text: &str) -> Option<NumberShape> {
    let number: String = text.chars().filter(|c| !is_separator(*c)).collect();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let letters = number.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits + letters != number.len() {
        return None;
    }
    match (letters, digits) {
        (0, 12) => Some(NumberShape::Citizen),
        (0, 9) => Some(NumberShape::OldIdentityCard),
        (1.., 4..) if (6..=9).contains(&number.len()) => Some(NumberShape::Passport),
        _ => None,
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | '-' | '\u{ad}' | '\u{200b}' | '\u{feff}')
}

/// Annex 1 of Circular 07/2016/TT-BCA, ascending.
const PROVINCES: [(u16, &str); 63] = [
    (1, "Hà Nội"),
    (2, "Hà Giang"),
    (4, "Cao Bằng"),
    (6, "Bắc Kạn"),
    (8, "Tuyên Quang"),
    (10, "Lào Cai"),
    (11, "Điện Biên"),
    (12, "Lai Châu"),
    (14, "Sơn La"),
    (15, "Yên Bái"),
    (17, "Hòa Bình"),
    (19, "Thái Nguyên"),
    (20, "Lạng Sơn"),
    (22, "Quảng Ninh"),
    (24, "Bắc Giang"),
    (25, "Phú Thọ"),
    (26, "Vĩnh Phúc"),
    (27, "Bắc Ninh"),
    (30, "Hải Dương"),
    (31, "Hải Phòng"),
    (33, "Hưng Yên"),
    (34, "Thái Bình"),
    (35, "Hà Nam"),
    (36, "Nam Định"),
    (37, "Ninh Bình"),
    (38, "Thanh Hóa"),
    (40, "Nghệ An"),
    (42, "Hà Tĩnh"),
    (44, "Quảng Bình"),
    (45, "Quảng Trị"),
    (46, "Thừa Thiên Huế"),
    (48, "Đà Nẵng"),
    (49, "Quảng Nam"),
    (51, "Quảng Ngãi"),
    (52, "Bình Định"),
    (54, "Phú Yên"),
    (56, "Khánh Hòa"),
    (58, "Ninh Thuận"),
    (60, "Bình Thuận"),
    (62, "Kon Tum"),
    (64, "Gia Lai"),
    (66, "Đắk Lắk"),
    (67, "Đắk Nông"),
    (68, "Lâm Đồng"),
    (70, "Bình Phước"),
    (72, "Tây Ninh"),
    (74, "Bình Dương"),
    (75, "Đồng Nai"),
    (77, "Bà Rịa - Vũng Tàu"),
    (79, "Thành phố Hồ Chí Minh"),
    (80, "Long An"),
    (82, "Tiền Giang"),
    (83, "Bến Tre"),
    (84, "Trà Vinh"),
    (86, "Vĩnh Long"),
    (87, "Đồng Tháp"),
    (89, "An Giang"),
    (91, "Kiên Giang"),
    (92, "Cần Thơ"),
    (93, "Hậu Giang"),
    (94, "Sóc Trăng"),
    (95, "Bạc Liêu"),
    (96, "Cà Mau"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn number(text: &str) -> CitizenNumber {
        CitizenNumber::parse(text).unwrap()
    }

    #[test]
    fn a_number_tells_place_year_and_sex() {
        let woman = number("015 195 012345");
        assert_eq!(woman.place(), Place::Province("Yên Bái"));
        assert_eq!((woman.birth_year(), woman.sex()), (1995, Sex::Female));
        let boy = number("010.224.000001");
        assert_eq!(boy.place(), Place::Province("Lào Cai"));
        assert_eq!((boy.birth_year(), boy.sex()), (2024, Sex::Male));
    }

    #[test]
    fn a_birth_registered_abroad_is_known_as_such() {
        assert_eq!(number("132095000001").place(), Place::Abroad);
        assert_eq!(number("003095000001").place(), Place::Unknown);
    }

    #[test]
    fn provinces_are_in_order_so_that_the_search_finds_each() {
        assert!(PROVINCES.is_sorted_by_key(|(code, _)| *code));
        for (code, name) in PROVINCES {
            assert_eq!(number(&format!("{code:03}095000001")).place(), Place::Province(name));
        }
    }

    #[test]
    fn what_does_not_fit_warns_beside_its_field() {
        let warnings = number_warnings("015195012345", Some(date(1996, 3, 1)), Some(Sex::Male));
        let fields: Vec<_> = warnings.iter().map(|warning| warning.field).collect();
        assert_eq!(fields, ["birth_date", "sex"]);
        assert_eq!(warnings[0].message, "Năm sinh 1996 khác năm 1995 theo số căn cước");
        assert_eq!(number_warnings("003195012345", None, None)[0].field, "id_number");
    }

    #[test]
    fn a_number_that_fits_its_person_is_silent() {
        assert_eq!(number_warnings("015195012345", Some(date(1995, 3, 1)), Some(Sex::Female)), []);
        assert_eq!(number_warnings("060123456", Some(date(1995, 3, 1)), None), []);
    }

    #[test]
    fn a_number_that_is_not_one_is_refused_by_its_rule() {
        assert_eq!(CitizenNumber::parse("01519501234"), Err(NumberFault::Length(11)));
        assert_eq!(CitizenNumber::parse("0151950123456"), Err(NumberFault::Length(13)));
        assert_eq!(CitizenNumber::parse("01519501234O"), Err(NumberFault::NotADigit('O')));
        assert_eq!(CitizenNumber::parse(""), Err(NumberFault::Length(0)));
    }

    #[test]
    fn each_paper_is_known_by_its_shape() {
        for (text, expected) in [
            ("015195012345", Some(NumberShape::Citizen)),
            ("060 123 456", Some(NumberShape::OldIdentityCard)),
            ("C1234567", Some(NumberShape::Passport)),
            ("B12345678", Some(NumberShape::Passport)),
            ("12345678", None),
            ("Đ1234567", None),
            ("ABCDEFGH", None),
            ("", None),
        ] {
            assert_eq!(shape(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = (shape(&text), CitizenNumber::parse(&text), number_warnings(&text, None, None));
        }

        #[test]
        fn every_twelve_digits_have_a_year(text in "[0-9]{12}") {
            let number = number(&text);
            prop_assert!((1900..=2399).contains(&number.birth_year()));
        }
    }
}
