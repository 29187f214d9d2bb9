//! How long records took that came while the line was busy, and how that compares with what it could do at best.

use crate::link::Link;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One figure for each time that records were taken in.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Arrivals {
    /// From the commit of the last record until the gateway confirmed it, seconds.
    seconds: Vec<f64>,
    /// Bytes of the records, packed.
    bytes: Vec<u64>,
}

impl Arrivals {
    /// Records of so many bytes arrived after so long.
    pub fn push(&mut self, took: Duration, bytes: u64) {
        self.seconds.push(took.as_secs_f64());
        self.bytes.push(bytes);
    }

    /// How often.
    pub fn count(&self) -> usize {
        self.seconds.len()
    }

    /// Median and worst, seconds.
    pub fn seconds(&self) -> [f64; 2] {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        [middle(&sorted), sorted.last().copied().unwrap_or(f64::NAN)]
    }

    /// The median against the limit of the line: their bytes at its rate, and once there and back.
    pub fn of_limit(&self, link: Link) -> f64 {
        let times = self.seconds.iter().zip(&self.bytes);
        let mut times: Vec<f64> =
            times.map(|(seconds, bytes)| seconds / link.limit(*bytes).as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        middle(&times)
    }
}

/// Of an even number, between the two in the middle.
pub fn middle(sorted: &[f64]) -> f64 {
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    f64::midpoint(at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        let mut arrivals = Arrivals::default();
        for seconds in [4, 1, 3, 2] {
            arrivals.push(Duration::from_secs(seconds), 0);
        }
        assert_eq!((arrivals.seconds(), arrivals.count()), ([2.5, 4.0], 4));
        let link = Link::HALF_MEGABIT;
        assert!((arrivals.of_limit(link) - 2.5 / link.limit(0).as_secs_f64()).abs() < 1e-9);
    }
}
