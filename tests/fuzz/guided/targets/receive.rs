#![no_main]
use guided_fuzz::{DoorName, change, knock};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| knock(DoorName::Receive, data));
fuzz_mutator!(|data: &mut [u8], size: usize, _max_size: usize, seed: u32| change(DoorName::Receive, data, size, seed));
