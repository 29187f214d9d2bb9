//! Procedures for the screen: found as officers type them, shown with cases, papers, fee, time.

use crate::changed::Topic;
use crate::error::{ApiError, Result};
use crate::inputs::ComponentEditInput;
use crate::office::Office;
use crate::present;
use crate::views::{
    CaseView, ComponentView, FeeItemView, FeeRow, ProcedureHit, ProcedureView, ReviewRowView,
    RoleView,
};
use domain::office::{ComponentEdit, FeeSet, OfficeFact, ProcedureReviewed};
use domain::officer::Role;
use domain::procedure::{Case, Component, FeeKind, Procedure, Review, TimeRule, fee_words, vnd};
use domain::refusal::Refusal;
use domain::text::normalise;
use std::collections::BTreeMap;

impl Office {
    /// Procedures for what was typed; the most used when nothing was.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn procedure_search(&self, text: &str, limit: u32) -> Result<Vec<ProcedureHit>> {
        let packs = self.packs();
        let uses = self.read(store::office::uses)?;
        Ok(packs
            .find(text, &uses, limit as usize)
            .into_iter()
            .map(|procedure| hit(procedure, &uses))
            .collect())
    }

    /// A procedure whole, with an administrator's texts where they were put right.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn procedure(&self, code: &str) -> Result<ProcedureView> {
        let packs = self.packs();
        let procedure = packs
            .procedure(code)
            .ok_or_else(|| ApiError::not_found(format!("Không có thủ tục mã {code}.")))?;
        let mut reviews = self.read(store::office::reviews)?;
        let review = reviews.remove(code);
        let edited = procedure
            .clone()
            .with_edits(review.as_ref().map_or(&[], |review| review.edits.as_slice()));
        let fee = self.read(store::office::fees)?.remove(code);
        Ok(view(&edited, &packs.procedures.role_labels, review.is_some(), fee))
    }

    /// Procedures an administrator has to look at.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn review_list(&self) -> Result<Vec<ReviewRowView>> {
        let packs = self.packs();
        let reviews = self.read(store::office::reviews)?;
        Ok(packs
            .procedures
            .procedures
            .iter()
            .filter(|procedure| procedure.review == Review::Needed)
            .map(|procedure| ReviewRowView {
                code: procedure.code.clone(),
                short_name: procedure.short_name.clone(),
                field: procedure.field.clone(),
                reason: procedure.review_reason.clone().unwrap_or_default(),
                reviewed: reviews.contains_key(&procedure.code),
                reviewed_by: reviews.get(&procedure.code).map(|review| review.by.clone()),
            })
            .collect())
    }

    /// Records that an administrator reviewed a procedure, with texts put right.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] without the role; a refusal naming `edits[i].label`.
    pub fn procedure_reviewed(
        &self,
        code: &str,
        edits: &[ComponentEditInput],
    ) -> Result<Vec<ReviewRowView>> {
        self.require(Role::Administrator, "rà soát thủ tục")?;
        let packs = self.packs();
        let procedure = packs
            .procedure(code)
            .ok_or_else(|| ApiError::not_found(format!("Không có thủ tục mã {code}.")))?;
        let edits = edits
            .iter()
            .enumerate()
            .map(|(i, edit)| checked(procedure, edit, i))
            .collect::<Result<Vec<_>>>()?;
        self.transact(&[Topic::Session], |tx, context| {
            tx.append_office(OfficeFact::ProcedureReviewed(Box::new(ProcedureReviewed {
                code: code.to_owned(),
                pack_version: packs.procedures.pack.version.clone(),
                edits,
                by: context.actor.name.clone(),
            })))?;
            Ok(())
        })?;
        self.review_list()
    }

    /// Fees the province's council sets, entered once for the site.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn fees(&self) -> Result<Vec<FeeRow>> {
        let packs = self.packs();
        let fees = self.read(store::office::fees)?;
        let of_council = |fee: &domain::procedure::Fee| {
            matches!(fee.kind, FeeKind::LocalCouncil | FeeKind::FeeLaw | FeeKind::Unknown)
        };
        Ok(packs
            .procedures
            .procedures
            .iter()
            .filter(|procedure| of_council(&procedure.fee) || fees.contains_key(&procedure.code))
            .map(|procedure| {
                let known = fees.get(&procedure.code);
                FeeRow {
                    procedure: procedure.code.clone(),
                    name: procedure.short_name.clone(),
                    amount_vnd: known.map(|(amount, _)| *amount),
                    basis: known.map(|(_, basis)| basis.clone()),
                }
            })
            .collect())
    }

    /// Sets or takes away the site's own fee of a procedure.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] without the role; `basis` empty.
    pub fn fee_set(
        &self,
        procedure: &str,
        amount_vnd: Option<u32>,
        basis: &str,
    ) -> Result<Vec<FeeRow>> {
        self.require(Role::Administrator, "đặt mức thu")?;
        let basis = normalise(basis);
        if amount_vnd.is_some() && basis.is_empty() {
            return Err(Refusal::of(
                "field_empty",
                "basis",
                "Phải ghi căn cứ (nghị quyết của HĐND tỉnh).",
            )
            .into());
        }
        if self.packs().procedure(procedure).is_none() {
            return Err(ApiError::not_found(format!("Không có thủ tục mã {procedure}.")));
        }
        self.transact(&[Topic::Session], |tx, context| {
            tx.append_office(OfficeFact::FeeSet(Box::new(FeeSet {
                procedure: procedure.to_owned(),
                amount_vnd,
                basis,
                by: context.actor.name.clone(),
            })))?;
            Ok(())
        })?;
        self.fees()
    }

    /// A procedure named exactly by what was typed, for search.
    pub(crate) fn procedure_named(&self, text: &str) -> Option<ProcedureHit> {
        let folded = domain::text::fold(text);
        if folded.chars().count() < 3 {
            return None;
        }
        let packs = self.packs();
        let procedure = packs.find(text, &BTreeMap::new(), 1).into_iter().next()?;
        let named = procedure.code == text
            || domain::text::fold(&procedure.short_name).contains(&folded)
            || procedure.aliases.iter().any(|alias| domain::text::fold(alias).starts_with(&folded));
        named.then(|| hit(procedure, &BTreeMap::new()))
    }
}

