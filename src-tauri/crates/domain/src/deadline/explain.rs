//! The story of a due date: every count told in sentences an officer can read out to the citizen.
//!
//! Plain days are told in runs, but no day is skipped without a word: each one left out of the count is in
//! some step's `skipped` and named in its sentence.

mod runs;
mod words;

pub(super) use words::duration_words;

use super::count::{Counted, Tally, Visited};
use super::rules::DeadlineRules;
use super::step::{Step, StepCode};
use super::{DueDate, Terms, TimeLimit, at_words};
use crate::calendar::Calendar;
use crate::time::{clock, day_and_date, long_time, short_date, weekday};
use jiff::civil::{Date, DateTime, Time};
use std::collections::BTreeSet;
use words::hours_words;

const NOT_COUNTED: &str = "không tính";
const ROLLS_ON: &str = "hạn không kết thúc vào ngày nghỉ";

/// Steps told so far.
pub(super) struct Story<'a> {
    calendar: &'a Calendar,
    steps: Vec<Step>,
    /// Years the count rests on whose calendar is not announced.
    unannounced: BTreeSet<i16>,
}

impl<'a> Story<'a> {
    pub fn new(calendar: &'a Calendar) -> Self {
        Self { calendar, steps: Vec::new(), unannounced: BTreeSet::new() }
    }

