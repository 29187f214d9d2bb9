//! What must hold for every due date, in announced years and in computed ones.

mod common;

use common::{calendar, cases, rules};
use domain::calendar::Calendar;
use domain::deadline::{
    DeadlineRules, DueDate, StepCode, Supplement, SupplementRule, Terms, TimeLimit,
    after_supplement, due,
};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, date, time};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static CALENDAR: LazyLock<Calendar> = LazyLock::new(calendar);
static RULES: LazyLock<DeadlineRules> = LazyLock::new(rules);

fn count(limit: TimeLimit, received: DateTime) -> DueDate {
    due(limit, received, &CALENDAR, &RULES).expect("within the calendar")
}

fn when(due: &DueDate) -> DateTime {
    due.due_at.expect("a limit gives a due date")
}

fn a_moment() -> impl Strategy<Value = DateTime> {
    (0..4000i32, 0..86_400i64).prop_map(|(day, second)| {
        date(2024, 6, 1).to_datetime(Time::midnight()) + day.days() + second.seconds()
    })
}

fn a_limit() -> impl Strategy<Value = TimeLimit> {
    prop_oneof![
        (0..120u16).prop_map(TimeLimit::WorkingDays),
        (0..120u16).prop_map(TimeLimit::CalendarDays),
        (0..300u16).prop_map(TimeLimit::Hours),
        (0..24i8, 0..60i8).prop_map(|(h, m)| TimeLimit::SameDay { cutoff: time(h, m, 0, 0) }),
    ]
}

fn longer(limit: TimeLimit) -> TimeLimit {
    match limit {
        TimeLimit::WorkingDays(n) => TimeLimit::WorkingDays(n + 1),
        TimeLimit::CalendarDays(n) => TimeLimit::CalendarDays(n + 1),
        TimeLimit::Hours(n) => TimeLimit::Hours(n + 1),
        other => other,
    }
}

/// Days a citizen could ask about: after the day the count begins, up to the day it ends.
fn days_passed(due: &DueDate) -> Vec<Date> {
    let last = when(due).date();
    due.counted_from.date().series(1.day()).skip(1).take_while(|day| *day <= last).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_result_is_never_promised_for_a_closed_office(received in a_moment(), limit in a_limit()) {
        let due = count(limit, received);
        prop_assert!(CALENDAR.is_open(when(&due)), "{:?}", due.due_at);
        prop_assert!(CALENDAR.is_open(due.counted_from));
    }

    #[test]
    fn a_due_date_never_lies_before_reception(received in a_moment(), limit in a_limit()) {
        let due = count(limit, received);
        let received = received.date().to_datetime(time(received.hour(), received.minute(), 0, 0));
        prop_assert!(received <= due.counted_from && due.counted_from <= when(&due));
    }

    #[test]
    fn who_comes_later_is_not_served_earlier(
        received in a_moment(),
        wait in 0..200_000i64,
        limit in a_limit(),
    ) {
        let first = when(&count(limit, received));
        let second = when(&count(limit, received + wait.minutes()));
        match limit {
            // Two periods that roll to one working day keep their own clock times.
            TimeLimit::CalendarDays(_) => prop_assert!(first.date() <= second.date()),
            _ => prop_assert!(first <= second),
        }
    }

    #[test]
    fn a_longer_limit_never_ends_sooner(received in a_moment(), limit in a_limit()) {
        let short = when(&count(limit, received));
        let long = when(&count(longer(limit), received));
        prop_assert!(short <= long);
        if matches!(limit, TimeLimit::WorkingDays(_) | TimeLimit::Hours(_)) {
            prop_assert!(short < long, "one more working day or hour is later");
        }
    }

    #[test]
    fn the_story_runs_forward_and_ends_at_the_due_date(received in a_moment(), limit in a_limit()) {
        let due = count(limit, received);
        prop_assert!(due.steps.is_sorted_by_key(|step| step.at));
        let last = due.steps.last().expect("steps");
        prop_assert_eq!((last.code, Some(last.at)), (StepCode::Due, due.due_at));
        let ends = due.steps.iter().filter(|step| step.code == StepCode::Due).count();
        prop_assert_eq!(ends, 1);
    }

    #[test]
    fn every_closed_day_on_the_way_is_explained(received in a_moment(), limit in a_limit()) {
        let due = count(limit, received);
        let told: BTreeSet<Date> = due.steps.iter().flat_map(|step| step.skipped.clone()).collect();
        for day in &told {
            prop_assert!(!CALENDAR.is_working_day(*day), "{day} was worked, yet told as skipped");
        }
        // Calendar days count days off; only those at the end are passed over.
        if !matches!(limit, TimeLimit::CalendarDays(_)) {
            for day in days_passed(&due).into_iter().filter(|day| !CALENDAR.is_working_day(*day)) {
                prop_assert!(told.contains(&day), "{day} was skipped without a word");
            }
        }
        for step in due.steps.iter().filter(|step| !step.skipped.is_empty()) {
            let named = step.skipped.first().map(|day| domain::time::short_date(*day));
            prop_assert!(step.text.contains(&named.unwrap_or_default()), "{}", step.text);
        }
    }

    #[test]
    fn working_days_counted_are_the_limit(received in a_moment(), days in 1..120u16) {
        let due = count(TimeLimit::WorkingDays(days), received);
        let between = CALENDAR.working_days_between(due.counted_from.date(), when(&due).date());
        prop_assert_eq!(between, i32::from(days));
        prop_assert_eq!(when(&due).time(), due.counted_from.time(), "a day is a day: same clock time");
    }

    #[test]
    fn an_answer_that_rests_on_a_computed_year_says_so(received in a_moment(), limit in a_limit()) {
        let due = count(limit, received);
        let rests = !CALENDAR.is_announced(when(&due).year())
            || !CALENDAR.is_announced(due.counted_from.year());
        prop_assert_eq!(due.provisional, due.steps.iter().any(|s| s.code == StepCode::Provisional));
        prop_assert!(due.provisional || !rests);
    }

    #[test]
    fn extra_days_are_days_of_the_same_unit(received in a_moment(), days in 1..60u16, extra in 0..20u16) {
        for unit in [TimeLimit::WorkingDays as fn(u16) -> TimeLimit, TimeLimit::CalendarDays] {
            let terms = Terms { limit: unit(days), extra_days: extra };
            let with = due(terms, received, &CALENDAR, &RULES).expect("within the calendar");
            prop_assert_eq!(with.due_at, count(unit(days + extra), received).due_at);
        }
    }

    #[test]
    fn a_supplement_never_brings_the_due_date_forward(
        received in a_moment(),
        limit in a_limit(),
        asked in 0..20_000i64,
        waited in 0..60_000i64,
    ) {
        let original = count(limit, received);
        let asked_at = received + asked.minutes();
        let completed_at = asked_at + waited.minutes();
        for rule in [SupplementRule::Restart, SupplementRule::Suspend] {
            let rules = DeadlineRules { supplement: rule, ..RULES.clone() };
            let supplement =
                Supplement { terms: limit.into(), due: &original, asked_at, completed_at };
            let after = after_supplement(&supplement, &CALENDAR, &rules).expect("in the calendar");
            prop_assert!(when(&after).date() >= when(&original).date());
            if rule == SupplementRule::Restart {
                prop_assert_eq!(when(&after), when(&count(limit, completed_at)));
            }
        }
    }
}
