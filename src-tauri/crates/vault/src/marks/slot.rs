//! One slot: marks as 4 KiB with a checksum.
//!
//! ```text
//! "QUAYMARK" | version 1 | generation u64 | device 16 | seq u64 | hash 32 | series count u16
//! | (name length u8 | name | last number u32)* | zeros | SHA-256 of all before it
//! ```
//! Numbers are little-endian.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Marks;

/// One memory page and one or eight disk sectors.
pub(super) const SLOT_BYTES: usize = 4096;

const MAGIC: &[u8; 8] = b"QUAYMARK";
const VERSION: u8 = 1;
const FIXED_BYTES: usize = 8 + 1 + 8 + 16 + 8 + 32 + 2;
const CHECKSUM_BYTES: usize = 32;
pub(super) const SERIES_BYTES_MAX: usize = SLOT_BYTES - FIXED_BYTES - CHECKSUM_BYTES;

/// `None` when the series do not fit.
pub(super) fn encode(marks: &Marks, generation: u64) -> Option<[u8; SLOT_BYTES]> {
    let mut bytes = Vec::with_capacity(SLOT_BYTES);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&generation.to_le_bytes());
    bytes.extend_from_slice(&marks.device);
    bytes.extend_from_slice(&marks.seq.to_le_bytes());
    bytes.extend_from_slice(&marks.hash);
    bytes.extend_from_slice(&u16::try_from(marks.series.len()).ok()?.to_le_bytes());
    for (name, last) in &marks.series {
        bytes.push(u8::try_from(name.len()).ok()?);
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&last.to_le_bytes());
    }
    if bytes.len() > SLOT_BYTES - CHECKSUM_BYTES {
        return None;
    }
    bytes.resize(SLOT_BYTES - CHECKSUM_BYTES, 0);
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(&checksum);
    bytes.try_into().ok()
}

/// The generation and the marks; `None` when the slot was never written, is torn or was changed.
pub(super) fn decode(slot: &[u8]) -> Option<(u64, Marks)> {
    let (body, checksum) = slot.split_at_checked(SLOT_BYTES - CHECKSUM_BYTES)?;
    if Sha256::digest(body)[..] != *checksum {
        return None;
    }
    let mut rest = body;
    if take::<8>(&mut rest)? != *MAGIC || take::<1>(&mut rest)? != [VERSION] {
        return None;
    }
    let generation = u64::from_le_bytes(take(&mut rest)?);
    let device = take(&mut rest)?;
    let seq = u64::from_le_bytes(take(&mut rest)?);
    let hash = take(&mut rest)?;
    let count = u16::from_le_bytes(take(&mut rest)?);
    let series = (0..count).map(|_| take_series(&mut rest)).collect::<Option<BTreeMap<_, _>>>()?;
    Some((generation, Marks { device, seq, hash, series }))
}

fn take_series(rest: &mut &[u8]) -> Option<(String, u32)> {
    let [length] = take(rest)?;
    let (name, after) = rest.split_at_checked(usize::from(length))?;
    *rest = after;
    Some((String::from_utf8(name.to_vec()).ok()?, u32::from_le_bytes(take(rest)?)))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marks() -> impl Strategy<Value = Marks> {
        let series = proptest::collection::btree_map("[A-Z0-9/-]{1,20}", any::<u32>(), 0..100);
        (any::<[u8; 16]>(), any::<u64>(), any::<[u8; 32]>(), series)
            .prop_map(|(device, seq, hash, series)| Marks { device, seq, hash, series })
    }

    proptest! {
        #[test]
        fn what_was_marked_is_read_back(marks in marks(), generation: u64) {
            let slot = encode(&marks, generation).expect("fits");
            prop_assert_eq!(decode(&slot), Some((generation, marks)));
        }

        #[test]
        fn any_flipped_bit_makes_the_slot_unusable(marks in marks(), bit in 0..SLOT_BYTES * 8) {
            let mut slot = encode(&marks, 1).expect("fits");
            slot[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(decode(&slot), None);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let _ = decode(&bytes);
        }

        /// Behind a good checksum anything may stand: a later program, or someone playing with the file.
        #[test]
        fn foreign_bytes_behind_a_good_checksum_never_panic(body in proptest::collection::vec(any::<u8>(), 0..4000)) {
            let mut slot = [&MAGIC[..], &[VERSION], &body].concat();
            slot.resize(SLOT_BYTES - CHECKSUM_BYTES, 0xff);
            let checksum = Sha256::digest(&slot);
            slot.extend_from_slice(&checksum);
            let _ = decode(&slot);
        }
    }

    #[test]
    fn series_that_do_not_fit_are_refused_rather_than_cut() {
        let series: BTreeMap<String, u32> =
            (0..1000).map(|n| (format!("register {n}"), n)).collect();
        let marks = Marks { device: [1; 16], seq: 1, hash: [2; 32], series };
        assert_eq!(encode(&marks, 1), None);
    }
}
