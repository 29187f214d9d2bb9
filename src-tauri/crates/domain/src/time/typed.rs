//! A date typed as one string, read the way officers write it.

use crate::text::fold;
use jiff::civil::Date;

/// Why a typed date cannot be read. The text is for the officer and names the rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Nothing was typed.
    #[error("Chưa nhập ngày")]
    Empty,
    /// Neither three numbers nor six or eight digits.
    #[error("\"{0}\" không đọc được thành ngày: nhập ngày/tháng/năm, ví dụ 1/3/1995 hoặc 01031995")]
    NotADate(String),
    /// No such month.
    #[error("Không có tháng {0}: tháng từ 1 đến 12")]
    Month(u32),
    /// No such day in that month.
    #[error("Tháng {month} năm {year} không có ngày {day}")]
    Day {
        /// As typed.
        day: u32,
        /// As typed.
        month: u32,
        /// In full.
        year: u32,
    },
    /// A year of three digits, or one no paper of today can carry.
    #[error("Năm {0} không hợp lệ: nhập 2 hoặc 4 chữ số, từ 1850 đến 2200")]
    Year(String),
}

impl DateFault {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "date_empty",
            Self::NotADate(_) => "date_unreadable",
            Self::Month(_) => "date_month",
            Self::Day { .. } => "date_day",
            Self::Year(_) => "date_year",
        }
    }
}

const YEAR_MIN: u32 = 1850;
const YEAR_MAX: u32 = 2200;
const TYPED_BYTES_MAX: usize = 64;

/// Reads `1/3/95`, `01031995`, `010395`, `1-3-1995`, `1.3.1995`, `1 3 1995`, `ngày 1 tháng 3 năm 1995` and
/// `1995-03-01`: day before month unless the year comes first.
///
/// A year of two digits is the latest such year that is not after `today`'s: a birth in `26` typed in 2026
/// is this year's, one in `27` was in 1927.
pub fn typed_date(text: &str, today: Date) -> Result<Date, DateFault> {
    let shown = text.trim();
    if shown.is_empty() {
        return Err(DateFault::Empty);
    }
    let (day, month, year) = parts(shown)
        .ok_or_else(|| DateFault::NotADate(shown.chars().take(TYPED_BYTES_MAX).collect()))?;
    date_of(number(&day), number(&month), full_year(&year, today)?)
}

/// Day, month and year as digits.
fn parts(text: &str) -> Option<(String, String, String)> {
    if text.len() > TYPED_BYTES_MAX {
        return None;
    }
    let words = fold(text).replace("ngay", " ").replace("thang", " ").replace("nam", " ");
    if words.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '/' | '-' | '.' | ' ' | ',')) {
        return None;
    }
    let runs: Vec<&str> =
        words.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    match runs.as_slice() {
        [year, month, day] if year.len() == 4 => owned(day, month, year),
        [day, month, year] => owned(day, month, year),
        [run] if run.len() == 6 || run.len() == 8 => {
            owned(run.get(..2)?, run.get(2..4)?, run.get(4..)?)
        }
        _ => None,
    }
}

fn owned(day: &str, month: &str, year: &str) -> Option<(String, String, String)> {
    let short = day.len() <= 2 && month.len() <= 2;
    short.then(|| (day.to_owned(), month.to_owned(), year.to_owned()))
}

fn full_year(year: &str, today: Date) -> Result<u32, DateFault> {
    let fault = || DateFault::Year(year.to_owned());
    let full = match year.len() {
        4 => number(year),
        2 => latest_year_ending(number(year), today),
        _ => return Err(fault()),
    };
    if (YEAR_MIN..=YEAR_MAX).contains(&full) { Ok(full) } else { Err(fault()) }
}

fn latest_year_ending(ending: u32, today: Date) -> u32 {
    let this_year = u32::from(today.year().unsigned_abs());
    let century = this_year - this_year % 100;
    if century + ending <= this_year {
        century + ending
    } else {
        (century + ending).saturating_sub(100)
    }
}

fn date_of(day: u32, month: u32, year: u32) -> Result<Date, DateFault> {
    if !(1..=12).contains(&month) {
        return Err(DateFault::Month(month));
    }
    let fault = DateFault::Day { day, month, year };
    match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
        (Ok(y), Ok(m), Ok(d)) => Date::new(y, m, d).map_err(|_| fault),
        _ => Err(fault),
    }
}

/// The value of a short run of ASCII digits.
fn number(digits: &str) -> u32 {
    digits.bytes().fold(0, |sum: u32, digit| {
        sum.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn every_way_of_typing_a_birthday_gives_the_same_day() {
        for typed in [
            "1/3/1995",
            "01/03/1995",
            "1-3-1995",
            "1.3.1995",
            "01031995",
            "010395",
            "1/3/95",
            "1 3 1995",
            " 1 / 3 / 1995 ",
            "1995-03-01",
            "ngày 1 tháng 3 năm 1995",
            "Ngày 01 tháng 03 năm 1995",
            "1–3–95",
        ] {
            assert_eq!(typed_date(typed, TODAY), Ok(date(1995, 3, 1)), "{typed}");
        }
    }

    #[test]
    fn two_digits_mean_the_latest_year_that_has_come() {
        assert_eq!(typed_date("5/1/26", TODAY), Ok(date(2026, 1, 5)));
        assert_eq!(typed_date("5/1/27", TODAY), Ok(date(1927, 1, 5)));
        assert_eq!(typed_date("5/1/00", TODAY), Ok(date(2000, 1, 5)));
    }

    #[test]
    fn a_date_that_is_not_one_is_refused_by_its_rule() {
        for (typed, code) in [
            ("", "date_empty"),
            ("  ", "date_empty"),
            ("hôm nay", "date_unreadable"),
            ("1/3", "date_unreadable"),
            ("1/3/1995/7", "date_unreadable"),
            ("1031995", "date_unreadable"),
            ("1/3/1995a", "date_unreadable"),
            ("001/3/1995", "date_unreadable"),
            ("1/13/1995", "date_month"),
            ("1/0/1995", "date_month"),
            ("29/2/1995", "date_day"),
            ("31/4/1995", "date_day"),
            ("0/4/1995", "date_day"),
            ("1/3/995", "date_year"),
            ("1/3/0095", "date_year"),
            ("1/3/19955", "date_year"),
        ] {
            assert_eq!(typed_date(typed, TODAY).unwrap_err().code(), code, "{typed}");
        }
    }

    #[test]
    fn the_refusal_says_which_day_is_missing() {
        let fault = typed_date("29/2/1995", TODAY).unwrap_err();
        assert_eq!(fault.to_string(), "Tháng 2 năm 1995 không có ngày 29");
    }

    proptest! {
        #[test]
        fn no_typed_text_panics(text in any::<String>()) {
            let _ = typed_date(&text, TODAY);
        }

        #[test]
        fn no_near_date_panics(text in "[0-9/. -]{0,14}") {
            let _ = typed_date(&text, TODAY);
        }

        #[test]
        fn a_shown_date_reads_back(year in 1850i16..=2200, month in 1i8..=12, day in 1i8..=28) {
            let date = date(year, month, day);
            prop_assert_eq!(typed_date(&crate::time::short_date(date), TODAY), Ok(date));
            prop_assert_eq!(typed_date(&crate::time::long_date(date), TODAY), Ok(date));
            prop_assert_eq!(typed_date(&date.to_string(), TODAY), Ok(date));
        }
    }
}
