//! Who is let in: time, enrolment codes, desks, tokens.

use crate::desk::{Desk, answer, kind};
use crate::place::{NOW_MS, SITE, on_every_ledger};
use protocol::receipt::{signed_by, signed_time};
use protocol::wire::{HeadOf, ProblemType, TimeReply};

#[tokio::test]
async fn server_time_is_signed_over_the_callers_nonce() {
    on_every_ledger(async |place| {
        let desk = Desk::stranger(&place, SITE, 1);
        let asked = desk.client.get(place.url("/v1/time?nonce=abc")).send().await.unwrap();
        let time: TimeReply = answer(asked).await.unwrap();
        assert_eq!((time.at_ms, time.gateway_key), (NOW_MS, place.gateway().public_key()));
        assert!(signed_by(&time.gateway_key, &signed_time("abc", time.at_ms), &time.signature));
        let asked = desk.client.get(place.url("/v1/time")).send().await.unwrap();
        assert_eq!(kind(answer::<TimeReply>(asked).await), ProblemType::Validation);
    })
    .await;
}

#[tokio::test]
async fn a_code_admits_one_device_once_and_a_lost_reply_is_given_again() {
    on_every_ledger(async |place| {
        let code = place.code(SITE).await;
        let mut desk = Desk::stranger(&place, SITE, 1);
        let first = desk.enrol(&code, 3).await.unwrap();
        assert_eq!((first.desk, first.lane), (3, true));
        assert_eq!(desk.enrol(&code.to_lowercase().replace('-', " "), 3).await.unwrap(), first);
        let mut thief = Desk::stranger(&place, SITE, 2);
        assert_eq!(kind(thief.enrol(&code, 4).await), ProblemType::Unauthorized);
        assert_eq!(kind(thief.enrol("AAAA-BBBB-CCCC-DDDD", 4).await), ProblemType::Unauthorized);
        let late = place.code(SITE).await;
        place.settings.clock.advance(3_600_001);
        assert_eq!(kind(thief.enrol(&late, 4).await), ProblemType::Unauthorized);
    })
    .await;
}

#[tokio::test]
async fn a_desk_and_its_lanes_belong_to_one_device() {
    on_every_ledger(async |place| {
        let mut first = Desk::stranger(&place, SITE, 1);
        let mut asked = first.enrolment(&place.code(SITE).await, 1);
        asked.series = vec![Desk::used("lane/261123/1", 17), Desk::used("provisional/261123", 4)];
        first.ask_enrolment(&asked).await.unwrap();
        first.log_in().await.unwrap();
        let cursor = first.heads().await.unwrap().cursor;

        let second = Desk::stranger(&place, SITE, 2);
        let code = place.code(SITE).await;
        assert_eq!(
            kind(second.ask_enrolment(&second.enrolment(&code, 1)).await),
            ProblemType::DeskTaken
        );
        let mut numbers = second.enrolment(&code, 2);
        numbers.series = vec![Desk::used("lane/261123/1", 3)];
        assert_eq!(kind(second.ask_enrolment(&numbers).await), ProblemType::DeskTaken);
        assert_eq!(
            first.heads().await.unwrap().cursor,
            cursor,
            "a refused enrolment left a record"
        );

        // The same code still admits: refused is not used. Provisional series are every device's own.
        let mut free = second.enrolment(&code, 2);
        free.series = vec![Desk::used("provisional/261123", 9)];
        assert!(second.ask_enrolment(&free).await.unwrap().lane);
    })
    .await;
}

#[tokio::test]
async fn a_restored_desk_comes_back_to_its_place_without_the_lane() {
    on_every_ledger(async |place| {
        let mut old = Desk::stranger(&place, SITE, 1);
        old.enrol(&place.code(SITE).await, 1).await.unwrap();
        let restored = Desk::stranger(&place, SITE, 2);
        let mut asked = restored.enrolment(&place.code(SITE).await, 1);
        asked.continues = Some(HeadOf { device: old.device, seq: 0, hash: [0; 32] });
        asked.series = vec![Desk::used("lane/261123/1", 5)];
        let enrolled = restored.ask_enrolment(&asked).await.unwrap();
        assert_eq!((enrolled.desk, enrolled.lane), (1, false));
    })
    .await;
}

#[tokio::test]
async fn a_token_needs_the_devices_key_a_new_nonce_and_the_servers_time() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let seconds = NOW_MS / 1000;
        let once = desk.assertion("once", seconds);
        desk.ask_token(&once).await.unwrap();
        assert_eq!(kind(desk.ask_token(&once).await), ProblemType::Unauthorized);
        let year = 365 * 24 * 3600;
        for wrong in [seconds - 5 * year, seconds - 3600, seconds + 3600, seconds + 10 * year] {
            assert_eq!(
                kind(desk.ask_token(&desk.assertion("wrong", wrong)).await),
                ProblemType::Time
            );
        }
        let mut forger = Desk::stranger(&place, SITE, 1);
        forger.key = Desk::stranger(&place, SITE, 9).key;
        let forged = forger.assertion("forged", seconds);
        assert_eq!(kind(desk.ask_token(&forged).await), ProblemType::Unauthorized);
        let stranger = Desk::stranger(&place, SITE, 7);
        let unknown = stranger.assertion("unknown", seconds);
        assert_eq!(kind(desk.ask_token(&unknown).await), ProblemType::Unauthorized);

        desk.heads().await.unwrap();
        place.settings.clock.advance(15 * 60 * 1000);
        assert_eq!(kind(desk.heads().await), ProblemType::Unauthorized, "a token lives 15 minutes");
        desk.token = "not.a.token".into();
        assert_eq!(kind(desk.heads().await), ProblemType::Unauthorized);
    })
    .await;
}
