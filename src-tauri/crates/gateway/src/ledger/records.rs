//! The log: records in, records out, the history of a subject, the feed of a site.

use super::{Fault, sites};
use crate::database::{Row, Tx, Value};
use protocol::wire::{HeadOf, PAGE_BYTES_MAX};
use protocol::{Content, Entry, Hash, Header, Name};
use std::collections::{BTreeMap, BTreeSet};

/// Most records read for one page of the feed: two full batches at least, so that every page gets on.
const PAGE_RECORDS_MAX: i64 = 400;
/// After so many bytes a page is long enough.
const PAGE_BYTES_ENOUGH: usize = PAGE_BYTES_MAX / 16;
/// The end of a history that is enough to know its heads.
const HISTORY_END: i64 = 64;

/// Records of a subject that count: passed on and not above their device's revocation, or adopted.
const COUNTING: &str = "FROM record r JOIN device d ON d.id = r.device
     LEFT JOIN adopted a ON a.site = r.site AND a.device = r.device AND a.seq = r.seq
     WHERE r.site = $1 AND r.subject = $2
       AND (a.seq IS NOT NULL OR (r.feed IS NOT NULL AND (d.revoked_seq IS NULL OR r.seq <= d.revoked_seq)))";

/// A record about to be stored.
#[derive(Debug, Clone)]
pub struct NewRecord<'a> {
    /// Its name.
    pub name: Name,
    /// Header, hash, content.
    pub entry: &'a Entry,
    /// Position in the feed; `None` keeps it in quarantine.
    pub feed: Option<u64>,
    /// The device's signature, where it signed.
    pub signature: Option<&'a [u8; 64]>,
}

/// A record as it was passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FedRecord {
    /// Its name.
    pub name: Name,
    /// Position in the feed.
    pub feed: u64,
    /// Header, hash, content.
    pub entry: Entry,
    /// The device's signature, where it signed.
    pub signature: Option<[u8; 64]>,
}

/// The end of a subject's history: what a new record over it names as parents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heads {
    /// The records that no other names.
    pub names: Vec<Name>,
    /// The largest depth among them; 0 for an empty history.
    pub depth: u64,
}

/// What a header says, of a later version too: later versions only add fields.
pub fn read_header(bytes: &[u8]) -> Option<Header> {
    Header::placed(bytes).ok()
}

