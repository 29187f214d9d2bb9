//! The gateway's own records: it is a device of each site, with a chain of its own, written under that device's lock.

use super::sites::Site;
use super::{Fault, devices, records, sites};
use crate::database::Tx;
use crate::entropy;
use crate::keys::{Keys, Use};
use crate::outbound::jobs;
use protocol::{Content, Draft, Entry, Fact, Name, Record, Subject, signed_head};

/// A record that the gateway is about to write.
#[derive(Debug, Clone)]
pub struct OwnFact {
    /// What it is about.
    pub subject: Subject,
    /// What it says.
    pub fact: Fact,
    /// The account it is written for; the gateway's own device where no person stands behind it.
    pub actor: [u8; 16],
    /// Parents and the largest depth among them, where the writer saw something older than the heads here.
    pub seen: Option<records::Heads>,
}

impl OwnFact {
    /// A fact of the office, by the gateway itself.
    pub fn office(site: &Site, fact: domain::office::OfficeFact) -> Self {
        let subject = Subject::office(fact.kind());
        Self { subject, fact: Fact::Office(fact), actor: site.device, seen: None }
    }
}

/// Writes records into the gateway's chain of a site and into its feed. Every one is signed.
///
/// # Errors
/// [`Fault`].
pub fn append(
    tx: &mut dyn Tx,
    keys: &Keys,
    site: &Site,
    facts: Vec<OwnFact>,
    now_ms: i64,
) -> Result<Vec<Name>, Fault> {
    let device =
        devices::lock(tx, &site.device)?.ok_or(Fault::Broken("a site without a device"))?;
    let (mut seq, mut prev) = (device.seq, device.hash);
    let mut names = Vec::with_capacity(facts.len());
    for own in facts {
        if own.subject.kind == "dossier" {
            jobs::wake(tx, &site.code, &own.subject.id, now_ms)?;
        }
        seq += 1;
        let name = Name { device: site.device, seq };
        let record = Record::seal(draft(tx, site, own, now_ms)?, name, prev)?;
        let signature = keys.sign(Use::Words, &signed_head(&site.code, name, &record.hash));
        prev = record.hash;
        let content = Content { salt: record.salt, body: record.body };
        let entry =
            Entry { header: record.header_bytes, hash: record.hash, content: Some(content) };
        let feed = Some(sites::take_positions(tx, &site.code, 1)?);
        let signature = Some(&signature);
        records::insert(
            tx,
            &site.code,
            &[records::NewRecord { name, entry: &entry, feed, signature }],
        )?;
        names.push(name);
    }
    devices::set_head(tx, &site.device, seq, &prev, now_ms)?;
    Ok(names)
}

fn draft(tx: &mut dyn Tx, site: &Site, own: OwnFact, now_ms: i64) -> Result<Draft, Fault> {
    let heads = match own.seen {
        Some(seen) => seen,
        None => records::heads(tx, &site.code, &own.subject.id)?,
    };
    Ok(Draft {
        site: site.code.clone(),
        subject: own.subject,
        kind: own.fact.kind(),
        actor: own.actor,
        authority: Vec::new(),
        parents: heads.names,
        parents_depth: heads.depth,
        at_ms: now_ms,
        salt: entropy::bytes()?,
        body: own.fact.encode()?,
    })
}
