//! How far this desk has come in joining its site: the open dossiers first, then the old ones. Local state.

use crate::error::{Result, StoreFault};
use crate::log::integer;
use rusqlite::{Connection, OptionalExtension, params};
use sync::engine::Joining;

/// How far this desk has come; a desk that has read nothing of the feed begins with the open dossiers.
///
/// # Errors
/// Broken stores only.
pub fn joining(connection: &Connection) -> Result<Joining> {
    let found = connection
        .query_row("SELECT stage, after, taken, total, feed FROM joining", [], |row| {
            let count = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)?.unsigned_abs());
            let total: Option<i64> = row.get(3)?;
            let open = Joining::Open {
                after: row.get(1)?,
                taken: count(2)?,
                total: total.map(i64::unsigned_abs),
            };
            Ok((row.get::<_, String>(0)?, open, Joining::Old { feed: count(4)? }))
        })
        .optional()?;
    match found {
        None if crate::exchange::feed(connection)?.0 == 0 => Ok(Joining::START),
        None => Ok(Joining::Joined),
        Some((stage, open, old)) => match stage.as_str() {
            "open" => Ok(open),
            "old" => Ok(old),
            "joined" => Ok(Joining::Joined),
            _ => Err(StoreFault::Value("joining.stage")),
        },
    }
}

/// Keeps how far this desk has come; in the transaction of what was taken in last.
///
/// # Errors
/// Broken stores only.
pub fn set_joining(connection: &Connection, joining: &Joining) -> Result<()> {
    let (stage, after, taken, total, feed) = match *joining {
        Joining::Open { after, taken, total } => ("open", after, taken, total, 0),
        Joining::Old { feed } => ("old", [0; 16], 0, None, feed),
        Joining::Joined => ("joined", [0; 16], 0, None, 0),
    };
    connection.execute(
        "INSERT INTO joining(one, stage, after, taken, total, feed) VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(one) DO UPDATE SET stage = ?1, after = ?2, taken = ?3, total = ?4, feed = ?5",
        params![stage, after, integer(taken), total.map(integer), integer(feed)],
    )?;
    Ok(())
}
