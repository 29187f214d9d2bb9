//! Bodies: what a record says. Kinds of a newer version are kept and shown, never guessed at.

use domain::dossier::{Event, EventKind};
use domain::ids::DossierId;
use domain::office::{OfficeFact, OfficeKind};

/// Subject of the accounts' history.
pub const ACCOUNTS: [u8; 16] = subject_id(1);
/// Subject of the site's history.
pub const SITE: [u8; 16] = subject_id(2);
/// Subject of the packs' history.
pub const PACKS: [u8; 16] = subject_id(3);
/// Subject of the devices' history.
pub const DEVICES: [u8; 16] = subject_id(4);
/// Subject of prints, which make heads of nothing else.
pub const PRINTS: [u8; 16] = subject_id(5);
/// Subject of what the gateway holds back.
pub const HELD: [u8; 16] = subject_id(6);

/// What a record is about. Each subject has a history of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// `dossier`, `site`, `account`, `device`, `pack`, `print` or `held`.
    pub kind: &'static str,
    /// Its id.
    pub id: [u8; 16],
}

impl Subject {
    /// A dossier's history.
    pub fn dossier(id: DossierId) -> Self {
        Self { kind: "dossier", id: *id.bytes() }
    }

    /// The history a kind of office fact belongs to.
    pub fn office(kind: OfficeKind) -> Self {
        let id = match kind.subject() {
            "account" => ACCOUNTS,
            "site" => SITE,
            "pack" => PACKS,
            "device" => DEVICES,
            "held" => HELD,
            _ => PRINTS,
        };
        Self { kind: kind.subject(), id }
    }
}

/// A body this version understands.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Something happened to a dossier.
    Dossier(Event),
    /// Something happened in the office.
    Office(OfficeFact),
}

/// Why a body cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum FactFault {
    /// A kind of a newer version: store, forward and show it.
    #[error("record kind {0} is not known to this version")]
    UnknownKind(String),
    /// The bytes are not what the kind promises.
    #[error("body of {kind} unreadable")]
    Body {
        /// Word of the kind.
        kind: String,
        /// What the reader said.
        #[source]
        source: serde_json::Error,
    },
}

impl Fact {
    /// Word of the kind, as in the header.
    pub fn kind(&self) -> &'static str {
        match self {
            Fact::Dossier(event) => event.kind().word(),
            Fact::Office(fact) => fact.kind().word(),
        }
    }

    /// The exact bytes that become the body.
    ///
    /// # Errors
    /// [`FactFault::Body`] when a value cannot be written as JSON, which no fact of this application causes.
    pub fn encode(&self) -> Result<Vec<u8>, FactFault> {
        let mut bytes = Vec::with_capacity(1024);
        let mut encoder = serde_json::Serializer::new(&mut bytes);
        match self {
            Fact::Dossier(event) => event.encode(&mut encoder),
            Fact::Office(fact) => fact.encode(&mut encoder),
        }
        .map_err(|source| FactFault::Body { kind: self.kind().into(), source })?;
        Ok(bytes)
    }

    /// Reads a body by the word in its header.
    ///
    /// # Errors
    /// [`FactFault::UnknownKind`] for kinds of a newer version, [`FactFault::Body`] for unreadable bytes.
    pub fn decode(kind: &str, body: &[u8]) -> Result<Self, FactFault> {
        let mut decoder = serde_json::Deserializer::from_slice(body);
        let unreadable = |source| FactFault::Body { kind: kind.to_owned(), source };
        if let Some(known) = EventKind::from_word(kind) {
            return known.decode(&mut decoder).map(Fact::Dossier).map_err(unreadable);
        }
        if let Some(known) = OfficeKind::from_word(kind) {
            return known.decode(&mut decoder).map(Fact::Office).map_err(unreadable);
        }
        Err(FactFault::UnknownKind(kind.to_owned()))
    }
}

const fn subject_id(n: u8) -> [u8; 16] {
    let mut id = [0; 16];
    id[15] = n;
    id
}

#[cfg(test)]
mod tests {
    use super::{Fact, FactFault};
    use domain::office::{OfficeFact, PackAdopted};

    #[test]
    fn a_fact_reads_back_as_it_was_written() {
        let fact = Fact::Office(OfficeFact::PackAdopted(Box::new(PackAdopted {
            kind: "calendar".into(),
            version: "2026.11.23".into(),
            sha256: "00".into(),
            origin: "shipped".into(),
            by: "Hoàng Thị Nết".into(),
        })));
        assert_eq!(Fact::decode(fact.kind(), &fact.encode().unwrap()).unwrap(), fact);
    }

    #[test]
    fn a_kind_of_tomorrow_is_said_to_be_unknown() {
        assert!(matches!(
            Fact::decode("dossier.teleported", b"{}"),
            Err(FactFault::UnknownKind(_))
        ));
    }
}
