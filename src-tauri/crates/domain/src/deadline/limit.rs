//! Thời hạn giải quyết: how long a procedure may take.

use crate::time::clock;
use jiff::civil::Time;
use std::fmt;

/// The most days a typed limit may have: no procedure of a commune takes years.
const DAYS_MAX: u16 = 1000;
/// The same in hours of eight a day.
const HOURS_MAX: u16 = 8000;

/// How long a procedure may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// Ngày làm việc.
    WorkingDays(u16),
    /// Ngày, days off included.
    CalendarDays(u16),
    /// Giờ làm việc: only office hours count.
    Hours(u16),
    /// Ngay trong ngày; received after `cutoff`, the next working day.
    SameDay {
        /// Last minute at which a result is still due the same day (15:00 by Decree 61/2018, Article 18).
        cutoff: Time,
    },
    /// The procedure has no limit, or none is known.
    None,
}

/// Why a typed limit cannot be read. The text is for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeLimitFault {
    /// None of the known forms.
    #[error(
        "Thời hạn \"{0}\" không đọc được: viết 3wd (ngày làm việc), 8h (giờ làm việc), \
         30cd (ngày, kể cả ngày nghỉ) hoặc same-day (trong ngày)"
    )]
    Unreadable(String),
    /// Zero, or more than any procedure takes.
    #[error("Thời hạn \"{text}\" phải từ 1 đến {max}")]
    OutOfRange {
        /// As typed.
        text: String,
        /// Largest number of that unit.
        max: u16,
    },
}

impl TimeLimitFault {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "limit_unreadable",
            Self::OutOfRange { .. } => "limit_out_of_range",
        }
    }
}

impl TimeLimit {
    /// Reads `3wd`, `8h`, `30cd`, `same-day` or `none`; a same-day limit takes its cut-off from the rules.
    pub fn parse(text: &str, same_day_cutoff: Time) -> Result<Self, TimeLimitFault> {
        let typed = text.trim().to_ascii_lowercase();
        match typed.as_str() {
            "same-day" => {
                return Ok(Self::SameDay { cutoff: same_day_cutoff });
            }
            "none" => return Ok(Self::None),
            _ => {}
        }
        let unreadable = || TimeLimitFault::Unreadable(text.trim().chars().take(40).collect());
        let digits = typed.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = typed.split_at_checked(digits).ok_or_else(unreadable)?;
        let (limit, max): (fn(u16) -> Self, u16) = match unit {
            "wd" => (Self::WorkingDays, DAYS_MAX),
            "cd" => (Self::CalendarDays, DAYS_MAX),
            "h" => (Self::Hours, HOURS_MAX),
            _ => return Err(unreadable()),
        };
        match number.parse::<u16>() {
            Ok(count) if (1..=max).contains(&count) => Ok(limit(count)),
            _ if digits == 0 => Err(unreadable()),
            _ => Err(TimeLimitFault::OutOfRange {
                text: text.trim().chars().take(40).collect(),
                max,
            }),
        }
    }

    /// The short form that [`TimeLimit::parse`] reads.
    pub fn code(&self) -> String {
        match self {
            Self::WorkingDays(days) => format!("{days}wd"),
            Self::CalendarDays(days) => format!("{days}cd"),
            Self::Hours(hours) => format!("{hours}h"),
            Self::SameDay { .. } => "same-day".to_owned(),
            Self::None => "none".to_owned(),
        }
    }

    /// The limit longer by `days` of its own unit; hours, same-day and no limit stay as they are.
    pub fn plus_days(self, days: u16) -> Self {
        match self {
            Self::WorkingDays(n) => Self::WorkingDays(n.saturating_add(days)),
            Self::CalendarDays(n) => Self::CalendarDays(n.saturating_add(days)),
            other => other,
        }
    }
}

impl fmt::Display for TimeLimit {
    /// As the slip says it: `3 ngày làm việc`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(days) => write!(f, "{days} ngày làm việc"),
            Self::CalendarDays(days) => write!(f, "{days} ngày"),
            Self::Hours(hours) => write!(f, "{hours} giờ làm việc"),
            Self::SameDay { cutoff } => {
                write!(
                    f,
                    "trong ngày (nhận sau {} thì trả ngày làm việc tiếp theo)",
                    clock(*cutoff)
                )
            }
            Self::None => f.write_str("không quy định thời hạn"),
        }
    }
}

/// A limit together with what a place adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The limit of the procedure or case.
    pub limit: TimeLimit,
    /// Days added, of the limit's own unit, for land procedures in mountainous, border, island and difficult
    /// communes; usually 0 or 10.
    pub extra_days: u16,
}

impl From<TimeLimit> for Terms {
    fn from(limit: TimeLimit) -> Self {
        Self { limit, extra_days: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use proptest::prelude::*;

    const CUTOFF: Time = time(15, 0, 0, 0);

    #[test]
    fn every_form_of_the_command_line_is_read() {
        for (text, limit) in [
            ("3wd", TimeLimit::WorkingDays(3)),
            (" 30CD ", TimeLimit::CalendarDays(30)),
            ("8h", TimeLimit::Hours(8)),
            ("same-day", TimeLimit::SameDay { cutoff: CUTOFF }),
            ("none", TimeLimit::None),
        ] {
            assert_eq!(TimeLimit::parse(text, CUTOFF), Ok(limit));
            assert_eq!(TimeLimit::parse(&limit.code(), CUTOFF), Ok(limit));
        }
    }

    #[test]
    fn a_limit_that_is_not_one_is_refused_with_the_forms_that_are() {
        for text in ["", "3", "wd", "3 ngày", "-3wd", "3.5wd", "3wdx", "h8", "sameday", "ẵwd"] {
            let fault = TimeLimit::parse(text, CUTOFF).unwrap_err();
            assert_eq!(fault.code(), "limit_unreadable", "{text}");
            assert!(fault.to_string().contains("same-day"), "the refusal teaches the forms");
        }
        for text in ["0wd", "1001cd", "8001h", "99999wd"] {
            assert_eq!(TimeLimit::parse(text, CUTOFF).unwrap_err().code(), "limit_out_of_range");
        }
    }

    #[test]
    fn mountains_lengthen_days_and_nothing_else() {
        assert_eq!(TimeLimit::WorkingDays(17).plus_days(10), TimeLimit::WorkingDays(27));
        assert_eq!(TimeLimit::CalendarDays(20).plus_days(10), TimeLimit::CalendarDays(30));
        assert_eq!(TimeLimit::Hours(2).plus_days(10), TimeLimit::Hours(2));
    }

    #[test]
    fn the_slip_says_the_limit_in_words() {
        assert_eq!(TimeLimit::WorkingDays(3).to_string(), "3 ngày làm việc");
        assert_eq!(
            TimeLimit::SameDay { cutoff: CUTOFF }.to_string(),
            "trong ngày (nhận sau 15:00 thì trả ngày làm việc tiếp theo)"
        );
    }

    proptest! {
        #[test]
        fn no_typed_limit_panics(text in any::<String>()) {
            let _ = TimeLimit::parse(&text, CUTOFF);
        }
    }
}
