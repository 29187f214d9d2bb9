//! People at the desk: cards, known persons, dates as typed.

use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::present;
use crate::views::{CardView, DateView, KnownPersonView, PartyView};
use domain::card::Card;
use domain::citizen_number::number_warnings;
use domain::party::{IdKind, Party, PartyKind};
use domain::refusal::Refusal;
use domain::time::{day_and_date, office_time, typed_date};
use jiff::civil::Date;
use store::party_key;

const EARLIER_MAX: u32 = 8;

impl Office {
    /// Reads what a scanner typed, and who it is if the person was here before.
    ///
    /// # Errors
    /// A refusal naming the field of the card that cannot be read.
    pub fn card_read(&self, raw: &str) -> Result<CardView> {
        let card = parse_card(raw)?;
        let mut warnings: Vec<String> =
            card.warnings.iter().map(|warning| warning.message.clone()).collect();
        let more = number_warnings(&card.id_number, Some(card.birth_date), Some(card.sex));
        warnings.extend(
            more.into_iter()
                .map(|warning| warning.message)
                .filter(|message| !warnings.contains(message))
                .collect::<Vec<_>>(),
        );
        let known = self.person_known(&card.id_number)?;
        let mut party = card_party(&card);
        if let Some(known) = &known {
            // A card does not carry these; what the person told us last time is offered again.
            party.phone.clone_from(&known.party.phone);
            party.email.clone_from(&known.party.email);
        }
        Ok(CardView {
            party: present::party(&party),
            old_id_number: card.old_id_number.clone(),
            issued_on: card.issued_on.map(|date| date.to_string()),
            extra: card.extra.clone(),
            raw: raw.trim().to_owned(),
            warnings,
            known,
        })
    }

    /// Somebody who was here before, by the number of the identity paper.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn person_known(&self, id_number: &str) -> Result<Option<KnownPersonView>> {
        let key = format!("i:{}", id_number.trim());
        self.known_by(&key)
    }

    /// People known by name, newest first, each once.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn person_search(&self, text: &str, limit: u32) -> Result<Vec<KnownPersonView>> {
        let rows = self.read(|c| store::search::search(c, text, 60))?;
        let mut seen = std::collections::BTreeSet::new();
        let mut people = Vec::new();
        for row in rows {
            if people.len() >= limit as usize {
                break;
            }
            let applicant = self.opened(&row.id.to_string())?.dossier.applicant;
            let Some(key) = party_key(
                &applicant.full_name,
                applicant.id_number.as_deref(),
                applicant.birth_date,
            ) else {
                continue;
            };
            if seen.insert(key.clone()) {
                people.extend(self.known_by(&key)?);
            }
        }
        Ok(people)
    }

    /// What to look at in a twelve-digit number; never a block.
    ///
    /// # Errors
    /// A refusal for an unreadable date.
    pub fn id_number_check(
        &self,
        number: &str,
        birth_date: Option<&str>,
        sex: Option<&str>,
    ) -> Result<Vec<String>> {
        let date = birth_date.filter(|text| !text.is_empty()).map(str::parse::<Date>).transpose();
        let date = date.map_err(|_| {
            Refusal::of("date_unreadable", "birth_date", "Ngày sinh không đọc được.")
        })?;
        let sex = sex.and_then(|word| serde_json::from_value(word.into()).ok());
        Ok(number_warnings(number.trim(), date, sex)
            .into_iter()
            .map(|warning| warning.message)
            .collect())
    }

    /// A date as typed, read tolerantly and shown back in words.
    ///
    /// # Errors
    /// A refusal naming the rule.
    pub fn date_read(&self, typed: &str) -> Result<DateView> {
        let today = office_time(self.now()).date();
        let date = typed_date(typed, today)
            .map_err(|fault| Refusal::of("date_unreadable", "typed", fault.to_string()))?;
        Ok(DateView { date: date.to_string(), words: day_and_date(date) })
    }

    fn known_by(&self, key: &str) -> Result<Option<KnownPersonView>> {
        let Some(latest) = self.read(|c| store::people::latest_of(c, key))? else {
            return Ok(None);
        };
        let dossier = self.opened(&latest.id.to_string())?.dossier;
        let rows = self.read(|c| store::people::dossiers_of(c, key, EARLIER_MAX))?;
        let now = self.now();
        let in_progress = rows.iter().filter(|row| matches!(row.status, 2 | 4 | 5 | 6 | 7)).count();
        Ok(Some(KnownPersonView {
            party: person_of(&dossier, key),
            dossiers: rows.iter().map(|row| present::row(row, now)).collect(),
            in_progress: u32::try_from(in_progress).unwrap_or(u32::MAX),
        }))
    }
}

/// Reads a card or names the field that cannot be read.
///
/// # Errors
/// [`ApiError::Refused`] with the first fault.
pub fn parse_card(raw: &str) -> Result<Card> {
    Card::parse(raw).map_err(|faults| {
        let fault = faults.0.into_iter().next();
        let refusal = fault.map_or_else(
            || Refusal::act("card_unreadable", "Không đọc được thẻ."),
            |fault| Refusal::of(fault.code, fault.field, fault.message),
        );
        ApiError::from(refusal)
    })
}

fn card_party(card: &Card) -> Party {
    Party {
        kind: PartyKind::Person,
        full_name: card.full_name.clone(),
        id_kind: Some(IdKind::CanCuoc),
        id_number: Some(card.id_number.clone()),
        birth_date: Some(card.birth_date),
        sex: Some(card.sex),
        address: Some(card.address.clone()),
        ..Party::default()
    }
}

fn person_of(dossier: &domain::dossier::Dossier, key: &str) -> PartyView {
    let is = |party: &Party| {
        party_key(&party.full_name, party.id_number.as_deref(), party.birth_date)
            .is_some_and(|known| known == key)
    };
    match &dossier.submitter {
        Some(submitter) if is(&submitter.party) && !is(&dossier.applicant) => {
            present::party(&submitter.party)
        }
        _ => present::party(&dossier.applicant),
    }
}
