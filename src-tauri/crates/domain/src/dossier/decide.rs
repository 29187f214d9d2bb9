//! Decisions after reception: a command and the present state give events or a refusal.

mod command;
mod correct;
mod due;
mod resolve;

use super::action::Action;
use super::event::{
    Collector, CollectorKind, Event, Extended, ExternalNumberSet, Forwarded, NumberGiven,
    PaymentConfirmed, PaymentRequested, Plain, Reasoned, ResultNumbered, ResultReady,
    ResultReturned, ShelfSet, Stopped, SupplementReceived, SupplementRequested,
};
use super::evolve::Dossier;
use super::guard::{Allowed, allowed};
use super::number::Number;
use super::status::Stage;
use crate::calendar::Calendar;
use crate::deadline::DeadlineRules;
use crate::officer::{Act, Officer, Role};
use crate::refusal::Refusal;
use jiff::Timestamp;

pub use command::{Command, StepFacts};
use correct::Change;
pub use due::{promise, promise_words};

/// What surrounds a decision. Time is an argument.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The moment of recording.
    pub now: Timestamp,
    /// The officer at the desk.
    pub actor: &'a Officer,
    /// Full names of officers who may approve.
    pub supervisors: &'a [String],
    /// The working calendar.
    pub calendar: &'a Calendar,
    /// The deadline rules.
    pub rules: &'a DeadlineRules,
}

impl Dossier {
    /// What follows from a command now.
    ///
    /// # Errors
    /// A [`Refusal`] that names the step missing, the field at fault or the approval needed; nothing has changed then.
    pub fn decide(
        &self,
        command: Command,
        facts: StepFacts,
        context: &Context<'_>,
    ) -> Result<Event, Refusal> {
        let approved_by = self.permission(command.action(), &facts, context)?;
        let act = self.act(facts, context)?;
        Ok(match command {
            Command::Forward { to } => {
                Event::Forwarded(Box::new(Forwarded { act, to: filled("to", to)? }))
            }
            Command::Assign { to } => {
                Event::Assigned(Box::new(Forwarded { act, to: filled("to", to)? }))
            }
            Command::Examine {} => Event::Examined(Box::new(Plain { act })),
            Command::Check {} => Event::Checked(Box::new(Plain { act })),
            Command::Sign {} => Event::Signed(Box::new(Plain { act })),
            Command::Call {} => Event::ApplicantCalled(Box::new(Plain { act })),
            Command::Note { text } => Event::Noted(Box::new(Plain {
                act: Act { note: Some(filled("text", text)?), ..act },
            })),
            Command::NumberResult { number, date } => {
                Event::ResultNumbered(Box::new(ResultNumbered {
                    act,
                    number: filled("number", number)?,
                    date,
                }))
            }
            Command::Finish { result, shelf } => {
                Event::ResultReady(Box::new(ResultReady { act, result, shelf }))
            }
            Command::ReturnResult { collector, lost_slip, originals_returned } => {
                let collector = self.collector_of(collector)?;
                self.originals_settled(originals_returned)?;
                Event::ResultReturned(Box::new(ResultReturned {
                    act,
                    collector,
                    lost_slip,
                    originals_returned,
                }))
            }
            Command::TakeBack { reason } => Event::ResultTakenBack(Box::new(Reasoned {
                act,
                reason: filled("reason", reason)?,
                approved_by,
            })),
            Command::RequestSupplement { components, reason } => {
                self.request_supplement(act, components, reason, approved_by)?
            }
            Command::ReceiveSupplement { components } => {
                let due = self.due_after_supplement(act.at, context)?;
                Event::SupplementReceived(Box::new(SupplementReceived { act, components, due }))
            }
            Command::RequestPayment { amount_vnd, reason } => {
                Event::PaymentRequested(Box::new(PaymentRequested {
                    act,
                    amount_vnd,
                    reason: filled("reason", reason)?,
                }))
            }
            Command::ConfirmPayment { method, receipt_number } => {
                Event::PaymentConfirmed(Box::new(PaymentConfirmed {
                    act,
                    method: filled("method", method)?,
                    receipt_number,
                }))
            }
            Command::Extend { reason, by, until } => Event::Extended(Box::new(Extended {
                due: self.extended_due(by.as_deref(), until, context)?,
                act,
                reason: filled("reason", reason)?,
                ordinal: self.extensions + 1,
                approved_by: approved_by.unwrap_or_else(|| context.actor.name.clone()),
            })),
            Command::Withdraw { reason } => Event::WithdrawalRequested(Box::new(Reasoned {
                act,
                reason: filled("reason", reason)?,
                approved_by: None,
            })),
            Command::Stop { reason, decided_by, originals_returned } => {
                Event::Stopped(self.stopped(act, reason, decided_by, originals_returned)?)
            }
            Command::Refuse { reason, decided_by, originals_returned } => {
                Event::Refused(self.stopped(act, reason, decided_by, originals_returned)?)
            }
            Command::SetShelf { shelf } => Event::ShelfSet(Box::new(ShelfSet { act, shelf })),
            Command::SetExternalNumber { system, number, date } => {
                Event::ExternalNumberSet(Box::new(ExternalNumberSet {
                    act,
                    system: filled("system", system)?,
                    number: filled("number", number)?,
                    date,
                }))
            }
            Command::GiveNumber { number } => Event::NumberGiven(Box::new(NumberGiven {
                act,
                number: Number { text: filled("number", number)?, provisional: false, drawn: None },
            })),
            Command::Correct {
                reason,
                full_name,
                phone,
                email,
                address,
                id_number,
                birth_date,
            } => {
                let change = Change { full_name, phone, email, address, id_number, birth_date };
                self.correct(act, filled("reason", reason)?, change)?
            }
            Command::Resolve { fields, reason } => {
                let supervisor = approved_by.unwrap_or_else(|| context.actor.name.clone());
                self.resolve(act, fields, filled("reason", reason)?, supervisor)?
            }
        })
    }

