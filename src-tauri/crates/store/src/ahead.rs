//! Records that came before their chain: the open dossiers of a site, given first to a desk that joins. They count where
//! they stand, and are no part of any log until the feed has brought their chain.

use crate::error::Result;
use crate::inbox::TakenIn;
use crate::log::{self, StoredRecord, integer, stored};
use crate::project;
use crate::tx::Tx;
use protocol::open::History;
use protocol::{Entry, Hash, Header, Name};
use rusqlite::{Connection, OptionalExtension, params};

/// Subjects whose state is a fold of all their records, so that it does not matter when these come.
const SUBJECT_KINDS: [&str; 4] = ["dossier", "account", "site", "pack"];

/// What the chain says of a record that came before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// Nothing came before it.
    New,
    /// The same came before it: whatever it says is shown already.
    Proved,
    /// Another one came in its place, about this subject.
    Refuted { kind: String, subject: [u8; 16] },
}

impl Tx<'_> {
    /// Takes in a history of a page whose signature was checked; [`Tx::fold`] brings up to date what it touches. What
    /// lies here already is passed over, and so is what the device `own` wrote: its log is here.
    ///
    /// # Errors
    /// Any [`crate::StoreFault`].
    pub fn take_ahead(
        &mut self,
        history: &History,
        own: &[u8; 16],
        taken: &mut TakenIn,
    ) -> Result<()> {
        for entry in &history.entries {
            self.give_way()?;
            let header = Header::placed(&entry.header)?;
            let folds = SUBJECT_KINDS.contains(&header.subject_kind.as_str());
            if !folds || header.name.device == *own {
                continue;
            }
            // What a chain brought is never put in doubt by what came without one.
            let known = log::hash_at(self.connection(), &header.name.device, header.name.seq)?;
            let known = known.is_some() || log::is_adopted(self.connection(), header.name)?;
            if !known && insert(self.connection(), &header, entry)? {
                taken.records += 1;
                taken.touch(&header);
                let body = entry.content.as_ref().map(|content| content.body.as_slice());
                draw_apart(self.connection(), &header, body)?;
            }
        }
        Ok(())
    }
}

/// How many records count though their chain is still awaited.
///
/// # Errors
/// Broken stores only.
pub fn unproved(connection: &Connection) -> Result<u64> {
    let sql = "SELECT count(*) FROM ahead a JOIN device d ON d.no = a.device_no
                WHERE a.refuted = 0 AND (d.revoked_seq IS NULL OR a.seq <= d.revoked_seq)";
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// The records of a subject that came before their chain and count.
pub(crate) fn of_subject(connection: &Connection, subject: &[u8; 16]) -> Result<Vec<StoredRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, a.seq, a.depth, a.kind, a.header, a.salt, a.body
           FROM ahead a JOIN device d ON d.no = a.device_no
          WHERE a.subject = ?1 AND a.refuted = 0 AND (d.revoked_seq IS NULL OR a.seq <= d.revoked_seq)",
    )?;
    let rows = statement.query_map([subject], stored)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The chain has brought a record: what came before it in its place has done its service.
pub(crate) fn settle(connection: &Connection, name: Name, hash: &Hash) -> Result<Settled> {
    let no = log::device_no(connection, &name.device)?;
    let before = connection
        .prepare_cached(
            "SELECT hash, kind, subject FROM ahead WHERE device_no = ?1 AND seq = ?2 AND refuted = 0",
        )?
        .query_row(params![no, integer(name.seq)], |row| {
            Ok((row.get::<_, Hash>(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let (sql, settled) = match before {
        None => return Ok(Settled::New),
        Some((before, ..)) if before == *hash => {
            ("DELETE FROM ahead WHERE device_no = ?1 AND seq = ?2", Settled::Proved)
        }
        Some((_, kind, subject)) => (
            "UPDATE ahead SET refuted = 1 WHERE device_no = ?1 AND seq = ?2",
            Settled::Refuted { kind, subject },
        ),
    };
    connection.prepare_cached(sql)?.execute(params![no, integer(name.seq)])?;
    if let Settled::Refuted { .. } = settled {
        draw_refuted(connection, no, name.seq)?;
    }
    Ok(settled)
}

fn insert(connection: &Connection, header: &Header, entry: &Entry) -> Result<bool> {
    let no = log::device_no(connection, &header.name.device)?;
    let mut statement = connection.prepare_cached(
        "INSERT OR IGNORE INTO ahead(device_no, seq, depth, subject, kind, hash, header, salt, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let content = entry.content.as_ref();
    let rows = statement.execute(params![
        no,
        integer(header.name.seq),
        integer(header.depth),
        *header.subject,
        header.kind,
        entry.hash,
        entry.header,
        content.map(|content| content.salt),
        content.map(|content| &content.body),
    ])?;
    Ok(rows > 0)
}

/// A number on a slip stays used, whether the record that gave it counts or not.
fn draw_apart(connection: &Connection, header: &Header, body: Option<&[u8]>) -> Result<()> {
    if log::counts(connection, header.name)? {
        return Ok(());
    }
    project::draw_printed(connection, sync::history::past(header, body).event.as_ref())
}

fn draw_refuted(connection: &Connection, device_no: i64, seq: u64) -> Result<()> {
    let (header, body): (Vec<u8>, Option<Vec<u8>>) = connection.query_row(
        "SELECT header, body FROM ahead WHERE device_no = ?1 AND seq = ?2",
        params![device_no, integer(seq)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let event = sync::history::past(&Header::placed(&header)?, body.as_deref()).event;
    project::draw_printed(connection, event.as_ref())
}
