//! Hồ sơ trực tuyến: filed on a portal, waiting to be taken in. One number of one portal is one dossier, whoever told it first.

use super::event::{ReturnMethod, Submitted};
use super::receive::{party_faults, tidy_party, tidy_registered, tidy_submitter};
use crate::calendar::Calendar;
use crate::deadline::{DeadlineRules, Terms, TimeLimit, due, working_minutes};
use crate::ids::DossierId;
use crate::officer::Act;
use crate::party::{Party, Registered, Submitter};
use crate::refusal::Refusal;
use crate::text::{fold, normalise};
use crate::time::{instant, office_time};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The portal citizens file on since 1 July 2025.
pub const NATIONAL_PORTAL: &str = "Cổng Dịch vụ công quốc gia";

const NUMBER_CHARS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 500;

/// What a portal dossier was before it was taken in, and what the desk answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Name of the portal.
    pub system: String,
    /// Its number there.
    pub number: String,
    /// When the citizen filed it.
    pub filed_at: Timestamp,
    /// Since when it waits for the desk: filed, or added to.
    pub waits_since: Timestamp,
    /// Case id, where it is known.
    pub case: Option<String>,
    /// The desk's last answer before acceptance: asked for more, or not accepted.
    pub answer: Option<Answer>,
}

/// An answer before acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// Who decided.
    pub by: String,
    /// Why, and what is asked for.
    pub words: String,
}

/// Its number and its time on the portal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filed {
    /// Name of the portal; the national one when absent.
    #[serde(default)]
    pub system: Option<String>,
    /// The number there.
    pub number: String,
    /// Date of that number; the day it was filed when absent.
    #[serde(default)]
    pub date: Option<Date>,
    /// When it was filed there.
    pub at: Timestamp,
}

/// A dossier as the portal, or the officer who copies from it, tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitting {
    /// Number and time there.
    pub filed: Filed,
    /// National code of the procedure.
    pub procedure_code: String,
    /// Its name.
    pub procedure_name: String,
    /// Lĩnh vực; empty when not said.
    pub field: String,
    /// Case id, where known.
    pub case: Option<String>,
    /// Chủ hồ sơ.
    pub applicant: Party,
    /// Người nộp, when another.
    pub submitter: Option<Submitter>,
    /// Người được đăng ký.
    pub registered: Vec<Registered>,
    /// Where the result is wanted.
    pub return_method: ReturnMethod,
    /// Postal address for the result.
    pub return_address: Option<String>,
}

/// By when a dossier of the portal must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerBy {
    /// The moment.
    pub at: Timestamp,
    /// Working minutes until then; below zero, working minutes since.
    pub minutes_left: i64,
}

/// The identity of what a portal numbers: the same at every desk and at the gateway, so that what is copied by hand and
/// what arrives later are one dossier. A `UUIDv8` of RFC 9562.
pub fn dossier_id(site: &str, system: &str, number: &str) -> DossierId {
    let mut digest = Sha256::new();
    digest.update(b"quay portal dossier v1");
    for part in [site.to_owned(), fold(system), number_key(number)] {
        digest.update([0]);
        digest.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    DossierId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A dossier of a portal becomes a record, or every reason why it cannot. `by` records it; `now` is the moment of that.
///
/// # Errors
/// Every fault found, each naming its field.
pub fn submit(
    site: &str,
    input: Submitting,
    by: &crate::officer::Officer,
    now: Timestamp,
) -> Result<Submitted, Vec<Refusal>> {
    let applicant = tidy_party(input.applicant);
    let submitter = input.submitter.map(tidy_submitter);
    let system = input.filed.system.as_deref().map(normalise).filter(|text| !text.is_empty());
    let system = system.unwrap_or_else(|| NATIONAL_PORTAL.to_owned());
    let number = normalise(&input.filed.number);
    let today = office_time(now).date();
    let mut faults = party_faults(&applicant, "applicant", today);
    if let Some(submitter) = &submitter {
        faults.extend(party_faults(&submitter.party, "submitter", today));
    }
    faults.extend(text_fault("portal.number", &number, NUMBER_CHARS_MAX));
    faults.extend(text_fault("portal.system", &system, NUMBER_CHARS_MAX));
    faults.extend(text_fault("procedure", &input.procedure_code, NUMBER_CHARS_MAX));
    faults.extend(text_fault("procedure_name", &input.procedure_name, NAME_CHARS_MAX));
    if input.filed.at > now {
        let words = "Thời điểm nộp trực tuyến ở tương lai.";
        faults.push(Refusal::of("in_the_future", "portal.at", words));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let filed_by = submitter.as_ref().map_or(&applicant.full_name, |s| &s.party.full_name);
    Ok(Submitted {
        act: Act {
            at: input.filed.at,
            done_by: filed_by.clone(),
            recorded_by: by.id,
            recorded_by_name: by.name.clone(),
            paper_number: None,
            note: None,
        },
        dossier: dossier_id(site, &system, &number),
        recorded_at: now,
        date: input.filed.date.unwrap_or_else(|| office_time(input.filed.at).date()),
        system,
        number,
        procedure_code: normalise(&input.procedure_code),
        procedure_name: normalise(&input.procedure_name),
        procedure_field: normalise(&input.field),
        case: input.case,
        applicant,
        submitter,
        registered: input.registered.into_iter().map(tidy_registered).collect(),
        return_method: input.return_method,
        return_address: input.return_address,
    })
}

/// By when something that waits since `since` must be answered; `None` where the rules name no limit.
///
/// # Errors
/// `calendar_ends` when the calendar does not reach that far.
pub fn answer_by(
    since: Timestamp,
    now: Timestamp,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<Option<AnswerBy>, Refusal> {
    let Some(hours) = rules.portal_answer_hours else { return Ok(None) };
    let ends =
        |fault: crate::calendar::PastCalendar| Refusal::act("calendar_ends", fault.to_string());
    let terms = Terms { limit: TimeLimit::Hours(hours), extra_days: 0 };
    let counted = due(terms, office_time(since), calendar, rules).map_err(ends)?;
    let Some(until) = counted.due_at else { return Ok(None) };
    let now = office_time(now);
    let minutes_left = if now <= until {
        i64::from(working_minutes(calendar, now, until).map_err(ends)?)
    } else {
        -i64::from(working_minutes(calendar, until, now).map_err(ends)?)
    };
    let at =
        instant(until).map_err(|fault| Refusal::act("time_out_of_range", fault.to_string()))?;
    Ok(Some(AnswerBy { at, minutes_left }))
}

/// What [`super::receive`] is asked with when a portal dossier is accepted must belong to it.
///
/// # Errors
/// `wrong_stage` when it was answered already, or never filed on a portal.
pub fn acceptable(dossier: &super::Dossier) -> Result<(), Refusal> {
    use super::status::Stage;
    let waits = matches!(dossier.stage, Stage::Submitted | Stage::SentBack);
    if dossier.submission.is_none() || !waits {
        return Err(Refusal::act(
            "wrong_stage",
            format!(
                "Không thể tiếp nhận: hồ sơ đang ở trạng thái \"{}\".",
                dossier.status().words()
            ),
        ));
    }
    Ok(())
}

fn number_key(number: &str) -> String {
    normalise(number).to_uppercase().chars().filter(|c| !c.is_whitespace()).collect()
}

fn text_fault(field: &str, text: &str, chars_max: usize) -> Option<Refusal> {
    let chars = normalise(text).chars().count();
    (chars == 0 || chars > chars_max).then(|| {
        Refusal::of("field_empty", field, format!("Phải ghi, không quá {chars_max} ký tự."))
    })
}
