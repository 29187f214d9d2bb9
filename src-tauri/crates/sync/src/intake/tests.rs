#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::{Head, Known, Refused, Verdict, judge};
use ed25519_dalek::{Signer, SigningKey};
use protocol::record::signed_head;
use protocol::{Content, Draft, Entry, Hash, Name, Record, Series, Subject};

const SITE: &str = "04252";
const DEVICE: [u8; 16] = [1; 16];

/// A device's log in full, from which batches are cut as a desk would send them.
struct Log {
    key: SigningKey,
    records: Vec<Record>,
}

impl Log {
    fn of(count: u64) -> Self {
        Self::branching(count, u64::MAX)
    }

    /// A log that says something else from `branch` on.
    fn branching(count: u64, branch: u64) -> Self {
        let mut records: Vec<Record> = Vec::new();
        for seq in 1..=count {
            let prev = records.last().map_or([0; 32], |record| record.hash);
            let body = format!("{{\"n\":{seq},\"branch\":{}}}", seq >= branch);
            records.push(record(seq, prev, body.into_bytes(), "dossier.noted"));
        }
        Self { key: SigningKey::from_bytes(&[7; 32]), records }
    }

    fn series(&self, first: u64, last: u64) -> Series {
        let at = |seq: u64| usize::try_from(seq).unwrap();
        let records = &self.records[at(first) - 1..at(last)];
        let entries = records.iter().map(|record| {
            let content = Content { salt: record.salt, body: record.body.clone() };
            Entry::new(record.header_bytes.clone(), Some(content))
        });
        let series = Series {
            site: SITE.into(),
            device: DEVICE,
            first,
            prev: if first == 1 { [0; 32] } else { self.records[at(first) - 2].hash },
            entries: entries.collect(),
            signature: [0; 64],
        };
        self.signed(series)
    }

    fn signed(&self, mut series: Series) -> Series {
        let name = Name { device: DEVICE, seq: series.last() };
        series.signature = self.key.sign(&signed_head(SITE, name, &series.head())).to_bytes();
        series
    }

    fn head(&self, seq: u64) -> Head {
        Head { seq, hash: self.hash(seq).unwrap_or_default() }
    }

    fn hash(&self, seq: u64) -> Option<Hash> {
        let index = usize::try_from(seq.checked_sub(1)?).unwrap();
        self.records.get(index).map(|record| record.hash)
    }

    /// What a ledger knows that has read `seq` records of this log.
    fn known(&self, seq: u64) -> Known {
        Known {
            site: SITE.into(),
            device: DEVICE,
            public_key: self.key.verifying_key().to_bytes(),
            head: self.head(seq),
            revoked: None,
        }
    }

    /// The verdict of a ledger that has read `seq` records.
    fn judged(&self, series: &Series, seq: u64) -> Verdict {
        judge(series, &self.known(seq), |seq| self.hash(seq))
    }
}

fn record(seq: u64, prev: Hash, body: Vec<u8>, kind: &'static str) -> Record {
    let draft = Draft {
        site: SITE.into(),
        subject: Subject { kind: "dossier", id: [5; 16] },
        kind,
        actor: [3; 16],
        authority: Vec::new(),
        parents: Vec::new(),
        parents_depth: seq - 1,
        at_ms: 1_795_000_000_000,
        salt: [9; 16],
        body,
    };
    Record::seal(draft, Name { device: DEVICE, seq }, prev).unwrap()
}

fn refused(refused: Refused) -> Verdict {
    Verdict::Refused(refused)
}

#[test]
fn the_next_records_are_stored() {
    let log = Log::of(9);
    assert_eq!(log.judged(&log.series(1, 4), 0), Verdict::Store { from: 1 });
    assert_eq!(log.judged(&log.series(5, 9), 4), Verdict::Store { from: 5 });
}

#[test]
fn a_delivery_that_comes_again_in_whole_or_in_part_is_told_apart_from_a_fork() {
    let log = Log::of(9);
    assert_eq!(log.judged(&log.series(1, 4), 4), Verdict::AllKnown);
    assert_eq!(log.judged(&log.series(2, 3), 9), Verdict::AllKnown);
    assert_eq!(log.judged(&log.series(2, 9), 4), Verdict::Store { from: 5 });
}

#[test]
fn records_that_jump_ahead_are_told_which_place_is_waited_for() {
    let log = Log::of(9);
    assert_eq!(log.judged(&log.series(6, 9), 3), refused(Refused::Gap { expected: 4 }));
    assert_eq!(log.judged(&log.series(2, 3), 0), refused(Refused::Gap { expected: 1 }));
}

