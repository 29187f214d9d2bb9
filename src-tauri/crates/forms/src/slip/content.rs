//! What a slip says, from a filled model or for a blank pad, in the template's words.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use crate::codes;
use crate::template::{Field, Signer, SlipTemplate};
use crate::wording::{date_parts, fill, moment_parts};
use crate::{AcceptanceSlip, BlankPad, Component, DossierNumber, FormFault};

/// The parts a line's pattern is filled with, most often only `value`.
pub(crate) type Parts = Vec<(&'static str, String)>;

/// One slip, ready to be laid out.
pub(crate) struct Content<'a> {
    pub(crate) template: &'a SlipTemplate,
    pub(crate) agency: Vec<String>,
    pub(crate) place_date: String,
    pub(crate) number: &'a DossierNumber,
    /// What singles the sheet out, shown in boxes: a provisional number, a reprint, a training.
    pub(crate) stamps: Vec<String>,
    pub(crate) training: bool,
    /// The QR and the number's bars, made once: every density and copy places the same ones.
    pub(crate) codes: Codes,
    /// A blank slip: absent values become dots to write on.
    pub(crate) is_blank: bool,
    pub(crate) components: &'a [Component],
    pub(crate) originals_kept: &'a [String],
    pub(crate) notes: &'a [String],
    values: BTreeMap<Field, Parts>,
    submitter: Option<&'a str>,
    officer: Option<&'a str>,
}

impl<'a> Content<'a> {
    /// What a filled slip says.
    pub(crate) fn filled(
        slip: &'a AcceptanceSlip,
        template: &'a SlipTemplate,
    ) -> Result<Content<'a>, FormFault> {
        let mut date = date_parts(slip.issued_on);
        date.push(("place", slip.place.clone()));
        let head = Head::checked(&slip.authority, &slip.place, &slip.number)?;
        Ok(Content {
            template,
            agency: head.agency(template),
            place_date: fill(&template.head.place_date, &date),
            number: &slip.number,
            stamps: stamps(&slip.number, slip.reprint, slip.training, template),
            training: slip.training,
            codes: Codes::of(&slip.number)?,
            is_blank: false,
            components: &slip.components,
            originals_kept: &slip.originals_kept,
            notes: &slip.notes,
            values: values(slip, template),
            submitter: slip.submitter_signs.as_deref(),
            officer: Some(&slip.officer),
        })
    }

    /// What a blank slip of a pad says: the head, the number, and where things happen.
    pub(crate) fn blank(
        pad: &'a BlankPad,
        number: &'a DossierNumber,
        template: &'a SlipTemplate,
    ) -> Result<Content<'a>, FormFault> {
        let head = Head::checked(&pad.authority, &pad.place, number)?;
        let place = [("place", pad.place.clone())];
        let moment = vec![("value", template.moment.blank.clone())];
        let unit = vec![("value", pad.reception_unit.clone())];
        Ok(Content {
            template,
            agency: head.agency(template),
            place_date: fill(&template.moment.blank_place_date, &place),
            number,
            stamps: stamps(number, 0, pad.training, template),
            training: pad.training,
            codes: Codes::of(number)?,
            is_blank: true,
            components: &[],
            originals_kept: &[],
            notes: &[],
            values: BTreeMap::from([
                (Field::ReceptionUnit, unit),
                (Field::ReceivedAt, moment.clone()),
                (Field::DueAt, moment),
            ]),
            submitter: None,
            officer: None,
        })
    }

    /// The parts of `field`, if there is anything to print.
    pub(crate) fn value(&self, field: Field) -> Option<&Parts> {
        self.values.get(&field)
    }

    /// The name under a signature.
    pub(crate) fn signer(&self, signer: Signer) -> &str {
        let name = match signer {
            Signer::Submitter => self.submitter,
            Signer::Officer => self.officer,
        };
        name.unwrap_or_default()
    }
}

/// The symbols of one number.
pub(crate) struct Codes {
    pub(crate) qr: codes::Qr,
    pub(crate) bars: codes::Bars,
}

