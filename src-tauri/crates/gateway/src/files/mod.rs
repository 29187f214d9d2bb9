//! Files: they come in by parts that survive any cut (tus 1.0.0), count once their SHA-256 is right, and lie sealed in
//! an object store.

mod receiving;
pub mod seal;
pub mod store;
pub mod tus;

pub use receiving::Beginning;
