//! Documents.

use super::*;
use crate::engine::{ASIDE_MS, FilesAllowed, Segment};

const KIB: u64 = 1024;

fn file(n: u8, size_bytes: u64, due: i64) -> FileJob {
    FileJob { sha256: [n; 32], size_bytes, due, segments: Vec::new() }
}

/// A desk whose records have all been sent, so that documents may go.
fn resting(files: Vec<FileJob>) -> Desk {
    let mut desk = Desk::with(0, 0, files);
    let feed =
        desk.asked.iter().position(|(_, request)| matches!(request, Request::FetchPage { .. }));
    let (ticket, _) = desk.asked.remove(feed.unwrap());
    let page = Reply::PageStored { next: 1, more: false, ledger_epoch: 1, records: 0, bytes: 0 };
    desk.tell(Input::Done { ticket, outcome: Ok(page) });
    let heads = desk.asked.iter().position(|(_, request)| *request == Request::ReadHeads);
    let (ticket, _) = desk.asked.remove(heads.unwrap());
    let theirs = Heads { ledger_epoch: 1, cursor: 1, heads: Vec::new() };
    desk.tell(Input::Done { ticket, outcome: Ok(Reply::HeadsRead { theirs, ours: Vec::new() }) });
    desk
}

/// Answers every request as a gateway would that keeps `offsets` of uploads by name; counts the bytes sent.
fn answer_all(desk: &mut Desk, offsets: &mut std::collections::BTreeMap<String, u64>) -> u64 {
    let mut bytes = 0;
    while !desk.asked.is_empty() {
        let reply = match desk.asked[0].1.clone() {
            Request::CreateUpload { sha256, start, .. } => {
                let upload = format!("{}@{start}", sha256[0]);
                offsets.insert(upload.clone(), 0);
                Reply::UploadCreated { upload }
            }
            Request::ReadOffset { upload, .. } => Reply::Offset { offset: offsets[&upload] },
            Request::SendPart { upload, offset, length, .. } => {
                assert_eq!(offsets[&upload], offset, "{upload}");
                bytes += u64::from(length);
                offsets.insert(upload, offset + u64::from(length));
                Reply::Offset { offset: offset + u64::from(length) }
            }
            Request::FinishUpload { .. } => Reply::UploadFinished,
            other => panic!("{other:?}"),
        };
        desk.answer(Ok(reply));
    }
    bytes
}

#[test]
fn the_soonest_due_goes_first_and_the_smallest_among_equals() {
    let files =
        vec![file(1, 9, 30), file(2, 9, 10), file(3, 5, 20), file(4, 4, 20), file(5, 1, 40)];
    let desk = resting(files);
    let order: Vec<u8> = desk
        .asked
        .iter()
        .map(|(_, request)| match request {
            Request::CreateUpload { sha256, .. } => sha256[0],
            _ => 0,
        })
        .collect();
    assert_eq!(order, [2, 4, 3, 1, 5]);
}

#[test]
fn the_last_document_is_shared_out_among_idle_streams_and_joined() {
    let mut desk = resting(vec![file(1, 1_000 * KIB, 0)]);
    assert_eq!(desk.asked.len(), 8);
    let bytes = answer_all(&mut desk, &mut std::collections::BTreeMap::new());
    assert_eq!(bytes, 1_000 * KIB);
    assert!(desk.remembers(&Memory::FileArrived { sha256: [1; 32] }));
    assert_eq!(desk.engine.state().files_unsent, 0);
}

#[test]
fn the_fewer_documents_wait_the_more_uploads_each_of_them_is() {
    let desk = resting((1..=10).map(|n| file(n, 1_000 * KIB, n.into())).collect());
    let begun = |n: u8| {
        let of = |request: &&Request| matches!(request, Request::CreateUpload { sha256, .. } if sha256[0] == n);
        desk.asked.iter().map(|(_, request)| request).filter(of).count()
    };
    assert_eq!((1..=10).map(begun).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 1, 2, 0, 0, 0]);
}

#[test]
fn a_document_that_may_not_be_shared_out_goes_whole_and_so_do_those_after_it() {
    let mut desk = resting(vec![file(1, 1_000 * KIB, 0)]);
    desk.answer(Ok(Reply::UploadCreated { upload: "stretch".into() }));
    let whole = |request: &Request| matches!(request, Request::CreateUpload { whole: true, .. });
    desk.asked.retain(|(_, request)| is_create(request));
    desk.answer(Ok(Reply::WholeOnly));
    assert!(whole(desk.asks()), "what was under way of its stretches is given up");
    let bytes = answer_all(&mut desk, &mut std::collections::BTreeMap::new());
    assert_eq!(bytes, 1_000 * KIB);
    assert!(desk.remembers(&Memory::FileArrived { sha256: [1; 32] }));
    desk.tell(Input::FileAdded(file(2, 1_000 * KIB, 0)));
    assert!(whole(desk.asks()));
}

