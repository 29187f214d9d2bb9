//! The printed recovery key: 160 random bits as eight groups of four characters, and a ninth that checks them.
//!
//! Letters and digits are Crockford's base 32 (no I, L, O or U): what is read aloud or copied by hand from paper comes
//! back. The ninth group is 20 bits of SHA-256 over the rest; when it does not agree, the one wrong character (or the
//! two swapped ones) is searched for, so that the officer is told *which group* to look at. The key is never corrected
//! silently.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::Random;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP_CHARACTERS: usize = 4;
const GROUPS: usize = 9;
const CHARACTERS: usize = GROUPS * GROUP_CHARACTERS;
const CHECKED_CHARACTERS: usize = CHARACTERS - GROUP_CHARACTERS;

/// The 160 bits on the printed sheet. Shown once, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey(pub(super) Zeroizing<[u8; 20]>);

/// Why typed characters are not a recovery key. Groups count from 1 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryTypo {
    /// A character that is on no recovery sheet (an accented letter: the Vietnamese input method is on).
    #[error("group {group} holds the character {character:?}")]
    Character {
        /// 1 to 9.
        group: u8,
        /// As typed.
        character: char,
    },
    /// A group does not have four characters.
    #[error("group {group} does not have four characters")]
    Length {
        /// 1 to 9; 10 when there is more than a whole key.
        group: u8,
    },
    /// The characters do not agree with the checking group.
    #[error("the checking group does not agree")]
    Checksum {
        /// The only group where one wrong character, or two swapped ones, would explain it; `None` when more is wrong.
        group: Option<u8>,
    },
}

impl RecoveryKey {
    pub(super) fn fresh(random: &mut dyn Random) -> std::io::Result<Self> {
        let mut bits = Zeroizing::new([0u8; 20]);
        random.fill(&mut bits[..])?;
        Ok(RecoveryKey(bits))
    }

    /// Reads what was typed from the sheet: any case, any spaces or dashes, O for 0, I or L for 1.
    ///
    /// # Errors
    /// [`RecoveryTypo`], naming the group to look at.
    pub fn parse(typed: &str) -> Result<Self, RecoveryTypo> {
        let symbols = read_symbols(typed)?;
        let bits = bits_of(&symbols);
        if check_symbols(&bits) == symbols[CHECKED_CHARACTERS..] {
            return Ok(RecoveryKey(bits));
        }
        Err(RecoveryTypo::Checksum { group: suspect_group(&symbols) })
    }

    /// The nine groups, to be printed: `7Q2M-…-X0KD`.
    #[must_use]
    pub fn groups(&self) -> Zeroizing<String> {
        let mut symbols = Zeroizing::new(symbols_of(&self.0).to_vec());
        symbols.extend_from_slice(&check_symbols(&self.0));
        let mut text = Zeroizing::new(String::with_capacity(CHARACTERS + GROUPS));
        for (index, symbol) in symbols.iter().enumerate() {
            if index > 0 && index % GROUP_CHARACTERS == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*symbol)]));
        }
        text
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

type Symbols = Zeroizing<[u8; CHARACTERS]>;

/// Values 0 to 31 of the typed characters.
fn read_symbols(typed: &str) -> Result<Symbols, RecoveryTypo> {
    let mut symbols = Zeroizing::new([0u8; CHARACTERS]);
    let mut count = 0;
    for character in typed.chars().filter(|character| !is_separator(*character)) {
        let place =
            symbols.get_mut(count).ok_or(RecoveryTypo::Length { group: GROUPS as u8 + 1 })?;
        *place = symbol(character)
            .ok_or(RecoveryTypo::Character { group: group_of(count), character })?;
        count += 1;
    }
    if count < CHARACTERS {
        return Err(RecoveryTypo::Length { group: short_group(typed).unwrap_or(group_of(count)) });
    }
    Ok(symbols)
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '‐' | '‑' | '–' | '—' | '.' | '_')
}

/// The first group, as the officer separated them, that is not four characters long.
fn short_group(typed: &str) -> Option<u8> {
    let groups = typed.split(is_separator).filter(|group| !group.is_empty());
    let wrong = groups.take(GROUPS).position(|group| group.chars().count() != GROUP_CHARACTERS)?;
    u8::try_from(wrong + 1).ok()
}

fn symbol(character: char) -> Option<u8> {
    let upper = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|known| char::from(*known) == upper)
        .and_then(|value| u8::try_from(value).ok())
}

/// The first 32 symbols as the 160 bits they spell.
fn bits_of(symbols: &[u8; CHARACTERS]) -> Zeroizing<[u8; 20]> {
    let mut bits = Zeroizing::new([0u8; 20]);
    for bit in 0..160 {
        let set = symbols[bit / 5] >> (4 - bit % 5) & 1;
        bits[bit / 8] |= set << (7 - bit % 8);
    }
    bits
}

fn symbols_of(bits: &[u8; 20]) -> Zeroizing<[u8; CHECKED_CHARACTERS]> {
    let mut symbols = Zeroizing::new([0u8; CHECKED_CHARACTERS]);
    for bit in 0..160 {
        let set = bits[bit / 8] >> (7 - bit % 8) & 1;
        symbols[bit / 5] |= set << (4 - bit % 5);
    }
    symbols
}

