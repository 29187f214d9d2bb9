//! How often one caller may ask this instance: a bucket that fills evenly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Callers remembered; when there are more, full buckets are forgotten.
const CALLERS_MAX: usize = 50_000;
const MINUTE_MS: i64 = 60_000;

/// Buckets of callers.
pub struct Rate {
    per_minute: i64,
    buckets: Mutex<HashMap<[u8; 16], Bucket>>,
}

/// What is left, in requests × milliseconds of a minute, so that nothing is lost to rounding.
#[derive(Clone, Copy)]
struct Bucket {
    left: i64,
    at_ms: i64,
}

impl Rate {
    /// At most so many requests a minute of each caller.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: i64::from(per_minute), buckets: Mutex::default() }
    }

    /// Whether a caller may ask now.
    pub fn admits(&self, caller: &[u8; 16], now_ms: i64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CALLERS_MAX {
            buckets.retain(|_, bucket| now_ms - bucket.at_ms < MINUTE_MS);
        }
        let full = self.per_minute * MINUTE_MS;
        let bucket = buckets.entry(*caller).or_insert(Bucket { left: full, at_ms: now_ms });
        // A clock that was put back fills nothing and takes nothing away.
        let passed_ms = (now_ms - bucket.at_ms).clamp(0, MINUTE_MS);
        bucket.left = (bucket.left + passed_ms * self.per_minute).min(full);
        bucket.at_ms = now_ms;
        let admitted = bucket.left >= MINUTE_MS;
        if admitted {
            bucket.left -= MINUTE_MS;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn a_caller_that_asks_too_often_waits_and_the_others_do_not() {
        let rate = Rate::new(60);
        let admitted = (0..100).filter(|_| rate.admits(&[1; 16], 1_000)).count();
        assert_eq!(admitted, 60);
        assert!(rate.admits(&[2; 16], 1_000));
        assert!(!rate.admits(&[1; 16], 1_999));
        assert!(rate.admits(&[1; 16], 2_000), "one more after a second");
        assert!(!rate.admits(&[1; 16], 0), "a clock put back gives nothing");
    }
}
