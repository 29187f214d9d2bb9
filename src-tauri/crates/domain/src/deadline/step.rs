//! One step of the way to a due date.

use jiff::civil::{Date, DateTime};

/// What a step is about; the names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepCode {
    /// The dossier was received.
    Received,
    /// The completed dossier was received; the limit starts again.
    Restarted,
    /// The count was stopped while the applicant completed the dossier.
    Suspended,
    /// The due date was moved by an extension.
    Extended,
    /// Received outside office hours: counted from the next session.
    NextSession,
    /// The limit, and that the first day does not count.
    Limit,
    /// Days added for the place.
    ExtraDays,
    /// Received up to the cut-off.
    SameDay,
    /// Received after the cut-off.
    AfterCutoff,
    /// Days or hours that count.
    Counted,
    /// A day of rest that is worked, and counts.
    WorkedDay,
    /// Weekly rest, not counted.
    WeeklyRest,
    /// A holiday, a day in lieu or a swapped day off, not counted.
    DayOff,
    /// A period that ended on a day off moved to the next working day.
    Rolled,
    /// The clock time falls outside the sessions of the last day.
    Adjusted,
    /// A year without an announced calendar was counted with computed holidays.
    Provisional,
    /// No time limit.
    NoLimit,
    /// The due date.
    Due,
}

impl StepCode {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Restarted => "restarted",
            Self::Suspended => "suspended",
            Self::Extended => "extended",
            Self::NextSession => "next_session",
            Self::Limit => "limit",
            Self::ExtraDays => "extra_days",
            Self::SameDay => "same_day",
            Self::AfterCutoff => "after_cutoff",
            Self::Counted => "counted",
            Self::WorkedDay => "worked_day",
            Self::WeeklyRest => "weekly_rest",
            Self::DayOff => "day_off",
            Self::Rolled => "rolled",
            Self::Adjusted => "adjusted",
            Self::Provisional => "provisional",
            Self::NoLimit => "no_limit",
            Self::Due => "due",
        }
    }
}

/// One step of the way to a due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub code: StepCode,
    /// The moment it speaks of; a run of days is placed at its last.
    pub at: DateTime,
    /// Days this step says were not counted.
    pub skipped: Vec<Date>,
    /// The sentence for the officer and the citizen.
    pub text: String,
}
