//! Tiếp nhận: what was said at the desk becomes a reception, or every reason why it cannot.

mod checklist;
mod people;

pub use people::party_faults;
pub(super) use people::{tidy as tidy_party, tidy_registered, tidy_submitter};

use super::decide::{Context, approver, promise};
use super::event::{
    ComponentTaken, FeeTold, IntakeChannel, LateEntry, PackVersions, PaperState, ProcedureTaken,
    Received, ReturnMethod, ScanState,
};
use crate::deadline::Terms;
use crate::ids::DossierId;
use crate::officer::Act;
use crate::party::{Party, Registered, Submitter};
use crate::procedure::{Case, Procedure, Reception as Counter, fee_words};
use crate::refusal::Refusal;
use crate::site::Site;
use crate::text::normalise;
use crate::time::office_time;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Entered within this many minutes of the reception it is not a late entry.
const LATE_AFTER_MINUTES: i64 = 15;
const SETS_MAX: u16 = 50;
const TEXT_CHARS_MAX: usize = 2000;

/// What an officer hands over to be taken in: one dossier.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reception {
    /// National code of the procedure.
    pub procedure: String,
    /// Case id, asked for where the procedure has several.
    #[serde(default)]
    pub case: Option<String>,
    /// Chủ hồ sơ.
    pub applicant: Party,
    /// Người nộp, when another.
    #[serde(default)]
    pub submitter: Option<Submitter>,
    /// Người được đăng ký.
    #[serde(default)]
    pub registered: Vec<Registered>,
    /// The checklist; when absent, what the pack requires is taken as received.
    #[serde(default)]
    pub components: Option<Vec<ComponentLine>>,
    /// Số bộ, 1 to 50.
    #[serde(default = "one")]
    pub sets: u16,
    /// Kênh.
    #[serde(default)]
    pub channel: IntakeChannel,
    /// Where the result is wanted.
    #[serde(default)]
    pub return_method: ReturnMethod,
    /// Postal address; the applicant's when absent.
    #[serde(default)]
    pub return_address: Option<String>,
    /// Number and time on the portal, for a dossier of channel `online` that is copied by hand.
    #[serde(default)]
    pub portal: Option<super::portal::Filed>,
    /// Legal time of reception; now when absent.
    #[serde(default)]
    pub received_at: Option<Timestamp>,
    /// Why it is entered late.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// The supervisor who agreed to the late entry.
    #[serde(default)]
    pub approved_by: Option<String>,
    /// Number of a blank slip filled by hand.
    #[serde(default)]
    pub reserved_number: Option<String>,
    /// Số thứ tự.
    #[serde(default)]
    pub queue_ticket: Option<String>,
    /// Fee entered by the officer, đồng.
    #[serde(default)]
    pub fee_amount_vnd: Option<u32>,
    /// Basis of that fee.
    #[serde(default)]
    pub fee_basis: Option<String>,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// One line of the checklist as handed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentLine {
    /// Index in the case of the pack.
    pub index: u16,
    /// Text edited by the officer.
    #[serde(default)]
    pub label: Option<String>,
    /// Bản chính.
    #[serde(default)]
    pub originals: u16,
    /// Bản chứng thực.
    #[serde(default)]
    pub certified: u16,
    /// Bản photo.
    #[serde(default)]
    pub copies: u16,
    /// The paper.
    #[serde(default)]
    pub state: PaperState,
    /// The scan.
    #[serde(default)]
    pub scan: ScanState,
    /// Whether originals stay with the office.
    #[serde(default)]
    pub keep_original: bool,
}

/// What the office knows of the procedure and the place on the day.
#[derive(Debug, Clone)]
pub struct Taken<'a> {
    /// The procedure; `None` when the code is unknown.
    pub procedure: Option<&'a Procedure>,
    /// Role words that have a label in the pack.
    pub known_roles: &'a BTreeSet<String>,
    /// Packs in force.
    pub packs: PackVersions,
    /// The place.
    pub site: &'a Site,
    /// Whether an administrator reviewed the procedure's component texts.
    pub reviewed: bool,
    /// Procedures of other counters that this site takes in for them (*nhận hộ*).
    pub received_for_others: bool,
    /// Fee of the site's own table, in words.
    pub site_fee: Option<FeeTold>,
}

