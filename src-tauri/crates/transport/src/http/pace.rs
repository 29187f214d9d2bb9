//! How fast documents go: as fast as the line carries, with next to nothing in its queue.
//!
//! What a line is given beyond what it carries waits in its queue, on a slow one for a second and more, and the next
//! record waits behind it. How much waits there is told by how long a small question takes, against the quickest of the
//! last minutes (as LEDBAT, RFC 6817, tells it of every packet). Documents are given out so fast that this is a quarter
//! of a second: the line never stands still, and a record is hardly delayed. How fast parts are confirmed does not tell it:
//! that a packet was lost says nothing of the line's queue.
//!
//! The beginning doubles until two answers tell of a queue; what was carried between them is then known. An answer that is
//! later than any of the last ones is the first sign of a dead line: what is given to that would be sent again.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How much may wait in the line's queue, and how much of the time between two questions: what is asked of seldom is
/// followed slowly.
const QUEUE: Duration = Duration::from_millis(240);
const QUEUE_OF_REST: f64 = 0.4;
/// A queue of this is the first sign that the line is full.
const FULL: Duration = Duration::from_millis(70);
/// Bytes a second at the beginning, and at the least: what others put into the queue must not keep documents for ever.
const BEGIN: f64 = 12_000.0;
const LEAST: f64 = 8_000.0;
/// How much more is given at each answer at the beginning. One that was late may have waited for a lost packet: until the next
/// one less is given, and then more in smaller steps. Two of them are a queue.
const STEP: f64 = 2.0;
const STEP_IN_DOUBT: f64 = 1.5;
const IN_DOUBT: f64 = 0.5;
/// Faster than any line: nobody is held back.
const MOST: f64 = 1e9;
/// How far the speed follows the queue from one question to the next, how far it follows one that is twice too long or
/// nearly empty, and how far it steps aside meanwhile: an answer tells what was, and whoever follows it quickly swings.
const FOLLOWS: f64 = 0.01;
const FOLLOWS_FAR: f64 = 0.04;
/// How far while it may have begun with less than the line carries.
const FOLLOWS_SEEKING: f64 = 0.25;
const NEARLY_EMPTY: f64 = 0.75;
const YIELDS: f64 = 0.2;
/// So many bytes less than were to be given are no sign that nobody wanted more.
const SLACK: f64 = 8_192.0;
/// How long the quickest answer is believed to be the line's own time.
const BELIEVED: Duration = Duration::from_secs(5 * 60);
/// What was not given for so long may be given at once.
const BURST: Duration = Duration::from_millis(100);
/// Bytes that a question costs both ways, and the share of the speed that questions may have.
const ASKING_BYTES: f64 = 120.0;
const ASKING_SHARE: f64 = 0.006;
/// Shortest and longest rest between two questions. At the beginning it is longer by a part of the line's own time, to see
/// what the last step did: what goes too far on a line that is far away is noticed late.
const REST: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
const REST_OF_OWN: f64 = 0.5;
/// After so many answers it is known how late one may come. Later than the latest by this, the line may be dead, and what
/// is given it is lost; if it lives, its queue lasts until the answer is here. How often that is looked at, and for how
/// long nothing is given then.
const KNOWN: u32 = 8;
const LATER: Duration = Duration::from_millis(60);
const LOOKS: Duration = Duration::from_millis(20);
const HOLDS_MAX: Duration = Duration::from_secs(10);
/// The latest of so many answers counts, at least.
const LATEST_OF: u32 = 40;

/// The speed of all documents together.
pub(super) struct Pace {
    course: Mutex<Course>,
    /// Who listens; one at a time.
    asking: tokio::sync::Mutex<Asking>,
}

