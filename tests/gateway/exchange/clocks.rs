//! Clocks of desks and gateway that are years wrong, each another, and jump in the middle: nothing comes out otherwise.
//!
//! The programs are the real ones; what they take for the time comes from `libfaketime`, which looks it up in a file at
//! every question. Timers that only measure how long something takes are left alone.

use super::program::{Dice, Gateway, Oracle, Setup, arrived_once, exchanging, set_by, take_in};
use super::secure::certificates;
use super::{show, sync};
use gateway::settings::Tls;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tests::Quay;

/// Rounds with other clocks; more with `QUAY_CLOCKS`.
const ROUNDS: u64 = 6;
/// Longest time to the next jump, milliseconds.
const LIFE_MS: u64 = 700;
const DAYS: std::ops::RangeInclusive<i64> = -5 * 365..=10 * 365;

#[test]
fn clocks_that_are_years_wrong_and_jump_lose_nothing_and_double_nothing() {
    let folder = TempDir::new().unwrap();
    let clocks = [0, 1, 2].map(|of| Clock::new(&folder, of));
    let (gateway, desks) = set_up(&folder, &clocks, None);
    arrives_whatever_jumps(&gateway, &desks, &clocks);
}

/// The gateway's certificate holds for a month: by its word, whatever the desks' clocks say.
#[test]
fn desks_whose_clocks_are_years_wrong_still_believe_their_gateways_certificate() {
    let folder = TempDir::new().unwrap();
    let clocks = [0, 1, 2].map(|of| Clock::new(&folder, of));
    let (gateway, desks) = set_up(&folder, &clocks, Some(certificates(Some(30))));
    arrives_whatever_jumps(&gateway, &desks, &clocks[1..]);
}

fn arrives_whatever_jumps(gateway: &Gateway<'_>, desks: &[Quay; 2], clocks: &[Clock]) {
    let (seed, rounds) = (set_by("QUAY_CLOCK_SEED", 1), set_by("QUAY_CLOCKS", ROUNDS));
    let mut dice = Dice(seed);
    let mut taken = Oracle::new();
    for round in 0..rounds {
        clocks.iter().for_each(|clock| clock.jump(&mut dice));
        let quay = &desks[(round % 2) as usize];
        let (number, sha256) = take_in(quay, round);
        assert!(taken.insert(number, sha256).is_none(), "seed {seed}: a number was given twice");
        let mut exchanges = desks.each_ref().map(exchanging);
        for clock in clocks {
            std::thread::sleep(Duration::from_millis(dice.below(LIFE_MS)));
            clock.jump(&mut dice);
        }
        for exchange in &mut exchanges {
            exchange.kill().unwrap();
            exchange.wait().unwrap();
        }
    }
    // The clocks are still wrong when everything has to arrive.
    arrived_once(gateway, desks, &taken, &format!("seed {seed}"));
    println!("{rounds} rounds, seed {seed}: {} dossiers, 0 lost, 0 doubled", taken.len());
}

#[test]
fn what_two_desks_wrote_apart_comes_out_alike_under_every_clock() {
    let right = settled([0, 0, 0]);
    for days in [[-1_825, 3_650, 0], [3_650, -1_825, 3_650]] {
        assert_eq!(settled(days), right, "days wrong at gateway and desks: {days:?}");
    }
}

/// A gateway and two desks, each with a clock of its own that is right as yet.
fn set_up<'f>(
    folder: &'f TempDir,
    clocks: &[Clock; 3],
    tls: Option<(String, Tls)>,
) -> (Gateway<'f>, [Quay; 2]) {
    let environment = clocks[0].environment();
    let gateway = Gateway::set_up(folder, Setup { tls, environment, ..Setup::default() });
    let mut desks = [gateway.desk(1), gateway.desk(2)];
    for (quay, clock) in desks.iter_mut().zip(&clocks[1..]) {
        quay.set_environment(clock.environment());
        // The gateway's word that a desk goes by when its own clock is wrong.
        sync(quay);
    }
    (gateway, desks)
}

/// Two desks correct the same field of a dossier without a line: the question that both are asked, and who may answer.
fn settled(days: [i64; 3]) -> Value {
    let folder = TempDir::new().unwrap();
    let clocks = [0, 1, 2].map(|of| Clock::new(&folder, of));
    let (_gateway, desks) = set_up(&folder, &clocks, None);
    let (number, _) = take_in(&desks[0], 0);
    desks.iter().chain(&desks).for_each(sync);
    clocks.iter().zip(days).for_each(|(clock, days)| clock.set(days));
    for (quay, phone) in desks.iter().zip(["0911111111", "0922222222"]) {
        let corrected = json!({ "phone": phone, "reason": "Công dân đọc lại" });
        quay.done(&["act", &number, "correct"], &corrected);
    }
    desks.iter().chain(&desks).for_each(sync);
    let asked = desks.each_ref().map(|quay| question(quay, &number));
    assert_eq!(asked[0], asked[1], "both desks show the same question");
    asked[0].clone()
}

/// The disputed fields, with what was said of each by whom; without the times, which are shown as they were.
fn question(quay: &Quay, number: &str) -> Value {
    assert_eq!(show(quay, number)["sync"]["code"], "conflict");
    let asked = quay.done(&["conflicts", "show", number], &Value::Null);
    let fields = asked["fields"].as_array().unwrap().iter().map(|field| {
        let mut sides: Vec<String> = field["sides"]
            .as_array()
            .unwrap()
            .iter()
            .map(|side| format!("{} {}", side["value"], side["done_by"]))
            .collect();
        sides.sort();
        json!({ "field": field["field"], "sides": sides })
    });
    fields.collect()
}

/// One machine's clock.
struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock that is right.
    fn new(folder: &TempDir, of: usize) -> Self {
        let clock = Self { file: folder.path().join(format!("clock-{of}")) };
        clock.set(0);
        clock
    }

    /// From now on it is so many days wrong.
    fn set(&self, days: i64) {
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{days:+}d\n")).unwrap();
        // In one step: nobody reads half of it.
        std::fs::rename(new, &self.file).unwrap();
    }

    fn jump(&self, dice: &mut Dice) {
        let span = DAYS.end() - DAYS.start() + 1;
        self.set(DAYS.start() + dice.below(span.unsigned_abs()).cast_signed());
    }

    fn environment(&self) -> Vec<(String, String)> {
        let of = |name: &str, value: &Path| (name.to_owned(), value.display().to_string());
        vec![
            of("LD_PRELOAD", &library()),
            of("FAKETIME_TIMESTAMP_FILE", &self.file),
            of("FAKETIME_NO_CACHE", Path::new("1")),
            of("FAKETIME_DONT_FAKE_MONOTONIC", Path::new("1")),
            of("NO_FAKE_STAT", Path::new("1")),
        ]
    }
}

fn library() -> PathBuf {
    let machines = std::fs::read_dir("/usr/lib").expect("/usr/lib");
    machines
        .filter_map(|machine| Some(machine.ok()?.path().join("faketime/libfaketimeMT.so.1")))
        .find(|library| library.exists())
        .expect("Debian's libfaketime is installed")
}
