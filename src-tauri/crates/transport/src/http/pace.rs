//! How fast documents go: as fast as the line carries, with next to nothing in its queue.
//!
//! What a line is given beyond what it carries waits in its queue, on a slow one for a second and more, and the next
//! record waits behind it. How much waits there is told by how long a small question takes, against the quickest of the
//! last minutes (as LEDBAT, RFC 6817, tells it of every packet). Documents are given out so fast that this is a sixth
//! of a second: the line never stands still, and a record is hardly delayed. How fast parts are confirmed does not tell it:
//! that a packet was lost says nothing of the line's queue.
//!
//! The beginning doubles until an answer is late. That may have been a lost packet instead of a full line, so the next answer
//! decides: either what was carried meanwhile is now known, or the doubling goes on. An answer that is later than any of the
//! last ones is the first sign of a dead line: what is given to that would be sent again.

mod answers;

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use answers::{Answers, Queue};

/// How much may wait in the line's queue, and how much of the time between two questions: what is asked of seldom is
/// followed slowly.
const QUEUE: Duration = Duration::from_millis(170);
const QUEUE_OF_REST: f64 = 0.4;
/// A queue of this is the first sign that the line is full.
const FULL: Duration = Duration::from_millis(70);
/// Bytes a second at the beginning, and at the least: what others put into the queue must not keep documents for ever.
const BEGIN: f64 = 12_000.0;
const LEAST: f64 = 8_000.0;
/// How much more is given at each answer at the beginning, and where the beginning had seemed over.
const STEP: f64 = 2.0;
const STEP_AGAIN: f64 = 1.5;
/// Faster than any line: nobody is held back.
const MOST: f64 = 1e9;
/// How far the speed follows the queue from one question to the next, how far it follows one that is twice too long or
/// nearly empty, and how far it steps aside meanwhile: an answer tells what was, and whoever follows it quickly swings.
const FOLLOWS: f64 = 0.01;
const FOLLOWS_FAR: f64 = 0.04;
const NEARLY_EMPTY: f64 = 0.75;
const YIELDS: f64 = 0.2;
/// What was not given for so long may be given at once.
const BURST: Duration = Duration::from_millis(100);
/// Bytes that a question costs both ways, and the share of the speed that questions may have.
const ASKING_BYTES: f64 = 120.0;
const ASKING_SHARE: f64 = 0.006;
/// Shortest and longest rest between two questions. Until the line is known it is longer by a part of the line's own time, to
/// see what the last step did: what goes too far on a line that is far away is noticed late.
const REST: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
const REST_OF_OWN: f64 = 0.5;
/// Later than the latest by this, the line may be dead, and what is given it is lost; if it lives, its queue lasts until the
/// answer is here. How often whoever waits looks again, and for how long nothing is given then.
const LATER: Duration = Duration::from_millis(60);
const LOOKS: Duration = Duration::from_millis(20);
const HOLDS_MAX: Duration = Duration::from_secs(10);

/// The speed of all documents together.
pub(super) struct Pace {
    course: Mutex<Course>,
    /// Whose turn it is, and who waits for it.
    queue: tokio::sync::Mutex<()>,
    /// Who listens; one at a time.
    asking: tokio::sync::Mutex<Asking>,
}

/// A piece may leave now. Whoever does not use it lets the next one have it.
pub(super) struct Turn<'p> {
    pace: &'p Pace,
    _queue: tokio::sync::MutexGuard<'p, ()>,
}

impl Turn<'_> {
    /// So many bytes leave.
    pub(super) fn leaves(self, bytes: usize) {
        self.pace.course().leaves(bytes, Instant::now());
    }
}

#[derive(Debug)]
struct Course {
    stage: Stage,
    /// Bytes a second that the line seems to carry.
    carries: f64,
    /// Bytes a second that are given now.
    gives: f64,
    /// When the next bytes may leave.
    next: Instant,
    /// Since when there was always something to leave.
    flows_since: Instant,
    /// Bytes that left in all.
    left: u64,
    /// The last question, and the last one that was answered.
    asked: Question,
    met: Question,
    answers: Answers,
    /// When the answer that is awaited is later than any: from then on nothing is given.
    late_at: Option<Instant>,
    /// When something else was answered last.
    sign_at: Instant,
}

