//! Joining: the open dossiers before the feed, so that a desk can be worked at long before the whole log is here. Nothing
//! rests on it: whatever does not come ahead comes with the feed.

use super::Turn;
use super::effect::{Effect, Entry};
use super::input::{Failure, Joining};
use super::state::{Headline, Pace};
use protocol::OpenPage;
use protocol::wire::ProblemType;

/// So often the gateway may be unable to give the open dossiers; after that the feed goes first, until the next start.
const TRIES_MAX: u32 = 3;

/// How far this desk has come, and how fast.
#[derive(Debug)]
pub(super) struct Join {
    joining: Joining,
    failures: u32,
    cursor: u64,
    pace: Pace,
}

impl Joining {
    /// How far a desk has come once it has taken `page` in.
    pub fn after_page(self, page: &OpenPage) -> Self {
        let (before, known) = match self {
            Self::Open { taken, total, .. } => (taken, total),
            _ => (0, None),
        };
        let taken = before + page.histories.len() as u64;
        match page.more {
            true => Self::Open { after: page.next, taken, total: page.total.or(known) },
            // A site so small that its feed is as quick.
            false if taken == 0 => Self::Joined,
            false => Self::Old { feed: page.feed },
        }
    }
}

impl Join {
    pub(super) fn new(joining: Joining, cursor: u64) -> Self {
        Self { joining, failures: 0, cursor, pace: Pace::default() }
    }

    /// After which subject to ask, while the open dossiers come first.
    pub(super) fn open_after(&self) -> Option<[u8; 16]> {
        match self.joining {
            Joining::Open { after, .. } if self.failures < TRIES_MAX => Some(after),
            _ => None,
        }
    }

    /// A page of the open dossiers was stored.
    pub(super) fn has_come(&mut self, joining: Joining, turn: &mut Turn<'_>) {
        let taken = |joining| match joining {
            Joining::Open { taken, .. } => taken,
            _ => 0,
        };
        let before = taken(self.joining);
        self.joining = joining;
        self.failures = 0;
        match joining {
            Joining::Open { taken, .. } => {
                self.pace.arrived(turn.now_ms, taken - before.min(taken))
            }
            Joining::Old { .. } => {
                self.pace = Pace::default();
                turn.effects.push(Effect::Log(Entry::OpenHere));
            }
            Joining::Joined => {}
        }
    }

    /// The feed was read up to a position.
    pub(super) fn read_up_to(&mut self, cursor: u64, more: bool, now_ms: u64) {
        if !more {
            self.joining = Joining::Joined;
        }
        self.pace.arrived(now_ms, cursor.saturating_sub(self.cursor));
        self.cursor = cursor;
    }

    /// A page of the open dossiers did not come: a line that is gone returns, a gateway that cannot is not waited for.
    pub(super) fn failed(&mut self, failure: &Failure) {
        match failure {
            Failure::NoLine | Failure::Silent | Failure::NotTheGateway => {}
            Failure::RetryLater { .. } | Failure::Here => self.failures += 1,
            Failure::Refused(problem) if problem.kind == ProblemType::Unauthorized => {}
            Failure::Refused(_) => self.failures = TRIES_MAX,
        }
    }

    /// What to say while nothing is unsent.
    pub(super) fn headline(&self) -> Headline {
        match self.joining {
            Joining::Open { taken, total, .. } if self.failures < TRIES_MAX => {
                let left = total.map(|total| total.saturating_sub(taken));
                let minutes_left = left.and_then(|left| self.pace.minutes_for(left));
                Headline::FetchingOpen { taken, total, minutes_left }
            }
            Joining::Old { feed } => {
                let left = feed.saturating_sub(self.cursor);
                Headline::FetchingOld { minutes_left: self.pace.minutes_for(left) }
            }
            _ => Headline::SentAll,
        }
    }
}
