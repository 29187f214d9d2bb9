//! Deadline rules as dated data (`deadline_rules.json`; its published schema is `deadline_rules.schema.json`).

use crate::pack::{PackFault, PackHead};
use jiff::civil::Time;
use serde::Deserialize;

/// The pack as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadlineRulesPack {
    /// Kind `deadline_rules`, version, effective date, sources.
    pub pack: PackHead,
    /// `15:00`: a same-day act received later is due on the next working day.
    pub same_day_cutoff: String,
    /// Length of a working day where internal processes count in hours (*30 ngày = 240 giờ*).
    pub hours_per_day: u8,
    /// Why the day of reception does not count: the article, printed in every explanation.
    pub first_day_source: String,
    /// Supplement requests.
    pub supplement: SupplementEntry,
    /// Re-appointments after a missed due date.
    pub reappointment: ReappointmentEntry,
    /// Days added for the place.
    pub mountainous: MountainousEntry,
    /// Dossiers of the portal; packs before 24/11/2026 say nothing of them.
    #[serde(default)]
    pub portal: Option<PortalEntry>,
}

/// Supplement requests.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplementEntry {
    /// `restart` or `suspend`.
    pub clock: String,
    /// Requests after acceptance before a supervisor is needed.
    pub requests_max: u8,
    /// Working days after reception within which the request must be written.
    pub request_within_working_days: u8,
    /// The article.
    pub source: String,
}

/// Re-appointments.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReappointmentEntry {
    /// Re-appointments before a supervisor is needed.
    pub times_max: u8,
    /// Days before the due date by which the apology must be out.
    pub apology_days_before: u8,
    /// The article.
    pub source: String,
}

/// Days added for the place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MountainousEntry {
    /// Days added to a land procedure, of the limit's own unit.
    pub extra_days: u16,
    /// The article, or how it is known.
    pub source: String,
}

/// Dossiers of the portal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalEntry {
    /// Working hours after filing within which the desk must answer: 1 to 240.
    pub answer_within_hours: u16,
    /// The article.
    pub source: String,
}

/// What a completed dossier does to the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SupplementRule {
    /// The whole limit runs again from the complete dossier (Decree 61/2018/NĐ-CP, Article 19.4).
    Restart,
    /// The working time spent waiting is added to the due date.
    Suspend,
}

/// The rules, read and found sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineRules {
    /// Version of the pack, remembered by every dossier counted with it.
    pub version: String,
    /// Last minute of reception for a result the same day.
    pub same_day_cutoff: Time,
    /// Hours of a working day where internal processes count in hours.
    pub hours_per_day: u8,
    /// The article by which the first day does not count.
    pub first_day_source: String,
    /// What a completed dossier does to the clock.
    pub supplement: SupplementRule,
    /// The article behind it.
    pub supplement_source: String,
    /// Supplement requests after acceptance before a supervisor is needed.
    pub supplement_requests_max: u8,
    /// Working days after reception within which a supplement request must be written.
    pub supplement_request_within_working_days: u8,
    /// Re-appointments before a supervisor is needed.
    pub reappointments_max: u8,
    /// Days before the due date by which the apology must be out.
    pub apology_days_before: u8,
    /// Days added to land procedures in mountainous, border, island and difficult communes.
    pub mountainous_extra_days: u16,
    /// Where that is written.
    pub mountainous_source: String,
    /// Working hours within which a dossier of the portal must be answered; `None` where the pack names none.
    pub portal_answer_hours: Option<u16>,
}

impl DeadlineRulesPack {
    /// Every fault of the pack; empty when it can be used.
    pub fn faults(&self) -> Vec<PackFault> {
        DeadlineRules::from_pack(self).err().unwrap_or_default()
    }
}

