//! A proof of reception: what a desk recorded of a dossier, and the gateway's signed word that it had arrived, so that
//! anyone who knows the gateway's key can check it without desk or gateway.
//!
//! Each run of headers begins with a record of the dossier and ends with the record that a receipt names. Headers chain by
//! their hashes, so the receipt's signature covers every one of them; a body belongs to its header by its salted hash.
//! Other dossiers' headers in between say whose device wrote at what time, never what.

use crate::receipt::{WireReceipt, hex};
use crate::record::{Hash, Header, Name, body_hash, header_hash};
use crate::{Receipt, receipt};
use serde::{Deserialize, Serialize};

/// The only format there is.
pub const FORMAT: &str = "quay proof v0";
/// Most bytes of a proof that is read.
pub const PROOF_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A proof as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// [`FORMAT`].
    pub format: String,
    /// Unit code of the site.
    pub site: String,
    /// The dossier, hexadecimal.
    #[serde(with = "hex")]
    pub dossier: [u8; 16],
    /// Its number, for people; what counts is in the records.
    pub number: Option<String>,
    /// The gateway's key. Compare it with what the province published.
    #[serde(with = "hex")]
    pub gateway_key: [u8; 32],
    /// What arrived.
    pub runs: Vec<Run>,
}

/// Part of a device's log, from a record of the dossier to the record of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Exact header bytes, Base64, one after the other.
    pub headers: Vec<String>,
    /// What the dossier's records among them say.
    pub bodies: Vec<ProvenBody>,
    /// The gateway's word for the last of them.
    pub receipt: WireReceipt,
}

/// Salt and body of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenBody {
    /// Which header of the run, from 0.
    pub at: usize,
    /// Salt, Base64.
    pub salt: String,
    /// Exact body bytes, Base64.
    pub body: String,
}

/// One record that a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The record.
    pub name: Name,
    /// Word of its kind.
    pub kind: String,
    /// When the desk recorded it, by the desk's clock: milliseconds since 1970 UTC.
    pub recorded_at_ms: i64,
    /// When the gateway had it, by the gateway's clock: milliseconds since 1970 UTC. It may have had it earlier.
    pub received_at_ms: i64,
    /// What it says.
    pub body: Vec<u8>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// Not a proof, or one of a later format.
    #[error("{0}: not {FORMAT}")]
    Format(&'static str),
    /// A run does not hold together.
    #[error("run {run}, header {header}: {what}")]
    Run {
        /// Which run, from 0.
        run: usize,
        /// Which header of it, from 0.
        header: usize,
        /// What does not hold.
        what: &'static str,
    },
    /// The gateway's key did not sign the receipt.
    #[error("run {run}: the receipt is not signed by the gateway's key")]
    Receipt {
        /// Which run, from 0.
        run: usize,
    },
}

impl Proof {
    /// Checks everything and says what is proven.
    ///
    /// # Errors
    /// [`ProofFault`] naming the first thing that does not hold.
    pub fn check(&self) -> Result<Vec<Proven>, ProofFault> {
        if self.format != FORMAT {
            return Err(ProofFault::Format("format"));
        }
        if self.runs.is_empty() {
            return Err(ProofFault::Format("runs"));
        }
        let mut proven = Vec::new();
        for (at, run) in self.runs.iter().enumerate() {
            proven.extend(self.check_run(at, run)?);
        }
        Ok(proven)
    }

    fn check_run(&self, at: usize, run: &Run) -> Result<Vec<Proven>, ProofFault> {
        let fault = |header, what| ProofFault::Run { run: at, header, what };
        let mut headers: Vec<Header> = Vec::with_capacity(run.headers.len());
        let mut end: Option<(Name, Hash)> = None;
        for (place, text) in run.headers.iter().enumerate() {
            let bytes = decoded(text).ok_or(fault(place, "not Base64"))?;
            let header = Header::read(&bytes).map_err(|_| fault(place, "not a header"))?;
            if header.site != self.site {
                return Err(fault(place, "of another site"));
            }
            let follows = end.is_none_or(|(name, hash)| {
                header.name == Name { device: name.device, seq: name.seq + 1 }
                    && *header.prev == hash
            });
            if !follows {
                return Err(fault(place, "does not follow the one before it"));
            }
            end = Some((header.name, header_hash(&bytes)));
            headers.push(header);
        }
        let last = run.headers.len().saturating_sub(1);
        let receipt = Receipt::from(run.receipt.clone());
        if end != Some((receipt.name, receipt.hash)) {
            return Err(fault(last, "not the record the receipt names"));
        }
        if !receipt.is_signed(&self.gateway_key, &self.site) {
            return Err(ProofFault::Receipt { run: at });
        }
        if run.bodies.is_empty() {
            return Err(fault(last, "no record of the dossier"));
        }
        run.bodies.iter().map(|body| self.check_body(at, &headers, body, &receipt)).collect()
    }

