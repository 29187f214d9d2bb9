//! Dates promised to citizens: counted here once, stored, never counted again.

use super::super::event::{Due, DueStep};
use super::{Context, Dossier};
use crate::calendar::Calendar;
use crate::deadline::{
    DeadlineRules, DueDate, Extension, Supplement, Terms, TimeLimit, after_supplement, due, extend,
};
use crate::refusal::Refusal;
use crate::time::{instant, office_time, short_date, weekday};
use jiff::Timestamp;
use jiff::civil::DateTime;

/// Counts the promise for a dossier received at `at`.
///
/// # Errors
/// `calendar_ends` when the calendar does not reach that far, `time_out_of_range` for absurd moments.
pub fn promise(
    terms: Terms,
    at: Timestamp,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<Due, Refusal> {
    let counted = due(terms, office_time(at), calendar, rules).map_err(calendar_ends)?;
    stored(&counted, limit_code(&terms))
}

/// *16:30 Thứ Tư 25/11/2026*, or that the law sets no date.
pub fn promise_words(at: Option<Timestamp>) -> String {
    match at {
        None => "Chưa quy định thời hạn".into(),
        Some(at) => {
            let at = office_time(at);
            format!(
                "{:02}:{:02} {} {}",
                at.hour(),
                at.minute(),
                weekday(at.date().weekday()),
                short_date(at.date())
            )
        }
    }
}

impl Dossier {
    pub(super) fn due_after_supplement(
        &self,
        completed_at: Timestamp,
        context: &Context<'_>,
    ) -> Result<Due, Refusal> {
        let terms = limit_terms(&self.due.limit, context.rules)?;
        let supplement = Supplement {
            terms,
            due: &self.present_due(),
            asked_at: office_time(self.supplement_since.unwrap_or(completed_at)),
            completed_at: office_time(completed_at),
        };
        let counted = after_supplement(&supplement, context.calendar, context.rules)
            .map_err(calendar_ends)?;
        stored(&counted, self.due.limit.clone())
    }

    pub(super) fn extended_due(
        &self,
        by: Option<&str>,
        until: Option<Timestamp>,
        context: &Context<'_>,
    ) -> Result<Due, Refusal> {
        match (by, until) {
            (Some(by), None) => {
                let limit = TimeLimit::parse(by, context.rules.same_day_cutoff)
                    .map_err(|fault| Refusal::of("limit_unreadable", "by", fault.to_string()))?;
                let counted = extend(
                    &self.present_due(),
                    Extension::Add(limit),
                    context.calendar,
                    context.rules,
                )
                .map_err(|fault| Refusal::of("cannot_extend", "by", fault.to_string()))?;
                stored(&counted, self.due.limit.clone())
            }
            (None, Some(until)) => self.due_on(until, context),
            _ => Err(Refusal::of(
                "extension_unclear",
                "by",
                "Nêu đúng một trong hai: \"by\" (cộng thêm, ví dụ \"3wd\") hoặc \"until\" (ngày giờ hẹn mới).",
            )),
        }
    }

    fn due_on(&self, until: Timestamp, context: &Context<'_>) -> Result<Due, Refusal> {
        if until <= context.now {
            return Err(Refusal::of("due_not_later", "until", "Ngày hẹn mới phải sau lúc này."));
        }
        let until = Extension::Until(office_time(until));
        let counted = extend(&self.present_due(), until, context.calendar, context.rules)
            .map_err(|fault| Refusal::of("cannot_extend", "until", fault.to_string()))?;
        stored(&counted, self.due.limit.clone())
    }

    /// The promise in force; without a moment where the law sets no limit.
    fn present_due(&self) -> DueDate {
        DueDate::stored(self.due.at.map(office_time), office_time(self.received_at))
    }
}

fn stored(counted: &DueDate, limit: String) -> Result<Due, Refusal> {
    let steps = counted
        .steps
        .iter()
        .map(|step| {
            Ok(DueStep {
                code: step.code.as_str().into(),
                at: moment(step.at)?,
                words: step.text.clone(),
            })
        })
        .collect::<Result<_, Refusal>>()?;
    Ok(Due { at: counted.due_at.map(moment).transpose()?, limit, steps })
}

fn moment(at: DateTime) -> Result<Timestamp, Refusal> {
    instant(at).map_err(|fault| Refusal::act("time_out_of_range", fault.to_string()))
}

fn calendar_ends(fault: crate::calendar::PastCalendar) -> Refusal {
    Refusal::act("calendar_ends", fault.to_string())
}

/// `3wd`, or `20wd+10` with the extra days of mountainous communes.
fn limit_code(terms: &Terms) -> String {
    match terms.extra_days {
        0 => terms.limit.code(),
        extra => format!("{}+{extra}", terms.limit.code()),
    }
}

fn limit_terms(code: &str, rules: &DeadlineRules) -> Result<Terms, Refusal> {
    let (limit, extra) = code.split_once('+').unwrap_or((code, "0"));
    let unreadable =
        || Refusal::act("limit_unreadable", format!("Không đọc được thời hạn đã lưu \"{code}\"."));
    Ok(Terms {
        limit: TimeLimit::parse(limit, rules.same_day_cutoff).map_err(|_| unreadable())?,
        extra_days: extra.parse().map_err(|_| unreadable())?,
    })
}
