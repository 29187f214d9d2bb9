//! What other devices wrote comes in beside the officer at the desk, who never waits for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set itself up must stop")]

use domain::dossier::Event;
use domain::ids::DossierId;
use ed25519_dalek::{Signer, SigningKey};
use protocol::{Fact, Name, Series, signed_head};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use store::local::{self, Draft};
use store::{DatabaseKey, Pen, Store, StoreFault, TakenIn, exchange};
use tempfile::TempDir;
use uuid::Uuid;

const SITE: &str = "04252";
const OTHER: [u8; 16] = [2; 16];
const DOSSIERS: u64 = 20;
const BODIES: &str = include_str!("../../protocol/golden/bodies_v0.txt");

fn new_store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)));
    (Store::create(&folder.path().join("quay.db"), &key).unwrap(), folder)
}

/// The reception of the golden bodies as the `n`th of its series.
fn reception(n: u64) -> (DossierId, Event) {
    let body = BODIES.lines().find_map(|line| line.strip_prefix("dossier.received ")).unwrap();
    let Ok(Fact::Dossier(Event::Received(mut received))) =
        Fact::decode("dossier.received", body.as_bytes())
    else {
        panic!("not a reception");
    };
    received.dossier = DossierId(Uuid::from_u128(u128::from(n) + 1));
    received.applicant.full_name = format!("Giàng A Páo {n}");
    if let Some(number) = &mut received.number {
        number.text = format!("H15.12.3-261201-{n:04}");
        if let Some(drawn) = &mut number.drawn {
            drawn.place = u16::try_from(n).unwrap() + 1;
        }
    }
    (received.dossier, Event::Received(received))
}

/// What another desk took in, as it travels.
fn of_another_desk() -> Series {
    let (store, _folder) = new_store();
    let key = SigningKey::from_bytes(&OTHER.repeat(2).try_into().unwrap());
    for n in 0..DOSSIERS {
        let pen = Pen {
            site: SITE.into(),
            device: OTHER,
            actor: [3; 16],
            at_ms: 0,
            salt: Box::new(|| Ok([7; 16])),
            sign: Box::new(|message| key.sign(message).to_bytes()),
        };
        let (id, event) = reception(n);
        store.write::<_, StoreFault>(Some(pen), |tx| tx.append(id, event)).unwrap();
    }
    let sign = |name: Name, hash: &_| key.sign(&signed_head(SITE, name, hash)).to_bytes();
    let bounds = (100, 1_000_000);
    store.read(|c| exchange::series(c, SITE, &OTHER, 1, bounds, Some(&sign))).unwrap().unwrap()
}

fn take_in(tx: &mut store::Tx<'_>, series: &Series) -> store::Result<u64> {
    let mut taken = TakenIn::default();
    tx.take_in(series, series.first, None, &mut taken)?;
    tx.fold(&taken)?;
    Ok(taken.records)
}

fn draft(slot: &str, bytes: usize) -> Draft {
    Draft { slot: slot.into(), title: String::new(), saved_at: 0, json: "x".repeat(bytes) }
}

fn count(store: &Store, sql: &str) -> u64 {
    let counted: store::Result<i64> = store.read(|c| Ok(c.query_row(sql, [], |row| row.get(0))?));
    counted.unwrap().unsigned_abs()
}

#[test]
fn an_officer_who_asks_goes_first_and_what_gave_way_comes_in_whole() {
    let series = of_another_desk();
    let (store, _folder) = new_store();
    let (runs, begun) = (AtomicUsize::new(0), Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            begun.wait();
            store.write_local(|c| local::save_draft(c, &draft("officer", 10))).unwrap();
        });
        let taken = store.write_aside(|tx| {
            if runs.fetch_add(1, Ordering::SeqCst) == 0 {
                begun.wait();
                // Time for the officer to ask.
                std::thread::sleep(Duration::from_millis(300));
            }
            take_in(tx, &series)
        });
        assert_eq!(taken.unwrap(), DOSSIERS);
    });
    assert!(runs.into_inner() > 1, "it did not give way");
    assert_eq!(count(&store, "SELECT count(*) FROM dossier"), DOSSIERS);
    assert_eq!(count(&store, "SELECT count(*) FROM draft"), 1);
}

#[test]
fn work_aside_ends_however_much_is_written() {
    let series = of_another_desk();
    let (store, _folder) = new_store();
    let (runs, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for slot in ["first", "second"] {
            let (store, ended) = (&store, &ended);
            scope.spawn(move || {
                while !ended.load(Ordering::SeqCst) {
                    store.write_local(|c| local::save_draft(c, &draft(slot, 10))).unwrap();
                }
            });
        }
        let taken = store.write_aside(|tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            // As long as the officers' next writes take to queue.
            std::thread::sleep(Duration::from_millis(5));
            take_in(tx, &series)
        });
        ended.store(true, Ordering::SeqCst);
        assert_eq!(taken.unwrap(), DOSSIERS);
    });
    assert!(runs.into_inner() > 1, "it never gave way");
}

#[test]
fn dossiers_that_come_in_together_are_one_segment_of_the_search_index() {
    let series = of_another_desk();
    let (store, _folder) = new_store();
    store.write_aside(|tx| take_in(tx, &series)).unwrap();
    assert_eq!(count(&store, "SELECT count(*) FROM dossier_text_docsize"), DOSSIERS);
    assert_eq!(count(&store, "SELECT count(DISTINCT segid) FROM dossier_text_idx"), 1);
}

#[test]
fn the_log_is_folded_beside_the_work_and_does_not_grow_with_it() {
    const WRITES: usize = 40;
    const BYTES: usize = 1 << 20;
    let (store, folder) = new_store();
    for n in 0..WRITES {
        let draft = draft(&format!("{n}"), BYTES);
        store.write_aside(|tx| local::save_draft(tx.connection(), &draft)).unwrap();
    }
    let log = std::fs::metadata(folder.path().join("quay.db-wal")).unwrap().len();
    assert!(log < 8 << 20, "the log has {log} bytes after {WRITES} writes of {BYTES}");
    let database = std::fs::metadata(folder.path().join("quay.db")).unwrap().len();
    assert!(database > (WRITES as u64 - 8) * BYTES as u64, "the database has {database} bytes");
    drop(store);
    assert!(!folder.path().join("quay.db-wal").exists(), "closing left a log");
}
