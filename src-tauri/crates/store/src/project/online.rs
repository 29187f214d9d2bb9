//! Dossiers of a portal: a row before the reception, which the reception then fills anew.

use super::{count_use, dossier_anew, insert, link_parties, take_number, write_row};
use crate::error::{Result, StoreFault};
use crate::log;
use domain::dossier::Dossier;
use domain::dossier::event::Received;
use domain::ids::DossierId;
use rusqlite::{Connection, OptionalExtension, params};

/// A dossier was filed on a portal; another record may have told of it already.
pub(super) fn submitted(connection: &Connection, id: DossierId) -> Result<()> {
    match (row_of(connection, id)?, log::dossier(connection, id)?) {
        (None, Some(dossier)) => insert(connection, &dossier),
        _ => dossier_anew(connection, id),
    }
}

/// An online dossier was taken in: from the portal, or without a word of it.
pub(super) fn received(connection: &Connection, id: DossierId, event: &Received) -> Result<()> {
    let Some(n) = row_of(connection, id)? else { return insert(connection, &Dossier::new(event)) };
    let dossier =
        log::dossier(connection, id)?.ok_or(StoreFault::Value("a dossier without records"))?;
    if !dossier.disputes.is_empty() {
        return dossier_anew(connection, id);
    }
    write_reception(connection, n, &dossier)?;
    write_row(connection, n, &dossier)?;
    if let Some(number) = &event.number {
        take_number(connection, n, number)?;
    }
    connection.prepare_cached("DELETE FROM party_link WHERE dossier_n = ?1")?.execute([n])?;
    link_parties(connection, n, &dossier)
}

/// What the reception says once; a portal's dossier has other words in its place until then.
pub(super) fn write_reception(connection: &Connection, n: i64, dossier: &Dossier) -> Result<()> {
    let c = super::DossierColumns::of(dossier);
    let before: String = connection
        .prepare_cached("SELECT procedure_code FROM dossier WHERE n = ?1")?
        .query_row([n], |row| row.get(0))?;
    connection
        .prepare_cached(
            "UPDATE dossier SET procedure_code = ?2, procedure = ?3, submitter = ?4, received_at = ?5, officer = ?6,
                                check_code = ?7
              WHERE n = ?1",
        )?
        .execute(params![
            n,
            c.procedure_code,
            c.procedure,
            c.submitter,
            c.received_at,
            c.officer,
            c.check_code,
        ])?;
    if before != c.procedure_code {
        used_no_more(connection, &before)?;
        count_use(connection, &c.procedure_code)?;
    }
    Ok(())
}

fn used_no_more(connection: &Connection, procedure_code: &str) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE procedure_use SET dossiers = dossiers - 1 WHERE procedure_code = ?1",
        )?
        .execute([procedure_code])?;
    connection
        .prepare_cached("DELETE FROM procedure_use WHERE procedure_code = ?1 AND dossiers <= 0")?
        .execute([procedure_code])?;
    Ok(())
}

pub(super) fn row_of(connection: &Connection, id: DossierId) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT n FROM dossier WHERE id = ?1")?
        .query_row([id.bytes()], |row| row.get(0))
        .optional()?)
}
