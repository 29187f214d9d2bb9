//! Numbers that records bind: looked up and bound under the lock that stored the record.

use crate::database::{Tx, Value};
use crate::ledger::sites::Site;
use crate::ledger::{Fault, devices};
use domain::ids::{DeviceId, DossierId};
use domain::office::{OfficeFact, RecordHeld, RecordReleased};
use protocol::Name;
use protocol::wire::ProblemType;
use sync::number::{Bound, Claim, Held, Holder, Owner, claims, held};
use uuid::Uuid;

/// Binds the numbers that a record claims; the first claim that must wait for a person is given back.
///
/// # Errors
/// [`Fault`].
pub fn bind(
    tx: &mut dyn Tx,
    site: &Site,
    name: Name,
    kind: &str,
    subject: &[u8; 16],
    body: &[u8],
) -> Result<Option<Held>, Fault> {
    let mut waits = None;
    for claim in claims(kind, *subject, name.device, body) {
        let bound = bound(tx, site, &claim)?;
        match held(&claim, name.device, bound) {
            Some(held) => waits = waits.or(Some(held)),
            None => keep(tx, site, name.device, &claim)?,
        }
    }
    Ok(waits)
}

/// Notes that a record waits for a person.
///
/// # Errors
/// [`Fault`].
pub fn hold(
    tx: &mut dyn Tx,
    site: &Site,
    name: Name,
    dossier: &[u8; 16],
    problem: ProblemType,
    now_ms: i64,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO held(site, device, seq, dossier, problem, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (site, device, seq) DO UPDATE SET problem = excluded.problem, at = excluded.at",
        &[
            (&site.code).into(),
            (&name.device).into(),
            Value::place(name.seq),
            dossier.into(),
            word(problem).into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}

/// A number was found for a dossier: the records that waited for one wait no more. Gives them.
///
/// # Errors
/// [`Fault`].
pub fn release(tx: &mut dyn Tx, site: &Site, dossier: &[u8; 16]) -> Result<Vec<Name>, Fault> {
    let of_it = [(&site.code).into(), dossier.into()];
    let sql = "SELECT device, seq FROM held WHERE site = $1 AND dossier = $2 ORDER BY device, seq";
    let rows = tx.query(sql, &of_it)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    tx.execute("DELETE FROM held WHERE site = $1 AND dossier = $2", &of_it)?;
    rows.iter().map(|row| Ok(Name { device: row.array(0)?, seq: row.place(1)? })).collect()
}

/// Whether a record waits for a person.
///
/// # Errors
/// [`Fault`].
pub fn waits(tx: &mut dyn Tx, site: &Site, name: Name) -> Result<bool, Fault> {
    let sql = "SELECT seq FROM held WHERE site = $1 AND device = $2 AND seq = $3";
    let rows =
        tx.query(sql, &[(&site.code).into(), (&name.device).into(), Value::place(name.seq)])?;
    Ok(!rows.is_empty())
}

/// One record waits no more.
///
/// # Errors
/// [`Fault`].
pub fn release_one(tx: &mut dyn Tx, site: &Site, name: Name) -> Result<(), Fault> {
    let sql = "DELETE FROM held WHERE site = $1 AND device = $2 AND seq = $3";
    tx.execute(sql, &[(&site.code).into(), (&name.device).into(), Value::place(name.seq)])?;
    Ok(())
}

/// What the gateway records about a record that waits no more.
pub fn released_fact(name: Name, dossier: [u8; 16], by: &str) -> OfficeFact {
    OfficeFact::RecordReleased(Box::new(RecordReleased {
        dossier: DossierId(Uuid::from_bytes(dossier)),
        device: DeviceId(Uuid::from_bytes(name.device)),
        seq: name.seq,
        by: by.into(),
    }))
}

/// What the gateway records about a record that waits.
pub fn held_fact(name: Name, dossier: [u8; 16], held: &Held) -> OfficeFact {
    let owner = match held.owner {
        Owner::Supervisor => "Lãnh đạo Trung tâm",
        Owner::Province => "Đội hỗ trợ của tỉnh",
    };
    OfficeFact::RecordHeld(Box::new(RecordHeld {
        dossier: DossierId(Uuid::from_bytes(dossier)),
        device: DeviceId(Uuid::from_bytes(name.device)),
        seq: name.seq,
        problem: word(held.problem).into(),
        reason: held.reason.clone(),
        owner: owner.into(),
        next_step: held.next_step.into(),
    }))
}

fn bound(tx: &mut dyn Tx, site: &Site, claim: &Claim) -> Result<Bound, Fault> {
    let rows = tx.query(
        "SELECT pad, holder FROM number WHERE text = $1 FOR UPDATE",
        &[(&claim.text).into()],
    )?;
    let holder = match rows.first() {
        None => None,
        Some(row) if row.flag(0)? => Some(Holder::Pad(row.array(1)?)),
        Some(row) => Some(Holder::Dossier(row.array(1)?)),
    };
    Ok(Bound { holder, lane_device: lane_device(tx, site, claim)? })
}

/// Lanes are leased to one device of the site; every device has provisional series of its own. What a revoked device drew
/// from goes over to the one that holds its desk's lane now; numbers that were given stay bound.
fn lane_device(tx: &mut dyn Tx, site: &Site, claim: &Claim) -> Result<Option<[u8; 16]>, Fault> {
    let Some(series) = claim.series.as_deref().filter(|series| series.starts_with("lane/")) else {
        return Ok(None);
    };
    let used = devices::series_used(tx, &site.code, series)?.map(|(device, _)| device);
    if let Some(device) = used
        && devices::find(tx, &device)?.is_none_or(|device| device.revoked.is_none())
    {
        return Ok(Some(device));
    }
    let desk = series.rsplit('/').next().and_then(|desk| desk.parse().ok());
    let seated = desk.map(|desk| devices::at_desk(tx, &site.code, desk)).transpose()?.flatten();
    match (used, seated) {
        (Some(revoked), Some(seated)) => {
            let holds = devices::find(tx, &seated)?.is_some_and(|device| device.lane);
            Ok(Some(if holds { seated } else { revoked }))
        }
        (used, seated) => Ok(seated.or(used)),
    }
}

fn keep(tx: &mut dyn Tx, site: &Site, device: [u8; 16], claim: &Claim) -> Result<(), Fault> {
    let (pad, holder) = match claim.holder {
        Holder::Pad(device) => (true, device),
        Holder::Dossier(dossier) => (false, dossier),
    };
    tx.execute(
        "INSERT INTO number(text, site, pad, holder) VALUES ($1, $2, $3, $4)
         ON CONFLICT (text) DO UPDATE SET pad = excluded.pad, holder = excluded.holder",
        &[(&claim.text).into(), (&site.code).into(), Value::flag(pad), (&holder).into()],
    )?;
    if let Some(series) = claim.series.as_deref().filter(|series| series.starts_with("lane/")) {
        devices::use_series(tx, &site.code, series, &device, 0)?;
    }
    Ok(())
}

fn word(problem: ProblemType) -> &'static str {
    match problem {
        ProblemType::NumberTaken => "number-taken",
        ProblemType::DeskTaken => "desk-taken",
        _ => "validation",
    }
}
