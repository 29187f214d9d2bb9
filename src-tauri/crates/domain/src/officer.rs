//! Who acts: officers, their roles, and the person an act is recorded for.

use crate::ids::OfficerId;
use serde::{Deserialize, Serialize};

/// What an officer may do. One person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Người tiếp nhận: takes dossiers in and hands results back.
    Reception,
    /// Chuyên viên: examines dossiers.
    Specialist,
    /// Lãnh đạo Trung tâm (điều hành): approves extensions, late entries, second supplements.
    Supervisor,
    /// Quản trị: reviews packs, adds officers, sets backup places.
    Administrator,
}

impl Role {
    /// Every role, in the order shown to people.
    pub const ALL: [Role; 4] =
        [Role::Reception, Role::Specialist, Role::Supervisor, Role::Administrator];

    /// The word used in records, in SQL and on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Role::Reception => "reception",
            Role::Specialist => "specialist",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
        }
    }

    /// The role behind a word, if there is one.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// The officer who sits at the desk and whose hand writes the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The account.
    pub id: OfficerId,
    /// Full name as printed on papers.
    pub name: String,
    /// What this officer may do.
    pub roles: Vec<Role>,
}

impl Officer {
    /// Whether the officer holds `role`.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// One act in the office: who did it, who recorded it, when, and by which paper.
///
/// `done_by` and `recorded_by` differ when a step is recorded for somebody who never opens the application
/// (*Ghi nhận thay*); it is never that other person's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Legal time of the act.
    pub at: jiff::Timestamp,
    /// Full name and office of the person who did it.
    pub done_by: String,
    /// The officer who recorded it.
    pub recorded_by: OfficerId,
    /// Full name of that officer at the time.
    pub recorded_by_name: String,
    /// Number of the paper that shows the act, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper_number: Option<String>,
    /// Free words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
