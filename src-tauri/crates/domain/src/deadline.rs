//! Hẹn trả: from the moment a dossier was received to the moment its result is due, explained step by step.
//!
//! The rules, once (Civil Code 2015, Articles 147 and 148; Decree 61/2018/NĐ-CP, Articles 18 and 19, and the
//! practice carried on under Decree 118/2025/NĐ-CP):
//! - what is received outside office hours counts from the opening of the next session;
//! - a working day is *a day*: N working days later at the same clock time, the first day not counted;
//! - hours run only while the office is open;
//! - calendar days: the first day not counted, and a period that ends on a day off ends on the next working
//!   day, at the same clock time;
//! - same day: received up to the cut-off, due at closing; after it, at closing of the next working day.
//!
//! Times are office wall time, cut to the minute: that is what the slip prints, and the answer must follow
//! from the slip. Nothing here reads a clock. Printed dates are stored by others and never computed again.

mod count;
mod explain;
mod later;
mod limit;
mod rules;
mod step;

pub use later::{ExtendFault, Extension, Supplement, after_supplement, extend, working_minutes};
pub use limit::{Terms, TimeLimit, TimeLimitFault};
pub use rules::{DeadlineRules, DeadlineRulesPack, SupplementRule};
pub use step::{Step, StepCode};

use crate::calendar::{Calendar, PastCalendar};
use crate::time::{clock, day_and_date};
use count::Counted;
use explain::Story;
use jiff::civil::{DateTime, Time};

/// When a result is due, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDate {
    /// The moment printed on the slip; nothing only where the procedure has no time limit.
    pub due_at: Option<DateTime>,
    /// The moment from which the limit runs: reception, or the next opening of the office.
    pub counted_from: DateTime,
    /// Whether days of a year without an announced calendar were counted.
    pub provisional: bool,
    /// The way from reception to the due date, in order; the last step is at `due_at`.
    pub steps: Vec<Step>,
}

impl DueDate {
    /// A due date as it was stored, to extend or suspend; its steps are on the paper.
    pub fn stored(due_at: Option<DateTime>, counted_from: DateTime) -> Self {
        Self { due_at, counted_from, provisional: false, steps: Vec::new() }
    }
}

/// When something received at `received_at` is due under `terms`.
///
/// A later reception is never due earlier, except that two *calendar-day* periods rolled to the same working
/// day keep their own clock times.
pub fn due(
    terms: impl Into<Terms>,
    received_at: DateTime,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<DueDate, PastCalendar> {
    let mut story = Story::new(calendar);
    let received_at = to_minute(received_at);
    story.say(StepCode::Received, received_at, format!("Tiếp nhận lúc {}.", at_words(received_at)));
    count_from_reception(terms.into(), received_at, story, rules)
}

/// The common road of a first count and of a restart: the story already says what happened at `received_at`.
fn count_from_reception(
    terms: Terms,
    received_at: DateTime,
    mut story: Story<'_>,
    rules: &DeadlineRules,
) -> Result<DueDate, PastCalendar> {
    let calendar = story.calendar();
    let counted_from = calendar.next_session_start(received_at)?;
    story.waiting_for_opening(received_at, counted_from);
    let limit = story.terms(terms, counted_from, rules);
    let Some(counted) = counted(limit, counted_from, calendar)? else {
        return Ok(story.without_limit(counted_from));
    };
    story.counted(limit, &counted);
    Ok(story.due(counted.at, counted_from))
}

/// Runs `limit` from a moment inside office hours; nothing when there is no limit.
fn counted(
    limit: TimeLimit,
    from: DateTime,
    calendar: &Calendar,
) -> Result<Option<Counted>, PastCalendar> {
    match limit {
        TimeLimit::WorkingDays(days) => count::working_days(from, days, calendar).map(Some),
        TimeLimit::CalendarDays(days) => count::calendar_days(from, days, calendar).map(Some),
        TimeLimit::Hours(hours) => {
            count::working_minutes(from, u32::from(hours) * 60, calendar).map(Some)
        }
        TimeLimit::SameDay { cutoff } => count::same_day(from, cutoff, calendar).map(Some),
        TimeLimit::None => Ok(None),
    }
}

/// `10:00, Thứ Hai, 23/11/2026`.
fn at_words(at: DateTime) -> String {
    format!("{}, {}", clock(at.time()), day_and_date(at.date()))
}

fn to_minute(at: DateTime) -> DateTime {
    let minute = Time::new(at.hour(), at.minute(), 0, 0).unwrap_or(Time::midnight());
    at.date().to_datetime(minute)
}
