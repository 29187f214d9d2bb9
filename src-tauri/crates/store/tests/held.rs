//! What the gateway holds back and desks put back looks alike at every desk, in whatever order the logs came.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

use domain::ids::{DeviceId, DossierId};
use domain::office::{OfficeFact, RecordHeld, RecordPutBack};
use protocol::{Content, Draft, Entry, Fact, Name, Record, Series, Subject};
use store::{DatabaseKey, Store, StoreFault, TakenIn, exchange};
use uuid::Uuid;

const GATEWAY: [u8; 16] = [1; 16];
const DESK: [u8; 16] = [2; 16];
const KEY: [u8; 32] = [9; 32];

fn name(device: [u8; 16], seq: u64) -> Name {
    Name { device, seq }
}

fn held(reason: &str) -> OfficeFact {
    OfficeFact::RecordHeld(Box::new(RecordHeld {
        dossier: DossierId(Uuid::nil()),
        device: DeviceId(Uuid::from_bytes(DESK)),
        seq: 7,
        problem: "desk-taken".into(),
        reason: reason.into(),
        owner: "Đội hỗ trợ của tỉnh".into(),
        next_step: "Đề nghị tỉnh xác nhận.".into(),
    }))
}

fn put_back(by: &str) -> OfficeFact {
    OfficeFact::RecordPutBack(Box::new(RecordPutBack {
        dossier: DossierId(Uuid::nil()),
        device: DeviceId(Uuid::from_bytes(DESK)),
        seq: 7,
        at: jiff::Timestamp::UNIX_EPOCH,
        by: by.into(),
        note: None,
    }))
}

/// One record as a series of its own; `after` is what its writer knew of this history, and its depth.
fn said(name: Name, after: Option<(Name, u64)>, fact: OfficeFact) -> Series {
    let draft = Draft {
        site: "04252".into(),
        subject: Subject::office(fact.kind()),
        kind: fact.kind().word(),
        actor: [3; 16],
        authority: Vec::new(),
        parents: after.iter().map(|(name, _)| *name).collect(),
        parents_depth: after.map_or(0, |(_, depth)| depth),
        at_ms: 0,
        salt: [4; 16],
        body: Fact::Office(fact).encode().unwrap(),
    };
    let record = Record::seal(draft, name, [0; 32]).unwrap();
    let content = Content { salt: record.salt, body: record.body };
    Series {
        site: "04252".into(),
        device: name.device,
        first: name.seq,
        prev: [0; 32],
        entries: vec![Entry::new(record.header_bytes, Some(content))],
        signature: [0; 64],
    }
}

/// What a desk shows that took the series in one after the other: reasons, and who asked.
fn shown(order: &[&Series]) -> Vec<(String, Option<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
    let store = Store::create(&folder.path().join("quay.db"), &key).unwrap();
    for series in order {
        let by_gateway = (series.device == GATEWAY).then_some(&KEY);
        let taken = store.write::<(), StoreFault>(None, |tx| {
            let mut taken = TakenIn::default();
            tx.take_in(series, series.first, by_gateway, &mut taken)?;
            tx.fold(&taken)
        });
        taken.unwrap();
    }
    let rows = exchange::held(&store.writer()).unwrap();
    rows.into_iter().map(|row| (row.reason, row.asked.map(|(_, by)| by))).collect()
}

#[test]
fn the_last_word_in_order_stands_not_the_last_that_arrived() {
    let first = said(name(GATEWAY, 1), None, held("Dải số đã giao cho máy khác."));
    let asked = said(name(DESK, 9), Some((name(GATEWAY, 1), 1)), put_back("Hoàng Thị Nết"));
    let again = said(name(GATEWAY, 2), Some((name(DESK, 9), 2)), held("Vẫn thuộc máy khác."));

    let waiting = vec![("Dải số đã giao cho máy khác.".into(), Some("Hoàng Thị Nết".into()))];
    assert_eq!(shown(&[&first, &asked]), waiting);
    assert_eq!(shown(&[&asked, &first]), waiting, "the request came before what it is about");

    let answered = vec![("Vẫn thuộc máy khác.".into(), None)];
    assert_eq!(shown(&[&first, &asked, &again]), answered);
    assert_eq!(shown(&[&first, &again, &asked]), answered, "the answer came before the request");
}

#[test]
fn only_the_gateway_says_what_it_holds_back() {
    assert_eq!(shown(&[&said(name(DESK, 1), None, held("Không phải việc của bàn."))]), []);
}