    fn permission(
        &self,
        action: Action,
        facts: &StepFacts,
        context: &Context<'_>,
    ) -> Result<Option<String>, Refusal> {
        let rules = context.rules;
        match allowed(
            self,
            action,
            rules.supplement_requests_max.into(),
            rules.reappointments_max.into(),
        ) {
            Allowed::Yes => Ok(None),
            Allowed::No(refusal) => Err(refusal),
            Allowed::WithSupervisor(why) => {
                approver(facts.approved_by.as_deref(), context, why).map(Some)
            }
        }
    }

    fn act(&self, facts: StepFacts, context: &Context<'_>) -> Result<Act, Refusal> {
        // A desk whose clock is behind acts all the same: what nobody dated happened after the reception at least.
        let now = context.now.max(self.received_at);
        let at = facts.at.unwrap_or(now);
        if at > now {
            return Err(Refusal::of(
                "in_the_future",
                "at",
                "Thời điểm thực hiện ở tương lai: hãy kiểm tra lại ngày giờ.",
            ));
        }
        if at < self.received_at {
            return Err(Refusal::of(
                "before_reception",
                "at",
                "Thời điểm thực hiện trước khi tiếp nhận hồ sơ.",
            ));
        }
        Ok(Act {
            at,
            done_by: facts
                .done_by
                .filter(|name| !name.trim().is_empty())
                .unwrap_or_else(|| context.actor.name.clone()),
            recorded_by: context.actor.id,
            recorded_by_name: context.actor.name.clone(),
            paper_number: facts.paper_number,
            note: facts.note,
        })
    }

    fn request_supplement(
        &self,
        act: Act,
        components: Vec<String>,
        reason: String,
        approved_by: Option<String>,
    ) -> Result<Event, Refusal> {
        if components.iter().all(|component| component.trim().is_empty()) {
            return Err(Refusal::of(
                "components_missing",
                "components",
                "Phải nêu ít nhất một giấy tờ cần bổ sung (hướng dẫn một lần, đầy đủ).",
            ));
        }
        Ok(Event::SupplementRequested(Box::new(SupplementRequested {
            act,
            components,
            reason: filled("reason", reason)?,
            // Before acceptance it is not one of those the law counts.
            ordinal: if self.stage == Stage::Submitted { 0 } else { self.supplements + 1 },
            approved_by,
        })))
    }

    fn collector_of(&self, named: Option<Collector>) -> Result<Collector, Refusal> {
        let Some(collector) = named else {
            return Ok(Collector {
                kind: CollectorKind::Applicant,
                full_name: self.applicant.full_name.clone(),
                id_number: self.applicant.id_number.clone(),
                relation: None,
                authority_paper: None,
            });
        };
        if collector.full_name.trim().is_empty() {
            return Err(Refusal::of(
                "field_empty",
                "collector.full_name",
                "Phải ghi họ tên người nhận kết quả.",
            ));
        }
        if collector.kind == CollectorKind::Proxy
            && collector.authority_paper.as_deref().unwrap_or("").trim().is_empty()
        {
            return Err(Refusal::of(
                "authority_missing",
                "collector.authority_paper",
                "Người nhận thay phải có giấy tờ chứng minh được nhận thay (văn bản ủy quyền, quan hệ).",
            ));
        }
        Ok(collector)
    }

    fn originals_settled(&self, returned: bool) -> Result<(), Refusal> {
        let kept = self.originals_kept();
        if kept.is_empty() || returned {
            return Ok(());
        }
        Err(Refusal::of(
            "originals_kept",
            "originals_returned",
            format!(
                "Trung tâm đang giữ bản chính phải trả lại: {}. Trả và đánh dấu đã trả bản chính.",
                kept.join("; ")
            ),
        ))
    }

    fn stopped(
        &self,
        act: Act,
        reason: String,
        decided_by: String,
        returned: bool,
    ) -> Result<Box<Stopped>, Refusal> {
        self.originals_settled(returned)?;
        Ok(Box::new(Stopped {
            act,
            reason: filled("reason", reason)?,
            decided_by: filled("decided_by", decided_by)?,
            originals_returned: returned,
        }))
    }
}

/// The supervisor who stands for an act: the officer when a supervisor, else the one named.
///
/// # Errors
/// `needs_supervisor` with the words of `why`.
pub fn approver(named: Option<&str>, context: &Context<'_>, why: &str) -> Result<String, Refusal> {
    let named = named.map(str::trim).filter(|name| !name.is_empty());
    match named {
        Some(name) if context.supervisors.iter().any(|known| known == name) => Ok(name.to_owned()),
        Some(name) => Err(Refusal::of(
            "not_a_supervisor",
            "approved_by",
            format!("{name} không có quyền lãnh đạo tại quầy này."),
        )),
        None if context.actor.is(Role::Supervisor) => Ok(context.actor.name.clone()),
        None => Err(Refusal::of("needs_supervisor", "approved_by", why)),
    }
}

fn filled(field: &str, text: String) -> Result<String, Refusal> {
    let text = crate::text::normalise(&text);
    if text.is_empty() {
        return Err(Refusal::of(
            "field_empty",
            field,
            format!("Mục \"{field}\" không được để trống."),
        ));
    }
    Ok(text)
}
