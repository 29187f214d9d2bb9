//! Records: what is taken, what is refused, what the others get to read.

use crate::desk::{Desk, Says, kind};
use crate::place::{OTHER_SITE, SITE, on_every_ledger};
use domain::office::OfficeFact;
use protocol::fact::HELD;
use protocol::packing::{Effort, newest, pack};
use protocol::wire::{MEDIA_TYPE, ProblemType, TakenLater};
use protocol::{Fact, Receipt, Series, Subject};
use serde_json::json;

#[tokio::test]
async fn a_batch_is_receipted_and_the_other_desk_reads_the_exact_bytes() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        let second = Desk::enrolled(&place, SITE, 2).await;
        first.write_notes(130);
        let reply = first.send(1, 100).await.unwrap();
        let receipt: Receipt = reply.receipt.into();
        assert!(receipt.is_signed(&place.gateway().public_key(), SITE));
        assert_eq!((receipt.name.seq, receipt.hash), (100, first.log[99].hash));
        first.send(101, 130).await.unwrap();

        let page = second.feed(0).await.unwrap();
        let read: Vec<_> =
            of(&page.series, first.device).flat_map(|run| run.entries.clone()).collect();
        assert_eq!(read, first.log);
        assert!(of(&page.series, first.device).all(|run| signed(&first, run)));
        assert!(!page.more);
        let end = second.feed(page.next).await.unwrap();
        assert_eq!((end.series.len(), end.next), (0, page.next));
    })
    .await;
}

#[tokio::test]
async fn a_desk_is_not_sent_its_own_records_and_hears_of_every_enrolment() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        Desk::enrolled(&place, SITE, 2).await;
        desk.write_notes(3);
        desk.send(1, 3).await.unwrap();
        let page = desk.feed(0).await.unwrap();
        assert_eq!(of(&page.series, desk.device).count(), 0);
        let said = facts(&page.series);
        let enrolled: Vec<_> = said
            .iter()
            .filter_map(|fact| match fact {
                Fact::Office(OfficeFact::DeviceEnrolled(enrolled)) => Some(enrolled.desk),
                _ => None,
            })
            .collect();
        assert_eq!(enrolled, [2, 3]);
        let own = desk.enrolled.as_ref().unwrap();
        for run in of(&page.series, own.gateway_device) {
            let name = protocol::Name { device: run.device, seq: run.last() };
            let key = own.gateway_key;
            assert!(protocol::head_is_signed(&key, SITE, name, &run.head(), &run.signature));
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_that_comes_again_is_answered_alike_and_stored_once() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        desk.write_notes(20);
        let once = desk.send(1, 10).await.unwrap();
        let cursor = desk.heads().await.unwrap().cursor;
        assert_eq!(desk.send(1, 10).await.unwrap(), once);
        assert_eq!(desk.heads().await.unwrap().cursor, cursor, "a replay was stored again");
        desk.send(6, 15).await.unwrap();
        assert_eq!(desk.heads().await.unwrap().cursor, cursor + 5);
        desk.send(1, 20).await.unwrap();
        assert_eq!(desk.read_up_to().await.seq, 20);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_continue_a_chain_is_refused_and_changes_nothing() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        desk.write_notes(20);
        desk.send(1, 5).await.unwrap();
        let before = desk.heads().await.unwrap();

        let gap = desk.send(8, 10).await.unwrap_err();
        assert_eq!((gap.kind, gap.expected), (ProblemType::Gap, Some(6)));

        let mut copied = Desk::stranger(&place, SITE, 1);
        copied.token = desk.token.clone();
        copied.log = desk.log[..4].to_vec();
        copied.write(Says {
            subject: Subject { kind: "dossier", id: [8; 16] },
            kind: "dossier.told_of_tomorrow",
            body: b"another branch".to_vec(),
        });
        let fork = copied.send(5, 5).await.unwrap_err();
        assert_eq!((fork.kind, fork.expected), (ProblemType::Fork, Some(5)));

        let mut forged = desk.series(6, 7);
        forged.signature = desk.series(1, 3).signature;
        assert_eq!(kind(desk.deliver(&forged).await), ProblemType::BadSignature);

        let mut tampered = desk.series(6, 7);
        if let Some(content) = &mut tampered.entries[0].content {
            content.body = b"forged".to_vec();
        }
        let problem = kind(desk.deliver(&tampered).await);
        assert!(
            matches!(problem, ProblemType::BadSignature | ProblemType::Validation),
            "{problem:?}"
        );

        assert_eq!(desk.heads().await.unwrap(), before, "a refused batch left something behind");
    })
    .await;
}