/// Takes a dossier in. `number` and `check_code` are left for the caller, who holds the series.
///
/// # Errors
/// Every fault found, each naming its field; nothing has happened then.
pub fn receive(
    id: DossierId,
    input: Reception,
    taken: &Taken<'_>,
    context: &Context<'_>,
) -> Result<Received, Vec<Refusal>> {
    let mut faults = Vec::new();
    let procedure = keep(find_procedure(&input, taken), &mut faults);
    let case = procedure.and_then(|procedure| keep(find_case(&input, procedure), &mut faults));
    let at = keep(reception_time(&input, context), &mut faults).unwrap_or(context.now);
    let late = keep(late_entry(&input, at, context), &mut faults).flatten();
    let applicant = people::tidy(input.applicant);
    let today = office_time(context.now).date();
    faults.extend(party_faults(&applicant, "applicant", today));
    let submitter = input.submitter.map(people::tidy_submitter);
    if let Some(submitter) = &submitter {
        faults.extend(party_faults(&submitter.party, "submitter", today));
    }
    let registered: Vec<Registered> =
        input.registered.into_iter().map(people::tidy_registered).collect();
    let roles = procedure.map(|procedure| procedure.subject_roles.as_slice()).unwrap_or_default();
    faults.extend(people::registered_faults(&registered, roles, taken.known_roles, today));
    faults.extend(limits(input.sets, input.note.as_deref(), input.queue_ticket.as_deref()));
    let components = case.map_or_else(Vec::new, |case| {
        keep_all(checklist::components(case, input.components, taken.reviewed), &mut faults)
            .unwrap_or_default()
    });
    let due = match (procedure, case) {
        (Some(procedure), Some(case)) => keep(
            promise(terms(procedure, case, taken.site), at, context.calendar, context.rules),
            &mut faults,
        ),
        _ => None,
    };
    let (Some(procedure), Some(case), Some(due), true) = (procedure, case, due, faults.is_empty())
    else {
        return Err(faults);
    };
    let fee = fee_told(procedure, case, taken, input.fee_amount_vnd, input.fee_basis);
    Ok(Received {
        act: Act {
            at,
            done_by: context.actor.name.clone(),
            recorded_by: context.actor.id,
            recorded_by_name: context.actor.name.clone(),
            paper_number: None,
            note: input.note.map(|note| normalise(&note)).filter(|note| !note.is_empty()),
        },
        dossier: id,
        recorded_at: context.now,
        late,
        number: None,
        check_code: String::new(),
        procedure: procedure_taken(procedure, case),
        return_address: input
            .return_address
            .or_else(|| applicant.address.clone())
            .filter(|_| input.return_method == ReturnMethod::Post),
        applicant,
        submitter,
        registered,
        components,
        sets: input.sets,
        channel: input.channel,
        return_method: input.return_method,
        fee,
        due,
        packs: taken.packs.clone(),
        queue_ticket: input.queue_ticket,
    })
}

/// The limit that holds for a case at a site, with the extra days of mountainous communes.
pub fn terms(procedure: &Procedure, case: &Case, site: &Site) -> Terms {
    let rule = procedure.time_of(case);
    Terms {
        limit: rule.limit(),
        extra_days: if site.mountainous { rule.mountain_extra_days.unwrap_or(0) } else { 0 },
    }
}

fn find_procedure<'a>(input: &Reception, taken: &Taken<'a>) -> Result<&'a Procedure, Refusal> {
    let Some(procedure) = taken.procedure else {
        return Err(Refusal::of(
            "procedure_unknown",
            "procedure",
            format!("Không có thủ tục mã \"{}\" trong danh mục đang dùng.", input.procedure),
        ));
    };
    if let Some(successor) = &procedure.superseded_by {
        return Err(Refusal::of(
            "procedure_superseded",
            "procedure",
            format!(
                "Thủ tục {} đã được thay bằng {successor}: hãy chọn mã {successor}.",
                procedure.code
            ),
        ));
    }
    if procedure.reception != Counter::Desk && !taken.received_for_others {
        return Err(Refusal::of(
            "other_counter",
            "procedure",
            format!("{}: {}.", procedure.short_name, procedure.reception.words()),
        ));
    }
    Ok(procedure)
}

