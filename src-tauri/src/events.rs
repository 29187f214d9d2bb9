//! What the window is told without having asked.

use app::long_work::Stage;
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
    /// Which one: `backup`, `verify`, `restore` or `closing`.
    pub task: String,
    /// The step that is being done, for the screen.
    pub words: String,
    /// Units of this step done, 0 to `total`.
    pub done: u32,
    /// Units of this step in all.
    pub total: u32,
    /// What is counted.
    pub unit: Unit,
    /// How much of the whole task is done, 0 to 1000.
    pub permille: u32,
    /// Seconds that the whole task will still take, once there is something to judge by.
    pub remaining_s: Option<u32>,
}

/// What progress counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Records or documents.
    Rows,
    /// Kilobytes of 1,024 bytes.
    Kilobytes,
}

/// An estimate before this is a guess.
const JUDGED_AFTER: Duration = Duration::from_secs(2);
/// Less of the whole tells nothing of the rest.
const JUDGED_FROM_PERMILLE: u32 = 20;

impl Progress {
    /// Progress of a task that has run for `elapsed`.
    pub fn after(elapsed: Duration, task: &str, stage: Stage) -> Self {
        let (unit, size) =
            if stage.doing.counts_bytes() { (Unit::Kilobytes, 1024) } else { (Unit::Rows, 1) };
        let counted = |units: u64| u32::try_from(units.div_ceil(size)).unwrap_or(u32::MAX);
        Self {
            task: task.into(),
            words: stage.doing.words().into(),
            done: counted(stage.done),
            total: counted(stage.total),
            unit,
            permille: stage.permille,
            remaining_s: remaining_s(elapsed, stage.permille),
        }
    }
}

fn remaining_s(elapsed: Duration, permille: u32) -> Option<u32> {
    if elapsed < JUDGED_AFTER || permille < JUDGED_FROM_PERMILLE {
        return None;
    }
    let rest = u128::from(1000 - permille.min(1000)) * elapsed.as_millis() / u128::from(permille);
    Some(u32::try_from(rest.div_ceil(1000)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::long_work::Doing;

    fn after(elapsed_ms: u64, doing: Doing, done: u64, total: u64, permille: u32) -> Progress {
        let stage = Stage { doing, done, total, permille };
        Progress::after(Duration::from_millis(elapsed_ms), "backup", stage)
    }

    #[test]
    fn the_rest_is_judged_by_what_the_part_before_took() {
        let progress = after(10_000, Doing::CheckChain, 7, 9, 250);
        assert_eq!(progress.remaining_s, Some(30));
    }

    #[test]
    fn nothing_is_promised_before_there_is_something_to_judge_by() {
        let early = after(1_999, Doing::CheckChain, 5, 9, 500);
        let slow = after(60_000, Doing::CopyRecords, 1, 9_000_000, 19);
        assert_eq!((early.remaining_s, slow.remaining_s), (None, None));
    }

    #[test]
    fn the_end_is_the_end() {
        assert_eq!(after(10_000, Doing::Replay, 9, 9, 1000).remaining_s, Some(0));
    }

    #[test]
    fn a_store_of_many_gigabytes_is_told_in_full() {
        let progress = after(0, Doing::Seal, 6 << 30, 9 << 30, 0);
        assert_eq!(
            (progress.unit, progress.done, progress.total),
            (Unit::Kilobytes, 6 << 20, 9 << 20)
        );
    }
}
