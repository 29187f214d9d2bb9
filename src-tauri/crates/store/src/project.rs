//! Projections: what lists and search read, written in the transaction of the record they come from.

mod numbers;
mod office;
mod online;
mod words;

pub(crate) use numbers::draw_printed;
pub(crate) use office::{Author, held_anew, office_anew, office_fact, understood};

use crate::error::{Result, StoreFault};
use crate::log;
use domain::dossier::event::IntakeChannel;
use domain::dossier::{Dossier, Event};
use domain::ids::DossierId;
use domain::party::{Party, Registered};
use domain::text::{exact, fold};
use numbers::{join_number, take_number};
use rusqlite::{Connection, params};
use uuid::Uuid;
use words::Words;

/// The row of a dossier as its state demands it: written by [`dossier_event`], compared by `verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierColumns {
    /// Number in force.
    pub number: Option<String>,
    /// Whether it is a *mã tạm*.
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
    /// Promise.
    pub due_at: Option<i64>,
    /// Result at the desk.
    pub finished_at: Option<i64>,
    /// Result with the citizen.
    pub returned_at: Option<i64>,
    /// Ngăn.
    pub shelf: Option<String>,
    /// Officer who took it in.
    pub officer: [u8; 16],
    /// Check code.
    pub check_code: String,
    /// Names with their accents.
    pub names_exact: String,
    /// Names without accents, numbers, telephones.
    pub search_folded: String,
}

impl DossierColumns {
    /// The columns a dossier's state demands.
    pub fn of(dossier: &Dossier) -> Self {
        Self {
            number: dossier.number.as_ref().map(|number| number.text.clone()),
            provisional: dossier.number.as_ref().is_some_and(|number| number.provisional),
            status: dossier.status().0,
            procedure_code: dossier.procedure.code.clone(),
            procedure: dossier.procedure.short_name.clone(),
            applicant: dossier.applicant.full_name.clone(),
            submitter: dossier
                .submitter
                .as_ref()
                .map(|submitter| submitter.party.full_name.clone()),
            received_at: dossier.received_at.as_second(),
            due_at: dossier.due.at.map(|at| at.as_second()),
            finished_at: dossier.finished_at.map(|at| at.as_second()),
            returned_at: dossier.returned_at.map(|at| at.as_second()),
            shelf: dossier.shelf.clone(),
            officer: *dossier.received_by.bytes(),
            check_code: dossier.check_code.clone(),
            names_exact: exact(&names(dossier).join(" | ")),
            search_folded: searchable(dossier),
        }
    }
}

/// The keys under which a person is known: the number, and the folded name with the birth date.
pub fn party_key(
    full_name: &str,
    id_number: Option<&str>,
    birth_date: Option<jiff::civil::Date>,
) -> Option<String> {
    match (id_number, birth_date) {
        (Some(number), _) => Some(format!("i:{number}")),
        (None, Some(date)) => Some(format!("n:{}|{date}", fold(full_name))),
        (None, None) => None,
    }
}

/// Everybody in a dossier with the role they play in it.
pub fn party_links(dossier: &Dossier) -> Vec<(String, String)> {
    let of = |party: &Party, role: &str| {
        party_key(&party.full_name, party.id_number.as_deref(), party.birth_date)
            .map(|key| (key, role.to_owned()))
    };
    let registered = |person: &Registered| {
        party_key(&person.full_name, person.id_number.as_deref(), person.birth_date)
            .map(|key| (key, person.role.clone()))
    };
    let mut links: Vec<(String, String)> = of(&dossier.applicant, "applicant")
        .into_iter()
        .chain(dossier.submitter.as_ref().and_then(|submitter| of(&submitter.party, "submitter")))
        .chain(dossier.registered.iter().filter_map(registered))
        .collect();
    links.sort_unstable();
    links.dedup();
    links
}

pub(crate) fn dossier_event(connection: &Connection, id: DossierId, event: &Event) -> Result<()> {
    match event {
        Event::Submitted(_) => online::submitted(connection, id),
        Event::Received(received) if received.channel == IntakeChannel::Online => {
            online::received(connection, id, received)
        }
        Event::Received(received) => insert(connection, &Dossier::new(received)),
        Event::Noted(_)
        | Event::Examined(_)
        | Event::Checked(_)
        | Event::Signed(_)
        | Event::Assigned(_) => Ok(()),
        event => {
            let Some(dossier) = log::dossier(connection, id)? else {
                return Err(StoreFault::Value("an event before its reception"));
            };
            update(connection, &dossier, event)
        }
    }
}

