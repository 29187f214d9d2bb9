//! The log: exact bytes of records, in the order of each device's chain and of each subject's history.

use crate::ahead;
use crate::error::Result;
use crate::tx::Head;
use domain::dossier::merge::{Past, merge};
use domain::dossier::{Dossier, Event};
use domain::ids::DossierId;
use protocol::{Header, Name, Record};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

pub use protocol::fact::{ACCOUNTS, DEVICES};
use protocol::fact::{PACKS, PRINTS};

/// A record as it lies in the store. `body` is `None` after a lawful disposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its name.
    pub name: Name,
    /// Its place in the subject's order.
    pub depth: u64,
    /// Word of the kind.
    pub kind: String,
    /// Exact header bytes.
    pub header: Vec<u8>,
    /// Salt of the body.
    pub salt: Option<Vec<u8>>,
    /// Exact body bytes.
    pub body: Option<Vec<u8>>,
}

/// The records of a subject that count, in the one order every machine folds in: `(depth, device, seq)`. What a device
/// wrote above its revocation does not count, unless it was adopted.
pub fn records_of(connection: &Connection, subject: &[u8; 16]) -> Result<Vec<StoredRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, r.seq, r.depth, r.kind, r.header, r.salt, r.body
           FROM record r JOIN device d ON d.no = r.device_no
          WHERE r.subject = ?1 AND (d.revoked_seq IS NULL OR r.seq <= d.revoked_seq)
          ORDER BY r.depth, d.id, r.seq",
    )?;
    let rows = statement.query_map([subject], stored)?;
    let records = rows.collect::<rusqlite::Result<_>>()?;
    Ok(in_order(records, outside_logs(connection, subject)?))
}

/// The records of a subject that count and lie in no log.
fn outside_logs(connection: &Connection, subject: &[u8; 16]) -> Result<Vec<StoredRecord>> {
    let mut records = adopted_of(connection, subject)?;
    records.extend(ahead::of_subject(connection, subject)?);
    Ok(records)
}

/// Records of a subject that a revoked device wrote and a person found honest.
fn adopted_of(connection: &Connection, subject: &[u8; 16]) -> Result<Vec<StoredRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT device, seq, depth, kind, header, salt, body FROM adopted WHERE subject = ?1",
    )?;
    let rows = statement.query_map([subject], stored)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The subjects of records that were adopted.
pub(crate) fn adopted_subjects(connection: &Connection) -> Result<BTreeSet<[u8; 16]>> {
    let mut statement = connection.prepare("SELECT DISTINCT subject FROM adopted")?;
    let subjects = statement.query_map([], |row| row.get(0))?;
    Ok(subjects.collect::<rusqlite::Result<_>>()?)
}

/// Whether the gateway adopted a record.
pub(crate) fn is_adopted(connection: &Connection, name: Name) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM adopted WHERE device = ?1 AND seq = ?2")?;
    Ok(statement.exists(params![name.device, integer(name.seq)])?)
}

/// Whether a record counts by itself: its device was not revoked below it.
pub(crate) fn counts(connection: &Connection, name: Name) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM device WHERE id = ?1 AND revoked_seq < ?2")?;
    Ok(!statement.exists(params![name.device, integer(name.seq)])?)
}

/// Puts records that lie in no log in their places; one that counts by itself counts once.
fn in_order(mut records: Vec<StoredRecord>, outside: Vec<StoredRecord>) -> Vec<StoredRecord> {
    if !outside.is_empty() {
        records.extend(outside);
        records.sort_by_key(|record| (record.depth, record.name));
        records.dedup_by_key(|record| record.name);
    }
    records
}

/// Records of a history that are looked at for its heads.
const HISTORY_END: usize = 64;

/// The last records of a subject that count, enough to know its heads: prints have a long history, whose end is enough.
pub fn headers_of(connection: &Connection, subject: &[u8; 16]) -> Result<Vec<StoredRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, r.seq, r.depth, r.kind, r.header, NULL, NULL
           FROM record r JOIN device d ON d.no = r.device_no
          WHERE r.subject = ?1 AND (d.revoked_seq IS NULL OR r.seq <= d.revoked_seq)
          ORDER BY r.depth DESC, r.device_no DESC, r.seq DESC LIMIT ?2",
    )?;
    let limit = if *subject == PRINTS || *subject == PACKS { 1 } else { HISTORY_END };
    let rows = statement.query_map(params![subject, integer(limit as u64)], stored)?;
    let records = rows.collect::<rusqlite::Result<_>>()?;
    Ok(in_order(records, outside_logs(connection, subject)?))
}

