//! What a province's system reads: dossiers that changed, each as it stands, with a tag that names the version.

use super::payload;
use super::vocabulary::moment;
use crate::database::{Tx, Value};
use crate::gateway::Gateway;
use crate::ledger::records::{FedRecord, history, read_header};
use crate::ledger::{Answer, Fault, sites};
use crate::problems::{not_found, problem, validation};
use domain::dossier::Dossier;
use domain::dossier::merge::Merged;
use protocol::Header;
use protocol::receipt::hex;
use protocol::wire::ProblemType;
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

const CHANGES_MAX: i64 = 200;

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// Cursor to ask with next.
    pub next: u64,
    /// Whether there is more already.
    pub more: bool,
    /// Each changed dossier once, as it stands now.
    pub dossiers: Vec<Change>,
}

/// A dossier as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The dossier, UUID.
    pub id: String,
    /// Names this version: for `If-Match`.
    pub etag: String,
    /// An element of `DongBoHoSoMC`; absent while the dossier cannot be sent.
    #[serde(rename = "hoSo", skip_serializing_if = "Option::is_none")]
    pub dossier: Option<Json>,
    /// Why it cannot be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// Its number on the portal and how the desk answered; absent for dossiers filed at the desk.
    #[serde(rename = "hoSoTrucTuyen", skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
}

/// A dossier of the portal as its desk answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Online {
    /// Name of the portal.
    #[serde(rename = "HeThong")]
    pub system: String,
    /// Its number there.
    #[serde(rename = "MaHoSo")]
    pub number: String,
    /// `TrangThaiHoSo`: 1 waits, 3 not accepted, 5 sent back, from 2 on accepted.
    #[serde(rename = "TrangThaiHoSo")]
    pub status: String,
    /// The desk's own number, once accepted.
    #[serde(rename = "MaHoSoTaiQuay", skip_serializing_if = "Option::is_none")]
    pub desk_number: Option<String>,
    /// Why it was sent back or not accepted.
    #[serde(rename = "NoiDungXuLy", skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Who answered.
    #[serde(rename = "NguoiXuLy", skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, `yyyyMMddHHmmss`.
    #[serde(rename = "ThoiDiemXuLy", skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl Gateway {
    /// Dossiers of a site that changed after a cursor.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn changes(&self, site: String, after: u64) -> Result<Answer<Changes>, Fault> {
        let profile = self.profile.clone();
        self.ledger
            .read(move |tx| {
                if sites::find(tx, &site)?.is_none() {
                    return Ok(Err(not_found()));
                }
                let end = sites::feed_end(tx, &site)?;
                if after > end {
                    let title = "The feed does not go so far";
                    return Ok(Err(problem(ProblemType::CursorExpired, 410, title)));
                }
                let rows = tx.query(
                    "SELECT feed, subject FROM record WHERE site = $1 AND feed > $2 AND subject_kind = 'dossier'
                     ORDER BY feed LIMIT $3",
                    &[(&site).into(), Value::place(after), CHANGES_MAX.into()],
                )?;
                let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) == CHANGES_MAX;
                let next = match rows.last() {
                    Some(last) if more => last.place(0)?,
                    _ => end,
                };
                let ids: BTreeSet<[u8; 16]> =
                    rows.iter().map(|row| row.array(1)).collect::<Result<_, _>>()?;
                let mut dossiers = Vec::with_capacity(ids.len());
                for id in ids {
                    dossiers.push(change(tx, &site, &id, &profile)?);
                }
                Ok(Ok(Changes { next, more, dossiers }))
            })
            .await
    }

    /// One dossier of a site.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn province_dossier(
        &self,
        site: String,
        id: String,
    ) -> Result<Answer<Change>, Fault> {
        let Ok(id) = Uuid::parse_str(&id) else {
            return Ok(Err(validation("dossier: a UUID")));
        };
        let profile = self.profile.clone();
        self.ledger
            .read(move |tx| {
                let known = !history(tx, &site, id.as_bytes())?.is_empty();
                if !known {
                    return Ok(Err(not_found()));
                }
                change(tx, &site, id.as_bytes(), &profile).map(Ok)
            })
            .await
    }
}

/// A dossier folded from its records.
pub(crate) fn merged(records: &[FedRecord]) -> Merged {
    let headers: Vec<Header> =
        records.iter().filter_map(|record| read_header(&record.entry.header)).collect();
    let bodies =
        records.iter().map(|record| record.entry.content.as_ref().map(|c| c.body.as_slice()));
    sync::history::dossier(headers.iter().zip(bodies))
}

/// Names a version of a dossier: the heads of its history.
pub(super) fn etag(merged: &Merged) -> String {
    let mut digest = Sha256::new();
    for head in &merged.heads {
        digest.update(head.device.bytes());
        digest.update(head.seq.to_be_bytes());
    }
    let hash = hex::text(&digest.finalize());
    hash.chars().take(32).collect()
}

fn change(
    tx: &mut dyn Tx,
    site: &str,
    id: &[u8; 16],
    profile: &payload::Profile,
) -> Result<Change, Fault> {
    let records = history(tx, site, id)?;
    let merged = merged(&records);
    let files = files_here(tx, site, id)?;
    let (dossier, waits) = match &merged.dossier {
        None => (None, Some("not received yet".to_owned())),
        Some(_) if is_held(tx, site, id)? => (None, Some("held by the gateway".to_owned())),
        Some(dossier) => {
            match payload::dossier(dossier, site, profile, |sha256| files.contains(sha256)) {
                Ok(payload) => (Some(payload), None),
                Err(unsendable) => (None, Some(unsendable.to_string())),
            }
        }
    };
    let online = merged.dossier.as_ref().and_then(online);
    Ok(Change {
        id: Uuid::from_bytes(*id).to_string(),
        etag: etag(&merged),
        dossier,
        waits,
        online,
    })
}

fn online(dossier: &Dossier) -> Option<Online> {
    let submission = dossier.submission.as_ref()?;
    let answer = submission.answer.as_ref();
    Some(Online {
        system: submission.system.clone(),
        number: submission.number.clone(),
        status: dossier.status().0.to_string(),
        desk_number: dossier.number.as_ref().map(|number| number.text.clone()),
        words: answer.map(|answer| answer.words.clone()),
        by: answer.map(|answer| answer.by.clone()),
        at: answer.map(|answer| moment(answer.at)),
    })
}

/// Files of a dossier that are whole here.
pub(crate) fn files_here(
    tx: &mut dyn Tx,
    site: &str,
    id: &[u8; 16],
) -> Result<BTreeSet<String>, Fault> {
    let rows = tx.query(
        "SELECT f.sha256 FROM file_named n JOIN file f ON f.site = n.site AND f.sha256 = n.sha256
         WHERE n.site = $1 AND n.dossier = $2",
        &[site.into(), id.into()],
    )?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// Whether a record of a dossier waits for a person.
pub(crate) fn is_held(tx: &mut dyn Tx, site: &str, id: &[u8; 16]) -> Result<bool, Fault> {
    let sql = "SELECT seq FROM held WHERE site = $1 AND dossier = $2 LIMIT 1";
    Ok(!tx.query(sql, &[site.into(), id.into()])?.is_empty())
}
