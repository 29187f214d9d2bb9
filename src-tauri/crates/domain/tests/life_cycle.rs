//! The life of a dossier: every verb in every state, and what the papers promise.

#![allow(clippy::unwrap_used, reason = "a story that cannot be told must stop")]

#[path = "common/hall.rs"]
mod hall;

use domain::dossier::event::Event;
use domain::dossier::{Action, Command, Dossier, Stage, StepFacts};
use domain::officer::Role;
use domain::procedure::Workflow;
use domain::refusal::Refusal;
use hall::{Hall, morning};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Depth to which sequences of verbs are enumerated.
const DEPTH: usize = 4;

fn command(action: Action) -> Command {
    let text = || "vì vậy".to_owned();
    match action {
        Action::Forward => Command::Forward { to: text() },
        Action::Assign => Command::Assign { to: text() },
        Action::Examine => Command::Examine {},
        Action::Check => Command::Check {},
        Action::Sign => Command::Sign {},
        Action::NumberResult => Command::NumberResult { number: "1".into(), date: None },
        Action::Finish => Command::Finish { result: None, shelf: None },
        Action::ReturnResult => {
            Command::ReturnResult { collector: None, lost_slip: false, originals_returned: false }
        }
        Action::TakeBack => Command::TakeBack { reason: text() },
        Action::RequestSupplement => {
            Command::RequestSupplement { components: vec![text()], reason: text() }
        }
        Action::ReceiveSupplement => Command::ReceiveSupplement { components: Vec::new() },
        Action::RequestPayment => Command::RequestPayment { amount_vnd: 8_000, reason: text() },
        Action::ConfirmPayment => Command::ConfirmPayment { method: text(), receipt_number: None },
        Action::Extend => Command::Extend { reason: text(), by: Some("3wd".into()), until: None },
        Action::Withdraw => Command::Withdraw { reason: text() },
        Action::Stop => {
            Command::Stop { reason: text(), decided_by: text(), originals_returned: false }
        }
        Action::Refuse => {
            Command::Refuse { reason: text(), decided_by: text(), originals_returned: false }
        }
        Action::SetShelf => Command::SetShelf { shelf: "A1".into() },
        Action::Call => Command::Call {},
        Action::SetExternalNumber => Command::SetExternalNumber {
            system: text(),
            number: "7".into(),
            date: jiff::civil::date(2026, 11, 16),
        },
        Action::GiveNumber => Command::GiveNumber { number: "H38-1".into() },
        Action::Correct => Command::Correct {
            reason: text(),
            full_name: Some("Đặng Văn Lương".into()),
            phone: None,
            email: None,
            address: None,
            id_number: None,
            birth_date: None,
        },
        Action::Note => Command::Note { text: text() },
        Action::Resolve => Command::Resolve { fields: Vec::new(), reason: text() },
    }
}

fn act(hall: &Hall, dossier: &Dossier, action: Action, now: Timestamp) -> Result<Event, Refusal> {
    dossier.decide(command(action), StepFacts::default(), &hall.context(now))
}

/// Walks every sequence of verbs to [`DEPTH`] and shows each step to `look`.
fn every_path(
    hall: &Hall,
    workflow: Workflow,
    look: &mut dyn FnMut(&Dossier, Action, Option<&Dossier>),
) {
    let mut open = vec![(hall.take(workflow, morning()), 0)];
    while let Some((dossier, depth)) = open.pop() {
        for action in Action::ALL {
            let now = morning() + SignedDuration::from_hours(i64::try_from(depth).unwrap() + 1);
            let after = act(hall, &dossier, action, now).ok().map(|event| {
                let mut after = dossier.clone();
                after.apply(&event);
                after
            });
            look(&dossier, action, after.as_ref());
            if let Some(after) = after.filter(|_| depth < DEPTH && moves(action)) {
                open.push((after, depth + 1));
            }
        }
    }
}

/// Verbs that change where a dossier stands; the others branch into the same state.
fn moves(action: Action) -> bool {
    !matches!(
        action,
        Action::Assign
            | Action::Examine
            | Action::Check
            | Action::SetShelf
            | Action::Call
            | Action::SetExternalNumber
            | Action::GiveNumber
            | Action::Correct
            | Action::Note
            | Action::Resolve
    )
}