#[derive(Debug)]
struct Course {
    /// Bytes a second that the line seems to carry.
    carries: f64,
    /// Bytes a second that are given now.
    gives: f64,
    /// The line was never full yet.
    begins: bool,
    /// By how much more is given at each answer meanwhile.
    steps: f64,
    /// No queue was met since the beginning ended: two lost packets may have been taken for a full line.
    seeks: bool,
    /// When the next bytes may leave.
    next: Instant,
    /// Bytes that left in all.
    left: u64,
    /// When the last answer came and how many bytes had left by then; the same of the last question, and of the last one that
    /// was answered, with the queue that it met.
    heard: (Instant, u64),
    asked: (Instant, u64),
    met: (Instant, u64, Duration),
    before: Option<Duration>,
    quickest: [Option<Duration>; 2],
    believed_since: Instant,
    /// The latest answers, of those counted now and of those before them, and how many are counted.
    latest: [Duration; 2],
    counted: u32,
    /// When the answer that is awaited is later than any: from then on nothing is given.
    late_at: Option<Instant>,
    /// When something else was answered last.
    sign_at: Instant,
    /// The last question had no answer: the next answer waits for a new connection and tells nothing of the line.
    unsure: bool,
}

/// A question on its way outlives whoever asked it: parts end more often than answers come.
struct Asking {
    /// How long the answer took, if there was one.
    question: Option<JoinHandle<Option<Duration>>>,
    next_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        let course = Course {
            carries: BEGIN,
            gives: BEGIN,
            begins: true,
            seeks: true,
            steps: STEP,
            next: now,
            left: 0,
            heard: (now, 0),
            asked: (now, 0),
            met: (now, 0, Duration::ZERO),
            before: None,
            quickest: [None, None],
            believed_since: now,
            latest: [Duration::ZERO; 2],
            counted: 0,
            late_at: None,
            sign_at: now,
            unsure: false,
        };
        let asking = tokio::sync::Mutex::new(Asking { question: None, next_at: now });
        Self { course: Mutex::new(course), asking }
    }

    /// Waits until so many bytes may leave: at their pace, and not into a line that says nothing.
    pub(super) async fn leave(&self, bytes: usize) {
        loop {
            while self.course().holds(Instant::now()) {
                sleep(LOOKS).await;
            }
            let at = self.course().leave(bytes, Instant::now());
            sleep(at.saturating_duration_since(Instant::now())).await;
            if !self.course().holds(Instant::now()) {
                return;
            }
        }
    }

    /// A part was answered: the line lives, whatever became of a question.
    pub(super) fn sign(&self) {
        self.course().sign_at = Instant::now();
    }

    /// Asks for ever how long an answer takes, while nobody else does. `question` ends with an answer or without one: then
    /// the line may be another one from now on.
    pub(super) async fn listen<Q>(&self, question: impl Fn() -> Q) -> Infallible
    where
        Q: Future<Output = bool> + Send + 'static,
    {
        let mut asking = self.asking.lock().await;
        loop {
            sleep(asking.next_at.saturating_duration_since(Instant::now())).await;
            let answer = asking.question.get_or_insert_with(|| {
                let (asked, question) = (Instant::now(), question());
                self.course().asks(asked);
                tokio::spawn(async move { question.await.then(|| asked.elapsed()) })
            });
            let took = answer.await.unwrap_or_default();
            asking.question = None;
            let mut course = self.course();
            match took {
                Some(took) => course.heard(took, Instant::now()),
                None => course.unanswered(),
            }
            asking.next_at = Instant::now() + course.rest();
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
        if self.late_at.is_some() {
            return REST.0;
        }
        if self.begins || self.seeks {
            return REST.0 + self.own().unwrap_or_default().mul_f64(REST_OF_OWN).min(REST.1);
        }
        Duration::from_secs_f64(ASKING_BYTES / (ASKING_SHARE * self.gives)).clamp(REST.0, REST.1)
    }

    /// A question had no answer. If nothing else had one either, the line may be another one from now on: how long it takes
    /// by itself is measured anew, with nothing in its queue, for the answer that is awaited is as late as before.
    fn unanswered(&mut self) {
        if self.sign_at > self.asked.0 {
            self.late_at = None;
            return;
        }
        self.unsure = true;
        (self.quickest, self.before) = ([None, None], None);
        (self.latest, self.counted) = ([Duration::ZERO; 2], 0);
    }

    /// A question leaves; those after one without an answer are late when that one is.
    fn asks(&mut self, now: Instant) {
        self.asked = (now, self.left);
        if self.late_at.is_some() {
            return;
        }
        let latest = self.latest[0].max(self.latest[1]);
        let known = self.latest[1] > Duration::ZERO || self.counted >= KNOWN;
        self.late_at = match self.own() {
            // Each step at the beginning doubles what is given: too much of it shows before the answer is here.
            Some(own) if self.begins => Some(now + own + FULL + LATER),
            _ if known => Some(now + latest + LATER),
            _ => None,
        };
    }

    /// How long the line takes by itself, as far as is known.
    fn own(&self) -> Option<Duration> {
        self.quickest.iter().flatten().min().copied()
    }

    /// Whether nothing is given now: nothing was answered for as long as it takes.
    fn holds(&self, now: Instant) -> bool {
        let usual = self.own().unwrap_or_default() + FULL;
        self.late_at.is_some_and(|late_at| now >= late_at && now < late_at + HOLDS_MAX)
            && now >= self.sign_at + usual
    }

    /// The line is full for the first time, and is left alone until its queue is as long as it should be.
    fn fill(&mut self, before: (Instant, u64, Duration), now: Instant) {
        let (asked, left, queue) = self.met;
        // What left between the two questions and does not wait now was carried meanwhile.
        let time = asked.saturating_duration_since(before.0) + queue.saturating_sub(before.2);
        let carried = (left - before.1) as f64 / time.as_secs_f64().max(1e-3);
        self.carries = carried.clamp(self.carries / 4.0, self.carries);
        self.begins = false;
        // Every answer until now tells of another queue.
        (self.latest, self.counted, self.before) = ([Duration::ZERO; 2], 0, None);
        let since = Duration::from_secs_f64((self.left - left) as f64 / self.carries);
        let waits = (queue + since).saturating_sub(now.saturating_duration_since(asked));
        self.next = self.next.max(now + waits.saturating_sub(self.aim()));
    }

    /// How much should wait in the line's queue.
    fn aim(&self) -> Duration {
        QUEUE.max(self.rest().mul_f64(QUEUE_OF_REST))
    }

    /// A question was answered after `took`.
    fn heard(&mut self, took: Duration, now: Instant) {
        if std::mem::take(&mut self.unsure) {
            return;
        }
        if now.saturating_duration_since(self.believed_since) > BELIEVED {
            self.quickest = [None, self.quickest[0]];
            self.believed_since = now;
        }
        self.quickest[0] = Some(self.quickest[0].map_or(took, |quickest| quickest.min(took)));
        self.late_at = None;
        self.latest[0] = self.latest[0].max(took);
        self.counted += 1;
        if self.counted >= LATEST_OF {
            (self.latest, self.counted) = ([Duration::ZERO, self.latest[0]], 0);
        }
        let own = self.own().unwrap_or(took);
        // The longer of two waited for a lost packet rather than in the queue.
        let before = self.before.replace(took).unwrap_or(took);
        let queue = took.min(before).saturating_sub(own);
        let since = now.saturating_duration_since(self.heard.0).as_secs_f64().max(1e-3);
        let used = (self.left - self.heard.1) as f64 + SLACK >= 0.8 * self.gives * since;
        self.heard = (now, self.left);
        let met = (self.asked.0, self.asked.1, took.saturating_sub(own));
        let before = std::mem::replace(&mut self.met, met);
        self.seeks &= self.begins || queue < self.aim() / 2;
        if self.begins && queue >= FULL {
            self.fill(before, now);
        } else if self.begins && met.2 < FULL && used {
            self.carries *= self.steps;
        } else if self.begins && met.2 >= FULL {
            // It may have waited for a lost packet: the next answer tells, and from now on nothing is doubled.
            self.steps = STEP_IN_DOUBT;
        }
        let off = (1.0 - queue.as_secs_f64() / self.aim().as_secs_f64()).max(-2.0);
        if !self.begins && (off < 0.0 || used) {
            let far = !(-1.0..=NEARLY_EMPTY).contains(&off);
            let empty = self.aim().mul_f64(1.0 - NEARLY_EMPTY);
            let follows = match far {
                true if self.seeks && met.2.max(before.2) < empty => FOLLOWS_SEEKING,
                true => FOLLOWS_FAR,
                false => FOLLOWS,
            };
            self.carries *= 1.0 + follows * off.max(-1.0);
        }
        self.carries = self.carries.clamp(LEAST, MOST);
        self.gives = self.carries
            * match self.begins {
                true if met.2 >= FULL => IN_DOUBT,
                true => 1.0,
                false => 1.0 + YIELDS * off,
            };
    }
}

#[cfg(test)]
mod tests;
