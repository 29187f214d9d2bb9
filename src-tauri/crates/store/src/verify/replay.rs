//! Projections against a replay. Dossiers stream one history at a time; the small tables of the office are replayed
//! into an empty database in memory and compared row by row.

use super::{RECORDS_A_STEP, Report};
use crate::error::Result;
use crate::log::{self, StoredRecord};
use crate::open::migrate_empty;
use crate::project::{self, DossierColumns, party_links};
use domain::dossier::number::Number;
use domain::dossier::{Dossier, Event};
use protocol::Name;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::{BTreeMap, BTreeSet};

/// What all dossiers together demand of the tables that have no row of their own a dossier.
#[derive(Default)]
struct Sums {
    dossiers: u64,
    tally: BTreeMap<u8, i64>,
    uses: BTreeMap<String, u32>,
    series: BTreeMap<String, u16>,
    numbers: u64,
    files: u64,
}

impl Sums {
    /// Numbers that records which do not count gave: they were printed all the same.
    fn drawn(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Received(e) => e.number.iter().for_each(|number| self.draw(number)),
                Event::NumberGiven(e) => self.draw(&e.number),
                _ => {}
            }
        }
    }

    fn draw(&mut self, number: &Number) {
        if let Some(drawn) = &number.drawn {
            let last = self.series.entry(drawn.series.clone()).or_default();
            *last = (*last).max(drawn.place);
        }
    }
}

pub fn check(
    connection: &Connection,
    report: &mut Report,
    step_done: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    let office = Connection::open_in_memory()?;
    migrate_empty(&office)?;
    let mut sums = Sums::default();
    let mut statement = connection.prepare(
        "SELECT d.id, r.seq, r.depth, r.kind, r.header, r.salt, r.body, r.subject, d.mine, d.gateway,
                coalesce(r.seq > d.revoked_seq, 0)
           FROM record r JOIN device d ON d.no = r.device_no
          UNION ALL
         SELECT d.id, a.seq, a.depth, a.kind, a.header, a.salt, a.body, a.subject, 0, 0,
                a.refuted OR coalesce(a.seq > d.revoked_seq, 0)
           FROM ahead a JOIN device d ON d.no = a.device_no
          ORDER BY 8, 3, 1, 2",
    )?;
    let mut rows = statement.query([])?;
    let mut adopted = log::adopted_subjects(connection)?;
    let mut subject: Option<[u8; 16]> = None;
    let mut history: Vec<StoredRecord> = Vec::new();
    let mut done = 0;
    while let Some(row) = rows.next()? {
        let next: [u8; 16] = row.get(7)?;
        if let Some(subject) = subject.filter(|subject| *subject != next) {
            let counted = with_adopted(connection, subject, &mut adopted, &mut history)?;
            dossier(connection, &counted, &mut sums, report)?;
        }
        subject = Some(next);
        let record = match stored(row) {
            Ok(record) => record,
            Err(fault) => {
                report.fault("record ?", format!("Không đọc được bản ghi: {fault}"));
                continue;
            }
        };
        let author = project::Author::of(row.get(8)?, row.get(9)?);
        let apart: bool = row.get(10)?;
        if apart {
            sums.drawn(&log::events(std::slice::from_ref(&record))?);
        } else if !office_record(&office, &record, author)? {
            history.push(record);
        }
        done += 1;
        if done % RECORDS_A_STEP == 0 {
            step_done(done)?;
        }
    }
    if let Some(subject) = subject {
        let counted = with_adopted(connection, subject, &mut adopted, &mut history)?;
        dossier(connection, &counted, &mut sums, report)?;
    }
    for subject in adopted {
        dossier(connection, &log::records_of(connection, &subject)?, &mut sums, report)?;
    }
    totals(connection, &office, &sums, report)?;
    compare_tables(connection, &office, report)?;
    text_index(connection, report)
}

/// The history of a subject as it counts; `history`, which is emptied, are its records that count by themselves.
fn with_adopted(
    connection: &Connection,
    subject: [u8; 16],
    adopted: &mut BTreeSet<[u8; 16]>,
    history: &mut Vec<StoredRecord>,
) -> Result<Vec<StoredRecord>> {
    let history = std::mem::take(history);
    if adopted.remove(&subject) {
        return log::records_of(connection, &subject);
    }
    Ok(history)
}

