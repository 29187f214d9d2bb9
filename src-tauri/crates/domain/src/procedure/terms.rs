//! Time limits and fees as a pack writes them.

use crate::deadline::TimeLimit;
use jiff::civil::{Time, time};
use serde::Deserialize;

/// Unit of a time limit as a pack writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Ngày làm việc.
    WorkingDay,
    /// Ngày.
    CalendarDay,
    /// Giờ làm việc.
    Hour,
    /// Ngay trong ngày.
    SameDay,
    /// Not published or not regulated.
    None,
}

/// Time limit as a pack writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// Number of units; absent when the unit is `none`.
    pub value: Option<u16>,
    /// The unit.
    pub unit: TimeUnit,
    /// Hour from which a same-day act is due on the next working day.
    #[serde(default)]
    pub cutoff_hour: Option<i8>,
    /// An extension the law fixes.
    #[serde(default)]
    pub extension: Option<Extension>,
    /// Days added in mountainous, border, island and difficult communes.
    #[serde(default)]
    pub mountain_extra_days: Option<u16>,
    /// Whether the limit was read in an official source.
    pub confirmed: bool,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

impl TimeRule {
    /// The limit the calendar can count.
    pub fn limit(&self) -> TimeLimit {
        let value = self.value.unwrap_or(0);
        match self.unit {
            TimeUnit::WorkingDay => TimeLimit::WorkingDays(value),
            TimeUnit::CalendarDay => TimeLimit::CalendarDays(value),
            TimeUnit::Hour => TimeLimit::Hours(value),
            TimeUnit::SameDay => TimeLimit::SameDay { cutoff: self.cutoff() },
            TimeUnit::None => TimeLimit::None,
        }
    }

    fn cutoff(&self) -> Time {
        let hour = self.cutoff_hour.unwrap_or(15);
        Time::new(hour, 0, 0, 0).unwrap_or(time(15, 0, 0, 0))
    }
}

/// An extension the law fixes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// When it applies.
    pub when: String,
    /// Units added.
    #[serde(default)]
    pub add: Option<u16>,
    /// Total units instead.
    #[serde(default)]
    pub total: Option<u16>,
    /// Unit of `add` and `total`.
    #[serde(default)]
    pub unit: Option<TimeUnit>,
    /// Whether a written agreement may set any length.
    #[serde(default)]
    pub by_agreement: bool,
    /// Whether it was read in an official source.
    pub confirmed: bool,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// How the fee is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Miễn phí, by law.
    Free,
    /// A fixed amount.
    Fixed,
    /// By pages and copies.
    Formula,
    /// Set by the province's council: a table of the site.
    LocalCouncil,
    /// By a fee law whose amount the pack does not carry.
    FeeLaw,
    /// Not known: *Chưa có mức thu*.
    Unknown,
    /// Free when on time.
    FreeIfOnTime,
}

/// The fee as a pack writes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// How it is known.
    pub kind: FeeKind,
    /// Single amounts and rules.
    #[serde(default)]
    pub items: Vec<FeeItem>,
    /// Whether it was read in an official source.
    pub confirmed: bool,
    /// The formula of certified copies.
    #[serde(default)]
    pub formula: Option<FeeFormula>,
}

/// One line of a fee.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeItem {
    /// What is paid for.
    pub name: String,
    /// Đồng.
    #[serde(default)]
    pub amount_vnd: Option<u32>,
    /// Per what.
    #[serde(default)]
    pub unit: Option<String>,
    /// Most that is taken, đồng.
    #[serde(default)]
    pub cap: Option<u32>,
    /// The rule in words.
    #[serde(default)]
    pub rule: Option<String>,
}

/// Fee of certified copies (TT 226/2016/TT-BTC): the first pages at one price, the next at another, a most per copy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeFormula {
    /// Pages at the first price.
    pub first_pages: u32,
    /// Đồng for each of them.
    pub first_page_fee: u32,
    /// Đồng for each further page.
    pub next_page_fee: u32,
    /// Most for one copy, đồng.
    pub max_per_copy: u32,
    /// What is counted.
    pub count: String,
}