impl Codes {
    /// The QR carries enough to find the dossier and to notice a misread number.
    fn of(number: &DossierNumber) -> Result<Codes, FormFault> {
        let content = format!("QMC1|{}|{}", number.text, number.check_code);
        Ok(Codes { qr: codes::Qr::of(&content)?, bars: codes::Bars::of(&number.text)? })
    }
}

/// The words of the head, checked: they stand beside each other and cannot flow to a next page.
struct Head<'a> {
    authority: &'a str,
}

impl Head<'_> {
    fn checked<'a>(
        authority: &'a str,
        place: &str,
        number: &DossierNumber,
    ) -> Result<Head<'a>, FormFault> {
        let check = |ok: bool, field, reason| match ok {
            true => Ok(()),
            false => Err(FormFault::Field { field, reason }),
        };
        check(authority.chars().count() <= 200, "authority", "longer than 200 characters")?;
        check(place.chars().count() <= 100, "place", "longer than 100 characters")?;
        check(
            is_code(&number.text, 50),
            "number.text",
            "not 1 to 50 ASCII letters, digits or signs",
        )?;
        check(
            is_code(&number.check_code, 16),
            "number.check_code",
            "not 1 to 16 ASCII letters, digits or signs",
        )?;
        Ok(Head { authority })
    }

    fn agency(&self, template: &SlipTemplate) -> Vec<String> {
        let parts = [("authority", self.authority.to_owned())];
        let lines = template.head.agency.iter().map(|line| fill(line, &parts));
        lines.filter(|line| !line.trim().is_empty()).collect()
    }
}

/// Can be printed as QR and Code 128, and read apart again: `|` separates the parts of the QR.
fn is_code(text: &str, length_max: usize) -> bool {
    let fits = (1..=length_max).contains(&text.len());
    fits && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'|')
}

fn stamps(
    number: &DossierNumber,
    reprint: u32,
    training: bool,
    template: &SlipTemplate,
) -> Vec<String> {
    let marks = &template.marks;
    let mut stamps = Vec::new();
    if training {
        stamps.push(marks.training.clone());
    }
    if number.provisional {
        stamps.push(marks.provisional.clone());
    }
    if reprint > 0 {
        stamps.push(fill(&marks.reprint, &[("count", reprint.to_string())]));
    }
    stamps
}

fn values(slip: &AcceptanceSlip, template: &SlipTemplate) -> BTreeMap<Field, Parts> {
    let moment = |at: DateTime| fill(&template.moment.filled, &moment_parts(at));
    let text = |text: &str| Some(text.to_owned());
    let single = [
        (Field::ReceptionUnit, text(&slip.reception_unit)),
        (Field::Applicant, text(&slip.applicant)),
        (Field::Submitter, slip.submitter.clone()),
        (Field::Address, slip.address.clone()),
        (Field::Phone, slip.phone.clone()),
        (Field::Email, slip.email.clone()),
        (Field::Identity, slip.identity.clone()),
        (Field::Procedure, text(&slip.procedure)),
        (Field::Sets, Some(format!("{:02}", slip.sets))),
        (Field::TimeLimit, slip.time_limit.clone()),
        (Field::ReceivedAt, Some(moment(slip.received_at))),
        (Field::EnteredAt, slip.entered_at.map(moment)),
        (Field::DueAt, slip.due_at.map(moment)),
        (Field::ReturnPlace, text(&slip.return_place)),
        (Field::Fee, slip.fee.clone()),
    ];
    let present = |value: Option<String>| value.filter(|value| !value.trim().is_empty());
    let single = single
        .into_iter()
        .filter_map(|(field, value)| Some((field, vec![("value", present(value)?)])));
    let register = slip.register.as_ref().map(|entry| {
        let parts = vec![("volume", entry.volume.clone()), ("ordinal", entry.ordinal.clone())];
        (Field::Register, parts)
    });
    single.chain(register).collect()
}
