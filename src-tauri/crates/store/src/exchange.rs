//! This desk's standing with its gateway: local state, lost without harm to any record. What is forgotten costs bytes.

use crate::error::{Result, StoreFault};
use crate::log::{Shipped, integer, run};
use protocol::series::SERIES_RECORDS_MAX;
use protocol::{Content, Entry, Hash, Name, Receipt, Series};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Lines of the exchange log that are kept.
pub const EXCHANGE_LINES_MAX: i64 = 10_000;

/// What enrolment left here, as the application wrote it.
pub fn enrolment(connection: &Connection) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT json FROM enrolment", [], |row| row.get(0)).optional()?)
}

/// Keeps what enrolment gave.
pub fn set_enrolment(connection: &Connection, json: &str) -> Result<()> {
    let sql =
        "INSERT INTO enrolment(one, json) VALUES (1, ?1) ON CONFLICT(one) DO UPDATE SET json = ?1";
    connection.execute(sql, [json])?;
    Ok(())
}

/// How far the feed was read: cursor, and the ledger it belongs to.
pub fn feed(connection: &Connection) -> Result<(u64, Option<u64>)> {
    let found = connection
        .query_row("SELECT cursor, ledger_epoch FROM feed", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
        })
        .optional()?;
    Ok(found
        .map_or((0, None), |(cursor, epoch)| (cursor.unsigned_abs(), epoch.map(i64::unsigned_abs))))
}

/// Moves the feed's cursor; in the transaction of the page's records.
pub fn set_cursor(connection: &Connection, cursor: u64) -> Result<()> {
    let sql =
        "INSERT INTO feed(one, cursor) VALUES (1, ?1) ON CONFLICT(one) DO UPDATE SET cursor = ?1";
    connection.execute(sql, [integer(cursor)])?;
    Ok(())
}

/// Moves the cursor and names its ledger.
pub fn set_feed(connection: &Connection, cursor: u64, ledger_epoch: u64) -> Result<()> {
    let sql = "INSERT INTO feed(one, cursor, ledger_epoch) VALUES (1, ?1, ?2)
               ON CONFLICT(one) DO UPDATE SET cursor = ?1, ledger_epoch = ?2";
    connection.execute(sql, params![integer(cursor), integer(ledger_epoch)])?;
    Ok(())
}

/// The last place of a device's log that the gateway holds.
pub fn acked(connection: &Connection, device: &[u8; 16]) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT seq FROM acked WHERE device = ?1")?;
    let seq: Option<i64> = statement.query_row([device], |row| row.get(0)).optional()?;
    Ok(seq.map_or(0, i64::unsigned_abs))
}

/// The gateway confirmed a device's log up to here. Confirmations of several batches may come in any order.
pub fn raise_acked(connection: &Connection, device: &[u8; 16], seq: u64) -> Result<()> {
    connection.execute(
        "INSERT INTO acked(device, seq) VALUES (?1, ?2) ON CONFLICT(device) DO UPDATE SET seq = max(seq, ?2)",
        params![device, integer(seq)],
    )?;
    Ok(())
}

/// The gateway has a device's log up to here only, whatever it had confirmed.
pub fn lower_acked(connection: &Connection, device: &[u8; 16], seq: u64) -> Result<()> {
    connection.execute(
        "INSERT INTO acked(device, seq) VALUES (?1, ?2) ON CONFLICT(device) DO UPDATE SET seq = ?2",
        params![device, integer(seq)],
    )?;
    Ok(())
}

/// Keeps a receipt for ever: it is the proof of reception.
pub fn keep_receipt(connection: &Connection, receipt: &Receipt) -> Result<()> {
    connection.execute(
        "INSERT OR IGNORE INTO receipt(device, seq, hash, at_ms, signature) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            receipt.name.device,
            integer(receipt.name.seq),
            receipt.hash,
            receipt.at_ms,
            receipt.signature
        ],
    )?;
    Ok(())
}

