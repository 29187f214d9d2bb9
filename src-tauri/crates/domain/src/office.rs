//! What happens in the office apart from dossiers: commissioning, accounts, devices, packs, reviews, prints.

use crate::dossier::number::Number;
use crate::ids::{DeviceId, DossierId};
use crate::officer::Officer;
use crate::site::Site;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident($body:ty) = $word:literal on $subject:literal),* $(,)?) => {
        /// A fact of the office.
        #[derive(Debug, Clone, PartialEq)]
        pub enum OfficeFact { $($(#[$doc])* $name(Box<$body>),)* }

        /// The kind of an office fact.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum OfficeKind { $($(#[$doc])* $name,)* }

        impl OfficeKind {
            /// Every kind this version knows.
            pub const ALL: &'static [OfficeKind] = &[$(OfficeKind::$name),*];

            /// The word in the record header.
            pub fn word(self) -> &'static str {
                match self { $(OfficeKind::$name => $word,)* }
            }

            /// What the record is about. Each subject has a history of its own; a print never makes a head of a dossier.
            pub fn subject(self) -> &'static str {
                match self { $(OfficeKind::$name => $subject,)* }
            }

            /// The kind behind a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.word() == word)
            }

            /// Reads a body of this kind with the caller's decoder.
            ///
            /// # Errors
            /// Whatever `decoder` reports.
            pub fn decode<'de, D: serde::Deserializer<'de>>(self, decoder: D) -> Result<OfficeFact, D::Error> {
                Ok(match self { $(OfficeKind::$name => OfficeFact::$name(Box::new(<$body>::deserialize(decoder)?)),)* })
            }
        }

        impl OfficeFact {
            /// The kind of this fact.
            pub fn kind(&self) -> OfficeKind {
                match self { $(OfficeFact::$name(_) => OfficeKind::$name,)* }
            }

            /// Writes the body with the caller's encoder.
            ///
            /// # Errors
            /// Whatever `encoder` reports.
            pub fn encode<S: serde::Serializer>(&self, encoder: S) -> Result<S::Ok, S::Error> {
                match self { $(OfficeFact::$name(body) => body.serialize(encoder),)* }
            }
        }
    };
}

facts! {
    /// The installation was commissioned for a commune and a desk.
    SiteCommissioned(SiteCommissioned) = "site.commissioned" on "site",
    /// An officer was added, or what an officer may do was changed.
    OfficerSet(OfficerSet) = "account.officer_set" on "account",
    /// A device began its log.
    DeviceStarted(DeviceStarted) = "device.started" on "device",
    /// A pack came into use.
    PackAdopted(PackAdopted) = "pack.adopted" on "pack",
    /// An administrator reviewed the texts of a procedure.
    ProcedureReviewed(ProcedureReviewed) = "pack.procedure_reviewed" on "pack",
    /// The site's own fee for a procedure.
    FeeSet(FeeSet) = "site.fee_set" on "site",
    /// Numbers set aside for a pad of blank slips.
    NumbersReserved(NumbersReserved) = "site.numbers_reserved" on "device",
    /// A slip went to a printer.
    SlipPrinted(SlipPrinted) = "print.slip" on "print",
    /// The gateway took a device into the site.
    DeviceEnrolled(DeviceEnrolled) = "device.enrolled" on "device",
    /// The gateway no longer takes a device's word.
    DeviceRevoked(DeviceRevoked) = "device.revoked" on "device",
    /// A record of a revoked device counts after all.
    RecordAdopted(RecordAdopted) = "device.record_adopted" on "device",
    /// The gateway has a record and does not pass it on until a person has looked.
    RecordHeld(RecordHeld) = "held.record" on "held",
    /// A held record goes on its way.
    RecordReleased(RecordReleased) = "held.released" on "held",
    /// An officer asks that the gateway looks at a held record again.
    RecordPutBack(RecordPutBack) = "held.put_back" on "held",
}

/// Commissioning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCommissioned {
    /// The place.
    pub site: Site,
}

/// An account as it stands from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficerSet {
    /// The officer.
    pub officer: Officer,
    /// Whether the account may be used.
    pub active: bool,
}

/// The first record of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceStarted {
    /// The device.
    pub device: DeviceId,
    /// Ed25519 public key, hexadecimal.
    pub public_key: String,
    /// The head this device goes on from after a restore or a copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ContinuedHead>,
}

