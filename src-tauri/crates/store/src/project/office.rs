//! The small tables of the office: place of work, officers, devices, packs, fees, prints, what the gateway holds back.

use super::numbers::{draw, reserve_number};
use crate::error::{Result, StoreFault};
use crate::log;
use data_encoding::BASE64;
use domain::office::{DeviceRevoked, OfficeFact, RecordAdopted};
use protocol::fact::HELD;
use protocol::{Fact, Header, Name, Record};
use rusqlite::{Connection, ToSql, params};

/// Who wrote a fact, as this installation knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// This installation, or the one it was restored from.
    Mine,
    /// The gateway: the series was signed with the key pinned at enrolment.
    Gateway,
    /// Another desk of the site.
    Desk,
}

impl Author {
    /// What [`crate::log`] keeps of a device.
    pub(crate) fn of(mine: bool, gateway: bool) -> Self {
        match (mine, gateway) {
            (true, _) => Author::Mine,
            (false, true) => Author::Gateway,
            (false, false) => Author::Desk,
        }
    }

    /// Place of work and packs in use are each installation's own, and the gateway alone says which keys are other
    /// devices' and what it holds back: anybody else's word on these leaves no trace in the tables.
    fn may_say(self, fact: &OfficeFact) -> bool {
        match fact {
            OfficeFact::SiteCommissioned(_)
            | OfficeFact::PackAdopted(_)
            | OfficeFact::DeviceStarted(_) => self == Author::Mine,
            OfficeFact::DeviceEnrolled(_)
            | OfficeFact::DeviceRevoked(_)
            | OfficeFact::RecordAdopted(_)
            | OfficeFact::RecordHeld(_)
            | OfficeFact::RecordReleased(_) => self == Author::Gateway,
            _ => true,
        }
    }
}

/// Projects a fact of the office, if its author has a say in it.
pub(crate) fn office_fact(
    connection: &Connection,
    author: Author,
    fact: &OfficeFact,
) -> Result<()> {
    if !author.may_say(fact) {
        return Ok(());
    }
    match fact {
        OfficeFact::SiteCommissioned(e) => {
            let json = serde_json::to_string(&e.site).map_err(|_| StoreFault::Value("site"))?;
            connection.execute("INSERT INTO site(one, json) VALUES (1, ?1) ON CONFLICT(one) DO UPDATE SET json = ?1", [json])?;
        }
        OfficeFact::OfficerSet(e) => {
            let roles: Vec<&str> = e.officer.roles.iter().map(|role| role.word()).collect();
            connection.execute(
                "INSERT INTO officer(id, name, roles, active) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT(id) DO UPDATE SET name = ?2, roles = ?3, active = ?4",
                params![e.officer.id.bytes(), e.officer.name, roles.join(" "), e.active],
            )?;
        }
        OfficeFact::DeviceStarted(e) => {
            let no = log::device_no(connection, e.device.bytes())?;
            connection.execute(
                "UPDATE device SET public_key = ?2 WHERE no = ?1",
                params![no, hex_bytes(&e.public_key)],
            )?;
        }
        OfficeFact::PackAdopted(e) => {
            connection.execute(
                "INSERT INTO pack(kind, version, sha256, origin) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT(kind) DO UPDATE SET version = ?2, sha256 = ?3, origin = ?4",
                params![e.kind, e.version, e.sha256, e.origin],
            )?;
        }
        OfficeFact::ProcedureReviewed(e) => {
            let edits =
                serde_json::to_string(&e.edits).map_err(|_| StoreFault::Value("review.edits"))?;
            connection.execute(
                "INSERT INTO review(procedure, pack_version, edits, officer) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT(procedure) DO UPDATE SET pack_version = ?2, edits = ?3, officer = ?4",
                params![e.code, e.pack_version, edits, e.by],
            )?;
        }
        OfficeFact::FeeSet(e) => match e.amount_vnd {
            Some(amount) => {
                connection.execute(
                    "INSERT INTO fee(procedure, amount_vnd, basis) VALUES (?1, ?2, ?3)
                     ON CONFLICT(procedure) DO UPDATE SET amount_vnd = ?2, basis = ?3",
                    params![e.procedure, amount, e.basis],
                )?;
            }
            None => {
                connection.execute("DELETE FROM fee WHERE procedure = ?1", [&e.procedure])?;
            }
        },
        OfficeFact::NumbersReserved(e) => {
            for number in &e.numbers {
                reserve_number(connection, number)?;
                if let Some(drawn) = &number.drawn {
                    draw(connection, &drawn.series, drawn.place)?;
                }
            }
        }
        OfficeFact::DeviceEnrolled(e) => {
            let no = log::device_no(connection, e.device.bytes())?;
            connection.execute(
                "UPDATE device SET public_key = coalesce(public_key, ?2) WHERE no = ?1",
                params![no, hex_bytes(&e.public_key)],
            )?;
        }
        OfficeFact::DeviceRevoked(e) => revoke(connection, e)?,
        OfficeFact::RecordHeld(e) => {
            connection.execute(
                "INSERT INTO held(device, seq, dossier, problem, reason, owner, next_step, released)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)
                 ON CONFLICT(device, seq) DO UPDATE SET dossier = ?3, problem = ?4, reason = ?5,
                     owner = ?6, next_step = ?7, released = 0, asked_at_ms = NULL, asked_by = NULL",
                params![
                    e.device.bytes(),
                    log::integer(e.seq),
                    e.dossier.bytes(),
                    e.problem,
                    e.reason,
                    e.owner,
                    e.next_step
                ],
            )?;
        }
        OfficeFact::RecordReleased(e) => {
            connection.execute(
                "UPDATE held SET released = 1 WHERE device = ?1 AND seq = ?2",
                params![e.device.bytes(), log::integer(e.seq)],
            )?;
        }
        OfficeFact::RecordPutBack(e) => {
            connection.execute(
                "UPDATE held SET asked_at_ms = ?3, asked_by = ?4 WHERE device = ?1 AND seq = ?2",
                params![e.device.bytes(), log::integer(e.seq), e.at.as_millisecond(), e.by],
            )?;
        }
        OfficeFact::RecordAdopted(e) => adopt(connection, e)?,
        OfficeFact::SlipPrinted(e) => {
            for dossier in &e.dossiers {
                connection
                    .prepare_cached(
                        "INSERT INTO print(dossier, prints) VALUES (?1, 1) ON CONFLICT(dossier) DO UPDATE SET prints = prints + 1",
                    )?
                    .execute([dossier.bytes()])?;
            }
        }
    }
    Ok(())
}

