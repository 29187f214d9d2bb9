//! Putting an applicant's particulars right: what changed, from what to what, stays in the record.

use super::Dossier;
use crate::dossier::event::{Corrected, Event, FieldChange};
use crate::dossier::receive::party_faults;
use crate::officer::Act;
use crate::party::Party;
use crate::refusal::Refusal;
use jiff::civil::Date;

impl Dossier {
    pub(super) fn correct(
        &self,
        act: Act,
        reason: String,
        change: Change,
    ) -> Result<Event, Refusal> {
        let (applicant, changes) = change.applied_to(&self.applicant);
        if changes.is_empty() {
            return Err(Refusal::act("nothing_changed", "Không có thông tin nào thay đổi."));
        }
        let faults = party_faults(&applicant, "applicant", crate::time::office_time(act.at).date());
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Event::Corrected(Box::new(Corrected { act, changes, reason, applicant }))),
        }
    }
}

/// New particulars; what is absent stays.
pub(super) struct Change {
    pub full_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub id_number: Option<String>,
    pub birth_date: Option<Date>,
}

impl Change {
    fn applied_to(self, before: &Party) -> (Party, Vec<FieldChange>) {
        let mut after = before.clone();
        let mut changes = Vec::new();
        let mut note = |field: &str, from: String, to: &str| {
            if from != to {
                changes.push(FieldChange {
                    field: format!("applicant.{field}"),
                    from,
                    to: to.to_owned(),
                });
            }
        };
        if let Some(name) = self.full_name {
            note("full_name", before.full_name.clone(), &name);
            after.full_name = name;
        }
        let texts = [
            ("phone", self.phone, &mut after.phone),
            ("email", self.email, &mut after.email),
            ("address", self.address, &mut after.address),
            ("id_number", self.id_number, &mut after.id_number),
        ];
        for (field, new, slot) in texts {
            if let Some(new) = new {
                note(field, slot.clone().unwrap_or_default(), &new);
                *slot = Some(new);
            }
        }
        if let Some(date) = self.birth_date {
            note(
                "birth_date",
                before.birth_date.map(|d| d.to_string()).unwrap_or_default(),
                &date.to_string(),
            );
            after.birth_date = Some(date);
        }
        (after, changes)
    }
}
