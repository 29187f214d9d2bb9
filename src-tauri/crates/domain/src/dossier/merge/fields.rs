//! The fields that records declare, as parts of the state: copied when a dispute is settled, worded when it is shown.

use crate::dossier::evolve::Dossier;

/// Gives `dossier` the value that `field` has in `from`. A field of a later version is left alone.
pub(super) fn copy(dossier: &mut Dossier, from: &Dossier, field: &str) {
    let (name, rest) = field.split_once('.').unwrap_or((field, ""));
    match name {
        "stage" => {
            dossier.stage = from.stage;
            dossier.finished_at = from.finished_at;
            dossier.returned_at = from.returned_at;
            dossier.collector.clone_from(&from.collector);
            dossier.supplements = from.supplements;
            dossier.supplement_since = from.supplement_since;
            dossier.submission.clone_from(&from.submission);
        }
        "people" => dossier.copy_applicant(&from.applicant, rest),
        "components" => dossier.components.clone_from(&from.components),
        "due" => {
            dossier.due.clone_from(&from.due);
            dossier.extensions = from.extensions;
        }
        "number" => copy_number(dossier, from),
        "holder" => dossier.holder.clone_from(&from.holder),
        "signed" => dossier.signed = from.signed,
        "result_number" => dossier.result_number.clone_from(&from.result_number),
        "shelf" => dossier.shelf.clone_from(&from.shelf),
        "originals" => dossier.originals_returned = from.originals_returned,
        "called" => dossier.called_at = from.called_at,
        "external_numbers" => {
            dossier.external_numbers.retain(|known| known.system != rest);
            let theirs = from.external_numbers.iter().filter(|known| known.system == rest);
            dossier.external_numbers.extend(theirs.cloned());
        }
        "files" => copy_file(dossier, from, rest),
        _ => {}
    }
}

/// The value of `field` in words; empty when it has none.
pub(super) fn words(dossier: &Dossier, field: &str) -> String {
    let (name, rest) = field.split_once('.').unwrap_or((field, ""));
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    match name {
        "stage" => dossier.status().words().to_owned(),
        "people" => dossier.applicant_words(rest),
        "components" => {
            let labels = dossier.components.iter().map(|component| component.label.as_str());
            labels.collect::<Vec<_>>().join("; ")
        }
        "due" => moment(dossier.due.at),
        "number" => dossier.number.as_ref().map(|number| number.text.clone()).unwrap_or_default(),
        "holder" => dossier.holder.clone().unwrap_or_default(),
        "signed" => if dossier.signed { "Đã ký" } else { "Chưa ký" }.to_owned(),
        "result_number" => dossier.result_number.clone().unwrap_or_default(),
        "shelf" => dossier.shelf.clone().unwrap_or_default(),
        "originals" => if dossier.originals_returned {
            "Đã trả bản chính"
        } else {
            "Đang giữ bản chính"
        }
        .to_owned(),
        "called" => moment(dossier.called_at),
        "external_numbers" => {
            let known = dossier.external_numbers.iter().find(|known| known.system == rest);
            known.map(|known| known.number.clone()).unwrap_or_default()
        }
        "files" => {
            let known = dossier.files.iter().find(|known| known.file.id.to_string() == rest);
            let replaced = |known: &crate::dossier::evolve::AttachedDocument| {
                if known.replaced {
                    format!("{} (đã thay)", known.file.name)
                } else {
                    known.file.name.clone()
                }
            };
            known.map(replaced).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The number that loses stays findable: it is printed on somebody's paper.
fn copy_number(dossier: &mut Dossier, from: &Dossier) {
    if dossier.number == from.number {
        return;
    }
    let losing = std::mem::replace(&mut dossier.number, from.number.clone());
    dossier.earlier_numbers.extend(losing);
    let stands = dossier.number.clone();
    dossier.earlier_numbers.retain(|number| Some(number) != stands.as_ref());
}

fn copy_file(dossier: &mut Dossier, from: &Dossier, id: &str) {
    let theirs = from.files.iter().find(|known| known.file.id.to_string() == id);
    let replaced = theirs.is_some_and(|known| known.replaced);
    for known in dossier.files.iter_mut().filter(|known| known.file.id.to_string() == id) {
        known.replaced = replaced;
    }
}