#[tokio::test]
async fn nobody_reads_or_writes_at_another_commune() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let neighbour = Desk::enrolled(&place, OTHER_SITE, 2).await;
        desk.write_notes(2);
        desk.send(1, 2).await.unwrap();
        let mut prying = Desk::stranger(&place, SITE, 2);
        prying.token = neighbour.token.clone();
        assert_eq!(kind(prying.feed(0).await), ProblemType::NotYourSite);
        assert_eq!(kind(prying.heads().await), ProblemType::NotYourSite);
        assert_eq!(kind(prying.deliver(&desk.series(1, 2)).await), ProblemType::NotYourSite);
        // The path is the neighbour's own, the records are not.
        let mut smuggled = desk.series(1, 2);
        smuggled.site = OTHER_SITE.into();
        assert!(neighbour.deliver(&smuggled).await.is_err());
        prying.token = String::new();
        assert_eq!(kind(prying.feed(0).await), ProblemType::Unauthorized);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_too_many_or_no_records_are_refused_by_name() {
    on_every_ledger(async |place| {
        let desk = Desk::enrolled(&place, SITE, 1).await;
        let status = async |media: &str, body: Vec<u8>| {
            let response = desk.post_records(media, body).await;
            let status = response.status().as_u16();
            (status, crate::desk::answer::<serde_json::Value>(response).await.unwrap_err().kind)
        };
        let bomb = pack(&vec![0; 50_000_000], None, Effort::Quick).unwrap();
        assert_eq!(status(MEDIA_TYPE, bomb).await, (413, ProblemType::TooLarge));
        assert_eq!(status(MEDIA_TYPE, vec![7; 5_000_000]).await, (413, ProblemType::TooLarge));
        assert_eq!(status(MEDIA_TYPE, vec![7; 50]).await, (422, ProblemType::Validation));
        let not_a_series = pack(b"hello", None, Effort::Quick).unwrap();
        assert_eq!(status(MEDIA_TYPE, not_a_series.clone()).await, (422, ProblemType::Validation));
        assert_eq!(status("application/json", not_a_series.clone()).await.0, 415);
        let unknown = format!("{MEDIA_TYPE}; dict={}", "00".repeat(32));
        assert_eq!(status(&unknown, not_a_series).await.0, 415);
    })
    .await;
}

#[tokio::test]
async fn a_shared_dictionary_works_both_ways() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        let second = Desk::enrolled(&place, SITE, 2).await;
        desk.write_notes(5);
        let dictionary = newest();
        let media = format!("{MEDIA_TYPE}; dict={}", dictionary.name());
        let body =
            pack(&desk.series(1, 5).encode().unwrap(), Some(dictionary), Effort::Thorough).unwrap();
        assert_eq!(desk.post_records(&media, body).await.status(), 200);
        let page = second.feed_with(0, Some(dictionary)).await.unwrap();
        assert_eq!(of(&page.series, desk.device).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_number_of_another_dossier_is_stored_held_and_told_to_the_site() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        let mut second = Desk::enrolled(&place, SITE, 2).await;
        first.write(number_given([1; 16], "H38.04252-261123-2001"));
        second.write(number_given([2; 16], "H38.04252-261123-2001"));
        assert_eq!(first.send(1, 1).await.unwrap().held, []);
        let reply = second.send(1, 1).await.unwrap();
        assert_eq!(reply.held.len(), 1);
        assert_eq!((reply.held[0].seq, reply.held[0].problem), (1, ProblemType::NumberTaken));
        let page = first.feed(0).await.unwrap();
        let held = facts(&page.series).into_iter().find_map(|fact| match fact {
            Fact::Office(OfficeFact::RecordHeld(held)) => Some(held),
            _ => None,
        });
        let held = held.expect("the site is told");
        assert_eq!((held.device.bytes(), held.seq), (&second.device, 1));
        assert!(held.next_step.contains("Cấp số mới"), "{}", held.next_step);
        assert_eq!(second.read_up_to().await.seq, 1, "a business no does not stop a chain");
    })
    .await;
}

#[tokio::test]
async fn a_record_put_back_is_judged_again_and_what_does_not_wait_is_told_as_released() {
    on_every_ledger(async |place| {
        let mut first = Desk::enrolled(&place, SITE, 1).await;
        let mut second = Desk::enrolled(&place, SITE, 2).await;
        first.write(number_given([1; 16], "H38.04252-261123-2001"));
        first.send(1, 1).await.unwrap();
        second.write(number_given([2; 16], "H38.04252-261123-2001"));
        second.write(put_back(second.device, 1));
        second.write(put_back(first.device, 1));
        second.write(put_back(first.device, 99));
        let reply = second.send(1, 4).await.unwrap();
        assert_eq!(reply.held.len(), 1, "the desk learns once that its record waits");
        second.send(1, 4).await.unwrap();
        let told: Vec<(&str, [u8; 16], u64)> = facts(&first.feed(0).await.unwrap().series)
            .iter()
            .filter_map(|fact| match fact {
                Fact::Office(OfficeFact::RecordHeld(e)) => Some(("held", *e.device.bytes(), e.seq)),
                Fact::Office(OfficeFact::RecordReleased(e)) => {
                    Some(("released", *e.device.bytes(), e.seq))
                }
                _ => None,
            })
            .collect();
        let again = ("held", second.device, 1);
        assert_eq!(told, [again, again, ("released", first.device, 1)]);
        let status = place.gateway().status().await.unwrap().unwrap();
        assert_eq!(status["sites"][0]["held"], 1, "{status}");
    })
    .await;
}

