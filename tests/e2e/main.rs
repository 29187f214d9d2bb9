//! The desk in its real web view, by keyboard alone: what a clerk's hands do in a day, every key counted.
//!
//! `cargo xtask test --only e2e` builds the program and provides a screen. By hand, a display and a message bus
//! are wanted (`xvfb-run -s "-screen 0 1366x768x24" dbus-run-session -- cargo test -p tests --test e2e`) and the
//! desktop program, built with its screens inside (`cargo build -p quay-mot-cua --features custom-protocol`).
#![cfg(target_os = "linux")]
#![allow(
    clippy::panic,
    reason = "a story that cannot go on must stop and say what was on the screen"
)]

mod desk;
mod drag;
mod driver;
mod input_method;
mod keys;
mod paper;
mod sight;
mod window;

#[allow(dead_code, reason = "shared with the printing tests, which ask it for more")]
#[path = "../print/private_cups.rs"]
mod private_cups;

mod attaching;
mod drafts;
mod exchange;
mod first_run;
mod pictures;
mod portal;
mod reception;
mod returning;
mod scanning;
mod searching;
