//! Trả kết quả: scan a slip or a card, hand over what is ready, several on one signature.

use crate::changed::Topic;
use crate::dossiers::{dossier_in, find};
use crate::error::Result;
use crate::inputs::{ReturnInput, read_value};
use crate::office::Office;
use crate::present;
use crate::views::{DossierRowView, ReturnItem, ReturnLookup};
use domain::dossier::event::{Collector, CollectorKind};
use domain::dossier::{Command, Dossier, Stage, StepFacts};
use domain::refusal::Refusal;
use jiff::Timestamp;
use store::party_key;
use store::rows::DossierRow;

/// Dossiers looked at for one person.
const DOSSIERS_MAX: u32 = 50;

impl Office {
    /// What a scanned slip, card, number or name brings up: ready results of this person, and what is not ready.
    ///
    /// # Errors
    /// [`crate::ApiError::NotFound`] when nothing fits.
    pub fn return_lookup(&self, text: &str) -> Result<ReturnLookup> {
        let now = self.now();
        let rows = self.rows_for_return(text)?;
        let mut found = ReturnLookup {
            person_words: person_words(&rows),
            ready: Vec::new(),
            not_ready: Vec::new(),
        };
        for row in rows {
            if row.status == 9 {
                let dossier = self.opened(&row.id.to_string())?.dossier;
                found.ready.push(return_item(&row, &dossier, now));
            } else {
                found.not_ready.push(present::row(&row, now));
            }
        }
        Ok(found)
    }

    /// Hands results over: one visit, several dossiers, one commit. Each dossier names its own applicant or submitter as
    /// the one who collected it; only a proxy is the same for all.
    ///
    /// # Errors
    /// The first refusal; nothing was handed over then.
    pub fn return_results(&self, input: ReturnInput) -> Result<Vec<DossierRowView>> {
        if input.ids.is_empty() {
            return Err(
                Refusal::of("nothing_to_return", "ids", "Chưa chọn kết quả nào để trả.").into()
            );
        }
        let collector = serde_json::to_value(&input.collector).unwrap_or_default();
        let collector: Collector = read_value(collector)?;
        let ids = self.store().read(|connection| {
            input
                .ids
                .iter()
                .map(|id| find(connection, id).map(|row| row.id))
                .collect::<Result<Vec<_>>>()
        })?;
        self.transact(&[Topic::Dossiers, Topic::Backlog], |tx, context| {
            for id in &ids {
                let dossier = dossier_in(tx, *id)?;
                let command = Command::ReturnResult {
                    collector: Some(collector_of(&dossier, &collector)),
                    lost_slip: input.lost_slip,
                    originals_returned: input.originals_returned
                        && !dossier.originals_kept().is_empty(),
                };
                let facts = StepFacts { note: input.note.clone(), ..StepFacts::default() };
                let event = dossier.decide(command, facts, context)?;
                tx.append(*id, event)?;
            }
            Ok(())
        })?;
        ids.iter().map(|id| self.row(&id.to_string())).collect()
    }

    /// The person's dossiers behind what was scanned or typed, the scanned one first.
    fn rows_for_return(&self, text: &str) -> Result<Vec<DossierRow>> {
        let text = text.trim();
        if let Ok(card) = domain::card::Card::parse(text) {
            return self.read(|c| {
                store::people::dossiers_of(c, &format!("i:{}", card.id_number), DOSSIERS_MAX)
            });
        }
        let scanned = crate::searching::slip_number(text);
        let by_number = self.store().read(|connection| find(connection, scanned));
        if let Ok(row) = by_number {
            return self.with_the_persons_others(row);
        }
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return self
                .read(|c| store::people::dossiers_of(c, &format!("i:{text}"), DOSSIERS_MAX));
        }
        self.read(|c| store::search::search(c, text, 20))
    }

    fn with_the_persons_others(&self, row: DossierRow) -> Result<Vec<DossierRow>> {
        let dossier = self.opened(&row.id.to_string())?.dossier;
        let applicant = &dossier.applicant;
        let key =
            party_key(&applicant.full_name, applicant.id_number.as_deref(), applicant.birth_date);
        let others = match key {
            Some(key) => self.read(|c| store::people::dossiers_of(c, &key, DOSSIERS_MAX))?,
            None => Vec::new(),
        };
        let first = row.id;
        Ok(std::iter::once(row)
            .chain(
                others
                    .into_iter()
                    .filter(|other| other.id != first && !matches!(other.status, 8 | 10)),
            )
            .collect())
    }
}

fn collector_of(dossier: &Dossier, named: &Collector) -> Collector {
    let known = match named.kind {
        CollectorKind::Applicant => Some(&dossier.applicant),
        CollectorKind::Submitter => dossier.submitter.as_ref().map(|submitter| &submitter.party),
        CollectorKind::Proxy => None,
    };
    known.map_or_else(
        || named.clone(),
        |party| Collector {
            full_name: party.full_name.clone(),
            id_number: party.id_number.clone(),
            ..named.clone()
        },
    )
}

fn return_item(row: &DossierRow, dossier: &Dossier, now: Timestamp) -> ReturnItem {
    debug_assert_eq!(dossier.stage, Stage::Ready);
    let waiting = dossier.finished_at.map_or(0, |at| now.duration_since(at).as_hours() / 24);
    ReturnItem {
        row: present::row(row, now),
        originals: dossier.originals_kept(),
        fee_owed_words: dossier
            .fee
            .amount_vnd
            .filter(|amount| *amount > 0)
            .map(|_| dossier.fee.words.clone()),
        result_words: dossier
            .result_number
            .as_ref()
            .map_or_else(|| "Kết quả tại quầy".into(), |number| format!("Kết quả số {number}")),
        waiting_days: u32::try_from(waiting).unwrap_or(0),
    }
}

fn person_words(rows: &[DossierRow]) -> String {
    rows.first().map_or_else(|| "Không tìm thấy hồ sơ nào.".into(), |row| row.applicant.clone())
}
