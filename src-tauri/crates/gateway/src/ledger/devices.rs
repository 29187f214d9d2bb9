//! Devices and the ends of their logs.

use super::Fault;
use crate::database::{Row, Tx, Value};
use protocol::Hash;
use protocol::wire::HeadOf;
use sync::intake::{Head, Known};

/// A device whose log is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The device.
    pub id: [u8; 16],
    /// Unit code of its site.
    pub site: String,
    /// Its Ed25519 public key.
    pub public_key: [u8; 32],
    /// One of the gateway's own.
    pub own: bool,
    /// Its desk, 1 to 9; 0 for the gateway's own.
    pub desk: u8,
    /// Whether the lane of its desk is its own.
    pub lane: bool,
    /// The newest record version it reads.
    pub reads: u16,
    /// Version of its application.
    pub application: String,
    /// Place of the last record of its log.
    pub seq: u64,
    /// Hash of that record.
    pub hash: Hash,
    /// The last record that counts, once it was revoked.
    pub revoked: Option<Head>,
}

impl Device {
    /// The end of its log.
    pub fn head(&self) -> HeadOf {
        HeadOf { device: self.id, seq: self.seq, hash: self.hash }
    }

    /// What the judge of its records has to know.
    pub fn known(&self) -> Known {
        Known {
            site: self.site.clone(),
            device: self.id,
            public_key: self.public_key,
            head: Head { seq: self.seq, hash: self.hash },
            revoked: self.revoked,
        }
    }
}

const COLUMNS: &str = "id, site, public_key, own, desk, lane, reads, application, seq, hash, revoked_seq, revoked_hash";

/// A device.
///
/// # Errors
/// [`Fault`].
pub fn find(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<Option<Device>, Fault> {
    let rows = tx.query(&format!("SELECT {COLUMNS} FROM device WHERE id = $1"), &[id.into()])?;
    rows.first().map(read).transpose()
}

/// A device, locked until the end of the transaction: nobody else moves the end of its log meanwhile.
///
/// # Errors
/// [`Fault`].
pub fn lock(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<Option<Device>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE id = $1 FOR UPDATE");
    let rows = tx.query(&sql, &[id.into()])?;
    rows.first().map(read).transpose()
}

/// Every device of a site, the gateway's own included.
///
/// # Errors
/// [`Fault`].
pub fn of_site(tx: &mut dyn Tx, site: &str) -> Result<Vec<Device>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM device WHERE site = $1 ORDER BY id");
    tx.query(&sql, &[site.into()])?.iter().map(read).collect()
}

/// Adds a device.
///
/// # Errors
/// [`Fault`].
pub fn insert(tx: &mut dyn Tx, device: &Device, now_ms: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO device(id, site, public_key, own, desk, lane, reads, application, seq, hash, enrolled_at, heard_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        &[
            (&device.id).into(),
            (&device.site).into(),
            (&device.public_key).into(),
            Value::flag(device.own),
            i64::from(device.desk).into(),
            Value::flag(device.lane),
            i64::from(device.reads).into(),
            (&device.application).into(),
            Value::place(device.seq),
            (&device.hash).into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}

/// Moves the end of a device's log.
///
/// # Errors
/// [`Fault`].
pub fn set_head(
    tx: &mut dyn Tx,
    id: &[u8; 16],
    seq: u64,
    hash: &Hash,
    now_ms: i64,
) -> Result<(), Fault> {
    tx.execute(
        "UPDATE device SET seq = $2, hash = $3, heard_at = $4 WHERE id = $1",
        &[id.into(), Value::place(seq), hash.into(), now_ms.into()],
    )?;
    Ok(())
}

/// From now on only records up to `accepted` are the device's word. What was once said to stand stands for ever: an earlier
/// word that accepted more is not taken back.
///
/// # Errors
/// [`Fault`].
pub fn set_revoked(
    tx: &mut dyn Tx,
    id: &[u8; 16],
    accepted: Head,
    now_ms: i64,
) -> Result<(), Fault> {
    tx.execute(
        "UPDATE device SET revoked_at = $2, revoked_seq = $3, revoked_hash = $4
          WHERE id = $1 AND (revoked_seq IS NULL OR revoked_seq < $3)",
        &[id.into(), now_ms.into(), Value::place(accepted.seq), (&accepted.hash).into()],
    )?;
    Ok(())
}

/// Who has a desk of a site.
///
/// # Errors
/// [`Fault`].
pub fn at_desk(tx: &mut dyn Tx, site: &str, desk: u8) -> Result<Option<[u8; 16]>, Fault> {
    let rows = tx.query(
        "SELECT device FROM desk WHERE site = $1 AND desk = $2",
        &[site.into(), i64::from(desk).into()],
    )?;
    Ok(rows.first().map(|row| row.array(0)).transpose()?)
}

/// Gives a desk to a device.
///
/// # Errors
/// [`Fault`].
pub fn seat(tx: &mut dyn Tx, site: &str, desk: u8, device: &[u8; 16]) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO desk(site, desk, device) VALUES ($1, $2, $3)
         ON CONFLICT (site, desk) DO UPDATE SET device = excluded.device",
        &[site.into(), i64::from(desk).into(), device.into()],
    )?;
    Ok(())
}

/// Which device drew from a series, and how far.
///
/// # Errors
/// [`Fault`].
pub fn series_used(
    tx: &mut dyn Tx,
    site: &str,
    name: &str,
) -> Result<Option<([u8; 16], u64)>, Fault> {
    let rows = tx.query(
        "SELECT device, last FROM series_use WHERE site = $1 AND name = $2",
        &[site.into(), name.into()],
    )?;
    rows.first().map(|row| Ok((row.array(0)?, row.place(1)?))).transpose()
}

/// Notes that a device drew from a series up to `last`.
///
/// # Errors
/// [`Fault`].
pub fn use_series(
    tx: &mut dyn Tx,
    site: &str,
    name: &str,
    device: &[u8; 16],
    last: u16,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO series_use(site, name, device, last) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site, name) DO UPDATE SET last = excluded.last WHERE series_use.last < excluded.last",
        &[site.into(), name.into(), device.into(), i64::from(last).into()],
    )?;
    Ok(())
}

fn read(row: &Row) -> Result<Device, Fault> {
    let revoked = match row.int_or_null(10)? {
        Some(_) => Some(Head { seq: row.place(10)?, hash: row.array(11)? }),
        None => None,
    };
    Ok(Device {
        id: row.array(0)?,
        site: row.text(1)?.to_owned(),
        public_key: row.array(2)?,
        own: row.flag(3)?,
        desk: u8::try_from(row.int(4)?).unwrap_or(0),
        lane: row.flag(5)?,
        reads: u16::try_from(row.int(6)?).unwrap_or(0),
        application: row.text(7)?.to_owned(),
        seq: row.place(8)?,
        hash: row.array(9)?,
        revoked,
    })
}