/// The records no other record of the history names as a parent.
pub fn heads(history: &[StoredRecord]) -> Vec<Name> {
    let parents: BTreeSet<Name> = history
        .iter()
        .filter_map(|record| Header::placed(&record.header).ok())
        .flat_map(|header| header.parents)
        .collect();
    let mut heads: Vec<Name> =
        history.iter().map(|record| record.name).filter(|name| !parents.contains(name)).collect();
    heads.sort_unstable();
    heads
}

/// Where a new record of a subject goes. Of a history longer than its kept end, the end is enough.
pub fn place(connection: &Connection, subject: &[u8; 16]) -> Result<sync::history::Place> {
    let history = headers_of(connection, subject)?;
    let headers: Vec<Header> =
        history.iter().filter_map(|record| Header::placed(&record.header).ok()).collect();
    let whole = history.len() < HISTORY_END && *subject != PRINTS && *subject != PACKS;
    if whole && headers.len() == history.len() {
        return Ok(sync::history::place(&headers));
    }
    Ok(sync::history::Place {
        parents: heads(&history),
        parents_depth: history.iter().map(|record| record.depth).max().unwrap_or(0),
    })
}

/// A dossier as its records leave it. Records of a newer version are passed over here, named in
/// [`Dossier::not_understood`] and shown by the timeline.
pub fn dossier(connection: &Connection, id: DossierId) -> Result<Option<Dossier>> {
    folded(&records_of(connection, id.bytes())?)
}

/// A dossier from its whole history, in order. A history that never branched and is understood folds straight on; any
/// other is merged.
pub fn folded(records: &[StoredRecord]) -> Result<Option<Dossier>> {
    let headers = records
        .iter()
        .map(|record| Header::placed(&record.header))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let pasts: Vec<Past> = headers
        .iter()
        .zip(records)
        .map(|(header, record)| sync::history::past(header, record.body.as_deref()))
        .collect();
    let understood = pasts.iter().all(|past| past.event.is_some());
    if understood && never_branched(&headers) {
        return Ok(Dossier::fold(pasts.iter().filter_map(|past| past.event.as_ref())));
    }
    Ok(merge(&pasts).dossier)
}

fn never_branched(headers: &[Header]) -> bool {
    let follows = headers.windows(2).all(|pair| match pair {
        [before, after] => after.parents == [before.name],
        _ => true,
    });
    follows && headers.first().is_none_or(|first| first.parents.is_empty())
}

/// The events among records that this version understands, in order.
pub fn events(records: &[StoredRecord]) -> Result<Vec<Event>> {
    let mut events = Vec::with_capacity(records.len());
    for record in records {
        let header = Header::placed(&record.header)?;
        events.extend(sync::history::past(&header, record.body.as_deref()).event);
    }
    Ok(events)
}

/// The end of a device's chain.
pub fn head_of(connection: &Connection, device_no: i64) -> Result<Head> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, hash FROM record WHERE device_no = ?1 ORDER BY seq DESC LIMIT 1",
    )?;
    let head = statement
        .query_row([device_no], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 32]>(1)?)))
        .optional()?;
    Ok(match head {
        Some((seq, hash)) => Head { seq: seq.unsigned_abs(), hash },
        None => Head { seq: 0, hash: [0; 32] },
    })
}

/// Hash of one record of a device.
pub fn hash_at(connection: &Connection, device: &[u8; 16], seq: u64) -> Result<Option<[u8; 32]>> {
    let mut statement = connection.prepare_cached(
        "SELECT r.hash FROM record r JOIN device d ON d.no = r.device_no WHERE d.id = ?1 AND r.seq = ?2",
    )?;
    Ok(statement.query_row(params![device, integer(seq)], |row| row.get(0)).optional()?)
}

/// Says that this installation, or the one it was restored from, wrote a device's records.
pub(crate) fn is_mine(connection: &Connection, device_no: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE device SET mine = 1 WHERE no = ?1 AND mine = 0")?
        .execute([device_no])?;
    Ok(())
}

/// Says that a device signs with the gateway's key.
pub(crate) fn is_gateway(connection: &Connection, device: &[u8; 16], key: &[u8; 32]) -> Result<()> {
    let no = device_no(connection, device)?;
    connection
        .prepare_cached(
            "UPDATE device SET gateway = 1, public_key = coalesce(public_key, ?2)
              WHERE no = ?1 AND gateway = 0 AND mine = 0",
        )?
        .execute(params![no, key])?;
    Ok(())
}

/// Small number of a device, given on first sight.
pub fn device_no(connection: &Connection, device: &[u8; 16]) -> Result<i64> {
    let mut known = connection.prepare_cached("SELECT no FROM device WHERE id = ?1")?;
    if let Some(no) = known.query_row([device], |row| row.get(0)).optional()? {
        return Ok(no);
    }
    connection.execute("INSERT INTO device(id) VALUES (?1)", [device])?;
    Ok(connection.last_insert_rowid())
}

