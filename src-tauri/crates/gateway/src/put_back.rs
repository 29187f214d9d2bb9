//! A desk asks that a held record is looked at again, because its cause was settled outside the record: the province gave
//! the lane to that machine, say. The record is judged as if it came now.

use crate::database::{Tx, Value};
use crate::ledger::Fault;
use crate::ledger::own::OwnFact;
use crate::ledger::records;
use crate::ledger::sites::Site;
use crate::numbers;
use domain::dossier::EventKind;
use domain::office::RecordPutBack;
use protocol::{Header, Name};

/// What the gateway answers to a request.
#[derive(Debug, Default)]
pub struct Answered {
    /// What it records, a fact for each record that was looked at.
    pub facts: Vec<OwnFact>,
    /// The dossier whose forwarding may go on.
    pub dossier: Option<[u8; 16]>,
}

/// Judges a held record anew, under the lock that stored the request. A record that never came here is judged when it
/// comes; of one that does not wait the desk is told so once more, for it asks because it does not know.
///
/// # Errors
/// [`Fault`].
pub fn answer(
    tx: &mut dyn Tx,
    site: &Site,
    asked: &RecordPutBack,
    now_ms: i64,
) -> Result<Answered, Fault> {
    let name = Name { device: *asked.device.bytes(), seq: asked.seq };
    let Some((header, body)) = stored(tx, site, name)? else { return Ok(Answered::default()) };
    let dossier = *header.subject;
    let held = match numbers::waits(tx, site, name)? {
        true => numbers::bind(tx, site, name, &header.kind, &dossier, &body)?,
        false => None,
    };
    let facts = match held {
        Some(held) => {
            numbers::hold(tx, site, name, &dossier, held.problem, now_ms)?;
            vec![numbers::held_fact(name, dossier, &held)]
        }
        None => passed(tx, site, name, &header)?
            .into_iter()
            .map(|name| numbers::released_fact(name, dossier, &asked.by))
            .collect(),
    };
    let facts = facts.into_iter().map(|fact| OwnFact::office(site, fact)).collect();
    Ok(Answered { facts, dossier: Some(dossier) })
}

/// The records that wait no more now that this one passes: a number given to the dossier settles all that waited for one.
fn passed(tx: &mut dyn Tx, site: &Site, name: Name, header: &Header) -> Result<Vec<Name>, Fault> {
    numbers::release_one(tx, site, name)?;
    let mut names = vec![name];
    if header.kind == EventKind::NumberGiven.word() {
        names.extend(numbers::release(tx, site, &header.subject)?);
    }
    Ok(names)
}

/// Header and body of a dossier's record that is here.
fn stored(tx: &mut dyn Tx, site: &Site, name: Name) -> Result<Option<(Header, Vec<u8>)>, Fault> {
    let rows = tx.query(
        "SELECT header, body FROM record WHERE site = $1 AND device = $2 AND seq = $3
         AND subject_kind = 'dossier' AND body IS NOT NULL",
        &[(&site.code).into(), (&name.device).into(), Value::place(name.seq)],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let body = row.bytes(1)?.to_vec();
    Ok(records::read_header(row.bytes(0)?).map(|header| (header, body)))
}
