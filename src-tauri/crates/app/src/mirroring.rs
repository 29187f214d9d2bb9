//! How the mirroring of newest records goes: when to try again, and what the status bar says.

use crate::office::Office;
use crate::views::StatusBarView;
use domain::time::office_time;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// First pause after a failure; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest pause: a stick that is plugged in again is found within this time.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// After this long without a mirror somebody has to act.
const ACT_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// The mirror's fortune so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirroring {
    failures: u32,
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    since: Timestamp,
    cause: String,
}

impl Mirroring {
    /// Everything committed is in the second place. True when that is news.
    pub fn succeeded(&mut self) -> bool {
        let news = self.trouble.is_some();
        *self = Self::default();
        news
    }

    /// A try failed. True when that is news: the first failure, or another cause.
    pub fn failed(&mut self, at: Timestamp, cause: String) -> bool {
        self.failures = self.failures.saturating_add(1);
        let news = self.trouble.as_ref().is_none_or(|known| known.cause != cause);
        let since = self.trouble.take().map_or(at, |known| known.since);
        self.trouble = Some(Trouble { since, cause });
        news
    }

    /// When to try again; `None` when there is nothing to try.
    pub fn retry_after(&self) -> Option<Duration> {
        let doublings = self.failures.checked_sub(1)?;
        Some(PAUSE_MIN.saturating_mul(1 << doublings.min(6)).min(PAUSE_MAX))
    }

    fn told(&self, bar: StatusBarView, now: Timestamp) -> StatusBarView {
        let Some(Trouble { since, cause }) = &self.trouble else { return bar };
        let began = office_time(*since);
        let words = format!(
            "Chưa chép được sang nơi sao lưu từ {:02}:{:02}: {cause}",
            began.hour(),
            began.minute()
        );
        let act = bar.backup.tone == "act" || now.duration_since(*since) >= ACT_AFTER;
        let tone = if act { "act" } else { "soon" };
        StatusBarView {
            backup: crate::views::BackupBarView { words, tone: tone.into(), ..bar.backup },
            ..bar
        }
    }
}

impl Office {
    /// The bar at the foot of the window, with the mirror's trouble when it has one.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn status_bar_with(&self, mirror: &Mirroring) -> crate::error::Result<StatusBarView> {
        Ok(mirror.told(self.status_bar()?, self.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::{BackupBarView, IntakeView, SavedView};

    #[test]
    fn a_mirror_that_works_is_not_tried_again_and_says_nothing() {
        let mirror = Mirroring::default();
        assert_eq!(mirror.retry_after(), None);
        assert_eq!(mirror.told(bar("quiet"), at(0)), bar("quiet"));
    }

    #[test]
    fn pauses_grow_to_a_minute_and_no_further() {
        let mut mirror = Mirroring::default();
        let pauses: Vec<u64> = (0..9)
            .map(|second| {
                mirror.failed(at(second), "ổ đĩa".into());
                mirror.retry_after().unwrap().as_secs()
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn the_bar_tells_since_when_and_why_and_after_an_hour_asks_to_act() {
        let mut mirror = Mirroring::default();
        mirror.failed(at(0), "rút ổ đĩa".into());
        mirror.failed(at(30), "rút ổ đĩa".into());
        let soon = mirror.told(bar("quiet"), at(60)).backup;
        assert_eq!(soon.tone, "soon");
        assert_eq!(soon.words, "Chưa chép được sang nơi sao lưu từ 07:00: rút ổ đĩa");
        assert_eq!(mirror.told(bar("quiet"), at(3_600)).backup.tone, "act");
    }

    #[test]
    fn an_old_copy_is_not_made_to_look_better_by_a_young_trouble() {
        let mut mirror = Mirroring::default();
        mirror.failed(at(0), "rút ổ đĩa".into());
        assert_eq!(mirror.told(bar("act"), at(1)).backup.tone, "act");
    }

    #[test]
    fn only_what_is_new_is_told() {
        let mut mirror = Mirroring::default();
        assert!(!mirror.succeeded());
        assert!(mirror.failed(at(0), "đầy".into()));
        assert!(!mirror.failed(at(1), "đầy".into()));
        assert!(mirror.failed(at(2), "rút ổ đĩa".into()));
        assert!(mirror.succeeded());
        assert_eq!(mirror, Mirroring::default());
    }

    /// Seconds after 07:00 on 23/11/2026, Vietnamese time.
    fn at(second: i64) -> Timestamp {
        "2026-11-23T07:00:00+07:00".parse::<Timestamp>().unwrap()
            + SignedDuration::from_secs(second)
    }

    fn bar(tone: &str) -> StatusBarView {
        StatusBarView {
            saved: SavedView { dossiers_unsent: 0, words: String::new() },
            backup: BackupBarView {
                proven_at: None,
                words: "Sao lưu đã thử lúc 06:00 hôm nay".into(),
                tone: tone.into(),
            },
            intake: IntakeView { stopped: false, words: String::new() },
            failed_prints: 0,
            now: String::new(),
            drafts: 0,
        }
    }
}