/// What is known of how much the line carries.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// It was never full: by so much more is given at each answer.
    Begins { step: f64 },
    /// An answer was late: it is full, or a packet was lost. So much was given until then.
    Doubts { gave: f64 },
    /// The next one was late too. Unless its queue is soon met again, both were lost packets.
    Fills,
    /// It was full, and its queue is followed.
    Follows,
}

/// When a question left and what it tells of.
#[derive(Debug, Clone, Copy)]
struct Question {
    at: Instant,
    /// Bytes that had left by then.
    left: u64,
    /// Documents filled what they were given: no queue means that the line carries more.
    used: bool,
    /// The queue that it met.
    queue: Duration,
}

/// A question on its way outlives whoever asked it: parts end more often than answers come.
struct Asking {
    /// How long the answer took, if there was one.
    question: Option<JoinHandle<Option<Duration>>>,
    next_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        let question = Question { at: now, left: 0, used: false, queue: Duration::ZERO };
        let course = Course {
            stage: Stage::Begins { step: STEP },
            carries: BEGIN,
            gives: BEGIN,
            next: now,
            flows_since: now,
            left: 0,
            asked: question,
            met: question,
            answers: Answers::new(now),
            late_at: None,
            sign_at: now,
        };
        let asking = tokio::sync::Mutex::new(Asking { question: None, next_at: now });
        Self { course: Mutex::new(course), queue: tokio::sync::Mutex::default(), asking }
    }

    /// Waits until the next piece may leave: at its pace, one after the other, and not into a line that says nothing. What
    /// is learnt of the line meanwhile counts at once.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let queue = self.queue.lock().await;
        let waits = || self.course().waits(Instant::now());
        while let Some(wait) = waits() {
            sleep(wait.min(LOOKS)).await;
        }
        Turn { pace: self, _queue: queue }
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
            let (mut course, now) = (self.course(), Instant::now());
            match took {
                Some(took) => course.heard(took, now),
                None => course.unanswered(),
            }
            asking.next_at = now + course.rest(now);
        }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    /// How long nothing may leave, if so.
    fn waits(&self, now: Instant) -> Option<Duration> {
        match self.holds(now) {
            true => Some(LOOKS),
            false => Some(self.next.saturating_duration_since(now)).filter(|wait| !wait.is_zero()),
        }
    }

    fn leaves(&mut self, bytes: usize, now: Instant) {
        if !self.flows(now) {
            self.flows_since = now;
        }
        let at = self.next.max(now.checked_sub(BURST).unwrap_or(now));
        self.next = at + Duration::from_secs_f64(bytes as f64 / self.gives);
        self.left += bytes as u64;
    }

    /// Whether documents leave as fast as they may.
    fn flows(&self, now: Instant) -> bool {
        self.next + BURST >= now
    }

    /// How long to rest after an answer.
    fn rest(&self, now: Instant) -> Duration {
        if self.late_at.is_some() {
            return REST.0;
        }
        let soon = match self.stage {
            Stage::Doubts { .. } => true,
            Stage::Begins { .. } | Stage::Fills => self.flows(now),
            Stage::Follows => false,
        };
        if soon {
            return REST.0
                + self.answers.own().unwrap_or_default().mul_f64(REST_OF_OWN).min(REST.1);
        }
        Duration::from_secs_f64(ASKING_BYTES / (ASKING_SHARE * self.gives)).clamp(REST.0, REST.1)
    }

    /// A question had no answer. If nothing else had one either, the line may be another one from now on: how long it takes
    /// by itself is measured anew, with nothing in its queue, for the answer that is awaited is as late as before.
    fn unanswered(&mut self) {
        if self.sign_at > self.asked.at {
            self.late_at = None;
        } else {
            self.answers.of_another_line();
        }
    }

    /// A question leaves; those after one without an answer are late when that one is.
    fn asks(&mut self, now: Instant) {
        let used = self.flows(now) && self.flows_since + BURST <= now;
        self.asked = Question { at: now, left: self.left, used, queue: Duration::ZERO };
        if self.late_at.is_some() {
            return;
        }
        let usual = match (self.stage, self.answers.own()) {
            // Each step doubles what is given: too much of it shows before the answer is here.
            (Stage::Begins { .. }, Some(own)) => Some(own + FULL),
            _ => self.answers.latest(),
        };
        self.late_at = usual.map(|usual| now + usual + LATER);
    }

    /// Whether nothing is given now: nothing was answered for as long as it takes.
    fn holds(&self, now: Instant) -> bool {
        let usual = self.answers.own().unwrap_or_default() + FULL;
        self.late_at.is_some_and(|late_at| now >= late_at && now < late_at + HOLDS_MAX)
            && now >= self.sign_at + usual
    }

    /// A question was answered after `took`.
    fn heard(&mut self, took: Duration, now: Instant) {
        let Some(queue) = self.answers.heard(took, now) else { return };
        self.late_at = None;
        let met = Question { queue: queue.met, ..self.asked };
        let before = std::mem::replace(&mut self.met, met);
        match self.stage {
            Stage::Begins { step } if met.queue < FULL => self.step(step),
            Stage::Begins { .. } => {
                self.stage = Stage::Doubts { gave: self.carries };
                self.fill(before, now);
            }
            Stage::Doubts { gave } if met.queue < FULL => {
                self.stage = Stage::Begins { step: STEP };
                (self.carries, self.gives) = (gave, gave);
                self.next = self.next.min(now);
            }
            Stage::Doubts { .. } => {
                self.stage = Stage::Fills;
                self.follow(&queue, now);
            }
            Stage::Fills if met.used && met.queue.max(before.queue) < FULL => {
                self.stage = Stage::Begins { step: STEP_AGAIN };
                self.step(STEP_AGAIN);
            }
            Stage::Fills if queue.sure >= FULL => {
                self.stage = Stage::Follows;
                self.follow(&queue, now);
            }
            Stage::Fills | Stage::Follows => self.follow(&queue, now),
        }
    }

    /// The line had no queue although it was given all that it seemed to carry: it carries more.
    fn step(&mut self, step: f64) {
        if self.met.used {
            self.carries = (self.carries * step).min(MOST);
        }
        self.gives = self.carries;
    }

    /// The line is full for the first time, and is left alone until its queue is as long as it should be.
    fn fill(&mut self, before: Question, now: Instant) {
        let Question { at, left, queue, .. } = self.met;
        // What left between the two questions and does not wait now was carried meanwhile.
        let time = at.saturating_duration_since(before.at) + queue.saturating_sub(before.queue);
        let carried = (left - before.left) as f64 / time.as_secs_f64().max(1e-3);
        self.carries = carried.clamp(self.carries / 4.0, self.carries).max(LEAST);
        self.gives = self.carries;
        // Every answer until now tells of another queue.
        self.answers.of_another_queue();
        let since = Duration::from_secs_f64((self.left - left) as f64 / self.carries);
        let waits = (queue + since).saturating_sub(now.saturating_duration_since(at));
        self.next = self.next.max(now + waits.saturating_sub(self.aim(now)));
    }

    /// Gives more or less, as the queue is shorter or longer than it should be.
    fn follow(&mut self, queue: &Queue, now: Instant) {
        let off = (1.0 - queue.sure.as_secs_f64() / self.aim(now).as_secs_f64()).max(-2.0);
        if off < 0.0 || self.met.used {
            let far = !(-1.0..=NEARLY_EMPTY).contains(&off);
            let follows = if far { FOLLOWS_FAR } else { FOLLOWS };
            self.carries *= 1.0 + follows * off.max(-1.0);
        }
        self.carries = self.carries.clamp(LEAST, MOST);
        self.gives = self.carries * (1.0 + YIELDS * off);
    }

    /// How much should wait in the line's queue.
    fn aim(&self, now: Instant) -> Duration {
        QUEUE.max(self.rest(now).mul_f64(QUEUE_OF_REST))
    }
}

#[cfg(test)]
mod tests;
