//! Records, feed, heads.

use super::*;
use crate::engine::{GATHER_MS, Headline, UNANSWERED_BATCHES};

#[test]
fn an_exchange_sends_then_reads_then_compares_and_rests() {
    let mut desk = Desk::with(150, 0, Vec::new());
    desk.sends_from(1);
    desk.receipt(ME, 100);
    desk.sends_from(101);
    desk.receipt(ME, 150);
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
    desk.page(1, true);
    assert_eq!(desk.asks(), &Request::FetchPage { after: 1 });
    desk.page(2, false);
    assert_eq!(desk.asks(), &Request::ReadHeads);
    desk.heads(1, vec![head(ME, 150)], vec![head(ME, 150)]);
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
    assert_eq!(desk.engine.state().headline, Headline::SentAll);
    assert_eq!(desk.engine.state().agreed_at_ms, Some(0));
}

#[test]
fn a_lost_reply_is_asked_again_from_the_same_place() {
    let mut desk = Desk::with(10, 0, Vec::new());
    desk.sends_from(1);
    desk.answer(Err(Failure::Silent));
    assert!(desk.asked.is_empty());
    desk.after(2_000);
    desk.sends_from(1);
    desk.receipt(ME, 10);
    assert_eq!(desk.engine.state().records_unsent, 0);
}

#[test]
fn a_new_record_goes_before_the_next_page() {
    let mut desk = Desk::with(0, 0, Vec::new());
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
    desk.tell(Input::Committed { head: 1 });
    desk.page(7, true);
    desk.sends_from(1);
}

#[test]
fn the_next_batch_waits_for_the_receipt_unless_the_driver_says_where_this_one_ends() {
    let mut desk = Desk::with(250, 0, Vec::new());
    desk.tell(Input::PolicyChanged(Policy { window_batches: 2, ..Policy::default() }));
    let ticket = desk.asked[0].0;
    desk.tell(Input::OnTheWay { ticket, last: 80 });
    desk.after(GATHER_MS);
    assert_eq!(firsts(&desk), [1, 81]);
    desk.answer(Err(Failure::Silent));
    assert!(desk.asked.is_empty(), "what followed the lost batch is given up");
    desk.after(2_000);
    desk.sends_from(1);
}

/// Where the batches that are under way begin.
fn firsts(desk: &Desk) -> Vec<u64> {
    let first = |request: &Request| match request {
        Request::SendRecords { first, .. } => *first,
        _ => 0,
    };
    desk.asked.iter().map(|(_, request)| first(request)).collect()
}

/// The newest batch under way is loaded and ends at `last`.
fn on_the_way(desk: &mut Desk, last: u64) {
    let ticket = desk.asked.last().unwrap().0;
    desk.tell(Input::OnTheWay { ticket, last });
}

#[test]
fn a_batch_that_waits_at_the_gateway_for_its_turn_makes_room_for_the_next() {
    let mut desk = Desk::with(2_000, 0, Vec::new());
    desk.tell(Input::PolicyChanged(Policy { window_batches: 2, ..Policy::default() }));
    on_the_way(&mut desk, 200);
    on_the_way(&mut desk, 400);
    assert_eq!(firsts(&desk), [1, 201]);
    let overtook = desk.asked[1].0;
    desk.tell(Input::Arrived { ticket: overtook });
    assert_eq!(firsts(&desk), [1, 201, 401]);
    on_the_way(&mut desk, 600);
    assert_eq!(firsts(&desk), [1, 201, 401], "the first is still on the line");
}

#[test]
fn no_more_wait_at_the_gateway_than_it_should_keep() {
    let mut desk = Desk::with(100_000, 0, Vec::new());
    desk.tell(Input::PolicyChanged(Policy { window_batches: 2, ..Policy::default() }));
    for n in 1..=200 {
        on_the_way(&mut desk, n * 200);
        let ticket = desk.asked.last().unwrap().0;
        desk.tell(Input::Arrived { ticket });
    }
    assert_eq!(desk.asked.len(), UNANSWERED_BATCHES);
}

#[test]
fn while_a_batch_is_on_the_line_the_next_few_records_are_gathered() {
    let mut desk = Desk::with(0, 0, Vec::new());
    desk.tell(Input::PolicyChanged(Policy::default()));
    desk.page(1, false);
    desk.heads(1, Vec::new(), Vec::new());
    desk.tell(Input::Committed { head: 1 });
    on_the_way(&mut desk, 1);
    for head in 2..=5 {
        desk.tell(Input::Committed { head });
    }
    assert_eq!(firsts(&desk), [1]);
    let alarm = desk.said.iter().rev().find_map(|effect| match effect {
        Effect::WakeAt { at_ms } => Some(*at_ms),
        _ => None,
    });
    assert_eq!(alarm, Some(GATHER_MS));
    desk.after(GATHER_MS);
    assert_eq!(firsts(&desk), [1, 2]);
}

