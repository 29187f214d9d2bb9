use super::{Content, Entry, RUN_SERIES_MAX, SERIES_RECORDS_MAX, Series, SeriesFault};
use crate::fact::Subject;
use crate::record::{Draft, Hash, Name, Record};

const DEVICE: [u8; 16] = [1; 16];

fn record(seq: u64, prev: Hash, body: &[u8]) -> Record {
    let draft = Draft {
        site: "04252".into(),
        subject: Subject { kind: "dossier", id: [u8::try_from(seq % 3).unwrap_or(0); 16] },
        kind: "dossier.noted",
        actor: [3; 16],
        authority: vec![Name { device: [9; 16], seq: 1 }],
        parents: vec![
            Name { device: DEVICE, seq: seq.saturating_sub(3) },
            Name { device: [8; 16], seq: seq + 7 },
        ],
        parents_depth: seq,
        at_ms: 1_795_000_000_000 + i64::try_from(seq).unwrap_or(0) * 977,
        salt: [u8::try_from(seq % 251).unwrap_or(0); 16],
        body: body.to_vec(),
    };
    Record::seal(draft, Name { device: DEVICE, seq }, prev).unwrap_or_else(|_| unreachable!())
}

fn series(first: u64, count: u64) -> Series {
    let start: Hash = if first == 1 { [0; 32] } else { [5; 32] };
    let mut prev = start;
    let mut entries = Vec::new();
    for seq in first..first + count {
        let record = record(seq, prev, format!("{{\"n\":{seq}}}").as_bytes());
        prev = record.hash;
        let content = Content { salt: record.salt, body: record.body };
        entries.push(Entry::new(record.header_bytes, Some(content)));
    }
    Series { site: "04252".into(), device: DEVICE, first, prev: start, entries, signature: [4; 64] }
}

#[test]
fn a_series_arrives_with_the_exact_bytes_that_were_hashed() {
    for sent in [series(1, 40), series(977, 3), series(5, 0)] {
        assert_eq!(Series::decode(&sent.encode().unwrap()).unwrap(), sent);
    }
}

#[test]
fn several_series_of_one_request_arrive_in_their_order_or_not_at_all() {
    let run = [series(1, 40), series(41, 3), series(44, 9)];
    assert_eq!(Series::decode_run(&Series::encode_run(&run).unwrap()).unwrap(), run);
    let alone = Series::encode_run(&run[..1]).unwrap();
    assert_eq!(alone, run[0].encode().unwrap(), "one series is written as ever");
    for torn in [[series(1, 40), series(42, 3)], [series(41, 3), series(1, 40)]] {
        assert!(Series::decode_run(&Series::encode_run(&torn).unwrap()).is_err());
    }
    assert!(Series::decode(&Series::encode_run(&run).unwrap()).is_err());
    let many: Vec<Series> = (0..=RUN_SERIES_MAX as u64).map(|n| series(1 + n * 3, 3)).collect();
    assert!(Series::encode_run(&many).is_err());
    let bytes = many.iter().map(|series| series.encode().unwrap()).collect::<Vec<_>>().concat();
    assert!(matches!(
        Series::decode_run(&bytes),
        Err(SeriesFault::TooLarge { what: "series", .. })
    ));
    assert!(Series::decode_run(&[]).is_err());
}

#[test]
fn what_can_be_computed_again_is_not_sent() {
    let sent = series(1, 100);
    let headers: usize = sent.entries.iter().map(|entry| entry.header.len()).sum();
    let bodies: usize =
        sent.entries.iter().filter_map(|e| e.content.as_ref()).map(|c| c.body.len()).sum();
    let sent = sent.encode().unwrap().len() - bodies - 100 * 16;
    assert!(sent * 2 < headers, "{sent} bytes for headers of {headers}");
}

#[test]
fn a_disposed_record_travels_without_its_body_and_keeps_its_hash() {
    let mut sent = series(1, 5);
    sent.entries[2].content = None;
    let read = Series::decode(&sent.encode().unwrap()).unwrap();
    assert_eq!(read.entries[2].hash, sent.entries[2].hash);
    assert_eq!(read, sent);
}

#[test]
fn a_header_of_a_later_version_travels_as_its_exact_bytes() {
    let mut sent = series(1, 3);
    let foreign = vec![0x82, 0x19, 0x27, 0x0f, 0x61, 0x78];
    sent.entries[2] = Entry::new(foreign.clone(), sent.entries[2].content.clone());
    let read = Series::decode(&sent.encode().unwrap()).unwrap();
    assert_eq!(read.entries[2].header, foreign);
    assert_eq!(read, sent);
}

#[test]
fn a_changed_body_changes_the_hash_so_that_no_signature_holds() {
    let mut sent = series(1, 3);
    let head = sent.head();
    if let Some(content) = &mut sent.entries[1].content {
        content.body = br#"{"n":"forged"}"#.to_vec();
    }
    let read = Series::decode(&sent.encode().unwrap());
    assert!(
        read.as_ref().is_err() || read.is_ok_and(|read| read.head() != head),
        "a forged body kept the head that was signed"
    );
}

#[test]
fn a_header_out_of_its_place_is_named() {
    let mut sent = series(1, 4);
    sent.entries.swap(1, 2);
    let fault = Series::decode(&sent.encode().unwrap()).unwrap_err();
    assert!(matches!(fault, SeriesFault::Record { seq: 2, .. }), "{fault}");
}

#[test]
fn too_many_records_are_refused_on_both_sides() {
    let sent = series(1, SERIES_RECORDS_MAX as u64 + 1);
    assert!(matches!(sent.encode(), Err(SeriesFault::TooLarge { what: "records", .. })));
}

#[test]
fn no_cut_and_no_flipped_bit_makes_the_reader_panic() {
    let bytes = series(1, 6).encode().unwrap();
    for cut in 0..bytes.len() {
        assert!(Series::decode(&bytes[..cut]).is_err(), "a series cut at {cut} was read");
    }
    let good = series(1, 6);
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            // A flip may write the same thing in another way; it never makes other records under the same head.
            if let Ok(read) = Series::decode(&flipped) {
                assert!(
                    read == good || read.head() != good.head() || read.entries == good.entries,
                    "bit {bit} of byte {place} changed a record and not the head"
                );
            }
        }
    }
}
