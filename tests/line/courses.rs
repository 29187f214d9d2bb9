//! What is measured: each course sets a place up, lets a desk do its work over a bad line, and gives a line of the table.

use crate::arrivals::{Arrivals, middle};
use crate::cuts::Cuts;
use crate::link::Link;
use crate::place::{self, Cost, Place, gateway_program, now_ms};
use crate::work::{RECORDS, SCANS, SCANS_BYTES, Work};
use anyhow::{Context, Result, anyhow, ensure};
use app::Office;
use serde_json::Value;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Dossiers of the big backlog.
const BACKLOG: usize = 1_000;
/// What a thousand dossiers of 2.3 kB of JSON take in one zstd stream, bytes: the limit that every program is held against
/// in this work, however small it makes its own records.
const BACKLOG_BYTES: u64 = 530_027;
/// A day of a commune: dossiers, and pages of their papers.
const DAY: (usize, usize) = (60, 240);
const ALIVE: Duration = Duration::from_secs(10);
const DEAD: Duration = Duration::from_secs(3);
/// How long each of five cuts lasts.
const FIVE_LAST: [u64; 5] = [5, 7, 4, 8, 5];
const KILLS: u64 = 12;
/// Laboratories that stand at once: their programs share this machine's processors.
const AT_ONCE: usize = 2;

/// A line of the table.
#[derive(Debug)]
pub struct Row {
    /// What was done over which line.
    pub what: String,
    /// What it cost.
    pub figures: String,
    /// What is promised, and whether it was held.
    pub bar: String,
}

/// A promise: a figure and the most it may be.
struct Bar {
    says: &'static str,
    is: f64,
    most: f64,
}

/// A backlog of 1,000 dossiers with five steps each, over each line and with each seed of its losses.
///
/// # Errors
/// When something did not arrive.
pub fn backlog(link: Link, seeds: u64, times: [f64; 2]) -> Result<Row> {
    let costs = many(seeds, with_backlog, |place, seed| {
        place.over(link, Cuts::Never, seed);
        let cost = place.sync()?;
        place.arrived(BACKLOG as u64 * RECORDS, 0)?;
        Ok(cost)
    })?;
    let limit = link.limit(BACKLOG_BYTES).as_secs_f64();
    let bytes = last(&sorted(costs.iter().map(|cost| cost.bytes() as f64)));
    let seconds = sorted(costs.iter().map(|cost| cost.took.as_secs_f64()));
    let (median, worst) = (middle(&seconds) / limit, last(&seconds) / limit);
    let seeds = if seeds == 1 { String::new() } else { format!(", {seeds} seeds") };
    Ok(Row {
        what: format!("1,000 dossiers with five steps each ({}){seeds}", link.name),
        figures: format!(
            "median {:.1} s, worst {:.1} s: {median:.2} and {worst:.2} × the limit of 530 kB; {:.0} kB of records packed, \
             {:.0} kB in all packets both ways",
            middle(&seconds),
            last(&seconds),
            costs.first().map_or(0, |cost| cost.payload) as f64 / 1e3,
            bytes / 1e3
        ),
        bar: judged(&[
            Bar { says: "median", is: median, most: times[0] },
            Bar { says: "worst", is: worst, most: times[1] },
            Bar { says: "kB", is: bytes / 1e3, most: 650.0 },
        ]),
    })
}

/// The same backlog over a line that lives ten seconds and is dead three, for ever.
///
/// # Errors
/// When something did not arrive.
pub fn flapping(seeds: u64) -> Result<Row> {
    let link = Link::HALF_MEGABIT;
    let costs = many(seeds, with_backlog, |place, seed| {
        place.over(link, Cuts::Flapping { alive: ALIVE, dead: DEAD }, seed);
        let cost = place.sync()?;
        place.arrived(BACKLOG as u64 * RECORDS, 0)?;
        Ok(cost)
    })?;
    let seconds = sorted(costs.iter().map(|cost| cost.took.as_secs_f64()));
    Ok(Row {
        what: format!("the same, alive 10 s, dead 3 s for ever ({}), {seeds} seeds", link.name),
        figures: format!("median {:.1} s, worst {:.1} s", middle(&seconds), last(&seconds)),
        bar: judged(&[Bar { says: "seconds", is: last(&seconds), most: 25.0 }]),
    })
}

