//! How long answers take: by the line itself, in its queue, and at the latest.

use std::time::{Duration, Instant};

/// How long the quickest answer is believed to be the line's own time.
const BELIEVED: Duration = Duration::from_secs(5 * 60);
/// After so many answers it is known how late one may come.
const KNOWN: u32 = 8;
/// The latest of so many answers counts, at least.
const LATEST_OF: u32 = 40;

/// The answers of the last minutes.
#[derive(Debug)]
pub(super) struct Answers {
    /// The quickest of this time and of the time before it.
    quickest: [Option<Duration>; 2],
    believed_since: Instant,
    before: Option<Duration>,
    /// The latest of those counted now and of those before them, and how many are counted.
    latest: [Duration; 2],
    counted: u32,
    /// The last question had no answer: the next answer waits for a new connection and tells nothing of the line.
    unsure: bool,
}

/// What an answer tells of the line's queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queue {
    /// How long this answer waited.
    pub(super) met: Duration,
    /// How long this one and the one before waited both: the longer of two waited for a lost packet rather than in the queue.
    pub(super) sure: Duration,
}

impl Answers {
    pub(super) const fn new(now: Instant) -> Self {
        Self {
            quickest: [None, None],
            believed_since: now,
            before: None,
            latest: [Duration::ZERO; 2],
            counted: 0,
            unsure: false,
        }
    }

    /// How long the line takes by itself, as far as is known.
    pub(super) fn own(&self) -> Option<Duration> {
        self.quickest.iter().flatten().min().copied()
    }

    /// How late an answer may come, once that is known.
    pub(super) fn latest(&self) -> Option<Duration> {
        let known = self.latest[1] > Duration::ZERO || self.counted >= KNOWN;
        known.then(|| self.latest[0].max(self.latest[1]))
    }

    /// Counts an answer that came after `took`. It tells nothing if a connection may have been made for it.
    pub(super) fn heard(&mut self, took: Duration, now: Instant) -> Option<Queue> {
        if std::mem::take(&mut self.unsure) {
            return None;
        }
        if now.saturating_duration_since(self.believed_since) > BELIEVED {
            self.quickest = [None, self.quickest[0]];
            self.believed_since = now;
        }
        self.quickest[0] = Some(self.quickest[0].map_or(took, |quickest| quickest.min(took)));
        self.latest[0] = self.latest[0].max(took);
        self.counted += 1;
        if self.counted >= LATEST_OF {
            (self.latest, self.counted) = ([Duration::ZERO, self.latest[0]], 0);
        }
        let own = self.own().unwrap_or(took);
        let before = self.before.replace(took).unwrap_or(took);
        let sure = took.min(before).saturating_sub(own);
        Some(Queue { met: took.saturating_sub(own), sure })
    }

    /// From now on the queue is another one: how late an answer may come is counted anew.
    pub(super) const fn of_another_queue(&mut self) {
        (self.latest, self.counted, self.before) = ([Duration::ZERO; 2], 0, None);
    }

    /// From now on the line may be another one: how long it takes by itself is measured anew.
    pub(super) const fn of_another_line(&mut self) {
        self.of_another_queue();
        self.quickest = [None, None];
        self.unsure = true;
    }
}
