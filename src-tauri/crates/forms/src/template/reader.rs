//! Reads a JSON value and writes down every fault with its path, instead of stopping at the first:
//! whoever edits a template at night wants the whole list.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::fault::TemplateFault;
use crate::wording::placeholders;

/// A label, a title, a note: more would push the citizen's own lines off the sheet.
const TEXT_CHARS_MAX: usize = 300;

/// Where the faults of one file are collected.
pub(crate) type Faults = RefCell<Vec<TemplateFault>>;

/// A value in the file together with its path; the value may be missing.
pub(crate) struct Node<'a> {
    path: String,
    value: Option<&'a Value>,
    faults: &'a Faults,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value, faults: &'a Faults) -> Node<'a> {
        Node { path: String::new(), value: Some(value), faults }
    }

    /// Writes down a fault at this place.
    pub(crate) fn fault(&self, reason: impl Into<String>) {
        let path = if self.path.is_empty() { "$" } else { &self.path };
        self.faults
            .borrow_mut()
            .push(TemplateFault { path: path.to_owned(), reason: reason.into() });
    }

    /// This object, which may hold only `keys`.
    pub(crate) fn with_keys(self, keys: &[&str]) -> Node<'a> {
        if let Some(object) = self.object() {
            for unknown in object.keys().filter(|key| !keys.contains(&key.as_str())) {
                self.child(unknown, None).fault("unknown key");
            }
        }
        self
    }

    /// The member `key`, missing or not; reading a missing one is a fault.
    pub(crate) fn get(&self, key: &str) -> Node<'a> {
        let value = self.value.and_then(|value| value.get(key));
        self.child(key, value)
    }

    /// The member `key` if it is there.
    pub(crate) fn optional(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.and_then(|value| value.get(key))?;
        Some(self.child(key, Some(value)))
    }

    /// The one member of this object, which must be named by one of `kinds`.
    pub(crate) fn variant(&self, kinds: &[&str]) -> Option<(String, Node<'a>)> {
        let object = self.object()?;
        match object.iter().next() {
            Some((kind, value)) if object.len() == 1 && kinds.contains(&kind.as_str()) => {
                Some((kind.clone(), self.child(kind, Some(value))))
            }
            _ => {
                self.fault(format!("must have exactly one of: {}", kinds.join(", ")));
                None
            }
        }
    }

    /// A text that is not blank and has its place on a sheet.
    pub(crate) fn text(&self) -> String {
        match self.value {
            Some(Value::String(text)) if text.trim().is_empty() => self.fault("must not be blank"),
            Some(Value::String(text)) if text.chars().count() > TEXT_CHARS_MAX => {
                self.fault(format!("longer than {TEXT_CHARS_MAX} characters"));
            }
            Some(Value::String(text)) => return text.clone(),
            Some(_) => self.fault("must be a text"),
            None => self.fault("missing"),
        }
        String::new()
    }

    /// A text whose placeholders are all among `names`.
    pub(crate) fn pattern(&self, names: &[&str]) -> String {
        let text = self.text();
        for name in placeholders(&text).iter().filter(|name| !names.contains(name)) {
            let known = names.join("}, {");
            self.fault(format!("unknown placeholder {{{name}}}; known: {{{known}}}"));
        }
        text
    }

    /// A number between `least` and `most`.
    pub(crate) fn number(&self, least: f32, most: f32) -> f32 {
        let number = match self.value {
            Some(value) => value.as_f64(),
            None => {
                self.fault("missing");
                return least;
            }
        };
        // Template sizes are small; a value beyond f32 is out of range anyway.
        #[expect(clippy::cast_possible_truncation)]
        match number.map(|number| number as f32) {
            Some(number) if (least..=most).contains(&number) => number,
            _ => {
                self.fault(format!("must be a number from {least} to {most}"));
                least
            }
        }
    }

    /// true or false.
    pub(crate) fn flag(&self) -> bool {
        let flag = self.value.and_then(Value::as_bool);
        if flag.is_none() {
            self.fault("must be true or false");
        }
        flag.unwrap_or_default()
    }

    /// The items of a list of `least` to `most` items.
    pub(crate) fn list(&self, least: usize, most: usize) -> Vec<Node<'a>> {
        let Some(items) = self.value.and_then(Value::as_array) else {
            self.fault(if self.value.is_some() { "must be a list" } else { "missing" });
            return Vec::new();
        };
        if !(least..=most).contains(&items.len()) {
            self.fault(format!("must have {least} to {most} items, has {}", items.len()));
        }
        let item = |(index, value)| Node {
            path: format!("{}[{index}]", self.path),
            value: Some(value),
            faults: self.faults,
        };
        items.iter().enumerate().map(item).collect()
    }

    /// One of the named choices; the first stands in for a faulty one.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text();
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() && !text.is_empty() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.fault(format!("must be one of: {}", names.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    fn object(&self) -> Option<&'a Map<String, Value>> {
        let object = self.value.and_then(Value::as_object);
        if object.is_none() {
            self.fault(if self.value.is_some() { "must be an object" } else { "missing" });
        }
        object
    }

    fn child(&self, key: &str, value: Option<&'a Value>) -> Node<'a> {
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Node { path, value, faults: self.faults }
    }
}
