//! The working calendar: when the office is open, which days are off and why, and who said so.
//!
//! Hours, holidays and swapped days come from a dated pack ([`CalendarPack`]). For a year whose calendar has
//! not been announced the fixed and lunar holidays of the Labour Code are computed, and every answer that
//! rests on them can say so ([`Day::announced`]).

mod check;
mod day;
mod pack;
mod usual;

pub use day::{Day, Session, SpecialDay, SpecialKind};
pub use pack::{
    CalendarPack, CoveredYear, OfficeHours, SessionEntry, SpecialDayEntry, UsualHoliday,
};

use crate::pack::PackFault;
use jiff::civil::{Date, DateTime, Time};
use std::collections::{BTreeMap, BTreeSet};
use usual::Provisional;

/// The calendar of one site, built from a pack without faults.
#[derive(Debug, Clone)]
pub struct Calendar {
    version: String,
    /// Sessions of Monday to Sunday.
    week: [Vec<Session>; 7],
    special: BTreeMap<Date, SpecialDay>,
    announced: BTreeSet<i16>,
    provisional: Provisional,
}

/// A count that runs past the last day a calendar can hold (31/12/9999).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Ngày tính được nằm ngoài phạm vi lịch")]
pub struct PastCalendar;

impl Calendar {
    /// The calendar of `site` (its five-digit unit code): the hours written for it, or those for everyone.
    /// A pack with faults gives all of them, each with its place.
    pub fn from_pack(pack: &CalendarPack, site: Option<&str>) -> Result<Self, Vec<PackFault>> {
        let checked = check::checked(pack)?;
        let week = checked.week_of(site);
        let special = checked.special_days_of(site, &week);
        Ok(Self {
            version: pack.pack.version.clone(),
            provisional: Provisional::new(checked.usual, &week),
            announced: checked.announced,
            week,
            special,
        })
    }

    /// Version of the pack, remembered by every dossier counted with it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the office does on `date`.
    pub fn day(&self, date: Date) -> Day<'_> {
        let announced = self.is_announced(date.year());
        let computed = if announced { None } else { self.provisional.day(date) };
        let special = self.special.get(&date).or(computed);
        let sessions = match special {
            Some(special) => special.sessions.as_slice(),
            None => self.usual_sessions(date),
        };
        Day { date, sessions, special, announced }
    }

    /// Whether the office opens at all on `date`.
    pub fn is_working_day(&self, date: Date) -> bool {
        self.day(date).is_working()
    }

    /// Whether the holidays of `year` are the announced ones rather than computed.
    pub fn is_announced(&self, year: i16) -> bool {
        self.announced.contains(&year)
    }

    /// Why the holidays of `year` are computed: not announced yet, or older than the pack.
    pub fn why_computed(&self, year: i16) -> &'static str {
        match self.announced.first() {
            Some(first) if year < *first => "không có trong gói lịch",
            _ => "chưa công bố",
        }
    }

    /// The first working day after `date`.
    pub fn next_working_day(&self, date: Date) -> Result<Date, PastCalendar> {
        self.working_day_on_or_after(date.tomorrow().map_err(|_| PastCalendar)?)
    }

    /// `date`, or the first working day after it when the office is closed.
    pub fn working_day_on_or_after(&self, date: Date) -> Result<Date, PastCalendar> {
        let mut date = date;
        while !self.is_working_day(date) {
            date = date.tomorrow().map_err(|_| PastCalendar)?;
        }
        Ok(date)
    }

    /// Working days after `after` up to and including `until`; negative when `until` lies before `after`.
    /// One means "due on the next working day", zero "due today".
    pub fn working_days_between(&self, after: Date, until: Date) -> i32 {
        let (first, last, sign) =
            if after <= until { (after, until, 1) } else { (until, after, -1) };
        let days = first.series(jiff::Span::new().days(1)).skip(1).take_while(|date| *date <= last);
        let count = days.filter(|date| self.is_working_day(*date)).count();
        i32::try_from(count).unwrap_or(i32::MAX).saturating_mul(sign)
    }

    /// The moment from which something received at `at` counts: `at` itself inside office hours (the
    /// closing minute included), otherwise the opening of the next session.
    pub fn next_session_start(&self, at: DateTime) -> Result<DateTime, PastCalendar> {
        let today = self.day(at.date());
        if let Some(session) = today.sessions.iter().find(|session| at.time() <= session.closes) {
            return Ok(at.date().to_datetime(at.time().max(session.opens)));
        }
        let next = self.next_working_day(at.date())?;
        let opening = self.day(next).sessions.first().map_or(Time::midnight(), |s| s.opens);
        Ok(next.to_datetime(opening))
    }

    /// Whether `at` lies inside a session, opening and closing minutes included.
    pub fn is_open(&self, at: DateTime) -> bool {
        self.day(at.date()).sessions.iter().any(|session| session.contains(at.time()))
    }

    /// When the office closes on `date`; nothing on a day off.
    pub fn closing(&self, date: Date) -> Option<Time> {
        self.day(date).sessions.last().map(|session| session.closes)
    }

    fn usual_sessions(&self, date: Date) -> &[Session] {
        let index = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.week.get(index).map_or(&[], Vec::as_slice)
    }
}