/// The gateway's time in the newest receipt for records of `device`, milliseconds since 1970 UTC.
pub fn newest_receipt_at_ms(connection: &Connection, device: &[u8; 16]) -> Result<Option<i64>> {
    let mut statement = connection
        .prepare_cached("SELECT at_ms FROM receipt WHERE device = ?1 ORDER BY seq DESC LIMIT 1")?;
    Ok(statement.query_row([device], |row| row.get(0)).optional()?)
}

/// The first receipt that covers a record; `None` while the gateway has not confirmed it.
pub fn receipt_over(connection: &Connection, name: Name) -> Result<Option<Receipt>> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, hash, at_ms, signature FROM receipt
          WHERE device = ?1 AND seq >= ?2 ORDER BY seq, at_ms LIMIT 1",
    )?;
    let found = statement.query_row(params![name.device, integer(name.seq)], |row| {
        Ok(Receipt {
            name: Name { device: name.device, seq: row.get::<_, i64>(0)?.unsigned_abs() },
            hash: row.get(1)?,
            at_ms: row.get(2)?,
            signature: row.get(3)?,
        })
    });
    Ok(found.optional()?)
}

/// The end of every device's log here.
pub fn heads(connection: &Connection) -> Result<Vec<(Name, Hash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, r.seq, r.hash FROM device d JOIN record r ON r.device_no = d.no
          WHERE r.seq = (SELECT max(seq) FROM record WHERE device_no = d.no) ORDER BY d.id",
    )?;
    let rows = statement.query_map([], |row| {
        let name = Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() };
        Ok((name, row.get(2)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Signs a head of this device's own log.
pub type HeadSigner<'s> = &'s dyn Fn(Name, &Hash) -> [u8; 64];

/// A run of a device's log as it travels. With `sign` it ends anywhere within the bounds; without, it ends where the device
/// signed: within the bounds if it did, else at the next such place. `None` when there is nothing from `first` on.
///
/// # Errors
/// [`StoreFault`]; a log that is not ours without any signature from `first` on is [`StoreFault::Value`].
pub fn series(
    connection: &Connection,
    site: &str,
    device: &[u8; 16],
    first: u64,
    bounds: (u16, u32),
    sign: Option<HeadSigner<'_>>,
) -> Result<Option<Series>> {
    let mut records = run(connection, device, first, SERIES_RECORDS_MAX as u32)?;
    if records.is_empty() {
        return Ok(None);
    }
    let fitting = fitting(&records, bounds);
    let end = match sign {
        Some(_) => fitting,
        None => signed_end(&records, fitting).ok_or(StoreFault::Value("an unsigned log"))?,
    };
    records.truncate(end);
    let prev = match first {
        1 => [0; 32],
        _ => crate::log::hash_at(connection, device, first - 1)?
            .ok_or(StoreFault::Value("a gap in a log"))?,
    };
    let kept = records.last().and_then(|record| record.signature.clone());
    let entries: Vec<Entry> = records.into_iter().map(entry).collect();
    let mut series =
        Series { site: site.to_owned(), device: *device, first, prev, entries, signature: [0; 64] };
    let name = Name { device: *device, seq: series.last() };
    let kept = kept.and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
    series.signature = match (kept, sign) {
        (Some(kept), _) => kept,
        (None, Some(sign)) => sign(name, &series.head()),
        (None, None) => return Err(StoreFault::Value("an unsigned log")),
    };
    Ok(Some(series))
}

/// How many records fit; one always does.
fn fitting(records: &[Shipped], (records_max, bytes_max): (u16, u32)) -> usize {
    let mut bytes = 0;
    let fitting = records
        .iter()
        .take(records_max.into())
        .take_while(|record| {
            bytes += record.header.len() + record.body.as_ref().map_or(0, Vec::len);
            bytes <= bytes_max as usize
        })
        .count();
    fitting.max(1)
}

fn signed_end(records: &[Shipped], fitting: usize) -> Option<usize> {
    let signed = |record: &Shipped| record.signature.is_some();
    let within = records.iter().take(fitting).rposition(signed);
    within.or_else(|| records.iter().position(signed)).map(|at| at + 1)
}

fn entry(record: Shipped) -> Entry {
    let salt = record.salt.and_then(|salt| <[u8; 16]>::try_from(salt).ok());
    let content = salt.zip(record.body).map(|(salt, body)| Content { salt, body });
    Entry::new(record.header, content)
}

/// A document on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRow {
    /// SHA-256 of the plaintext, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size_bytes: u64,
    /// Promise of its dossier, seconds since 1970 UTC; `i64::MAX` without one.
    pub due: i64,
    /// Uploads begun, as the application wrote them; empty when none.
    pub segments: String,
    /// Whether the gateway is known to have it whole.
    pub arrived: bool,
}

fn outgoing_row(row: &Row<'_>) -> rusqlite::Result<OutgoingRow> {
    Ok(OutgoingRow {
        sha256: row.get(0)?,
        size_bytes: row.get::<_, i64>(1)?.unsigned_abs(),
        due: row.get(2)?,
        segments: row.get(3)?,
        arrived: row.get(4)?,
    })
}

/// Documents named by records that the gateway is not known to have.
pub fn outgoing(connection: &Connection) -> Result<Vec<OutgoingRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.sha256, max(f.size_bytes), min(coalesce(d.due_at, 9223372036854775807)),
                coalesce(max(o.segments), ''), 0
           FROM file f JOIN dossier d ON d.n = f.dossier_n LEFT JOIN outgoing o ON o.sha256 = f.sha256
          WHERE coalesce(o.arrived, 0) = 0 GROUP BY f.sha256",
    )?;
    let rows = statement.query_map([], outgoing_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps how far a document is.
pub fn set_outgoing(
    connection: &Connection,
    sha256: &str,
    arrived: bool,
    segments: &str,
) -> Result<()> {
    connection.execute(
        "INSERT INTO outgoing(sha256, arrived, segments) VALUES (?1, ?2, ?3)
         ON CONFLICT(sha256) DO UPDATE SET arrived = ?2, segments = ?3",
        params![sha256, arrived, segments],
    )?;
    Ok(())
}

/// Documents that records of `device` above `above` name, each with its size and the promise of its dossier.
pub fn documents_named(
    connection: &Connection,
    device: &[u8; 16],
    above: u64,
) -> Result<Vec<OutgoingRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.sha256, max(f.size_bytes), min(coalesce(d.due_at, 9223372036854775807)),
                coalesce(max(o.segments), ''), coalesce(max(o.arrived), 0)
           FROM (SELECT DISTINCT r.subject FROM record r JOIN device v ON v.no = r.device_no
                  WHERE v.id = ?1 AND r.seq > ?2 AND r.kind IN ('dossier.file_attached', 'dossier.file_replaced')) s
           JOIN dossier d ON d.id = s.subject JOIN file f ON f.dossier_n = d.n
           LEFT JOIN outgoing o ON o.sha256 = f.sha256
          GROUP BY f.sha256",
    )?;
    let rows = statement.query_map(params![device, integer(above)], outgoing_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Size of a document that a record names, bytes; `None` when none does.
pub fn document_size(connection: &Connection, sha256: &Hash) -> Result<Option<u64>> {
    let mut statement =
        connection.prepare_cached("SELECT size_bytes FROM file WHERE sha256 = ?1 LIMIT 1")?;
    let size: Option<i64> = statement
        .query_row([data_encoding::HEXLOWER.encode(sha256)], |row| row.get(0))
        .optional()?;
    Ok(size.map(i64::unsigned_abs))
}

/// Where a dossier stands between this desk and the gateway.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DossierStanding {
    /// A record of it that `device` wrote has no receipt yet.
    pub records_unsent: bool,
    /// Its documents that are not known to be at the gateway, SHA-256, hexadecimal.
    pub files_unsent: Vec<String>,
    /// The gateway holds a record of it back, and somebody has to act.
    pub held: bool,
    /// The gateway was asked to look again at what it holds back, and has not answered.
    pub asked: bool,
    /// Its desks are at odds over a field.
    pub disputed: bool,
}

/// Where a dossier stands.
pub fn standing(
    connection: &Connection,
    dossier: &[u8; 16],
    device: &[u8; 16],
) -> Result<DossierStanding> {
    let acked = integer(acked(connection, device)?);
    let mut statement = connection.prepare_cached(
        // The plus keeps the search to the dossier's own records: by device it would read all that is unsent.
        "SELECT EXISTS (SELECT 1 FROM record r
                         WHERE r.subject = ?1 AND +r.device_no = (SELECT no FROM device WHERE id = ?2)
                           AND +r.seq > ?3),
                EXISTS (SELECT 1 FROM held WHERE dossier = ?1 AND released = 0 AND asked_at_ms IS NULL),
                EXISTS (SELECT 1 FROM held WHERE dossier = ?1 AND released = 0 AND asked_at_ms IS NOT NULL),
                EXISTS (SELECT 1 FROM dispute WHERE dossier = ?1)",
    )?;
    let standing = statement.query_row(params![dossier, device, acked], |row| {
        Ok(DossierStanding {
            records_unsent: row.get(0)?,
            held: row.get(1)?,
            asked: row.get(2)?,
            disputed: row.get(3)?,
            files_unsent: Vec::new(),
        })
    })?;
    let mut statement = connection.prepare_cached(
        "SELECT f.sha256 FROM dossier d JOIN file f ON f.dossier_n = d.n
           LEFT JOIN outgoing o ON o.sha256 = f.sha256
          WHERE d.id = ?1 AND coalesce(o.arrived, 0) = 0",
    )?;
    let files = statement.query_map([dossier], |row| row.get(0))?;
    Ok(DossierStanding { files_unsent: files.collect::<rusqlite::Result<_>>()?, ..standing })
}

