//! Days told in runs: five plain working days are one sentence, a holiday is its own.

use super::super::count::{Tally, Visited};
use super::super::step::StepCode;
use super::words::{duration_words, listed, spanned};
use crate::calendar::Calendar;
use crate::time::{day_and_date, short_date};
use jiff::civil::Date;

/// From this many runs on, whole weeks are told in one sentence.
const RUNS_TOLD_ONE_BY_ONE_MAX: usize = 12;

/// A run of days in one sentence.
pub(super) struct Told {
    pub code: StepCode,
    pub last: Date,
    pub skipped: Vec<Date>,
    pub text: String,
}

/// Tells the days passed; `off` says what it means that a day was closed.
pub(super) fn told(visited: &[Visited], calendar: &Calendar, off: &str) -> Vec<Told> {
    let days: Vec<ToldDay> = visited.iter().map(|day| ToldDay::of(*day, calendar)).collect();
    let mut runs: Vec<&[ToldDay]> = days.chunk_by(|a, b| a.tells_with(b)).collect();
    if runs.len() > RUNS_TOLD_ONE_BY_ONE_MAX {
        runs = days.chunk_by(|a, b| a.tells_with(b) || (a.is_plain() && b.is_plain())).collect();
    }
    runs.into_iter().filter_map(|run| tell(run, off)).collect()
}

/// A day passed, and how it is spoken of.
struct ToldDay {
    date: Date,
    tally: Tally,
    kind: Kind,
}

#[derive(PartialEq, Eq)]
enum Kind {
    /// A working day like any other.
    Counted,
    /// A closed weekday like any other.
    WeeklyRest,
    /// A holiday, a day in lieu, a swapped day off, and why.
    DayOff(String),
    /// A day worked against its weekday, and why.
    Worked(String),
}

impl ToldDay {
    fn of(visited: Visited, calendar: &Calendar) -> Self {
        let day = calendar.day(visited.date);
        let kind = match (day.special.is_some(), visited.tally == Tally::Off) {
            (false, false) => Kind::Counted,
            (false, true) => Kind::WeeklyRest,
            (true, true) => Kind::DayOff(day.why()),
            (true, false) => Kind::Worked(day.why()),
        };
        Self { date: visited.date, tally: visited.tally, kind }
    }

    fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Counted | Kind::WeeklyRest)
    }

    fn tells_with(&self, next: &Self) -> bool {
        self.kind == next.kind && !matches!(self.kind, Kind::Worked(_))
    }
}

fn tell(run: &[ToldDay], off: &str) -> Option<Told> {
    let (first, last) = (run.first()?, run.last()?);
    let closed = run.iter().filter(|day| day.tally == Tally::Off);
    let skipped: Vec<Date> = closed.map(|day| day.date).collect();
    let (code, text) = match &first.kind {
        Kind::DayOff(why) => (StepCode::DayOff, format!("{}: {why}, {off}.", spanned(&skipped))),
        Kind::Worked(why) => {
            let text = format!("{}: {why}, {}.", day_and_date(first.date), tally_words(run));
            (StepCode::WorkedDay, text)
        }
        _ if skipped.len() == run.len() => {
            let days = listed(&skipped, " và ", day_and_date);
            (StepCode::WeeklyRest, format!("{days}: nghỉ hằng tuần, {off}."))
        }
        _ => (StepCode::Counted, counted_words(run, &skipped)),
    };
    Some(Told { code, last: last.date, skipped, text })
}

fn counted_words(run: &[ToldDay], skipped: &[Date]) -> String {
    let counted = run.iter().filter(|day| day.tally != Tally::Off);
    let dates: Vec<Date> = counted.map(|day| day.date).collect();
    let rest = match skipped {
        [] => String::new(),
        _ => format!("; không tính nghỉ hằng tuần {}", listed(skipped, ", ", short_date)),
    };
    format!("{}: {}{rest}.", spanned(&dates), tally_words(run))
}

/// `ngày làm việc thứ 1 đến thứ 3`, or the hours counted and left.
fn tally_words(run: &[ToldDay]) -> String {
    let mut ordinals = Vec::new();
    let mut minutes = 0;
    let mut still = 0;
    for day in run {
        match day.tally {
            Tally::Day(ordinal) => ordinals.push(ordinal),
            Tally::Minutes { counted, left } => {
                minutes += counted;
                still = left;
            }
            Tally::Off => {}
        }
    }
    match (ordinals.first(), ordinals.last()) {
        (Some(first), Some(last)) if first == last => format!("ngày làm việc thứ {first}"),
        (Some(first), Some(last)) => format!("ngày làm việc thứ {first} đến thứ {last}"),
        _ if still == 0 => format!("tính {} là đủ", duration_words(minutes)),
        _ => format!("tính {}, còn {}", duration_words(minutes), duration_words(still)),
    }
}
