//! What changed: every live query that declared one of these topics runs again.

/// What a write touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Dossiers and their documents.
    Dossiers,
    /// Counts and lists of what is due.
    Backlog,
    /// Drafts.
    Drafts,
    /// Print jobs.
    Print,
    /// Proven copies.
    Backup,
    /// Officers, packs, reviews, fees.
    Session,
    /// The exchange with the province.
    Sync,
}

impl Topic {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Topic::Dossiers => "dossiers",
            Topic::Backlog => "backlog",
            Topic::Drafts => "drafts",
            Topic::Print => "print",
            Topic::Backup => "backup",
            Topic::Session => "session",
            Topic::Sync => "sync",
        }
    }
}
