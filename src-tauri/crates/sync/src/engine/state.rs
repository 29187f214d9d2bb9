//! What the screens show of the exchange. Wording is theirs; the counts are honest.

use super::effect::Notice;
use super::input::FilesAllowed;

/// Where the exchange with the province stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// The one thing to say first.
    pub headline: Headline,
    /// Own records that the gateway has no receipt for yet.
    pub records_unsent: u64,
    /// Documents not yet whole at the gateway.
    pub files_unsent: u64,
    /// Bytes of them still to go.
    pub file_bytes_unsent: u64,
    /// What only a person can settle, while it lasts.
    pub needs_person: Vec<Notice>,
    /// Sending was paused by a person.
    pub paused: bool,
    /// Whether documents may travel now.
    pub files_allowed: FilesAllowed,
    /// When both sides last had the same, on the engine's clock.
    pub agreed_at_ms: Option<u64>,
    /// The gateway's own time in its newest receipt, milliseconds since 1970 UTC.
    pub receipt_at_ms: Option<i64>,
}

/// What the status bar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// Everything of this desk is at the gateway.
    SentAll,
    /// On its way.
    Sending {
        /// Of the records and documents that were waiting since all was last sent, those that have arrived.
        done: u64,
        /// All of them.
        total: u64,
        /// Minutes left at the rate of the last minute, rounded up; `None` while that is not known.
        minutes_left: Option<u64>,
    },
    /// Nothing is unsent, and the open dossiers of the site are on their way here: those that came can be worked on.
    FetchingOpen {
        /// How many came.
        taken: u64,
        /// How many there are, as far as is known.
        total: Option<u64>,
        /// Minutes left at the rate of the last minute, rounded up; `None` while that is not known.
        minutes_left: Option<u64>,
    },
    /// Nothing is unsent, the open dossiers are here and the old ones are on their way.
    FetchingOld {
        /// Minutes left at the rate of the last minute, rounded up; `None` while that is not known.
        minutes_left: Option<u64>,
    },
    /// No connection: so many records and documents are safe here.
    NoLine {
        /// How many.
        safe_here: u64,
    },
    /// Something else answers in the gateway's place: a login page of the network, a wrong certificate.
    NotTheGateway {
        /// How many records and documents are safe here.
        safe_here: u64,
    },
    /// Nothing more happens by itself with so many things.
    NeedsPerson {
        /// How many.
        count: u64,
    },
    /// Paused by a person.
    Paused {
        /// How many records and documents are safe here.
        safe_here: u64,
    },
    /// Records are all sent; documents wait for another line or hour.
    FilesWait {
        /// How many.
        files: u64,
    },
}

/// Bytes or pieces over time, for the minutes that are left.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    window: std::collections::VecDeque<(u64, u64)>,
}

const PACE_MS: u64 = 60_000;

impl Pace {
    /// `bytes` arrived at `now_ms`.
    pub(super) fn arrived(&mut self, now_ms: u64, bytes: u64) {
        self.window.push_back((now_ms, bytes));
        while self.window.front().is_some_and(|(at, _)| at + PACE_MS < now_ms) {
            self.window.pop_front();
        }
    }

    /// Minutes for `bytes` more, rounded up; `None` before two seconds of measuring.
    pub(super) fn minutes_for(&self, bytes: u64) -> Option<u64> {
        let (first, last) = (self.window.front()?.0, self.window.back()?.0);
        let span = last.checked_sub(first).filter(|span| *span >= 2_000)?;
        let arrived: u64 = self.window.iter().skip(1).map(|(_, bytes)| bytes).sum();
        let needed = u128::from(bytes) * u128::from(span) / u128::from(arrived.max(1));
        u64::try_from(needed.div_ceil(60_000)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn minutes_are_said_only_after_measuring_and_follow_the_last_minute() {
        let mut pace = Pace::default();
        pace.arrived(0, 10);
        assert_eq!(pace.minutes_for(1_000), None);
        for second in 1..=30 {
            pace.arrived(second * 1_000, 1_000);
        }
        assert_eq!(pace.minutes_for(60_000), Some(1));
        assert_eq!(pace.minutes_for(61_000), Some(2));
        for second in 31..=120 {
            pace.arrived(second * 1_000, 100);
        }
        assert_eq!(pace.minutes_for(60_000), Some(10));
    }
}
