//! Series of numbers and who holds a number.

use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// Last place drawn from a series; 0 when none was.
pub fn last(connection: &Connection, series: &str) -> Result<u16> {
    let mut statement = connection.prepare_cached("SELECT last FROM series WHERE name = ?1")?;
    Ok(statement.query_row([series], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Every series with the last place drawn from it here.
pub fn all(connection: &Connection) -> Result<BTreeMap<String, u16>> {
    let mut statement = connection.prepare("SELECT name, last FROM series")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether a number is set aside for a blank slip and not yet used, with its series and place.
pub fn reserved(
    connection: &Connection,
    text: &str,
) -> Result<Option<(Option<String>, Option<u16>)>> {
    let mut statement = connection
        .prepare_cached("SELECT series, place FROM number WHERE text = ?1 AND dossier_n IS NULL")?;
    Ok(statement.query_row([text], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Whether a number is known at all.
pub fn is_taken(connection: &Connection, text: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM number WHERE text = ?1")?;
    Ok(statement.query_row([text], |_| Ok(())).optional()?.is_some())
}
