//! The law of the office, as pure code: dossiers and their life cycle, procedures, the working calendar, deadlines,
//! identity cards, numbers.
//!
//! Nothing here reads a clock, a file, a socket or a random number: time, ids and packs come in as arguments, and
//! decisions go out as values. A "no" is a [`refusal::Refusal`] that names its field.
//!
//! Start with [`dossier`]: `receive` takes a dossier in, `Dossier::decide` answers every later command, `evolve` folds
//! what happened. [`deadline`] counts promises and explains them; [`procedure`] is the shape of the law's packs.

pub mod calendar;
pub mod card;
pub mod citizen_number;
pub mod deadline;
pub mod dossier;
pub mod ids;
pub mod lunar;
pub mod office;
pub mod officer;
pub mod pack;
pub mod party;
pub mod procedure;
pub mod refusal;
pub mod sex;
pub mod site;
pub mod text;
pub mod time;
