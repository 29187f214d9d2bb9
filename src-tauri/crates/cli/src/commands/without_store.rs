//! Commands that need no store: they answer from the shipped packs.

use super::{Outcome, moment};
use crate::answer::Answer;
use crate::arguments::DueArguments;
use app::packs::Packs;
use domain::card::Card;
use domain::deadline::{Terms, TimeLimit};
use domain::dossier::promise;
use serde_json::json;

/// When something is due, and why.
pub fn due(arguments: &DueArguments) -> Outcome {
    let packs = Packs::shipped(None)?;
    let received = moment("received", &arguments.received)?;
    let terms = terms(arguments, &packs)?;
    let due = promise(terms, received, &packs.calendar, &packs.rules)
        .map_err(|refusal| Answer::from(app::ApiError::from(refusal)))?;
    let steps: Vec<_> = due
        .steps
        .iter()
        .map(|step| json!({ "code": step.code, "at": app::at(step.at), "words": step.words }))
        .collect();
    let mut answer = json!({
        "due_at": due.at.map(app::at),
        "limit": due.limit,
        "limit_words": app::limit_words(&due.limit),
        "steps": steps,
    });
    if arguments.explain {
        let text: Vec<&str> = due.steps.iter().map(|step| step.words.as_str()).collect();
        answer["explanation"] = json!(text.join("\n"));
    }
    Ok(Answer::Done(answer))
}

/// What a code reader typed.
pub fn card(bytes: &[u8]) -> Outcome {
    let card = Card::from_bytes(bytes).map_err(|faults| {
        let fault = faults.0.into_iter().next();
        match fault {
            Some(fault) => Answer::refusal(fault.code, fault.field, &fault.message),
            None => Answer::refusal("card_unreadable", "card", "Không đọc được thẻ."),
        }
    })?;
    Ok(Answer::of(json!({
        "id_number": card.id_number,
        "old_id_number": card.old_id_number,
        "full_name": card.full_name,
        "birth_date": card.birth_date.to_string(),
        "sex": card.sex,
        "address": card.address,
        "issued_on": card.issued_on.map(|date| date.to_string()),
        "extra": card.extra,
        "warnings": card.warnings.iter().map(|warning| json!({ "field": warning.field, "message": warning.message })).collect::<Vec<_>>(),
    })))
}

fn terms(arguments: &DueArguments, packs: &Packs) -> Result<Terms, Answer> {
    if let Some(limit) = &arguments.what.limit {
        let limit = TimeLimit::parse(limit, packs.rules.same_day_cutoff)
            .map_err(|fault| Answer::refusal("limit_unreadable", "limit", &fault.to_string()))?;
        return Ok(Terms::from(limit));
    }
    let code = arguments.what.procedure.as_deref().unwrap_or_default();
    let procedure = packs.procedure(code).ok_or_else(|| {
        Answer::refusal(
            "procedure_unknown",
            "procedure",
            &format!("Không có thủ tục mã \"{code}\"."),
        )
    })?;
    let case = procedure.case(arguments.case.as_deref()).ok_or_else(|| {
        let known: Vec<&str> = procedure.cases.iter().map(|case| case.id.as_str()).collect();
        let code = if arguments.case.is_some() { "case_unknown" } else { "case_missing" };
        Answer::refusal(
            code,
            "case",
            &format!("Chọn trường hợp bằng --case: {}.", known.join(", ")),
        )
    })?;
    let rule = procedure.time_of(case);
    let extra = if arguments.lowland { 0 } else { rule.mountain_extra_days.unwrap_or(0) };
    Ok(Terms { limit: rule.limit(), extra_days: extra })
}
