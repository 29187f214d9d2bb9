//! The place of work, officers, packs in use, reviews, fees, prints: small tables, read whole.

use crate::error::{Result, StoreFault};
use domain::ids::{DossierId, OfficerId};
use domain::office::ComponentEdit;
use domain::officer::{Officer, Role};
use domain::site::Site;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// The commissioned site; `None` before the first run ended.
pub fn site(connection: &Connection) -> Result<Option<Site>> {
    let json: Option<String> =
        connection.query_row("SELECT json FROM site", [], |row| row.get(0)).optional()?;
    json.map(|json| serde_json::from_str(&json).map_err(|_| StoreFault::Value("site.json")))
        .transpose()
}

/// Officers who may work here.
pub fn officers(connection: &Connection) -> Result<Vec<Officer>> {
    let mut statement = connection
        .prepare_cached("SELECT id, name, roles FROM officer WHERE active = 1 ORDER BY id")?;
    let rows = statement.query_map([], |row| {
        let roles: String = row.get(2)?;
        Ok(Officer {
            id: OfficerId(uuid::Uuid::from_bytes(row.get(0)?)),
            name: row.get(1)?,
            roles: roles.split(' ').filter_map(Role::from_word).collect(),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Packs in use: kind → (version, SHA-256, origin).
pub fn packs(connection: &Connection) -> Result<BTreeMap<String, (String, String, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT kind, version, sha256, origin FROM pack")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A review of a procedure's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Pack version looked at.
    pub pack_version: String,
    /// Texts put right.
    pub edits: Vec<ComponentEdit>,
    /// The administrator.
    pub by: String,
}

/// Reviews by procedure code.
pub fn reviews(connection: &Connection) -> Result<BTreeMap<String, ReviewRow>> {
    let mut statement =
        connection.prepare_cached("SELECT procedure, pack_version, edits, officer FROM review")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?))
    })?;
    let mut reviews = BTreeMap::new();
    for row in rows {
        let (procedure, pack_version, edits, by) = row?;
        let edits = serde_json::from_str(&edits).map_err(|_| StoreFault::Value("review.edits"))?;
        reviews.insert(procedure, ReviewRow { pack_version, edits, by });
    }
    Ok(reviews)
}

/// The site's own fees: procedure → (đồng, basis).
pub fn fees(connection: &Connection) -> Result<BTreeMap<String, (u32, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT procedure, amount_vnd, basis FROM fee")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How often slips of a dossier went to a printer.
pub fn prints(connection: &Connection, dossier: DossierId) -> Result<u32> {
    let mut statement = connection.prepare_cached("SELECT prints FROM print WHERE dossier = ?1")?;
    Ok(statement.query_row([dossier.bytes()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// How often each procedure was taken in here.
pub fn uses(connection: &Connection) -> Result<BTreeMap<String, u32>> {
    let mut statement =
        connection.prepare_cached("SELECT procedure_code, dossiers FROM procedure_use")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A device's public key.
pub fn public_key(connection: &Connection, device: &[u8; 16]) -> Result<Option<[u8; 32]>> {
    let mut statement = connection
        .prepare_cached("SELECT public_key FROM device WHERE id = ?1 AND public_key IS NOT NULL")?;
    Ok(statement.query_row([device], |row| row.get(0)).optional()?)
}

/// The device of this installation, or of the one a restored store came from: the last of them to begin.
pub fn newest_device(connection: &Connection) -> Result<Option<[u8; 16]>> {
    let sql = "SELECT id FROM device d WHERE mine = 1 AND EXISTS (SELECT 1 FROM record WHERE device_no = d.no)
                ORDER BY no DESC LIMIT 1";
    Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?)
}