#[test]
fn another_record_in_a_place_that_is_taken_is_a_fork_wherever_it_lies() {
    let ours = Log::of(9);
    let theirs = Log::branching(9, 4);
    for (first, last, at) in [(1, 9, 4), (4, 4, 4), (5, 9, 4), (7, 8, 6)] {
        let verdict = ours.judged(&theirs.series(first, last), 6);
        let fork = Refused::Fork { seq: at, ours: ours.hash(at).unwrap() };
        assert_eq!(verdict, refused(fork), "{first} to {last}");
    }
}

#[test]
fn nothing_is_stored_without_the_devices_own_signature() {
    let log = Log::of(3);
    let mut series = log.series(1, 3);
    series.signature[5] ^= 1;
    assert_eq!(log.judged(&series, 0), refused(Refused::BadSignature));
    let mut cut = log.series(1, 3);
    cut.entries.pop();
    assert_eq!(log.judged(&cut, 0), refused(Refused::BadSignature));
}

#[test]
fn another_sites_or_devices_records_are_not_taken() {
    let log = Log::of(2);
    let series = log.series(1, 2);
    let elsewhere = Known { site: "04253".into(), ..log.known(0) };
    assert_eq!(judge(&series, &elsewhere, |_| None), refused(Refused::NotYourSite));
    let another = Known { device: [2; 16], ..log.known(0) };
    assert_eq!(judge(&series, &another, |_| None), refused(Refused::NotYourSite));
}

#[test]
fn a_record_in_the_middle_that_was_exchanged_is_named_though_the_head_is_signed() {
    let log = Log::of(4);
    let mut series = log.series(1, 4);
    series.entries[1] = Log::branching(4, 2).series(1, 4).entries[1].clone();
    let rule = "does not chain to the record before it";
    assert_eq!(log.judged(&series, 0), refused(Refused::Malformed { seq: 3, rule }));
}

#[test]
fn an_empty_series_says_nothing() {
    let log = Log::of(2);
    let mut series = log.series(1, 2);
    series.entries.clear();
    let verdict = log.judged(&log.signed(series), 0);
    assert!(matches!(verdict, Verdict::Refused(Refused::Malformed { .. })), "{verdict:?}");
}

#[test]
fn a_kind_and_a_version_of_tomorrow_are_stored_and_still_have_to_chain() {
    let mut log = Log::of(2);
    let prev = log.records[1].hash;
    let mut newer = record(3, prev, b"{}".to_vec(), "dossier.teleported");
    // Array of 16: version 9, the known fields, one field more.
    newer.header_bytes[0] = 0x90;
    newer.header_bytes[1] = 9;
    newer.header_bytes.push(0x07);
    newer.hash = protocol::header_hash(&newer.header_bytes);
    log.records.push(newer);
    let series = log.series(1, 3);
    assert!(series.entries[2].read().is_none(), "this version must not understand it");
    assert_eq!(log.judged(&series, 0), Verdict::Store { from: 1 });

    let mut exchanged = series;
    exchanged.entries[1] = Log::branching(3, 2).series(1, 3).entries[1].clone();
    let rule = "does not chain to the record before it";
    assert_eq!(log.judged(&exchanged, 0), refused(Refused::Malformed { seq: 3, rule }));
}

#[test]
fn above_a_revocation_records_are_kept_apart_and_below_it_they_stand_for_ever() {
    let log = Log::of(9);
    let revoked_at_6 = |seq| Known { revoked: Some(log.head(6)), ..log.known(seq) };
    let judged =
        |first, last, seq| judge(&log.series(first, last), &revoked_at_6(seq), |seq| log.hash(seq));
    assert_eq!(judged(2, 5, 6), Verdict::AllKnown);
    assert_eq!(judged(7, 9, 6), Verdict::Quarantine { from: 7, quarantine_from: 7 });
    assert_eq!(judged(5, 9, 4), Verdict::Quarantine { from: 5, quarantine_from: 7 });
    assert_eq!(judged(7, 9, 9), Verdict::Quarantine { from: 10, quarantine_from: 7 });
    assert_eq!(judged(5, 6, 4), Verdict::Store { from: 5 });
}

#[test]
fn a_branch_beside_the_accepted_head_of_a_revoked_device_is_a_fork() {
    let honest = Log::of(9);
    let thief = Log::branching(9, 5);
    let known = Known { revoked: Some(honest.head(6)), ..honest.known(4) };
    let verdict = judge(&thief.series(5, 9), &known, |seq| honest.hash(seq));
    let fork = Refused::Fork { seq: 6, ours: honest.hash(6).unwrap() };
    assert_eq!(verdict, refused(fork));
}

#[test]
fn a_problem_names_the_place_and_nothing_of_the_record() {
    let problem = Refused::Gap { expected: 17 }.problem();
    assert_eq!((problem.status, problem.expected), (409, Some(17)));
    let problem = Refused::Malformed { seq: 3, rule: "of another site" }.problem();
    assert_eq!(problem.detail.as_deref(), Some("record 3: of another site"));
}
