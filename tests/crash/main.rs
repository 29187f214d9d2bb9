//! The fault laboratory: kills, interruptions, full and failing disks, power cuts, flipped bits, forged records,
//! restores. After each the one question: was anything lost that the desk had acknowledged?
//!
//! `cargo test -p tests --test crash` runs a few of each; `cargo xtask crash --rounds N` as many as wanted. Every test
//! prints its figures; a failure names the seed that brings it back.

#![allow(clippy::expect_used, clippy::panic, reason = "an experiment that goes wrong must stop")]
#![cfg(target_os = "linux")]

mod dice;
mod disk_full;
mod failed_sync;
mod flipped_bits;
mod given_up;
mod interrupted;
mod judge;
mod kill;
mod lab;
mod power_cut;
#[allow(dead_code, reason = "the worker writes what the laboratory reads")]
mod promises;
mod restored;
mod shift;
mod tampered;
