//! Hồ sơ: one dossier from the desk to the returned result.
//!
//! `decide` turns a command into events or a [`Refusal`](crate::refusal::Refusal); `evolve` folds events into the
//! present state, [`merge`] those of several desks; `status` derives the ten national statuses from it. Nothing here reads a clock.

mod action;
mod decide;
pub mod event;
mod evolve;
mod guard;
pub mod merge;
pub mod number;
pub mod portal;
mod receive;
mod status;

pub use action::Action;
pub use decide::{Command, Context, StepFacts, approver, promise, promise_words};
pub use event::{Event, EventKind};
pub use evolve::{AttachedDocument, Dossier};
pub use guard::{Allowed, allowed};
pub use receive::{
    ComponentLine, Reception, Taken, expected_components, party_faults, receive, terms,
};
pub use status::{Stage, Status};
