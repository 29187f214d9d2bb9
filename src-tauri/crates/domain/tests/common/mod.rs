//! The shipped packs, and shorthand for the stories of the deadline tests.
#![allow(dead_code, reason = "each test file uses its own part")]

use domain::calendar::{Calendar, CalendarPack};
use domain::deadline::{DeadlineRules, DeadlineRulesPack, TimeLimit};
use jiff::civil::DateTime;

pub const CALENDAR: &str = include_str!("../../../../data/calendar.json");
pub const RULES: &str = include_str!("../../../../data/deadline_rules.json");

pub fn calendar_pack() -> CalendarPack {
    serde_json::from_str(CALENDAR).expect("the shipped calendar reads")
}

pub fn calendar() -> Calendar {
    Calendar::from_pack(&calendar_pack(), None).expect("the shipped calendar has no faults")
}

pub fn rules_pack() -> DeadlineRulesPack {
    serde_json::from_str(RULES).expect("the shipped rules read")
}

pub fn rules() -> DeadlineRules {
    DeadlineRules::from_pack(&rules_pack()).expect("the shipped rules have no faults")
}

/// `3wd`, `8h`, `30cd`, `same-day`.
pub fn limit(text: &str) -> TimeLimit {
    TimeLimit::parse(text, rules().same_day_cutoff).expect("a limit")
}

/// `2026-11-26 09:10`.
pub fn at(text: &str) -> DateTime {
    text.replace(' ', "T").parse().expect("a moment")
}

/// How many cases a property is tried on: `usual`, unless `PROPTEST_CASES` asks for a longer run.
pub fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}
