//! The bytes of the frozen formats. A log is read for decades by programs that do not exist yet: a difference here is
//! never mended by a new golden file, only by a new version beside this one.

#![allow(clippy::unwrap_used, reason = "a format that cannot be written must stop")]

use domain::dossier::EventKind;
use domain::office::OfficeKind;
use protocol::open::History;
use protocol::receipt::{hex, signed_receipt, signed_time};
use protocol::record::body_hash;
use protocol::wire::{FeedPage, HeadOf, Heads, HeldRecord, Problem, ProblemType, RecordsReply};
use protocol::{
    Content, Draft, Entry, Fact, Hash, Name, OpenPage, Receipt, Record, Series, Subject,
};
use protocol::{header_hash, signed_head};
use std::collections::BTreeSet;
use std::fmt::Write;

const DEVICE: [u8; 16] = [0x11; 16];
const OTHER: [u8; 16] = [0x22; 16];
const SITE: &str = "04252";

/// Compares with what is frozen; the message shows what is written now.
fn frozen(what: &str, golden: &str, now: &str) {
    assert_eq!(now.trim(), golden.trim(), "{what} is written otherwise than it was frozen");
}

fn draft(seq: u64, body: &[u8]) -> Draft {
    Draft {
        site: SITE.into(),
        subject: Subject { kind: "dossier", id: [7; 16] },
        kind: "dossier.noted",
        actor: [3; 16],
        authority: vec![Name { device: OTHER, seq: 1 }],
        parents: vec![Name { device: DEVICE, seq: seq - 1 }, Name { device: OTHER, seq: 300 }],
        parents_depth: seq + 40,
        at_ms: 1_795_000_000_000 + i64::try_from(seq).unwrap() * 977,
        salt: [9; 16],
        body: body.to_vec(),
    }
}

