//! What the developer and CI read: one line for each step, the output of a failed one, and the
//! closing line.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use crate::counts::Counts;
use crate::program::tail;

/// How much of a failed step's output is shown; the rest is in its log.
const LINES_SHOWN: usize = 120;

/// What came of one step.
pub struct Outcome {
    /// Tests or checks, passed and failed.
    pub counts: Counts,
    /// What to show when something failed.
    pub said: String,
}

impl Outcome {
    /// A check that held when there are no faults.
    pub fn of_faults(faults: &[String]) -> Self {
        let counts = if faults.is_empty() { Counts::ONE_PASSED } else { Counts::ONE_FAILED };
        Self { counts, said: faults.join("\n") }
    }

    /// A check that could not even be made.
    pub fn of_error(error: &anyhow::Error) -> Self {
        Self { counts: Counts::ONE_FAILED, said: format!("{error:#}") }
    }
}

/// The steps so far.
pub struct Report {
    start: Instant,
    sum: Counts,
    failed: Vec<&'static str>,
}

impl Report {
    /// Nothing has been done yet.
    pub fn new() -> Self {
        Self { start: Instant::now(), sum: Counts::default(), failed: Vec::new() }
    }

    /// Does a step, unless one that it needs has failed.
    pub fn step(
        &mut self,
        name: &'static str,
        needs: &[&'static str],
        work: impl FnOnce() -> Outcome,
    ) {
        print!("{name:<14} ");
        // A terminal shows the line while the step runs; that it cannot is no reason to stop.
        let _ = std::io::stdout().flush();
        let start = Instant::now();
        let outcome = match needs.iter().find(|need| self.failed.contains(need)) {
            Some(need) => Outcome::of_faults(&[format!("not run, because {need} failed")]),
            None => work(),
        };
        let Counts { passed, failed } = outcome.counts;
        println!("{passed:>5} passed {failed:>3} failed {:>8.1} s", start.elapsed().as_secs_f64());
        if failed > 0 {
            println!("{}\n", tail(&outcome.said, LINES_SHOWN));
            self.failed.push(name);
        }
        self.sum += outcome.counts;
    }

    /// Prints the closing line, alone on its line, and tells the caller how to end.
    pub fn close(self) -> ExitCode {
        let minutes = self.start.elapsed().as_secs_f64() / 60.0;
        println!("\n{minutes:.1} minutes");
        if !self.failed.is_empty() {
            let names: BTreeSet<_> = self.failed.iter().copied().collect();
            println!("failed: {}", Vec::from_iter(names).join(", "));
        }
        println!("{}", closing_line(self.sum));
        if self.sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn closing_line(sum: Counts) -> String {
    format!("{} passed, {} failed", sum.passed, sum.failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(passed: u64, failed: u64) -> Outcome {
        Outcome { counts: Counts { passed, failed }, said: String::new() }
    }

    #[test]
    fn a_step_whose_need_failed_is_not_run_and_counts_as_failed() {
        let mut report = Report::new();
        report.step("build", &[], || outcome(0, 1));
        report.step("tests", &["build"], || unreachable!("build failed"));
        assert_eq!(report.sum, Counts { passed: 0, failed: 2 });
    }

    #[test]
    fn a_step_goes_on_after_a_failure_that_it_does_not_need() {
        let mut report = Report::new();
        report.step("format", &[], || outcome(0, 1));
        report.step("tests", &["build"], || outcome(7, 0));
        assert_eq!(report.sum, Counts { passed: 7, failed: 1 });
    }

    #[test]
    fn one_failure_among_many_makes_the_ending_bad() {
        let mut report = Report::new();
        report.step("tests", &[], || outcome(7, 1));
        assert_eq!(format!("{:?}", report.close()), format!("{:?}", ExitCode::FAILURE));
    }

    #[test]
    fn the_closing_line_is_the_plain_one_that_ci_reads() {
        assert_eq!(closing_line(Counts { passed: 812, failed: 0 }), "812 passed, 0 failed");
    }
}
