//! A bell that commits ring: many pulls before somebody listens are one ring.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// Rings the bell. When all ropes are gone, the listener is told so.
pub struct Rope(SyncSender<()>);

/// Listens.
pub struct Bell(Receiver<()>);

/// Why the wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// Something was committed.
    Rung,
    /// The time was up.
    Time,
    /// The office was given back: stop.
    Gone,
}

/// A bell with its rope.
pub fn bell() -> (Rope, Bell) {
    let (pull, ring) = sync_channel(1);
    (Rope(pull), Bell(ring))
}

impl Rope {
    /// Rings; never waits.
    pub fn pull(&self) {
        match self.0.try_send(()) {
            // Full: it rings already. Disconnected: the task has ended.
            Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(())) => {}
        }
    }
}

impl Bell {
    /// Waits for a ring, `time_max` at most.
    pub fn wait(&self, time_max: Duration) -> Woken {
        match self.0.recv_timeout(time_max) {
            Ok(()) => Woken::Rung,
            Err(RecvTimeoutError::Timeout) => Woken::Time,
            Err(RecvTimeoutError::Disconnected) => Woken::Gone,
        }
    }

    /// Waits for `time` whatever rings; false when the office was given back.
    pub fn pause(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            match self.wait(until.saturating_duration_since(Instant::now())) {
                Woken::Rung => {}
                Woken::Time => return true,
                Woken::Gone => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_commits_while_nobody_listens_are_one_ring() {
        let (rope, bell) = bell();
        for _ in 0..100 {
            rope.pull();
        }
        assert_eq!(bell.wait(Duration::ZERO), Woken::Rung);
        assert_eq!(bell.wait(Duration::ZERO), Woken::Time);
    }

    #[test]
    fn a_commit_during_the_work_is_not_lost() {
        let (rope, bell) = bell();
        rope.pull();
        assert_eq!(bell.wait(Duration::ZERO), Woken::Rung);
        rope.pull();
        assert_eq!(bell.wait(Duration::ZERO), Woken::Rung);
    }

    #[test]
    fn whoever_waits_is_told_when_the_office_is_given_back() {
        let (rope, bell) = bell();
        drop(rope);
        assert_eq!(bell.wait(Duration::from_secs(3_600)), Woken::Gone);
        assert!(!bell.pause(Duration::from_secs(3_600)));
    }
}
