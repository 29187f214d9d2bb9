//! Compression of what travels: zstd with a shared dictionary, bounded on the way back.
//!
//! A batch is too small to be its own context: with the dictionary it takes two thirds of the bytes it takes without. Both
//! ends ship it ([`newest`]); who does not know one says 415 and gets plain zstd.

use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::LazyLock;
use zstd::dict::EncoderDictionary;

const WINDOW_LOG_MAX: u32 = 23;

/// How much work is put into making bytes fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// As few as zstd makes them: for a desk, whose line is dear and whose batches are short. A quarter of a megabyte takes
    /// some 60 ms.
    Thorough,
    /// A twentieth more of them for a twenty-fifth of the work: for a gateway, which packs for every desk.
    Quick,
}

impl Effort {
    fn level(self) -> i32 {
        match self {
            Self::Thorough => 19,
            Self::Quick => 9,
        }
    }
}

/// Every dictionary that was ever shipped, the newest first: a desk of an older version goes on with its own. Made by
/// `bad-line dictionary` of the laboratory of lines.
static SHIPPED: LazyLock<[Dictionary; 1]> =
    LazyLock::new(|| [Dictionary::new(include_bytes!("../records.dict"))]);

/// A zstd dictionary, named by its SHA-256. Trained on generated text only, never on citizens' data.
pub struct Dictionary {
    bytes: &'static [u8],
    name: String,
    thorough: EncoderDictionary<'static>,
    quick: EncoderDictionary<'static>,
}

/// What is packed with.
pub fn newest() -> &'static Dictionary {
    let [newest, ..] = &*SHIPPED;
    newest
}

/// The shipped dictionary of a name.
pub fn shipped(name: &str) -> Option<&'static Dictionary> {
    SHIPPED.iter().find(|dictionary| dictionary.name == name)
}

/// Why bytes cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum PackingFault {
    /// Not zstd, or made with another dictionary.
    #[error("compressed bytes unreadable")]
    Unreadable(#[source] std::io::Error),
    /// More than the receiver is ready for, however few bytes it was squeezed into.
    #[error("more than {max} bytes when unfolded")]
    TooLarge {
        /// The bound.
        max: usize,
    },
}

impl Dictionary {
    fn new(bytes: &'static [u8]) -> Self {
        let name = crate::receipt::hex::text(&Sha256::digest(bytes));
        let [thorough, quick] = [Effort::Thorough, Effort::Quick]
            .map(|effort| EncoderDictionary::copy(bytes, effort.level()));
        Self { bytes, name, thorough, quick }
    }

    /// SHA-256, hexadecimal: the `dict` parameter of the media type.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn prepared(&self, effort: Effort) -> &EncoderDictionary<'static> {
        match effort {
            Effort::Thorough => &self.thorough,
            Effort::Quick => &self.quick,
        }
    }
}

/// Compresses.
///
/// # Errors
/// [`PackingFault::Unreadable`] when zstd reports a fault, which no bytes cause.
pub fn pack(
    bytes: &[u8],
    dictionary: Option<&Dictionary>,
    effort: Effort,
) -> Result<Vec<u8>, PackingFault> {
    let mut compressor = match dictionary {
        Some(known) => zstd::bulk::Compressor::with_prepared_dictionary(known.prepared(effort)),
        None => zstd::bulk::Compressor::new(effort.level()),
    }
    .map_err(PackingFault::Unreadable)?;
    compressor.compress(bytes).map_err(PackingFault::Unreadable)
}

/// Unfolds at most `max` bytes, whatever the frame promises: a bomb ends at the bound.
///
/// # Errors
/// [`PackingFault`].
pub fn unpack(
    bytes: &[u8],
    dictionary: Option<&Dictionary>,
    max: usize,
) -> Result<Vec<u8>, PackingFault> {
    let mut decoder = match dictionary {
        Some(dictionary) => zstd::stream::read::Decoder::with_dictionary(bytes, dictionary.bytes),
        None => zstd::stream::read::Decoder::with_buffer(bytes),
    }
    .map_err(PackingFault::Unreadable)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(PackingFault::Unreadable)?;
    let mut unfolded = Vec::new();
    decoder.take(max as u64 + 1).read_to_end(&mut unfolded).map_err(PackingFault::Unreadable)?;
    if unfolded.len() > max {
        return Err(PackingFault::TooLarge { max });
    }
    Ok(unfolded)
}

#[cfg(test)]
mod tests {
    use super::Effort::{Quick, Thorough};
    use super::{PackingFault, newest, pack, shipped, unpack};

    #[test]
    fn what_was_packed_unfolds_the_same_with_and_without_a_dictionary() {
        let text = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả ".repeat(20);
        for dictionary in [None, Some(newest())] {
            for effort in [Thorough, Quick] {
                let packed = pack(text.as_bytes(), dictionary, effort).unwrap();
                assert!(packed.len() < 100);
                assert_eq!(unpack(&packed, dictionary, 10_000).unwrap(), text.as_bytes());
            }
        }
    }

    #[test]
    fn a_record_alone_is_a_fifth_smaller_with_the_dictionary_at_least() {
        let record = r#"{"act":{"at":"2026-11-29T11:04:02.428647967Z","done_by":"Lò Thị Páo"},"shelf":"A9"}"#;
        let [plain, known] = [None, Some(newest())]
            .map(|with| pack(record.as_bytes(), with, Thorough).unwrap().len());
        assert!(known * 10 < plain * 8, "{known} bytes with the dictionary, {plain} without");
    }

    #[test]
    fn a_dictionary_that_was_shipped_once_keeps_its_bytes() {
        let first = "ae37885516de6694e08e0059e3f2554797e53c77ca86d6c70e1e995c6b89c6be";
        assert!(shipped(first).is_some(), "desks of the first version name it");
        assert!(shipped("").is_none());
    }

    #[test]
    fn a_bomb_ends_at_the_bound() {
        let packed = pack(&vec![0; 50_000_000], None, Quick).unwrap();
        assert!(packed.len() < 10_000);
        assert!(matches!(unpack(&packed, None, 1_000_000), Err(PackingFault::TooLarge { .. })));
    }

    #[test]
    fn cut_bytes_are_refused() {
        let packed = pack(&[7; 4_000], None, Thorough).unwrap();
        for cut in 0..packed.len() {
            assert!(unpack(&packed[..cut], None, 10_000).is_err(), "cut at {cut} was unfolded");
        }
    }
}