fn checked(procedure: &Procedure, edit: &ComponentEditInput, i: usize) -> Result<ComponentEdit> {
    let label = normalise(&edit.label);
    let place = format!("edits[{i}]");
    let known = procedure
        .cases
        .iter()
        .find(|case| case.id == edit.case)
        .is_some_and(|case| usize::from(edit.index) < case.components.len());
    if !known {
        return Err(Refusal::of(
            "component_unknown",
            format!("{place}.index"),
            "Không có thành phần này.",
        )
        .into());
    }
    if !(4..=80).contains(&label.chars().count()) {
        return Err(Refusal::of(
            "label_length",
            format!("{place}.label"),
            "Tên giấy tờ dài 4 đến 80 ký tự.",
        )
        .into());
    }
    if !["yes", "no", "if_applicable"].contains(&edit.required.as_str()) {
        return Err(Refusal::of(
            "required_unknown",
            format!("{place}.required"),
            "Bắt buộc phải là yes, no hoặc if_applicable.",
        )
        .into());
    }
    Ok(ComponentEdit {
        case: edit.case.clone(),
        index: edit.index,
        label,
        required: edit.required.clone(),
    })
}

fn hit(procedure: &Procedure, uses: &BTreeMap<String, u32>) -> ProcedureHit {
    ProcedureHit {
        code: procedure.code.clone(),
        short_name: procedure.short_name.clone(),
        name: procedure.name.clone(),
        field: procedure.field.clone(),
        reception: present::word(procedure.reception),
        reception_words: procedure.reception.words().into(),
        case_count: u32::try_from(procedure.cases.len()).unwrap_or(u32::MAX),
        time_words: time_words(&procedure.time),
        fee_words: fee_words(&procedure.fee),
        needs_review: procedure.review == Review::Needed,
        superseded_by: procedure.superseded_by.clone(),
        uses: uses.get(&procedure.code).copied().unwrap_or(0),
    }
}

fn view(
    procedure: &Procedure,
    labels: &BTreeMap<String, String>,
    reviewed: bool,
    fee: Option<(u32, String)>,
) -> ProcedureView {
    let told = fee.map(|(amount, _)| vnd(i64::from(amount)));
    ProcedureView {
        code: procedure.code.clone(),
        name: procedure.name.clone(),
        short_name: procedure.short_name.clone(),
        field: procedure.field.clone(),
        reception: present::word(procedure.reception),
        reception_words: procedure.reception.words().into(),
        workflow: present::word(procedure.workflow),
        subject_roles: procedure
            .subject_roles
            .iter()
            .map(|role| RoleView {
                role: role.clone(),
                label: labels.get(role).cloned().unwrap_or_else(|| role.clone()),
            })
            .collect(),
        cases: procedure.cases.iter().map(|case| case_view(procedure, case)).collect(),
        fee_items: procedure
            .fee
            .items
            .iter()
            .map(|item| FeeItemView {
                name: item.name.clone(),
                amount_vnd: item.amount_vnd,
                unit: item.unit.clone(),
                rule: item.rule.clone(),
            })
            .collect(),
        fee_words: told.unwrap_or_else(|| fee_words(&procedure.fee)),
        needs_review: procedure.review == Review::Needed,
        review_reason: procedure.review_reason.clone(),
        reviewed: reviewed || procedure.review == Review::Ready,
        note: procedure.note.clone(),
        legal_basis: procedure.legal_basis.clone(),
        results: procedure.results.iter().map(|result| result.name.clone()).collect(),
    }
}

fn case_view(procedure: &Procedure, case: &Case) -> CaseView {
    CaseView {
        id: case.id.clone(),
        name: case.name.clone(),
        when: case.when.clone(),
        time_words: time_words(procedure.time_of(case)),
        fee_words: fee_words(procedure.fee_of(case)),
        components: case
            .at_the_desk()
            .map(|(index, component)| component_view(index, component))
            .collect(),
    }
}

fn component_view(index: usize, component: &Component) -> ComponentView {
    ComponentView {
        index: u16::try_from(index).unwrap_or(u16::MAX),
        label: component.label.clone(),
        kind: present::word(component.kind),
        required: present::word(component.required),
        originals: component.copies.original.into(),
        certified: component.copies.certified.into(),
        copies: component.copies.plain.into(),
        either: component.copies.either,
        note: component.note.clone(),
    }
}

fn time_words(rule: &TimeRule) -> String {
    rule.limit().to_string()
}
