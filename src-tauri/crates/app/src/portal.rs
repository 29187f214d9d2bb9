//! Hồ sơ trực tuyến chờ tiếp nhận: the queue of what citizens filed on a portal, looked at and answered here, with a line
//! or without one.

mod look;

use crate::changed::Topic;
use crate::dossiers::{Opened, dossier_in};
use crate::error::Result;
use crate::inputs::{ComponentInput, PortalAcceptInput, read_value};
use crate::numbering::check_code;
use crate::office::Office;
use crate::packs::Packs;
use crate::present;
use crate::reception::{Knowledge, accepted_view};
use crate::views::{AcceptedView, PortalRowView, PortalView};
use domain::dossier::event::{IntakeChannel, Submitted};
use domain::dossier::portal::{self, AnswerBy, Filed, Submitting, acceptable, answer_by};
use domain::dossier::{Context, Dossier, Event, Reception, Stage};
use domain::ids::DossierId;
use domain::procedure::Procedure;
use domain::refusal::Refusal;
use store::Tx;
use store::rows::{Order, RowFilter};

/// Most dossiers the queue shows; a commune gets some sixty a day.
const QUEUE_MAX: u32 = 500;
/// Working minutes before the end from which the hours are shown as due soon.
const SOON_MINUTES: i64 = 120;

