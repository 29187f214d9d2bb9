//! The rules of special days: what each kind may carry, and that exchanges have both halves.

use super::{Faults, Week, read_date, read_sessions, required, site_fault};
use crate::calendar::day::{Session, SpecialDay, SpecialKind};
use crate::calendar::pack::SpecialDayEntry;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

type Scoped = (Vec<String>, SpecialDay);

/// Every readable day, with its sites.
pub(super) fn days(
    entries: &[SpecialDayEntry],
    years: &BTreeSet<i16>,
    weeks: &[(Vec<String>, Week)],
    faults: &mut Faults,
) -> Vec<Scoped> {
    let common = weeks.iter().find(|(sites, _)| sites.is_empty()).map(|(_, week)| week);
    let mut days: Vec<(usize, Scoped)> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let place = format!("special_days[{i}]");
        let Some(day) = read(entry, &place, faults) else {
            continue;
        };
        if !years.contains(&day.date.year()) {
            faults.add(
                format!("{place}.date"),
                format!("Năm {} chưa khai trong years", day.date.year()),
            );
        }
        if let Some(week) = common.filter(|_| entry.sites.is_empty()) {
            hours_fault(&day, week, &place, faults);
        }
        days.push((i, (entry.sites.clone(), day)));
    }
    repeated(&days, faults);
    unpaired(&days, faults);
    days.into_iter().map(|(_, day)| day).collect()
}

/// The day with the hours it is worked: its own, or those of the day it replaces.
pub(super) fn with_hours(day: &SpecialDay, week: &Week) -> SpecialDay {
    let mut day = day.clone();
    if day.kind == SpecialKind::Worked && day.sessions.is_empty() {
        let replaced = day.swap.unwrap_or(day.date);
        day.sessions = usual_hours(replaced, week).to_vec();
    }
    day
}

/// The hours of the weekday.
pub(super) fn usual_hours(date: Date, week: &Week) -> &[Session] {
    let index = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    week.get(index).map_or(&[], Vec::as_slice)
}

fn read(entry: &SpecialDayEntry, place: &str, faults: &mut Faults) -> Option<SpecialDay> {
    required(&entry.name, &format!("{place}.name"), faults);
    required(&entry.source, &format!("{place}.source"), faults);
    for (j, site) in entry.sites.iter().enumerate() {
        site_fault(site, &format!("{place}.sites[{j}]"), faults);
    }
    let date = read_date(&entry.date, &format!("{place}.date"), faults);
    let kind = read_kind(&entry.kind, &format!("{place}.kind"), faults);
    let swap = match &entry.swap {
        Some(text) => Some(read_date(text, &format!("{place}.swap"), faults)?),
        None => None,
    };
    let sessions = read_sessions(&entry.sessions, &format!("{place}.sessions"), faults);
    let day = SpecialDay {
        date: date?,
        kind: kind?,
        name: entry.name.clone(),
        source: entry.source.clone(),
        confirmed: entry.confirmed,
        provisional: false,
        swap,
        sessions,
    };
    carried_faults(&day, place, faults);
    Some(day)
}

fn read_kind(text: &str, place: &str, faults: &mut Faults) -> Option<SpecialKind> {
    match text {
        "holiday" => Some(SpecialKind::Holiday),
        "compensation" => Some(SpecialKind::Compensation),
        "swapped_off" => Some(SpecialKind::SwappedOff),
        "worked" => Some(SpecialKind::Worked),
        _ => {
            let allowed = "holiday, compensation, swapped_off hoặc worked";
            faults.add(place, format!("Phải là {allowed}, không phải \"{text}\""));
            None
        }
    }
}

fn carried_faults(day: &SpecialDay, place: &str, faults: &mut Faults) {
    let worked = day.kind == SpecialKind::Worked;
    if !worked && !day.sessions.is_empty() {
        faults.add(format!("{place}.sessions"), "Ngày nghỉ không có buổi làm việc");
    }
    if worked && day.sessions.is_empty() && day.swap.is_none() {
        faults.add(
            place,
            "Ngày làm bù phải ghi ngày được nghỉ (swap) hoặc các buổi làm việc (sessions)",
        );
    }
    let exchangeable = matches!(day.kind, SpecialKind::Worked | SpecialKind::SwappedOff);
    if day.swap.is_some() && !exchangeable {
        faults.add(format!("{place}.swap"), "Chỉ ngày hoán đổi và ngày làm bù mới có swap");
    }
}

/// A day in lieu or a swapped day off must take a working day away, a worked day must add one.
fn hours_fault(day: &SpecialDay, week: &Week, place: &str, faults: &mut Faults) {
    let usually_open = !usual_hours(day.date, week).is_empty();
    let resting = matches!(day.kind, SpecialKind::Compensation | SpecialKind::SwappedOff);
    if resting && !usually_open {
        faults.add(format!("{place}.date"), format!("{} vốn là ngày nghỉ hằng tuần", day.date));
    }
    if with_hours(day, week).sessions.is_empty() && day.kind == SpecialKind::Worked {
        faults.add(place, "Ngày làm bù không có buổi làm việc nào");
    }
    if day.kind == SpecialKind::Worked && day.swap.is_some() && usually_open {
        faults.add(format!("{place}.date"), format!("{} vốn là ngày làm việc", day.date));
    }
}

fn repeated(days: &[(usize, Scoped)], faults: &mut Faults) {
    let mut seen: BTreeMap<(Date, &str), usize> = BTreeMap::new();
    for (i, (sites, day)) in days {
        let scopes =
            if sites.is_empty() { vec![""] } else { sites.iter().map(String::as_str).collect() };
        for scope in scopes {
            if let Some(first) = seen.insert((day.date, scope), *i) {
                let message = format!("Ngày {} đã có ở special_days[{first}]", day.date);
                faults.add(format!("special_days[{i}].date"), message);
            }
        }
    }
}

/// A Saturday is worked for a day off: each half must name the other.
fn unpaired(days: &[(usize, Scoped)], faults: &mut Faults) {
    for (i, (sites, day)) in days {
        let Some(swap) = day.swap else { continue };
        let partner = days.iter().find(|(_, (other_sites, other))| {
            other_sites == sites && other.date == swap && other.swap == Some(day.date)
        });
        if partner.is_none_or(|(_, (_, other))| other.kind == day.kind) {
            let message =
                format!("Ngày {swap} phải là nửa kia của hoán đổi và ghi swap \"{}\"", day.date);
            faults.add(format!("special_days[{i}].swap"), message);
        }
    }
}
