//! What an officer waits for, measured inside one process beside its anchors: a bare SQLCipher commit of the same bytes.
//!
//! `cargo xtask bench` runs it on ten years of a commune's work and hands the store over in `QUAY_BENCH_STORE`; by hand
//! it makes a small store of its own (`QUAY_BENCH_DOSSIERS`, default 2,000). Each sample is one call, so that the
//! slowest of a hundred is one that an officer would have waited for.

#![allow(clippy::expect_used, missing_docs, reason = "a bench that cannot set itself up must stop")]

mod anchor;
mod place;

use anchor::Anchor;
use app::inputs::SearchFilter;
use app::{Office, Paper};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, criterion_group, criterion_main};
use domain::dossier::Reception;
use place::Place;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Enough for the slowest of a hundred to be seen ten times.
const SAMPLES: usize = 1_000;
/// Accepts over which the bytes of one are counted.
const WEIGHED: u32 = 40;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn desk(criterion: &mut Criterion) {
    let place = Place::provide();
    let office = place.open();
    let mut group = criterion.benchmark_group(place.words());
    group.sample_size(SAMPLES).sampling_mode(SamplingMode::Flat).nresamples(2_000);
    // No time for a second call in one sample: criterion would give the mean of both.
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_millis(1));
    writes(&mut group, &office, &place);
    reads(&mut group, &office);
    group.finish();
}

/// Accept and its anchors in turn, so that a machine busy with other things favours none.
fn writes(group: &mut Group<'_>, office: &Office, place: &Place) {
    let mut n = 0;
    let mut accept = || {
        n += 1;
        let item = reception(n);
        let start = Instant::now();
        office.accept(vec![item]).expect("accepted");
        start.elapsed()
    };
    let weight = place.weigh(WEIGHED, office, || _ = accept());
    let same_pages = Anchor::new(&place.folder().join("bare-pages.db"), weight.log_bytes);
    let same_rows = Anchor::new(&place.folder().join("bare-rows.db"), weight.row_bytes);
    let waited = RefCell::new([VecDeque::new(), VecDeque::new()]);
    group.bench_function("accept, durable", |bench| {
        bench.iter_custom(|times| {
            let mut turn = || {
                let own = accept();
                let [pages, rows] = &mut *waited.borrow_mut();
                keep(pages, same_pages.commit());
                keep(rows, same_rows.commit());
                own
            };
            (0..times).map(|_| turn()).sum()
        });
    });
    let kib = |bytes: usize| bytes.div_ceil(1024);
    let names = [
        format!(
            "anchor: bare SQLCipher commit of the same {} KiB in the log",
            kib(weight.log_bytes)
        ),
        format!(
            "anchor: bare SQLCipher commit of the same {} KiB of rows, no index",
            kib(weight.row_bytes)
        ),
    ];
    for (name, times) in names.iter().zip(&mut *waited.borrow_mut()) {
        group.bench_function(name, |bench| {
            bench.iter_custom(|count| (0..count).map(|_| again(next(times))).sum());
        });
    }
}

/// The newest samples only: those of the warming up go first.
fn keep(times: &mut VecDeque<Duration>, time: Duration) {
    times.push_back(time);
    if times.len() > SAMPLES {
        times.pop_front();
    }
}

/// Round and round, whatever criterion takes to warm up.
fn next(times: &mut VecDeque<Duration>) -> Duration {
    times.rotate_left(1);
    times.back().copied().unwrap_or_default()
}

/// Lasts as long as it is said to have lasted: criterion takes what ends at once for a thousand calls a sample.
fn again(time: Duration) -> Duration {
    std::thread::sleep(time);
    time
}

fn reads(group: &mut Group<'_>, office: &Office) {
    let everything = SearchFilter::none();
    search_as_typed(group, office, "dang van luong");
    search_as_typed(group, office, "Đặng Văn Lượng");
    search_as_typed(group, office, "nguyen thi");
    group.bench_function("list, newest page", |bench| {
        bench.iter(|| office.list(&everything, None, 50).expect("a page"));
    });
    for lateness in ["overdue", "today", "waiting", "finished"] {
        let filter = SearchFilter { lateness: Some(lateness.into()), ..SearchFilter::none() };
        group.bench_function(format!("list, {lateness}"), |bench| {
            bench.iter(|| office.list(&filter, None, 50).expect("a page"));
        });
    }
    let filter = SearchFilter { procedure: Some("1.004772".into()), ..SearchFilter::none() };
    group.bench_function("list, one procedure", |bench| {
        bench.iter(|| office.list(&filter, None, 50).expect("a page"));
    });
    group.bench_function("counts", |bench| bench.iter(|| office.counts().expect("counts")));
    group.bench_function("procedures, as the field opens", |bench| {
        bench.iter(|| office.procedure_search("", 12).expect("procedures"));
    });
    let ids = spread(office);
    let mut turn = ids.iter().cycle();
    group.bench_function("open a dossier", |bench| {
        bench.iter(|| office.dossier(black_box(turn.next().expect("an id"))).expect("a dossier"));
    });
    let size = office.slip_pdf(&ids[..1], Paper::A5).expect("a slip").len();
    group.bench_function(format!("slip, PDF of {} KiB", size.div_ceil(1024)), |bench| {
        bench.iter(|| {
            let id = turn.next().expect("an id");
            office.slip_pdf(std::slice::from_ref(id), Paper::A5).expect("a slip")
        });
    });
}

/// Every beginning of what a hand types, from the first letter on: the screen asks at each.
fn search_as_typed(group: &mut Group<'_>, office: &Office, whole: &str) {
    let ends = whole.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let typed: Vec<&str> = ends.map(|end| &whole[..end]).collect();
    let everything = SearchFilter::none();
    let mut turn = typed.iter().cycle();
    group.bench_function(format!("search as typed, \"{whole}\""), |bench| {
        bench.iter(|| {
            let text = turn.next().expect("a beginning");
            office.search(black_box(text), &everything, 50).expect("found")
        });
    });
}

/// Dossiers from all years: the newest lie in every cache.
fn spread(office: &Office) -> Vec<String> {
    const NAMES: [&str; 6] = ["Lường", "Quàng", "Giàng A", "Tòng Văn", "Hà Thị", "Bàn"];
    let everything = SearchFilter::none();
    let found =
        NAMES.iter().flat_map(|name| office.search(name, &everything, 50).expect("found").hits);
    let newest = office.list(&everything, None, 50).expect("a page").rows;
    found.chain(newest).map(|row| row.id).collect()
}

fn reception(n: u32) -> Reception {
    let name = ["Đặng Văn Lượng", "Giàng A Páo", "Lò Thị Mai"][n as usize % 3];
    let value = tests::reception("1.004772", name, &format!("015095{n:06}"));
    serde_json::from_value(value).expect("a reception")
}

criterion_group!(benches, desk);
criterion_main!(benches);