impl Office {
    /// What waits for an answer of the desk, most urgent first; then what waits for its citizen.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn portal_queue(&self) -> Result<Vec<PortalRowView>> {
        let rows = self.read(|connection| {
            let filter = RowFilter { statuses: vec![1, 5], ..RowFilter::default() };
            store::rows::list(connection, &filter, Order::Newest(None), QUEUE_MAX)
        })?;
        let mut queue = Vec::new();
        for row in rows {
            let opened = self.opened(&row.id.to_string())?;
            if matches!(opened.dossier.stage, Stage::Submitted | Stage::SentBack) {
                queue.push(self.portal_row(&opened)?);
            }
        }
        queue.sort_by_key(|row| (row.status, row.minutes_left.unwrap_or(i32::MAX)));
        Ok(queue)
    }

    /// One dossier of the queue: who, what, which files open, what of the checklist is there. `case` chooses the list.
    ///
    /// # Errors
    /// [`crate::ApiError::NotFound`].
    pub fn portal_open(&self, id_or_number: &str, case: Option<&str>) -> Result<PortalView> {
        let opened = self.opened(id_or_number)?;
        let packs = self.packs();
        let dossier = &opened.dossier;
        let procedure = procedure_of(&packs, &dossier.procedure.code);
        let case = case.or(dossier.procedure.case.as_deref());
        let files = self.looked_at(&opened)?;
        let answer = dossier.submission.as_ref().and_then(|submission| submission.answer.as_ref());
        Ok(PortalView {
            row: self.portal_row(&opened)?,
            applicant: present::party(&dossier.applicant),
            submitter: dossier.submitter.as_ref().map(present::submitter),
            procedure: procedure.map(|procedure| procedure.code.clone()),
            procedure_words: procedure.map_or_else(
                || format!("Không có thủ tục mã {} trong danh mục", dossier.procedure.code),
                |procedure| procedure.short_name.clone(),
            ),
            case: look::case_of(procedure, case).map(|case| case.id.clone()),
            cases: look::cases(procedure),
            checklist: look::checklist(look::case_of(procedure, case), &files),
            files,
            answer: answer.map(|answer| {
                format!("{} · {} · {}", present::at(answer.at), answer.by, answer.words)
            }),
        })
    }

    /// Tiếp nhận: the dossier gets its number, its promise and its slip. Who filed it and its files stay.
    ///
    /// # Errors
    /// Every rule of reception; `wrong_stage` when it was answered already.
    pub fn portal_accept(
        &self,
        id_or_number: &str,
        input: PortalAcceptInput,
    ) -> Result<AcceptedView> {
        let id = self.opened(id_or_number)?.dossier.id;
        let packs = self.packs();
        self.transact(&[Topic::Dossiers, Topic::Backlog], |tx, context| {
            let dossier = dossier_in(tx, id)?;
            acceptable(&dossier)?;
            let item = reception_of(&dossier, input, &packs)?;
            let knowledge = Knowledge::read(tx.connection(), self, &packs)?;
            let received = self.accept_as(tx, context, &knowledge, (id, item), "")?;
            Ok(accepted_view(&Dossier::new(&received)))
        })
    }

    /// Nhập tay: puts a dossier of the portal, copied from there, into the queue.
    ///
    /// # Errors
    /// The first fault; `portal_number_taken` when it is here already.
    pub fn portal_enter(&self, item: Reception) -> Result<PortalRowView> {
        let id = self.transact(&[Topic::Dossiers, Topic::Backlog], |tx, context| {
            self.submit_in(tx, context, &item)
        })?;
        self.portal_row(&self.opened(&id.to_string())?)
    }

    /// Writes down that a dossier was filed on a portal, unless the queue has it already; gives its identity.
    pub(crate) fn submit_in(
        &self,
        tx: &mut Tx<'_>,
        context: &Context<'_>,
        item: &Reception,
    ) -> Result<DossierId> {
        let submitted = self.submitted(item, context)?;
        let id = submitted.dossier;
        match tx.dossier(id)? {
            Some(known) if acceptable(&known).is_ok() => {}
            Some(known) => return Err(taken(&submitted, &known).into()),
            None => {
                tx.append(id, Event::Submitted(Box::new(submitted)))?;
            }
        }
        Ok(id)
    }

    /// What the officer copied from a portal, checked.
    pub(crate) fn submitted(&self, item: &Reception, context: &Context<'_>) -> Result<Submitted> {
        let Some(filed) = item.portal.clone() else {
            let words = "Phải ghi số và giờ nộp trên cổng.";
            return Err(Refusal::of("field_missing", "portal", words).into());
        };
        if item.channel != IntakeChannel::Online {
            let words = "Chỉ hồ sơ kênh trực tuyến mới có số trên cổng.";
            return Err(Refusal::of("not_online", "channel", words).into());
        }
        let input = submitting(item, filed, &self.packs());
        portal::submit(&self.site.code, input, context.actor, context.now)
            .map_err(|faults| crate::reception::first(faults, ""))
    }

    fn portal_row(&self, opened: &Opened) -> Result<PortalRowView> {
        let dossier = &opened.dossier;
        let packs = self.packs();
        let now = self.now();
        let submission = dossier.submission.as_ref();
        let by = match submission {
            Some(submission) if dossier.stage == Stage::Submitted => {
                answer_by(submission.waits_since, now, &packs.calendar, &packs.rules)?
            }
            _ => None,
        };
        let current: Vec<_> = dossier.files.iter().filter(|file| !file.replaced).collect();
        let here = current.iter().filter(|file| self.holds(&file.file.sha256)).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(PortalRowView {
            id: dossier.id.to_string(),
            status: dossier.status().0,
            status_words: dossier.status().words().into(),
            system: submission.map(|s| s.system.clone()).unwrap_or_default(),
            number: submission.map(|s| s.number.clone()).unwrap_or_default(),
            applicant: dossier.applicant.full_name.clone(),
            procedure: procedure_of(&packs, &dossier.procedure.code)
                .map_or_else(|| dossier.procedure.name.clone(), |p| p.short_name.clone()),
            filed_at: present::at(submission.map_or(dossier.received_at, |s| s.filed_at)),
            answer_by: by.map(|by| present::at(by.at)),
            minutes_left: by.map(|by| i32::try_from(by.minutes_left).unwrap_or(i32::MIN)),
            hours_words: hours_words(dossier.stage, by),
            tone: tone(by).into(),
            files: count(current.len()),
            files_here: count(here),
            conflict: !dossier.disputes.is_empty(),
        })
    }

    pub(crate) fn accept_as(
        &self,
        tx: &mut Tx<'_>,
        context: &Context<'_>,
        knowledge: &Knowledge<'_>,
        (id, item): (DossierId, Reception),
        place: &str,
    ) -> Result<domain::dossier::event::Received> {
        let reserved = item.reserved_number.clone();
        let mut received = knowledge.receive(id, item, context, place)?;
        received.number = self
            .number_for(tx, &received, reserved.as_deref(), context.now)
            .map_err(|error| crate::reception::inside(error, place))?;
        received.check_code = check_code(id, received.act.at);
        tx.append(id, Event::Received(Box::new(received.clone())))?;
        Ok(received)
    }
}

