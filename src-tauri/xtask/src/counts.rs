//! How many tests passed and failed, read from what the test runners print.

use std::ops::AddAssign;

use serde_json::Value;

/// Tests or checks that passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// They held.
    pub passed: u64,
    /// They did not.
    pub failed: u64,
}

impl Counts {
    /// One check that held.
    pub const ONE_PASSED: Self = Self { passed: 1, failed: 0 };
    /// One check that did not.
    pub const ONE_FAILED: Self = Self { passed: 0, failed: 1 };

    /// A runner that ended badly without naming a failed test (it did not compile, it was stopped,
    /// it crashed) failed all the same.
    pub fn of_a_runner(self, success: bool) -> Self {
        let silent_failure = !success && self.failed == 0;
        Self { failed: self.failed + u64::from(silent_failure), ..self }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Adds up the `test result:` lines that `cargo test` prints, one for each test program.
pub fn of_cargo_test(output: &str) -> Counts {
    let mut sum = Counts::default();
    for line in output.lines().filter_map(|line| line.trim_start().strip_prefix("test result: ")) {
        sum += Counts {
            passed: number_before(line, " passed;"),
            failed: number_before(line, " failed;"),
        };
    }
    sum
}

/// Reads the totals of vitest's JSON report. `None` when it is no such report.
pub fn of_vitest(report: &str) -> Option<Counts> {
    let report: Value = serde_json::from_str(report).ok()?;
    let tests = Counts {
        passed: report["numPassedTests"].as_u64()?,
        failed: report["numFailedTests"].as_u64()?,
    };
    // A file that cannot even be loaded has no failed test: vitest tells it by this alone.
    Some(tests.of_a_runner(report["success"].as_bool()?))
}

fn number_before(line: &str, word: &str) -> u64 {
    let Some((before, _)) = line.split_once(word) else {
        return 0;
    };
    let digits = before.rsplit([' ', '.']).next().unwrap_or_default();
    digits.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_several_test_programs_add_up() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            \n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(of_cargo_test(output), Counts { passed: 13, failed: 2 });
    }

    #[test]
    fn what_a_test_prints_about_results_is_no_result() {
        assert_eq!(of_cargo_test("the test result: 7 passed; was odd"), Counts::default());
    }

    #[test]
    fn a_runner_that_did_not_compile_counts_as_one_failure() {
        assert_eq!(Counts::default().of_a_runner(false), Counts::ONE_FAILED);
        assert_eq!(Counts::ONE_PASSED.of_a_runner(true), Counts::ONE_PASSED);
    }

    #[test]
    fn a_named_failure_is_not_counted_twice() {
        let counts = Counts { passed: 4, failed: 2 };
        assert_eq!(counts.of_a_runner(false), counts);
    }

    #[test]
    fn vitest_tells_its_totals_as_json() {
        let report = r#"{"numPassedTests": 41, "numFailedTests": 1, "success": false}"#;
        assert_eq!(of_vitest(report), Some(Counts { passed: 41, failed: 1 }));
        assert_eq!(of_vitest("no json"), None);
    }

    #[test]
    fn a_ui_test_file_that_cannot_be_loaded_is_a_failure() {
        let report = r#"{"numPassedTests": 41, "numFailedTests": 0, "success": false}"#;
        assert_eq!(of_vitest(report), Some(Counts { passed: 41, failed: 1 }));
    }
}
