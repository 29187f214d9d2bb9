//! Years of records in the ledger without having sent them: the same rows that intake leaves, by COPY.
//!
//! Every record is made as a desk makes it, chained, hashed and signed; a desk whose log lies here goes on from its end
//! over the wire. Days are written site by site, so that a site's rows lie apart as they do after years.

use crate::desk::{Desk, Written};
use crate::office::{Dossiers, RECORDS};
use anyhow::{Context, Result};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Transaction};

/// Dossiers that a desk takes in before the next one's turn comes.
const DAY: u64 = 60;

const RECORD: &str = "COPY record(site, device, seq, feed, depth, subject_kind, subject, kind, hash, header, salt, \
    body, signature) FROM STDIN BINARY";
const RECORD_TYPES: [Type; 13] = [
    Type::TEXT,
    Type::BYTEA,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::BYTEA,
    Type::TEXT,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
    Type::BYTEA,
];
const NUMBER: &str = "COPY number(text, site, pad, holder) FROM STDIN BINARY";
const NUMBER_TYPES: [Type; 4] = [Type::TEXT, Type::TEXT, Type::INT8, Type::BYTEA];
const OUTBOUND: &str = "COPY outbound(site, dossier, version, state, created, steps, attempts, refusals, next_at, \
    reason) FROM STDIN BINARY";
const OUTBOUND_TYPES: [Type; 10] = [
    Type::TEXT,
    Type::BYTEA,
    Type::INT8,
    Type::TEXT,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::TEXT,
];