/// A desk asks that the gateway looks at a record again.
fn put_back(device: [u8; 16], seq: u64) -> Says {
    let id = |bytes: [u8; 16]| uuid::Uuid::from_bytes(bytes).to_string();
    let body = json!({
        "dossier": id([2; 16]), "device": id(device), "seq": seq,
        "at": "2026-11-23T01:00:00Z", "by": "Hoàng Thị Nết",
    });
    let subject = Subject { kind: "held", id: HELD };
    Says { subject, kind: "held.put_back", body: body.to_string().into_bytes() }
}

pub fn number_given(dossier: [u8; 16], number: &str) -> Says {
    let act = json!({
        "at": "2026-11-23T01:00:00Z", "done_by": "Hoàng Thị Nết",
        "recorded_by": "01935b2a-0000-7000-8000-000000000001", "recorded_by_name": "Hoàng Thị Nết",
    });
    let body = json!({"act": act, "number": {"text": number}}).to_string().into_bytes();
    Says { subject: Subject { kind: "dossier", id: dossier }, kind: "dossier.number_given", body }
}

fn of(series: &[Series], device: [u8; 16]) -> impl Iterator<Item = &Series> {
    series.iter().filter(move |run| run.device == device)
}

fn signed(desk: &Desk, run: &Series) -> bool {
    let name = protocol::Name { device: run.device, seq: run.last() };
    let key = desk.key.verifying_key().to_bytes();
    protocol::head_is_signed(&key, &run.site, name, &run.head(), &run.signature)
}

pub fn facts(series: &[Series]) -> Vec<Fact> {
    let entries = series.iter().flat_map(|run| &run.entries);
    let bodies = entries.filter_map(|entry| Some((entry.read()?.kind, entry.content.clone()?)));
    bodies.filter_map(|(kind, content)| Fact::decode(&kind, &content.body).ok()).collect()
}

#[tokio::test]
async fn who_asks_for_it_hears_at_once_that_a_batch_waits_and_later_what_came_of_it() {
    on_every_ledger(async |place| {
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        for n in 1..=20 {
            desk.write(number_given([n; 16], &format!("H38.04252-261123-{}", 1000 + u16::from(n))));
        }
        let later = desk.begin_early(11, 20, "respond-async, wait=20").await;
        assert_eq!(later.status(), 202);
        assert_eq!(desk.send(1, 10).await.unwrap().receipt.seq, 10);
        let TakenLater::Taken(reply) = later.json().await.unwrap() else { panic!("refused") };
        assert_eq!(reply.receipt.seq, 20);
        // One whose turn never comes is told so in the end, as in any other answer.
        desk.write(number_given([21; 16], "H38.04252-261123-1021"));
        desk.write(number_given([22; 16], "H38.04252-261123-1022"));
        let never = desk.begin_early(22, 22, "respond-async, wait=1").await;
        assert_eq!(never.status(), 202);
        let TakenLater::Refused(no) = never.json().await.unwrap() else { panic!("taken") };
        assert_eq!((no.kind, no.expected), (ProblemType::Gap, Some(21)));
        // What comes in its turn is answered as ever.
        let in_turn = desk.begin_early(21, 22, "respond-async, wait=1").await;
        assert_eq!(in_turn.status(), 200);
    })
    .await;
}

#[tokio::test]
async fn batches_that_overtake_each_other_are_taken_in_their_order() {
    on_every_ledger(async |place| {
        let other = place.another_instance().await;
        let mut desk = Desk::enrolled(&place, SITE, 1).await;
        for n in 1..=40 {
            desk.write(number_given([n; 16], &format!("H38.04252-261123-{}", 1000 + u16::from(n))));
        }
        let url = format!("http://{}", other.address);
        let batches = [(31, 40), (21, 30), (11, 20), (1, 10)];
        let mut taken = Vec::new();
        let (last, third, second, begin) = tokio::join!(
            desk.send_early(batches[0].0, batches[0].1),
            desk.send_early(batches[1].0, batches[1].1),
            desk.send_early(batches[2].0, batches[2].1),
            async {
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                desk.send(batches[3].0, batches[3].1).await
            },
        );
        taken.extend([last, third, second, begin].map(|reply| reply.unwrap().receipt.seq));
        assert_eq!(taken, [40, 30, 20, 10]);
        // The batch before may come to another instance behind the same ledger.
        for n in 41..=60 {
            desk.write(number_given([n; 16], &format!("H38.04252-261123-{}", 1000 + u16::from(n))));
        }
        let early = desk.send_early(51, 60);
        let late = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            let elsewhere = desk.at(&url);
            elsewhere.send(41, 50).await
        };
        let (early, late) = tokio::join!(early, late);
        assert_eq!((early.unwrap().receipt.seq, late.unwrap().receipt.seq), (60, 50));
    })
    .await;
}
