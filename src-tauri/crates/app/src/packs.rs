//! The packs in use: shipped with the application, or imported over them. Read once, kept in memory.

use crate::error::{ApiError, Result};
use domain::calendar::{Calendar, CalendarPack};
use domain::deadline::{DeadlineRules, DeadlineRulesPack};
use domain::dossier::event::PackVersions;
use domain::dossier::number::NumberSources;
use domain::pack::{PackFault, PackHead};
use domain::procedure::{Procedure, ProcedurePack};
use domain::site::UnitsPack;
use domain::text::fold;
use forms::SlipTemplate;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Kinds of pack with the file shipped for each.
pub const SHIPPED: [(&str, &str); 5] = [
    ("procedures", include_str!("../../../data/procedures.json")),
    ("units", include_str!("../../../data/units.json")),
    ("calendar", include_str!("../../../data/calendar.json")),
    ("deadline_rules", include_str!("../../../data/deadline_rules.json")),
    ("number_sources", include_str!("../../../data/number_sources.json")),
];

/// The packs in use.
pub struct Packs {
    /// Procedures.
    pub procedures: ProcedurePack,
    /// Communes, with former names.
    pub units: UnitsPack,
    /// Working calendar of this site.
    pub calendar: Calendar,
    /// The calendar as written, for the settings page.
    pub calendar_pack: CalendarPack,
    /// Deadline rules.
    pub rules: DeadlineRules,
    /// Who gives numbers.
    pub numbers: NumberSources,
    /// Slip templates, by date.
    pub templates: Vec<SlipTemplate>,
    /// Role words that have a label.
    pub roles: BTreeSet<String>,
    by_code: HashMap<String, usize>,
    searchable: Vec<Searchable>,
}

/// A procedure's words, folded once.
struct Searchable {
    short_name: String,
    words: String,
    initials: String,
}

/// A pack file's exact bytes, told apart before they are used.
#[derive(Debug, Clone)]
pub struct PackFile {
    /// Kind in its head.
    pub kind: String,
    /// Version in its head.
    pub version: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

impl Packs {
    /// The packs shipped with the application.
    ///
    /// # Errors
    /// Only when a shipped pack is at fault, which the tests exclude.
    pub fn shipped(site: Option<&str>) -> Result<Self> {
        Self::with(site, &BTreeMap::new())
    }

    /// Shipped packs with imported ones in their place.
    ///
    /// # Errors
    /// The first fault of a pack.
    pub fn with(site: Option<&str>, imported: &BTreeMap<String, String>) -> Result<Self> {
        Self::put_together(site, imported).map_err(first_fault)
    }

    /// [`Packs::with`], told by place: asked before an imported pack is adopted, for what is adopted must open tomorrow.
    ///
    /// # Errors
    /// The faults of the first pack that has any.
    pub fn put_together(
        site: Option<&str>,
        imported: &BTreeMap<String, String>,
    ) -> std::result::Result<Self, Vec<PackFault>> {
        let text = |kind: &str| -> &str {
            imported.get(kind).map(String::as_str).unwrap_or_else(|| {
                SHIPPED.iter().find(|(known, _)| *known == kind).map_or("", |(_, text)| *text)
            })
        };
        let procedures: ProcedurePack = read(text("procedures"))?;
        let calendar_pack: CalendarPack = read(text("calendar"))?;
        let rules_pack: DeadlineRulesPack = read(text("deadline_rules"))?;
        let calendar = Calendar::from_pack(&calendar_pack, site)?;
        let rules = DeadlineRules::from_pack(&rules_pack)?;
        let mut templates = forms::shipped_slip_templates().map_err(by_place)?;
        if let Some(json) = imported.get("forms") {
            templates.push(forms::parse_slip_template(json).map_err(by_place)?);
        }
        Ok(Self {
            by_code: procedures
                .procedures
                .iter()
                .enumerate()
                .map(|(i, p)| (p.code.clone(), i))
                .collect(),
            searchable: procedures.procedures.iter().map(Searchable::of).collect(),
            roles: procedures.role_labels.keys().cloned().collect(),
            units: read(text("units"))?,
            numbers: read(text("number_sources"))?,
            procedures,
            calendar,
            calendar_pack,
            rules,
            templates,
        })
    }

    /// A procedure by its national code.
    pub fn procedure(&self, code: &str) -> Option<&Procedure> {
        self.by_code.get(code).map(|i| &self.procedures.procedures[*i])
    }

    /// Versions a dossier remembers; `form` is the template's.
    pub fn versions(&self, form: &str) -> PackVersions {
        PackVersions {
            procedures: self.procedures.pack.version.clone(),
            calendar: self.calendar.version().to_owned(),
            deadline_rules: self.rules.version.clone(),
            form: form.to_owned(),
        }
    }

    /// The slip template in force on a day.
    pub fn template(&self, day: jiff::civil::Date) -> Option<&SlipTemplate> {
        forms::in_force_on(&self.templates, day).or_else(|| self.templates.first())
    }

