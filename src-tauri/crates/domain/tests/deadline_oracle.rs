//! The counting compared with a slow, separate one that walks minute by minute over the holidays as they are
//! written in the file, and knows nothing of the calendar's own code.

mod common;

use common::{CALENDAR, at, calendar, cases, rules};
use domain::calendar::Calendar;
use domain::deadline::{DeadlineRules, TimeLimit, due, working_minutes};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Dates off and Saturdays worked, straight from the JSON.
struct Oracle {
    off: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

static ORACLE: LazyLock<Oracle> = LazyLock::new(|| {
    let file: serde_json::Value = serde_json::from_str(CALENDAR).expect("JSON");
    let days = file["special_days"].as_array().expect("special days");
    let (worked, off): (Vec<_>, Vec<_>) = days.iter().partition(|day| day["kind"] == "worked");
    let dates = |days: Vec<&serde_json::Value>| {
        days.iter().map(|day| day["date"].as_str().expect("date").parse().expect("date")).collect()
    };
    Oracle { off: dates(off), worked: dates(worked) }
});

static SHIPPED: LazyLock<Calendar> = LazyLock::new(calendar);
static RULES: LazyLock<DeadlineRules> = LazyLock::new(rules);

impl Oracle {
    fn works(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.worked.contains(&date) || (!weekend && !self.off.contains(&date))
    }

    /// Whether something that happens at this minute happens in office hours.
    fn receives(&self, at: DateTime) -> bool {
        let morning = (time(7, 30, 0, 0)..=time(11, 30, 0, 0)).contains(&at.time());
        let afternoon = (time(13, 30, 0, 0)..=time(17, 0, 0, 0)).contains(&at.time());
        self.works(at.date()) && (morning || afternoon)
    }

    /// Whether the minute that begins here is worked.
    fn runs(&self, at: DateTime) -> bool {
        self.receives(at) && self.receives(at + 1.minute())
    }

    fn start(&self, received: DateTime) -> DateTime {
        let mut at = received;
        while !self.receives(at) {
            at += 1.minute();
        }
        at
    }

    fn due(&self, limit: TimeLimit, received: DateTime) -> DateTime {
        let start = self.start(received);
        match limit {
            TimeLimit::WorkingDays(days) => self.nth_working_day(start, days),
            TimeLimit::CalendarDays(days) => self.first_open_day(start + i32::from(days).days()),
            TimeLimit::Hours(hours) => self.after_minutes(start, u32::from(hours) * 60),
            TimeLimit::SameDay { cutoff } => {
                let late = start.time() > cutoff;
                let day = if late { self.nth_working_day(start, 1) } else { start };
                day.date().to_datetime(time(17, 0, 0, 0))
            }
            TimeLimit::None => unreachable!("not generated"),
        }
    }

    fn nth_working_day(&self, start: DateTime, days: u16) -> DateTime {
        let mut at = start;
        let mut seen = 0;
        while seen < days {
            at += 1.day();
            seen += u16::from(self.works(at.date()));
        }
        at
    }

    fn first_open_day(&self, end: DateTime) -> DateTime {
        let mut at = end;
        while !self.works(at.date()) {
            at += 1.day();
        }
        at
    }

    fn after_minutes(&self, start: DateTime, minutes: u32) -> DateTime {
        let mut at = start;
        let mut run = 0;
        while run < minutes {
            run += u32::from(self.runs(at));
            at += 1.minute();
        }
        at
    }

    fn minutes_between(&self, from: DateTime, until: DateTime) -> u32 {
        let mut at = from;
        let mut run = 0;
        while at < until {
            run += u32::from(self.runs(at));
            at += 1.minute();
        }
        run
    }
}

/// Any minute of the two announced years that leaves room for the longest limit below.
fn a_reception() -> impl Strategy<Value = DateTime> {
    (0..620i32, 0..1440i64).prop_map(|(day, minute)| {
        let first = date(2025, 1, 1).to_datetime(Time::midnight());
        first + day.days() + minute.minutes()
    })
}

fn a_limit() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        (1..45u16).prop_map(TimeLimit::WorkingDays),
        (1..60u16).prop_map(TimeLimit::CalendarDays),
        (1..60u16).prop_map(TimeLimit::Hours),
        (7..17i8).prop_map(|hour| TimeLimit::SameDay { cutoff: time(hour, 0, 0, 0) }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_counting_agrees_with_the_slow_one(received in a_reception(), limit in a_limit()) {
        let counted = due(limit, received, &SHIPPED, &RULES).expect("within the calendar");
        prop_assert_eq!(counted.counted_from, ORACLE.start(received));
        prop_assert_eq!(counted.due_at, Some(ORACLE.due(limit, received)));
    }

    #[test]
    fn working_time_between_two_moments_agrees_with_the_slow_one(
        from in a_reception(),
        minutes in 0..8_000i64,
    ) {
        let until = from + minutes.minutes();
        let counted = working_minutes(&SHIPPED, from, until).expect("within the calendar");
        prop_assert_eq!(counted, ORACLE.minutes_between(from, until));
    }
}

#[test]
fn every_day_of_two_years_is_worked_or_off_as_the_file_says() {
    let mut day = date(2025, 1, 1);
    while day < date(2027, 1, 1) {
        assert_eq!(SHIPPED.is_working_day(day), ORACLE.works(day), "{day}");
        day += 1.day();
    }
    assert!(!ORACLE.works(at("2026-11-24 00:00").date()), "the slow one sees holidays too");
}