#[test]
fn every_state_is_reached_and_none_is_left_by_a_verb_that_is_not_its_own() {
    let hall = Hall::new(&Role::ALL);
    for workflow in [Workflow::Short, Workflow::Full] {
        let mut reached: BTreeMap<u8, u32> = BTreeMap::new();
        every_path(&hall, workflow, &mut |before, action, after| {
            let Some(after) = after else { return };
            *reached.entry(after.status().0).or_default() += 1;
            let leaves_end =
                matches!(before.stage, Stage::Stopped) && after.stage != Stage::Stopped;
            assert!(!leaves_end, "{action:?} took a stopped dossier up again");
            if before.stage == Stage::Returned && after.stage != Stage::Returned {
                assert_eq!(action, Action::TakeBack, "a returned result is only taken back");
            }
        });
        let expected: &[u8] = &[4, 5, 6, 7, 8, 9, 10];
        for status in expected.iter().filter(|status| workflow == Workflow::Short || **status < 9) {
            assert!(reached.contains_key(status), "{workflow:?} never reaches status {status}");
        }
    }
}

#[test]
fn a_full_workflow_never_has_a_result_without_signature_and_number() {
    let hall = Hall::new(&Role::ALL);
    every_path(&hall, Workflow::Full, &mut |before, action, after| {
        if action == Action::Finish && after.is_some() {
            assert!(before.signed && before.result_number.is_some(), "finished unsigned");
        }
    });
}

#[test]
fn a_refused_verb_names_the_state_and_the_next_step() {
    let hall = Hall::new(&Role::ALL);
    let dossier = hall.take(Workflow::Full, morning());
    let refusal = act(&hall, &dossier, Action::ReturnResult, morning()).unwrap_err();
    assert_eq!(refusal.code, "wrong_stage");
    assert!(refusal.message.contains("Được tiếp nhận"), "{}", refusal.message);
    assert!(refusal.message.contains("chuyển xử lý"), "{}", refusal.message);
}

#[test]
fn what_needs_a_supervisor_is_refused_to_a_reception_officer_alone() {
    let hall = Hall::new(&[Role::Reception]);
    let dossier = hall.take(Workflow::Full, morning());
    let refusal = act(&hall, &dossier, Action::Extend, morning()).unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), ("needs_supervisor", Some("approved_by")));
}

#[test]
fn a_supplement_restarts_the_promise_and_an_extension_moves_it_later() {
    let hall = Hall::new(&Role::ALL);
    let mut dossier = hall.take(Workflow::Full, morning());
    let promised = dossier.due.at;
    let later = morning() + SignedDuration::from_hours(48);
    for action in [Action::RequestSupplement, Action::ReceiveSupplement] {
        let event = act(&hall, &dossier, action, later).unwrap();
        dossier.apply(&event);
    }
    assert!(dossier.due.at > promised, "the clock restarts after the complete dossier");
    let restarted = dossier.due.at;
    let event = act(&hall, &dossier, Action::Extend, later).unwrap();
    dossier.apply(&event);
    assert!(dossier.due.at > restarted, "a re-appointment is later");
    assert!(!dossier.due.steps.is_empty(), "and explains itself");
}

#[test]
fn a_desk_whose_clock_is_years_behind_acts_all_the_same_and_never_before_the_reception() {
    let hall = Hall::new(&Role::ALL);
    let dossier = hall.take(Workflow::Short, morning());
    let behind = morning() - SignedDuration::from_hours(5 * 365 * 24);
    let event = act(&hall, &dossier, Action::Correct, behind).unwrap();
    assert_eq!(event.act().at, dossier.received_at);
    let dated = StepFacts { at: Some(behind), ..StepFacts::default() };
    let refusal = dossier.decide(command(Action::Correct), dated, &hall.context(behind));
    assert_eq!(
        refusal.unwrap_err().code,
        "before_reception",
        "what somebody dated so is a mistake"
    );
}
