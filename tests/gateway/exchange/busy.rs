//! What an officer feels while another desk's whole log arrives.

use super::line::Online;
use super::{desk, sync};
use crate::place::Place;
use app::exchange::Headline;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Dossiers that arrive; 17,000 are more than 100,000 records, with `QUAY_FOREIGN_DOSSIERS=17000`.
const DOSSIERS: u32 = 60;
/// Dossiers taken in, and sent, before the others arrive: to compare with.
const IDLE: usize = 40;
/// The same where it is judged: the hundredth slowest is then one of ten.
const IDLE_JUDGED: usize = 1_000;
/// From so many dossiers on the figures are worth judging; fewer are over before the officer has taken five in.
const DOSSIERS_JUDGED: u32 = 10_000;
/// A person types far longer between two dossiers; less would only measure the queue at the one writer.
const BETWEEN: Duration = Duration::from_millis(25);
/// What the log before the database may grow to, bytes.
const WAL_BYTES_MAX: u64 = 64 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_takes_dossiers_in_while_another_desks_log_arrives() {
    let dossiers = std::env::var("QUAY_FOREIGN_DOSSIERS").map_or(DOSSIERS, |n| n.parse().unwrap());
    let place = Place::with(|settings| settings.limits.requests_per_minute_max = u32::MAX).await;
    let other = desk(&place, &place.url(""), 2).await;
    let count = dossiers.to_string();
    other.done(&["demo", "--dossiers", &count, "--document-every", "0"], &Value::Null);
    let here = Online::new(&place).await;
    here.until("a quiet line", |state| state.agreed_at_ms.is_some());
    let judged = dossiers >= DOSSIERS_JUDGED;
    let idle = if judged { IDLE_JUDGED } else { IDLE };
    let idle = Taken::of((0..idle).map(|n| timed(|| here.take_in_person(n))));
    // Its own must have gone: a backlog on its way out is another load.
    here.until("all is sent", |state| state.headline == Headline::SentAll);
    here.exchange.pause(true);
    sync(&other);

    let before = here.known_dossiers();
    here.exchange.pause(false);
    let started = Instant::now();
    let (mut busy, mut wal) = (Vec::new(), 0);
    while here.known_dossiers() < before + busy.len() + usize::try_from(dossiers).unwrap() {
        busy.push(timed(|| here.take_in_person(before + busy.len())));
        wal = wal.max(here.wal_bytes());
    }
    let took = started.elapsed();
    let busy = Taken::of(busy.into_iter());
    println!(
        "{dossiers} dossiers of another desk in {took:.1?}; accept idle {idle}, meanwhile {busy}; log before the database \
         at most {} KiB",
        wal >> 10
    );
    assert!(wal <= WAL_BYTES_MAX, "{wal} bytes");
    let (meanwhile, alone) = (busy.percentile(99), idle.percentile(99));
    assert!(!judged || meanwhile <= 2 * alone, "{meanwhile:?} is more than twice {alone:?}");
    let report = other.done(&["verify"], &Value::Null);
    assert_eq!(report["ok"], json!(true));
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    work();
    let took = start.elapsed();
    std::thread::sleep(BETWEEN);
    took
}

/// How long each of a row of dossiers took, shortest first.
struct Taken(Vec<Duration>);

impl Taken {
    fn of(each: impl Iterator<Item = Duration>) -> Self {
        let mut each: Vec<Duration> = each.collect();
        each.sort_unstable();
        Self(each)
    }

    fn percentile(&self, share: usize) -> Duration {
        let Self(sorted) = self;
        sorted.get(sorted.len() * share / 100).or(sorted.last()).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (half, most) = (self.percentile(50), self.percentile(99));
        write!(f, "p50 {half:.2?} p99 {most:.2?} of {}", self.0.len())
    }
}
