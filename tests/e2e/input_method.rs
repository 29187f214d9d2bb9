//! What a Vietnamese input method makes of a scanner's keys.
//!
//! Three kinds are about. A *composing* one (Windows' own, macOS) keeps each character to itself: the page hears which
//! key was struck, and text that nobody typed is written into the field a moment later. A *hiding* one (ibus in
//! WebKitGTK) does not even tell the key until it is let go; this one is played back as it was recorded. A *rewriting*
//! one (UniKey and EVKey on Windows) lets a key through and, when the next one completes a letter, takes it back with
//! Backspace and strikes the letter instead.

use serde_json::{Value, json};

/// How marks are typed.
#[derive(Debug, Clone, Copy)]
pub enum Method {
    /// With letters: `aa` â, `dd` đ, `as` á.
    Telex,
    /// With digits: `a6` â, `d9` đ, `a1` á.
    Vni,
}

impl Method {
    /// The letter that `key` makes of the letter before it.
    fn letter(self, before: char, key: char) -> Option<char> {
        let row = match self {
            Method::Telex => TELEX.iter().find(|row| row.0 == key.to_ascii_lowercase())?,
            Method::Vni => VNI.iter().find(|row| row.0 == key)?,
        };
        row.1.iter().find(|(from, _)| *from == before).map(|(_, to)| *to)
    }

    /// What is left in a field when a composing method is given this text.
    fn composed(self, text: &str) -> String {
        let mut written = String::new();
        for key in text.chars() {
            match written.pop() {
                Some(before) => match self.letter(before, key) {
                    Some(letter) => written.push(letter),
                    None => written.extend([before, key]),
                },
                None => written.push(key),
            }
        }
        written
    }

    /// A script that strikes the keys which a rewriting method sends on when it is given this text.
    pub fn rewriting(self, text: &str) -> String {
        let (mut sent, mut before) = (Vec::new(), None);
        for key in text.chars() {
            let letter = before.and_then(|before| self.letter(before, key));
            match letter {
                Some(letter) => sent.extend(["Backspace".to_owned(), letter.to_string()]),
                None => sent.push(key.to_string()),
            }
            before = Some(letter.unwrap_or(key));
        }
        struck(&sent)
    }

    /// A script that gives the page what it hears while a composing method is given this text: keys without
    /// characters, then the method's own text in the field that has the cursor.
    pub fn composing(self, text: &str) -> String {
        let enter = json!({ "key": "Enter", "code": "Enter" });
        self.script(text, text.chars().flat_map(told).collect(), enter)
    }

    /// The same for a hiding method: presses that say nothing, releases that do.
    pub fn hiding(self, text: &str) -> String {
        // Its closing Enter has become the sign it stands for.
        let enter = json!({ "key": "\n", "code": "Unidentified" });
        self.script(text, text.chars().flat_map(hidden).collect(), enter)
    }

    fn script(self, text: &str, strokes: Vec<Value>, enter: Value) -> String {
        let strokes = Value::from(strokes);
        let written = Value::from(self.composed(text));
        format!("const strokes = {strokes}, written = {written}, enter = {enter};{COMPOSE}")
    }
}

/// A script that strikes the keys of this text, as they come where no method stands in between.
pub fn untouched(text: &str) -> String {
    struck(&text.chars().map(String::from).collect::<Vec<_>>())
}

fn struck(keys: &[String]) -> String {
    format!("const keys = {};{STRIKE}", json!(keys))
}

