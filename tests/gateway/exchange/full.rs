//! The gateway's file store has no room left: records go on, documents wait, and nobody is told that it was refused.

use super::day::papers_are_fetched;
use super::program::{Gateway, Setup, exchanging, take_in};
use super::{dossiers, sync, verified};
use load::cluster;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{Quay, SmallDisk};

/// Dossiers, each with a scan of 200 KB.
const DOSSIERS: u64 = 8;
/// Room for some of the scans, KiB.
const ROOM_KIB: u64 = 800;
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_full_file_store_keeps_documents_waiting_and_nothing_else_and_takes_them_when_it_has_room() {
    let folder = TempDir::new().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("files")) else {
        eprintln!("full file store: no leave to mount a small file system here; skipped");
        return;
    };
    disk.resize(ROOM_KIB);
    let ledger = Some(cluster::new_database());
    let gateway = Gateway::set_up(&folder, Setup { ledger, ..Setup::default() });
    let (first, second) = (gateway.desk(1), gateway.desk(2));
    let numbers: Vec<String> = (0..DOSSIERS).map(|round| take_in(&first, round).0).collect();

    let mut exchange = exchanging(&first);
    until(|| disk.used_kib() > ROOM_KIB / 2);
    // Long enough for the last documents to have met the full store.
    std::thread::sleep(Duration::from_secs(4));
    exchange.kill().unwrap();
    exchange.wait().unwrap();
    let kept = gateway.run(&["status"])["sites"][0]["files"].as_u64().unwrap();
    assert!((1..DOSSIERS).contains(&kept), "{kept} documents were kept: the store was never full");
    nobody_is_called(&first);
    second.done(&["sync", "--once", "--records-only"], &Value::Null);
    let seen: Vec<String> = dossiers(&second).into_keys().collect();
    assert_eq!(seen, numbers, "a document that waits holds up no dossier");

    disk.resize(64 * 1024);
    sync(&first);
    sync(&second);
    assert_eq!(gateway.run(&["status"])["sites"][0]["files"], json!(DOSSIERS));
    for number in &numbers {
        papers_are_fetched(&second, number);
    }
    verified(&first);
    verified(&second);
    println!("full file store: {kept} of {DOSSIERS} documents kept in {ROOM_KIB} KiB, 0 lost");
}

/// A full store is the province's matter: no dossier waits for an officer.
fn nobody_is_called(quay: &Quay) {
    assert_eq!(quay.done(&["held", "list"], &Value::Null), json!([]));
}

fn until(is_so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it did not come to that");
        std::thread::sleep(Duration::from_millis(100));
    }
}
