//! Times of whole programs: many runs, their middle and their worst, and two of them side by side.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::program::Program;

/// Times of one thing done many times, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Times {
    sorted: Vec<f64>,
}

impl Times {
    /// `None` when nothing was measured.
    pub fn new(mut nanoseconds: Vec<f64>) -> Option<Self> {
        nanoseconds.sort_by(f64::total_cmp);
        (!nanoseconds.is_empty()).then_some(Self { sorted: nanoseconds })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// Half of the runs took no longer.
    pub fn p50(&self) -> f64 {
        self.percentile(50)
    }

    /// 99 of 100 runs took no longer. With fewer than 100 runs this is the slowest.
    pub fn p99(&self) -> f64 {
        self.percentile(99)
    }

    /// By nearest rank: always a time that was measured.
    fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100);
        self.sorted[rank.max(1) - 1]
    }
}

/// Two things measured in turn.
pub struct Pair {
    /// The first one's times.
    pub a: Times,
    /// The second one's times.
    pub b: Times,
    /// How many times as long the first takes: the middle of the ratios of neighbouring runs, so
    /// that a machine which grows slower during the measurement does not favour either.
    pub ratio: f64,
}

/// Measures A, B, A, B, … `runs` times each.
pub fn in_turn(
    runs: usize,
    mut a: impl FnMut() -> Result<Duration>,
    mut b: impl FnMut() -> Result<Duration>,
) -> Result<Pair> {
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        of_a.push(nanoseconds(a()?));
        of_b.push(nanoseconds(b()?));
    }
    let ratios = of_a.iter().zip(&of_b).map(|(a, b)| a / b).collect();
    match (Times::new(of_a), Times::new(of_b), Times::new(ratios)) {
        (Some(a), Some(b), Some(ratios)) => Ok(Pair { a, b, ratio: ratios.p50() }),
        _ => bail!("at least one run is needed"),
    }
}

/// Measures one thing `runs` times.
pub fn repeated(runs: usize, mut once: impl FnMut() -> Result<Duration>) -> Result<Times> {
    let times: Result<Vec<f64>> = (0..runs).map(|_| once().map(nanoseconds)).collect();
    Times::new(times?).context("at least one run is needed")
}

/// From start to end of one run; a bad ending is an error, for its time means nothing.
pub fn of_program(program: Program) -> Result<Duration> {
    let start = Instant::now();
    program.read()?;
    Ok(start.elapsed())
}

/// A time as the figures here count it.
fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(nanoseconds: impl IntoIterator<Item = u32>) -> Times {
        Times::new(nanoseconds.into_iter().map(f64::from).collect()).unwrap()
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let hundred = times(1..=100);
        assert_eq!((hundred.p50(), hundred.p99()), (50.0, 99.0));
        let three = times([30, 10, 20]);
        assert_eq!((three.p50(), three.p99()), (20.0, 30.0));
        assert_eq!(times([7]).p50(), 7.0);
    }

    #[test]
    fn nothing_measured_has_no_times() {
        assert_eq!(Times::new(Vec::new()), None);
    }

    #[test]
    fn the_two_are_measured_in_turn() {
        let order = std::cell::RefCell::new(String::new());
        let run = |name: char| {
            order.borrow_mut().push(name);
            Ok(Duration::from_millis(1))
        };
        in_turn(3, || run('a'), || run('b')).unwrap();
        assert_eq!(*order.borrow(), "ababab");
    }

    #[test]
    fn a_machine_that_grows_slower_does_not_change_the_ratio() {
        let slow = std::cell::Cell::new(1);
        let a = || Ok(Duration::from_millis(2 * slow.get()));
        let b = || {
            let time = Duration::from_millis(slow.get());
            slow.set(slow.get() * 10);
            Ok(time)
        };
        assert!((in_turn(4, a, b).unwrap().ratio - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_run_that_fails_is_no_measurement() {
        assert!(of_program(Program::new("sh").args(["-c", "exit 1"])).is_err());
    }
}