/// Replays an office record; `false` when the record is about a dossier, or not understood here.
fn office_record(
    office: &Connection,
    record: &StoredRecord,
    author: project::Author,
) -> Result<bool> {
    match project::understood(&record.kind, &record.header, record.body.as_deref()) {
        Some(fact) => project::office_fact(office, author, &fact).map(|()| true),
        None => Ok(false),
    }
}

fn dossier(
    connection: &Connection,
    history: &[StoredRecord],
    sums: &mut Sums,
    report: &mut Report,
) -> Result<()> {
    let Ok(Some(dossier)) = log::folded(history) else { return Ok(()) };
    sums.dossiers += 1;
    *sums.tally.entry(dossier.status().0).or_default() += 1;
    *sums.uses.entry(dossier.procedure.code.clone()).or_default() += 1;
    sums.files += dossier.files.len() as u64;
    dossier.numbers().for_each(|number| sums.draw(number));
    let place = format!("dossier {}", dossier.id);
    let Some((n, columns)) = columns_of(connection, &dossier)? else {
        report.fault(place, "Hồ sơ có trong sổ ghi nhưng không có trong bảng hồ sơ.");
        return Ok(());
    };
    if columns != DossierColumns::of(&dossier) {
        report.fault(&place, "Bảng hồ sơ khác với kết quả đọc lại sổ ghi.");
    }
    if links_of(connection, n)? != party_links(&dossier) {
        report.fault(&place, "Bảng người trong hồ sơ khác với sổ ghi.");
    }
    if files_of(connection, n)? != expected_files(&dossier) {
        report.fault(&place, "Bảng tài liệu khác với sổ ghi.");
    }
    for number in dossier.numbers() {
        match holder(connection, &number.text)? {
            Some(id) if id == *dossier.id.bytes() => sums.numbers += 1,
            // Two desks gave it apart: the older dossier holds it, and the gateway told somebody.
            Some(id) if id < *dossier.id.bytes() => {}
            _ => {
                let words = format!("Số {} không thuộc hồ sơ này trong bảng số.", number.text);
                report.fault(&place, words);
            }
        }
    }
    Ok(())
}

fn totals(
    connection: &Connection,
    office: &Connection,
    sums: &Sums,
    report: &mut Report,
) -> Result<()> {
    let tally: BTreeMap<u8, i64> = connection
        .prepare("SELECT status, dossiers FROM tally WHERE dossiers <> 0")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    if tally != sums.tally {
        report.fault("tally", "Số đếm theo trạng thái khác với sổ ghi.");
    }
    if crate::office::uses(connection)? != sums.uses {
        report.fault("procedure_use", "Số lần tiếp nhận theo thủ tục khác với sổ ghi.");
    }
    let mut series = sums.series.clone();
    for (name, last) in all_series(office)? {
        let known = series.entry(name).or_default();
        *known = (*known).max(last);
    }
    if all_series(connection)? != series {
        report.fault("series", "Số cuối của dãy số khác với sổ ghi.");
    }
    let reserved = count(office, "SELECT count(*) FROM number")?;
    let reserved_used = count(connection, "SELECT count(*) FROM number WHERE dossier_n IS NULL")?;
    let held = count(connection, "SELECT count(*) FROM number WHERE dossier_n IS NOT NULL")?;
    if held != sums.numbers || reserved_used > reserved {
        report
            .fault("number", format!("Bảng số có {held} số đã dùng, sổ ghi có {}.", sums.numbers));
    }
    if count(connection, "SELECT count(*) FROM dossier")? != sums.dossiers {
        report.fault("dossier", "Bảng hồ sơ có dòng không có trong sổ ghi.");
    }
    if count(connection, "SELECT count(*) FROM file")? != sums.files {
        report.fault("file", "Bảng tài liệu có dòng không có trong sổ ghi.");
    }
    Ok(())
}

