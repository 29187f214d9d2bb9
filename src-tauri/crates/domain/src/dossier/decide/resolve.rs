//! Choosing between what desks wrote without knowing of each other.

use super::Dossier;
use crate::dossier::event::{Event, RecordName, Resolved, Settled};
use crate::dossier::merge::Dispute;
use crate::officer::Act;
use crate::refusal::Refusal;

impl Dossier {
    /// A decision settles every open dispute, each by a value that was there.
    pub(super) fn resolve(
        &self,
        act: Act,
        fields: Vec<Settled>,
        reason: String,
        approved_by: String,
    ) -> Result<Event, Refusal> {
        for dispute in &self.disputes {
            settled_once(dispute, &fields)?;
        }
        let is_disputed = |field: &str| self.disputes.iter().any(|dispute| dispute.field == field);
        match fields.iter().position(|settled| !is_disputed(&settled.field)) {
            Some(index) => Err(Refusal::of(
                "not_disputed",
                format!("fields[{index}].field"),
                "Thông tin này không có gì phải chọn; hãy tải lại hồ sơ.",
            )),
            None => Ok(Event::Resolved(Box::new(Resolved {
                act,
                heads: self.heads.clone(),
                fields,
                reason,
                approved_by,
            }))),
        }
    }
}

fn settled_once(dispute: &Dispute, fields: &[Settled]) -> Result<(), Refusal> {
    let mut of_it = fields.iter().enumerate().filter(|(_, settled)| settled.field == dispute.field);
    let (Some((index, settled)), None) = (of_it.next(), of_it.next()) else {
        return Err(Refusal::of(
            "dispute_open",
            "fields",
            format!("Hãy chọn đúng một giá trị cho mục \"{}\".", dispute.field),
        ));
    };
    if stands(dispute, settled.stands) {
        return Ok(());
    }
    Err(Refusal::of(
        "no_such_side",
        format!("fields[{index}].stands"),
        "Giá trị được chọn không phải là một trong các giá trị đang có; hãy tải lại hồ sơ.",
    ))
}

fn stands(dispute: &Dispute, name: RecordName) -> bool {
    dispute.before == Some(name) || dispute.sides.contains(&name)
}
