//! The formats that outlive every version of the application: record headers, bodies, signatures.
//!
//! A record is one immutable fact. Its header is hashed exactly as written and chains to the previous header of the
//! same device; the body is bound by a salted hash, so that a lawful disposal can take it away without breaking the
//! chain. Nothing is ever serialised twice.
//!
//! This crate never touches a file, a clock or a socket. Start with [`record::Record`]; [`fact`] says what bodies there
//! are, [`series`] how records travel, [`open`] how they come ahead of their chains, [`wire`] what desk and gateway say to each
//! other.
//!
//! **Version 0 is frozen.** It left draft when the simulation (`tests/sim`) had merged desks through a hundred thousand
//! worlds without a broken promise. `golden/` holds its bytes and `tests/golden.rs` compares: headers and hashes, signed
//! messages, series and pages on the wire, answers in JSON, the words of all kinds, bodies of the common kinds. A change is
//! a new version beside this one. Later versions only add fields behind the ones known here, so that every machine can
//! chain, store and pass on what it cannot read ([`Header::placed`]).

pub mod fact;
pub mod open;
pub mod packing;
pub mod proof;
pub mod receipt;
pub mod record;
pub mod series;
pub mod wire;

pub use fact::{Fact, FactFault, Subject};
pub use open::OpenPage;
pub use receipt::Receipt;
pub use record::{
    Draft, Hash, Header, Name, Record, RecordFault, head_is_signed, header_hash, signed_head,
};
pub use series::{Content, Entry, Series, SeriesFault};