impl DeadlineRules {
    /// The rules of a pack, or every fault with its place.
    pub fn from_pack(pack: &DeadlineRulesPack) -> Result<Self, Vec<PackFault>> {
        let mut faults = number_faults(pack);
        let same_day_cutoff = read_time(&pack.same_day_cutoff, &mut faults);
        let supplement = read_clock(&pack.supplement.clock, &mut faults);
        let (Some(same_day_cutoff), Some(supplement), []) =
            (same_day_cutoff, supplement, faults.as_slice())
        else {
            return Err(faults);
        };
        Ok(Self {
            version: pack.pack.version.clone(),
            same_day_cutoff,
            hours_per_day: pack.hours_per_day,
            first_day_source: pack.first_day_source.clone(),
            supplement,
            supplement_source: pack.supplement.source.clone(),
            supplement_requests_max: pack.supplement.requests_max,
            supplement_request_within_working_days: pack.supplement.request_within_working_days,
            reappointments_max: pack.reappointment.times_max,
            apology_days_before: pack.reappointment.apology_days_before,
            mountainous_extra_days: pack.mountainous.extra_days,
            mountainous_source: pack.mountainous.source.clone(),
            portal_answer_hours: pack.portal.as_ref().map(|portal| portal.answer_within_hours),
        })
    }

    /// Days as the hours that internal processes write: 30 days are 240 hours.
    pub fn hours_of_days(&self, days: u16) -> u32 {
        u32::from(days) * u32::from(self.hours_per_day)
    }
}

fn number_faults(pack: &DeadlineRulesPack) -> Vec<PackFault> {
    let sources = [
        ("first_day_source", &pack.first_day_source),
        ("supplement.source", &pack.supplement.source),
        ("reappointment.source", &pack.reappointment.source),
        ("mountainous.source", &pack.mountainous.source),
    ];
    let unsourced = sources.iter().filter(|(_, text)| text.trim().is_empty());
    let mut faults: Vec<PackFault> =
        unsourced.map(|(place, _)| PackFault::new(*place, "Phải ghi văn bản")).collect();
    let mut must = |kept: bool, place: &str, message: String| {
        if !kept {
            faults.push(PackFault::new(place, message));
        }
    };
    let kind = &pack.pack.kind;
    must(
        kind == "deadline_rules",
        "pack.kind",
        format!("Phải là \"deadline_rules\", không phải \"{kind}\""),
    );
    must((1..=24).contains(&pack.hours_per_day), "hours_per_day", "Phải từ 1 đến 24".into());
    must(pack.mountainous.extra_days <= 60, "mountainous.extra_days", "Không quá 60 ngày".into());
    must(
        pack.supplement.request_within_working_days >= 1,
        "supplement.request_within_working_days",
        "Phải từ 1 ngày làm việc".into(),
    );
    if let Some(portal) = &pack.portal {
        let hours = portal.answer_within_hours;
        must(
            (1..=240).contains(&hours),
            "portal.answer_within_hours",
            "Phải từ 1 đến 240 giờ".into(),
        );
        let sourced = !portal.source.trim().is_empty();
        must(sourced, "portal.source", "Phải ghi văn bản".into());
    }
    faults
}

fn read_time(text: &str, faults: &mut Vec<PackFault>) -> Option<Time> {
    let time = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2);
    let time = time.and_then(|(h, m)| Time::new(h.parse().ok()?, m.parse().ok()?, 0, 0).ok());
    if time.is_none() {
        let message = format!("Giờ phải có dạng HH:MM, không phải \"{text}\"");
        faults.push(PackFault::new("same_day_cutoff", message));
    }
    time
}

fn read_clock(text: &str, faults: &mut Vec<PackFault>) -> Option<SupplementRule> {
    match text {
        "restart" => Some(SupplementRule::Restart),
        "suspend" => Some(SupplementRule::Suspend),
        _ => {
            let message = format!("Phải là restart hoặc suspend, không phải \"{text}\"");
            faults.push(PackFault::new("supplement.clock", message));
            None
        }
    }
}