/// Writes all that a dossier's whole history demands: for histories that records of other devices joined.
pub(crate) fn dossier_anew(connection: &Connection, id: DossierId) -> Result<()> {
    let known = online::row_of(connection, id)?;
    let Some(dossier) = log::dossier(connection, id)? else {
        return known.map_or(Ok(()), |n| remove(connection, id, n));
    };
    let n = match known {
        Some(n) => {
            if dossier.submission.is_some() {
                online::write_reception(connection, n, &dossier)?;
            }
            write_row(connection, n, &dossier)?;
            n
        }
        None => insert_row(connection, &dossier)?,
    };
    for number in dossier.numbers() {
        join_number(connection, n, number)?;
    }
    for table in ["party_link", "file"] {
        connection.execute(&format!("DELETE FROM {table} WHERE dossier_n = ?1"), [n])?;
    }
    link_parties(connection, n, &dossier)?;
    for known in &dossier.files {
        attach(connection, n, &known.file)?;
        if known.replaced {
            connection
                .prepare_cached("UPDATE file SET replaced = 1 WHERE id = ?1")?
                .execute([known.file.id.bytes()])?;
        }
    }
    dispute(connection, &dossier)
}

/// Takes a dossier out of everything it shows, to be written anew from what counts.
pub(crate) fn forget(connection: &Connection, id: DossierId) -> Result<()> {
    online::row_of(connection, id)?.map_or(Ok(()), |n| remove(connection, id, n))
}

/// Takes a dossier out of lists and search: its reception does not count, or no longer. Places drawn from a series stay
/// drawn, for they were printed.
fn remove(connection: &Connection, id: DossierId, n: i64) -> Result<()> {
    let (status, procedure, words): (u8, String, Words) = connection.query_row(
        "SELECT status, procedure_code, names_exact, search_folded FROM dossier WHERE n = ?1",
        [n],
        |row| Ok((row.get(0)?, row.get(1)?, Words::of_row(row, 2)?)),
    )?;
    let shared = shared_numbers(connection, n)?;
    for table in ["number", "party_link", "file"] {
        connection.execute(&format!("DELETE FROM {table} WHERE dossier_n = ?1"), [n])?;
    }
    connection.execute("DELETE FROM dispute WHERE dossier = ?1", [id.bytes()])?;
    words.remove(connection, n)?;
    connection.execute("DELETE FROM dossier WHERE n = ?1", [n])?;
    tally(connection, status, -1)?;
    connection.execute(
        "UPDATE procedure_use SET dossiers = dossiers - 1 WHERE procedure_code = ?1",
        [procedure],
    )?;
    connection.execute("DELETE FROM procedure_use WHERE dossiers = 0", [])?;
    shared.into_iter().try_for_each(|other| dossier_anew(connection, other))
}

