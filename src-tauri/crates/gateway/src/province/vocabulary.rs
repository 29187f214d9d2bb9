//! Words and forms of the national interface.

use domain::time::{instant, office_time};
use jiff::Timestamp;
use jiff::civil::DateTime;

/// `yyyyMMddHHmmss` in Vietnam.
pub fn moment(at: Timestamp) -> String {
    office_time(at).strftime("%Y%m%d%H%M%S").to_string()
}

/// The same, or nothing.
pub fn moment_or_empty(at: Option<Timestamp>) -> String {
    at.map(moment).unwrap_or_default()
}

/// A moment written as `yyyyMMddHHmmss` in Vietnam.
pub fn read_moment(text: &str) -> Option<Timestamp> {
    let at = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
    instant(at).ok()
}

/// At most `max` characters, cut between characters.
pub fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, moment, read_moment};

    #[test]
    fn moments_are_those_of_the_office_wall() {
        let at = "2026-11-23T01:05:09Z".parse().unwrap();
        assert_eq!(moment(at), "20261123080509");
        assert_eq!(read_moment("20261123080509"), Some(at));
        assert_eq!(read_moment("2026-11-23"), None);
    }

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("Hồ sơ", 2), "Hồ");
    }
}
