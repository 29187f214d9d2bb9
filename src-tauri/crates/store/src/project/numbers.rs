//! Numbers of dossiers: which dossier holds one, and how far each series is drawn.

use crate::error::Result;
use domain::dossier::Event;
use domain::dossier::number::Number;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn take_number(connection: &Connection, n: i64, number: &Number) -> Result<()> {
    // A number set aside for a blank slip waits here without a dossier; any other repetition is refused by the key.
    match holder(connection, number)? {
        Some(None) => hand_number(connection, n, number)?,
        _ => put_number(connection, Some(n), number)?,
    }
    draw_for(connection, number)
}

/// A number of a history that other devices wrote in. Two desks may have given it apart: the dossier that is older by its
/// id holds it then, on every machine, whatever came first.
pub(super) fn join_number(connection: &Connection, n: i64, number: &Number) -> Result<()> {
    match holder(connection, number)? {
        // Told apart here and not by an upsert, which would put each dossier's words on the disk apart (see
        // `migrations/0007_text_apart.sql`).
        None => put_number(connection, Some(n), number)?,
        Some(None) => hand_number(connection, n, number)?,
        Some(Some(held_by)) if is_older(connection, n, held_by)? => {
            hand_number(connection, n, number)?;
        }
        Some(Some(_)) => {}
    }
    draw_for(connection, number)
}

/// The row of the dossier that holds a number; `Some(None)` when it is set aside.
fn holder(connection: &Connection, number: &Number) -> Result<Option<Option<i64>>> {
    Ok(connection
        .prepare_cached("SELECT dossier_n FROM number WHERE text = ?1")?
        .query_row([&number.text], |row| row.get(0))
        .optional()?)
}

fn is_older(connection: &Connection, n: i64, than: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT (SELECT id FROM dossier WHERE n = ?1) < (SELECT id FROM dossier WHERE n = ?2)",
        )?
        .query_row([n, than], |row| row.get(0))?)
}

fn hand_number(connection: &Connection, n: i64, number: &Number) -> Result<()> {
    connection
        .prepare_cached("UPDATE number SET dossier_n = ?2 WHERE text = ?1")?
        .execute(params![number.text, n])?;
    Ok(())
}

/// Sets a number aside that no dossier holds yet.
pub(super) fn reserve_number(connection: &Connection, number: &Number) -> Result<()> {
    match holder(connection, number)? {
        None => put_number(connection, None, number),
        Some(_) => Ok(()),
    }
}

fn put_number(connection: &Connection, n: Option<i64>, number: &Number) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO number(text, dossier_n, provisional, series, place) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            number.text,
            n,
            number.provisional,
            number.drawn.as_ref().map(|drawn| &drawn.series),
            number.drawn.as_ref().map(|drawn| drawn.place),
        ])?;
    Ok(())
}

/// Notes the places that an event drew for a number, without giving it to a dossier.
pub(crate) fn draw_printed(connection: &Connection, event: Option<&Event>) -> Result<()> {
    let number = match event {
        Some(Event::Received(e)) => e.number.as_ref(),
        Some(Event::NumberGiven(e)) => Some(&e.number),
        _ => None,
    };
    number.map_or(Ok(()), |number| draw_for(connection, number))
}

fn draw_for(connection: &Connection, number: &Number) -> Result<()> {
    match &number.drawn {
        Some(drawn) => draw(connection, &drawn.series, drawn.place),
        None => Ok(()),
    }
}

pub(super) fn draw(connection: &Connection, series: &str, place: u16) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO series(name, last) VALUES (?1, ?2)
             ON CONFLICT(name) DO UPDATE SET last = max(last, ?2)",
        )?
        .execute(params![series, place])?;
    Ok(())
}