/// Twenty scans over the lossy line while dossiers are taken in, and in the midst of it whole days' backlogs.
///
/// # Errors
/// When something did not arrive.
pub fn scans(seed: u64) -> Result<Row> {
    let link = Link::HALF_MEGABIT;
    let place = runtime()?.block_on(Place::new(number(seed), &gateway_program()?))?;
    with_scans(&place, seed)?;
    place.over(link, Cuts::Never, seed);
    let (since_ms, begun) = (now_ms(), Instant::now());
    let [one, day] = meanwhile(&place, &[])?;
    let cost = place.cost(since_ms, begun.elapsed())?;
    place.arrived(one.count() as u64 + (day.count() * DAY.0) as u64 * RECORDS + 1, SCANS as u64)?;
    let [_, alone] = meanwhile(&place, &["--alone"])?;
    let times = of_limit(&cost, link);
    let ([one_median, one_worst], [day_median, day_worst]) = (one.seconds(), day.seconds());
    let [alone_median, alone_worst] = alone.seconds();
    Ok(Row {
        what: format!("20 scans, 14.7 MB, while dossiers are taken in ({})", link.name),
        figures: format!(
            "{:.0} s: {times:.3} × the limit of all; a dossier taken in meanwhile arrives after {one_median:.2} s in the \
             median, {one_worst:.2} s at most of {} ({:.2} × its own limit); 60 dossiers with five steps each \
             {day_median:.2} s after the last of them was written, {day_worst:.2} s at most of {} ({:.2} × the limit of \
             all 60); the same without scans {alone_median:.2} s, {alone_worst:.2} s at most ({:.2} ×)",
            cost.took.as_secs_f64(),
            one.count(),
            one.of_limit(link),
            day.count(),
            day.of_limit(link),
            alone.of_limit(link),
        ),
        bar: judged(&[
            Bar { says: "all", is: times, most: 1.15 },
            Bar { says: "one", is: one.of_limit(link), most: 2.0 },
            Bar { says: "sixty", is: day.of_limit(link), most: 2.0 },
        ]),
    })
}

/// The desk takes dossiers in until all it had is sent: what became of single ones, and of whole days.
fn meanwhile(place: &Place, arguments: &[&str]) -> Result<[Arrivals; 2]> {
    let arguments = [&["--every-s", "10"], arguments].concat();
    let said = place.worker(&arguments)?.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    ensure!(said.status.success(), "the desk's program ended badly");
    let mut said: Value = serde_json::from_slice(&said.stdout).context("what the desk says")?;
    Ok([serde_json::from_value(said["one"].take())?, serde_json::from_value(said["day"].take())?])
}

/// Twenty scans over a line that is cut five times, and the same without a cut.
///
/// # Errors
/// When something did not arrive.
pub fn five_cuts() -> Result<Row> {
    let link = Link::ONE_MEGABIT;
    let costs = both(|place, cut| {
        let cuts = Cuts::AfterBytes {
            arrived: (1..=5).map(|n| n * SCANS_BYTES * 105 / 100 / 6).collect(),
            last: FIVE_LAST.map(Duration::from_secs).to_vec(),
        };
        place.over(link, if cut { cuts } else { Cuts::Never }, 1);
        let cost = place.sync()?;
        place.arrived(1, SCANS as u64)?;
        Ok(cost)
    })?;
    let [whole, cut] = costs;
    let beyond = (cut.took - cut.silence).as_secs_f64() - whole.took.as_secs_f64();
    let again = cut.up.payload as f64 - whole.up.payload as f64;
    Ok(Row {
        what: format!("20 scans, five cuts of {} s in all ({})", cut.silence.as_secs(), link.name),
        figures: format!(
            "{:.1} s, {:.1} s without cuts ({:.2} × the limit): {beyond:.1} s beyond the silence, {:.2} MB sent again \
             ({:.2} MB of it within a connection)",
            cut.took.as_secs_f64(),
            whole.took.as_secs_f64(),
            of_limit(&whole, link),
            again / 1e6,
            (cut.up.payload - cut.up.payload_once) as f64 / 1e6,
        ),
        bar: judged(&[
            Bar { says: "seconds", is: beyond, most: 10.0 },
            Bar { says: "MB", is: again / 1e6, most: 0.64 },
        ]),
    })
}

