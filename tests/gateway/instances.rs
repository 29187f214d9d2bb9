//! Two instances behind one PostgreSQL: whatever the order of their commits, a reader of the feed skips nothing.

use crate::desk::Desk;
use crate::place::{Place, SITE};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_skips_nothing_while_two_instances_store_at_once() {
    let place = Place::on_postgresql().await;
    let other = place.another_instance().await;
    let reader = Desk::enrolled(&place, SITE, 9).await;
    let mut writers = Vec::new();
    for seed in 1..=8 {
        let mut desk = Desk::enrolled(&place, SITE, seed).await;
        if seed % 2 == 0 {
            desk.base = format!("http://{}", other.address);
        }
        desk.write_notes(60);
        writers.push(desk);
    }
    let ended = Arc::new(AtomicBool::new(false));
    let reading = tokio::spawn({
        let ended = Arc::clone(&ended);
        async move { read_until(&reader, &ended).await }
    });
    let writing = writers.iter().map(async |desk| {
        for first in (1..=60).step_by(3) {
            desk.send(first, first + 2).await.unwrap();
        }
    });
    futures_util::future::join_all(writing).await;
    ended.store(true, Ordering::Relaxed);
    let read = reading.await.unwrap();
    for desk in &writers {
        let all: BTreeSet<u64> =
            read.iter().filter(|(device, _)| *device == desk.device).map(|(_, seq)| *seq).collect();
        assert_eq!(all.len(), 60, "the reader skipped records of {:?}", desk.device[0]);
    }
}

/// Reads by cursor while others write; the cursor never goes back.
async fn read_until(reader: &Desk, ended: &AtomicBool) -> Vec<([u8; 16], u64)> {
    let mut read = Vec::new();
    let mut cursor = 0;
    loop {
        let last = ended.load(Ordering::Relaxed);
        let page = reader.feed(cursor).await.unwrap();
        assert!(page.next >= cursor);
        cursor = page.next;
        for run in &page.series {
            read.extend(run.named().map(|(name, _)| (name.device, name.seq)));
        }
        if last && !page.more {
            return read;
        }
    }
}
