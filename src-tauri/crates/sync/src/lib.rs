//! How records and documents travel, as pure code: what comes in goes in as arguments, what is to be done comes out as
//! values. No clock, no socket, no randomness.
//!
//! Start with [`engine`]: what a desk does next. [`intake`] is the other end: whether a ledger takes a series of records;
//! [`number`] holds back what would give a number twice; [`history`] reads records as the history of a dossier.

pub mod engine;
pub mod history;
pub mod intake;
pub mod number;
