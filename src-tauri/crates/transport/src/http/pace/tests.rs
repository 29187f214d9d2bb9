//! The course over lines in steps of a hundredth of a second.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use super::{Course, Pace, Stage};
use crate::http::files::PIECE_BYTES;
use std::sync::Arc;
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
    /// For how long documents were on their way, in steps, for how long of it the queue was over a second, and how many
    /// questions were asked.
    busy: u32,
    over_a_second: u32,
    asked: u32,
}

impl Line {
    const fn new(bytes_per_s: f64, own_ms: u64) -> Self {
        Self { bytes_per_s, own: Duration::from_millis(own_ms), lost: &[] }
    }

    /// Documents without an end.
    fn driven(self, seconds: u64) -> Driven {
        self.carrying(f64::INFINITY, seconds, seconds)
    }

    /// So many bytes of documents again and again.
    fn carrying(self, bytes: f64, every: u64, seconds: u64) -> Driven {
        let begun = Instant::now();
        let mut course: Course = Pace::new(begun).course.into_inner().unwrap();
        let (mut wanted, mut waiting, mut carried) = (0.0_f64, 0.0_f64, 0.0);
        let (mut answer, mut ask, mut asked) = (None, begun, 0);
        let (mut queues, mut half, mut quarter) = (Vec::new(), 0.0, 0.0);
        let (mut busy, mut over_a_second) = (0, 0);
        let steps = seconds * 100;
        for n in 0..steps {
            let now = begun + Duration::from_millis(n * 10);
            if n % (every * 100) == 0 {
                wanted += bytes;
            }
            // What the system's buffers still take is given at once: so much is on its way at most.
            while wanted > 0.0 && course.waits(now).is_none() && waiting < 2.0 * self.bytes_per_s {
                let piece = wanted.min(PIECE_BYTES as f64);
                course.leaves(piece as usize, now);
                (wanted, waiting) = (wanted - piece, waiting + piece);
            }
            let out = waiting.min(self.bytes_per_s / 100.0);
            (waiting, carried) = (waiting - out, carried + out);
            let queue = waiting / self.bytes_per_s;
            busy += u32::from(wanted + waiting > 0.0);
            over_a_second += u32::from(queue > 1.0);
            if let Some((at, took)) = answer.filter(|(at, _)| *at <= now) {
                course.heard(took, now);
                (answer, ask) = (None, at + course.rest(now));
            } else if answer.is_none() && ask <= now && wanted + waiting > 0.0 {
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
            busy,
            over_a_second,
            asked,
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
        assert!(most_at_first < 0.5 + mean_most, "{said}");
    }
}

#[test]
fn a_line_is_soon_full_although_packets_of_the_first_questions_are_lost() {
    let rates = [16_000.0, 64_000.0, 125_000.0, 500_000.0];
    let lines = rates.iter().flat_map(|rate| [Line::new(*rate, 100), Line::new(*rate, 400)]);
    for line in lines {
        for lost in LOST {
            let Driven { at_first, .. } = Line { lost, ..line }.driven(60);
            let least = if lost.len() > 1 { 0.3 } else { 0.55 };
            assert!(at_first > least, "{at_first:.2} of {line:?} without {lost:?}");
        }
    }
}

/// A commune's day on a slow line: small documents, then nothing. What was given while next to nothing went says nothing of
/// what the line carries.
#[test]
fn documents_now_and_then_teach_nothing_wrong_about_the_line() {
    for own_ms in [100, 400] {
        for (bytes, every) in [(8e3, 3), (20e3, 4), (60e3, 8), (200e3, 30), (400e3, 40)] {
            let line = Line::new(16_000.0, own_ms);
            let driven = line.carrying(bytes, every, 600);
            let busy = f64::from(driven.busy);
            let over = f64::from(driven.over_a_second) / busy;
            let a_second = f64::from(driven.asked) / (busy / 100.0);
            let said = format!("{bytes} every {every} s at {own_ms} ms: {over:.3}, {a_second:.2}");
            assert!(over < 0.2, "how often the queue is over a second: {said}");
            // Each small document is a question or two of its own.
            let least = if bytes < 50e3 { 2.1 } else { 0.9 };
            assert!(a_second < least, "questions a second: {said}");
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
        course.leaves(1_000_000, now);
        course.asks(now);
        course.heard(Duration::from_millis(ms), now);
    }
    let carries = course.carries;
    course.unanswered();
    for _ in 0..20 {
        now += Duration::from_millis(900);
        course.leaves(1_000_000, now);
        course.asks(now);
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
        course.stage = Stage::Follows;
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

#[tokio::test]
async fn pieces_that_wait_go_faster_when_the_line_turns_out_to_be_fast() {
    let pace = Arc::new(Pace::new(Instant::now()));
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let pace = Arc::clone(&pace);
            tokio::spawn(async move { pace.turn().await.leaves(PIECE_BYTES) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(pace.course().left < 3 * PIECE_BYTES as u64, "all left at once");
    // At the pace of the beginning they would take 24 s.
    pace.course().gives = 1e6;
    let all = async {
        for piece in waiting {
            piece.await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(10), all).await.unwrap();
    assert_eq!(pace.course().left, 50 * PIECE_BYTES as u64);
}

#[test]
fn an_answer_that_waited_for_a_lost_packet_is_no_queue() {
    let mut now = Instant::now();
    let mut course = Pace::new(now).course.into_inner().unwrap();
    let mut hear = |course: &mut Course, ms| {
        now += Duration::from_millis(500);
        course.leaves(1_000_000, now);
        course.asks(now);
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
