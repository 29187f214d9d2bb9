//! Rows of dossiers, as lists show them.

use crate::error::Result;
use domain::ids::DossierId;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierRow {
    /// Order of arrival.
    pub n: i64,
    /// Identity.
    pub id: DossierId,
    /// Number in force.
    pub number: Option<String>,
    /// *Mã tạm*.
    pub provisional: bool,
    /// National status.
    pub status: u8,
    /// Procedure code.
    pub procedure_code: String,
    /// Procedure, short name.
    pub procedure: String,
    /// Chủ hồ sơ.
    pub applicant: String,
    /// Người nộp, when another.
    pub submitter: Option<String>,
    /// Seconds since 1970 UTC.
    pub received_at: i64,
    /// Promise, seconds since 1970 UTC.
    pub due_at: Option<i64>,
    /// Result at the desk.
    pub finished_at: Option<i64>,
    /// Ngăn.
    pub shelf: Option<String>,
}

/// Which dossiers a list shows. Times are seconds since 1970 UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Any of these statuses; all when empty.
    pub statuses: Vec<u8>,
    /// Procedure code.
    pub procedure: Option<String>,
    /// Received at or after.
    pub received_from: Option<i64>,
    /// Received before.
    pub received_to: Option<i64>,
    /// Promised at or after.
    pub due_from: Option<i64>,
    /// Promised before.
    pub due_before: Option<i64>,
    /// Taken in by this officer.
    pub officer: Option<[u8; 16]>,
}

/// How a list is ordered, with the place to go on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first; `after` is the `(received_at, n)` of the last row seen.
    Newest(Option<(i64, i64)>),
    /// Most urgent first; `after` is the `(due_at, n)` of the last row seen.
    Urgent(Option<(i64, i64)>),
}

const COLUMNS: &str = "n, id, number, provisional, status, procedure_code, procedure, applicant, submitter, received_at, due_at,
                       finished_at, shelf";

/// A page of a list.
pub fn list(
    connection: &Connection,
    filter: &RowFilter,
    order: Order,
    limit: u32,
) -> Result<Vec<DossierRow>> {
    let mut values = Vec::new();
    let mut branches = Vec::new();
    for filter in filter.branches(order) {
        let (mut conditions, of_branch) = filter.sql();
        values.extend(of_branch);
        order.go_on(&mut conditions, &mut values);
        let (from, wanted) = (order.table(&filter), all_of(&conditions));
        branches.push(format!("SELECT {COLUMNS} FROM {from} WHERE {wanted}"));
    }
    let sql =
        format!("{} ORDER BY {} LIMIT {limit}", branches.join(" UNION ALL "), order.columns());
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many dossiers a filter lets through, counting no further than `most`.
pub fn count(connection: &Connection, filter: &RowFilter, most: u32) -> Result<u32> {
    let (conditions, values) = filter.sql();
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM dossier WHERE {} LIMIT {most})",
        all_of(&conditions)
    );
    Ok(connection.prepare_cached(&sql)?.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// Dossiers in each status.
pub fn tally(connection: &Connection) -> Result<Vec<(u8, u32)>> {
    let mut statement = connection
        .prepare_cached("SELECT status, dossiers FROM tally WHERE dossiers > 0 ORDER BY status")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The row of a dossier.
pub fn by_id(connection: &Connection, id: DossierId) -> Result<Option<DossierRow>> {
    one(connection, "id = ?1", Value::Blob(id.bytes().to_vec()))
}

/// The row behind its arrival number.
pub fn by_n(connection: &Connection, n: i64) -> Result<Option<DossierRow>> {
    one(connection, "n = ?1", Value::Integer(n))
}

/// The dossier behind any number it has or had, upper or lower case.
pub fn by_number(connection: &Connection, number: &str) -> Result<Option<DossierRow>> {
    let find = |text: &str| -> Result<Option<i64>> {
        let mut statement =
            connection.prepare_cached("SELECT dossier_n FROM number WHERE text = ?1")?;
        Ok(statement.query_row([text], |row| row.get::<_, Option<i64>>(0)).optional()?.flatten())
    };
    let n = match find(number)? {
        Some(n) => Some(n),
        None => find(&number.to_uppercase())?,
    };
    match n {
        Some(n) => by_n(connection, n),
        None => Ok(None),
    }
}

pub(crate) fn row(row: &Row<'_>) -> rusqlite::Result<DossierRow> {
    Ok(DossierRow {
        n: row.get(0)?,
        id: DossierId(uuid::Uuid::from_bytes(row.get(1)?)),
        number: row.get(2)?,
        provisional: row.get(3)?,
        status: row.get(4)?,
        procedure_code: row.get(5)?,
        procedure: row.get(6)?,
        applicant: row.get(7)?,
        submitter: row.get(8)?,
        received_at: row.get(9)?,
        due_at: row.get(10)?,
        finished_at: row.get(11)?,
        shelf: row.get(12)?,
    })
}

fn one(connection: &Connection, condition: &str, value: Value) -> Result<Option<DossierRow>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM dossier WHERE {condition}"))?;
    Ok(statement.query_row([value], row).optional()?)
}

fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { "1".into() } else { conditions.join(" AND ") }
}

