//! The calendar pack as it is written (`calendar.json`); its published schema is `calendar.schema.json`.
//!
//! Dates and times stay text here, so that a check can name every bad one instead of stopping at the first.

use crate::pack::PackHead;
use serde::Deserialize;

/// A calendar pack.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarPack {
    /// Kind `calendar`, version, effective date, sources.
    pub pack: PackHead,
    /// Office hours; exactly one entry without `sites` is everybody's.
    pub office_hours: Vec<OfficeHours>,
    /// Years the pack speaks about.
    pub years: Vec<CoveredYear>,
    /// Holidays, days off in lieu, swapped and worked days.
    pub special_days: Vec<SpecialDayEntry>,
    /// Holidays of the law, from which a year not yet announced is computed and an announced one checked.
    pub usual_holidays: Vec<UsualHoliday>,
}

/// Sessions of a week.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeHours {
    /// Unit codes these hours are for; empty means every site without hours of its own.
    #[serde(default)]
    pub sites: Vec<String>,
    /// Sessions of Monday.
    #[serde(default)]
    pub monday: Vec<SessionEntry>,
    /// Sessions of Tuesday.
    #[serde(default)]
    pub tuesday: Vec<SessionEntry>,
    /// Sessions of Wednesday.
    #[serde(default)]
    pub wednesday: Vec<SessionEntry>,
    /// Sessions of Thursday.
    #[serde(default)]
    pub thursday: Vec<SessionEntry>,
    /// Sessions of Friday.
    #[serde(default)]
    pub friday: Vec<SessionEntry>,
    /// Sessions of Saturday.
    #[serde(default)]
    pub saturday: Vec<SessionEntry>,
    /// Sessions of Sunday.
    #[serde(default)]
    pub sunday: Vec<SessionEntry>,
    /// The document that sets them.
    #[serde(default)]
    pub source: String,
}

impl OfficeHours {
    /// Monday to Sunday with their names in the file.
    pub(super) fn weekdays(&self) -> [(&'static str, &[SessionEntry]); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

/// One stretch of open doors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionEntry {
    /// `07:30`.
    pub opens: String,
    /// `11:30`.
    pub closes: String,
}

/// A year the pack speaks about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoveredYear {
    /// Gregorian year.
    pub year: i16,
    /// Whether the Government has announced its holidays; otherwise the usual ones are computed.
    pub announced: bool,
    /// The announcement.
    #[serde(default)]
    pub source: String,
}

/// A day that differs from its weekday.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialDayEntry {
    /// `2026-11-24`.
    pub date: String,
    /// `holiday`, `compensation`, `swapped_off` or `worked`.
    pub kind: String,
    /// What the day is, in Vietnamese: *Ngày Văn hóa Việt Nam*.
    pub name: String,
    /// The document that says so.
    pub source: String,
    /// False while the document itself has not been read.
    #[serde(default = "yes")]
    pub confirmed: bool,
    /// The other half of an exchange: the Saturday worked for a day off, and the other way round.
    #[serde(default)]
    pub swap: Option<String>,
    /// Hours of a worked day; those of the day it replaces when absent.
    #[serde(default)]
    pub sessions: Vec<SessionEntry>,
    /// Unit codes it applies to; empty means everybody.
    #[serde(default)]
    pub sites: Vec<String>,
}

/// A holiday the law repeats every year.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsualHoliday {
    /// In Vietnamese.
    pub name: String,
    /// `MM-DD` of the Gregorian calendar; either this or `lunar`.
    #[serde(default)]
    pub solar: Option<String>,
    /// `MM-DD` of the Vietnamese lunar calendar.
    #[serde(default)]
    pub lunar: Option<String>,
    /// Days off just before.
    #[serde(default)]
    pub days_before: u8,
    /// Days off just after.
    #[serde(default)]
    pub days_after: u8,
    /// Whether a day off in lieu follows when it falls on a weekly day of rest (Labour Code, Article 111.3).
    #[serde(default = "yes")]
    pub compensated: bool,
    /// First year of the holiday.
    #[serde(default)]
    pub from_year: Option<i16>,
    /// The law.
    pub source: String,
}

fn yes() -> bool {
    true
}
