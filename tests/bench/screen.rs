//! From a key to the rows on the screen, in the real web view: the name is typed letter by letter and taken back again.
//!
//! `cargo xtask bench` runs it on ten years of a commune's work (`QUAY_BENCH_STORE`). Without a display, or without a
//! store, there is nothing to measure.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot set itself up must stop"
)]
#![cfg_attr(not(target_os = "linux"), allow(unused))]

#[path = "../e2e/driver.rs"]
mod driver;
#[path = "../e2e/sight.rs"]
mod sight;
#[allow(dead_code, reason = "shared with the end-to-end tests, which ask it for more")]
#[path = "../e2e/window.rs"]
mod window;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use driver::Driver;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;
use window::Window;

const SAMPLES: usize = 200;
const TYPED: [&str; 3] = ["dang van luong", "nguyen thi", "giang a pao"];
/// A key's rows are on the screen long before; what moves later belongs to no key.
const AFTER_A_KEY: Duration = Duration::from_millis(300);

/// Takes the time from the key to the first moment after the frame in which the rows last changed.
const WATCH: &str = "
    const channel = new MessageChannel();
    window.measured = { key: 0, drawn: 0 };
    channel.port1.onmessage = () => { window.measured.drawn = performance.now(); };
    window.addEventListener('keydown', () => { window.measured = { key: performance.now(), drawn: 0 }; }, true);
    new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(0)))
        .observe(document.querySelector('[data-testid=main]'), { childList: true, subtree: true, characterData: true });";
const MEASURED: &str =
    "return window.measured.drawn > 0 ? window.measured.drawn - window.measured.key : null";

fn screen(criterion: &mut Criterion) {
    let Some(store) = std::env::var_os("QUAY_BENCH_STORE").map(PathBuf::from) else { return };
    if std::env::var_os("DISPLAY").is_none() {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let window = runtime.block_on(open(&store));
    let mut keys = keys();
    let mut group = criterion.benchmark_group("real window");
    group.sample_size(SAMPLES).sampling_mode(SamplingMode::Flat).nresamples(2_000);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(1));
    group.bench_function("search to the screen, from the key", |bench| {
        bench.iter_custom(|times| (0..times).map(|_| next(&runtime, &window, &mut keys)).sum());
    });
    group.finish();
    runtime.block_on(window.close());
}

async fn open(store: &Path) -> Window {
    let shown = |path: PathBuf| path.to_string_lossy().into_owned();
    let arguments = ["--data", "--passphrase-file"].map(str::to_owned);
    let [data, passphrase] = arguments;
    let arguments = [data, shown(store.join("store")), passphrase, shown(store.join("passphrase"))];
    let variables = [
        ("TAURI_WEBVIEW_AUTOMATION", "true".to_owned()),
        ("GDK_BACKEND", "x11".to_owned()),
        ("NO_AT_BRIDGE", "1".to_owned()),
        ("QUAY_STATE_DIR", shown(store.join("home/state/quay"))),
        ("CUPS_SERVER", "127.0.0.1:9".to_owned()),
    ];
    let window = Window::open(Driver::start(store, &arguments, &variables)).await;
    window.listens_in("[data-testid=scan-field]").await;
    window.page(WATCH).await;
    window
}

/// Every letter of each name, then as many times the key that takes one back, round and round.
fn keys() -> impl Iterator<Item = char> {
    let name = |name: &'static str| {
        let back = std::iter::repeat_n(char::from(Key::Backspace), name.chars().count());
        name.chars().chain(back)
    };
    TYPED.into_iter().cycle().flat_map(name)
}

/// The next key that changes the rows: some find what is there already.
fn next(runtime: &Runtime, window: &Window, keys: &mut impl Iterator<Item = char>) -> Duration {
    loop {
        let key = keys.next().expect("they never end");
        let measured = runtime.block_on(async {
            let pressed = KeyActions::new("keyboard".to_owned())
                .then(KeyAction::Down { value: key })
                .then(KeyAction::Up { value: key });
            window.struck(pressed).await;
            tokio::time::sleep(AFTER_A_KEY).await;
            window.page(MEASURED).await
        });
        if let Value::Number(milliseconds) = measured {
            return Duration::from_secs_f64(milliseconds.as_f64().unwrap_or_default() / 1e3);
        }
    }
}

criterion_group!(benches, screen);
criterion_main!(benches);
