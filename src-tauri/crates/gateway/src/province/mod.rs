//! The province's side: its systems read what the communes did and write what was decided, in the national vocabulary
//! (`DongBoHoSoMC`, `CapNhatTienDoHoSoMC`). What they write becomes records of the gateway's own chain.

pub mod clients;
mod events;
mod filing;
pub mod payload;
mod posting;
pub(crate) mod reading;
mod step;
pub mod vocabulary;

pub use filing::{PostedDossier, PostedFile, TakenOver};
pub use posting::Accepted;
pub use reading::{Change, Changes, Online};
pub use step::Posted;
