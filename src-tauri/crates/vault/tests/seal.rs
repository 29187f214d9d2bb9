//! Sealed streams: nothing but the very bytes comes out, and never more than was proven.

mod support;

use std::io::{Read, Write};

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use support::{desk_keys, paper, seeded};
use vault::seal::{
    CHUNK_BYTES, OpenReader, Purpose, SealFault, SealKey, SealWriter, open, seal, sealed_size,
};

const HEADER_BYTES: usize = 28;
const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + 16;

fn key() -> SealKey {
    desk_keys([1; 16], 1).1.backup_key()
}

fn purpose() -> Purpose {
    Purpose::new("example", &[b"one"])
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let summary = seal(&mut &*plain, &mut out, &key(), &purpose(), &mut seeded(2)).expect("sealed");
    assert_eq!(summary.sha256, <[u8; 32]>::from(Sha256::digest(plain)));
    out
}

/// Opens and gives what came out before the end or the fault.
fn opened(bytes: &[u8], key: &SealKey, purpose: &Purpose) -> (Vec<u8>, Result<u64, SealFault>) {
    let mut plain = Vec::new();
    let outcome = open(&mut &*bytes, &mut plain, key, purpose).map(|summary| summary.size);
    (plain, outcome)
}

/// What every damaged stream must do: fail, and give at most whole genuine chunks from the start.
fn assert_refused(damaged: &[u8], plain: &[u8], story: &str) {
    let (given, outcome) = opened(damaged, &key(), &purpose());
    assert!(outcome.is_err(), "{story}: it opened");
    assert!(plain.starts_with(&given), "{story}: other bytes came out");
    assert!(
        given.len() == plain.len() || given.len() % CHUNK_BYTES == 0,
        "{story}: part of a chunk came out"
    );
}

#[test]
fn every_size_around_a_chunk_comes_back() {
    for size in [
        0,
        1,
        100,
        CHUNK_BYTES - 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        2 * CHUNK_BYTES,
        3 * CHUNK_BYTES + 5,
    ] {
        let plain = paper(size);
        let sealed = sealed(&plain);
        assert_eq!(sealed.len() as u64, sealed_size(size as u64));
        let (given, outcome) = opened(&sealed, &key(), &purpose());
        assert_eq!((given == plain, outcome.ok()), (true, Some(size as u64)), "{size} bytes");
    }
}

#[test]
fn a_stream_written_and_read_in_crumbs_is_the_same() {
    let plain = paper(CHUNK_BYTES + 300);
    let mut out = Vec::new();
    let mut writer =
        SealWriter::begin(&mut out, &key(), &purpose(), &mut seeded(2)).expect("begun");
    plain.chunks(977).for_each(|crumb| writer.write_all(crumb).expect("written"));
    writer.finish().expect("finished");
    assert_eq!(out, sealed(&plain));

    let mut reader = OpenReader::begin(&out[..], &key(), &purpose()).expect("begun");
    let mut given = Vec::new();
    let mut crumb = [0; 313];
    loop {
        match reader.read(&mut crumb).expect("read") {
            0 => break,
            count => given.extend_from_slice(&crumb[..count]),
        }
    }
    assert_eq!(given, plain);
    assert_eq!(reader.finish().expect("proven").size, plain.len() as u64);
}

#[test]
fn an_unfinished_stream_does_not_open() {
    let mut out = Vec::new();
    let mut writer =
        SealWriter::begin(&mut out, &key(), &purpose(), &mut seeded(2)).expect("begun");
    writer.write_all(&paper(2 * CHUNK_BYTES)).expect("written");
    drop(writer);
    assert_refused(&out, &paper(2 * CHUNK_BYTES), "unfinished");
}

#[test]
fn two_sealings_of_the_same_paper_have_nothing_in_common() {
    let plain = paper(1000);
    let first = sealed(&plain);
    let mut second = Vec::new();
    seal(&mut &plain[..], &mut second, &key(), &purpose(), &mut seeded(3)).expect("sealed");
    assert!(
        !first[HEADER_BYTES..]
            .windows(8)
            .any(|window| second.windows(8).any(|other| other == window))
    );
}