#[test]
fn a_gateway_restored_from_yesterday_gets_back_what_it_lost_of_every_device() {
    let mut desk = Desk::with(10, 10, Vec::new());
    desk.page(1, false);
    let ours = vec![head(ME, 10), head(OTHER, 8)];
    desk.heads(2, vec![head(ME, 6), head(OTHER, 5)], ours.clone());
    assert!(desk.remembers(&Memory::Lowered { device: ME, seq: 6 }));
    assert!(desk.said.contains(&Effect::OfferFiles { device: OTHER, above: 5 }));
    desk.sends_from(7);
    desk.receipt(ME, 10);
    assert!(matches!(desk.asks(), Request::FetchPage { .. }));
    let page = Reply::PageStored { next: 1, more: false, ledger_epoch: 2, records: 0, bytes: 9 };
    desk.answer(Ok(page));
    assert!(matches!(desk.asks(), Request::SendRecords { device: OTHER, first: 6, .. }));
    desk.receipt(OTHER, 8);
    let page = Reply::PageStored { next: 1, more: false, ledger_epoch: 2, records: 0, bytes: 9 };
    desk.answer(Ok(page));
    desk.heads(2, ours.clone(), ours);
    assert!(desk.asked.is_empty());
}

#[test]
fn another_device_may_meanwhile_have_sent_more_than_is_relayed_for_it() {
    let mut desk = Desk::with(0, 0, Vec::new());
    desk.page(1, false);
    desk.heads(1, Vec::new(), vec![head(OTHER, 3)]);
    assert!(matches!(desk.asks(), Request::SendRecords { device: OTHER, first: 1, .. }));
    let Reply::RecordsSent { receipt, held, bytes, .. } = receipt_for(OTHER, 9) else {
        unreachable!()
    };
    desk.answer(Ok(Reply::RecordsSent { receipt, ours: None, held, bytes }));
    assert_eq!(desk.engine.state().needs_person, []);
    assert!(matches!(desk.asks(), Request::FetchPage { .. }));
}

#[test]
fn a_gap_is_met_by_comparing_heads_before_anything_is_sent() {
    let mut desk = Desk::with(10, 8, Vec::new());
    desk.answer(Err(problem(ProblemType::Gap, Some(5))));
    assert_eq!(desk.asks(), &Request::ReadHeads);
    desk.heads(2, vec![head(ME, 4)], vec![head(ME, 10)]);
    desk.sends_from(5);
}

#[test]
fn a_gateway_that_forgets_again_what_it_was_given_again_is_a_persons_matter() {
    let mut desk = Desk::with(10, 10, Vec::new());
    for _ in 0..2 {
        desk.page(1, false);
        desk.heads(1, vec![head(ME, 6)], vec![head(ME, 10)]);
        if let Some((_, Request::SendRecords { .. })) = desk.asked.first() {
            desk.receipt(ME, 10);
        }
    }
    let problem = ProblemType::Internal;
    assert!(desk.tells(Notice::Stopped { device: ME, seq: 7, problem }), "{:?}", desk.said);
}

#[test]
fn records_in_a_stretch_of_the_feed_that_was_given_twice_are_found() {
    let mut desk = Desk::with(0, 0, Vec::new());
    desk.page(9, false);
    desk.heads(1, vec![head(OTHER, 4)], Vec::new());
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 }, "read again from the beginning");
    desk.page(9, false);
    desk.heads(1, vec![head(OTHER, 4)], Vec::new());
    assert!(desk.asked.is_empty(), "once, not for ever");
}

#[test]
fn a_fork_stops_this_log_and_nothing_else() {
    let mut desk = Desk::with(10, 3, Vec::new());
    desk.answer(Err(problem(ProblemType::Fork, Some(4))));
    assert!(desk.tells(Notice::Stopped { device: ME, seq: 4, problem: ProblemType::Fork }));
    assert_eq!(desk.engine.state().headline, Headline::NeedsPerson { count: 1 });
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
    desk.tell(Input::SendNow);
    desk.page(1, false);
    desk.sends_from(4);
}

#[test]
fn a_store_older_than_what_the_gateway_has_of_it_stops_before_it_forks() {
    let mut desk = Desk::with(10, 10, Vec::new());
    desk.page(1, false);
    desk.heads(1, vec![head(ME, 12)], vec![head(ME, 10)]);
    assert!(desk.tells(Notice::NotTheNewest { seq: 10 }));
    desk.tell(Input::Committed { head: 11 });
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
}

