//! What an officer feels while another desk's whole log arrives.

use super::line::Online;
use super::{desk, sync};
use crate::place::Place;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Dossiers that arrive; 17,000 are more than 100,000 records, with `QUAY_FOREIGN_DOSSIERS=17000`.
const DOSSIERS: u32 = 60;
/// Dossiers taken in before the others arrive, to compare with.
const IDLE: usize = 200;
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
    here.exchange.pause(true);
    sync(&other);

    let mut idle: Vec<Duration> = (0..IDLE).map(|n| timed(|| here.take_in_person(n))).collect();
    here.exchange.pause(false);
    let started = Instant::now();
    let (mut busy, mut wal) = (Vec::new(), 0);
    while here.known_dossiers() < IDLE + busy.len() + usize::try_from(dossiers).unwrap() {
        busy.push(timed(|| here.take_in_person(IDLE + busy.len())));
        wal = wal.max(here.wal_bytes());
    }
    let took = started.elapsed();
    idle.sort_unstable();
    busy.sort_unstable();
    println!(
        "{dossiers} dossiers of another desk in {took:.1?}; accept idle p50 {:.2?} p99 {:.2?}, meanwhile p50 {:.2?} \
         p99 {:.2?} of {}; log before the database at most {} KiB",
        percentile(&idle, 50),
        percentile(&idle, 99),
        percentile(&busy, 50),
        percentile(&busy, 99),
        busy.len(),
        wal >> 10
    );
    assert!(wal <= WAL_BYTES_MAX, "{wal} bytes");
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

fn percentile(sorted: &[Duration], share: usize) -> Duration {
    sorted.get(sorted.len() * share / 100).or(sorted.last()).copied().unwrap_or_default()
}
