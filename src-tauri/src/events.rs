//! What the window is told without having asked.

use serde::Serialize;
use specta::Type;
use std::sync::Arc;
use std::time::Duration;

/// Says something to the window.
pub type Voice = Arc<dyn Fn(Told) + Send + Sync>;

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Event `changed`.
    Changed(Changed),
    /// Event `progress`.
    Progress(Progress),
    /// Not an event of the window: the system shows it, unless the window is in front.
    Task(Task),
    /// Not an event: the window may close now.
    Leave,
}

/// Something that only a person can settle, for whoever is not looking at the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// One line.
    pub title: String,
    /// What to do.
    pub words: String,
}

/// Live queries that declared one of these topics run again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Changed {
    /// What was touched.
    pub topics: Vec<Topic>,
}

/// What may change under a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Dossiers and their documents.
    Dossiers,
    /// Counts and lists of what is due.
    Backlog,
    /// Drafts.
    Drafts,
    /// Print jobs.
    Print,
    /// Proven copies and the mirror.
    Backup,
    /// Officers, packs, reviews, fees.
    Session,
    /// The exchange with the province.
    Sync,
    /// Files in the watched folder.
    Watch,
}

impl From<app::Topic> for Topic {
    fn from(topic: app::Topic) -> Self {
        match topic {
            app::Topic::Dossiers => Topic::Dossiers,
            app::Topic::Backlog => Topic::Backlog,
            app::Topic::Drafts => Topic::Drafts,
            app::Topic::Print => Topic::Print,
            app::Topic::Backup => Topic::Backup,
            app::Topic::Session => Topic::Session,
            app::Topic::Sync => Topic::Sync,
        }
    }
}

/// How far a long task has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Progress {
    /// Which one: `backup`, `verify` or `closing`.
    pub task: String,
    /// Units done, 0 to `total`.
    pub done: u32,
    /// Units in all.
    pub total: u32,
    /// What is counted.
    pub unit: Unit,
    /// Seconds still to go, once there is something to judge by.
    pub remaining_s: Option<u32>,
    /// What is being done, for the screen.
    pub words: String,
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Records or pages.
    Rows,
    /// Bytes.
    Bytes,
}

/// An estimate before this is a guess.
const JUDGED_AFTER: Duration = Duration::from_secs(2);

impl Progress {
    /// Progress of a task that has run for `elapsed`. More than four thousand million units are
    /// counted in larger ones.
    pub fn after(elapsed: Duration, task: &str, words: &str, done: u64, total: u64) -> Self {
        let (done, total) = fitted(done.min(total), total);
        Self {
            task: task.into(),
            done,
            total,
            unit: Unit::Rows,
            remaining_s: remaining_s(elapsed, done, total),
            words: words.into(),
        }
    }
}

fn fitted(done: u64, total: u64) -> (u32, u32) {
    let scale = total / u64::from(u32::MAX) + 1;
    let fit = |units: u64| u32::try_from(units / scale).unwrap_or(u32::MAX);
    (fit(done), fit(total))
}

fn remaining_s(elapsed: Duration, done: u32, total: u32) -> Option<u32> {
    if elapsed < JUDGED_AFTER || done == 0 {
        return None;
    }
    let rest = u64::from(total - done) * elapsed.as_secs() / u64::from(done);
    Some(u32::try_from(rest).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_judged_by_what_was_done_so_far() {
        let progress = Progress::after(Duration::from_secs(10), "backup", "", 250, 1_000);
        assert_eq!(progress.remaining_s, Some(30));
    }

    #[test]
    fn nothing_is_promised_before_there_is_something_to_judge_by() {
        let early = Progress::after(Duration::from_millis(1_999), "backup", "", 500, 1_000);
        let idle = Progress::after(Duration::from_secs(60), "backup", "", 0, 1_000);
        assert_eq!((early.remaining_s, idle.remaining_s), (None, None));
    }

    #[test]
    fn more_done_than_expected_is_all_done() {
        let progress = Progress::after(Duration::from_secs(10), "verify", "", 12, 10);
        assert_eq!((progress.done, progress.total, progress.remaining_s), (10, 10, Some(0)));
    }

    #[test]
    fn huge_counts_keep_their_proportion() {
        let total = 1_u64 << 40;
        let progress = Progress::after(Duration::ZERO, "backup", "", total / 2, total);
        let share = f64::from(progress.done) / f64::from(progress.total);
        assert!((share - 0.5).abs() < 1e-6, "half became {share}");
    }
}