/// The procedure behind a portal's code, which may carry the agency behind the national one: `1.001193.000.00.00.H38`.
pub(crate) fn procedure_of<'a>(packs: &'a Packs, code: &str) -> Option<&'a Procedure> {
    let national = || {
        let mut parts = code.split('.');
        Some(format!("{}.{}", parts.next()?, parts.next()?))
    };
    packs.procedure(code).or_else(|| packs.procedure(&national()?))
}

fn submitting(item: &Reception, filed: Filed, packs: &Packs) -> Submitting {
    let procedure = procedure_of(packs, &item.procedure);
    Submitting {
        filed,
        procedure_code: item.procedure.clone(),
        procedure_name: procedure.map_or_else(|| item.procedure.clone(), |p| p.name.clone()),
        field: procedure.map(|p| p.field.clone()).unwrap_or_default(),
        case: item.case.clone(),
        applicant: item.applicant.clone(),
        submitter: item.submitter.clone(),
        registered: item.registered.clone(),
        return_method: item.return_method,
        return_address: item.return_address.clone(),
    }
}

/// What the portal told and the officer added, as a reception.
fn reception_of(dossier: &Dossier, input: PortalAcceptInput, packs: &Packs) -> Result<Reception> {
    let code = input.procedure.unwrap_or_else(|| {
        procedure_of(packs, &dossier.procedure.code)
            .map_or_else(|| dossier.procedure.code.clone(), |procedure| procedure.code.clone())
    });
    let components = input.components.map(|lines: Vec<ComponentInput>| {
        serde_json::to_value(lines)
            .map_err(|fault| Refusal::of("json_unreadable", "components", fault.to_string()).into())
            .and_then(read_value)
    });
    Ok(Reception {
        procedure: code,
        case: input.case.or_else(|| dossier.procedure.case.clone()),
        applicant: dossier.applicant.clone(),
        submitter: dossier.submitter.clone(),
        registered: dossier.registered.clone(),
        components: components.transpose()?,
        sets: dossier.sets,
        channel: IntakeChannel::Online,
        return_method: dossier.return_method,
        return_address: dossier.return_address.clone(),
        note: input.note,
        ..Reception::default()
    })
}

fn taken(submitted: &Submitted, known: &Dossier) -> Refusal {
    let number = known.number.as_ref().map_or("chưa có mã", |number| number.text.as_str());
    Refusal::of(
        "portal_number_taken",
        "portal.number",
        format!(
            "Hồ sơ số {} của {} đã có ở đây ({number}, {}).",
            submitted.number,
            submitted.system,
            known.status().words()
        ),
    )
}

fn hours_words(stage: Stage, by: Option<AnswerBy>) -> String {
    let Some(by) = by else {
        return match stage {
            Stage::SentBack => "Chờ công dân bổ sung".into(),
            _ => "Chưa có quy định thời hạn".into(),
        };
    };
    let minutes = by.minutes_left.unsigned_abs();
    let time = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} phút"),
        (hours, 0) => format!("{hours} giờ"),
        (hours, minutes) => format!("{hours} giờ {minutes} phút"),
    };
    if by.minutes_left < 0 {
        format!("Quá {time} làm việc")
    } else {
        format!("Còn {time} làm việc")
    }
}

fn tone(by: Option<AnswerBy>) -> &'static str {
    match by.map(|by| by.minutes_left) {
        Some(minutes) if minutes < 0 => "late",
        Some(minutes) if minutes <= SOON_MINUTES => "soon",
        _ => "calm",
    }
}
