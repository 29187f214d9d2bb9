//! The encrypted store of one desk: the record log, its projections, and this machine's own state, in one SQLCipher file.
//!
//! It never decides anything about the office: it appends what [`domain`] decided, keeps the projections equal to a
//! replay of the log, and answers queries. It reads no clock and makes no keys, ids or salts. There is no trait over
//! SQLite: this is SQLite.
//!
//! Start with `migrations/0001_first.sql`, which names the class of every table; then [`Store::write`] and [`Tx`], the
//! one door for writes; then [`verify`].

pub mod ahead;
pub mod error;
pub mod exchange;
pub mod files;
mod inbox;
pub mod joining;
pub mod local;
pub mod log;
pub mod office;
mod open;
pub mod people;
mod project;
pub mod rows;
pub mod search;
pub mod series;
mod tx;
mod upkeep;
pub mod verify;
mod writer;

pub use error::{Result, StoreFault};
pub use inbox::TakenIn;
pub use log::StoredRecord;
pub use open::{DatabaseKey, Store};
pub use project::party_key;
pub use rusqlite::Connection;
pub use tx::{Head, Pen, Tx};