/// Four records as they lie at the end of a log: three of this version, of which one was disposed of, and one of a later
/// version with a field more.
fn series() -> Series {
    let (first, mut prev) = (5, [2; 32]);
    let mut entries = Vec::new();
    for seq in first..first + 4 {
        let name = Name { device: DEVICE, seq };
        let mut record = Record::seal(draft(seq, br#"{"x":1}"#), name, prev).unwrap();
        if seq == first + 3 {
            // An array of 16 elements, version 2, the fields known here, one more.
            record.header_bytes[0] = 0x90;
            record.header_bytes[1] = 2;
            record.header_bytes.push(7);
        }
        let content = Content { salt: record.salt, body: record.body };
        let content = (seq != first + 1).then_some(content);
        entries.push(Entry::new(record.header_bytes, content));
        prev = entries.last().unwrap().hash;
    }
    Series { site: SITE.into(), device: DEVICE, first, prev: [2; 32], entries, signature: [4; 64] }
}

#[test]
fn a_header_and_its_hashes() {
    let record =
        Record::seal(draft(5, br#"{"x":1}"#), Name { device: DEVICE, seq: 5 }, [2; 32]).unwrap();
    let now = [
        hex::text(&record.header_bytes),
        hex::text(&header_hash(&record.header_bytes)),
        hex::text(&body_hash(&record.salt, &record.body)),
    ];
    frozen("a header", include_str!("../golden/record_v0.txt"), &now.join("\n"));
}

#[test]
fn what_devices_and_the_gateway_sign() {
    let (name, hash): (Name, Hash) = (Name { device: DEVICE, seq: 300 }, [2; 32]);
    let now = [
        hex::text(&signed_head(SITE, name, &hash)),
        hex::text(&signed_receipt(SITE, name, &hash, 1_795_000_000_000)),
        hex::text(&signed_time("n-17", 1_795_000_000_000)),
    ];
    frozen("a signed message", include_str!("../golden/signed_v0.txt"), &now.join("\n"));
}

#[test]
fn a_series_and_a_page_of_the_feed_on_the_wire() {
    let page = FeedPage { ledger_epoch: 3, next: 1_700, more: true, series: vec![series()] };
    let now = [series().encode().unwrap(), page.encode().unwrap()].map(|bytes| hex::text(&bytes));
    let golden = include_str!("../golden/series_v0.txt");
    frozen("a series", golden, &now.join("\n"));
    let read = golden.lines().map(|line| {
        let bytes: Vec<u8> = line
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        bytes
    });
    let read: Vec<Vec<u8>> = read.collect();
    assert_eq!(Series::decode(&read[0]).unwrap(), series());
    assert_eq!(FeedPage::decode(&read[1]).unwrap(), page);
}

#[test]
fn a_page_of_the_open_dossiers_and_what_the_gateway_signs_of_it() {
    let page = OpenPage {
        site: SITE.into(),
        ledger_epoch: 3,
        feed: 1_700,
        after: [6; 16],
        next: [7; 16],
        more: true,
        total: Some(900),
        heads: vec![HeadOf { device: DEVICE, seq: 300, hash: [2; 32] }],
        histories: vec![History { subject: [7; 16], entries: series().entries }],
        signature: [4; 64],
    };
    let now = [page.encode().unwrap(), page.signed().unwrap()].map(|bytes| hex::text(&bytes));
    let golden = include_str!("../golden/open_v0.txt");
    frozen("a page of the open dossiers", golden, &now.join("\n"));
    assert_eq!(OpenPage::decode(&page.encode().unwrap()).unwrap(), page);
}

#[test]
fn the_answers_in_json() {
    let name = Name { device: DEVICE, seq: 300 };
    let receipt = Receipt { name, hash: [2; 32], at_ms: 1_795_000_000_000, signature: [4; 64] };
    let held = vec![HeldRecord { seq: 299, problem: ProblemType::NumberTaken }];
    let heads = vec![HeadOf { device: DEVICE, seq: 300, hash: [2; 32] }];
    let problem = Problem {
        kind: ProblemType::Gap,
        title: "Records before these are missing".into(),
        status: 409,
        detail: None,
        expected: Some(17),
    };
    let now = [
        serde_json::to_string(&RecordsReply { receipt: receipt.into(), held }),
        serde_json::to_string(&Heads { ledger_epoch: 3, cursor: 1_700, heads }),
        serde_json::to_string(&problem),
    ]
    .map(Result::unwrap);
    frozen("an answer", include_str!("../golden/answers_v0.txt"), &now.join("\n"));
}

#[test]
fn the_words_of_all_kinds_and_the_fields_they_write() {
    let mut now = String::new();
    for kind in EventKind::ALL {
        writeln!(now, "{} writes {}", kind.word(), kind.fields().join(" ")).unwrap();
    }
    for kind in OfficeKind::ALL {
        writeln!(now, "{} on {}", kind.word(), kind.subject()).unwrap();
    }
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    // New kinds may come and are frozen with the change that brings them; none goes and none changes.
    let (now, golden) = (lines(&now), lines(include_str!("../golden/kinds_v0.txt")));
    let gone: Vec<&String> = golden.iter().filter(|line| !now.contains(line)).collect();
    assert_eq!(gone, Vec::<&String>::new(), "now:\n{}", now.join("\n"));
    let new: Vec<&String> = now.iter().filter(|line| !golden.contains(line)).collect();
    assert_eq!(new, Vec::<&String>::new(), "a new kind is frozen with its first release");
}

#[test]
fn no_kind_is_without_a_frozen_body() {
    let frozen: BTreeSet<&str> = include_str!("../golden/bodies_v0.txt")
        .lines()
        .filter_map(|line| Some(line.split_once(' ')?.0))
        .collect();
    let events = EventKind::ALL.iter().map(|kind| kind.word());
    let kinds = events.chain(OfficeKind::ALL.iter().map(|kind| kind.word()));
    let bare: Vec<&str> = kinds.filter(|kind| !frozen.contains(kind)).collect();
    assert_eq!(bare, Vec::<&str>::new(), "golden/bodies_v0.txt lacks them");
}

#[test]
fn bodies_read_back_and_are_written_byte_for_byte() {
    for line in include_str!("../golden/bodies_v0.txt").lines() {
        let (kind, body) = line.split_once(' ').unwrap();
        let fact = Fact::decode(kind, body.as_bytes()).unwrap();
        assert_eq!(fact.kind(), kind);
        frozen(kind, body, &String::from_utf8(fact.encode().unwrap()).unwrap());
    }
}
