//! When to try again: quickly while the line was alive a moment ago, ever more slowly through a long silence.

/// How long after a sign of life a failure is met by a quick retry, milliseconds.
const ALIVE_MS: u64 = 10 * 60 * 1000;
const QUICK_MS: u64 = 1_000;
/// Longest wait after the first failure of a lively line: most often its connections are dead and it is not.
const FIRST_MS_MAX: u64 = 300;
const SLOW_MS_MAX: u64 = 60_000;
const RETRY_AFTER_MS_MAX: u64 = 60 * 60 * 1000;

/// What is known of the line as a whole.
#[derive(Debug, Clone)]
pub(super) struct Line {
    alive_at_ms: Option<u64>,
    dice: u64,
}

/// What one connection waits for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Patience {
    failures: u32,
    until_ms: u64,
}

impl Line {
    pub(super) fn new(jitter_seed: u64) -> Self {
        Self { alive_at_ms: None, dice: jitter_seed }
    }

    pub(super) fn is_alive(&mut self, now_ms: u64) {
        self.alive_at_ms = Some(now_ms);
    }

    fn was_alive_lately(&self, now_ms: u64) -> bool {
        self.alive_at_ms.is_some_and(|at| now_ms.saturating_sub(at) <= ALIVE_MS)
    }

    /// 0 to `span`, another one each time (splitmix64, Steele and others 2014).
    fn jitter(&mut self, span: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % (span + 1)
    }
}

impl Patience {
    pub(super) fn is_over(self, now_ms: u64) -> bool {
        now_ms >= self.until_ms
    }

    pub(super) fn until_ms(self) -> u64 {
        self.until_ms
    }

    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// The line failed. While it was alive in the last ten minutes: at once the first time, then 1 to 2 s; else doubling to
    /// 60 s. Gives the wait.
    pub(super) fn line_failed(&mut self, line: &mut Line, now_ms: u64) -> u64 {
        let wait = match (line.was_alive_lately(now_ms), self.failures) {
            (true, 0) => line.jitter(FIRST_MS_MAX),
            (true, _) => QUICK_MS + line.jitter(QUICK_MS),
            (false, _) => self.slow(line),
        };
        self.wait(now_ms, wait)
    }

    /// The other side or this machine cannot at the moment, though the line is there. Gives the wait: never shorter than
    /// was asked for, up to twice as long, so that desks sent away together do not return together.
    pub(super) fn must_wait(&mut self, line: &mut Line, now_ms: u64, after_ms: u64) -> u64 {
        let asked = after_ms.min(RETRY_AFTER_MS_MAX);
        let wait = if asked == 0 { self.slow(line) } else { asked + line.jitter(asked) };
        self.wait(now_ms, wait)
    }

    fn slow(&self, line: &mut Line) -> u64 {
        let span = (QUICK_MS << self.failures.min(6)).min(SLOW_MS_MAX);
        span / 2 + line.jitter(span / 2)
    }

    fn wait(&mut self, now_ms: u64, wait_ms: u64) -> u64 {
        self.failures = self.failures.saturating_add(1);
        self.until_ms = now_ms + wait_ms;
        wait_ms
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Patience};

    #[test]
    fn a_line_that_was_alive_is_tried_again_within_two_seconds_for_ten_minutes() {
        let mut line = Line::new(7);
        let mut patience = Patience::default();
        line.is_alive(0);
        for failure in 0..300 {
            let wait = patience.line_failed(&mut line, failure * 2_000);
            let range = if failure == 0 { 0..=300 } else { 1_000..=2_000 };
            assert!(range.contains(&wait), "failure {failure}: {wait} ms");
        }
    }

    #[test]
    fn through_a_long_silence_it_backs_off_to_a_minute_and_no_further() {
        let mut line = Line::new(7);
        let mut patience = Patience::default();
        let waits: Vec<u64> = (0..12).map(|_| patience.line_failed(&mut line, 0)).collect();
        assert!(waits[0] <= 1_000 && waits[11] >= 30_000, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 60_000), "{waits:?}");
    }

    #[test]
    fn desks_that_fail_together_do_not_come_back_together() {
        let wait = |seed| {
            let mut line = Line::new(seed);
            let mut patience = Patience::default();
            (0..8).map(|_| patience.line_failed(&mut line, 0)).last().unwrap_or_default()
        };
        let waits: std::collections::BTreeSet<u64> = (0..300).map(wait).collect();
        assert!(waits.len() > 280, "only {} different waits", waits.len());
    }

    #[test]
    fn what_the_gateway_asks_for_is_kept_within_an_hour() {
        let mut line = Line::new(7);
        let mut patience = Patience::default();
        assert!((30_000..=60_000).contains(&patience.must_wait(&mut line, 0, 30_000)));
        assert!(patience.must_wait(&mut line, 0, u64::MAX) <= 2 * 60 * 60 * 1000);
    }

    #[test]
    fn of_three_hundred_desks_sent_away_together_no_second_sees_more_than_a_fifteenth() {
        let mut seconds = std::collections::BTreeMap::new();
        for seed in 0..300 {
            let mut line = Line::new(seed);
            let wait = Patience::default().must_wait(&mut line, 0, 30_000);
            *seconds.entry(wait / 1_000).or_insert(0) += 1;
        }
        let most = seconds.values().max().copied().unwrap_or(0);
        assert!(most <= 20, "{most} desks in one second");
    }
}
