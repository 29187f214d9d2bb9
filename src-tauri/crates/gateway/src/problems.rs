//! Problems that the gateway words itself (RFC 9457). Never with personal data.

use protocol::wire::{Problem, ProblemType};

/// A problem without more to say.
pub fn problem(kind: ProblemType, status: u16, title: &str) -> Problem {
    Problem { kind, title: title.to_owned(), status, detail: None, expected: None }
}

/// A problem with its field and rule.
pub fn detailed(kind: ProblemType, status: u16, title: &str, detail: impl Into<String>) -> Problem {
    Problem { detail: Some(detail.into()), ..problem(kind, status, title) }
}

/// A field breaks a rule.
pub fn validation(detail: impl Into<String>) -> Problem {
    detailed(ProblemType::Validation, 422, "Not as agreed", detail)
}

/// No or no valid credentials.
pub fn unauthorized(detail: &str) -> Problem {
    detailed(ProblemType::Unauthorized, 401, "Not authenticated", detail)
}

/// Nothing there.
pub fn not_found() -> Problem {
    problem(ProblemType::NotFound, 404, "Nothing there")
}

/// Token and site do not belong together.
pub fn not_your_site() -> Problem {
    problem(ProblemType::NotYourSite, 403, "Not this device's site")
}

/// More bytes than are taken.
pub fn too_large(detail: impl Into<String>) -> Problem {
    detailed(ProblemType::TooLarge, 413, "Too large", detail)
}

/// Another device has this desk or a lane of it.
pub fn desk_taken(detail: impl Into<String>) -> Problem {
    detailed(ProblemType::DeskTaken, 409, "The desk is another device's", detail)
}
