//! Records of other devices: taken in byte for byte, then every subject they touch is folded anew. What a desk shows
//! depends on the records it has, never on the order in which they came.

use crate::ahead::{self, Settled};
use crate::error::Result;
use crate::log::{self, Shipped};
use crate::project::{self, Author};
use crate::tx::Tx;
use domain::ids::DossierId;
use domain::office::OfficeFact;
use protocol::fact::HELD;
use protocol::{Fact, Header, Name, Series, header_hash};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// What came in with one page.
#[derive(Debug, Default)]
pub struct TakenIn {
    /// Records that were new here.
    pub records: u64,
    /// Records in whose places something else had come before their chain.
    pub refuted: Vec<Name>,
    dossiers: BTreeSet<[u8; 16]>,
    /// Of the dossiers those that rest on nothing they showed before.
    from_nothing: BTreeSet<[u8; 16]>,
    subjects: BTreeSet<[u8; 16]>,
    /// What the office's tables show may rest on records that no longer count.
    office_anew: bool,
}

impl TakenIn {
    /// The dossiers that changed.
    pub fn dossiers(&self) -> impl Iterator<Item = DossierId> {
        self.dossiers.iter().map(|id| DossierId(uuid::Uuid::from_bytes(*id)))
    }

    /// Something came that belongs to a subject's history.
    pub(crate) fn touch(&mut self, header: &Header) {
        let of_dossier = header.subject_kind == "dossier";
        let subjects = if of_dossier { &mut self.dossiers } else { &mut self.subjects };
        subjects.insert(*header.subject);
    }

    /// What was shown of a record is not so.
    fn refute(&mut self, name: Name, kind: &str, subject: [u8; 16]) {
        self.refuted.push(name);
        if kind.starts_with("dossier.") {
            self.dossiers.insert(subject);
            self.from_nothing.insert(subject);
        } else {
            self.office_anew = true;
        }
    }
}

impl Tx<'_> {
    /// Takes in the records of a judged series from place `from` on; `by_gateway` is the gateway's own
    /// key when it was judged by that. What the gateway says of devices counts at once: the next series is judged by it. [`Tx::fold`] brings the
    /// rest up to date.
    ///
    /// # Errors
    /// Any [`crate::StoreFault`].
    pub fn take_in(
        &mut self,
        series: &Series,
        from: u64,
        by_gateway: Option<&[u8; 32]>,
        taken: &mut TakenIn,
    ) -> Result<()> {
        if let Some(key) = by_gateway {
            log::is_gateway(self.connection(), &series.device, key)?;
        }
        for (name, entry) in series.named().filter(|(name, _)| name.seq >= from) {
            self.give_way()?;
            let signature = (name.seq == series.last()).then(|| series.signature.to_vec());
            let record = Shipped {
                name,
                kind: entry.read().map(|header| header.kind).unwrap_or_default(),
                header: entry.header.clone(),
                salt: entry.content.as_ref().map(|content| content.salt.to_vec()),
                body: entry.content.as_ref().map(|content| content.body.clone()),
                signature,
            };
            self.take_one(&record, by_gateway.is_some(), taken)?;
            taken.records += 1;
        }
        Ok(())
    }

    /// Folds every subject that records were taken in for.
    ///
    /// # Errors
    /// Any [`crate::StoreFault`].
    pub fn fold(&mut self, taken: &TakenIn) -> Result<()> {
        self.write_out()?;
        for id in &taken.from_nothing {
            project::forget(self.connection(), DossierId(uuid::Uuid::from_bytes(*id)))?;
        }
        for id in taken.dossiers() {
            self.give_way()?;
            project::dossier_anew(self.connection(), id)?;
        }
        for subject in &taken.subjects {
            match *subject {
                HELD => project::held_anew(self.connection())?,
                _ => office_anew(self, subject)?,
            }
        }
        if taken.office_anew {
            project::office_anew(self.connection())?;
        }
        self.write_out()
    }

    fn take_one(&self, record: &Shipped, by_gateway: bool, taken: &mut TakenIn) -> Result<()> {
        let header = log::insert_shipped(self.connection(), record)?;
        let settled = ahead::settle(self.connection(), record.name, &header_hash(&record.header))?;
        if let Settled::Refuted { kind, subject } = &settled {
            taken.refute(record.name, kind, *subject);
        }
        if header.subject_kind == "dossier" {
            if settled == Settled::Proved {
                return Ok(());
            }
            taken.dossiers.insert(*header.subject);
            if !log::counts(self.connection(), record.name)? {
                // A number on a slip stays used, whoever's slip it was.
                let event = sync::history::past(&header, record.body.as_deref()).event;
                project::draw_printed(self.connection(), event.as_ref())?;
            }
            return Ok(());
        }
        let Some(Ok(Fact::Office(fact))) =
            record.body.as_ref().map(|body| Fact::decode(&record.kind, body))
        else {
            return Ok(());
        };
        if header.is_newer() || !log::counts(self.connection(), record.name)? {
            return Ok(());
        }
        if overwrites(&fact) {
            taken.subjects.insert(*header.subject);
            return Ok(());
        }
        if by_gateway {
            // What an earlier revocation took away may be given back by one that accepts more.
            taken.dossiers.extend(doubtful(self.connection(), &fact)?);
        }
        project::office_fact(self.connection(), Author::of(false, by_gateway), &fact)?;
        if by_gateway {
            taken.dossiers.extend(doubtful(self.connection(), &fact)?);
            taken.office_anew |= matches!(fact, OfficeFact::DeviceRevoked(_));
        }
        Ok(())
    }
}

/// The dossiers with records that do not count, or count only because they were adopted, as the device's revocation stands
/// that the gateway's word is about.
fn doubtful(connection: &Connection, fact: &OfficeFact) -> Result<Vec<[u8; 16]>> {
    let (device, sql) = match fact {
        OfficeFact::DeviceRevoked(e) => (
            e.device,
            "SELECT r.subject FROM record r JOIN device d ON d.no = r.device_no
              WHERE d.id = ?1 AND r.seq > d.revoked_seq
              UNION
             SELECT a.subject FROM ahead a JOIN device d ON d.no = a.device_no
              WHERE d.id = ?1 AND a.seq > d.revoked_seq",
        ),
        OfficeFact::RecordAdopted(e) => {
            (e.device, "SELECT DISTINCT subject FROM adopted WHERE device = ?1")
        }
        _ => return Ok(Vec::new()),
    };
    let mut statement = connection.prepare_cached(sql)?;
    let subjects = statement.query_map([device.bytes()], |row| row.get(0))?;
    Ok(subjects.collect::<rusqlite::Result<_>>()?)
}

/// Facts of which the last in order stands; all others add up, whatever their order.
fn overwrites(fact: &OfficeFact) -> bool {
    matches!(
        fact,
        OfficeFact::OfficerSet(_)
            | OfficeFact::ProcedureReviewed(_)
            | OfficeFact::FeeSet(_)
            | OfficeFact::RecordHeld(_)
            | OfficeFact::RecordReleased(_)
            | OfficeFact::RecordPutBack(_)
    )
}

fn office_anew(tx: &Tx<'_>, subject: &[u8; 16]) -> Result<()> {
    for record in log::records_of(tx.connection(), subject)? {
        let Some(body) = &record.body else { continue };
        if let Ok(Fact::Office(fact)) = Fact::decode(&record.kind, body)
            && overwrites(&fact)
        {
            project::office_fact(tx.connection(), Author::Desk, &fact)?;
        }
    }
    Ok(())
}
