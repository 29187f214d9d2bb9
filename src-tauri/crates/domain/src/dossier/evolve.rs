//! The fold: events in order become the present state of a dossier.

mod online;

use super::event::{
    Collector, ComponentTaken, Document, Due, Event, ExternalNumberSet, FeeTold, IntakeChannel,
    LateEntry, PackVersions, ProcedureTaken, Received, RecordName, ReturnMethod,
};
use super::merge::Dispute;
use super::number::Number;
use super::portal::Submission;
use super::status::{Stage, Status};
use crate::ids::{DossierId, OfficerId};
use crate::party::{Party, Registered, Submitter};
use jiff::Timestamp;

/// A dossier as its records leave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// Identity.
    pub id: DossierId,
    /// Place in the life cycle.
    pub stage: Stage,
    /// Legal time of reception; of filing while it waits to be taken in.
    pub received_at: Timestamp,
    /// When it was entered.
    pub recorded_at: Timestamp,
    /// Set for a late entry.
    pub late: Option<LateEntry>,
    /// Officer who took it in.
    pub received_by: OfficerId,
    /// Number in force.
    pub number: Option<Number>,
    /// Numbers it had before.
    pub earlier_numbers: Vec<Number>,
    /// Check code on paper.
    pub check_code: String,
    /// The procedure.
    pub procedure: ProcedureTaken,
    /// Chủ hồ sơ.
    pub applicant: Party,
    /// Người nộp, when another.
    pub submitter: Option<Submitter>,
    /// Người được đăng ký.
    pub registered: Vec<Registered>,
    /// The checklist.
    pub components: Vec<ComponentTaken>,
    /// Số bộ.
    pub sets: u16,
    /// Kênh.
    pub channel: IntakeChannel,
    /// Where the result is wanted.
    pub return_method: ReturnMethod,
    /// Postal address.
    pub return_address: Option<String>,
    /// Fee as told.
    pub fee: FeeTold,
    /// The promise in force.
    pub due: Due,
    /// Packs.
    pub packs: PackVersions,
    /// Số thứ tự.
    pub queue_ticket: Option<String>,
    /// Note of the reception.
    pub note: Option<String>,
    /// Who holds it now, in words.
    pub holder: Option<String>,
    /// Supplements asked for so far.
    pub supplements: u16,
    /// When the running supplement was asked for.
    pub supplement_since: Option<Timestamp>,
    /// Re-appointments so far.
    pub extensions: u16,
    /// A leader has signed.
    pub signed: bool,
    /// Number of the result paper.
    pub result_number: Option<String>,
    /// When the office finished.
    pub finished_at: Option<Timestamp>,
    /// When the citizen got the result.
    pub returned_at: Option<Timestamp>,
    /// Who collected it.
    pub collector: Option<Collector>,
    /// Where the result lies.
    pub shelf: Option<String>,
    /// When the citizen was last called.
    pub called_at: Option<Timestamp>,
    /// Numbers in other systems.
    pub external_numbers: Vec<ExternalNumberSet>,
    /// Attachments with what replaced them.
    pub files: Vec<AttachedDocument>,
    /// Originals kept are back with the citizen.
    pub originals_returned: bool,
    /// Fields that desks wrote without knowing of each other and that a supervisor must decide. Found by
    /// [`super::merge`]; a history that never branched has none.
    pub disputes: Vec<Dispute>,
    /// The gateway gave its number back: another dossier has it. Not in this dossier's own history: set by whoever knows
    /// what is held, and only to let another number be given.
    pub number_returned: bool,
    /// The heads of its history, as [`super::merge`] found them.
    pub heads: Vec<RecordName>,
    /// What it was on the portal, where it was filed there.
    pub submission: Option<Submission>,
    /// Records that a later version wrote and this one cannot read, as [`super::merge`] found them: until an update only
    /// acts are accepted that cannot depend on them.
    pub not_understood: Vec<RecordName>,
}