/// The head of another device's log, as found in a restored store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuedHead {
    /// That device.
    pub device: DeviceId,
    /// Its last record here.
    pub seq: u64,
    /// Hash of that record, hexadecimal.
    pub hash: String,
    /// Why a restore was concluded.
    pub reason: String,
}

/// A pack in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackAdopted {
    /// Kind of the pack.
    pub kind: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// `shipped` with the application, or `imported`.
    pub origin: String,
    /// The administrator who adopted it.
    pub by: String,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureReviewed {
    /// Code of the procedure.
    pub code: String,
    /// Version of the pack that was looked at.
    pub pack_version: String,
    /// Texts put right.
    #[serde(default)]
    pub edits: Vec<ComponentEdit>,
    /// The administrator.
    pub by: String,
}

/// One text put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentEdit {
    /// Case id.
    pub case: String,
    /// Index in the case.
    pub index: u16,
    /// The text from now on.
    pub label: String,
    /// `yes`, `no` or `if_applicable`.
    pub required: String,
}

/// A council-set fee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeSet {
    /// Code of the procedure.
    pub procedure: String,
    /// Đồng; `None` takes the entry away.
    pub amount_vnd: Option<u32>,
    /// The resolution.
    pub basis: String,
    /// The administrator.
    pub by: String,
}

/// Reserved numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumbersReserved {
    /// The numbers, in order.
    pub numbers: Vec<Number>,
    /// The officer who printed the pad.
    pub by: String,
}

/// A print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipPrinted {
    /// Whose slips.
    pub dossiers: Vec<DossierId>,
    /// 0 for the first print, then 1, 2 …
    pub reprint: u32,
    /// Queue, or `file`.
    pub printer: String,
    /// `a5` or `a4`.
    pub paper: String,
    /// The officer.
    pub by: String,
}

/// A device belongs to the site. Written by the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEnrolled {
    /// The device.
    pub device: DeviceId,
    /// Its Ed25519 public key, hexadecimal.
    pub public_key: String,
    /// Its desk, 1 to 9.
    pub desk: u8,
    /// Whether the lane of that desk is this device's; `false` leaves it with *mã tạm*.
    pub lane: bool,
}

/// A device's word no longer counts. Written by the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRevoked {
    /// The device.
    pub device: DeviceId,
    /// The last record that stays valid for ever; 0 when none does.
    pub seq: u64,
    /// Hash of that record's header, hexadecimal.
    pub hash: String,
    /// Why.
    pub reason: String,
}

/// A record that a revoked device wrote and a person found honest: byte for byte, it folds in the place that its own
/// header gives it. Written by the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordAdopted {
    /// Who wrote it.
    pub device: DeviceId,
    /// Its place in that device's log.
    pub seq: u64,
    /// Exact header bytes, Base64.
    pub header: String,
    /// Salt of the body, Base64.
    pub salt: String,
    /// Exact body bytes, Base64.
    pub body: String,
}

/// A record that waits for a person. Written by the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordHeld {
    /// The dossier whose forwarding waits.
    pub dossier: DossierId,
    /// Who wrote the record.
    pub device: DeviceId,
    /// Its place in that device's log.
    pub seq: u64,
    /// Problem type, such as `number-taken`.
    pub problem: String,
    /// Why, for people.
    pub reason: String,
    /// Who has to act, for people.
    pub owner: String,
    /// What to do, for people.
    pub next_step: String,
}

/// A held record goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReleased {
    /// The dossier.
    pub dossier: DossierId,
    /// Who wrote the record.
    pub device: DeviceId,
    /// Its place in that device's log.
    pub seq: u64,
    /// Who released it, for people.
    pub by: String,
}

/// A held record is put back: its cause was settled outside the record, so the gateway shall look again. Written by a desk
/// at any time; the gateway answers with `held.released`, or with `held.record` and the reason of that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordPutBack {
    /// The dossier whose forwarding waits.
    pub dossier: DossierId,
    /// Who wrote the record.
    pub device: DeviceId,
    /// Its place in that device's log.
    pub seq: u64,
    /// When it was asked for, by the clock of that desk.
    pub at: Timestamp,
    /// The officer who asks.
    pub by: String,
    /// What was settled, in the officer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
