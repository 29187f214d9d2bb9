//! The place of work: a commune, its codes, its desks.

use serde::{Deserialize, Serialize};

/// What the commissioning sheet says about this installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Five-digit unit code (mã GSO) in force since 01/07/2025.
    pub code: String,
    /// Name without its level, such as *Yên Bái*.
    pub name: String,
    /// `xã`, `phường` or `đặc khu`.
    pub level: String,
    /// Province with its level, such as *tỉnh Lào Cai*.
    pub province: String,
    /// Mã định danh cơ quan (QĐ 20/2020/QĐ-TTg), the prefix of dossier numbers.
    pub agency_code: String,
    /// Number of the desk, 1 to 9; decides the lane before enrolment.
    pub desk: u8,
    /// Whether this is a training store; fixed for ever at creation.
    pub training: bool,
    /// Whether the commune is mountainous, border, island or difficult: +10 days for land procedures.
    pub mountainous: bool,
}

impl Site {
    /// *phường Yên Bái*.
    pub fn full_name(&self) -> String {
        format!("{} {}", self.level, self.name)
    }
}

/// A unit of the units pack, with the names it had before the merger.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unit {
    /// Five-digit code in force.
    pub code: String,
    /// Name without its level.
    pub name: String,
    /// `xã`, `phường`.
    pub level: String,
    /// Units merged into it.
    #[serde(default)]
    pub former_names: Vec<FormerUnit>,
}

/// A unit that no longer exists: citizens still bring papers with its name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FormerUnit {
    /// Name without its level.
    pub name: String,
    /// `xã`, `phường`, `thị trấn`.
    pub level: String,
    /// Its five-digit code.
    pub code: String,
    /// District it lay in.
    #[serde(default)]
    pub district: String,
    /// Last day of its existence.
    #[serde(default)]
    pub valid_until: Option<jiff::civil::Date>,
}

/// The units pack (`units.json`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UnitsPack {
    /// Kind, version, effective date.
    pub pack: crate::pack::PackHead,
    /// Province of all units.
    pub province: Province,
    /// Which of them are mountainous, border, island or difficult communes.
    #[serde(default)]
    pub mountainous: Mountainous,
    /// The units in force.
    pub units: Vec<Unit>,
}

/// Which units are mountainous: the law adds days to land procedures there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Mountainous {
    /// Every unit of the pack.
    #[serde(default)]
    pub all: bool,
    /// Or these codes.
    #[serde(default)]
    pub codes: Vec<String>,
}

impl Mountainous {
    /// Whether a unit is one of them.
    pub fn holds(&self, code: &str) -> bool {
        self.all || self.codes.iter().any(|known| known == code)
    }
}

/// A province.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Province {
    /// Two-digit code.
    pub code: String,
    /// Name with its level.
    pub name: String,
}
