//! One door of `tests/fuzz` as libFuzzer wants it: it hands inputs in, and changes them as the other search does or in
//! its own way.

#[path = "../../../crash/dice.rs"]
mod dice;
#[path = "../../doors.rs"]
mod doors;
#[path = "../../mutate.rs"]
mod mutate;
#[path = "../../samples.rs"]
mod samples;

use dice::Dice;
pub use doors::DoorName;
use doors::{Door, Said};
use std::cell::OnceCell;

thread_local! {
    static DOOR: OnceCell<Door> = const { OnceCell::new() };
}

/// Hands an input in.
///
/// # Panics
/// When the door breaks or refuses without naming a field: that is what is searched for.
pub fn knock(name: DoorName, input: &[u8]) {
    DOOR.with(|door| match door.get_or_init(|| Door::open(name)).knock(input) {
        Said::Done => {}
        Said::Refused { code, field } => {
            let named = field.as_deref().is_some_and(|field| !field.is_empty() && field != ".");
            assert!(named, "{code} at {field:?}");
        }
        Said::Failed(words) => panic!("{words}"),
    });
}

/// Changes the first `size` bytes of `data` in place and gives the new size; half of the time by field and shape.
pub fn change(name: DoorName, data: &mut [u8], size: usize, seed: u32) -> usize {
    if seed % 2 == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, data.len());
    }
    let mut dice = Dice::new(u64::from(seed));
    let start = if size < 2 || dice.chance(2) {
        let samples = samples::of(name);
        dice.pick(&samples).clone()
    } else {
        data[..size].to_vec()
    };
    let mut changed = mutate::input(name, &start, &mut dice);
    changed.truncate(data.len());
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}
