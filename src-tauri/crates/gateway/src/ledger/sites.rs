//! Sites (communes) and the ledger's epoch.

use super::Fault;
use super::devices::{self, Device};
use crate::database::{Tx, Value};
use crate::keys::{Keys, Use};
use protocol::Hash;

/// A commune whose records are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Five-digit unit code.
    pub code: String,
    /// Its name, for the operator.
    pub name: String,
    /// The device id under which the gateway writes its own records for the site.
    pub device: [u8; 16],
}

/// A site by its code.
///
/// # Errors
/// [`Fault`].
pub fn find(tx: &mut dyn Tx, code: &str) -> Result<Option<Site>, Fault> {
    let rows = tx.query("SELECT code, name, device FROM site WHERE code = $1", &[code.into()])?;
    rows.first()
        .map(|row| {
            Ok(Site {
                code: row.text(0)?.to_owned(),
                name: row.text(1)?.to_owned(),
                device: row.array(2)?,
            })
        })
        .transpose()
}

/// Every site, by code.
///
/// # Errors
/// [`Fault`].
pub fn all(tx: &mut dyn Tx) -> Result<Vec<Site>, Fault> {
    let rows = tx.query("SELECT code, name, device FROM site ORDER BY code", &[])?;
    rows.iter()
        .map(|row| {
            Ok(Site {
                code: row.text(0)?.to_owned(),
                name: row.text(1)?.to_owned(),
                device: row.array(2)?,
            })
        })
        .collect()
}

/// Adds a site with the gateway's own device for it; `false` when it is there already.
///
/// # Errors
/// [`Fault`].
pub fn add(tx: &mut dyn Tx, site: &Site, keys: &Keys, now_ms: i64) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO site(code, name, device, at) VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO NOTHING",
        &[(&site.code).into(), (&site.name).into(), (&site.device).into(), now_ms.into()],
    )?;
    if added == 0 {
        return Ok(false);
    }
    tx.execute("INSERT INTO site_feed(site, next) VALUES ($1, 0)", &[(&site.code).into()])?;
    devices::insert(
        tx,
        &Device {
            id: site.device,
            site: site.code.clone(),
            public_key: keys.public(Use::Words),
            own: true,
            desk: 0,
            lane: false,
            reads: 0,
            application: String::new(),
            seq: 0,
            hash: Hash::default(),
            revoked: None,
        },
        now_ms,
    )?;
    Ok(true)
}

/// See [`protocol::wire::Heads::ledger_epoch`].
///
/// # Errors
/// [`Fault`].
pub fn epoch(tx: &mut dyn Tx) -> Result<u64, Fault> {
    let rows = tx.query("SELECT epoch FROM ledger WHERE one = 1", &[])?;
    Ok(rows.first().ok_or(Fault::Broken("the ledger has no epoch"))?.place(0)?)
}

/// How far the feed of a site goes.
///
/// # Errors
/// [`Fault`].
pub fn feed_end(tx: &mut dyn Tx, site: &str) -> Result<u64, Fault> {
    let rows = tx.query("SELECT next FROM site_feed WHERE site = $1", &[site.into()])?;
    Ok(rows.first().map(|row| row.place(0)).transpose()?.unwrap_or(0))
}

/// Takes `count` positions of a site's feed and gives the first. The row stays locked until the commit: positions
/// become visible in order, whichever instance took them.
///
/// # Errors
/// [`Fault`].
pub fn take_positions(tx: &mut dyn Tx, site: &str, count: u64) -> Result<u64, Fault> {
    let rows = tx.query(
        "UPDATE site_feed SET next = next + $2 WHERE site = $1 RETURNING next",
        &[site.into(), Value::place(count)],
    )?;
    let end = rows.first().ok_or(Fault::Broken("a site without a feed"))?.place(0)?;
    Ok(end - count + 1)
}