/// Twenty scans by a desk whose program is killed twelve times, and the same without a kill.
///
/// # Errors
/// When something did not arrive.
pub fn kills() -> Result<Row> {
    let link = Link::ONE_MEGABIT;
    let costs = both(|place, killed| {
        place.over(link, Cuts::Never, 1);
        for round in 0..if killed { KILLS } else { 0 } {
            let mut child = place
                .on_the_desk(&["sync", "--once"])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            std::thread::sleep(Duration::from_millis(1_500 + round * 577 % 4_000));
            child.kill()?;
            child.wait()?;
        }
        let cost = place.sync()?;
        place.arrived(1, SCANS as u64)?;
        Ok(cost)
    })?;
    let [whole, killed] = costs;
    let times = killed.up.payload as f64 / whole.up.payload as f64;
    Ok(Row {
        what: format!("20 scans, the desk's program killed {KILLS} times ({})", link.name),
        figures: format!("{times:.3} × the bytes of an undisturbed run"),
        bar: judged(&[Bar { says: "times", is: times, most: 1.05 }]),
    })
}

/// A day's dossiers with all their pages over the slowest line.
///
/// # Errors
/// When something did not arrive.
pub fn day() -> Result<Row> {
    let link = Link::SLOWEST;
    let place = runtime()?.block_on(Place::new(number(0), &gateway_program()?))?;
    let office = place.office()?;
    let mut work = Work::new(1)?;
    let numbers = work.finished(&office, DAY.0)?;
    let pages = work.pages(&std::env::temp_dir(), DAY.1)?;
    for (number, pages) in numbers.iter().zip(pages.chunks(DAY.1 / DAY.0)) {
        let pages: Vec<_> = pages.iter().map(std::path::PathBuf::as_path).collect();
        office.attach(number, None, &pages).map_err(|no| anyhow!("{no:?}"))?;
    }
    drop(office);
    place.over(link, Cuts::Never, 1);
    let cost = place.sync()?;
    place.arrived(DAY.0 as u64 * (RECORDS + 1), DAY.1 as u64)?;
    let times = of_limit(&cost, link);
    Ok(Row {
        what: format!("a day: 60 dossiers with five steps each, 240 pages ({})", link.name),
        figures: format!(
            "{:.0} s for {:.2} MB: {times:.3} × the limit; {:.2} MB in all packets up ({:.2} MB inside TCP, {:.2} MB of it \
             once), {:.2} MB down",
            cost.took.as_secs_f64(),
            cost.payload as f64 / 1e6,
            cost.up.bytes as f64 / 1e6,
            cost.up.payload as f64 / 1e6,
            cost.up.payload_once as f64 / 1e6,
            cost.down.bytes as f64 / 1e6,
        ),
        bar: judged(&[Bar { says: "times", is: times, most: 1.10 }]),
    })
}

/// A desk that joins a commune of many years: how long until it has the dossiers that people ask for tomorrow.
///
/// # Errors
/// When something does not arrive.
pub fn joining(dossiers: u32) -> Result<Row> {
    let (link, runtime) = (Link::ONE_MEGABIT, runtime()?);
    let place = runtime.block_on(Place::new(number(0), &gateway_program()?))?;
    place.fill(dossiers)?;
    place.sync()?;
    place.over(link, Cuts::Never, 1);
    let (late, cost) = runtime.block_on(place.joined())?;
    let here = dossiers_of(&place::open(&late.path("data"), &late.path("state"))?)?;
    let all = dossiers_of(&place.office()?)?;
    Ok(Row {
        what: format!("a desk joins a commune of {all} dossiers ({})", link.name),
        figures: format!(
            "{here} open dossiers here and to be worked with after {:.1} s, enrolment included; {:.2} MB down, {:.2} MB up",
            cost.took.as_secs_f64(),
            cost.down.bytes as f64 / 1e6,
            cost.up.bytes as f64 / 1e6,
        ),
        bar: judged(&[Bar { says: "seconds", is: cost.took.as_secs_f64(), most: 120.0 }]),
    })
}