impl Order {
    fn columns(self) -> &'static str {
        match self {
            Order::Newest(_) => "received_at DESC, n DESC",
            Order::Urgent(_) => "due_at, n",
        }
    }

    /// SQLite would rather take a status from its index and sort: the running dossiers have one in the order wanted.
    fn table(self, filter: &RowFilter) -> &'static str {
        match self {
            Order::Urgent(_) if filter.statuses == [2, 4] => "dossier INDEXED BY dossier_due",
            _ => "dossier",
        }
    }

    /// Goes on behind the last row seen.
    fn go_on(self, conditions: &mut Vec<String>, values: &mut Vec<Value>) {
        let (condition, after) = match self {
            Order::Newest(after) => ("(received_at, n) < (?, ?)", after),
            Order::Urgent(after) => {
                conditions.push("due_at IS NOT NULL".into());
                ("(due_at, n) > (?, ?)", after)
            }
        };
        if let Some((key, n)) = after {
            conditions.push(condition.into());
            values.extend([Value::Integer(key), Value::Integer(n)]);
        }
    }
}

impl RowFilter {
    /// One filter a status, so that each is read in order from its index and SQLite merges them: asked together, it
    /// would sort every finished dossier of ten years for one page. The most urgent have an index of their own for both
    /// statuses.
    fn branches(&self, order: Order) -> Vec<RowFilter> {
        match order {
            Order::Newest(_) if self.statuses.len() > 1 => {
                let of = |status: &u8| RowFilter { statuses: vec![*status], ..self.clone() };
                self.statuses.iter().map(of).collect()
            }
            _ => vec![self.clone()],
        }
    }

    fn sql(&self) -> (Vec<String>, Vec<Value>) {
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        if !self.statuses.is_empty() {
            let words: Vec<String> = self.statuses.iter().map(u8::to_string).collect();
            conditions.push(format!("status IN ({})", words.join(", ")));
        }
        let mut bound = |condition: &str, value: Option<Value>| {
            if let Some(value) = value {
                conditions.push(condition.into());
                values.push(value);
            }
        };
        bound("procedure_code = ?", self.procedure.clone().map(Value::Text));
        bound("received_at >= ?", self.received_from.map(Value::Integer));
        bound("received_at < ?", self.received_to.map(Value::Integer));
        bound("due_at >= ?", self.due_from.map(Value::Integer));
        bound("due_at < ?", self.due_before.map(Value::Integer));
        bound("officer = ?", self.officer.map(|id| Value::Blob(id.to_vec())));
        (conditions, values)
    }
}