/// Dossiers to which a number of dossier `n` was given as well.
fn shared_numbers(connection: &Connection, n: i64) -> Result<Vec<DossierId>> {
    let mut statement = connection.prepare(
        "SELECT d.id FROM dossier d JOIN number h ON h.text = d.number
          WHERE h.dossier_n = ?1 AND d.n <> ?1",
    )?;
    let ids = statement.query_map([n], |row| row.get(0).map(Uuid::from_bytes).map(DossierId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

fn dispute(connection: &Connection, dossier: &Dossier) -> Result<()> {
    let id = dossier.id.bytes();
    if dossier.disputes.is_empty() {
        connection.prepare_cached("DELETE FROM dispute WHERE dossier = ?1")?.execute([id])?;
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO dispute(dossier, fields) VALUES (?1, ?2) ON CONFLICT(dossier) DO UPDATE SET fields = ?2",
        )?
        .execute(params![id, log::integer(dossier.disputes.len() as u64)])?;
    Ok(())
}

fn insert(connection: &Connection, dossier: &Dossier) -> Result<()> {
    let n = insert_row(connection, dossier)?;
    if let Some(number) = &dossier.number {
        take_number(connection, n, number)?;
    }
    link_parties(connection, n, dossier)
}

fn insert_row(connection: &Connection, dossier: &Dossier) -> Result<i64> {
    let c = DossierColumns::of(dossier);
    let mut statement = connection.prepare_cached(
        "INSERT INTO dossier(id, number, provisional, status, procedure_code, procedure, applicant, submitter, received_at,
                             due_at, finished_at, returned_at, shelf, officer, check_code, names_exact, search_folded)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    )?;
    statement.execute(params![
        dossier.id.bytes(),
        c.number,
        c.provisional,
        c.status,
        c.procedure_code,
        c.procedure,
        c.applicant,
        c.submitter,
        c.received_at,
        c.due_at,
        c.finished_at,
        c.returned_at,
        c.shelf,
        c.officer,
        c.check_code,
        c.names_exact,
        c.search_folded,
    ])?;
    let n = connection.last_insert_rowid();
    Words::new(&c.names_exact, &c.search_folded).insert(connection, n)?;
    tally(connection, c.status, 1)?;
    count_use(connection, &c.procedure_code)?;
    Ok(n)
}

/// Brings the row up to date. What the reception wrote once and nothing else writes stays as it is.
fn write_row(connection: &Connection, n: i64, dossier: &Dossier) -> Result<()> {
    let c = DossierColumns::of(dossier);
    let (before, known): (u8, Words) = connection
        .prepare_cached("SELECT status, names_exact, search_folded FROM dossier WHERE n = ?1")?
        .query_row([n], |row| Ok((row.get(0)?, Words::of_row(row, 1)?)))?;
    let words = Words::new(&c.names_exact, &c.search_folded);
    let mut statement = connection.prepare_cached(
        "UPDATE dossier SET number = ?2, provisional = ?3, status = ?4, applicant = ?5, due_at = ?6, finished_at = ?7,
                            returned_at = ?8, shelf = ?9, names_exact = ?10, search_folded = ?11
          WHERE n = ?1",
    )?;
    statement.execute(params![
        n,
        c.number,
        c.provisional,
        c.status,
        c.applicant,
        c.due_at,
        c.finished_at,
        c.returned_at,
        c.shelf,
        c.names_exact,
        c.search_folded,
    ])?;
    if known != words {
        known.remove(connection, n)?;
        words.insert(connection, n)?;
    }
    if before != c.status {
        tally(connection, before, -1)?;
        tally(connection, c.status, 1)?;
    }
    Ok(())
}

fn update(connection: &Connection, dossier: &Dossier, event: &Event) -> Result<()> {
    if matches!(event, Event::Resolved(_)) || !dossier.disputes.is_empty() {
        return dossier_anew(connection, dossier.id);
    }
    let n: i64 = connection
        .prepare_cached("SELECT n FROM dossier WHERE id = ?1")?
        .query_row([dossier.id.bytes()], |row| row.get(0))?;
    write_row(connection, n, dossier)?;
    match event {
        Event::NumberGiven(given) => take_number(connection, n, &given.number),
        Event::Corrected(_) => {
            connection
                .prepare_cached("DELETE FROM party_link WHERE dossier_n = ?1")?
                .execute([n])?;
            link_parties(connection, n, dossier)
        }
        Event::FileAttached(e) => attach(connection, n, &e.file),
        Event::FileReplaced(e) => {
            connection
                .prepare_cached("UPDATE file SET replaced = 1 WHERE id = ?1")?
                .execute([e.replaces.bytes()])?;
            attach(connection, n, &e.file)
        }
        _ => Ok(()),
    }
}

fn tally(connection: &Connection, status: u8, change: i32) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tally(status, dossiers) VALUES (?1, ?2)
             ON CONFLICT(status) DO UPDATE SET dossiers = dossiers + ?2",
        )?
        .execute(params![status, change])?;
    Ok(())
}

fn count_use(connection: &Connection, procedure_code: &str) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO procedure_use(procedure_code, dossiers) VALUES (?1, 1)
             ON CONFLICT(procedure_code) DO UPDATE SET dossiers = dossiers + 1",
        )?
        .execute([procedure_code])?;
    Ok(())
}

fn link_parties(connection: &Connection, n: i64, dossier: &Dossier) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT OR IGNORE INTO party_link(key, dossier_n, role) VALUES (?1, ?2, ?3)",
    )?;
    for (key, role) in party_links(dossier) {
        statement.execute(params![key, n, role])?;
    }
    Ok(())
}

fn attach(connection: &Connection, n: i64, file: &domain::dossier::event::Document) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO file(id, dossier_n, component, name, mime, size_bytes, sha256, replaced)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        )?
        .execute(params![
            file.id.bytes(),
            n,
            file.component,
            file.name,
            file.mime,
            log::integer(file.size_bytes),
            file.sha256,
        ])?;
    Ok(())
}

fn names(dossier: &Dossier) -> Vec<&str> {
    let mut names = vec![dossier.applicant.full_name.as_str()];
    names.extend(dossier.submitter.iter().map(|submitter| submitter.party.full_name.as_str()));
    names.extend(dossier.registered.iter().map(|person| person.full_name.as_str()));
    names
}

fn searchable(dossier: &Dossier) -> String {
    let mut words = names(dossier).join(" | ");
    let parties =
        [Some(&dossier.applicant), dossier.submitter.as_ref().map(|submitter| &submitter.party)];
    for party in parties.into_iter().flatten() {
        for text in [&party.id_number, &party.phone].into_iter().flatten() {
            words.push(' ');
            words.extend(text.chars().filter(|c| c.is_alphanumeric()));
        }
    }
    for text in dossier.registered.iter().filter_map(|person| person.id_number.as_deref()) {
        words.push(' ');
        words.push_str(text);
    }
    for text in dossier.numbers().map(|number| number.text.as_str()) {
        words.push(' ');
        words.push_str(text);
    }
    for external in &dossier.external_numbers {
        words.push(' ');
        words.push_str(&external.number);
    }
    fold(&words)
}