/// The ninth group: the first 20 bits of SHA-256 over the key.
fn check_symbols(bits: &[u8; 20]) -> [u8; GROUP_CHARACTERS] {
    let hash = Sha256::new().chain_update(b"quay/v1/recovery-check").chain_update(bits).finalize();
    let first = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    [27, 22, 17, 12].map(|shift| (first >> shift & 31) as u8)
}

/// The one group in which a wrong character, or two swapped neighbours, explains the checking group. Twenty bits of
/// check against about 1,150 candidates: a wrong group is named in about one case of a thousand.
fn suspect_group(symbols: &Symbols) -> Option<u8> {
    let mut suspects = substitutions(symbols).chain(swaps(symbols));
    let first = suspects.next()?;
    suspects.all(|other| other == first).then_some(first)
}

fn substitutions(symbols: &Symbols) -> impl Iterator<Item = u8> + '_ {
    let candidates = (0..CHARACTERS).flat_map(|place| (0..32u8).map(move |value| (place, value)));
    candidates.filter_map(move |(place, value)| {
        let mut candidate = symbols.clone();
        candidate[place] = value;
        agrees(&candidate).then(|| group_of(place))
    })
}

fn swaps(symbols: &Symbols) -> impl Iterator<Item = u8> + '_ {
    (1..CHARACTERS).filter_map(move |place| {
        let mut candidate = symbols.clone();
        candidate.swap(place - 1, place);
        agrees(&candidate).then(|| group_of(place - 1))
    })
}

fn agrees(symbols: &Symbols) -> bool {
    check_symbols(&bits_of(symbols)) == symbols[CHECKED_CHARACTERS..]
}

fn group_of(place: usize) -> u8 {
    (place / GROUP_CHARACTERS + 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed() -> (RecoveryKey, String) {
        let key = RecoveryKey(Zeroizing::new(std::array::from_fn(|place| {
            (place as u8).wrapping_mul(37).wrapping_add(5)
        })));
        let sheet = key.groups().to_string();
        (key, sheet)
    }

    fn typed(text: &str) -> Result<RecoveryKey, RecoveryTypo> {
        RecoveryKey::parse(text)
    }

    #[test]
    fn the_sheet_has_nine_groups_of_four_without_ambiguous_letters() {
        let (_, sheet) = printed();
        assert_eq!(sheet.split('-').map(str::len).collect::<Vec<_>>(), [4; 9]);
        assert!(!sheet.contains(['I', 'L', 'O', 'U']));
    }

    #[test]
    fn lower_case_spaces_and_look_alike_letters_are_read() {
        let (key, sheet) = printed();
        let sloppy = sheet.to_lowercase().replace('-', "  ").replace('0', "o").replace('1', "l");
        assert_eq!(typed(&sloppy), Ok(key.clone()));
        assert_eq!(typed(&sheet.replace('-', "")), Ok(key.clone()));
        assert_eq!(
            typed(&format!("\n {} \n", sheet.replace('-', " – ").replace('1', "I"))),
            Ok(key)
        );
    }

    #[test]
    fn one_wrong_character_is_found_in_its_group() {
        let (_, sheet) = printed();
        let mut named = 0;
        for place in (0..sheet.len()).filter(|place| sheet.as_bytes()[*place] != b'-') {
            let mut wrong = sheet.clone().into_bytes();
            wrong[place] = if wrong[place] == b'7' { b'8' } else { b'7' };
            let group = Some((place / 5 + 1) as u8);
            match typed(&String::from_utf8(wrong).expect("ascii")) {
                Err(RecoveryTypo::Checksum { group: found }) if found == group => named += 1,
                Err(RecoveryTypo::Checksum { group: None }) => {}
                other => panic!("character {place}: {other:?}"),
            }
        }
        assert!(named >= 35, "only {named} of 36 single mistakes were located");
    }

    #[test]
    fn two_swapped_characters_are_found_in_their_group() {
        let (_, sheet) = printed();
        let mut wrong = sheet.into_bytes();
        wrong.swap(11, 12);
        assert_eq!(
            typed(&String::from_utf8(wrong).expect("ascii")),
            Err(RecoveryTypo::Checksum { group: Some(3) })
        );
    }

    #[test]
    fn a_short_group_is_named() {
        let (_, sheet) = printed();
        let mut short = sheet;
        short.remove(6);
        assert_eq!(typed(&short), Err(RecoveryTypo::Length { group: 2 }));
        assert_eq!(typed(""), Err(RecoveryTypo::Length { group: 1 }));
    }

    #[test]
    fn a_tenth_group_is_refused() {
        let (_, sheet) = printed();
        assert_eq!(typed(&format!("{sheet}-7777")), Err(RecoveryTypo::Length { group: 10 }));
    }

    #[test]
    fn an_accented_letter_is_named_with_its_group() {
        let (_, sheet) = printed();
        let accented: String =
            sheet.char_indices().map(|(place, c)| if place == 21 { 'Đ' } else { c }).collect();
        assert_eq!(typed(&accented), Err(RecoveryTypo::Character { group: 5, character: 'Đ' }));
    }
}