/// These documents are no longer known to be at the gateway. An upload that was begun goes on where it was, if the gateway
/// still knows it.
pub fn forget_arrivals(connection: &Connection, documents: &[OutgoingRow]) -> Result<()> {
    let mut statement =
        connection.prepare_cached("UPDATE outgoing SET arrived = 0 WHERE sha256 = ?1")?;
    for document in documents {
        statement.execute([&document.sha256])?;
    }
    Ok(())
}

/// A line for the exchange log; the oldest go beyond [`EXCHANGE_LINES_MAX`].
pub fn note(connection: &Connection, at_ms: i64, json: &str) -> Result<()> {
    connection
        .execute("INSERT INTO exchange(at_ms, json) VALUES (?1, ?2)", params![at_ms, json])?;
    connection.execute(
        "DELETE FROM exchange WHERE n <= ?1",
        [connection.last_insert_rowid() - EXCHANGE_LINES_MAX],
    )?;
    Ok(())
}

/// The newest lines of the exchange log, newest first: wall time (milliseconds) and the line.
pub fn lines(connection: &Connection, limit: u32) -> Result<Vec<(i64, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT at_ms, json FROM exchange ORDER BY n DESC LIMIT ?1")?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Where the gateway stopped taking a device's word.
pub fn revoked(connection: &Connection, device: &[u8; 16]) -> Result<Option<(u64, Hash)>> {
    let mut statement = connection.prepare_cached(
        "SELECT revoked_seq, revoked_hash FROM device WHERE id = ?1 AND revoked_seq IS NOT NULL",
    )?;
    let found = statement
        .query_row([device], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?)));
    Ok(found.optional()?)
}

