//! What a province's system writes: a step of a dossier, the file of a result. Dossiers of the portal: [`super::filing`].

use super::clients::{self, Client};
use super::events::{Writer, events};
use super::reading::{etag, merged};
use super::step::Posted;
use crate::database::{Tx, Value};
use crate::gateway::Gateway;
use crate::ledger::own::{self, OwnFact};
use crate::ledger::records::{self, Heads};
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault, devices};
use crate::problems::{not_found, problem, unauthorized, validation};
use domain::dossier::Event;
use protocol::wire::ProblemType;
use protocol::{Fact, Subject};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A step has become records of the commune's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// The dossier's version from now on.
    pub etag: String,
    /// `false` when the step had been posted before.
    pub new: bool,
}

impl Gateway {
    /// Writes a step of a dossier into its history. `seen` is the version the writer saw (`If-Match`).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn post_step(
        &self,
        client: [u8; 16],
        site: String,
        dossier: Uuid,
        posted: Posted,
        seen: Option<String>,
    ) -> Result<Answer<Accepted>, Fault> {
        let (keys, now_ms) = (self.keys.clone(), self.clock.now_ms());
        self.ledger
            .write(move |tx| {
                let Some(client) = clients::find(tx, &client)? else {
                    return Ok(Err(unauthorized("not a system of the province")));
                };
                let Some(site) = sites::find(tx, &site)? else { return Ok(Err(not_found())) };
                // One step at a time: the version that is compared is the version that is written over.
                devices::lock(tx, &site.device)?;
                let records = records::history(tx, &site.code, dossier.as_bytes())?;
                let merged = merged(&records);
                let Some(state) = &merged.dossier else { return Ok(Err(not_found())) };
                let now = etag(&merged);
                let hash = hash_of(&posted)?;
                match posted_before(tx, &client, &posted.id, &hash)? {
                    Some(true) => return Ok(Ok(Accepted { etag: now, new: false })),
                    Some(false) => {
                        return Ok(Err(validation("MaSuKien: posted before with another content")));
                    }
                    None => {}
                }
                if seen.as_ref().is_some_and(|seen| *seen != now) {
                    return Ok(Err(problem(ProblemType::Stale, 412, "The dossier has changed")));
                }
                let files = results_here(tx, &site, &posted)?;
                let writer = Writer { id: client.id, name: &client.name, assumed: seen.is_none() };
                let events = match events(&posted, state, &writer, |sha256| {
                    files.iter().any(|here| here == sha256)
                }) {
                    Ok(events) => events,
                    Err(problem) => return Ok(Err(problem)),
                };
                for result in &posted.results {
                    name_file(tx, &site, dossier.as_bytes(), &result.sha256)?;
                }
                let heads = Heads {
                    names: merged.heads.iter().copied().map(sync::history::wire_name).collect(),
                    depth: merged.depth,
                };
                let facts = chained(dossier, &client, events, &heads);
                own::append(tx, &keys, &site, facts, now_ms)?;
                remember(tx, &client, &posted.id, &hash, now_ms)?;
                let records = records::history(tx, &site.code, dossier.as_bytes())?;
                Ok(Ok(Accepted { etag: etag(&self::merged(&records)), new: true }))
            })
            .await
    }

    /// Keeps the file of a result for a commune.
    ///
    /// # Errors
    /// [`Fault`]; bytes of another hash are a [`protocol::wire::Problem`].
    pub async fn keep_file(
        &self,
        site: String,
        sha256: String,
        bytes: bytes::Bytes,
    ) -> Result<Answer<()>, Fault> {
        if protocol::receipt::hex::text(&Sha256::digest(&bytes)) != sha256 {
            return Ok(Err(problem(
                ProblemType::HashMismatch,
                422,
                "The file has another SHA-256",
            )));
        }
        if self
            .ledger
            .read({
                let site = site.clone();
                move |tx| Ok(sites::find(tx, &site)?.ok_or_else(not_found))
            })
            .await?
            .is_err()
        {
            return Ok(Err(not_found()));
        }
        let mut keeping = self.files.keep(&site, &sha256).await?;
        keeping.add(&bytes).await?;
        keeping.finish().await?;
        let (size, now_ms) = (bytes.len() as u64, self.clock.now_ms());
        self.ledger
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO file(site, sha256, size, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                    &[(&site).into(), (&sha256).into(), Value::place(size), now_ms.into()],
                )?;
                Ok(Ok(()))
            })
            .await
    }
}

/// The first event follows the heads that were seen, each further one the one before it.
pub(super) fn chained(
    dossier: Uuid,
    client: &Client,
    events: Vec<Event>,
    heads: &Heads,
) -> Vec<OwnFact> {
    let subject = Subject { kind: "dossier", id: dossier.into_bytes() };
    events
        .into_iter()
        .enumerate()
        .map(|(index, event)| OwnFact {
            subject,
            fact: Fact::Dossier(event),
            actor: client.id,
            seen: (index == 0).then(|| heads.clone()),
        })
        .collect()
}

/// Whether this was posted before: with the same content, or with another.
pub(super) fn posted_before(
    tx: &mut dyn Tx,
    client: &Client,
    id: &Uuid,
    hash: &[u8; 32],
) -> Result<Option<bool>, Fault> {
    let sql = "SELECT hash FROM province_step WHERE client = $1 AND id = $2";
    let rows = tx.query(sql, &[(&client.id).into(), id.as_bytes().into()])?;
    Ok(rows.first().map(|row| row.array::<32>(0)).transpose()?.map(|before| before == *hash))
}

pub(super) fn remember(
    tx: &mut dyn Tx,
    client: &Client,
    id: &Uuid,
    hash: &[u8; 32],
    now_ms: i64,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO province_step(client, id, hash, at) VALUES ($1, $2, $3, $4)",
        &[(&client.id).into(), id.as_bytes().into(), hash.into(), now_ms.into()],
    )?;
    Ok(())
}

pub(super) fn hash_of(posted: &impl Serialize) -> Result<[u8; 32], Fault> {
    let bytes = serde_json::to_vec(posted).map_err(|_| Fault::Broken("a post as JSON"))?;
    Ok(Sha256::digest(bytes).into())
}

/// Whether the bytes of a file are whole here, as many as are said.
pub(super) fn file_is_here(
    tx: &mut dyn Tx,
    site: &Site,
    sha256: &str,
    size_bytes: u64,
) -> Result<bool, Fault> {
    let rows = tx.query(
        "SELECT size FROM file WHERE site = $1 AND sha256 = $2",
        &[(&site.code).into(), sha256.into()],
    )?;
    Ok(rows.first().map(|row| row.place(0)).transpose()? == Some(size_bytes))
}

/// A dossier names a file: its desks may fetch it from now on.
pub(super) fn name_file(
    tx: &mut dyn Tx,
    site: &Site,
    dossier: &[u8; 16],
    sha256: &str,
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO file_named(site, sha256, dossier) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        &[(&site.code).into(), sha256.into(), dossier.into()],
    )?;
    Ok(())
}

fn results_here(tx: &mut dyn Tx, site: &Site, posted: &Posted) -> Result<Vec<String>, Fault> {
    let mut here = Vec::new();
    for result in &posted.results {
        if file_is_here(tx, site, &result.sha256, result.size_bytes)? {
            here.push(result.sha256.clone());
        }
    }
    Ok(here)
}