pub(crate) fn insert(connection: &Connection, device_no: i64, record: &Record) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO record(device_no, seq, depth, subject, kind, hash, header, salt, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    statement.execute(params![
        device_no,
        integer(record.header.name.seq),
        integer(record.header.depth),
        *record.header.subject,
        record.header.kind,
        record.hash,
        record.header_bytes,
        record.salt,
        record.body,
    ])?;
    Ok(())
}

/// Puts the device's signature on the last record of a commit.
pub(crate) fn sign(
    connection: &Connection,
    device_no: i64,
    seq: u64,
    signature: &[u8; 64],
) -> Result<()> {
    connection
        .prepare_cached("UPDATE record SET signature = ?3 WHERE device_no = ?1 AND seq = ?2")?
        .execute(params![device_no, integer(seq), signature])?;
    Ok(())
}

/// SQLite counts in signed numbers; a log never grows past them.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredRecord> {
    Ok(StoredRecord {
        name: Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() },
        depth: row.get::<_, i64>(2)?.unsigned_abs(),
        kind: row.get(3)?,
        header: row.get(4)?,
        salt: row.get(5)?,
        body: row.get(6)?,
    })
}

/// Wall clock of this installation's newest record, milliseconds since 1970 UTC.
pub fn newest_moment_ms(connection: &Connection) -> Result<Option<i64>> {
    let Some(device) = crate::office::newest_device(connection)? else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT header FROM record WHERE device_no = (SELECT no FROM device WHERE id = ?1) ORDER BY seq DESC LIMIT 1",
    )?;
    let header: Option<Vec<u8>> = statement.query_row([device], |row| row.get(0)).optional()?;
    Ok(header.and_then(|bytes| Header::read(&bytes).ok()).map(|header| header.at_ms))
}

/// A record as it leaves or enters the store whole: for mirrors and restores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// Its name.
    pub name: Name,
    /// Word of the kind.
    pub kind: String,
    /// Exact header bytes.
    pub header: Vec<u8>,
    /// Salt of the body.
    pub salt: Option<Vec<u8>>,
    /// Exact body bytes.
    pub body: Option<Vec<u8>>,
    /// Signature, on the last record of a commit.
    pub signature: Option<Vec<u8>>,
}

impl Shipped {
    /// A record from its bytes.
    ///
    /// # Errors
    /// [`crate::StoreFault::Record`] when the header cannot be read.
    pub fn read(
        header: Vec<u8>,
        salt: Option<Vec<u8>>,
        body: Option<Vec<u8>>,
        signature: Option<Vec<u8>>,
    ) -> Result<Self> {
        let read = Header::placed(&header)?;
        Ok(Self { name: read.name, kind: read.kind, header, salt, body, signature })
    }
}

/// A run of a device's records from `from` on.
pub fn run(
    connection: &Connection,
    device: &[u8; 16],
    from: u64,
    limit: u32,
) -> Result<Vec<Shipped>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, r.seq, r.kind, r.header, r.salt, r.body, r.signature
           FROM record r JOIN device d ON d.no = r.device_no
          WHERE d.id = ?1 AND r.seq >= ?2 ORDER BY r.seq LIMIT ?3",
    )?;
    let rows = statement.query_map(params![device, integer(from), limit], |row| {
        Ok(Shipped {
            name: Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() },
            kind: row.get(2)?,
            header: row.get(3)?,
            salt: row.get(4)?,
            body: row.get(5)?,
            signature: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The end of a device's chain; nothing for a device that never wrote here.
pub fn head_of_device(connection: &Connection, device: &[u8; 16]) -> Result<Head> {
    let mut known = connection.prepare_cached("SELECT no FROM device WHERE id = ?1")?;
    match known.query_row([device], |row| row.get(0)).optional()? {
        Some(no) => head_of(connection, no),
        None => Ok(Head { seq: 0, hash: [0; 32] }),
    }
}

/// Puts a record from elsewhere in its place, bytes as they are.
pub(crate) fn insert_shipped(connection: &Connection, record: &Shipped) -> Result<Header> {
    let header = Header::placed(&record.header)?;
    let no = device_no(connection, &record.name.device)?;
    connection
        .prepare_cached(
            "INSERT INTO record(device_no, seq, depth, subject, kind, hash, header, salt, body, signature)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            no,
            integer(record.name.seq),
            integer(header.depth),
            *header.subject,
            header.kind,
            protocol::header_hash(&record.header),
            record.header,
            record.salt,
            record.body,
            record.signature,
        ])?;
    Ok(header)
}