#[test]
fn a_receipt_by_another_hand_counts_for_nothing() {
    let mut desk = Desk::with(10, 0, Vec::new());
    let Reply::RecordsSent { mut receipt, ours, held, bytes } = receipt_for(ME, 10) else {
        unreachable!()
    };
    receipt.at_ms += 1;
    desk.answer(Ok(Reply::RecordsSent { receipt, ours, held, bytes }));
    assert_eq!(desk.engine.state().records_unsent, 10);
}

#[test]
fn a_portals_login_page_is_said_in_plain_words_and_asked_again() {
    let mut desk = Desk::with(3, 0, Vec::new());
    desk.answer(Err(Failure::NotTheGateway));
    assert_eq!(desk.engine.state().headline, Headline::NotTheGateway { safe_here: 3 });
    desk.after(60_000);
    desk.sends_from(1);
}

#[test]
fn the_gateways_retry_after_is_kept_and_send_now_goes_at_once() {
    let mut desk = Desk::with(3, 0, Vec::new());
    desk.answer(Err(Failure::RetryLater { after_ms: 30_000 }));
    desk.after(29_999);
    assert!(desk.asked.is_empty());
    desk.tell(Input::SendNow);
    desk.sends_from(1);
}

#[test]
fn another_network_gives_up_old_connections_and_tries_at_once() {
    let mut desk = Desk::with(3, 0, Vec::new());
    let before = desk.asked[0].0;
    desk.tell(Input::NetworkChanged);
    desk.sends_from(1);
    assert_ne!(desk.asked[0].0, before);
    desk.tell(Input::Done { ticket: before, outcome: Err(Failure::NoLine) });
    desk.sends_from(1);
}

#[test]
fn paused_means_nothing_new_begins() {
    let mut desk = Desk::with(3, 0, Vec::new());
    desk.tell(Input::Pause(true));
    desk.receipt(ME, 3);
    assert!(desk.asked.is_empty());
    assert_eq!(desk.engine.state().headline, Headline::Paused { safe_here: 0 });
    desk.tell(Input::Pause(false));
    assert!(matches!(desk.asks(), Request::FetchPage { .. }));
}

#[test]
fn the_feed_is_asked_for_while_the_last_batch_is_on_its_way_and_heads_only_after_both() {
    let mut desk = Desk::with(1, 0, Vec::new());
    let ticket = desk.asked[0].0;
    desk.sends_from(1);
    desk.tell(Input::OnTheWay { ticket, last: 1 });
    assert!(matches!(desk.asked[1].1, Request::FetchPage { .. }), "{:?}", desk.asked);
    desk.receipt(ME, 1);
    assert_eq!(desk.asked.len(), 1, "{:?}", desk.asked);
    desk.page(1, false);
    assert_eq!(*desk.asks(), Request::ReadHeads);
}

#[test]
fn a_batch_that_fails_takes_the_feed_with_it_and_both_are_asked_for_again() {
    let mut desk = Desk::with(1, 0, Vec::new());
    desk.tell(Input::OnTheWay { ticket: desk.asked[0].0, last: 1 });
    let page = desk.asked[1].0;
    desk.answer(Err(Failure::Silent));
    assert!(!desk.asked.iter().any(|(ticket, _)| *ticket == page), "{:?}", desk.asked);
    desk.after(2_000);
    desk.sends_from(1);
    desk.receipt(ME, 1);
    assert!(matches!(desk.asks(), Request::FetchPage { .. }));
}

#[test]
fn a_no_to_the_feed_does_not_give_up_the_batch_before_it() {
    let mut desk = Desk::with(1, 0, Vec::new());
    desk.tell(Input::OnTheWay { ticket: desk.asked[0].0, last: 1 });
    let page = desk.asked.remove(1).0;
    let revoked = || Err(problem(ProblemType::Revoked, None));
    desk.tell(Input::Done { ticket: page, outcome: revoked() });
    assert!(!desk.tells(Notice::NotAuthorised), "the batch's own answer is waited for");
    desk.sends_from(1);
    desk.answer(revoked());
    let problem = ProblemType::Revoked;
    assert!(desk.tells(Notice::Stopped { device: ME, seq: 1, problem }));
}

#[test]
fn a_revoked_desk_that_has_nothing_to_send_is_told_so() {
    let mut desk = Desk::with(0, 0, Vec::new());
    assert_eq!(desk.asks(), &Request::FetchPage { after: 0 });
    desk.answer(Err(problem(ProblemType::Revoked, None)));
    assert!(desk.tells(Notice::NotAuthorised));
    assert_eq!(desk.engine.state().headline, Headline::NeedsPerson { count: 1 });
}
