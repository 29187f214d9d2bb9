//! A clerk's hands: every key is counted, and a scan is one.

use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
pub use fantoccini::key::Key;

use crate::window::{Window, quoted};

/// Nobody strikes two keys faster; the window takes what comes faster for a scanner.
const BETWEEN_KEYS: Duration = Duration::from_millis(60);

/// Where Tab goes.
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    /// To the next element.
    On,
    /// With Shift, to the one before.
    Back,
}

/// Strikes keys in a window and counts them.
pub struct Keys<'w> {
    window: &'w Window,
    struck: u32,
}

impl<'w> Keys<'w> {
    /// Hands on the keyboard of this window.
    pub fn on(window: &'w Window) -> Self {
        Self { window, struck: 0 }
    }

    /// Keys struck so far.
    pub fn struck(&self) -> u32 {
        self.struck
    }

    /// One key.
    pub async fn strike(&mut self, key: Key) {
        self.human(&[char::from(key)]).await;
    }

    /// A key with another held down: two keys.
    pub async fn chord(&mut self, held: Key, key: char) {
        self.struck += 2;
        let held = char::from(held);
        let down = sequence().then(KeyAction::Down { value: held });
        let pressed = stroke(down, key).then(KeyAction::Up { value: held });
        self.window.struck(pressed.then(KeyAction::Pause { duration: BETWEEN_KEYS })).await;
    }

    /// Goes back or on with Tab until the cursor is in the element.
    pub async fn tab_to(&mut self, css: &str, direction: Direction) {
        const STEPS_MAX: usize = 40;
        for _ in 0..STEPS_MAX {
            let here = format!("document.activeElement?.matches({}) === true", quoted(css));
            if self.window.page(&format!("return {here}")).await == true {
                return;
            }
            match direction {
                Direction::On => self.strike(Key::Tab).await,
                Direction::Back => self.chord(Key::Shift, char::from(Key::Tab)).await,
            }
        }
        panic!("{css} is not reached with {STEPS_MAX} tabs");
    }

    /// Letters, digits and blanks: each is a key.
    pub async fn letters(&mut self, text: &str) {
        self.human(&text.chars().collect::<Vec<_>>()).await;
    }

    /// What a scanner types, with the Enter it ends with: one key of the clerk.
    pub async fn scan(&mut self, code: &str) {
        self.struck += 1;
        self.window.burst(&format!("{code}{}", char::from(Key::Enter))).await;
    }

    async fn human(&mut self, keys: &[char]) {
        self.struck += u32::try_from(keys.len()).expect("few keys");
        let typed = keys.iter().fold(sequence(), |typed, key| {
            stroke(typed, *key).then(KeyAction::Pause { duration: BETWEEN_KEYS })
        });
        self.window.struck(typed).await;
    }
}

fn sequence() -> KeyActions {
    KeyActions::new("keyboard".to_owned())
}

fn stroke(keys: KeyActions, key: char) -> KeyActions {
    keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key })
}