/// A connection of one's own to the ledger's database.
///
/// # Errors
/// When there is none.
pub async fn connect(database: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Records in the ledger.
///
/// # Errors
/// The database's.
pub async fn records(client: &Client) -> Result<u64> {
    let row = client.query_one("SELECT COALESCE(sum(next), 0)::BIGINT FROM site_feed", &[]).await?;
    Ok(row.get::<_, i64>(0).unsigned_abs())
}

/// Fills the ledger until `wanted` records are there.
///
/// # Errors
/// The database's.
pub async fn fill(
    client: &mut Client,
    desks: &mut [Desk],
    dossiers: &Dossiers,
    wanted: u64,
) -> Result<()> {
    loop {
        let missing = wanted.saturating_sub(records(client).await?);
        let each = missing.div_ceil((desks.len() * RECORDS) as u64).min(DAY);
        if missing == 0 || each == 0 {
            break;
        }
        let transaction = client.transaction().await?;
        let mut days = Vec::with_capacity(desks.len());
        for desk in desks.iter_mut() {
            let from = feed_end(&transaction, &desk.site).await?;
            days.push((desk.site.clone(), from, desk.write(dossiers, each)?));
        }
        copy_records(&transaction, &days).await?;
        copy_dossiers(&transaction, &days).await?;
        let moved = desks
            .iter()
            .zip(&days)
            .map(|(desk, (_, from, day))| move_ends(&transaction, desk, from + day.len() as i64));
        join_all(moved).await.into_iter().collect::<Result<Vec<_>>>()?;
        transaction.commit().await?;
    }
    // As the server does by itself when it has time.
    client.batch_execute("VACUUM ANALYZE").await?;
    Ok(client.batch_execute("CHECKPOINT").await?)
}

/// A site, the end of its feed, and a day of its desk.
type Day = (String, i64, Vec<Written>);

async fn feed_end(transaction: &Transaction<'_>, site: &str) -> Result<i64> {
    let sql = "SELECT next FROM site_feed WHERE site = $1";
    Ok(transaction.query_one(sql, &[&site]).await?.get(0))
}

async fn copy_records(transaction: &Transaction<'_>, days: &[Day]) -> Result<()> {
    let sink = transaction.copy_in(RECORD).await?;
    let mut writer = Box::pin(BinaryCopyInWriter::new(sink, &RECORD_TYPES));
    for (site, from, day) in days {
        for (at, record) in day.iter().enumerate() {
            let (header, entry) = (&record.header, &record.entry);
            let content = entry.content.as_ref().context("a body")?;
            let (seq, feed) = (header.name.seq.cast_signed(), from + 1 + at as i64);
            let depth = header.depth.cast_signed();
            let row: [&(dyn ToSql + Sync); 13] = [
                site,
                &header.name.device.as_slice(),
                &seq,
                &feed,
                &depth,
                &header.subject_kind,
                &header.subject.as_slice(),
                &header.kind,
                &entry.hash.as_slice(),
                &entry.header,
                &content.salt.as_slice(),
                &content.body,
                &record.signature.as_ref().map(<[u8; 64]>::as_slice),
            ];
            writer.as_mut().write(&row).await?;
        }
    }
    writer.as_mut().finish().await?;
    Ok(())
}

/// What intake notes of a dossier: its number is bound, and there is something to be told of it.
async fn copy_dossiers(transaction: &Transaction<'_>, days: &[Day]) -> Result<()> {
    let first = |day: &Day| -> Vec<(String, [u8; 16], String)> {
        let taken_in = day.2.iter().filter(|record| record.header.depth == 1);
        let of = |record: &Written| Some((day.0.clone(), *record.header.subject, number(record)?));
        taken_in.filter_map(of).collect()
    };
    let all: Vec<_> = days.iter().flat_map(first).collect();
    let sink = transaction.copy_in(NUMBER).await?;
    let mut writer = Box::pin(BinaryCopyInWriter::new(sink, &NUMBER_TYPES));
    for (site, dossier, number) in &all {
        writer.as_mut().write(&[number, site, &0_i64, &dossier.as_slice()]).await?;
    }
    writer.as_mut().finish().await?;
    let sink = transaction.copy_in(OUTBOUND).await?;
    let mut writer = Box::pin(BinaryCopyInWriter::new(sink, &OUTBOUND_TYPES));
    for (site, dossier, _) in &all {
        let row: [&(dyn ToSql + Sync); 10] = [
            site,
            &dossier.as_slice(),
            &1_i64,
            &"sent",
            &1_i64,
            &(RECORDS as i64),
            &0_i64,
            &0_i64,
            &crate::desk::DAY_MS,
            &"",
        ];
        writer.as_mut().write(&row).await?;
    }
    writer.as_mut().finish().await?;
    Ok(lanes(transaction, days).await?)
}

async fn lanes(transaction: &Transaction<'_>, days: &[Day]) -> Result<(), tokio_postgres::Error> {
    let sql = "INSERT INTO series_use(site, name, device, last) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING";
    let mut named = BTreeMap::new();
    for (site, _, day) in days {
        for record in day.iter().filter(|record| record.header.depth == 1) {
            let lane = number(record).and_then(|n| Some(format!("lane/{}/1", n.get(10..16)?)));
            named.extend(lane.map(|lane| ((site.clone(), lane), record.header.name.device)));
        }
    }
    for ((site, lane), device) in named {
        transaction.execute(sql, &[&site, &lane, &device.as_slice()]).await?;
    }
    Ok(())
}

fn number(record: &Written) -> Option<String> {
    let body = std::str::from_utf8(&record.entry.content.as_ref()?.body).ok()?;
    let at = body.find("H38.")?;
    body.get(at..at + 21).map(str::to_owned)
}

async fn move_ends(transaction: &Transaction<'_>, desk: &Desk, feed_end: i64) -> Result<()> {
    let sql = "UPDATE device SET seq = $2, hash = $3 WHERE id = $1";
    let (device, hash) = (desk.device.as_slice(), desk.head.as_slice());
    transaction.execute(sql, &[&device, &desk.seq.cast_signed(), &hash]).await?;
    let sql = "UPDATE site_feed SET next = $2 WHERE site = $1";
    transaction.execute(sql, &[&desk.site, &feed_end]).await?;
    Ok(())
}
