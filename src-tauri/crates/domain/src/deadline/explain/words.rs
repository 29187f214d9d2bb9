//! Small phrases of the explanations.

use crate::calendar::Session;
use crate::time::{clock, day_and_date};
use jiff::civil::Date;

/// `6 giờ 20 phút`.
pub(crate) fn duration_words(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} phút"),
        (hours, 0) => format!("{hours} giờ"),
        (hours, rest) => format!("{hours} giờ {rest} phút"),
    }
}

/// `07:30–11:30, 13:30–17:00`.
pub(super) fn hours_words(sessions: &[Session]) -> String {
    listed(sessions, ", ", |session| format!("{}–{}", clock(session.opens), clock(session.closes)))
}

/// `Thứ Hai, 16/02/2026 đến Thứ Sáu, 20/02/2026`, or one day alone.
pub(super) fn spanned(dates: &[Date]) -> String {
    match dates {
        [] => String::new(),
        [day] => day_and_date(*day),
        [first, .., last] => format!("{} đến {}", day_and_date(*first), day_and_date(*last)),
    }
}

/// The items in words, one after the other.
pub(super) fn listed<T: Copy>(items: &[T], between: &str, words: impl Fn(T) -> String) -> String {
    let words: Vec<String> = items.iter().map(|item| words(*item)).collect();
    words.join(between)
}
