//! When the line is dead.

use std::time::Duration;

/// When the line dies, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Cuts {
    /// Never.
    #[default]
    Never,
    /// Whenever so many bytes have arrived at the province since the course began, the smallest first.
    AfterBytes {
        /// Bytes.
        arrived: Vec<u64>,
        /// How long each lasts, in the same order.
        last: Vec<Duration>,
    },
    /// It lives, it is dead, for ever.
    Flapping {
        /// How long it lives.
        alive: Duration,
        /// How long it is dead then.
        dead: Duration,
    },
}

/// A line's cuts as time passes.
#[derive(Debug, Default)]
pub struct Watch {
    cuts: Cuts,
    begun: Option<Duration>,
    done: usize,
    dead_until: Duration,
    silence: Duration,
}

impl Watch {
    /// Cuts that begin to count with the first packet.
    pub fn new(cuts: Cuts) -> Self {
        Self { cuts, ..Self::default() }
    }

    /// A packet came at `now`.
    pub fn packet(&mut self, now: Duration) {
        self.begun.get_or_insert(now);
    }

    /// Whether the line is dead at `now`, when so many bytes had arrived; and whether it died just now.
    pub fn dead(&mut self, now: Duration, arrived: u64) -> (bool, bool) {
        let dies = self.dies_for(now, arrived);
        if let Some(lasts) = dies {
            self.done += 1;
            self.dead_until = now + lasts;
            self.silence += lasts;
        }
        (now < self.dead_until, dies.is_some())
    }

    /// How long it was dead in all, cuts under way counted whole.
    pub fn silence(&self) -> Duration {
        self.silence
    }

    fn dies_for(&self, now: Duration, arrived: u64) -> Option<Duration> {
        match &self.cuts {
            Cuts::Never => None,
            Cuts::AfterBytes { arrived: at, last } => {
                let due = at.get(self.done).is_some_and(|at| arrived >= *at);
                due.then(|| last.get(self.done).copied()).flatten()
            }
            Cuts::Flapping { alive, dead } => {
                let round = *alive + *dead;
                let next = self.begun? + *alive + round * u32::try_from(self.done).ok()?;
                (now >= next).then_some(*dead)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_flapping_line_lives_and_dies_from_its_first_packet_on() {
        let mut watch = Watch::new(Cuts::Flapping { alive: S(10), dead: S(3) });
        assert_eq!(watch.dead(S(100), 0), (false, false), "nothing was sent yet");
        watch.packet(S(100));
        for (at, dead) in [(109, false), (110, true), (112, true), (113, false), (122, false)] {
            assert_eq!(watch.dead(S(at), 0).0, dead, "{at}");
        }
        assert_eq!(watch.dead(S(123), 0), (true, true));
        assert_eq!(watch.silence(), S(6));
    }

    #[test]
    fn cuts_after_bytes_come_once_each() {
        let last = vec![S(4), S(5)];
        let mut watch = Watch::new(Cuts::AfterBytes { arrived: vec![100, 200], last });
        assert_eq!(watch.dead(S(1), 99), (false, false));
        assert_eq!(watch.dead(S(2), 100), (true, true));
        assert_eq!(watch.dead(S(5), 150), (true, false));
        assert_eq!(watch.dead(S(6), 150), (false, false));
        assert_eq!(watch.dead(S(7), 300), (true, true));
        assert_eq!(watch.dead(S(99), 300), (false, false));
        assert_eq!(watch.silence(), S(9));
    }
}
