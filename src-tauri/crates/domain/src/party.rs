//! People and organisations as a citizen presents them at the desk.

use crate::sex::Sex;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A natural person or an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Cá nhân.
    #[default]
    Person,
    /// Tổ chức.
    Organisation,
}

/// The paper by which a person was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// Thẻ căn cước, căn cước công dân: the twelve-digit personal number.
    CanCuoc,
    /// Chứng minh nhân dân, nine digits.
    Cmnd,
    /// Hộ chiếu.
    Passport,
    /// Số định danh of a child who has no card yet.
    ChildNumber,
    /// Another paper, named in `id_note`.
    Other,
    /// None yet; the reason is in `id_note`.
    None,
}

/// Chủ hồ sơ or người nộp: what is known of a person or organisation. Addresses are kept as printed on the card.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Person or organisation.
    #[serde(default)]
    pub kind: PartyKind,
    /// Full name, one field, as on the paper.
    pub full_name: String,
    /// Which paper `id_number` comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_kind: Option<IdKind>,
    /// Number of that paper; an organisation's tax or registration number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Name of another paper, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_note: Option<String>,
    /// Date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Sex as on the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Telephone, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address as printed on the card or as told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Người nộp: who stands at the desk when it is not the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Submitter {
    /// Who.
    #[serde(flatten)]
    pub party: Party,
    /// Relation to the applicant, such as *con*, *người được ủy quyền*.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
    /// The paper that authorises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_paper: Option<String>,
}

/// Người được đăng ký: the baby, the deceased, a spouse. The duplicate warning looks at this person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registered {
    /// Role word from the procedure, such as `child`.
    pub role: String,
    /// Full name.
    pub full_name: String,
    /// Personal number, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number: Option<String>,
    /// Date of birth, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
}