#[test]
fn what_was_under_way_for_a_document_that_arrived_answers_for_nothing_later() {
    let mut desk = resting(vec![file(1, 1_000 * KIB, 0)]);
    let late = desk.asked[3].0;
    desk.answer(Ok(Reply::FileKnown));
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
    desk.tell(Input::FileAdded(file(1, 1_000 * KIB, 0)));
    desk.tell(Input::FileAdded(file(2, 9, 0)));
    desk.tell(Input::Done {
        ticket: late,
        outcome: Ok(Reply::UploadCreated { upload: "x".into() }),
    });
    assert!(!desk.asked.iter().any(|(_, request)| matches!(request, Request::SendPart { .. })));
}

#[test]
fn an_upload_goes_on_where_the_gateway_says_it_is() {
    let segment = Segment { start: 0, length: 100 * KIB, upload: Some("u".into()), sent: 32 * KIB };
    let begun = FileJob { segments: vec![segment], ..file(1, 100 * KIB, 0) };
    let mut desk = resting(vec![begun]);
    let mut offsets = std::collections::BTreeMap::from([("u".to_owned(), 64 * KIB)]);
    let bytes = answer_all(&mut desk, &mut offsets);
    assert_eq!(bytes, 36 * KIB, "what is durable there is not sent again");
}

#[test]
fn after_silence_the_offset_is_asked_for_and_nothing_assumed() {
    let mut desk = resting(vec![file(1, 40 * KIB, 0)]);
    desk.answer(Ok(Reply::UploadCreated { upload: "u".into() }));
    assert!(matches!(desk.asks(), Request::SendPart { offset: 0, .. }));
    desk.answer(Err(Failure::Silent));
    assert!(
        matches!(desk.asks(), Request::ReadOffset { stream: 1, .. }),
        "another connection takes over at once, the silent one rests"
    );
    desk.answer(Ok(Reply::Offset { offset: 10 * KIB }));
    assert!(matches!(desk.asks(), Request::SendPart { offset: 10_240, from: 10_240, .. }));
}

fn is_create(request: &Request) -> bool {
    matches!(request, Request::CreateUpload { .. })
}

#[test]
fn a_busy_gateway_is_left_alone_by_every_connection() {
    let mut desk = resting(vec![file(1, 90 * KIB, 0)]);
    desk.answer(Err(Failure::RetryLater { after_ms: 20_000 }));
    desk.after(19_000);
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
    desk.after(21_000);
    assert_eq!(desk.asked.iter().filter(|(_, request)| is_create(request)).count(), 1);
}

#[test]
fn a_document_of_one_upload_has_arrived_with_its_last_byte() {
    let mut desk = resting(vec![file(1, 9, 0)]);
    desk.answer(Ok(Reply::UploadCreated { upload: "u".into() }));
    desk.answer(Ok(Reply::Offset { offset: 9 }));
    assert!(desk.remembers(&Memory::FileArrived { sha256: [1; 32] }));
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
}

#[test]
fn documents_step_aside_while_own_records_are_on_their_way() {
    let mut desk = resting(vec![file(1, 90 * KIB, 0)]);
    desk.tell(Input::Committed { head: 1 });
    assert!(desk.engine.documents_stand_aside(desk.now_ms));
    desk.answer(Ok(Reply::UploadCreated { upload: "u".into() }));
    desk.sends_from(1);
    desk.receipt(ME, 1);
    assert!(!desk.engine.documents_stand_aside(desk.now_ms));
    assert!(desk.asked.iter().any(|(_, request)| matches!(request, Request::SendPart { .. })));
}

#[test]
fn once_a_batch_stands_in_the_lines_queue_documents_go_on_behind_it() {
    let mut desk = resting(vec![file(1, 90 * KIB, 0)]);
    desk.tell(Input::Committed { head: 1 });
    desk.answer(Ok(Reply::UploadCreated { upload: "u".into() }));
    let ticket = desk.asked[0].0;
    desk.tell(Input::OnTheWay { ticket, last: 1 });
    assert!(desk.engine.documents_stand_aside(desk.now_ms));
    assert!(desk.said.contains(&Effect::WakeAt { at_ms: ASIDE_MS }), "{:?}", desk.said);
    desk.after(ASIDE_MS);
    assert!(!desk.engine.documents_stand_aside(desk.now_ms));
    assert!(parts(&desk) > 0, "{:?}", desk.asked);
    desk.tell(Input::Committed { head: 2 });
    assert!(desk.engine.documents_stand_aside(desk.now_ms), "the next record comes first again");
}