    pub fn calendar(&self) -> &'a Calendar {
        self.calendar
    }

    pub fn say(&mut self, code: StepCode, at: DateTime, text: String) {
        self.push(code, at, Vec::new(), text);
    }

    /// Received while the office was closed: why, and from when it counts.
    pub fn waiting_for_opening(&mut self, received_at: DateTime, counted_from: DateTime) {
        self.note_year(counted_from.date());
        if received_at == counted_from {
            self.worked_day(counted_from.date());
            return;
        }
        let closed = self.days_off(received_at.date(), counted_from.date());
        self.days(&closed, NOT_COUNTED);
        let sessions = self.calendar.day(received_at.date()).sessions;
        let why = match sessions {
            [] => "Nhận vào ngày nghỉ".to_owned(),
            _ => format!("Nhận ngoài giờ làm việc ({})", hours_words(sessions)),
        };
        let text = format!("{why}: tính từ {}.", at_words(counted_from));
        self.say(StepCode::NextSession, counted_from, text);
        self.worked_day(counted_from.date());
    }

    /// The limit that applies, with what the place adds.
    pub fn terms(&mut self, terms: Terms, from: DateTime, rules: &DeadlineRules) -> TimeLimit {
        let limit = terms.limit.plus_days(terms.extra_days);
        if limit != terms.limit {
            let text = format!(
                "Thời hạn {} cộng {} ngày do địa bàn ({}).",
                terms.limit, terms.extra_days, rules.mountainous_source
            );
            self.say(StepCode::ExtraDays, from, text);
        }
        let first_day =
            format!("ngày đầu {} không tính ({})", short_date(from.date()), rules.first_day_source);
        let text = match limit {
            TimeLimit::WorkingDays(_) => format!("Thời hạn {limit}; {first_day}."),
            TimeLimit::CalendarDays(_) => {
                format!("Thời hạn {limit}, kể cả ngày nghỉ; {first_day}.")
            }
            TimeLimit::Hours(_) => format!("Thời hạn {limit}: chỉ tính trong giờ làm việc."),
            TimeLimit::SameDay { .. } => format!("Thời hạn {limit}."),
            TimeLimit::None => return limit,
        };
        self.say(StepCode::Limit, from, text);
        limit
    }

    /// What the count passed and how it ended.
    pub fn counted(&mut self, limit: TimeLimit, counted: &Counted) {
        match limit {
            TimeLimit::SameDay { cutoff } => self.same_day(cutoff, counted),
            TimeLimit::CalendarDays(days) => self.calendar_days(days, counted),
            _ => self.passed(counted),
        }
        if let Some(aimed) = counted.adjusted_from {
            let text = format!(
                "{} không làm việc lúc {}: hẹn lúc {}.",
                day_and_date(counted.at.date()),
                clock(aimed),
                clock(counted.at.time())
            );
            self.say(StepCode::Adjusted, counted.at, text);
        }
    }

    /// The days a count passed.
    pub fn passed(&mut self, counted: &Counted) {
        self.days(&counted.visited, NOT_COUNTED);
    }

    /// The last step, and the answer.
    pub fn due(mut self, due_at: DateTime, counted_from: DateTime) -> DueDate {
        self.note_year(due_at.date());
        for year in std::mem::take(&mut self.unannounced) {
            let text = format!(
                "Lịch nghỉ năm {year} {}, tạm tính theo ngày lễ cố định và âm lịch.",
                self.calendar.why_computed(year)
            );
            self.say(StepCode::Provisional, due_at, text);
        }
        let text = format!("Hẹn trả: {} ({}).", long_time(due_at), weekday(due_at.weekday()));
        self.say(StepCode::Due, due_at, text);
        let provisional = self.steps.iter().any(|step| step.code == StepCode::Provisional);
        DueDate { due_at: Some(due_at), counted_from, provisional, steps: self.steps }
    }

    /// The answer where the procedure has no limit.
    pub fn without_limit(mut self, counted_from: DateTime) -> DueDate {
        let text = "Thủ tục không quy định thời hạn: không có ngày hẹn trả.".to_owned();
        self.say(StepCode::NoLimit, counted_from, text);
        DueDate { due_at: None, counted_from, provisional: false, steps: self.steps }
    }

    fn same_day(&mut self, cutoff: Time, counted: &Counted) {
        let start = self.last_at();
        let cutoff = clock(cutoff);
        if counted.at.date() == start.date() {
            let text = format!("Nhận đến {cutoff}: trả trong ngày, lúc hết giờ làm việc.");
            self.say(StepCode::SameDay, start, text);
        } else {
            let text = format!(
                "Nhận sau {cutoff}: trả vào ngày làm việc tiếp theo, lúc hết giờ làm việc."
            );
            self.say(StepCode::AfterCutoff, start, text);
            self.passed(counted);
            self.worked_day(counted.at.date());
        }
    }

    fn calendar_days(&mut self, days: u16, counted: &Counted) {
        let start = self.last_at();
        let end = counted.rolled_from.unwrap_or(counted.at.date());
        let first = start.date().tomorrow().unwrap_or(start.date()).min(end);
        let text = format!(
            "Đếm {days} ngày liên tục từ {} đến {}.",
            day_and_date(first),
            day_and_date(end)
        );
        self.say(StepCode::Counted, midnight(end), text);
        if counted.rolled_from.is_some() {
            self.days(&counted.visited, ROLLS_ON);
            let text = format!(
                "Hạn chuyển sang ngày làm việc tiếp theo: {}.",
                day_and_date(counted.at.date())
            );
            self.say(StepCode::Rolled, midnight(counted.at.date()), text);
        }
        self.worked_day(counted.at.date());
    }

    /// Tells the days passed, in runs.
    fn days(&mut self, visited: &[Visited], off: &str) {
        for day in visited {
            self.note_year(day.date);
        }
        for run in runs::told(visited, self.calendar, off) {
            self.push(run.code, midnight(run.last), run.skipped, run.text);
        }
    }

    /// A due date on a day of rest that is worked must not surprise the citizen.
    fn worked_day(&mut self, date: Date) {
        let day = self.calendar.day(date);
        if day.special.is_some() {
            let text = format!("{}: {}.", day_and_date(date), day.why());
            self.say(StepCode::WorkedDay, midnight(date), text);
        }
    }

    fn days_off(&self, from: Date, until: Date) -> Vec<Visited> {
        let days = from.series(jiff::Span::new().days(1)).take_while(|date| *date < until);
        days.filter(|date| !self.calendar.is_working_day(*date))
            .map(|date| Visited { date, tally: Tally::Off })
            .collect()
    }

    fn note_year(&mut self, date: Date) {
        if !self.calendar.is_announced(date.year()) {
            self.unannounced.insert(date.year());
        }
    }

    fn last_at(&self) -> DateTime {
        self.steps.last().map_or(DateTime::MIN, |step| step.at)
    }

    /// Steps never go back in time: a run within the day of the step before is placed at that step.
    fn push(&mut self, code: StepCode, at: DateTime, skipped: Vec<Date>, text: String) {
        let at = at.max(self.last_at());
        self.steps.push(Step { code, at, skipped, text });
    }
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}