fn compare_tables(connection: &Connection, office: &Connection, report: &mut Report) -> Result<()> {
    let tables = [
        ("site", "SELECT json FROM site"),
        ("officer", "SELECT id, name, roles, active FROM officer ORDER BY id"),
        ("pack", "SELECT kind, version, sha256, origin FROM pack ORDER BY kind"),
        ("review", "SELECT procedure, pack_version, edits, officer FROM review ORDER BY procedure"),
        ("fee", "SELECT procedure, amount_vnd, basis FROM fee ORDER BY procedure"),
        ("adopted", "SELECT device, seq, header, salt, body FROM adopted ORDER BY device, seq"),
        ("print", "SELECT dossier, prints FROM print ORDER BY dossier"),
        (
            "held",
            "SELECT device, seq, dossier, problem, reason, owner, next_step, released, asked_at_ms, asked_by FROM held ORDER BY device, seq",
        ),
    ];
    for (table, sql) in tables {
        if rows_of(connection, sql)? != rows_of(office, sql)? {
            report.fault(table, format!("Bảng {table} khác với kết quả đọc lại sổ ghi."));
        }
    }
    Ok(())
}

/// FTS5 compares its index with the rows it was made from.
fn text_index(connection: &Connection, report: &mut Report) -> Result<()> {
    let mismatched: i64 =
        connection.query_row("SELECT count(*) FROM dossier_text_docsize", [], |row| row.get(0))?;
    let dossiers: i64 =
        connection.query_row("SELECT count(*) FROM dossier", [], |row| row.get(0))?;
    if mismatched != dossiers {
        report.fault("dossier_text", "Chỉ mục tìm kiếm thiếu hoặc thừa hồ sơ.");
    }
    Ok(())
}

/// The dossier that a number leads to.
fn holder(connection: &Connection, text: &str) -> Result<Option<[u8; 16]>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id FROM number h JOIN dossier d ON d.n = h.dossier_n WHERE h.text = ?1",
    )?;
    Ok(statement.query_row([text], |row| row.get(0)).optional()?)
}

fn columns_of(connection: &Connection, dossier: &Dossier) -> Result<Option<(i64, DossierColumns)>> {
    let mut statement = connection.prepare_cached(
        "SELECT n, number, provisional, status, procedure_code, procedure, applicant, submitter, received_at, due_at,
                finished_at, returned_at, shelf, officer, check_code, names_exact, search_folded
           FROM dossier WHERE id = ?1",
    )?;
    Ok(statement
        .query_row([dossier.id.bytes()], |row| Ok((row.get(0)?, columns(row)?)))
        .optional()?)
}

fn columns(row: &Row<'_>) -> rusqlite::Result<DossierColumns> {
    Ok(DossierColumns {
        number: row.get(1)?,
        provisional: row.get(2)?,
        status: row.get(3)?,
        procedure_code: row.get(4)?,
        procedure: row.get(5)?,
        applicant: row.get(6)?,
        submitter: row.get(7)?,
        received_at: row.get(8)?,
        due_at: row.get(9)?,
        finished_at: row.get(10)?,
        returned_at: row.get(11)?,
        shelf: row.get(12)?,
        officer: row.get(13)?,
        check_code: row.get(14)?,
        names_exact: row.get(15)?,
        search_folded: row.get(16)?,
    })
}

fn links_of(connection: &Connection, n: i64) -> Result<Vec<(String, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, role FROM party_link WHERE dossier_n = ?1 ORDER BY key, role",
    )?;
    let rows = statement.query_map([n], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn files_of(connection: &Connection, n: i64) -> Result<BTreeSet<(String, String, bool)>> {
    let mut statement =
        connection.prepare_cached("SELECT id, sha256, replaced FROM file WHERE dossier_n = ?1")?;
    let rows = statement.query_map([n], |row| {
        Ok((uuid::Uuid::from_bytes(row.get(0)?).to_string(), row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn expected_files(dossier: &Dossier) -> BTreeSet<(String, String, bool)> {
    dossier
        .files
        .iter()
        .map(|known| (known.file.id.to_string(), known.file.sha256.clone(), known.replaced))
        .collect()
}

fn all_series(connection: &Connection) -> Result<BTreeMap<String, u16>> {
    let mut statement = connection.prepare("SELECT name, last FROM series")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn rows_of(connection: &Connection, sql: &str) -> Result<Vec<Vec<Value>>> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|i| row.get(i)).collect())?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn count(connection: &Connection, sql: &str) -> Result<u64> {
    Ok(connection.query_row(sql, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredRecord> {
    Ok(StoredRecord {
        name: Name { device: row.get(0)?, seq: row.get::<_, i64>(1)?.unsigned_abs() },
        depth: row.get::<_, i64>(2)?.unsigned_abs(),
        kind: row.get(3)?,
        header: row.get(4)?,
        salt: row.get(5)?,
        body: row.get(6)?,
    })
}