    fn check_body(
        &self,
        run: usize,
        headers: &[Header],
        proven: &ProvenBody,
        receipt: &receipt::Receipt,
    ) -> Result<Proven, ProofFault> {
        let fault = |what| ProofFault::Run { run, header: proven.at, what };
        let header = headers.get(proven.at).ok_or(fault("not there"))?;
        let salt = decoded(&proven.salt).and_then(|salt| <[u8; 16]>::try_from(salt).ok());
        let salt = salt.ok_or(fault("not a salt"))?;
        let body = decoded(&proven.body).ok_or(fault("not Base64"))?;
        if body_hash(&salt, &body) != *header.body_hash {
            return Err(fault("another body than the header names"));
        }
        if *header.subject != self.dossier || header.subject_kind != "dossier" {
            return Err(fault("of another dossier"));
        }
        Ok(Proven {
            name: header.name,
            kind: header.kind.clone(),
            recorded_at_ms: header.at_ms,
            received_at_ms: receipt.at_ms,
            body,
        })
    }
}

/// Bytes as a proof writes them.
pub fn encoded(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::signed_receipt;
    use crate::{Draft, Record, Subject};
    use domain::ids::DossierId;
    use ed25519_dalek::{Signer, SigningKey};

    const DOSSIER: DossierId = DossierId(uuid::Uuid::from_bytes([7; 16]));

    #[test]
    fn a_proof_proves_the_dossiers_records_and_no_others() {
        let proven = proof().check().unwrap();
        assert_eq!(proven.len(), 2);
        assert_eq!(proven[0].name.seq, 4);
        assert_eq!((proven[1].name.seq, proven[1].received_at_ms), (6, 900));
    }

    #[test]
    fn whatever_is_changed_in_a_proof_is_found() {
        let good = serde_json::to_value(proof()).unwrap();
        let mut changed = 0;
        for text in texts(&good) {
            let mut other = good.clone();
            let place = other.pointer_mut(&text).unwrap();
            let was = place.as_str().unwrap().to_owned();
            *place = serde_json::Value::String(flipped(&was));
            let found = serde_json::from_value::<Proof>(other).ok().map(|proof| proof.check());
            assert!(!matches!(found, Some(Ok(_))), "{text} could be changed");
            changed += 1;
        }
        assert!(changed >= 9, "only {changed} places were tried");
    }

    #[test]
    fn a_header_left_out_breaks_the_run() {
        let mut proof = proof();
        proof.runs[0].headers.remove(1);
        assert_eq!(
            proof.check(),
            Err(ProofFault::Run { run: 0, header: 1, what: "does not follow the one before it" })
        );
    }

    /// Pointers to every text but the number, which is for people.
    fn texts(value: &serde_json::Value) -> Vec<String> {
        fn walk(value: &serde_json::Value, at: &str, found: &mut Vec<String>) {
            match value {
                serde_json::Value::String(_) => found.push(at.to_owned()),
                serde_json::Value::Array(items) => items
                    .iter()
                    .enumerate()
                    .for_each(|(i, item)| walk(item, &format!("{at}/{i}"), found)),
                serde_json::Value::Object(map) => {
                    map.iter().for_each(|(key, item)| walk(item, &format!("{at}/{key}"), found));
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        walk(value, "", &mut found);
        found.retain(|at| at != "/number");
        found
    }

    fn flipped(text: &str) -> String {
        let middle = text.len() / 2;
        let other = if text.as_bytes()[middle] == b'1' { "2" } else { "1" };
        format!("{}{other}{}", &text[..middle], &text[middle + 1..])
    }

    fn proof() -> Proof {
        let gateway = SigningKey::from_bytes(&[3; 32]);
        let device = [1; 16];
        let other = DossierId(uuid::Uuid::from_bytes([8; 16]));
        let mut prev = [5; 32];
        let mut records = Vec::new();
        for (seq, dossier) in [(4, DOSSIER), (5, other), (6, DOSSIER)] {
            let draft = Draft {
                site: "04252".into(),
                subject: Subject::dossier(dossier),
                kind: "dossier.noted",
                actor: [2; 16],
                authority: Vec::new(),
                parents: Vec::new(),
                parents_depth: 0,
                at_ms: 100 + i64::try_from(seq).unwrap(),
                salt: [9; 16],
                body: b"{}".to_vec(),
            };
            let record = Record::seal(draft, Name { device, seq }, prev).unwrap();
            prev = record.hash;
            records.push(record);
        }
        let name = Name { device, seq: 6 };
        let signature = gateway.sign(&signed_receipt("04252", name, &prev, 900)).to_bytes();
        let body = |at: usize| ProvenBody {
            at,
            salt: encoded(&records[at].salt),
            body: encoded(&records[at].body),
        };
        Proof {
            format: FORMAT.into(),
            site: "04252".into(),
            dossier: [7; 16],
            number: Some("H38.16-261123-10001".into()),
            gateway_key: gateway.verifying_key().to_bytes(),
            runs: vec![Run {
                headers: records.iter().map(|record| encoded(&record.header_bytes)).collect(),
                bodies: vec![body(0), body(2)],
                receipt: Receipt { name, hash: prev, at_ms: 900, signature }.into(),
            }],
        }
    }
}
