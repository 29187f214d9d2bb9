//! People as typed or scanned, tidied and checked. A unit code or an odd number never blocks; an unreadable one does.

use crate::party::{IdKind, Party, PartyKind, Registered, Submitter};
use crate::refusal::Refusal;
use crate::text::normalise;
use jiff::civil::Date;
use std::collections::BTreeSet;

const NAME_CHARS_MAX: usize = 200;
const ADDRESS_CHARS_MAX: usize = 500;
const REGISTERED_MAX: usize = 100;

/// The party with texts normalised, empty texts taken away, and the kind of number told from its shape when not said.
pub fn tidy(party: Party) -> Party {
    let id_number = text(party.id_number).map(|number| number.replace([' ', '.'], ""));
    Party {
        full_name: normalise(&party.full_name),
        id_kind: party.id_kind.or_else(|| {
            id_number.as_deref().filter(|_| party.kind == PartyKind::Person).map(kind_of)
        }),
        id_number,
        id_note: text(party.id_note),
        phone: text(party.phone),
        email: text(party.email),
        address: text(party.address),
        ..party
    }
}

/// The same for a submitter.
pub fn tidy_submitter(submitter: Submitter) -> Submitter {
    Submitter {
        party: tidy(submitter.party),
        relation: text(submitter.relation),
        authority_paper: text(submitter.authority_paper),
    }
}

/// The same for a person registered.
pub fn tidy_registered(registered: Registered) -> Registered {
    Registered {
        full_name: normalise(&registered.full_name),
        id_number: text(registered.id_number).map(|number| number.replace([' ', '.'], "")),
        ..registered
    }
}

/// What is wrong with a party; `place` is its path in the input.
pub fn party_faults(party: &Party, place: &str, today: Date) -> Vec<Refusal> {
    let mut faults = name_faults(&party.full_name, place);
    faults.extend(number_fault(party).map(|fault| fault.inside(place)));
    faults.extend(birth_fault(party.birth_date, today).map(|fault| fault.inside(place)));
    faults.extend(phone_fault(party.phone.as_deref()).map(|fault| fault.inside(place)));
    faults.extend(email_fault(party.email.as_deref()).map(|fault| fault.inside(place)));
    for (field, text) in [("address", &party.address), ("id_note", &party.id_note)] {
        if text.as_deref().is_some_and(|text| text.chars().count() > ADDRESS_CHARS_MAX) {
            faults.push(Refusal::of(
                "too_long",
                format!("{place}.{field}"),
                format!("Dài quá {ADDRESS_CHARS_MAX} ký tự."),
            ));
        }
    }
    faults
}

/// What is wrong with the persons registered.
pub fn registered_faults(
    registered: &[Registered],
    roles: &[String],
    known_roles: &BTreeSet<String>,
    today: Date,
) -> Vec<Refusal> {
    if registered.len() > REGISTERED_MAX {
        return vec![Refusal::of(
            "too_many",
            "registered",
            format!("Quá {REGISTERED_MAX} người được đăng ký."),
        )];
    }
    let mut faults = Vec::new();
    for (i, person) in registered.iter().enumerate() {
        let place = format!("registered[{i}]");
        if !known_roles.contains(&person.role) && !roles.contains(&person.role) {
            faults.push(Refusal::of(
                "role_unknown",
                format!("{place}.role"),
                format!(
                    "Không có vai trò \"{}\"; thủ tục này có: {}.",
                    person.role,
                    roles.join(", ")
                ),
            ));
        }
        faults.extend(name_faults(&person.full_name, &place));
        faults.extend(birth_fault(person.birth_date, today).map(|fault| fault.inside(&place)));
    }
    faults
}

fn name_faults(name: &str, place: &str) -> Vec<Refusal> {
    let field = format!("{place}.full_name");
    if name.is_empty() {
        return vec![Refusal::of("field_empty", field, "Họ tên không được để trống.")];
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return vec![Refusal::of(
            "too_long",
            field,
            format!("Họ tên dài quá {NAME_CHARS_MAX} ký tự."),
        )];
    }
    if !name.chars().any(char::is_alphabetic) {
        return vec![Refusal::of("name_unreadable", field, "Họ tên phải có chữ cái.")];
    }
    Vec::new()
}

fn number_fault(party: &Party) -> Option<Refusal> {
    let number = party.id_number.as_deref()?;
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    let wrong = |rule: &str| {
        Some(Refusal::of(
            "id_number_shape",
            "id_number",
            format!("Số giấy tờ \"{}\" không đúng: {rule}.", shown(number)),
        ))
    };
    match party.id_kind {
        Some(IdKind::CanCuoc | IdKind::ChildNumber) if !digits || number.len() != 12 => {
            wrong("số định danh có 12 chữ số")
        }
        Some(IdKind::Cmnd) if !digits || !matches!(number.len(), 9 | 12) => {
            wrong("CMND có 9 chữ số")
        }
        Some(IdKind::Passport)
            if !(5..=20).contains(&number.len())
                || !number.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            wrong("hộ chiếu gồm 5 đến 20 chữ và số")
        }
        _ if number.chars().count() > 60 => wrong("dài quá 60 ký tự"),
        _ => None,
    }
}

fn shown(number: &str) -> String {
    number.chars().take(24).collect()
}

fn birth_fault(date: Option<Date>, today: Date) -> Option<Refusal> {
    let date = date?;
    if date > today {
        return Some(Refusal::of("in_the_future", "birth_date", "Ngày sinh ở tương lai."));
    }
    (date.year() < 1880)
        .then(|| Refusal::of("too_old", "birth_date", "Năm sinh trước 1880: hãy kiểm tra lại."))
}

fn phone_fault(phone: Option<&str>) -> Option<Refusal> {
    let phone = phone?;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let allowed = phone.chars().all(|c| c.is_ascii_digit() || " +-.()/,;".contains(c));
    (!allowed || !(6..=40).contains(&digits))
        .then(|| Refusal::of("phone_shape", "phone", "Số điện thoại chỉ gồm chữ số, ít nhất 6 số."))
}

fn email_fault(email: Option<&str>) -> Option<Refusal> {
    let email = email?;
    let good = email.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    }) && !email.contains(char::is_whitespace)
        && email.chars().count() <= 254;
    (!good).then(|| {
        Refusal::of("email_shape", "email", "Địa chỉ thư điện tử phải có dạng ten@noi.vn.")
    })
}

fn kind_of(number: &str) -> IdKind {
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    match number.len() {
        12 if digits => IdKind::CanCuoc,
        9 if digits => IdKind::Cmnd,
        _ => IdKind::Other,
    }
}

fn text(text: Option<String>) -> Option<String> {
    text.map(|text| normalise(&text)).filter(|text| !text.is_empty())
}
