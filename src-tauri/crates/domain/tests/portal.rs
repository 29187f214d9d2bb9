//! Dossiers of the portal: the hours they wait, the three answers, and desks that answered without knowing of each other.

#![allow(clippy::unwrap_used, reason = "a story that cannot be told must stop")]

mod common;
#[path = "common/hall.rs"]
mod hall;

use domain::dossier::event::{FileAttached, IntakeChannel, Received, RecordName, Submitted};
use domain::dossier::merge::{Past, merge};
use domain::dossier::number::Number;
use domain::dossier::portal::{Filed, Submitting, acceptable, answer_by, dossier_id, submit};
use domain::dossier::{Command, Dossier, Event, Stage, StepFacts};
use domain::ids::DeviceId;
use domain::officer::Role;
use domain::party::Party;
use domain::procedure::Workflow;
use hall::{Hall, morning};
use jiff::{SignedDuration, Timestamp};

const NUMBER: &str = "000.00.01.H38-261116-0007";

fn filing(number: &str) -> Submitting {
    Submitting {
        filed: Filed { system: None, number: number.into(), date: None, at: morning() },
        procedure_code: "1.001193".into(),
        procedure_name: "Đăng ký khai sinh".into(),
        field: "Hộ tịch".into(),
        case: None,
        applicant: Party { full_name: "Giàng Thị Dợ".into(), ..Party::default() },
        submitter: None,
        registered: Vec::new(),
        return_method: domain::dossier::event::ReturnMethod::Online,
        return_address: None,
    }
}

fn filed(hall: &Hall) -> Submitted {
    submit("04252", filing(NUMBER), hall.context(later(1)).actor, later(1)).unwrap()
}

fn later(hours: i64) -> Timestamp {
    morning() + SignedDuration::from_hours(hours)
}

fn received(hall: &Hall, number: &str) -> Received {
    let mut received = hall.received(Workflow::Short, later(2));
    received.dossier = dossier_id("04252", domain::dossier::portal::NATIONAL_PORTAL, NUMBER);
    received.channel = IntakeChannel::Online;
    received.number = Some(Number { text: number.into(), provisional: false, drawn: None });
    received
}

fn ask() -> Command {
    let components = vec!["Giấy chứng sinh".to_owned()];
    Command::RequestSupplement { components, reason: "Ảnh mờ, không đọc được".into() }
}

fn refuse() -> Command {
    let decided_by = "Hoàng Thị Nết".to_owned();
    let reason = "Nộp nhầm xã".to_owned();
    Command::Refuse { reason, decided_by, originals_returned: false }
}

fn decided(hall: &Hall, dossier: &Dossier, command: Command, at: Timestamp) -> Event {
    dossier.decide(command, StepFacts::default(), &hall.context(at)).unwrap()
}

#[test]
fn eight_working_hours_run_only_while_the_office_is_open() {
    let (calendar, rules) = (common::calendar(), common::rules());
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let check = |filed: &str, now: &str, until: &str, minutes_left: i64| {
        let by = answer_by(at(filed), at(now), &calendar, &rules).unwrap().unwrap();
        assert_eq!(
            (by.at, by.minutes_left),
            (at(until), minutes_left),
            "filed {filed}, asked {now}"
        );
    };
    check(
        "2026-11-16T09:00:00+07:00",
        "2026-11-16T10:00:00+07:00",
        "2026-11-17T09:30:00+07:00",
        420,
    );
    check(
        "2026-11-16T09:00:00+07:00",
        "2026-11-17T10:00:00+07:00",
        "2026-11-17T09:30:00+07:00",
        -30,
    );
    // Filed on a Sunday evening: the clock starts on Monday. 24/11 is a holiday and counts nothing.
    check(
        "2026-11-22T21:00:00+07:00",
        "2026-11-22T22:00:00+07:00",
        "2026-11-25T08:00:00+07:00",
        480,
    );
    check(
        "2026-11-23T16:00:00+07:00",
        "2026-11-24T12:00:00+07:00",
        "2026-11-25T16:30:00+07:00",
        420,
    );
}

#[test]
fn a_pack_that_names_no_hours_counts_none() {
    let rules = domain::deadline::DeadlineRules { portal_answer_hours: None, ..common::rules() };
    assert_eq!(answer_by(morning(), later(1), &common::calendar(), &rules).unwrap(), None);
}

#[test]
fn one_number_of_one_portal_is_one_dossier_whoever_copies_it() {
    let id = |system: &str, number: &str| dossier_id("04252", system, number);
    let here = id("Cổng Dịch vụ công quốc gia", NUMBER);
    assert_eq!(here, id(" cổng dịch vụ công  quốc gia", " 000.00.01.h38-261116-0007 "));
    assert_ne!(here, id("Cổng Dịch vụ công quốc gia", "000.00.01.H38-261116-0008"));
    assert_ne!(here, dossier_id("04253", "Cổng Dịch vụ công quốc gia", NUMBER));
}

#[test]
fn a_filing_without_a_name_a_number_or_from_tomorrow_is_refused_with_every_reason() {
    let hall = Hall::new(&[]);
    let mut input = filing("  ");
    input.applicant.full_name.clear();
    input.filed.at = later(9);
    let faults = submit("04252", input, hall.context(later(1)).actor, later(1)).unwrap_err();
    let fields: Vec<_> = faults.iter().filter_map(|fault| fault.field.as_deref()).collect();
    assert_eq!(fields, ["applicant.full_name", "portal.number", "portal.at"]);
}

