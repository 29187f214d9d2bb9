//! Printing for real: a private CUPS, a printer that is a TCP listener, and what goes wrong.
#![cfg(unix)]

mod private_cups;

use std::time::{Duration, Instant};

use app::printer::{JobId, JobState, Media, PrintFault, PrintJob, PrintSystem};
use private_cups::{Listener, PrivateCups};

/// Bytes a raw queue must hand on untouched.
const SLIP: &[u8] = b"%PDF-1.3 a slip with every byte \x00\x7f\xc3\xa2\xff that may be in it";

fn job(queue: &str) -> PrintJob<'_> {
    PrintJob { queue, title: "H38.04252-261123-1001", pdf: SLIP, copies: 1, media: Media::A5 }
}

/// Asks until the state is the expected one; the last state seen otherwise.
fn eventually(
    system: &PrintSystem,
    job: &JobId,
    expected: impl Fn(&JobState) -> bool,
) -> Result<JobState, String> {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let state = system.job_state(job).expect("the print system answers");
        if expected(&state) {
            return Ok(state);
        }
        if Instant::now() > patience {
            return Err(format!("still {state:?}"));
        }
        std::thread::yield_now();
    }
}

#[test]
fn what_is_sent_to_a_queue_reaches_the_printer_byte_for_byte() {
    let Some(cups) = PrivateCups::start() else { return };
    let printer = Listener::start();
    cups.add_queue("quay1", &printer.uri());
    let id = cups.system().print(&job("quay1")).expect("the queue takes it");
    assert_eq!(printer.next_document(), SLIP, "the printer got other bytes than were sent");
    eventually(&cups.system(), &id, |state| *state == JobState::Printed)
        .expect("it ends as printed");
}

#[test]
fn several_copies_arrive_in_one_press() {
    let Some(cups) = PrivateCups::start() else { return };
    let printer = Listener::start();
    cups.add_queue("quay1", &printer.uri());
    let twice = PrintJob { copies: 2, ..job("quay1") };
    cups.system().print(&twice).expect("the queue takes it");
    assert_eq!(printer.next_document(), [SLIP, SLIP].concat());
}

#[test]
fn the_queues_are_listed_with_what_is_wrong_with_them() {
    let Some(cups) = PrivateCups::start() else { return };
    cups.add_queue("quay1", "socket://127.0.0.1:9");
    cups.add_queue("quay2", "socket://127.0.0.1:9");
    cups.admin("lpadmin", &["-d", "quay2"]);
    cups.admin("cupsreject", &["-r", "bao tri", "quay1"]);
    let queues = cups.system().queues().expect("the print system answers");
    let names: Vec<_> = queues.iter().map(|q| (q.name.as_str(), q.is_default)).collect();
    assert_eq!(names, [("quay1", false), ("quay2", true)]);
    let said = "bao tri".to_owned();
    assert_eq!(queues[0].fault, Some(PrintFault::QueueRejects { queue: "quay1".into(), said }));
    assert_eq!(queues[1].fault, None);
}

#[test]
fn a_stopped_queue_keeps_the_job_and_prints_it_when_it_runs_again() {
    let Some(cups) = PrivateCups::start() else { return };
    let printer = Listener::start();
    cups.add_queue("quay1", &printer.uri());
    cups.admin("cupsdisable", &["-r", "het giay", "quay1"]);
    let id = cups.system().print(&job("quay1")).expect("a stopped queue still takes jobs");
    let stuck =
        |state: &JobState| matches!(state, JobState::Stuck(PrintFault::QueueStopped { .. }));
    eventually(&cups.system(), &id, stuck).expect("the job waits, and says for what");
    cups.admin("cupsenable", &["quay1"]);
    assert_eq!(printer.next_document(), SLIP);
    eventually(&cups.system(), &id, |state| *state == JobState::Printed)
        .expect("printed in the end");
}

#[test]
fn a_queue_that_takes_nothing_refuses_at_once() {
    let Some(cups) = PrivateCups::start() else { return };
    cups.add_queue("quay1", "socket://127.0.0.1:9");
    cups.admin("cupsreject", &["quay1"]);
    let fault = cups.system().print(&job("quay1")).expect_err("it takes nothing");
    assert!(matches!(fault, PrintFault::QueueRejects { .. }), "{fault:?}");
    assert_eq!(fault.to_string(), "Máy in “quay1” đang không nhận lệnh in.");
}

#[test]
fn an_unknown_queue_is_named() {
    let Some(cups) = PrivateCups::start() else { return };
    let fault = cups.system().print(&job("không có")).expect_err("there is no such queue");
    assert_eq!(fault, PrintFault::NoSuchQueue { queue: "không có".into() });
    assert!(fault.next_step().contains("chọn máy in khác"));
}

#[test]
fn a_cancelled_job_is_not_taken_for_a_printed_one() {
    let Some(cups) = PrivateCups::start() else { return };
    cups.add_queue("quay1", "socket://127.0.0.1:9");
    cups.admin("cupsdisable", &["quay1"]);
    let id = cups.system().print(&job("quay1")).expect("the queue takes it");
    cups.admin("cancel", &[&id.0]);
    let cancelled = |state: &JobState| *state == JobState::Failed(PrintFault::Cancelled);
    eventually(&cups.system(), &id, cancelled).expect("it ends as cancelled");
}

#[test]
fn a_printer_that_is_switched_off_is_told_apart_from_a_slow_one() {
    let Some(cups) = PrivateCups::start() else {
        return;
    };
    cups.add_queue("quay1", "socket://127.0.0.1:9");
    let id = cups.system().print(&job("quay1")).expect("the queue takes it");
    let silent =
        |state: &JobState| matches!(state, JobState::Stuck(PrintFault::NotAnswering { .. }));
    eventually(&cups.system(), &id, silent).expect("the job waits for the printer");
}

#[test]
fn a_job_the_system_no_longer_knows_is_forgotten_not_failed() {
    let Some(cups) = PrivateCups::start() else {
        return;
    };
    cups.add_queue("quay1", "socket://127.0.0.1:9");
    for unknown in ["quay1-4711", "quay1-x", "nonsense"] {
        let state = cups.system().job_state(&JobId(unknown.to_owned()));
        assert_eq!(state, Ok(JobState::Forgotten), "{unknown}");
    }
}

#[test]
fn without_a_print_system_the_clerk_is_told_so() {
    let nobody = PrintSystem::at("127.0.0.1:9");
    assert_eq!(nobody.print(&job("quay1")), Err(PrintFault::NoPrintSystem));
    assert_eq!(nobody.queues(), Err(PrintFault::NoPrintSystem));
}
