//! From a dossier to the model of its slip.

use crate::error::{ApiError, Result};
use crate::office::Office;
use crate::packs::Packs;
use crate::present::limit_words;
use domain::dossier::Dossier;
use domain::dossier::event::{ComponentTaken, PaperState, ReturnMethod};
use domain::party::{IdKind, Party};
use domain::refusal::Refusal;
use domain::site::Site;
use domain::time::office_time;
use forms::{AcceptanceSlip, Component, DossierNumber, SlipTemplate};
use jiff::civil::Date;

/// Second line of the head since 01/07/2025 (NĐ 118/2025/NĐ-CP Đ7).
pub const RECEPTION_UNIT: &str = "Trung tâm Phục vụ hành chính công";

/// First line of the head.
pub fn authority(site: &Site) -> String {
    format!("UBND {} {}", site.level, site.name).to_uppercase()
}

impl Office {
    /// The model of a dossier's slip and the version of the form it was promised on.
    pub(super) fn slip_of(&self, id: &str) -> Result<(AcceptanceSlip, String)> {
        let dossier = self.opened(id)?.dossier;
        if !dossier.stage.is_accepted() {
            let words = "Hồ sơ trực tuyến chưa được tiếp nhận nên chưa có giấy hẹn.";
            return Err(Refusal::of("not_accepted", "ids", words).into());
        }
        let reprint = self.read(|connection| store::office::prints(connection, dossier.id))?;
        let officer = officer_name(self, &dossier)?;
        Ok((model(&dossier, &self.site, reprint, &officer), dossier.packs.form))
    }
}

/// The template a dossier was taken under, or the one in force where that is no longer kept.
pub(super) fn template<'p>(packs: &'p Packs, form: &str, day: Date) -> Result<&'p SlipTemplate> {
    packs
        .templates
        .iter()
        .find(|template| template.version() == form)
        .or_else(|| packs.template(day))
        .ok_or_else(|| ApiError::not_found("Không có mẫu giấy tiếp nhận."))
}

fn officer_name(office: &Office, dossier: &Dossier) -> Result<String> {
    let officers = office.read(store::office::officers)?;
    Ok(officers
        .into_iter()
        .find(|officer| officer.id == dossier.received_by)
        .map(|officer| officer.name)
        .unwrap_or_default())
}

fn model(dossier: &Dossier, site: &Site, reprint: u32, officer: &str) -> AcceptanceSlip {
    let received = office_time(dossier.received_at);
    let applicant = &dossier.applicant;
    let submitter = dossier.submitter.as_ref().map(|submitter| submitter.party.full_name.clone());
    AcceptanceSlip {
        authority: authority(site),
        place: site.name.clone(),
        issued_on: received.date(),
        number: DossierNumber {
            // A dossier without a number is found by its id, so that is what the codes carry.
            text: dossier
                .number
                .as_ref()
                .map_or_else(|| dossier.id.to_string(), |number| number.text.clone()),
            check_code: dossier.check_code.clone(),
            provisional: dossier.number.as_ref().is_some_and(|number| number.provisional),
        },
        reprint,
        training: site.training,
        reception_unit: format!("{RECEPTION_UNIT} {}", site.full_name()),
        applicant: applicant.full_name.clone(),
        submitter_signs: Some(submitter.clone().unwrap_or_else(|| applicant.full_name.clone())),
        submitter,
        address: applicant.address.clone(),
        phone: applicant.phone.clone(),
        email: applicant.email.clone(),
        identity: identity(applicant),
        procedure: procedure_words(dossier),
        components: components(dossier),
        originals_kept: dossier.originals_kept(),
        sets: dossier.sets,
        time_limit: dossier.due.at.map(|_| limit_words(&dossier.due.limit)),
        received_at: received,
        entered_at: dossier.late.as_ref().map(|_| office_time(dossier.recorded_at)),
        due_at: dossier.due.at.map(office_time),
        return_place: return_place(dossier, site),
        fee: Some(dossier.fee.words.clone()),
        register: None,
        notes: Vec::new(),
        officer: officer.to_owned(),
    }
}

/// The procedure as paper names it, with its case.
pub(crate) fn procedure_words(dossier: &Dossier) -> String {
    match &dossier.procedure.case_name {
        Some(case) => format!("{} ({case})", dossier.procedure.name),
        None => dossier.procedure.name.clone(),
    }
}

fn identity(party: &Party) -> Option<String> {
    let number = party.id_number.as_deref()?;
    Some(match party.id_kind {
        Some(IdKind::Cmnd) => format!("CMND {number}"),
        Some(IdKind::Passport) => format!("Hộ chiếu {number}"),
        Some(IdKind::Other) => match &party.id_note {
            Some(note) => format!("{note} {number}"),
            None => number.to_owned(),
        },
        _ => number.to_owned(),
    })
}

/// Only texts an administrator reviewed, or the officer edited, go on paper; the others are counted.
fn components(dossier: &Dossier) -> Vec<Component> {
    let on_paper: Vec<&ComponentTaken> = dossier
        .components
        .iter()
        .filter(|component| {
            !matches!(component.state, PaperState::Missing | PaperState::NotApplicable)
        })
        .collect();
    let mut lines: Vec<Component> =
        on_paper.iter().filter(|component| component.reviewed).map(|c| line(c)).collect();
    let unreviewed: Vec<&&ComponentTaken> =
        on_paper.iter().filter(|component| !component.reviewed).collect();
    if !unreviewed.is_empty() {
        lines.push(Component {
            name: format!(
                "Giấy tờ khác theo danh mục đã kiểm tra tại quầy ({} loại)",
                unreviewed.len()
            ),
            remark: None,
            originals: unreviewed.iter().map(|c| c.originals).sum(),
            certified: unreviewed.iter().map(|c| c.certified).sum(),
            copies: unreviewed.iter().map(|c| c.copies).sum(),
        });
    }
    lines
}

fn line(component: &ComponentTaken) -> Component {
    let remark = match component.state {
        PaperState::ReturnedOriginal => Some("đã đối chiếu, trả lại bản chính"),
        PaperState::HasData => Some("đã có dữ liệu, không phải nộp"),
        _ => None,
    };
    let shown_only = component.state != PaperState::Received;
    Component {
        name: component.label.clone(),
        remark: remark.map(str::to_owned),
        originals: if shown_only { 0 } else { component.originals },
        certified: if shown_only { 0 } else { component.certified },
        copies: if shown_only { 0 } else { component.copies },
    }
}

fn return_place(dossier: &Dossier, site: &Site) -> String {
    match dossier.return_method {
        ReturnMethod::Desk => format!("{RECEPTION_UNIT} {}", site.full_name()),
        ReturnMethod::Online => "Trực tuyến".into(),
        ReturnMethod::Post => match &dossier.return_address {
            Some(address) => format!("Tại nhà, qua dịch vụ bưu chính: {address}"),
            None => "Tại nhà, qua dịch vụ bưu chính".into(),
        },
    }
}
