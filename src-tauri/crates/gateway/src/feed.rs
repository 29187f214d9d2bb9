//! What a site has and the caller did not write: pages of series, each ending where its device signed.

use crate::database::Tx;
use crate::ledger::records::{self, FedRecord};
use crate::ledger::sites::{self, Site};
use crate::ledger::{Answer, Fault, devices};
use crate::problems::problem;
use protocol::series::{SERIES_BYTES_MAX, SERIES_RECORDS_MAX};
use protocol::wire::{FeedPage, Heads, ProblemType};
use protocol::{Hash, Series};

/// A page of a site's feed after a position.
///
/// # Errors
/// [`Fault`]; a position of another history is a problem.
pub fn page(
    tx: &mut dyn Tx,
    site: &Site,
    reader: &[u8; 16],
    after: u64,
) -> Result<Answer<FeedPage>, Fault> {
    let end = sites::feed_end(tx, &site.code)?;
    if after > end {
        // The cursor comes from a ledger that had more: this one was restored from a backup.
        return Ok(Err(problem(ProblemType::CursorExpired, 410, "The feed does not go so far")));
    }
    let (records, all) = records::fed_after(tx, &site.code, after, reader)?;
    let (series, last) = runs(&site.code, records);
    let next = if all { end } else { last.unwrap_or(after) };
    Ok(Ok(FeedPage { ledger_epoch: sites::epoch(tx)?, next, more: !all, series }))
}

/// How far every device of a site was read.
///
/// # Errors
/// [`Fault`].
pub fn heads(tx: &mut dyn Tx, site: &Site) -> Result<Heads, Fault> {
    let mut heads = Vec::new();
    for device in devices::of_site(tx, &site.code)? {
        // What is kept apart is nobody's to fetch.
        heads.push(match device.revoked {
            Some(_) => records::passed_on(tx, &site.code, &device.id)?,
            None => device.head(),
        });
    }
    Ok(Heads { ledger_epoch: sites::epoch(tx)?, cursor: sites::feed_end(tx, &site.code)?, heads })
}

/// Gathers records into series: a batch ends where its device signed, batches that follow each other become one. The
/// second is the position of the last record gathered.
fn runs(site: &str, records: Vec<FedRecord>) -> (Vec<Series>, Option<u64>) {
    let mut series: Vec<Series> = Vec::new();
    let mut batch: Vec<FedRecord> = Vec::new();
    let mut last = None;
    for record in records {
        let (signature, feed) = (record.signature, record.feed);
        batch.push(record);
        if let Some(signature) = signature {
            add(site, &mut series, std::mem::take(&mut batch), signature);
            last = Some(feed);
        }
    }
    (series, last)
}

fn add(site: &str, series: &mut Vec<Series>, batch: Vec<FedRecord>, signature: [u8; 64]) {
    let Some(first) = batch.first() else { return };
    let (device, first, prev) = (first.name.device, first.name.seq, prev(first));
    let bytes: usize = batch.iter().map(size).sum();
    let entries = batch.into_iter().map(|record| record.entry);
    match series.last_mut() {
        Some(run)
            if run.device == device
                && run.last() + 1 == first
                && run.entries.len() + entries.len() <= SERIES_RECORDS_MAX
                && run_size(run) + bytes <= SERIES_BYTES_MAX / 2 =>
        {
            run.entries.extend(entries);
            run.signature = signature;
        }
        _ => series.push(Series {
            site: site.to_owned(),
            device,
            first,
            prev,
            entries: entries.collect(),
            signature,
        }),
    }
}

fn prev(record: &FedRecord) -> Hash {
    records::read_header(&record.entry.header).map_or([0; 32], |header| *header.prev)
}

fn size(record: &FedRecord) -> usize {
    record.entry.header.len()
        + record.entry.content.as_ref().map_or(0, |content| content.body.len())
}

fn run_size(run: &Series) -> usize {
    run.entries
        .iter()
        .map(|entry| entry.header.len() + entry.content.as_ref().map_or(0, |c| c.body.len()))
        .sum()
}
