//! The words of dossiers in the search index, which must be told the old ones to take them out.

use crate::error::Result;
use rusqlite::{Connection, Row, params};

/// What a dossier is found by.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    exact: String,
    folded: String,
}

impl Words {
    pub(super) fn new(names_exact: &str, search_folded: &str) -> Self {
        Self { exact: names_exact.to_owned(), folded: search_folded.to_owned() }
    }

    /// From the columns `names_exact` and `search_folded`, the first of which is `at`.
    pub(super) fn of_row(row: &Row<'_>, at: usize) -> rusqlite::Result<Self> {
        Ok(Self { exact: row.get(at)?, folded: row.get(at + 1)? })
    }

    /// Has the dossier in row `n` found by them.
    pub(super) fn insert(&self, connection: &Connection, n: i64) -> Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO dossier_text(rowid, names_exact, search_folded) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![n, self.exact, self.folded])?;
        Ok(())
    }

    /// Takes them out; they must be the words that were put in.
    pub(super) fn remove(&self, connection: &Connection, n: i64) -> Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO dossier_text(dossier_text, rowid, names_exact, search_folded)
                 VALUES ('delete', ?1, ?2, ?3)",
            )?
            .execute(params![n, self.exact, self.folded])?;
        Ok(())
    }
}
