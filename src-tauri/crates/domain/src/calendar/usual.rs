//! Holidays of a year whose calendar has not been announced: computed from the law, and said to be so.

use super::{Session, SpecialDay, SpecialKind};
use crate::lunar::{LunarDate, solar_date};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Years for which holidays are computed; outside them only the weekly rest is known.
const YEAR_MIN: i16 = 1900;
const YEAR_MAX: i16 = 2199;

/// A holiday the law repeats every year, checked.
#[derive(Debug, Clone)]
pub(super) struct Usual {
    pub name: String,
    pub source: String,
    pub anchor: Anchor,
    pub days_before: u8,
    pub days_after: u8,
    pub compensated: bool,
    pub from_year: i16,
}

/// Month and day, in one calendar or the other.
#[derive(Debug, Clone, Copy)]
pub(super) enum Anchor {
    Solar(i8, i8),
    Lunar(i8, i8),
}

impl Usual {
    /// The day itself in the Gregorian `year`, if the holiday exists then.
    pub fn anchor_in(&self, year: i16) -> Option<Date> {
        if year < self.from_year {
            return None;
        }
        match self.anchor {
            Anchor::Solar(month, day) => Date::new(year, month, day).ok(),
            Anchor::Lunar(month, day) => solar_date(LunarDate::new(year, month, day)),
        }
    }

    fn days_in(&self, year: i16) -> Vec<Date> {
        let Some(anchor) = self.anchor_in(year) else {
            return Vec::new();
        };
        let offsets = -i64::from(self.days_before)..=i64::from(self.days_after);
        offsets.filter_map(|days| anchor.checked_add(jiff::Span::new().days(days)).ok()).collect()
    }

    fn special(&self, date: Date, kind: SpecialKind) -> SpecialDay {
        SpecialDay {
            date,
            kind,
            name: self.name.clone(),
            source: self.source.clone(),
            confirmed: true,
            provisional: true,
            swap: None,
            sessions: Vec::new(),
        }
    }
}

/// Computed holidays, each year worked out when first asked for: the moon is slow to calculate.
#[derive(Debug, Clone)]
pub(super) struct Provisional {
    usual: Vec<Usual>,
    /// Monday to Sunday: whether the office opens.
    opens: [bool; 7],
    years: Vec<OnceLock<BTreeMap<Date, SpecialDay>>>,
}

impl Provisional {
    pub fn new(usual: Vec<Usual>, week: &[Vec<Session>; 7]) -> Self {
        let opens = std::array::from_fn(|i| week.get(i).is_some_and(|day| !day.is_empty()));
        let years = (YEAR_MIN..=YEAR_MAX).map(|_| OnceLock::new()).collect();
        Self { usual, opens, years }
    }

    pub fn day(&self, date: Date) -> Option<&SpecialDay> {
        let index = usize::try_from(date.year().checked_sub(YEAR_MIN)?).ok()?;
        self.years.get(index)?.get_or_init(|| self.compute(date.year())).get(&date)
    }

    fn compute(&self, year: i16) -> BTreeMap<Date, SpecialDay> {
        let mut days: BTreeMap<Date, SpecialDay> = BTreeMap::new();
        let mut owed: Vec<(Date, &Usual)> = Vec::new();
        for usual in &self.usual {
            for date in usual.days_in(year) {
                let lost = !self.opens_on(date) || days.contains_key(&date);
                if lost && usual.compensated {
                    owed.push((date, usual));
                }
                days.entry(date).or_insert_with(|| usual.special(date, SpecialKind::Holiday));
            }
        }
        owed.sort_by_key(|(date, _)| *date);
        for (lost, usual) in owed {
            if let Some(date) = self.next_free_day(lost, &days) {
                days.insert(date, usual.special(date, SpecialKind::Compensation));
            }
        }
        days
    }

    /// The next working day that is not already off (Labour Code, Article 111.3).
    fn next_free_day(&self, after: Date, taken: &BTreeMap<Date, SpecialDay>) -> Option<Date> {
        after
            .series(jiff::Span::new().days(1))
            .skip(1)
            .take(31)
            .find(|date| self.opens_on(*date) && !taken.contains_key(date))
    }

    fn opens_on(&self, date: Date) -> bool {
        let index = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.opens.get(index).copied().unwrap_or(false)
    }
}