type Row = (char, &'static [(char, char)]);

/// Letter keys and what they change; only what the cards of these stories hold.
const TELEX: &[Row] = &[
    ('a', &[('a', 'â'), ('A', 'Â')]),
    ('o', &[('o', 'ô'), ('O', 'Ô')]),
    ('e', &[('e', 'ê'), ('E', 'Ê')]),
    ('d', &[('d', 'đ'), ('D', 'Đ')]),
    ('s', &[('a', 'á'), ('e', 'é'), ('o', 'ó'), ('u', 'ú')]),
    ('r', &[('a', 'ả'), ('e', 'ẻ'), ('o', 'ỏ'), ('u', 'ủ')]),
    ('x', &[('a', 'ã'), ('e', 'ẽ'), ('o', 'õ'), ('u', 'ũ')]),
    ('w', &[('a', 'ă'), ('o', 'ơ'), ('u', 'ư')]),
];
const VNI: &[Row] = &[
    ('1', &[('a', 'á'), ('A', 'Á'), ('o', 'ó')]),
    ('2', &[('a', 'à'), ('A', 'À'), ('o', 'ò')]),
    ('6', &[('a', 'â'), ('A', 'Â'), ('o', 'ô')]),
    ('9', &[('d', 'đ'), ('D', 'Đ')]),
];

/// The keys a scanner with the US layout strikes for a character: Vietnamese letters as a code on the number pad.
fn told(character: char) -> Vec<Value> {
    if !character.is_ascii() {
        return alt_code(character);
    }
    let (code, shift) = physical(character);
    vec![json!({ "key": "Process", "code": code, "shiftKey": shift, "isComposing": true })]
}

/// The same as a hiding method lets them be heard: Shift goes up before its character.
fn hidden(character: char) -> Vec<Value> {
    if !character.is_ascii() {
        return alt_code(character);
    }
    let (code, shift) = physical(character);
    let key = if character == '|' { '\\' } else { character.to_ascii_lowercase() };
    let press = json!({ "key": "Unidentified", "code": "Unidentified", "isComposing": true });
    let release = json!({ "key": key.to_string(), "code": code, "isComposing": true, "up": true });
    if !shift {
        return vec![press, release];
    }
    let shift =
        |up: bool| json!({ "key": "Shift", "code": "ShiftLeft", "shiftKey": true, "up": up });
    vec![shift(false), press, shift(true), release]
}

fn alt_code(character: char) -> Vec<Value> {
    let alt = |up: bool| json!({ "key": "Alt", "code": "AltLeft", "altKey": !up, "up": up });
    let digits = u32::from(character).to_string();
    let digits = digits.chars().flat_map(|digit| {
        let (key, code) = (digit.to_string(), format!("Numpad{digit}"));
        [false, true].map(|up| json!({ "key": key, "code": code, "altKey": true, "up": up }))
    });
    [vec![alt(false)], digits.collect(), vec![alt(true)]].concat()
}

fn physical(character: char) -> (String, bool) {
    match character {
        '0'..='9' => (format!("Digit{character}"), false),
        '|' => ("Backslash".to_owned(), true),
        ' ' => ("Space".to_owned(), false),
        ',' => ("Comma".to_owned(), false),
        letter => {
            assert!(letter.is_ascii_alphabetic(), "no key is known for “{letter}”");
            (format!("Key{}", letter.to_ascii_uppercase()), letter.is_ascii_uppercase())
        }
    }
}

const COMPOSE: &str = r"
const here = () => document.activeElement ?? document.body;
let at = performance.now() - 2 * strokes.length;
// A keyboard's keys tell when they were struck, however long the window works on each.
const strike = ({ up, ...key }) => {
  const event = new KeyboardEvent(up ? 'keyup' : 'keydown', { bubbles: true, cancelable: true, ...key });
  Object.defineProperty(event, 'timeStamp', { value: (at += 2) });
  here().dispatchEvent(event);
};
const field = here() instanceof HTMLInputElement ? here() : null;
const before = field?.value ?? '';
const write = (text) => {
  if (!field) return;
  field.value = before + text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing: true, inputType: 'insertCompositionText' }));
};
field?.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
strokes.forEach((stroke, index) => {
  strike(stroke);
  write(written.slice(0, index + 1));
});
strike(enter);
write(written);
field?.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: written }));
";

/// Every key with a keyboard's time; what the window lets through does what the key does. The driver's own keys take their
/// time from the machine: on a slow one they pass for a person's.
const STRIKE: &str = r"
const here = () => document.activeElement ?? document.body;
let at = performance.now() - 2 * keys.length - 2;
const strike = (type, key) => {
  const event = new KeyboardEvent(type, { key, bubbles: true, cancelable: true });
  Object.defineProperty(event, 'timeStamp', { value: at });
  return here().dispatchEvent(event);
};
const write = (key) => {
  const field = here();
  if (!(field instanceof HTMLInputElement)) return;
  const [from, to] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  const left = key === 'Backspace' ? field.value.slice(0, Math.max(from - 1, 0)) : field.value.slice(0, from) + key;
  field.value = left + field.value.slice(to);
  field.setSelectionRange(left.length, left.length);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
};
for (const key of [...keys, 'Enter']) {
  at += 2;
  if (strike('keydown', key) && key !== 'Enter') write(key);
  strike('keyup', key);
}
";
