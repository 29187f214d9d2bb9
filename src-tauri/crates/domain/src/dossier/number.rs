//! Mã hồ sơ. Lanes belong to a device; identity is always the UUID.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Most numbers of one lane in one day.
pub const LANE_SIZE: u16 = 999;

/// The number on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// As printed.
    pub text: String,
    /// *Mã tạm*: the official number comes later.
    #[serde(default)]
    pub provisional: bool,
    /// The series it was drawn from and its place there; `None` for numbers given by others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn: Option<Drawn>,
}

/// A draw from a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Series name, such as `lane/261123/1`.
    pub series: String,
    /// 1 for the first of the day.
    pub place: u16,
}

/// Who gives the number of a procedure at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberSource {
    /// Cấp tại quầy: the desk's own lane.
    #[default]
    Lane,
    /// Số tỉnh, bộ cấp: paper carries a marked *mã tạm*.
    Provincial,
    /// Không cấp.
    None,
}

/// The number sources pack (`number_sources.json`): who gives the number, by procedure, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberSources {
    /// Kind, version, effective date.
    pub pack: crate::pack::PackHead,
    /// For procedures that are not named below.
    pub default: NumberSource,
    /// By procedure code.
    #[serde(default)]
    pub by_procedure: std::collections::BTreeMap<String, NumberSource>,
    /// Digits of the running number.
    pub width: u8,
    /// Pattern of the agency code that a new site proposes; `{unit}` is the unit code. Unconfirmed, so editable.
    pub agency_code_pattern: String,
}

impl NumberSources {
    /// Who gives the number of `procedure`.
    pub fn of(&self, procedure: &str) -> NumberSource {
        self.by_procedure.get(procedure).copied().unwrap_or(self.default)
    }
}

/// The series a lane number of `date` at desk `desk` is drawn from.
pub fn lane_series(date: Date, desk: u8) -> String {
    format!("lane/{}/{desk}", compact(date))
}

/// The series of provisional numbers of `date` on a device.
pub fn provisional_series(date: Date) -> String {
    format!("provisional/{}", compact(date))
}

/// `<agency code>-<YYMMDD>-<XXXX>`: desk `d` counts d001 to d999. `place` runs from 1 to [`LANE_SIZE`].
pub fn lane_text(agency_code: &str, date: Date, desk: u8, place: u16, width: u8) -> String {
    let running = u32::from(desk) * 1000 + u32::from(place);
    format!("{agency_code}-{}-{running:0width$}", compact(date), width = usize::from(width))
}

/// A provisional number: unique to the device, whatever was restored or copied.
pub fn provisional_text(device_tag: &str, date: Date, place: u16) -> String {
    format!("TAM-{device_tag}-{}-{place:04}", compact(date))
}

fn compact(date: Date) -> String {
    format!("{:02}{:02}{:02}", date.year().rem_euclid(100), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::{lane_text, provisional_text};
    use jiff::civil::date;

    #[test]
    fn desk_three_counts_from_3001() {
        let day = date(2026, 11, 23);
        assert_eq!(lane_text("H38.04252", day, 3, 1, 4), "H38.04252-261123-3001");
        assert_eq!(lane_text("H38.04252", day, 9, 999, 4), "H38.04252-261123-9999");
    }

    #[test]
    fn a_provisional_number_says_that_it_is_one() {
        assert!(provisional_text("7KQ2", date(2026, 11, 23), 4).starts_with("TAM-7KQ2-261123"));
    }
}