#[test]
fn another_key_or_purpose_opens_nothing() {
    let sealed = sealed(&paper(1000));
    let foreign = desk_keys([1; 16], 9).1.backup_key();
    let other_use = desk_keys([1; 16], 1).1.device_key();
    for (key, purpose) in [
        (foreign, purpose()),
        (other_use, purpose()),
        (key(), Purpose::new("example", &[b"two"])),
        (key(), Purpose::new("exampleo", &[b"ne"])),
        (key(), Purpose::new("example", &[b"one", b""])),
    ] {
        let (given, outcome) = opened(&sealed, &key, &purpose);
        assert!(matches!(outcome, Err(SealFault::Damaged { chunk: 0 })), "{purpose:?}");
        assert!(given.is_empty());
    }
}

#[test]
fn chunks_moved_repeated_or_left_out_are_refused() {
    let plain = paper(3 * CHUNK_BYTES + 10);
    let whole = sealed(&plain);
    let (header, rest) = whole.split_at(HEADER_BYTES);
    let pieces: Vec<&[u8]> = rest.chunks(SEALED_CHUNK_BYTES).collect();
    for order in [
        &[1usize, 0, 2, 3][..],
        &[0, 0, 1, 2, 3],
        &[0, 2, 3],
        &[0, 1, 3],
        &[0, 1, 2],
        &[3],
        &[0, 1, 2, 3, 3],
    ] {
        let moved: Vec<u8> =
            order.iter().fold(header.to_vec(), |bytes, piece| [&bytes, pieces[*piece]].concat());
        assert_refused(&moved, &plain, &format!("order {order:?}"));
    }
}

#[test]
fn a_stream_cut_anywhere_is_refused() {
    let plain = paper(CHUNK_BYTES + 600);
    let whole = sealed(&plain);
    let near_a_boundary = (0..200).chain(SEALED_CHUNK_BYTES - 20..SEALED_CHUNK_BYTES + 90);
    for length in near_a_boundary.chain(whole.len() - 80..whole.len()) {
        assert_refused(&whole[..length], &plain, &format!("cut at {length}"));
    }
}

#[test]
fn anything_added_to_a_stream_is_refused() {
    let plain = paper(CHUNK_BYTES - 30);
    for added in [1, 16, 56, 72, SEALED_CHUNK_BYTES] {
        assert_refused(
            &[sealed(&plain), vec![0; added]].concat(),
            &plain,
            &format!("{added} bytes more"),
        );
        assert_refused(&[sealed(&plain), sealed(&plain)].concat(), &plain, "twice");
    }
}

/// Every bit of a short stream, and bits all over a long one.
#[test]
fn each_of_thousands_of_flipped_bits_is_noticed() {
    let short = paper(300);
    let whole = sealed(&short);
    assert!(whole.len() * 8 > 3000);
    (0..whole.len() * 8)
        .for_each(|bit| assert_refused(&with_flipped(&whole, bit), &short, &format!("bit {bit}")));

    let long = paper(2 * CHUNK_BYTES + 700);
    let whole = sealed(&long);
    let mut draw = seeded(11);
    for _ in 0..300 {
        let mut place = [0u8; 8];
        draw(&mut place);
        let bit = u64::from_le_bytes(place) as usize % (whole.len() * 8);
        assert_refused(&with_flipped(&whole, bit), &long, &format!("bit {bit}"));
    }
}

fn with_flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

#[test]
fn a_later_version_is_told_from_damage() {
    let mut later = sealed(b"paper");
    later[8] = 2;
    let (_, outcome) = opened(&later, &key(), &purpose());
    assert!(matches!(outcome, Err(SealFault::NewerFormat(2))));
    let (_, outcome) = opened(b"%PDF-1.7 a plain paper, never sealed", &key(), &purpose());
    assert!(matches!(outcome, Err(SealFault::NotSealed)));
}

#[test]
fn after_a_bad_place_nothing_more_is_given_however_often_one_asks() {
    let mut damaged = sealed(&paper(3 * CHUNK_BYTES));
    damaged[HEADER_BYTES + SEALED_CHUNK_BYTES + 5] ^= 1;
    let mut reader = OpenReader::begin(&damaged[..], &key(), &purpose()).expect("begun");
    assert!(reader.next_chunk().expect("genuine").is_some());
    for _ in 0..5 {
        assert!(matches!(reader.next_chunk(), Err(SealFault::Damaged { chunk: 1 })));
    }
    assert!(matches!(reader.finish(), Err(SealFault::Damaged { .. })));
}

proptest! {
    #[test]
    fn foreign_bytes_never_open_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(opened(&bytes, &key(), &purpose()).1.is_err());
        let begun_well = [&b"QUAYSEAL\x01"[..], &bytes].concat();
        prop_assert!(opened(&begun_well, &key(), &purpose()).1.is_err());
    }
}
