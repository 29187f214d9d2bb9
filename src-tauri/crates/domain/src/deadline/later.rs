//! What moves a due date after it was given: a supplement and an extension.

use super::count::{self, minutes_between};
use super::explain::{Story, duration_words};
use super::{
    DeadlineRules, DueDate, StepCode, SupplementRule, Terms, TimeLimit, at_words,
    count_from_reception, counted, to_minute,
};
use crate::calendar::{Calendar, PastCalendar};
use jiff::civil::DateTime;

/// A dossier that was sent back for completion and came back complete.
#[derive(Debug, Clone, Copy)]
pub struct Supplement<'a> {
    /// The limit the dossier was received under.
    pub terms: Terms,
    /// The due date it had.
    pub due: &'a DueDate,
    /// When the request was handed to the applicant.
    pub asked_at: DateTime,
    /// When the dossier was complete.
    pub completed_at: DateTime,
}

/// The due date once the dossier is complete: the whole limit again, or the old date moved by the working
/// time spent waiting, as the rules say.
pub fn after_supplement(
    supplement: &Supplement<'_>,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<DueDate, PastCalendar> {
    match (rules.supplement, supplement.due.due_at) {
        (SupplementRule::Suspend, Some(due_at)) => suspended(supplement, due_at, calendar, rules),
        _ => restarted(supplement, calendar, rules),
    }
}

fn restarted(
    supplement: &Supplement<'_>,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<DueDate, PastCalendar> {
    let completed_at = to_minute(supplement.completed_at);
    let mut story = Story::new(calendar);
    let text = format!(
        "Hồ sơ được bổ sung đủ lúc {}: thời hạn tính lại từ đầu ({}).",
        at_words(completed_at),
        rules.supplement_source
    );
    story.say(StepCode::Restarted, completed_at, text);
    count_from_reception(supplement.terms, completed_at, story, rules)
}

fn suspended(
    supplement: &Supplement<'_>,
    due_at: DateTime,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<DueDate, PastCalendar> {
    let (asked_at, completed_at) =
        (to_minute(supplement.asked_at), to_minute(supplement.completed_at));
    let paused = minutes_between(asked_at, completed_at, calendar)?;
    let counted = count::working_minutes(calendar.next_session_start(due_at)?, paused, calendar)?;
    let mut story = Story::new(calendar);
    let text = format!(
        "Tạm dừng từ {} đến {}: {} làm việc, cộng vào hạn cũ {} ({}).",
        at_words(asked_at),
        at_words(completed_at),
        duration_words(paused),
        at_words(due_at),
        rules.supplement_source
    );
    story.say(StepCode::Suspended, due_at, text);
    story.passed(&counted);
    Ok(story.due(counted.at, supplement.due.counted_from))
}

/// How a due date is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// So much longer, counted from the due date.
    Add(TimeLimit),
    /// So much in all, counted from where the first count began.
    Total(TimeLimit),
    /// Until a moment agreed in writing with the applicant.
    Until(DateTime),
}

/// Why a due date cannot be moved so. The text is for the officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtendFault {
    /// There is nothing to move.
    #[error("Hồ sơ không có ngày hẹn trả để gia hạn")]
    NoDueDate,
    /// Same-day and no limit are not lengths.
    #[error("Thời gian gia hạn phải là ngày làm việc, ngày hoặc giờ")]
    NotALength,
    /// The new date must be later than the old one.
    #[error("Ngày hẹn mới {new} không sau ngày hẹn cũ {old}")]
    NotLater {
        /// Due date now.
        old: DateTime,
        /// What was asked for.
        new: DateTime,
    },
    /// The agreed moment falls when the office is closed.
    #[error("Thời điểm hẹn mới {0} nằm ngoài giờ làm việc")]
    Closed(DateTime),
    /// Past the last day of the calendar.
    #[error(transparent)]
    PastCalendar(#[from] PastCalendar),
}

impl ExtendFault {
    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDueDate => "extension_no_due_date",
            Self::NotALength => "extension_not_a_length",
            Self::NotLater { .. } => "extension_not_later",
            Self::Closed(_) => "extension_office_closed",
            Self::PastCalendar(_) => "past_calendar",
        }
    }
}

/// Moves a due date later. Whether the law allows it, and who must sign, is decided elsewhere.
pub fn extend(
    due: &DueDate,
    extension: Extension,
    calendar: &Calendar,
    rules: &DeadlineRules,
) -> Result<DueDate, ExtendFault> {
    let old = due.due_at.ok_or(ExtendFault::NoDueDate)?;
    let mut story = Story::new(calendar);
    let (from, limit, how) = match extension {
        Extension::Add(limit) => (old, limit, format!("thêm {limit}")),
        Extension::Total(limit) => (due.counted_from, limit, format!("tổng cộng {limit}")),
        Extension::Until(new) => return until(due, old, to_minute(new), story),
    };
    if matches!(limit, TimeLimit::SameDay { .. } | TimeLimit::None) {
        return Err(ExtendFault::NotALength);
    }
    let text = format!("Gia hạn {how}, tính từ {}; hạn cũ {}.", at_words(from), at_words(old));
    story.say(StepCode::Extended, from, text);
    let from = calendar.next_session_start(from)?;
    let limit = story.terms(limit.into(), from, rules);
    let counted = counted(limit, from, calendar)?.ok_or(ExtendFault::NotALength)?;
    story.counted(limit, &counted);
    if counted.at <= old {
        return Err(ExtendFault::NotLater { old, new: counted.at });
    }
    Ok(story.due(counted.at, due.counted_from))
}

fn until(
    due: &DueDate,
    old: DateTime,
    new: DateTime,
    mut story: Story<'_>,
) -> Result<DueDate, ExtendFault> {
    if new <= old {
        return Err(ExtendFault::NotLater { old, new });
    }
    if !story.calendar().is_open(new) {
        return Err(ExtendFault::Closed(new));
    }
    let text = format!("Gia hạn theo thỏa thuận đến {}; hạn cũ {}.", at_words(new), at_words(old));
    story.say(StepCode::Extended, old, text);
    Ok(story.due(new, due.counted_from))
}

/// Minutes of open office from one moment to another; 0 when the second is not later.
pub fn working_minutes(
    calendar: &Calendar,
    from: DateTime,
    until: DateTime,
) -> Result<u32, PastCalendar> {
    minutes_between(to_minute(from), to_minute(until), calendar)
}
