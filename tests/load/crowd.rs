//! A province comes back after an outage: every site at once, each with a day's backlog.

use crate::desk::Desk;
use crate::place::{Place, Used};
use crate::site::{Comes, Return, Site};
use crate::throughput::Ready;
use anyhow::Result;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Long enough for every desk to have got to its longest pause.
const OUTAGE_MS: u64 = 30 * 60 * 1_000;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Sites.
    pub sites: usize,
    /// Records of all of them.
    pub records: u64,
    /// Sites that did not get there, or were refused something.
    pub failed: usize,
    /// When the first, the median and the last site had sent everything.
    pub agreed: [Duration; 3],
    /// Most sites that came in one second: the very first second, and any later one.
    pub came: [usize; 2],
    /// Most sites that ended in one second.
    pub ended: usize,
    /// How often a site was told to come later.
    pub sent_away: u64,
    /// How often a batch overtook the one before it by too long, and was sent again.
    pub overtaken: u64,
    /// How often a line broke.
    pub broken: u64,
    /// Memory of the gateway at its most, and before anybody came, bytes.
    pub memory: [u64; 2],
    /// Processor time.
    pub used: Used,
}

/// Lets all come back and waits for the last.
///
/// # Errors
/// When the gateway is gone.
pub async fn run(
    place: &Place,
    desks: &[Desk],
    ready: Vec<Ready>,
    gateway_key: [u8; 32],
    comes: Comes,
) -> Result<Figures> {
    let records = desks.iter().map(|desk| desk.seq).sum();
    let sites: Vec<Site> = desks
        .iter()
        .zip(ready)
        .map(|(desk, (wire, batches))| {
            Site::new(desk.site.clone(), gateway_key, wire, batches, desk.head(), OUTAGE_MS)
        })
        .collect();
    let (idle, _) = place.memory()?;
    let (before, began) = (place.used()?, Instant::now());
    let returning = sites.into_iter().map(|site| tokio::spawn(site.returns(began, comes)));
    let mut went = Vec::new();
    for site in futures_util::future::join_all(returning).await {
        went.push(site?);
    }
    let (_, most) = place.memory()?;
    let used = place.used()?.since(before);
    Ok(figures(&went, records, [most, idle], used))
}

fn figures(went: &[Return], records: u64, memory: [u64; 2], used: Used) -> Figures {
    for refused in went.iter().flat_map(|site| &site.refused).take(5) {
        eprintln!("refused: {refused}");
    }
    let mut agreed: Vec<Duration> = went.iter().filter_map(|site| site.agreed).collect();
    agreed.sort_unstable();
    let at = |share: usize| {
        agreed.get(agreed.len().saturating_sub(1) * share / 100).copied().unwrap_or_default()
    };
    let came = by_second(went.iter().flat_map(|site| site.came.iter().copied()));
    let later = came.range(1..).map(|(_, count)| *count).max().unwrap_or(0);
    let ended = by_second(agreed.iter().map(Duration::as_secs));
    Figures {
        sites: went.len(),
        records,
        failed: went
            .iter()
            .filter(|site| site.agreed.is_none() || !site.refused.is_empty())
            .count(),
        agreed: [at(0), at(50), at(100)],
        came: [came.get(&0).copied().unwrap_or(0), later],
        ended: ended.values().copied().max().unwrap_or(0),
        sent_away: went.iter().map(|site| site.sent_away).sum(),
        overtaken: went.iter().map(|site| site.overtaken).sum(),
        broken: went.iter().map(|site| site.broken).sum(),
        memory,
        used,
    }
}

fn by_second(seconds: impl Iterator<Item = u64>) -> BTreeMap<u64, usize> {
    let mut counts = BTreeMap::new();
    for second in seconds {
        *counts.entry(second).or_insert(0) += 1;
    }
    counts
}
