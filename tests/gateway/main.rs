//! The gateway on a real socket, against desks that keep their logs as the application does.
//!
//! `desk` is a desk's side of the wire, `place` a gateway with its ledger; the stories run on every ledger. In `exchange`
//! the desks are the real program on its real store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up must stop"
)]

mod admission;
mod desk;
mod exchange;
mod files;
mod instances;
mod national;
mod open;
mod operator;
mod peers;
mod place;
mod province;
mod records;
mod revoked;
mod schedules;
