//! The use cases of the desk: what an officer does, told as the officer would tell it.
//!
//! [`Office`] holds the unlocked store, the keys, the packs, this installation's identity and the officer who sits at
//! the desk. Every write goes through [`Office::transact`]: records, projections and the signed head in one
//! transaction, durable before anything is printed or shown. Rules live in `domain`, SQL in `store`, bytes in `vault`,
//! papers in `forms`; this crate brings them together and words the answers.
//!
//! It never opens a window, and a socket only through `transport`, for the [`exchange`]. The clock is read in [`clock`]
//! and randomness in [`entropy`] alone.
//!
//! Start with [`reception`](Office::accept); then [`opening`], which tells a restored folder from the living one.

mod administration;
mod backup;
pub mod boot;
mod changed;
pub mod clock;
mod demo;
mod documents;
mod dossiers;
pub mod entropy;
mod error;
pub mod exchange;
pub mod inputs;
pub mod keyring;
pub mod long_work;
mod mirroring;
mod numbering;
mod office;
pub mod opening;
mod outside;
pub mod packs;
mod people;
mod places;
mod portal;
mod present;
pub mod printer;
mod printing;
mod procedures;
mod reception;
mod returning;
mod searching;
mod shelf;
pub mod views;
mod watching;

pub use administration::units_search;
pub use backup::{RestoreOutcome, restore};
pub use changed::Topic;
pub use clock::Clock;
pub use demo::DemoOutcome;
pub use documents::FILE_BYTES_MAX;
pub use error::{ApiError, RefusalView, Result};
pub use forms::Paper;
pub use long_work::unfollowed;
pub use mirroring::Mirroring;
pub use office::{Intake, Listener, Office, role_words};
pub use people::parse_card;
pub use places::Places;
pub use present::{at, limit_words};
pub use printing::paper_of;
pub use watching::Sight;