/// An attachment and its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedDocument {
    /// The document.
    pub file: Document,
    /// When it was attached.
    pub at: Timestamp,
    /// Who recorded it.
    pub by: String,
    /// A newer document took its place.
    pub replaced: bool,
}

impl Dossier {
    /// The state after the first record.
    pub fn new(event: &Received) -> Self {
        Self {
            id: event.dossier,
            stage: Stage::Received,
            received_at: event.act.at,
            recorded_at: event.recorded_at,
            late: event.late.clone(),
            received_by: event.act.recorded_by,
            number: event.number.clone(),
            earlier_numbers: Vec::new(),
            check_code: event.check_code.clone(),
            procedure: event.procedure.clone(),
            applicant: event.applicant.clone(),
            submitter: event.submitter.clone(),
            registered: event.registered.clone(),
            components: event.components.clone(),
            sets: event.sets,
            channel: event.channel,
            return_method: event.return_method,
            return_address: event.return_address.clone(),
            fee: event.fee.clone(),
            due: event.due.clone(),
            packs: event.packs.clone(),
            queue_ticket: event.queue_ticket.clone(),
            note: event.act.note.clone(),
            holder: None,
            supplements: 0,
            supplement_since: None,
            extensions: 0,
            signed: false,
            result_number: None,
            finished_at: None,
            returned_at: None,
            collector: None,
            shelf: None,
            called_at: None,
            external_numbers: Vec::new(),
            files: Vec::new(),
            originals_returned: false,
            disputes: Vec::new(),
            number_returned: false,
            heads: Vec::new(),
            submission: None,
            not_understood: Vec::new(),
        }
    }

    /// The state after its first record: a reception, or a filing on a portal. Nothing else begins a dossier.
    pub fn begun(event: &Event) -> Option<Self> {
        match event {
            Event::Received(received) => Some(Dossier::new(received)),
            Event::Submitted(submitted) => Some(Dossier::submitted(submitted)),
            _ => None,
        }
    }

