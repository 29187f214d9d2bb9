//! Thủ tục hành chính: what an officer needs to take a dossier in. The facts come from a dated pack.

mod check;
mod money;
mod terms;

pub use money::{fee_words, vnd};
pub use terms::{Extension, Fee, FeeFormula, FeeItem, FeeKind, TimeRule, TimeUnit};

use crate::pack::PackHead;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The procedures pack as shipped (`procedures.json`); its published schema is `procedures.schema.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedurePack {
    /// Kind, version, effective date.
    pub pack: PackHead,
    /// Vietnamese label of every role a registered person may have.
    pub role_labels: BTreeMap<String, String>,
    /// Codes most used in a commune, most used first: the order before the desk has a history of its own.
    #[serde(default)]
    pub busiest: Vec<String>,
    /// The procedures.
    pub procedures: Vec<Procedure>,
}

/// One procedure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// National code, `N.NNNNNN`.
    pub code: String,
    /// Official name, printed.
    pub name: String,
    /// Whether the name was read in an official source.
    #[serde(default = "yes")]
    pub name_confirmed: bool,
    /// What officers call it, at most 60 characters.
    pub short_name: String,
    /// Other words officers type for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Lĩnh vực.
    pub field: String,
    /// Whose counter it is.
    pub reception: Reception,
    /// Rút gọn or đầy đủ.
    pub workflow: Workflow,
    /// Roles of the persons registered or concerned.
    pub subject_roles: Vec<String>,
    /// Time limit unless a case has its own.
    pub time: TimeRule,
    /// Fee unless a case has its own.
    pub fee: Fee,
    /// At least one; a single one is called *Chung* and is not asked.
    pub cases: Vec<Case>,
    /// What the citizen gets.
    #[serde(default)]
    pub results: Vec<ResultPaper>,
    /// Whether another body decides.
    pub transfers: Transfers,
    /// How certification numbers and fees run, for Chứng thực.
    #[serde(default)]
    pub certify: Option<Certify>,
    /// Decree numbers.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// The procedure that replaced this one.
    #[serde(default)]
    pub superseded_by: Option<String>,
    /// Words for the officer.
    #[serde(default)]
    pub note: Option<String>,
    /// `ready`, or what an administrator must look at.
    pub review: Review,
    /// Why a review is needed.
    #[serde(default)]
    pub review_reason: Option<String>,
}

/// Whose counter takes the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reception {
    /// This desk.
    Desk,
    /// Công an xã.
    Police,
    /// Ban chỉ huy quân sự.
    Military,
    /// Another counter of the hall.
    OtherCounter,
    /// Taken in some other way than by a slip.
    NotBySlip,
}

impl Reception {
    /// Where the citizen is sent, in words.
    pub fn words(self) -> &'static str {
        match self {
            Reception::Desk => "Tiếp nhận tại quầy này",
            Reception::Police => "Mời sang quầy Công an xã",
            Reception::Military => "Mời sang Ban Chỉ huy quân sự xã",
            Reception::OtherCounter => "Mời sang quầy khác của Trung tâm",
            Reception::NotBySlip => "Không tiếp nhận bằng giấy hẹn",
        }
    }
}

/// How many steps the office walks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workflow {
    /// Rút gọn: received → result ready → returned.
    Short,
    /// Đầy đủ: forwarded, examined, signed, numbered in between.
    Full,
}

/// Trường hợp.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Word kept in records.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// When it applies.
    #[serde(default)]
    pub when: String,
    /// Its own time limit.
    #[serde(default)]
    pub time: Option<TimeRule>,
    /// Its own fee.
    #[serde(default)]
    pub fee: Option<Fee>,
    /// Thành phần hồ sơ.
    pub components: Vec<Component>,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// Thành phần hồ sơ: one required paper.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// At most 80 characters; printed once an administrator has reviewed it.
    pub label: String,
    /// Handed in, shown, or replaced by data.
    pub kind: ComponentKind,
    /// How many.
    pub copies: Copies,
    /// Whether it is required.
    pub required: Required,
    /// Where it applies.
    pub channel: Channel,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// What happens to the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComponentKind {
    /// Nộp.
    Submit,
    /// Xuất trình: looked at and given back.
    Present,
    /// Looked up instead of asked for (NQ 66.7/2025/NQ-CP).
    DataReplaced,
}

/// Counts of each kind of copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// Bản chính.
    #[serde(default)]
    pub original: u8,
    /// Bản chứng thực.
    #[serde(default)]
    pub certified: u8,
    /// Bản photo.
    #[serde(default)]
    pub plain: u8,
    /// Any one of the kinds is enough.
    #[serde(default)]
    pub either: bool,
}

/// Whether a component is required. Blocks nothing until an administrator has reviewed the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    /// Always.
    Yes,
    /// Never.
    No,
    /// When it applies to this citizen.
    IfApplicable,
}

impl<'de> Deserialize<'de> for Required {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bool(bool),
            Word(String),
        }
        match Written::deserialize(from)? {
            Written::Bool(true) => Ok(Required::Yes),
            Written::Bool(false) => Ok(Required::No),
            Written::Word(word) if word == "if_applicable" => Ok(Required::IfApplicable),
            Written::Word(word) => Err(serde::de::Error::custom(format!(
                "required phải là true, false hoặc \"if_applicable\", không phải \"{word}\""
            ))),
        }
    }
}

/// Where a component applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// At the desk only.
    Desk,
    /// Online only; not shown at the desk.
    Online,
    /// Everywhere.
    Any,
}

/// A result paper.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultPaper {
    /// Its name.
    pub name: String,
    /// National code of the result, when known.
    #[serde(default)]
    pub code: Option<String>,
}

/// Whether another body decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfers {
    /// Which.
    pub kind: TransferKind,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// The commune.
    None,
    /// The province.
    Province,
    /// The police.
    Police,
    /// The military command.
    Military,
    /// Several bodies together (liên thông).
    Joint,
}

/// Certification.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certify {
    /// BS, CK or GD.
    pub series: String,
    /// What one number stands for.
    pub number_per: String,
    /// What the fee counts.
    pub fee_per: String,
    /// Words.
    #[serde(default)]
    pub note: Option<String>,
}

/// State of the hand check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Review {
    /// Checked by hand against its source.
    #[serde(rename = "ready")]
    Ready,
    /// Cần rà soát.
    #[serde(rename = "cần rà soát")]
    Needed,
}

impl Procedure {
    /// The case with this id; the only case when none is named.
    pub fn case(&self, id: Option<&str>) -> Option<&Case> {
        match id {
            Some(id) => self.cases.iter().find(|case| case.id == id),
            None if self.cases.len() == 1 => self.cases.first(),
            None => None,
        }
    }

    /// The time limit that holds for a case.
    pub fn time_of<'a>(&'a self, case: &'a Case) -> &'a TimeRule {
        case.time.as_ref().unwrap_or(&self.time)
    }

    /// The fee that holds for a case.
    pub fn fee_of<'a>(&'a self, case: &'a Case) -> &'a Fee {
        case.fee.as_ref().unwrap_or(&self.fee)
    }
}

impl Case {
    /// The components that concern a citizen at the desk, with their index in the pack.
    pub fn at_the_desk(&self) -> impl Iterator<Item = (usize, &Component)> {
        self.components
            .iter()
            .enumerate()
            .filter(|(_, component)| component.channel != Channel::Online)
    }
}

fn yes() -> bool {
    true
}

impl Procedure {
    /// The procedure with an administrator's texts in place of the pack's.
    #[must_use]
    pub fn with_edits(mut self, edits: &[crate::office::ComponentEdit]) -> Self {
        for edit in edits {
            let component = self
                .cases
                .iter_mut()
                .find(|case| case.id == edit.case)
                .and_then(|case| case.components.get_mut(usize::from(edit.index)));
            if let Some(component) = component {
                component.label.clone_from(&edit.label);
                component.required = match edit.required.as_str() {
                    "yes" => Required::Yes,
                    "no" => Required::No,
                    _ => Required::IfApplicable,
                };
            }
        }
        self
    }
}