#[test]
fn asked_for_more_added_to_and_accepted_it_keeps_the_portals_number_and_files() {
    let hall = Hall::new(&[Role::Supervisor]);
    let mut dossier = Dossier::begun(&Event::Submitted(Box::new(filed(&hall)))).unwrap();
    assert_eq!((dossier.status().0, dossier.stage), (1, Stage::Submitted));
    let file = FileAttached { act: filed(&hall).act, file: document() };
    dossier.apply(&Event::FileAttached(Box::new(file)));

    dossier.apply(&decided(&hall, &dossier, ask(), later(1)));
    assert_eq!((dossier.status().0, dossier.supplements), (5, 0), "the law's once begins later");
    let mut act = filed(&hall).act;
    act.at = later(2);
    let again = domain::dossier::event::Resubmitted { act, words: None };
    dossier.apply(&Event::Resubmitted(Box::new(again)));
    assert_eq!(dossier.stage, Stage::Submitted);
    assert_eq!(dossier.submission.as_ref().unwrap().waits_since, later(2), "hours begin anew");

    acceptable(&dossier).unwrap();
    dossier.apply(&Event::Received(Box::new(received(&hall, "H38.04252-261116-1001"))));
    assert_eq!((dossier.status().0, dossier.files.len()), (2, 1));
    assert_eq!(dossier.external_numbers[0].number, NUMBER);
    let refusal = acceptable(&dossier).unwrap_err();
    assert_eq!(refusal.code, "wrong_stage", "accepted once");
    dossier.apply(&decided(&hall, &dossier, ask(), later(4)));
    assert_eq!(dossier.supplements, 1);
}

#[test]
fn not_accepted_it_is_status_3_and_nothing_follows() {
    let hall = Hall::new(&[]);
    let mut dossier = Dossier::begun(&Event::Submitted(Box::new(filed(&hall)))).unwrap();
    dossier.apply(&decided(&hall, &dossier, refuse(), later(1)));
    assert_eq!((dossier.status().0, dossier.stage.is_finished()), (3, true));
    assert_eq!(dossier.submission.as_ref().unwrap().answer.as_ref().unwrap().words, "Nộp nhầm xã");
    let no = dossier.decide(ask(), StepFacts::default(), &hall.context(later(2))).unwrap_err();
    assert_eq!(no.code, "wrong_stage");
    assert!(acceptable(&dossier).is_err());
}

#[test]
fn a_desk_that_accepts_and_one_that_refuses_apart_are_a_conflict_and_both_stay() {
    let hall = Hall::new(&[]);
    let submitted = Event::Submitted(Box::new(filed(&hall)));
    let waiting = Dossier::begun(&submitted).unwrap();
    let accepted = Event::Received(Box::new(received(&hall, "H38.04252-261116-1001")));
    let refused = decided(&hall, &waiting, refuse(), later(2));
    let records = [
        past(1, 1, 1, &[], submitted),
        past(2, 1, 2, &[name(1, 1)], accepted),
        past(3, 1, 2, &[name(1, 1)], refused),
    ];
    let dossier = merge(&records).dossier.unwrap();
    let fields: Vec<&str> = dossier.disputes.iter().map(|d| d.field.as_str()).collect();
    assert_eq!(fields, ["stage"], "the two answers are put side by side");
    assert_eq!(dossier.disputes[0].sides, [name(2, 1), name(3, 1)]);
    assert_eq!(merge(records.iter().rev()).dossier.unwrap(), dossier, "in every order of arrival");
}

#[test]
fn two_desks_that_accept_apart_keep_both_numbers_findable() {
    let hall = Hall::new(&[]);
    let records = [
        past(1, 1, 1, &[], Event::Submitted(Box::new(filed(&hall)))),
        past(2, 1, 2, &[name(1, 1)], Event::Received(Box::new(received(&hall, "…-1001")))),
        past(3, 1, 2, &[name(1, 1)], Event::Received(Box::new(received(&hall, "…-2001")))),
    ];
    let dossier = merge(&records).dossier.unwrap();
    assert!(dossier.disputes.iter().any(|dispute| dispute.field == "number"));
    let numbers: Vec<&str> = dossier.numbers().map(|number| number.text.as_str()).collect();
    assert_eq!(numbers, ["…-2001", "…-1001"]);
}

#[test]
fn copied_by_hand_here_and_told_by_the_province_later_it_is_one_dossier_without_a_conflict() {
    let hall = Hall::new(&[]);
    let submitted = Event::Submitted(Box::new(filed(&hall)));
    let records = [
        past(2, 1, 1, &[], submitted.clone()),
        past(2, 2, 2, &[name(2, 1)], Event::Received(Box::new(received(&hall, "…-1001")))),
        past(1, 1, 1, &[], submitted),
    ];
    let dossier = merge(&records).dossier.unwrap();
    assert_eq!((dossier.status().0, dossier.disputes.len()), (2, 0));
    assert_eq!(dossier.external_numbers.len(), 1);
}

fn past(device: u128, seq: u64, depth: u64, parents: &[RecordName], event: Event) -> Past {
    Past { name: name(device, seq), depth, parents: parents.to_vec(), event: Some(event) }
}

fn name(device: u128, seq: u64) -> RecordName {
    RecordName { device: DeviceId(uuid::Uuid::from_u128(device)), seq }
}

fn document() -> domain::dossier::event::Document {
    domain::dossier::event::Document {
        id: domain::ids::FileId(uuid::Uuid::from_u128(9)),
        component: None,
        name: "Giấy chứng sinh.pdf".into(),
        mime: "application/pdf".into(),
        size_bytes: 9,
        sha256: "00".repeat(32),
    }
}
