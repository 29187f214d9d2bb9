//! How fast a gateway takes records while desks send as fast as they are answered.

use crate::desk::{Batch, Desk};
use crate::office::Dossiers;
use crate::place::{Place, Used};
use crate::wire::{Wire, must_take, trusting};
use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use std::time::{Duration, Instant};

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Records taken.
    pub records: u64,
    /// How long it took.
    pub took: Duration,
    /// From a batch to its receipt: the median and the slowest of a hundred.
    pub receipt: [Duration; 2],
    /// Processor time.
    pub used: Used,
}

impl Figures {
    /// Records a second.
    pub fn a_second(&self) -> f64 {
        self.records as f64 / self.took.as_secs_f64()
    }

    /// Processor time of gateway and database for one record, microseconds.
    pub fn us_a_record(&self) -> f64 {
        (self.used.gateway + self.used.database) * 1e6 / self.records as f64
    }
}

/// A desk and what it is about to send.
pub type Ready = (Wire, Vec<Batch>);

/// Writes `dossiers_each` at every desk and packs them, on all processors, before any clock runs.
///
/// # Errors
/// A record that cannot be made.
pub fn prepare(
    place: &Place,
    desks: &mut [Desk],
    dossiers: &Dossiers,
    dossiers_each: u64,
) -> Result<Vec<Ready>> {
    let trusting = trusting(&place.authority)?;
    let processors = std::thread::available_parallelism()?.get();
    let share = desks.len().div_ceil(processors).max(1);
    let one = |desk: &mut Desk| -> Result<Ready> {
        let prev = desk.head;
        let written = desk.write(dossiers, dossiers_each)?;
        let batches = desk.batches(prev, written)?;
        Ok((Wire::new(desk, place.address, &trusting)?, batches))
    };
    std::thread::scope(|scope| {
        let parts = desks.chunks_mut(share);
        let working = parts.map(|part| scope.spawn(move || part.iter_mut().map(one).collect()));
        let working: Vec<_> = working.collect();
        let mut ready = Vec::new();
        for part in working {
            let part: Result<Vec<Ready>> = part.join().ok().context("a desk could not write")?;
            ready.extend(part?);
        }
        Ok(ready)
    })
}

/// Every desk sends its batches one after the other.
///
/// # Errors
/// A batch that was not taken: none may be.
pub async fn run(place: &Place, ready: Vec<Ready>) -> Result<Figures> {
    try_join_all(ready.iter().map(|(wire, _)| wire.log_in())).await?;
    let records = ready.iter().flat_map(|(_, batches)| batches);
    let records = records.map(|batch| batch.last + 1 - batch.first).sum();
    let (before, began) = (place.used()?, Instant::now());
    let sending = ready.into_iter().map(|(wire, batches)| tokio::spawn(sent(wire, batches)));
    let mut receipts = Vec::new();
    for desk in try_join_all(sending).await? {
        receipts.extend(desk?);
    }
    let (took, used) = (began.elapsed(), place.used()?.since(before));
    receipts.sort_unstable();
    let at = |share: usize| receipts.get(receipts.len() * share / 100).copied().unwrap_or_default();
    Ok(Figures { records, took, receipt: [at(50), at(99)], used })
}

async fn sent(wire: Wire, batches: Vec<Batch>) -> Result<Vec<Duration>> {
    let mut receipts = Vec::with_capacity(batches.len());
    for batch in &batches {
        let began = Instant::now();
        must_take(&wire, batch).await?;
        receipts.push(began.elapsed());
    }
    Ok(receipts)
}
