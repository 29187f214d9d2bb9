//! The course over lines in steps of a hundredth of a second.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::{Course, Pace};
use crate::http::files::PIECE_BYTES;
use std::time::{Duration, Instant};

/// A line in steps of a hundredth of a second, and which questions have an answer that is late by [`RESENT`], for a packet
/// of them was lost.
#[derive(Debug, Clone, Copy)]
struct Line {
    bytes_per_s: f64,
    own: Duration,
    lost: &'static [u32],
}

const LOST: [&[u32]; 8] = [&[], &[2], &[3], &[4], &[5], &[6], &[2, 3], &[3, 5]];
const RESENT: Duration = Duration::from_millis(900);

/// What became of the documents that went over a line for a while.
struct Driven {
    /// Share of the line that was used in the first quarter and in the second half.
    at_first: f64,
    used: f64,
    /// The queue's time in the second half in its mean and at its longest, and at its longest in the first half.
    mean: f64,
    most: f64,
    most_at_first: f64,
}

impl Line {
    const fn new(bytes_per_s: f64, own_ms: u64) -> Self {
        Self { bytes_per_s, own: Duration::from_millis(own_ms), lost: &[] }
    }

    fn driven(self, seconds: u64) -> Driven {
        let begun = Instant::now();
        let mut course: Course = Pace::new(begun).course.into_inner().unwrap();
        let (mut waiting, mut carried) = (0.0_f64, 0.0);
        let (mut answer, mut ask, mut asked) = (None, begun, 0);
        let (mut queues, mut half, mut quarter) = (Vec::new(), 0.0, 0.0);
        let steps = seconds * 100;
        for n in 0..steps {
            let now = begun + Duration::from_millis(n * 10);
            // What the system's buffers still take is given at once: so much is on its way at most.
            while course.next <= now && !course.holds(now) && waiting < 2.0 * self.bytes_per_s {
                course.leave(PIECE_BYTES, now);
                waiting += PIECE_BYTES as f64;
            }
            let out = waiting.min(self.bytes_per_s / 100.0);
            (waiting, carried) = (waiting - out, carried + out);
            let queue = waiting / self.bytes_per_s;
            if let Some((at, took)) = answer.filter(|(at, _)| *at <= now) {
                course.heard(took, now);
                (answer, ask) = (None, at + course.rest());
            } else if answer.is_none() && ask <= now {
                course.asks(now);
                asked += 1;
                let lost = self.lost.contains(&asked);
                let resent = if lost { RESENT } else { Duration::ZERO };
                let took = self.own + Duration::from_secs_f64(queue) + resent;
                answer = Some((now + took, took));
            }
            queues.push(queue);
            quarter = if n < steps / 4 { carried } else { quarter };
            half = if n < steps / 2 { carried } else { half };
        }
        let all = self.bytes_per_s * seconds as f64;
        let (first, second) = queues.split_at(queues.len() / 2);
        let most = |queues: &[f64]| queues.iter().copied().fold(0.0, f64::max);
        Driven {
            at_first: quarter / (all / 4.0),
            used: (carried - half) / (all / 2.0),
            mean: second.iter().sum::<f64>() / second.len() as f64,
            most: most(second),
            most_at_first: most(first),
        }
    }
}

#[test]
fn a_line_is_filled_and_its_queue_is_not() {
    for (line, mean_most) in [
        (Line::new(16_000.0, 400), 1.0),
        (Line::new(64_000.0, 400), 0.45),
        (Line::new(125_000.0, 100), 0.45),
        (Line::new(1_250_000.0, 30), 0.45),
    ] {
        let Driven { used, mean, most, most_at_first, .. } = line.driven(120);
        let said = format!(
            "{} bytes/s: {used:.3} used, queue {mean:.2}, {most:.2} s, {most_at_first:.2} s at first",
            line.bytes_per_s
        );
        assert!(used > 0.95 && mean < mean_most && most < 2.0 * mean_most, "{said}");
        assert!(most_at_first < 0.7 + mean_most, "{said}");
    }
}

#[test]
fn a_line_is_soon_full_although_packets_of_the_first_questions_are_lost() {
    let rates = [16_000.0, 64_000.0, 125_000.0, 500_000.0];
    let lines = rates.iter().flat_map(|rate| [Line::new(*rate, 100), Line::new(*rate, 400)]);
    for line in lines {
        for lost in LOST {
            let Driven { at_first, .. } = Line { lost, ..line }.driven(60);
            let least = if lost.len() > 1 { 0.15 } else { 0.55 };
            assert!(at_first > least, "{at_first:.2} of {line:?} without {lost:?}");
        }
    }
}

#[test]
fn a_fast_line_is_not_held_back_for_long() {
    let Driven { used, .. } = Line::new(100e6, 1).driven(6);
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
    course.unanswered();
    for _ in 0..20 {
        now += Duration::from_millis(900);
        course.leave(1_000_000, now);
        course.heard(Duration::from_millis(700), now);
    }
    assert!(course.carries >= carries, "{} from {carries}", course.carries);
}

#[test]
fn nothing_is_given_to_a_line_that_says_nothing_and_everything_when_it_speaks_again() {
    let begun = Instant::now();
    let mut course = Pace::new(begun).course.into_inner().unwrap();
    let at = |ms| begun + Duration::from_millis(ms);
    for n in 0..8 {
        course.begins = false;
        course.asks(at(n * 500));
        assert!(!course.holds(at(n * 500 + 5_000)), "how late an answer may be is not known");
        course.heard(Duration::from_millis(300 + n * 10), at(n * 500 + 400));
    }
    course.asks(at(4_000));
    assert!(!course.holds(at(4_400)) && course.holds(at(4_600)));
    course.sign_at = at(4_500);
    assert!(!course.holds(at(4_700)), "a part was answered");
    course.unanswered();
    assert!(!course.holds(at(8_000)), "one question is lost, the line lives");
    course.asks(at(8_000));
    assert!(course.holds(at(8_600)));
    course.unanswered();
    course.asks(at(12_000));
    assert!(course.holds(at(12_100)), "the question after one without an answer is late too");
    assert!(!course.holds(at(19_000)), "for ever only questions may be lost");
    course.heard(Duration::from_millis(900), at(13_000));
    assert!(course.holds(at(13_000)), "a connection had to be made");
    course.heard(Duration::from_millis(300), at(13_400));
    assert!(!course.holds(at(13_400)));
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
