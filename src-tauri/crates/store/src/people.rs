//! Known people: everybody who ever appeared in a dossier here.

use crate::error::Result;
use crate::rows::{self, DossierRow};
use rusqlite::{Connection, params};

/// The newest dossiers in which a person appears, in any role.
pub fn dossiers_of(connection: &Connection, key: &str, limit: u32) -> Result<Vec<DossierRow>> {
    collect(
        connection,
        "SELECT DISTINCT dossier_n FROM party_link WHERE key = ?1 ORDER BY dossier_n DESC LIMIT ?2",
        params![key, limit],
    )
}

/// The newest dossier in which the person is the applicant or the submitter: where the latest particulars are.
pub fn latest_of(connection: &Connection, key: &str) -> Result<Option<DossierRow>> {
    let sql = "SELECT dossier_n FROM party_link WHERE key = ?1 AND role IN ('applicant', 'submitter') ORDER BY dossier_n DESC LIMIT 1";
    Ok(collect(connection, sql, params![key])?.pop())
}

/// Unfinished dossiers of the same procedure for the same person, whatever the role but submitter: a likely duplicate.
pub fn in_progress(connection: &Connection, key: &str, procedure: &str) -> Result<Vec<DossierRow>> {
    let sql = "SELECT DISTINCT l.dossier_n FROM party_link l JOIN dossier d ON d.n = l.dossier_n
                WHERE l.key = ?1 AND l.role <> 'submitter' AND d.procedure_code = ?2 AND d.status IN (2, 4, 5, 6, 7)
                ORDER BY l.dossier_n DESC LIMIT 5";
    collect(connection, sql, params![key, procedure])
}

fn collect(
    connection: &Connection,
    sql: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<DossierRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let found: Vec<i64> =
        statement.query_map(parameters, |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut dossiers = Vec::with_capacity(found.len());
    for n in found {
        dossiers.extend(rows::by_n(connection, n)?);
    }
    Ok(dossiers)
}
