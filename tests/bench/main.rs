//! What an officer waits for, measured inside one process beside its anchor: a bare SQLCipher commit of the same bytes.
//!
//! `QUAY_BENCH_DOSSIERS` says how full the store is (default 2,000; ten years of a commune are 150,000).

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot set itself up must stop")]

use app::inputs::SearchFilter;
use app::{Office, Paper};
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use domain::dossier::Reception;
use std::hint::black_box;
use std::time::Duration;
use tests::Desk;

const SAMPLES: usize = 200;
/// Bytes one accepted dossier adds to the log: header, salt, body.
const ACCEPT_BYTES: usize = 3_000;

fn dossiers() -> u32 {
    std::env::var("QUAY_BENCH_DOSSIERS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000)
}

fn reception(n: u32) -> Reception {
    let value = tests::reception("1.004772", "Đặng Văn Lượng", &format!("015095{n:06}"));
    serde_json::from_value(value).expect("a reception")
}

fn desk(criterion: &mut Criterion) {
    let desk = Desk::new();
    let office = desk.open();
    let full = dossiers();
    office.demo(full, 1, 0, &mut |_, _| {}).expect("a filled store");
    let mut group = criterion.benchmark_group(format!("{full} dossiers"));
    group.sample_size(SAMPLES).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    let mut n = 0;
    group.bench_function("accept, durable", |bench| {
        bench.iter(|| {
            n += 1;
            office.accept(vec![reception(n)]).expect("accepted")
        });
    });
    let bare = bare_store(&desk);
    let bytes = vec![0x5a_u8; ACCEPT_BYTES];
    group.bench_function("anchor: bare SQLCipher commit of the same bytes", |bench| {
        bench.iter(|| bare.execute("INSERT INTO t(b) VALUES (?1)", [&bytes]).expect("a row"));
    });
    reads(&mut group, &office);
    group.finish();
}

fn reads(
    group: &mut criterion::BenchmarkGroup<'_, criterion::measurement::WallTime>,
    office: &Office,
) {
    let everything = SearchFilter::none();
    for typed in ["dang van luong", "nguyen th", "Đặng Văn"] {
        group.bench_function(format!("search \"{typed}\""), |bench| {
            bench.iter(|| office.search(black_box(typed), &everything, 20).expect("found"));
        });
    }
    group.bench_function("list, newest page", |bench| {
        bench.iter(|| office.list(&everything, None, 50).expect("a page"));
    });
    let overdue = SearchFilter { lateness: Some("overdue".into()), ..SearchFilter::none() };
    group.bench_function("list, overdue page", |bench| {
        bench.iter(|| office.list(&overdue, None, 50).expect("a page"));
    });
    group.bench_function("counts", |bench| bench.iter(|| office.counts().expect("counts")));
    let id = office.list(&everything, None, 1).expect("a page").rows[0].id.clone();
    group.bench_function("open a dossier", |bench| {
        bench.iter(|| office.dossier(black_box(&id)).expect("a dossier"));
    });
    group.bench_function("slip, PDF", |bench| {
        bench.iter(|| office.slip_pdf(std::slice::from_ref(&id), Paper::A5).expect("a slip"));
    });
}

fn bare_store(desk: &Desk) -> store::Connection {
    let bare = store::Connection::open(desk.folder().join("bare.db")).expect("a database");
    bare.pragma_update(None, "key", format!("x'{}'", "5a".repeat(32))).expect("a key");
    bare.pragma_update(None, "journal_mode", "WAL").expect("WAL");
    bare.pragma_update(None, "synchronous", "FULL").expect("FULL");
    bare.execute_batch("CREATE TABLE t(b BLOB)").expect("a table");
    bare
}

criterion_group!(benches, desk);
criterion_main!(benches);