/// A record that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The record.
    pub name: Name,
    /// Its dossier.
    pub dossier: domain::ids::DossierId,
    /// Number and applicant of the dossier, when it is here.
    pub number: Option<String>,
    /// Problem type.
    pub problem: String,
    /// Why.
    pub reason: String,
    /// Who has to act.
    pub owner: String,
    /// What to do.
    pub next_step: String,
    /// When and by whom the gateway was asked to look again, while it has not answered: wall time, milliseconds.
    pub asked: Option<(i64, String)>,
}

/// Records the gateway keeps back.
pub fn held(connection: &Connection) -> Result<Vec<HeldRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT h.device, h.seq, h.dossier, d.number, h.problem, h.reason, h.owner, h.next_step,
                h.asked_at_ms, h.asked_by
           FROM held h LEFT JOIN dossier d ON d.id = h.dossier
          WHERE h.released = 0 ORDER BY h.device, h.seq",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(HeldRow {
            name: Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() },
            dossier: domain::ids::DossierId(uuid::Uuid::from_bytes(row.get(2)?)),
            number: row.get(3)?,
            problem: row.get(4)?,
            reason: row.get(5)?,
            owner: row.get(6)?,
            next_step: row.get(7)?,
            asked: row.get::<_, Option<i64>>(8)?.zip(row.get(9)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a request of `device` about held records has no receipt yet.
pub fn asks_unsent(connection: &Connection, device: &[u8; 16]) -> Result<bool> {
    let acked = integer(acked(connection, device)?);
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM record r
                         WHERE r.subject = ?1 AND +r.device_no = (SELECT no FROM device WHERE id = ?2)
                           AND +r.seq > ?3)",
    )?;
    Ok(statement.query_row(params![protocol::fact::HELD, device, acked], |row| row.get(0))?)
}

