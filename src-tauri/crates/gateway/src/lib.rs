//! The province's end of the line: takes the records and files of its desks, keeps them durably, gives every desk of a
//! site what the others wrote, and speaks with the province's systems.
//!
//! Start with [`gateway::Gateway`], which is one instance; [`serve`] puts it on a socket. [`intake`] is what happens to a
//! batch of records. The ledger lies in `PostgreSQL`, or embedded in one `SQLite` file ([`database`]).

pub mod clock;
pub mod database;
pub mod enrolment;
pub mod entropy;
pub mod feed;
pub mod files;
pub mod gateway;
pub mod intake;
pub mod jws;
pub mod keys;
pub mod ledger;
mod metrics;
mod numbers;
pub mod open;
mod operator;
pub mod outbound;
pub mod problems;
pub mod province;
mod put_back;
mod rate;
pub mod serving;
pub mod settings;
pub mod tokens;
mod turns;
mod web;

pub use gateway::Gateway;
pub use serving::{Serving, serve};
pub use settings::Settings;
