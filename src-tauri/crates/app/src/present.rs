//! Facts put into words for people: rows, dates, lateness.

mod timeline;

pub use timeline::timeline;

use crate::views::{
    DossierRowView, DueStepView, DueView, PartyView, RegisteredView, SubmitterView,
};
use domain::deadline::TimeLimit;
use domain::dossier::event::Due;
use domain::dossier::{Status, promise_words};
use domain::party::{Party, Registered, Submitter};
use domain::time::{office_time, rfc3339};
use jiff::Timestamp;
use serde::Serialize;
use store::rows::DossierRow;

/// Within this many days a promise is *sắp đến hạn*.
pub const SOON_DAYS: i32 = 3;

/// RFC 3339 with the office's offset.
pub fn at(moment: Timestamp) -> String {
    rfc3339(office_time(moment))
}

/// RFC 3339 of seconds since 1970.
pub fn at_second(second: i64) -> String {
    Timestamp::from_second(second).map(at).unwrap_or_default()
}

/// A promise and how it was counted.
pub fn due(due: &Due) -> DueView {
    DueView {
        due_at: due.at.map(at),
        words: promise_words(due.at),
        limit_words: limit_words(&due.limit),
        steps: due
            .steps
            .iter()
            .map(|step| DueStepView {
                code: step.code.clone(),
                at: at(step.at),
                words: step.words.clone(),
            })
            .collect(),
    }
}

/// A stored limit such as `20wd+10` in words.
pub fn limit_words(code: &str) -> String {
    let (limit, extra) = code.split_once('+').unwrap_or((code, ""));
    let words = match TimeLimit::parse(limit, jiff::civil::time(15, 0, 0, 0)) {
        Ok(limit) => limit.to_string(),
        Err(_) => "Chưa quy định".into(),
    };
    if extra.is_empty() {
        words
    } else {
        format!("{words} (cộng {extra} ngày, xã miền núi)")
    }
}

/// How a dossier stands against its promise.
pub fn row(row: &DossierRow, now: Timestamp) -> DossierRowView {
    let (lateness, days) = lateness(row, now);
    DossierRowView {
        id: row.id.to_string(),
        number: row.number.clone(),
        provisional: row.provisional,
        applicant: row.applicant.clone(),
        submitter: row.submitter.clone(),
        procedure_code: row.procedure_code.clone(),
        procedure: row.procedure.clone(),
        status: row.status,
        status_words: Status(row.status).words().into(),
        received_at: at_second(row.received_at),
        due_at: row.due_at.map(at_second),
        due_words: promise_words(row.due_at.and_then(|second| Timestamp::from_second(second).ok())),
        lateness: lateness.into(),
        lateness_words: match row.status {
            1 => "Chờ tiếp nhận".into(),
            _ => lateness_words(lateness, days),
        },
        days,
        shelf: row.shelf.clone(),
        matched: None,
    }
}

fn lateness(row: &DossierRow, now: Timestamp) -> (&'static str, Option<i32>) {
    match row.status {
        8 | 9 | 10 | 3 => return ("finished", None),
        1 | 5..=7 => return ("waiting", None),
        _ => {}
    }
    let Some(due) = row.due_at.and_then(|second| Timestamp::from_second(second).ok()) else {
        return ("in_time", None);
    };
    let today = office_time(now).date();
    let days = today.until(office_time(due).date()).map_or(0, |span| span.get_days());
    let word = match days {
        _ if due < now => "overdue",
        0 => "today",
        1..=SOON_DAYS => "soon",
        _ => "in_time",
    };
    (word, Some(days))
}

fn lateness_words(lateness: &str, days: Option<i32>) -> String {
    match (lateness, days.unwrap_or(0)) {
        ("overdue", 0) => "Quá hạn từ hôm nay".into(),
        ("overdue", days) => format!("Quá hạn {} ngày", -days),
        ("today", _) => "Đến hạn hôm nay".into(),
        ("soon", days) => format!("Còn {days} ngày"),
        ("in_time", 0) => "Trong hạn".into(),
        ("in_time", days) => format!("Còn {days} ngày"),
        ("waiting", _) => "Chờ công dân, cơ quan khác".into(),
        _ => "Đã xong".into(),
    }
}

/// The word serde writes for a small enum.
pub fn word(value: impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A party for the screen.
pub fn party(party: &Party) -> PartyView {
    PartyView {
        kind: word(party.kind),
        full_name: party.full_name.clone(),
        id_kind: party.id_kind.map(word),
        id_number: party.id_number.clone(),
        id_note: party.id_note.clone(),
        birth_date: party.birth_date.map(|date| date.to_string()),
        sex: party.sex.map(word),
        phone: party.phone.clone(),
        email: party.email.clone(),
        address: party.address.clone(),
    }
}

/// A submitter for the screen.
pub fn submitter(submitter: &Submitter) -> SubmitterView {
    let p = party(&submitter.party);
    SubmitterView {
        kind: p.kind,
        full_name: p.full_name,
        id_kind: p.id_kind,
        id_number: p.id_number,
        id_note: p.id_note,
        birth_date: p.birth_date,
        sex: p.sex,
        phone: p.phone,
        email: p.email,
        address: p.address,
        relation: submitter.relation.clone(),
        authority_paper: submitter.authority_paper.clone(),
    }
}

/// A person registered for the screen.
pub fn registered(person: &Registered) -> RegisteredView {
    RegisteredView {
        role: person.role.clone(),
        full_name: person.full_name.clone(),
        id_number: person.id_number.clone(),
        birth_date: person.birth_date.map(|date| date.to_string()),
    }
}