/// Whether the gateway keeps a record of a dossier back.
pub fn is_held(connection: &Connection, dossier: &[u8; 16]) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM held WHERE dossier = ?1 AND released = 0)";
    Ok(connection.prepare_cached(sql)?.query_row([dossier], |row| row.get(0))?)
}

/// A dossier with open disputes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputedRow {
    /// The dossier.
    pub id: domain::ids::DossierId,
    /// Number in force.
    pub number: Option<String>,
    /// Chủ hồ sơ.
    pub applicant: String,
    /// Fields that await a decision.
    pub fields: u32,
}

/// Dossiers with open disputes, the oldest first.
pub fn disputes(connection: &Connection) -> Result<Vec<DisputedRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, d.number, d.applicant, x.fields FROM dispute x JOIN dossier d ON d.id = x.dossier ORDER BY d.n",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(DisputedRow {
            id: domain::ids::DossierId(uuid::Uuid::from_bytes(row.get(0)?)),
            number: row.get(1)?,
            applicant: row.get(2)?,
            fields: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Own dossiers with a record the gateway has not confirmed: number or `None`, applicant, records.
pub fn unsent(
    connection: &Connection,
    device: &[u8; 16],
) -> Result<Vec<(Option<String>, String, u32)>> {
    let acked = acked(connection, device)?;
    let mut statement = connection.prepare_cached(
        "SELECT x.number, x.applicant, count(*) FROM record r JOIN device d ON d.no = r.device_no
           JOIN dossier x ON x.id = r.subject
          WHERE d.id = ?1 AND r.seq > ?2 GROUP BY x.n ORDER BY x.n",
    )?;
    let rows = statement.query_map(params![device, integer(acked)], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many dossiers have records of `device` that the gateway has not confirmed.
///
/// # Errors
/// [`StoreFault`].
pub fn dossiers_unsent(connection: &Connection, device: &[u8; 16]) -> Result<u64> {
    let acked = acked(connection, device)?;
    let mut statement = connection.prepare_cached(
        "SELECT count(DISTINCT x.n) FROM record r JOIN device d ON d.no = r.device_no
           JOIN dossier x ON x.id = r.subject
          WHERE d.id = ?1 AND r.seq > ?2",
    )?;
    let count: i64 = statement.query_row(params![device, integer(acked)], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
