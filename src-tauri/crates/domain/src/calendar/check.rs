//! The rules a calendar pack must keep. Every fault is named with its place; a checked pack has none.

mod special;

use super::day::{Session, SpecialDay};
use super::pack::{CalendarPack, CoveredYear, OfficeHours, SessionEntry, UsualHoliday};
use super::usual::{Anchor, Usual};
use crate::pack::PackFault;
use jiff::civil::{Date, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Sessions of Monday to Sunday.
pub(super) type Week = [Vec<Session>; 7];

/// A pack whose every text has been read and every rule found kept.
pub(super) struct Checked {
    weeks: Vec<(Vec<String>, Week)>,
    pub announced: BTreeSet<i16>,
    special: Vec<(Vec<String>, SpecialDay)>,
    pub usual: Vec<Usual>,
}

impl Checked {
    /// The hours written for `site`, or those for everyone.
    pub fn week_of(&self, site: Option<&str>) -> Week {
        let own = self.weeks.iter().find(|(sites, _)| is_named(sites, site));
        let common = self.weeks.iter().find(|(sites, _)| sites.is_empty());
        own.or(common).map(|(_, week)| week.clone()).unwrap_or_default()
    }

    /// The special days of `site`; its own entry for a day replaces everybody's.
    pub fn special_days_of(&self, site: Option<&str>, week: &Week) -> BTreeMap<Date, SpecialDay> {
        let common = self.special.iter().filter(|(sites, _)| sites.is_empty());
        let own = self.special.iter().filter(|(sites, _)| is_named(sites, site));
        common.chain(own).map(|(_, day)| (day.date, special::with_hours(day, week))).collect()
    }
}

fn is_named(sites: &[String], site: Option<&str>) -> bool {
    site.is_some_and(|site| sites.iter().any(|named| named == site))
}

impl CalendarPack {
    /// Every fault of the pack, section by section; empty when it can be used.
    pub fn faults(&self) -> Vec<PackFault> {
        checked(self).err().unwrap_or_default()
    }
}

/// Reads the whole pack and collects every fault, section by section.
pub(super) fn checked(pack: &CalendarPack) -> Result<Checked, Vec<PackFault>> {
    let mut faults = Faults::default();
    if pack.pack.kind != "calendar" {
        faults.add("pack.kind", format!("Phải là \"calendar\", không phải \"{}\"", pack.pack.kind));
    }
    let weeks = weeks(&pack.office_hours, &mut faults);
    let announced = announced(&pack.years, &mut faults);
    let years: BTreeSet<i16> = pack.years.iter().map(|covered| covered.year).collect();
    let special = special::days(&pack.special_days, &years, &weeks, &mut faults);
    let usual = usual(&pack.usual_holidays, &mut faults);
    let checked = Checked { weeks, announced, special, usual };
    holidays_left_out(&checked, &pack.years, &mut faults);
    if faults.0.is_empty() { Ok(checked) } else { Err(faults.0) }
}

/// Faults in the order they were found.
#[derive(Default)]
pub(super) struct Faults(Vec<PackFault>);

impl Faults {
    pub fn add(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.0.push(PackFault::new(place, message));
    }
}

fn weeks(entries: &[OfficeHours], faults: &mut Faults) -> Vec<(Vec<String>, Week)> {
    if entries.iter().filter(|entry| entry.sites.is_empty()).count() != 1 {
        faults.add("office_hours", "Phải có đúng một giờ làm việc chung (mục không có sites)");
    }
    let mut seen = BTreeSet::new();
    let mut weeks = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        for (j, site) in entry.sites.iter().enumerate() {
            let place = format!("office_hours[{i}].sites[{j}]");
            site_fault(site, &place, faults);
            if !seen.insert(site) {
                faults.add(place, format!("Đơn vị {site} đã có giờ làm việc ở mục khác"));
            }
        }
        let week = entry.weekdays().map(|(name, sessions)| {
            read_sessions(sessions, &format!("office_hours[{i}].{name}"), faults)
        });
        if week.iter().all(Vec::is_empty) {
            faults
                .add(format!("office_hours[{i}]"), "Phải có ít nhất một ngày làm việc trong tuần");
        }
        weeks.push((entry.sites.clone(), week));
    }
    weeks
}

fn site_fault(site: &str, place: &str, faults: &mut Faults) {
    if site.len() != 5 || !site.bytes().all(|b| b.is_ascii_digit()) {
        faults.add(place, format!("Mã đơn vị phải có 5 chữ số, không phải \"{site}\""));
    }
}

fn announced(entries: &[CoveredYear], faults: &mut Faults) -> BTreeSet<i16> {
    let mut seen = BTreeSet::new();
    for (i, entry) in entries.iter().enumerate() {
        if !(1900..=2199).contains(&entry.year) {
            faults.add(format!("years[{i}].year"), "Năm phải từ 1900 đến 2199");
        }
        if !seen.insert(entry.year) {
            faults.add(format!("years[{i}].year"), format!("Năm {} được khai hai lần", entry.year));
        }
        if entry.announced && entry.source.trim().is_empty() {
            faults.add(format!("years[{i}].source"), "Năm đã công bố phải ghi văn bản công bố");
        }
    }
    entries.iter().filter(|entry| entry.announced).map(|entry| entry.year).collect()
}

