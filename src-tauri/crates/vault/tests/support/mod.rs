//! What the tests of this crate share.

use vault::disk::SimDisk;
use vault::keys::{KeyFile, KeyPlace, Lock, MasterKey};

/// Random bytes that are the same in every run (the high bytes of a 64-bit linear congruential generator).
pub fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }
}

/// The secret that opens the key file of [`desk_keys`].
pub const KEYRING_SECRET: [u8; 32] = [1; 32];

/// A key file on a disk of its own, and the master key in it.
#[allow(dead_code, reason = "each test file is a program of its own and uses what it needs")]
pub fn desk_keys(store: [u8; 16], seed: u64) -> (KeyFile, MasterKey) {
    let place = KeyPlace::on(std::sync::Arc::new(SimDisk::new()), "/keys");
    KeyFile::create(&place, store, Lock::KeyringSecret(&KEYRING_SECRET), &mut seeded(seed))
        .expect("created")
}

/// Bytes that do not repeat within a chunk.
#[allow(dead_code, reason = "each test file is a program of its own and uses what it needs")]
pub fn paper(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    seeded(size as u64)(&mut bytes);
    bytes
}