/// Writes anew what is held back: of what the gateway says and desks ask about one record, the last in order stands.
pub(crate) fn held_anew(connection: &Connection) -> Result<()> {
    connection.execute("DELETE FROM held", [])?;
    replay(connection, "r.subject = ?1", &HELD)
}

/// Writes anew what the office's records demand, after some of them ceased to count. Place of work, packs and keys are not
/// theirs to say, and numbers set aside were printed.
pub(crate) fn office_anew(connection: &Connection) -> Result<()> {
    for table in ["officer", "review", "fee", "print", "held"] {
        connection.execute(&format!("DELETE FROM {table}"), [])?;
    }
    replay(connection, "r.kind NOT LIKE ?1", &"dossier.%")
}

/// Projects the office's records that `which` (a condition on a record `r` with one parameter) chooses and that count, in
/// the order all machines fold in; those that came before their chain stand in their own places.
fn replay(connection: &Connection, which: &str, parameter: &dyn ToSql) -> Result<()> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT r.kind, r.header, r.body, d.mine, d.gateway, r.subject, r.depth, d.id, r.seq
           FROM record r JOIN device d ON d.no = r.device_no
          WHERE {which} AND (d.revoked_seq IS NULL OR r.seq <= d.revoked_seq)
          UNION ALL
         SELECT r.kind, r.header, r.body, 0, 0, r.subject, r.depth, d.id, r.seq
           FROM ahead r JOIN device d ON d.no = r.device_no
          WHERE {which} AND r.refuted = 0 AND (d.revoked_seq IS NULL OR r.seq <= d.revoked_seq)
          ORDER BY 6, 7, 8, 9",
    ))?;
    let mut rows = statement.query([parameter])?;
    while let Some(row) = rows.next()? {
        let (kind, header): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let body: Option<Vec<u8>> = row.get(2)?;
        let Some(fact) = understood(&kind, &header, body.as_deref()) else { continue };
        office_fact(connection, Author::of(row.get(3)?, row.get(4)?), &fact)?;
    }
    Ok(())
}

/// A fact of the office that this version understands.
pub(crate) fn understood(kind: &str, header: &[u8], body: Option<&[u8]>) -> Option<OfficeFact> {
    if Header::placed(header).ok()?.is_newer() {
        return None;
    }
    match Fact::decode(kind, body?) {
        Ok(Fact::Office(fact)) => Some(fact),
        _ => None,
    }
}

/// What was once said to stand stands for ever: of two revocations, which a gateway put back from a copy may have written,
/// the one that accepts more counts, whichever came first.
fn revoke(connection: &Connection, e: &DeviceRevoked) -> Result<()> {
    let no = log::device_no(connection, e.device.bytes())?;
    connection.execute(
        "UPDATE device SET revoked_seq = ?2, revoked_hash = ?3
          WHERE no = ?1 AND (revoked_seq IS NULL OR revoked_seq < ?2)",
        params![no, log::integer(e.seq), hex_bytes(&e.hash)],
    )?;
    Ok(())
}

/// Bytes that are no record leave no trace: the gateway's word is kept in its log either way.
fn adopt(connection: &Connection, e: &RecordAdopted) -> Result<()> {
    let Some(record) = adopted_record(e) else { return Ok(()) };
    connection.execute(
        "INSERT OR IGNORE INTO adopted(device, seq, depth, subject, kind, header, salt, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            record.header.name.device,
            log::integer(record.header.name.seq),
            log::integer(record.header.depth),
            *record.header.subject,
            record.header.kind,
            record.header_bytes,
            record.salt,
            record.body,
        ],
    )?;
    // What came before its chain has now come for good: a chain may never bring it.
    connection.execute(
        "DELETE FROM ahead WHERE device_no = (SELECT no FROM device WHERE id = ?1) AND seq = ?2 AND hash = ?3",
        params![
            record.header.name.device,
            log::integer(record.header.name.seq),
            record.hash
        ],
    )?;
    Ok(())
}

fn adopted_record(e: &RecordAdopted) -> Option<Record> {
    let read = |text: &str| BASE64.decode(text.as_bytes()).ok();
    let salt = read(&e.salt)?.try_into().ok()?;
    let record = Record::read(read(&e.header)?, salt, read(&e.body)?).ok()?;
    let name = Name { device: *e.device.bytes(), seq: e.seq };
    (record.header.name == name).then_some(record)
}

fn hex_bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .filter_map(|i| u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok())
        .collect()
}
