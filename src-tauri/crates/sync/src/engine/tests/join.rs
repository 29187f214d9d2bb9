//! A desk that joins late: open dossiers, then the rest.

use super::*;
use crate::engine::Headline;

const FIRST: [u8; 16] = [0; 16];
const SECOND: [u8; 16] = [5; 16];

fn joins() -> Desk {
    Desk::that(Joining::START, 0, 0, Vec::new())
}

fn open_page(desk: &mut Desk, joining: Joining) {
    desk.answer(Ok(Reply::OpenStored { joining, records: 9, bytes: 900 }));
}

#[track_caller]
fn asks_open(desk: &Desk, after: [u8; 16]) {
    assert_eq!(desk.asks(), &Request::FetchOpen { after });
}

#[test]
fn open_dossiers_come_before_the_feed_and_the_screen_says_so() {
    let mut desk = joins();
    asks_open(&desk, FIRST);
    desk.now_ms = 10_000;
    let half = Joining::Open { after: SECOND, taken: 200, total: Some(400) };
    open_page(&mut desk, half);
    asks_open(&desk, SECOND);
    let said = desk.engine.state().headline;
    assert!(
        matches!(said, Headline::FetchingOpen { taken: 200, total: Some(400), .. }),
        "{said:?}"
    );
    open_page(&mut desk, Joining::Old { feed: 1_000 });
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
    desk.now_ms = 20_000;
    desk.page(300, true);
    desk.now_ms = 40_000;
    desk.page(400, true);
    // Twenty seconds a hundred positions.
    let said = desk.engine.state().headline;
    assert_eq!(said, Headline::FetchingOld { minutes_left: Some(2) });
    desk.page(1_000, false);
    desk.heads(1, Vec::new(), Vec::new());
    assert_eq!(desk.engine.state().headline, Headline::SentAll);
}

#[test]
fn what_this_desk_wrote_never_waits_behind_the_open_dossiers() {
    let mut desk = joins();
    desk.tell(Input::Committed { head: 1 });
    open_page(&mut desk, Joining::Open { after: SECOND, taken: 200, total: Some(400) });
    desk.sends_from(1);
    desk.receipt(ME, 1);
    asks_open(&desk, SECOND);
}

#[test]
fn a_page_that_is_lost_is_asked_again_however_often() {
    let mut desk = joins();
    open_page(&mut desk, Joining::Open { after: SECOND, taken: 200, total: Some(400) });
    for _ in 0..9 {
        desk.answer(Err(Failure::Silent));
        desk.after(60_000);
        asks_open(&desk, SECOND);
    }
}

#[test]
fn a_gateway_that_does_not_know_the_call_or_signs_otherwise_gives_the_feed() {
    for kind in [ProblemType::NotFound, ProblemType::BadSignature] {
        let mut desk = joins();
        desk.answer(Err(problem(kind, None)));
        assert_eq!(desk.asks(), &Request::FetchPage { after: 0 }, "{kind:?}");
    }
}

#[test]
fn a_gateway_that_cannot_give_them_is_asked_three_times() {
    let mut desk = joins();
    for _ in 0..3 {
        asks_open(&desk, FIRST);
        desk.answer(Err(Failure::RetryLater { after_ms: 1_000 }));
        desk.after(60_000);
    }
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
}

#[test]
fn a_device_that_was_refused_its_token_asks_for_the_same_page_again() {
    let mut desk = joins();
    desk.answer(Err(problem(ProblemType::Unauthorized, None)));
    desk.after(60_000);
    asks_open(&desk, FIRST);
}
