//! Office time: one fixed zone, dates as officers type them, dates as papers say them.
//!
//! Viet Nam keeps UTC+07:00 the whole year, so office wall time and instants convert without surprises.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

mod typed;

pub use typed::{DateFault, typed_date};

/// The zone of every office: UTC+07:00, no summer time.
pub const OFFICE: Offset = Offset::constant(7);

/// Why a moment cannot be used. The text is for the officer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// Not an RFC 3339 moment with its zone.
    #[error("\"{0}\" không phải thời điểm dạng 2026-11-23T10:00:00+07:00 (phải có múi giờ)")]
    NotRfc3339(String),
    /// Outside the years a calendar can hold.
    #[error("Thời điểm {0} nằm ngoài phạm vi lịch")]
    OutOfRange(String),
}

impl TimeFault {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotRfc3339(_) => "time_not_rfc3339",
            Self::OutOfRange(_) => "time_out_of_range",
        }
    }
}

/// What the clock on the office wall shows at `instant`.
pub fn office_time(instant: Timestamp) -> DateTime {
    OFFICE.to_datetime(instant)
}

/// The instant at which the office wall shows `at`.
pub fn instant(at: DateTime) -> Result<Timestamp, TimeFault> {
    OFFICE.to_timestamp(at).map_err(|_| TimeFault::OutOfRange(at.to_string()))
}

/// `2026-11-27T10:00:00+07:00`: whole seconds, always with the office's zone.
pub fn rfc3339(at: DateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!("{date}T{:02}:{:02}:{:02}+07:00", time.hour(), time.minute(), time.second())
}

/// Office time of an RFC 3339 moment written in any zone.
pub fn parse_rfc3339(text: &str) -> Result<DateTime, TimeFault> {
    let instant: Timestamp =
        text.trim().parse().map_err(|_| TimeFault::NotRfc3339(text.trim().to_owned()))?;
    Ok(office_time(instant))
}

/// `Thứ Tư`; Sunday is `Chủ Nhật`.
pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Thứ Hai",
        Weekday::Tuesday => "Thứ Ba",
        Weekday::Wednesday => "Thứ Tư",
        Weekday::Thursday => "Thứ Năm",
        Weekday::Friday => "Thứ Sáu",
        Weekday::Saturday => "Thứ Bảy",
        Weekday::Sunday => "Chủ Nhật",
    }
}

/// `25/11/2026`.
pub fn short_date(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}

/// `Thứ Tư, 25/11/2026`: what a typed date is shown back as.
pub fn day_and_date(date: Date) -> String {
    format!("{}, {}", weekday(date.weekday()), short_date(date))
}

/// `ngày 25 tháng 11 năm 2026`. Days below 10 and months 1 and 2 carry a zero, as administrative papers
/// must (Decree 30/2020/NĐ-CP, Annex I).
pub fn long_date(date: Date) -> String {
    let month = match date.month() {
        month @ (1 | 2) => format!("0{month}"),
        month => month.to_string(),
    };
    format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
}

/// `16:30`.
pub fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// `16 giờ 30 phút, ngày 25 tháng 11 năm 2026`: the wording of the acceptance slip.
pub fn long_time(at: DateTime) -> String {
    format!("{:02} giờ {:02} phút, {}", at.hour(), at.minute(), long_date(at.date()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime, time};

    #[test]
    fn an_instant_is_shown_and_written_in_office_time() {
        let instant: Timestamp = "2026-11-23T20:30:00Z".parse().unwrap();
        assert_eq!(office_time(instant), datetime(2026, 11, 24, 3, 30, 0, 0));
        assert_eq!(rfc3339(office_time(instant)), "2026-11-24T03:30:00+07:00");
        assert_eq!(super::instant(office_time(instant)).unwrap(), instant);
    }

    #[test]
    fn a_moment_from_any_zone_is_read_as_office_time() {
        for written in
            ["2026-11-27T10:00:00+07:00", "2026-11-27T03:00:00Z", " 2026-11-26T22:00:00-05:00 "]
        {
            assert_eq!(parse_rfc3339(written).unwrap(), datetime(2026, 11, 27, 10, 0, 0, 0));
        }
    }

    #[test]
    fn a_moment_without_a_zone_is_refused_because_it_would_be_guessed() {
        for written in ["2026-11-27T10:00:00", "2026-11-27", "10:00", "", "27/11/2026"] {
            assert_eq!(parse_rfc3339(written).unwrap_err().code(), "time_not_rfc3339");
        }
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_refused() {
        assert_eq!(instant(DateTime::MAX).unwrap_err().code(), "time_out_of_range");
    }

    #[test]
    fn dates_read_as_the_papers_say_them() {
        let due = datetime(2026, 11, 25, 16, 30, 0, 0);
        assert_eq!(day_and_date(due.date()), "Thứ Tư, 25/11/2026");
        assert_eq!(long_time(due), "16 giờ 30 phút, ngày 25 tháng 11 năm 2026");
        assert_eq!(clock(time(7, 5, 0, 0)), "07:05");
    }

    #[test]
    fn small_days_and_the_first_two_months_carry_a_zero() {
        assert_eq!(long_date(date(2026, 2, 5)), "ngày 05 tháng 02 năm 2026");
        assert_eq!(long_date(date(2026, 3, 9)), "ngày 09 tháng 3 năm 2026");
    }

    #[test]
    fn the_week_has_its_vietnamese_names() {
        let names: Vec<_> = (23..=29).map(|day| weekday(date(2026, 11, day).weekday())).collect();
        assert_eq!(
            names,
            ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"]
        );
    }
}
