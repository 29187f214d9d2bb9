//! The counting itself: day by day from a moment inside office hours, noting every day passed.

use crate::calendar::{Calendar, PastCalendar, Session};
use jiff::civil::{Date, DateTime, Time};

/// Where a count ends and what it passed on the way.
#[derive(Debug)]
pub(super) struct Counted {
    /// The moment the count ends.
    pub at: DateTime,
    /// Days passed after the first, in order; for hours the first day too.
    pub visited: Vec<Visited>,
    /// The day a calendar-day period ended on, where that was a day off.
    pub rolled_from: Option<Date>,
    /// The clock time aimed at, where the last day is not open then.
    pub adjusted_from: Option<Time>,
}

/// A day passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visited {
    pub date: Date,
    pub tally: Tally,
}

/// What a day added to the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tally {
    /// Nothing: the office was closed.
    Off,
    /// It was working day number so many.
    Day(u16),
    /// So many minutes, and so many still to go.
    Minutes { counted: u32, left: u32 },
}

/// The same clock time `days` working days later.
pub(super) fn working_days(
    from: DateTime,
    days: u16,
    calendar: &Calendar,
) -> Result<Counted, PastCalendar> {
    let mut visited = Vec::new();
    let mut date = from.date();
    let mut done = 0;
    while done < days {
        date = tomorrow(date)?;
        let tally = if calendar.is_working_day(date) {
            done += 1;
            Tally::Day(done)
        } else {
            Tally::Off
        };
        visited.push(Visited { date, tally });
    }
    Ok(ending(date, from.time(), visited, None, calendar))
}

/// The same clock time `days` days later, or on the next working day when that one is off.
pub(super) fn calendar_days(
    from: DateTime,
    days: u16,
    calendar: &Calendar,
) -> Result<Counted, PastCalendar> {
    let end = later(from.date(), days)?;
    let date = calendar.working_day_on_or_after(end)?;
    let mut visited = Vec::new();
    let mut off = end;
    while off < date {
        visited.push(Visited { date: off, tally: Tally::Off });
        off = tomorrow(off)?;
    }
    let rolled_from = (date != end).then_some(end);
    Ok(ending(date, from.time(), visited, rolled_from, calendar))
}

/// Closing time today, or of the next working day when `from` is later than `cutoff`.
pub(super) fn same_day(
    from: DateTime,
    cutoff: Time,
    calendar: &Calendar,
) -> Result<Counted, PastCalendar> {
    let mut visited = Vec::new();
    let mut date = from.date();
    if from.time() > cutoff {
        date = tomorrow(date)?;
        while !calendar.is_working_day(date) {
            visited.push(Visited { date, tally: Tally::Off });
            date = tomorrow(date)?;
        }
    }
    let closing = calendar.closing(date).unwrap_or(from.time());
    Ok(Counted { at: date.to_datetime(closing), visited, rolled_from: None, adjusted_from: None })
}

/// The moment `minutes` of open office later: the earliest one, so a count that uses up a session ends at
/// its closing and not at the next opening.
pub(super) fn working_minutes(
    from: DateTime,
    minutes: u32,
    calendar: &Calendar,
) -> Result<Counted, PastCalendar> {
    let mut at = from;
    let mut left = minutes;
    let mut visited = Vec::new();
    while left > 0 {
        let today = calendar.day(at.date());
        let (end, counted) = spend(today.sessions, at.time(), left);
        left -= counted;
        if !today.is_working() {
            visited.push(Visited { date: at.date(), tally: Tally::Off });
        } else if counted > 0 {
            visited.push(Visited { date: at.date(), tally: Tally::Minutes { counted, left } });
        }
        at = match left {
            0 => at.date().to_datetime(end),
            _ => tomorrow(at.date())?.to_datetime(Time::midnight()),
        };
    }
    Ok(Counted { at, visited, rolled_from: None, adjusted_from: None })
}

/// Minutes of open office from `from` to `until`; 0 when `until` is not later.
pub(super) fn minutes_between(
    from: DateTime,
    until: DateTime,
    calendar: &Calendar,
) -> Result<u32, PastCalendar> {
    let mut minutes = 0;
    let mut at = from;
    while at < until {
        let last_day = at.date() == until.date();
        let end = if last_day { until.time() } else { Time::MAX };
        for session in calendar.day(at.date()).sessions {
            let (opens, closes) = (session.opens.max(at.time()), session.closes.min(end));
            minutes += Session { opens, closes }.minutes();
        }
        if last_day {
            break;
        }
        at = tomorrow(at.date())?.to_datetime(Time::midnight());
    }
    Ok(minutes)
}

/// Uses up to `left` minutes of `sessions` from `time` on: when that ends, and how many were used.
fn spend(sessions: &[Session], time: Time, left: u32) -> (Time, u32) {
    let mut used = 0;
    let mut end = time;
    for session in sessions {
        let open = Session { opens: session.opens.max(time), closes: session.closes };
        let take = open.minutes().min(left - used);
        if take > 0 {
            used += take;
            end = minutes_after(open.opens, take);
        }
    }
    (end, used)
}

/// `minutes` after `time`, within the day.
fn minutes_after(time: Time, minutes: u32) -> Time {
    time.saturating_add(jiff::Span::new().minutes(i64::from(minutes)))
}

/// The end of a count of days on `date`: `time` itself, or the nearest open minute a shorter day has.
fn ending(
    date: Date,
    time: Time,
    visited: Vec<Visited>,
    rolled_from: Option<Date>,
    calendar: &Calendar,
) -> Counted {
    let open = open_time(calendar.day(date).sessions, time);
    let adjusted_from = (open != time).then_some(time);
    Counted { at: date.to_datetime(open), visited, rolled_from, adjusted_from }
}

/// `time` inside a session; in a break, the next opening; after closing, closing.
fn open_time(sessions: &[Session], time: Time) -> Time {
    match sessions.iter().find(|session| time <= session.closes) {
        Some(session) => time.max(session.opens),
        None => sessions.last().map_or(time, |session| session.closes),
    }
}

fn later(date: Date, days: u16) -> Result<Date, PastCalendar> {
    date.checked_add(jiff::Span::new().days(i64::from(days))).map_err(|_| PastCalendar)
}

fn tomorrow(date: Date) -> Result<Date, PastCalendar> {
    date.tomorrow().map_err(|_| PastCalendar)
}