    /// Folds the events of a history that never branched, in order; [`super::merge`] folds any. `None` until the reception is among them.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Self> {
        let mut dossier: Option<Dossier> = None;
        for event in events {
            match (&mut dossier, event) {
                (None, event) => dossier = Dossier::begun(event),
                (Some(dossier), event) => dossier.apply(event),
            }
        }
        dossier
    }

    /// Takes one more event into the state.
    pub fn apply(&mut self, event: &Event) {
        let at = event.act().at;
        match event {
            Event::Received(e) => self.accept(e),
            Event::Resubmitted(_) => self.resubmitted(at),
            Event::Submitted(_)
            | Event::Examined(_)
            | Event::Checked(_)
            | Event::Noted(_)
            | Event::Resolved(_) => {}
            Event::Forwarded(e) => {
                self.stage = Stage::Processing;
                self.holder = Some(e.to.clone());
            }
            Event::Assigned(e) => self.holder = Some(e.to.clone()),
            Event::Signed(_) => self.signed = true,
            Event::ResultNumbered(e) => self.result_number = Some(e.number.clone()),
            Event::ResultReady(e) => {
                self.stage = Stage::Ready;
                self.finished_at = Some(at);
                self.shelf = e.shelf.clone().or(self.shelf.take());
            }
            Event::ResultReturned(e) => {
                self.stage = Stage::Returned;
                self.returned_at = Some(at);
                self.collector = Some(e.collector.clone());
                self.originals_returned |= e.originals_returned;
            }
            Event::ResultTakenBack(_) => self.take_back(),
            Event::SupplementRequested(e) if self.stage == Stage::Submitted => self.send_back(e),
            Event::SupplementRequested(e) => {
                self.stage = Stage::AwaitingSupplement;
                self.supplements = e.ordinal;
                self.supplement_since = Some(at);
            }
            Event::SupplementReceived(e) => {
                self.stage = Stage::Processing;
                self.due = e.due.clone();
                self.supplement_since = None;
            }
            Event::PaymentRequested(_) => self.stage = Stage::AwaitingPayment,
            Event::PaymentConfirmed(_) => self.stage = Stage::Processing,
            Event::Extended(e) => {
                self.due = e.due.clone();
                self.extensions = e.ordinal;
            }
            Event::WithdrawalRequested(_) => self.stage = Stage::WithdrawalRequested,
            Event::Refused(e) if matches!(self.stage, Stage::Submitted | Stage::SentBack) => {
                self.not_accepted(e);
            }
            Event::Stopped(e) | Event::Refused(e) => {
                self.stage = Stage::Stopped;
                self.finished_at = Some(at);
                self.originals_returned |= e.originals_returned;
            }
            Event::ShelfSet(e) => self.shelf = (!e.shelf.is_empty()).then(|| e.shelf.clone()),
            Event::ApplicantCalled(_) => self.called_at = Some(at),
            Event::ExternalNumberSet(e) => {
                self.external_numbers.retain(|known| known.system != e.system);
                self.external_numbers.push((**e).clone());
            }
            Event::NumberGiven(e) => {
                self.earlier_numbers.extend(self.number.take());
                self.number = Some(e.number.clone());
            }
            Event::Corrected(e) => {
                // Only what this officer changed: another desk may have put something else right.
                e.changes
                    .iter()
                    .for_each(|change| self.copy_applicant(&e.applicant, &change.field));
            }
            Event::FileAttached(e) => self.attach(&e.file, at, &e.act.recorded_by_name),
            Event::FileReplaced(e) => {
                for known in self.files.iter_mut().filter(|known| known.file.id == e.replaces) {
                    known.replaced = true;
                }
                self.attach(&e.file, at, &e.act.recorded_by_name);
            }
        }
    }

    /// The national status.
    pub fn status(&self) -> Status {
        self.stage.into()
    }

    /// Originals that the office keeps and must give back, as named on the slip.
    pub fn originals_kept(&self) -> Vec<String> {
        if self.originals_returned {
            return Vec::new();
        }
        self.components
            .iter()
            .filter(|c| c.keep_original && c.originals > 0)
            .map(|c| c.label.clone())
            .collect()
    }

    /// Every number it has or had.
    pub fn numbers(&self) -> impl Iterator<Item = &Number> {
        self.number.iter().chain(&self.earlier_numbers)
    }

    /// Takes over one of the applicant's particulars, by its path; an unknown path takes them all over.
    pub(super) fn copy_applicant(&mut self, from: &Party, field: &str) {
        match field {
            "applicant.full_name" => self.applicant.full_name.clone_from(&from.full_name),
            "applicant.phone" => self.applicant.phone.clone_from(&from.phone),
            "applicant.email" => self.applicant.email.clone_from(&from.email),
            "applicant.address" => self.applicant.address.clone_from(&from.address),
            "applicant.id_number" => self.applicant.id_number.clone_from(&from.id_number),
            "applicant.birth_date" => self.applicant.birth_date = from.birth_date,
            _ => self.applicant = from.clone(),
        }
    }

    /// One of the applicant's particulars in words, by its path; the name for any other path.
    pub(super) fn applicant_words(&self, field: &str) -> String {
        let applicant = &self.applicant;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        match field {
            "applicant.phone" => text(&applicant.phone),
            "applicant.email" => text(&applicant.email),
            "applicant.address" => text(&applicant.address),
            "applicant.id_number" => text(&applicant.id_number),
            "applicant.birth_date" => {
                applicant.birth_date.map(|date| date.to_string()).unwrap_or_default()
            }
            _ => applicant.full_name.clone(),
        }
    }

    fn take_back(&mut self) {
        self.stage = Stage::Processing;
        self.finished_at = None;
        self.returned_at = None;
        self.collector = None;
        self.signed = false;
        self.result_number = None;
    }

    fn attach(&mut self, file: &Document, at: Timestamp, by: &str) {
        self.files.push(AttachedDocument {
            file: file.clone(),
            at,
            by: by.to_owned(),
            replaced: false,
        });
    }
}