    /// Procedures for what was typed: by code, short name, alias or name without tone marks, by initials; the most used
    /// first among equals, and alone when nothing was typed.
    pub fn find(&self, typed: &str, uses: &BTreeMap<String, u32>, limit: usize) -> Vec<&Procedure> {
        let typed = fold(typed);
        let mut found: Vec<(i64, &Procedure)> = self
            .procedures
            .procedures
            .iter()
            .zip(&self.searchable)
            .filter_map(|(procedure, words)| {
                let points = words.points(&typed, procedure)?;
                Some((points * 1_000_000 + self.habit(procedure, uses), procedure))
            })
            .collect();
        found.sort_by(|(a, p), (b, q)| b.cmp(a).then_with(|| p.short_name.cmp(&q.short_name)));
        found.into_iter().take(limit).map(|(_, procedure)| procedure).collect()
    }

    fn habit(&self, procedure: &Procedure, uses: &BTreeMap<String, u32>) -> i64 {
        let used = uses.get(&procedure.code).copied().unwrap_or(0).min(9_000);
        let busiest = &self.procedures.busiest;
        let place = busiest
            .iter()
            .position(|code| *code == procedure.code)
            .map_or(0, |i| busiest.len() - i);
        i64::from(used) * 100 + i64::try_from(place).unwrap_or(0)
    }
}

impl Searchable {
    fn of(procedure: &Procedure) -> Self {
        let short_name = fold(&procedure.short_name);
        let mut words = short_name.clone();
        for text in procedure.aliases.iter().chain([&procedure.name, &procedure.field]) {
            words.push_str(" | ");
            words.push_str(&fold(text));
        }
        let initials = initials(&short_name)
            + " "
            + &procedure
                .aliases
                .iter()
                .map(|alias| initials(&fold(alias)))
                .collect::<Vec<_>>()
                .join(" ");
        Self { short_name, words, initials }
    }

    fn points(&self, typed: &str, procedure: &Procedure) -> Option<i64> {
        if typed.is_empty() {
            return (procedure.superseded_by.is_none()).then_some(0);
        }
        if procedure.code.starts_with(typed) {
            return Some(9);
        }
        if self.words.split(" | ").any(|words| words == typed) {
            return Some(8);
        }
        if self.short_name.starts_with(typed) {
            return Some(7);
        }
        if self.words.split(" | ").any(|words| words.starts_with(typed)) {
            return Some(6);
        }
        if typed.len() >= 2 && self.initials.split(' ').any(|initials| initials.starts_with(typed))
        {
            return Some(5);
        }
        if self.words.contains(typed) {
            return Some(4);
        }
        let all = typed.split(' ').all(|word| {
            self.words.split([' ', '|', ',', '(', ')']).any(|known| known.starts_with(word))
        });
        all.then_some(3)
    }
}

/// Reads the head of a pack file and checks everything in it.
///
/// # Errors
/// Every fault with its place.
pub fn check(json: &str) -> std::result::Result<PackFile, Vec<PackFault>> {
    #[derive(Deserialize)]
    struct Headed {
        pack: PackHead,
    }
    let head = read::<Headed>(json)?.pack;
    let faults = match head.kind.as_str() {
        "procedures" => read::<ProcedurePack>(json)?.faults(),
        "calendar" => read::<CalendarPack>(json)?.faults(),
        "deadline_rules" => read::<DeadlineRulesPack>(json)?.faults(),
        "units" => unit_faults(&read(json)?),
        "number_sources" => read::<NumberSources>(json).map(|_| Vec::new())?,
        "forms" => form_faults(json),
        kind => vec![PackFault::new("pack.kind", format!("Không có loại gói \"{kind}\"."))],
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(PackFile { kind: head.kind, version: head.version, sha256: sha256_hex(json.as_bytes()) })
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unit_faults(pack: &UnitsPack) -> Vec<PackFault> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for (i, unit) in pack.units.iter().enumerate() {
        if unit.code.len() != 5 || !unit.code.bytes().all(|b| b.is_ascii_digit()) {
            faults.push(PackFault::new(format!("units[{i}].code"), "Mã đơn vị phải gồm 5 chữ số."));
        }
        if !seen.insert(&unit.code) {
            faults.push(PackFault::new(
                format!("units[{i}].code"),
                format!("Mã {} bị lặp.", unit.code),
            ));
        }
    }
    faults
}

fn form_faults(json: &str) -> Vec<PackFault> {
    forms::parse_slip_template(json).map_or_else(by_place, |_| Vec::new())
}

fn by_place(faults: forms::TemplateFaults) -> Vec<PackFault> {
    faults.0.into_iter().map(|fault| PackFault::new(fault.path, fault.reason)).collect()
}

/// Reads a whole pack file; a fault of the file as such is at `$`.
fn read<T: DeserializeOwned>(json: &str) -> std::result::Result<T, Vec<PackFault>> {
    let mut decoder = serde_json::Deserializer::from_str(json);
    let value = serde_path_to_error::deserialize(&mut decoder).map_err(|fault| {
        vec![PackFault::new(crate::inputs::place_of(fault.path()), fault.inner().to_string())]
    })?;
    decoder
        .end()
        .map_err(|fault| vec![PackFault::new("$", format!("Thừa dữ liệu sau JSON: {fault}"))])?;
    Ok(value)
}

fn first_fault(faults: Vec<PackFault>) -> ApiError {
    let words = faults
        .first()
        .map_or_else(String::new, |fault| format!("{}: {}", fault.place, fault.message));
    ApiError::internal(&std::io::Error::other(words))
}

fn initials(folded: &str) -> String {
    folded.split([' ', ',', '(', ')', '–', '-']).filter_map(|word| word.chars().next()).collect()
}