/// Sessions of one day, in order and apart from each other.
pub(super) fn read_sessions(
    entries: &[SessionEntry],
    place: &str,
    faults: &mut Faults,
) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let opens = read_time(&entry.opens, &format!("{place}[{i}].opens"), faults);
        let closes = read_time(&entry.closes, &format!("{place}[{i}].closes"), faults);
        let (Some(opens), Some(closes)) = (opens, closes) else {
            continue;
        };
        if opens >= closes {
            faults.add(format!("{place}[{i}]"), "Giờ mở cửa phải trước giờ đóng cửa");
        }
        if sessions.last().is_some_and(|earlier| earlier.closes >= opens) {
            faults.add(format!("{place}[{i}]"), "Các buổi phải theo thứ tự và không chồng nhau");
        }
        sessions.push(Session { opens, closes });
    }
    sessions
}

/// `HH:MM`, nothing looser: a pack is written once and read for years.
fn read_time(text: &str, place: &str, faults: &mut Faults) -> Option<Time> {
    let time = match text.split_once(':') {
        Some((hour, minute)) if hour.len() == 2 && minute.len() == 2 => {
            Some((hour.parse(), minute.parse()))
        }
        _ => None,
    };
    let time = time.and_then(|(hour, minute)| Time::new(hour.ok()?, minute.ok()?, 0, 0).ok());
    if time.is_none() {
        faults
            .add(place, format!("Giờ phải có dạng HH:MM (00:00 đến 23:59), không phải \"{text}\""));
    }
    time
}

/// `YYYY-MM-DD`.
pub(super) fn read_date(text: &str, place: &str, faults: &mut Faults) -> Option<Date> {
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    if date.is_none() {
        faults
            .add(place, format!("Ngày phải có dạng YYYY-MM-DD và có thật, không phải \"{text}\""));
    }
    date
}

fn usual(entries: &[UsualHoliday], faults: &mut Faults) -> Vec<Usual> {
    let mut holidays = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let place = format!("usual_holidays[{i}]");
        required(&entry.name, &format!("{place}.name"), faults);
        required(&entry.source, &format!("{place}.source"), faults);
        if entry.days_before > 10 || entry.days_after > 10 {
            faults.add(
                place.as_str(),
                "Kỳ nghỉ không thể kéo dài quá 10 ngày trước hoặc sau ngày chính",
            );
        }
        let Some(anchor) = read_anchor(entry, &place, faults) else {
            continue;
        };
        holidays.push(Usual {
            name: entry.name.clone(),
            source: entry.source.clone(),
            anchor,
            days_before: entry.days_before,
            days_after: entry.days_after,
            compensated: entry.compensated,
            from_year: entry.from_year.unwrap_or(i16::MIN),
        });
    }
    holidays
}

fn read_anchor(entry: &UsualHoliday, place: &str, faults: &mut Faults) -> Option<Anchor> {
    let (text, field, days_max) = match (&entry.solar, &entry.lunar) {
        (Some(solar), None) => (solar, "solar", 31),
        (None, Some(lunar)) => (lunar, "lunar", 30),
        _ => {
            faults.add(place, "Phải có đúng một trong hai: solar hoặc lunar");
            return None;
        }
    };
    let read = month_and_day(text)
        .filter(|(month, day)| (1..=12).contains(month) && (1..=days_max).contains(day));
    let Some((month, day)) = read else {
        faults
            .add(format!("{place}.{field}"), format!("Phải có dạng MM-DD, không phải \"{text}\""));
        return None;
    };
    Some(if field == "solar" { Anchor::Solar(month, day) } else { Anchor::Lunar(month, day) })
}

fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    (month.len() == 2 && day.len() == 2).then_some(())?;
    Some((month.parse().ok()?, day.parse().ok()?))
}

pub(super) fn required(text: &str, place: &str, faults: &mut Faults) {
    if text.trim().is_empty() {
        faults.add(place, "Không được để trống");
    }
}

/// An announced year must give every holiday of the law: a date mistyped by one day would otherwise
/// make a legal holiday a working day without a sound.
fn holidays_left_out(checked: &Checked, years: &[CoveredYear], faults: &mut Faults) {
    let week = checked.week_of(None);
    let special = checked.special_days_of(None, &week);
    for (i, covered) in years.iter().enumerate().filter(|(_, covered)| covered.announced) {
        for usual in &checked.usual {
            let Some(date) = usual.anchor_in(covered.year) else {
                continue;
            };
            let off = match special.get(&date) {
                Some(day) => day.sessions.is_empty(),
                None => special::usual_hours(date, &week).is_empty(),
            };
            if !off {
                faults.add(
                    format!("years[{i}]"),
                    format!(
                        "Năm {} đã công bố nhưng {date} ({}) chưa là ngày nghỉ",
                        covered.year, usual.name
                    ),
                );
            }
        }
    }
}
