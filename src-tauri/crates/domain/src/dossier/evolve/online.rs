//! The fold of what happens before a portal dossier is taken in, and of its acceptance.

use super::Dossier;
use crate::dossier::event::{
    Due, ExternalNumberSet, FeeTold, IntakeChannel, PackVersions, ProcedureTaken, Received,
    Stopped, Submitted, SupplementRequested,
};
use crate::dossier::portal::{Answer, Submission};
use crate::dossier::status::Stage;
use crate::officer::Act;
use crate::procedure::Workflow;
use jiff::Timestamp;

impl Dossier {
    /// The state after a filing on a portal: nothing is promised yet, and it has no number of the office.
    pub(super) fn submitted(event: &Submitted) -> Self {
        let number = ExternalNumberSet {
            act: event.act.clone(),
            system: event.system.clone(),
            number: event.number.clone(),
            date: event.date,
        };
        let submission = Submission {
            system: event.system.clone(),
            number: event.number.clone(),
            filed_at: event.act.at,
            waits_since: event.act.at,
            case: event.case.clone(),
            answer: None,
        };
        Self {
            stage: Stage::Submitted,
            external_numbers: vec![number],
            submission: Some(submission),
            ..Self::new(&as_if_received(event))
        }
    }

    /// Acceptance: everything the reception says holds from now on; what the portal brought stays. A dossier that no portal
    /// brought has one reception, and a second one changes nothing.
    pub(super) fn accept(&mut self, event: &Received) {
        let Some(submission) = self.submission.take() else { return };
        let mut accepted = Self::new(event);
        // Two desks may have accepted apart, each on paper with its own number: both stay findable.
        accepted.earlier_numbers = std::mem::take(&mut self.earlier_numbers);
        accepted.earlier_numbers.extend(self.number.take());
        accepted.external_numbers = std::mem::take(&mut self.external_numbers);
        accepted.files = std::mem::take(&mut self.files);
        accepted.submission = Some(submission);
        *self = accepted;
    }

    pub(super) fn resubmitted(&mut self, at: Timestamp) {
        if self.stage == Stage::SentBack {
            self.stage = Stage::Submitted;
        }
        if let Some(submission) = &mut self.submission {
            submission.waits_since = at;
        }
    }

    pub(super) fn send_back(&mut self, event: &SupplementRequested) {
        self.stage = Stage::SentBack;
        let words = format!("{}: {}", event.reason, event.components.join("; "));
        self.answer(&event.act, event.act.done_by.clone(), words);
    }

    pub(super) fn not_accepted(&mut self, event: &Stopped) {
        self.stage = Stage::NotAccepted;
        self.finished_at = Some(event.act.at);
        self.answer(&event.act, event.decided_by.clone(), event.reason.clone());
    }

    fn answer(&mut self, act: &Act, by: String, words: String) {
        if let Some(submission) = &mut self.submission {
            submission.answer = Some(Answer { at: act.at, by, words });
        }
    }
}

/// What a filing says, in the places a reception fills; the rest is empty until acceptance.
fn as_if_received(event: &Submitted) -> Received {
    Received {
        act: event.act.clone(),
        dossier: event.dossier,
        recorded_at: event.recorded_at,
        late: None,
        number: None,
        check_code: String::new(),
        procedure: ProcedureTaken {
            code: event.procedure_code.clone(),
            name: event.procedure_name.clone(),
            short_name: event.procedure_name.clone(),
            field: event.procedure_field.clone(),
            case: event.case.clone(),
            case_name: None,
            workflow: Workflow::Full,
        },
        applicant: event.applicant.clone(),
        submitter: event.submitter.clone(),
        registered: event.registered.clone(),
        components: Vec::new(),
        sets: 1,
        channel: IntakeChannel::Online,
        return_method: event.return_method,
        return_address: event.return_address.clone(),
        fee: FeeTold { words: String::new(), amount_vnd: None, basis: None },
        due: Due { at: None, limit: "none".into(), steps: Vec::new() },
        packs: PackVersions::default(),
        queue_ticket: None,
    }
}
