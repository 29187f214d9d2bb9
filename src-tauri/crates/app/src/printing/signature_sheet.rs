//! The sheet on which a citizen signs for what he took home: one visit, several dossiers, one signature.

use super::slip::{RECEPTION_UNIT, authority};
use crate::error::{ApiError, Result};
use crate::office::Office;
use domain::dossier::Dossier;
use domain::dossier::event::{Collector, CollectorKind, Event, ResultReturned};
use domain::refusal::Refusal;
use domain::time::office_time;
use forms::{Collected, ReturnedResult, SignatureSheet};

/// Results on one sheet.
const RESULTS_MAX: usize = 100;

/// A dossier and how it was handed over.
struct Handed {
    dossier: Dossier,
    returned: ResultReturned,
}

impl Office {
    /// The sheet that the collector signs, as PDF.
    ///
    /// # Errors
    /// A refusal naming `ids` when nothing, too much or something not handed over is to be signed for.
    pub fn signature_sheet(&self, ids: &[String]) -> Result<Vec<u8>> {
        if !(1..=RESULTS_MAX).contains(&ids.len()) {
            let words = format!("Mỗi phiếu ký nhận có từ 1 đến {RESULTS_MAX} kết quả.");
            return Err(Refusal::of("count_out_of_range", "ids", words).into());
        }
        let handed = ids.iter().map(|id| self.handed(id)).collect::<Result<Vec<_>>>()?;
        let made = office_time(self.now());
        let packs = self.packs();
        let template = packs
            .template(made.date())
            .ok_or_else(|| ApiError::not_found("Không có mẫu giấy đang dùng."))?;
        let sheet = self.sheet_of(&handed, made.date());
        forms::signature_sheet(&sheet, template, made).map_err(|fault| ApiError::internal(&fault))
    }

    fn handed(&self, id: &str) -> Result<Handed> {
        let opened = self.opened(id)?;
        let dossier = opened.dossier;
        let last =
            store::log::events(&opened.records)?.into_iter().rev().find_map(|event| match event {
                Event::ResultReturned(returned) => Some(returned),
                _ => None,
            });
        // A result taken back was returned once, and is not any more.
        match last.filter(|_| dossier.returned_at.is_some()) {
            Some(returned) => Ok(Handed { dossier, returned: *returned }),
            None => {
                let words = "Hồ sơ chưa trả kết quả: trả kết quả rồi in phiếu ký nhận.";
                Err(Refusal::of("not_returned", "ids", words).into())
            }
        }
    }

    fn sheet_of(&self, handed: &[Handed], day: jiff::civil::Date) -> SignatureSheet {
        let acts = || handed.iter().map(|one| &one.returned.act);
        let officer = acts().next().map(|act| act.recorded_by_name.clone());
        let at = acts().map(|act| act.at).max().unwrap_or_else(|| self.now());
        SignatureSheet {
            authority: authority(&self.site),
            place: self.site.name.clone(),
            issued_on: day,
            reception_unit: format!("{RECEPTION_UNIT} {}", self.site.full_name()),
            returned_at: office_time(at),
            collected_by: collected_by(handed),
            results: handed.iter().map(result).collect(),
            officer: officer.unwrap_or_default(),
            training: self.site.training,
        }
    }
}

/// Each person once: one who took several results home signs once.
fn collected_by(handed: &[Handed]) -> Vec<Collected> {
    let mut persons: Vec<Collected> = Vec::new();
    for person in handed.iter().map(|one| collected(&one.returned)) {
        if !persons.contains(&person) {
            persons.push(person);
        }
    }
    persons
}

fn collected(returned: &ResultReturned) -> Collected {
    let Collector { kind, full_name, id_number, relation, authority_paper } = &returned.collector;
    let mut details = Vec::new();
    details.extend(id_number.as_ref().map(|number| format!("số giấy tờ {number}")));
    if *kind == CollectorKind::Proxy {
        details.push("nhận thay".into());
        details.extend(relation.clone());
        details.extend(authority_paper.clone());
    }
    if returned.lost_slip {
        details.push("mất giấy hẹn, đã xuất trình giấy tờ tùy thân".into());
    }
    Collected { name: full_name.clone(), details }
}

fn result(handed: &Handed) -> ReturnedResult {
    let Handed { dossier, returned } = handed;
    let kept = dossier.components.iter().filter(|paper| paper.keep_original && paper.originals > 0);
    let originals = kept.map(|paper| paper.label.clone());
    let result = dossier.result_number.as_ref().map(|number| format!("Kết quả số {number}"));
    ReturnedResult {
        number: dossier.number.as_ref().map(|number| number.text.clone()).unwrap_or_default(),
        procedure: super::slip::procedure_words(dossier),
        applicant: dossier.applicant.full_name.clone(),
        result: result.unwrap_or_else(|| "Kết quả".into()),
        originals: if returned.originals_returned { originals.collect() } else { Vec::new() },
    }
}