fn parts(desk: &Desk) -> usize {
    let part = |request: &Request| matches!(request, Request::SendPart { .. });
    desk.asked.iter().filter(|(_, request)| part(request)).count()
}

#[test]
fn a_metered_line_carries_records_only() {
    let mut desk = resting(Vec::new());
    desk.tell(Input::PolicyChanged(Policy { files: FilesAllowed::Metered, ..Policy::default() }));
    desk.tell(Input::FileAdded(file(1, 9, 0)));
    assert!(desk.asked.is_empty());
    assert_eq!(desk.engine.state().headline, crate::engine::Headline::FilesWait { files: 1 });
    desk.tell(Input::PolicyChanged(Policy::default()));
    assert_eq!(desk.asked.len(), 1);
}

#[test]
fn a_cap_spaces_the_parts() {
    let cap = Some(32 * KIB);
    let mut desk = resting(Vec::new());
    desk.tell(Input::PolicyChanged(Policy {
        cap_bytes_per_s: cap,
        streams: 1,
        ..Policy::default()
    }));
    desk.tell(Input::FileAdded(file(1, 320 * KIB, 0)));
    let mut offsets = std::collections::BTreeMap::new();
    let mut bytes = 0;
    for _ in 0..5 {
        bytes += answer_all(&mut desk, &mut offsets);
        desk.after(1_000);
    }
    assert!(bytes <= 6 * 32 * KIB, "{bytes} bytes in 5 s");
}

#[test]
fn a_document_the_gateway_refuses_is_put_aside_and_the_others_go_on() {
    let mut desk = resting(vec![file(1, 9, 0), file(2, 9, 1)]);
    desk.answer(Err(problem(ProblemType::TooLarge, None)));
    let problem = ProblemType::TooLarge;
    assert!(desk.tells(Notice::FileRefused { sha256: [1; 32], problem }));
    answer_all(&mut desk, &mut std::collections::BTreeMap::new());
    assert!(desk.remembers(&Memory::FileArrived { sha256: [2; 32] }));
    assert_eq!(desk.engine.state().files_unsent, 1);
}

#[test]
fn an_upload_the_gateway_does_not_know_any_more_begins_again() {
    let segment = Segment { start: 0, length: 9, upload: Some("old".into()), sent: 3 };
    let begun = FileJob { segments: vec![segment], ..file(1, 9, 0) };
    let mut desk = resting(vec![begun]);
    desk.answer(Err(problem(ProblemType::NotFound, None)));
    desk.after(2_000);
    assert!(matches!(desk.asks(), Request::CreateUpload { start: 0, .. }));
}

#[test]
fn a_document_comes_down_in_ranges_from_where_it_was() {
    let mut desk = resting(Vec::new());
    let sha256 = [7; 32];
    desk.tell(Input::FileWanted { sha256, size_bytes: 100 * KIB, have_bytes: 30 * KIB });
    let from = |desk: &Desk| match desk.asks() {
        Request::FetchFile { from, .. } => *from,
        other => panic!("{other:?}"),
    };
    assert_eq!(from(&desk), 30 * KIB);
    desk.answer(Ok(Reply::FileFetched { have_bytes: 94 * KIB }));
    assert_eq!(from(&desk), 94 * KIB);
    desk.answer(Ok(Reply::FileFetched { have_bytes: 100 * KIB }));
    assert!(desk.remembers(&Memory::FileHere { sha256 }));
}

#[test]
fn what_a_lost_ledger_still_says_of_a_document_does_not_speak_for_the_restored_one() {
    let mut desk = resting(vec![file(1, 9, 0)]);
    let (late, _) = desk.asked.remove(0);
    desk.tell(Input::SendNow);
    let page = desk.asked.iter().position(|(_, asked)| matches!(asked, Request::FetchPage { .. }));
    let (ticket, _) = desk.asked.remove(page.unwrap());
    let page = Reply::PageStored { next: 1, more: false, ledger_epoch: 2, records: 0, bytes: 10 };
    desk.tell(Input::Done { ticket, outcome: Ok(page) });
    let heads = desk.asked.iter().position(|(_, asked)| *asked == Request::ReadHeads);
    let (ticket, _) = desk.asked.remove(heads.unwrap());
    let theirs = Heads { ledger_epoch: 2, cursor: 1, heads: Vec::new() };
    desk.tell(Input::Done { ticket, outcome: Ok(Reply::HeadsRead { theirs, ours: Vec::new() }) });
    desk.tell(Input::Done { ticket: late, outcome: Ok(Reply::FileKnown) });
    assert!(!desk.remembers(&Memory::FileArrived { sha256: [1; 32] }));
    assert!(desk.asked.iter().any(|(_, request)| is_create(request)), "{:?}", desk.asked);
}
