//! One day of the office.

use crate::time::day_and_date;
use jiff::civil::{Date, Time};

/// One stretch of open doors, within a day. Opening and closing minutes belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// First minute.
    pub opens: Time,
    /// Last minute.
    pub closes: Time,
}

impl Session {
    /// Whether `time` falls inside.
    pub fn contains(&self, time: Time) -> bool {
        (self.opens..=self.closes).contains(&time)
    }

    /// Length in minutes.
    pub fn minutes(&self) -> u32 {
        minutes_into_day(self.closes).saturating_sub(minutes_into_day(self.opens))
    }
}

/// Minutes since midnight.
pub(crate) fn minutes_into_day(time: Time) -> u32 {
    u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs())
}

/// Why a day differs from its weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialKind {
    /// Nghỉ lễ.
    Holiday,
    /// Nghỉ bù: a holiday fell on a weekly day of rest.
    Compensation,
    /// Nghỉ hoán đổi: a working day exchanged for a worked Saturday.
    SwappedOff,
    /// Làm bù: a day of rest that is worked.
    Worked,
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialDay {
    /// Which day.
    pub date: Date,
    /// Why.
    pub kind: SpecialKind,
    /// What it is, in Vietnamese.
    pub name: String,
    /// The document that says so.
    pub source: String,
    /// False while the document itself has not been read.
    pub confirmed: bool,
    /// Computed, because the year's calendar is not announced.
    pub provisional: bool,
    /// The other half of an exchange.
    pub swap: Option<Date>,
    /// Hours; empty on a day off.
    pub sessions: Vec<Session>,
}

/// What the office does on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day<'a> {
    /// The date.
    pub date: Date,
    /// When the doors are open, in order; empty on a day off.
    pub sessions: &'a [Session],
    /// Set when the day differs from its weekday.
    pub special: Option<&'a SpecialDay>,
    /// Whether the year's calendar has been announced.
    pub announced: bool,
}

impl Day<'_> {
    /// Whether the office opens at all.
    pub fn is_working(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Length of all sessions, in minutes.
    pub fn minutes(&self) -> u32 {
        self.sessions.iter().map(Session::minutes).sum()
    }

    /// Why the day is what it is: `nghỉ Ngày Văn hóa Việt Nam (NQ 28/2026/QH16)`, `nghỉ hằng tuần`.
    pub fn why(&self) -> String {
        match self.special {
            Some(special) => special.why(),
            None if self.is_working() => "ngày làm việc".to_owned(),
            None => "nghỉ hằng tuần".to_owned(),
        }
    }
}

impl SpecialDay {
    fn why(&self) -> String {
        format!("{} ({})", self.what(), self.grounds())
    }

    fn what(&self) -> String {
        let swap = self.swap.map(day_and_date);
        match (self.kind, swap) {
            (SpecialKind::Holiday, _) => format!("nghỉ {}", self.name),
            (SpecialKind::Compensation, _) => format!("nghỉ bù {}", self.name),
            (SpecialKind::SwappedOff, Some(swap)) => {
                format!("nghỉ hoán đổi {}, làm bù {swap}", self.name)
            }
            (SpecialKind::SwappedOff, None) => format!("nghỉ hoán đổi {}", self.name),
            (SpecialKind::Worked, Some(swap)) => format!("làm bù cho {swap}"),
            (SpecialKind::Worked, None) => self.name.clone(),
        }
    }

    fn grounds(&self) -> String {
        match (self.provisional, self.confirmed) {
            (true, _) => format!("{}; tạm tính", self.source),
            (false, true) => self.source.clone(),
            (false, false) => format!("{}; chưa đối chiếu văn bản", self.source),
        }
    }
}
