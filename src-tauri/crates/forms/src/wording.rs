//! Dates, times and small patterns in the words of an official paper.

use jiff::civil::{Date, DateTime};

/// "ngày 05 tháng 02 năm 2026": days below 10 and the months January and February carry a zero,
/// as Decree 30/2020/NĐ-CP (Annex I) demands.
pub fn civil_date(date: Date) -> String {
    fill("ngày {day} tháng {month} năm {year}", &date_parts(date))
}

/// "16 giờ 30 phút, ngày 25 tháng 11 năm 2026".
pub fn civil_moment(moment: DateTime) -> String {
    fill("{hour} giờ {minute} phút, ngày {day} tháng {month} năm {year}", &moment_parts(moment))
}

/// What a date puts into a pattern: day, month, year.
pub(crate) fn date_parts(date: Date) -> Vec<(&'static str, String)> {
    let month = match date.month() {
        early @ 1..=2 => format!("{early:02}"),
        month => month.to_string(),
    };
    vec![("day", format!("{:02}", date.day())), ("month", month), ("year", date.year().to_string())]
}

/// What a moment puts into a pattern: hour, minute and the parts of its date.
pub(crate) fn moment_parts(moment: DateTime) -> Vec<(&'static str, String)> {
    let mut parts = date_parts(moment.date());
    parts.push(("hour", format!("{:02}", moment.hour())));
    parts.push(("minute", format!("{:02}", moment.minute())));
    parts
}

/// `pattern` with every `{name}` replaced once, left to right: a value that itself looks like a
/// placeholder is printed as it is.
pub(crate) fn fill(pattern: &str, parts: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, name, after)) = next_placeholder(rest) {
        out.push_str(before);
        match parts.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The names between braces in `pattern`.
pub(crate) fn placeholders(pattern: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = pattern;
    while let Some((_, name, after)) = next_placeholder(rest) {
        names.push(name);
        rest = after;
    }
    names
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn small_days_and_the_first_two_months_carry_a_zero_the_others_do_not() {
        assert_eq!(civil_date(date(2026, 2, 5)), "ngày 05 tháng 02 năm 2026");
        assert_eq!(civil_date(date(2026, 3, 10)), "ngày 10 tháng 3 năm 2026");
    }

    #[test]
    fn a_moment_is_said_to_the_minute() {
        let due = datetime(2026, 11, 25, 16, 30, 0, 0);
        assert_eq!(civil_moment(due), "16 giờ 30 phút, ngày 25 tháng 11 năm 2026");
        let early = datetime(2026, 1, 2, 7, 5, 59, 0);
        assert_eq!(civil_moment(early), "07 giờ 05 phút, ngày 02 tháng 01 năm 2026");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_printed_as_it_is() {
        let parts = [("a", "{b}".to_owned()), ("b", "no".to_owned())];
        assert_eq!(fill("x {a} y", &parts), "x {b} y");
    }

    #[test]
    fn an_unknown_placeholder_stays_visible() {
        assert_eq!(fill("{who} {", &[]), "{who} {");
        assert_eq!(placeholders("{a} và {b}"), ["a", "b"]);
    }
}
