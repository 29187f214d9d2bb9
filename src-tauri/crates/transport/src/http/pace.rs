//! How fast documents go: as fast as the line carries, with next to nothing in its queue.
//!
//! What a line is given beyond what it carries waits in its queue, on a slow one for a second and more, and the next
//! record waits behind it. How much waits there is told by how long a small question takes, against the quickest of the
//! last minutes (as LEDBAT, RFC 6817, tells it of every packet). Documents are given out so fast that this is a quarter
//! of a second: the line never stands still, and a record is hardly delayed. How fast parts are confirmed does not tell it:
//! that a packet was lost says nothing of the line's queue.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How much may wait in the line's queue, and how much of the time between two questions: what is asked of seldom is
/// followed slowly.
const QUEUE: Duration = Duration::from_millis(240);
const QUEUE_OF_REST: f64 = 0.4;
/// A queue of this is the first sign that the line is full.
const FULL: Duration = Duration::from_millis(100);
/// Bytes a second at the beginning, and at the least: what others put into the queue must not keep documents for ever.
const BEGIN: f64 = 12_000.0;
const LEAST: f64 = 8_000.0;
/// Faster than any line: nobody is held back.
const MOST: f64 = 1e9;
/// How far the speed follows the queue from one question to the next, and how far it steps aside meanwhile.
const FOLLOWS: f64 = 0.04;
const YIELDS: f64 = 0.15;
/// So many bytes less than were to be given are no sign that nobody wanted more.
const SLACK: f64 = 8_192.0;
/// How long the quickest answer is believed to be the line's own time.
const BELIEVED: Duration = Duration::from_secs(5 * 60);
/// What was not given for so long may be given at once.
const BURST: Duration = Duration::from_millis(100);
/// Bytes that a question costs both ways, and the share of the speed that questions may have.
const ASKING_BYTES: f64 = 120.0;
const ASKING_SHARE: f64 = 0.006;
/// Shortest and longest rest between two questions.
const REST: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// The speed of all documents together.
pub(super) struct Pace {
    course: Mutex<Course>,
    /// Who asks; one at a time.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Course {
    /// Bytes a second that the line seems to carry.
    carries: f64,
    /// Bytes a second that are given now.
    gives: f64,
    /// The line was never full yet.
    begins: bool,
    /// When the next bytes may leave.
    next: Instant,
    /// Bytes that left since the last answer.
    left: u64,
    heard: Instant,
    before: Option<Duration>,
    quickest: [Option<Duration>; 2],
    believed_since: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        let course = Course {
            carries: BEGIN,
            gives: BEGIN,
            begins: true,
            next: now,
            left: 0,
            heard: now,
            before: None,
            quickest: [None, None],
            believed_since: now,
        };
        Self { course: Mutex::new(course), asking: tokio::sync::Mutex::default() }
    }

    /// Waits until so many bytes may leave.
    pub(super) async fn leave(&self, bytes: usize) {
        let at = self.course().leave(bytes, Instant::now());
        sleep(at.saturating_duration_since(Instant::now())).await;
    }

    /// Asks for ever how long an answer takes, while nobody else does. `question` ends with an answer or without one: then
    /// the line may be another one from now on.
    pub(super) async fn listen<Q: Future<Output = bool>>(
        &self,
        question: impl Fn() -> Q,
    ) -> Infallible {
        let _asking = self.asking.lock().await;
        loop {
            let asked = Instant::now();
            if question().await {
                self.course().heard(asked.elapsed(), Instant::now());
            } else {
                self.course().forget();
            }
            let rest = self.course().rest();
            sleep(rest).await;
        }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    fn leave(&mut self, bytes: usize, now: Instant) -> Instant {
        let at = self.next.max(now.checked_sub(BURST).unwrap_or(now));
        self.next = at + Duration::from_secs_f64(bytes as f64 / self.gives);
        self.left += bytes as u64;
        at
    }

    fn rest(&self) -> Duration {
        if self.begins {
            return REST.0;
        }
        Duration::from_secs_f64(ASKING_BYTES / (ASKING_SHARE * self.gives)).clamp(REST.0, REST.1)
    }

    /// How long a line takes by itself is measured anew.
    fn forget(&mut self) {
        (self.quickest, self.before) = ([None, None], None);
    }

    /// A question was answered after `took`.
    fn heard(&mut self, took: Duration, now: Instant) {
        if now.saturating_duration_since(self.believed_since) > BELIEVED {
            self.quickest = [None, self.quickest[0]];
            self.believed_since = now;
        }
        self.quickest[0] = Some(self.quickest[0].map_or(took, |quickest| quickest.min(took)));
        let own = self.quickest.iter().flatten().min().copied().unwrap_or(took);
        // The longer of two waited for a lost packet rather than in the queue.
        let before = self.before.replace(took).unwrap_or(took);
        let queue = took.min(before).saturating_sub(own);
        let since = now.saturating_duration_since(self.heard).as_secs_f64().max(1e-3);
        let used = self.left as f64 + SLACK >= 0.8 * self.gives * since;
        (self.left, self.heard) = (0, now);
        if self.begins && took.saturating_sub(own) < FULL {
            self.carries *= if used { 2.0 } else { 1.0 };
        } else if self.begins {
            self.begins = false;
            self.carries /= 2.0;
        }
        let aim = QUEUE.as_secs_f64().max(self.rest().as_secs_f64() * QUEUE_OF_REST);
        let off = (1.0 - queue.as_secs_f64() / aim).max(-2.0);
        if !self.begins && (off < 0.0 || used) {
            self.carries *= 1.0 + FOLLOWS * off.max(-1.0);
        }
        self.carries = self.carries.clamp(LEAST, MOST);
        self.gives = self.carries * if self.begins { 1.0 } else { 1.0 + YIELDS * off };
    }
}

