//! Dossiers on their way to the national portal: durable jobs in the ledger, one payload builder, a driver for each way
//! in which a province passes them on.

pub mod driver;
pub mod jobs;
mod reply;
mod worker;

pub use driver::National;
pub use reply::Outcome;
pub use worker::Done;