fn find_case<'a>(input: &Reception, procedure: &'a Procedure) -> Result<&'a Case, Refusal> {
    procedure.case(input.case.as_deref()).ok_or_else(|| {
        let known: Vec<&str> = procedure.cases.iter().map(|case| case.id.as_str()).collect();
        match &input.case {
            Some(case) => Refusal::of(
                "case_unknown",
                "case",
                format!("Thủ tục không có trường hợp \"{case}\"; có: {}.", known.join(", ")),
            ),
            None => Refusal::of(
                "case_missing",
                "case",
                format!("Phải chọn trường hợp: {}.", known.join(", ")),
            ),
        }
    })
}

fn reception_time(input: &Reception, context: &Context<'_>) -> Result<Timestamp, Refusal> {
    let at = input.received_at.unwrap_or(context.now);
    if at > context.now {
        return Err(Refusal::of(
            "in_the_future",
            "received_at",
            "Thời điểm tiếp nhận ở tương lai.",
        ));
    }
    Ok(at)
}

fn late_entry(
    input: &Reception,
    at: Timestamp,
    context: &Context<'_>,
) -> Result<Option<LateEntry>, Refusal> {
    if context.now.duration_since(at) <= SignedDuration::from_mins(LATE_AFTER_MINUTES) {
        return Ok(None);
    }
    let reason = input.late_reason.as_deref().map(normalise).filter(|reason| !reason.is_empty());
    let Some(reason) = reason else {
        return Err(Refusal::of(
            "late_reason_missing",
            "late_reason",
            "Nhập bổ sung (giờ tiếp nhận đã qua) phải ghi lý do.",
        ));
    };
    let approved_by =
        approver(input.approved_by.as_deref(), context, "Nhập bổ sung phải có lãnh đạo đồng ý.")?;
    Ok(Some(LateEntry { reason, approved_by }))
}

fn limits(sets: u16, note: Option<&str>, ticket: Option<&str>) -> Vec<Refusal> {
    let mut faults = Vec::new();
    if !(1..=SETS_MAX).contains(&sets) {
        faults.push(Refusal::of(
            "sets_out_of_range",
            "sets",
            format!("Số bộ hồ sơ phải từ 1 đến {SETS_MAX}."),
        ));
    }
    for (field, text) in [("note", note), ("queue_ticket", ticket)] {
        if text.is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX) {
            faults.push(Refusal::of("too_long", field, format!("Dài quá {TEXT_CHARS_MAX} ký tự.")));
        }
    }
    faults
}

fn procedure_taken(procedure: &Procedure, case: &Case) -> ProcedureTaken {
    let named = procedure.cases.len() > 1;
    ProcedureTaken {
        code: procedure.code.clone(),
        name: procedure.name.clone(),
        short_name: procedure.short_name.clone(),
        field: procedure.field.clone(),
        case: named.then(|| case.id.clone()),
        case_name: named.then(|| case.name.clone()),
        workflow: procedure.workflow,
    }
}

fn fee_told(
    procedure: &Procedure,
    case: &Case,
    taken: &Taken<'_>,
    amount_vnd: Option<u32>,
    basis: Option<String>,
) -> FeeTold {
    match (amount_vnd, &taken.site_fee) {
        (Some(amount), _) => {
            FeeTold { words: crate::procedure::vnd(amount.into()), amount_vnd: Some(amount), basis }
        }
        (None, Some(fee)) => fee.clone(),
        (None, None) => {
            FeeTold { words: fee_words(procedure.fee_of(case)), amount_vnd: None, basis: None }
        }
    }
}

fn keep<T>(result: Result<T, Refusal>, faults: &mut Vec<Refusal>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

fn keep_all<T>(result: Result<T, Vec<Refusal>>, faults: &mut Vec<Refusal>) -> Option<T> {
    result.map_err(|found| faults.extend(found)).ok()
}

fn one() -> u16 {
    1
}

/// The component lines of a dossier before anything was ticked: what the pack expects at the desk.
pub fn expected_components(case: &Case, reviewed: bool) -> Vec<ComponentTaken> {
    checklist::expected(case, reviewed)
}
