//! What a line is like, one way and the other.

use std::time::Duration;

/// A line. Both ways are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// As it is called in tables.
    pub name: &'static str,
    /// Bits a second; 0 for a line without a limit.
    pub bits_per_s: u64,
    /// From one end to the other, without the time the bytes themselves take.
    pub delay: Duration,
    /// Packets lost, of 10,000.
    pub lost_of_10_000: u64,
    /// What may wait before the line: a packet that would wait longer is dropped.
    pub queue: Duration,
}

impl Link {
    /// No limit at all: for what is prepared, not measured.
    pub const OPEN: Self = Self::new("open", 0, 0, 0, 0);
    /// A building's own network.
    pub const LAN: Self = Self::new("100 Mbit/s", 100_000, 0, 0, 100);
    /// A middling mobile line.
    pub const ONE_MEGABIT: Self = Self::new("1 Mbit/s, 100 ms", 1_000, 50, 0, 1_000);
    /// A valley with one mast.
    pub const HALF_MEGABIT: Self = Self::new("512 kbit/s, 400 ms, 2 % lost", 512, 200, 200, 1_500);
    /// A mountain commune on a bad day.
    pub const SLOWEST: Self = Self::new("128 kbit/s, 400 ms", 128, 200, 0, 2_000);

    const fn new(
        name: &'static str,
        kbit_per_s: u64,
        delay_ms: u64,
        lost_of_10_000: u64,
        queue_ms: u64,
    ) -> Self {
        Self {
            name,
            bits_per_s: kbit_per_s * 1_000,
            delay: Duration::from_millis(delay_ms),
            lost_of_10_000,
            queue: Duration::from_millis(queue_ms),
        }
    }

    /// How long so many bytes occupy the line.
    pub fn time_of(&self, bytes: u64) -> Duration {
        match self.bits_per_s {
            0 => Duration::ZERO,
            rate => Duration::from_nanos(bytes * 8 * 1_000_000_000 / rate),
        }
    }

    /// The least time in which so many bytes can be brought over and acknowledged: all of them, and one way there and back.
    pub fn limit(&self, bytes: u64) -> Duration {
        self.time_of(bytes) + self.delay * 2
    }
}