fn dossiers_of(office: &Office) -> Result<u32> {
    let tally = office.read(store::rows::tally).map_err(|no| anyhow!("{no:?}"))?;
    Ok(tally.iter().map(|(_, dossiers)| dossiers).sum())
}

/// How many times the limit a course took: all that had to be sent, once, at the line's rate, and once there and back.
fn of_limit(cost: &Cost, link: Link) -> f64 {
    cost.took.as_secs_f64() / link.limit(cost.payload).as_secs_f64()
}

fn with_backlog(number: u8, seed: u64) -> Result<Place> {
    let place = runtime()?.block_on(Place::new(number, &gateway_program()?))?;
    Work::new(seed)?.finished(&place.office()?, BACKLOG)?;
    Ok(place)
}

fn with_scans(place: &Place, seed: u64) -> Result<()> {
    let office = place.office()?;
    let mut work = Work::new(seed)?;
    let dossier = work.take_in(&office)?;
    let folder = tempfile::TempDir::new()?;
    for scan in work.scans(folder.path(), SCANS, SCANS_BYTES)? {
        office.attach(&dossier, None, &[&scan]).map_err(|no| anyhow!("{no:?}"))?;
    }
    Ok(())
}

/// The same with every seed from 1, a few at once. What is prepared takes the processors that a course needs for itself:
/// no course begins before all beside it are ready.
fn many<P: Send>(
    seeds: u64,
    prepare: impl Fn(u8, u64) -> Result<P> + Sync,
    course: impl Fn(P, u64) -> Result<Cost> + Sync,
) -> Result<Vec<Cost>> {
    let seeds: Vec<u64> = (1..=seeds).collect();
    let mut costs = Vec::new();
    for seeds in seeds.chunks(AT_ONCE) {
        let prepared =
            side_by_side(seeds.to_vec(), |seed| Ok((prepare(number(seed), seed)?, seed)))?;
        costs.extend(side_by_side(prepared, |(prepared, seed)| course(prepared, seed))?);
    }
    Ok(costs)
}

/// Does the same with each, all at once.
fn side_by_side<T: Send, O: Send>(
    each: Vec<T>,
    work: impl Fn(T) -> Result<O> + Sync,
) -> Result<Vec<O>> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = each.into_iter().map(|one| scope.spawn(move || work(one))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a panic"))?).collect()
    })
}

/// The same undisturbed and disturbed, side by side.
fn both(course: impl Fn(&Place, bool) -> Result<Cost> + Sync) -> Result<[Cost; 2]> {
    let prepare = |number, _| {
        let place = runtime()?.block_on(Place::new(number, &gateway_program()?))?;
        with_scans(&place, 1)?;
        Ok(place)
    };
    let costs = many(2, prepare, |place, seed| course(&place, seed == 2))?;
    costs.try_into().map_err(|_| anyhow!("two runs"))
}

/// A laboratory's number; several stand beside each other.
fn number(seed: u64) -> u8 {
    u8::try_from(1 + seed % 250).unwrap_or(1)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}

fn last(sorted: &[f64]) -> f64 {
    sorted.last().copied().unwrap_or(f64::NAN)
}

fn judged(bars: &[Bar]) -> String {
    let told = bars.iter().map(|bar| {
        let held = if bar.is <= bar.most { "held" } else { "MISSED" };
        format!("{} ≤ {} {held}", bar.says, bar.most)
    });
    told.collect::<Vec<_>>().join(", ")
}
