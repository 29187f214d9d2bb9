//! From an honest input to a hostile one: as bytes, as fields, and as JSON whose shape stays readable, so that the
//! hostility gets past the first reader.

use crate::dice::Dice;
use crate::doors::DoorName;
use serde_json::{Map, Number, Value};

/// Longer inputs only take time.
const BYTES_MAX: usize = 64 * 1024;
const DEPTH_HOSTILE: usize = 200;

const WORDS: &[&str] = &[
    "",
    " ",
    "\0",
    "\u{feff}",
    "\u{202e}Nam",
    "\u{0}\u{7f}\u{85}",
    "ự̣̣̣",
    "Đ\u{323}\u{303}",
    "👨‍👩‍👧‍👦",
    "|",
    "||||||",
    "-1",
    "0",
    "00000",
    "1e999",
    "NaN",
    "18446744073709551616",
    "015095001234",
    "000000000000",
    "999999999999",
    "H38.16-261123-10001",
    "1.004772",
    "0000-00-00",
    "2026-02-30",
    "1900-02-29",
    "9999-12-31",
    "-9999-01-01",
    "31021995",
    "00001995",
    "1995",
    "9999-12-31T23:59:60Z",
    "2026-11-23T08:00:00+99:99",
    "-009999-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z",
    "../../etc/passwd",
    "CON.pdf",
    "a\\b.pdf",
    ".pdf",
    "%PDF-",
    "'; DROP TABLE dossier; --",
    "\"*\" OR",
    "<script>",
    "${x}",
    "null",
    "person",
    "organisation",
    "other",
    "none",
    "desk",
    "post",
    "online",
    "3wd",
    "8h",
    "30cd",
    "same-day",
    "procedures",
    "calendar",
    "forms",
    "units",
    "deadline_rules",
    "number_sources",
];

/// A neighbour of `start`.
pub fn input(name: DoorName, start: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut input = match name {
        DoorName::Receive | DoorName::PackImport if dice.chance(85) => {
            match serde_json::from_slice(start) {
                Ok(value) => json(value, dice),
                Err(_) => bytes(start, dice),
            }
        }
        DoorName::Card if dice.chance(70) => fields(start, b'|', dice),
        DoorName::Attach if dice.chance(70) => fields(start, b'\n', dice),
        _ => bytes(start, dice),
    };
    input.truncate(BYTES_MAX);
    input
}

fn bytes(start: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut input = start.to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(input.len() + 1);
        let end = (at + dice.below(16)).min(input.len());
        match dice.below(6) {
            0 if at < input.len() => input[at] ^= 1 << dice.below(8),
            1 => drop(input.splice(at..at, word(dice).bytes())),
            2 => drop(input.drain(at..end)),
            3 => {
                let piece = input[at..end].repeat(1 + dice.below(40));
                drop(input.splice(at..at, piece));
            }
            4 => input.truncate(at),
            _ => input.insert(at, dice.roll().to_le_bytes()[0]),
        }
    }
    input
}

fn fields(start: &[u8], between: u8, dice: &mut Dice) -> Vec<u8> {
    let mut fields: Vec<Vec<u8>> =
        start.split(|byte| *byte == between).map(<[u8]>::to_vec).collect();
    for _ in 0..=dice.below(3) {
        let (one, other) = (dice.below(fields.len()), dice.below(fields.len()));
        match dice.below(5) {
            0 => fields[one] = word(dice).into_bytes(),
            1 => fields[one] = bytes(&fields[one], dice),
            2 => fields.swap(one, other),
            3 => fields.insert(one, fields[other].clone()),
            _ if fields.len() > 1 => drop(fields.remove(one)),
            _ => fields[one].clear(),
        }
    }
    fields.join(&between)
}

fn json(mut value: Value, dice: &mut Dice) -> Vec<u8> {
    for _ in 0..=dice.below(3) {
        let mut left = dice.below(count(&value));
        change(&mut value, &mut left, dice);
    }
    value.to_string().into_bytes()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Walks to the node that is `left` steps away and changes it; true when it was found.
fn change(value: &mut Value, left: &mut usize, dice: &mut Dice) -> bool {
    if *left == 0 {
        change_here(value, dice);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change(item, left, dice)),
        Value::Object(fields) => fields.iter_mut().any(|(_, field)| change(field, left, dice)),
        _ => false,
    }
}

fn change_here(value: &mut Value, dice: &mut Dice) {
    match value {
        Value::Array(items) if !items.is_empty() && dice.chance(70) => {
            let (one, other) = (dice.below(items.len()), dice.below(items.len()));
            match dice.below(4) {
                0 => drop(items.remove(one)),
                1 => items.insert(one, items[other].clone()),
                2 => items.swap(one, other),
                _ => items.push(hostile(dice)),
            }
        }
        Value::Object(fields) if !fields.is_empty() && dice.chance(70) => {
            change_fields(fields, dice)
        }
        Value::String(text) if dice.chance(50) => {
            *text = String::from_utf8_lossy(&bytes(text.as_bytes(), dice)).into_owned();
        }
        value => *value = hostile(dice),
    }
}

fn change_fields(fields: &mut Map<String, Value>, dice: &mut Dice) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let (one, other) = (dice.pick(&names).clone(), dice.pick(&names).clone());
    let Some(value) = fields.remove(&one) else { return };
    match dice.below(4) {
        0 => {}
        1 => drop(fields.insert(word(dice), value)),
        2 => {
            let moved = fields.insert(other, value);
            fields.extend(moved.map(|moved| (one, moved)));
        }
        _ => drop(fields.insert(one, hostile(dice))),
    }
}

fn hostile(dice: &mut Dice) -> Value {
    match dice.below(9) {
        0 => Value::Null,
        1 => Value::Bool(dice.chance(50)),
        2 => Value::from(*dice.pick(&[
            0,
            -1,
            1,
            255,
            256,
            65_535,
            65_536,
            4_294_967_296,
            i64::MAX,
            i64::MIN,
        ])),
        3 => Value::from(dice.roll()),
        4 => Number::from_f64(*dice.pick(&[0.5, -0.0, 1e308, 1e-308]))
            .map_or(Value::Null, Value::Number),
        5 => Value::Array(Vec::new()),
        6 => (0..dice.below(DEPTH_HOSTILE)).fold(Value::Null, |inner, _| Value::Array(vec![inner])),
        7 => Value::Object(Map::new()),
        _ => Value::String(word(dice)),
    }
}

fn word(dice: &mut Dice) -> String {
    let word = *dice.pick(WORDS);
    if dice.chance(10) { word.repeat(1 + dice.below(3_000)) } else { word.to_owned() }
}