#[cfg(test)]
mod tests {
    use super::{Course, Pace};
    use std::time::{Duration, Instant};

    /// A line in steps of a hundredth of a second.
    struct Line {
        bytes_per_s: f64,
        own: Duration,
        waiting: f64,
        carried: f64,
    }

    /// Lets documents go over a line for so many seconds; gives the share of the line that was used in the second half,
    /// and the queue's time in its mean and at its longest there.
    fn driven(bytes_per_s: f64, own_ms: u64, seconds: u64) -> (f64, f64, f64) {
        let mut now = Instant::now();
        let mut course: Course = Pace::new(now).course.into_inner().unwrap();
        let mut line =
            Line { bytes_per_s, own: Duration::from_millis(own_ms), waiting: 0.0, carried: 0.0 };
        let step = Duration::from_millis(10);
        let mut answer = None;
        let mut ask = now;
        let (mut queues, mut carried_before, steps) = (Vec::new(), 0.0, seconds * 100);
        for n in 0..steps {
            // What the system's buffers still take is given at once: so much is on its way at most.
            while course.next <= now && line.waiting < 2.0 * line.bytes_per_s {
                course.leave(4_096, now);
                line.waiting += 4_096.0;
            }
            let out = line.waiting.min(line.bytes_per_s / 100.0);
            line.waiting -= out;
            line.carried += out;
            let queue = line.waiting / line.bytes_per_s;
            if let Some((at, took)) = answer.filter(|(at, _)| *at <= now) {
                course.heard(took, now);
                (answer, ask) = (None, at + course.rest());
            } else if answer.is_none() && ask <= now {
                let took = line.own + Duration::from_secs_f64(queue);
                answer = Some((now + took, took));
            }
            if n >= steps / 2 {
                queues.push(queue);
            } else {
                carried_before = line.carried;
            }
            now += step;
        }
        let used = (line.carried - carried_before) / (line.bytes_per_s * seconds as f64 / 2.0);
        let mean = queues.iter().sum::<f64>() / queues.len() as f64;
        (used, mean, queues.iter().copied().fold(0.0, f64::max))
    }

    #[test]
    fn a_line_is_filled_and_its_queue_is_not() {
        for (bytes_per_s, own_ms, mean_most) in [
            (16_000.0, 400, 1.0),
            (64_000.0, 400, 0.45),
            (125_000.0, 100, 0.45),
            (1_250_000.0, 30, 0.45),
        ] {
            let (used, mean, most) = driven(bytes_per_s, own_ms, 120);
            let said =
                format!("{bytes_per_s} bytes/s: {used:.3} used, queue {mean:.2}, {most:.2} s");
            println!("{said}");
            assert!(used > 0.95 && mean < mean_most && most < 2.0 * mean_most, "{said}");
        }
    }

    #[test]
    fn a_fast_line_is_not_held_back_for_long() {
        let (used, ..) = driven(100e6, 1, 6);
        assert!(used > 0.9, "{used}");
    }

    #[test]
    fn another_line_that_is_farther_away_is_not_taken_for_a_full_one() {
        let mut now = Instant::now();
        let mut course = Pace::new(now).course.into_inner().unwrap();
        for ms in [20, 20, 20, 200, 200] {
            now += Duration::from_millis(500);
            course.leave(1_000_000, now);
            course.heard(Duration::from_millis(ms), now);
        }
        let carries = course.carries;
        course.forget();
        for _ in 0..20 {
            now += Duration::from_millis(900);
            course.leave(1_000_000, now);
            course.heard(Duration::from_millis(700), now);
        }
        assert!(course.carries >= carries, "{} from {carries}", course.carries);
    }

    #[test]
    fn an_answer_that_waited_for_a_lost_packet_is_no_queue() {
        let mut now = Instant::now();
        let mut course = Pace::new(now).course.into_inner().unwrap();
        let mut hear = |course: &mut Course, ms| {
            now += Duration::from_millis(500);
            course.leave(1_000_000, now);
            course.heard(Duration::from_millis(ms), now);
        };
        (0..4).for_each(|_| hear(&mut course, 400));
        (0..2).for_each(|_| hear(&mut course, 600));
        let carries = course.carries;
        for ms in [650, 1_900, 650, 2_400, 650, 650] {
            hear(&mut course, ms);
        }
        assert!((course.carries / carries - 1.0).abs() < 0.05, "{} from {carries}", course.carries);
    }
}