/// Stores records of one site. The caller has judged them.
///
/// # Errors
/// [`Fault`].
pub fn insert(tx: &mut dyn Tx, site: &str, records: &[NewRecord<'_>]) -> Result<(), Fault> {
    const COLUMNS: usize = 13;
    if records.is_empty() {
        return Ok(());
    }
    let headers: Vec<Header> = records
        .iter()
        .map(|record| {
            read_header(&record.entry.header).ok_or(Fault::Broken("a header that was judged"))
        })
        .collect::<Result<_, _>>()?;
    let mut sql = String::from(
        "INSERT INTO record(site, device, seq, feed, depth, subject_kind, subject, kind, hash, header, salt, body, signature) VALUES ",
    );
    let mut values: Vec<Value<'_>> = Vec::with_capacity(records.len() * COLUMNS);
    for (index, (record, header)) in records.iter().zip(&headers).enumerate() {
        let places: Vec<String> =
            (1..=COLUMNS).map(|column| format!("${}", index * COLUMNS + column)).collect();
        sql.push_str(if index == 0 { "(" } else { ", (" });
        sql.push_str(&places.join(", "));
        sql.push(')');
        let content = record.entry.content.as_ref();
        values.extend([
            site.into(),
            (&record.name.device).into(),
            Value::place(record.name.seq),
            record.feed.map(Value::place).unwrap_or(Value::Null),
            Value::place(header.depth),
            header.subject_kind.as_str().into(),
            header.subject.as_slice().into(),
            header.kind.as_str().into(),
            (&record.entry.hash).into(),
            record.entry.header.as_slice().into(),
            content.map(|content| &content.salt).into(),
            content.map(|content| content.body.as_slice()).into(),
            record.signature.into(),
        ]);
    }
    tx.execute(&sql, &values)?;
    Ok(())
}

/// Hashes of a device's records from `first` to `last`, as far as they are here.
///
/// # Errors
/// [`Fault`].
pub fn hashes(
    tx: &mut dyn Tx,
    site: &str,
    device: &[u8; 16],
    first: u64,
    last: u64,
) -> Result<BTreeMap<u64, Hash>, Fault> {
    let rows = tx.query(
        "SELECT seq, hash FROM record WHERE site = $1 AND device = $2 AND seq BETWEEN $3 AND $4",
        &[site.into(), device.into(), Value::place(first), Value::place(last)],
    )?;
    rows.iter().map(|row| Ok((row.place(0)?, row.array(1)?))).collect()
}

/// The end of a device's log as far as it was passed on: what is kept apart is not in the feed.
///
/// # Errors
/// [`Fault`].
pub fn passed_on(tx: &mut dyn Tx, site: &str, device: &[u8; 16]) -> Result<HeadOf, Fault> {
    let rows = tx.query(
        "SELECT seq, hash FROM record WHERE site = $1 AND device = $2 AND feed IS NOT NULL
         ORDER BY seq DESC LIMIT 1",
        &[site.into(), device.into()],
    )?;
    Ok(match rows.first() {
        Some(row) => HeadOf { device: *device, seq: row.place(0)?, hash: row.array(1)? },
        None => HeadOf { device: *device, seq: 0, hash: [0; 32] },
    })
}

/// Gives the records of a device that were kept apart and stand after all, up to `accepted`, their places in the feed;
/// those after them come along up to where the device signed, and do not count. The ones that count now.
///
/// # Errors
/// [`Fault`].
pub fn pass_on(
    tx: &mut dyn Tx,
    site: &str,
    device: &[u8; 16],
    accepted: u64,
) -> Result<Vec<(Name, Entry)>, Fault> {
    let rows = tx.query(
        "SELECT seq, header, salt, body FROM record WHERE site = $1 AND device = $2 AND feed IS NULL
         AND seq <= (SELECT min(seq) FROM record WHERE site = $1 AND device = $2 AND seq >= $3
                     AND signature IS NOT NULL) ORDER BY seq",
        &[site.into(), device.into(), Value::place(accepted)],
    )?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    if first.place(0)? > accepted {
        return Ok(Vec::new());
    }
    let position = sites::take_positions(tx, site, rows.len() as u64)?;
    let mut counting = Vec::new();
    for (feed, row) in (position..).zip(&rows) {
        let name = Name { device: *device, seq: row.place(0)? };
        tx.execute(
            "UPDATE record SET feed = $4 WHERE site = $1 AND device = $2 AND seq = $3",
            &[site.into(), device.into(), Value::place(name.seq), Value::place(feed)],
        )?;
        if name.seq <= accepted {
            counting.push((name, Entry::new(row.bytes(1)?.to_vec(), content(row, 2)?)));
        }
    }
    Ok(counting)
}

/// The end of a subject's history here.
///
/// # Errors
/// [`Fault`].
pub fn heads(tx: &mut dyn Tx, site: &str, subject: &[u8; 16]) -> Result<Heads, Fault> {
    let rows = tx.query(
        &format!(
            "SELECT r.device, r.seq, r.depth, r.header {COUNTING}
             ORDER BY r.depth DESC, r.device DESC, r.seq DESC LIMIT $3"
        ),
        &[site.into(), subject.into(), HISTORY_END.into()],
    )?;
    let mut parents = BTreeSet::new();
    let mut names = Vec::with_capacity(rows.len());
    for row in &rows {
        let name = Name { device: row.array(0)?, seq: row.place(1)? };
        names.push((name, row.place(2)?));
        parents.extend(read_header(row.bytes(3)?).into_iter().flat_map(|header| header.parents));
    }
    names.retain(|(name, _)| !parents.contains(name));
    let depth = names.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    let mut names: Vec<Name> = names.into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    Ok(Heads { names, depth })
}

/// The records of a subject that count, in the one order every machine folds in: `(depth, device, seq)`.
///
/// # Errors
/// [`Fault`].
pub fn history(tx: &mut dyn Tx, site: &str, subject: &[u8; 16]) -> Result<Vec<FedRecord>, Fault> {
    let rows = tx.query(
        &format!(
            "SELECT r.device, r.seq, coalesce(r.feed, 0), r.header, r.salt, r.body, r.signature {COUNTING}
             ORDER BY r.depth, r.device, r.seq"
        ),
        &[site.into(), subject.into()],
    )?;
    rows.iter().map(fed).collect()
}

/// Records of a site's feed after a position, without those of `except`; the second says whether these are all.
///
/// # Errors
/// [`Fault`].
pub fn fed_after(
    tx: &mut dyn Tx,
    site: &str,
    after: u64,
    except: &[u8; 16],
) -> Result<(Vec<FedRecord>, bool), Fault> {
    let rows = tx.query(
        "SELECT device, seq, feed, header, salt, body, signature FROM record
         WHERE site = $1 AND feed > $2 AND device <> $3 ORDER BY feed LIMIT $4",
        &[site.into(), Value::place(after), except.into(), PAGE_RECORDS_MAX.into()],
    )?;
    let mut all = i64::try_from(rows.len()).unwrap_or(i64::MAX) < PAGE_RECORDS_MAX;
    let mut bytes = 0;
    let mut page = Vec::with_capacity(rows.len());
    for row in &rows {
        let record = fed(row)?;
        bytes += record.entry.header.len();
        bytes += record.entry.content.as_ref().map_or(0, |content| content.body.len());
        let signed = record.signature.is_some();
        page.push(record);
        if signed && bytes > PAGE_BYTES_ENOUGH {
            all &= page.len() == rows.len();
            break;
        }
    }
    Ok((page, all))
}

/// Salt and body from two columns that follow each other.
fn content(row: &Row, salt: usize) -> Result<Option<Content>, Fault> {
    Ok(match (row.bytes_or_null(salt)?, row.bytes_or_null(salt + 1)?) {
        (Some(_), Some(body)) => Some(Content { salt: row.array(salt)?, body: body.to_vec() }),
        _ => None,
    })
}

fn fed(row: &Row) -> Result<FedRecord, Fault> {
    Ok(FedRecord {
        name: Name { device: row.array(0)?, seq: row.place(1)? },
        feed: row.place(2)?,
        entry: Entry::new(row.bytes(3)?.to_vec(), content(row, 4)?),
        signature: row.bytes_or_null(6)?.map(|_| row.array(6)).transpose()?,
    })
}
