//! A "no" that the clerk can act on. Broken things are errors and live elsewhere.

use serde::Serialize;

/// Why the office cannot do what was asked, said so that a person can put it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable machine word, such as `procedure_unknown`.
    pub code: &'static str,
    /// JSON path of the field at fault inside the input, such as `applicant.birth_date`; `None` when no single field is.
    pub field: Option<String>,
    /// One Vietnamese sentence: what is wrong, by which rule, and what to do next.
    pub message: String,
}

impl Refusal {
    /// A refusal about one field of the input.
    pub fn of(code: &'static str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, field: Some(field.into()), message: message.into() }
    }

    /// A refusal about the act as a whole.
    pub fn act(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, field: None, message: message.into() }
    }

    /// The same refusal seen from outside: the field's path gets `prefix` in front.
    #[must_use]
    pub fn inside(mut self, prefix: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) if field.starts_with('[') => format!("{prefix}{field}"),
            Some(field) => format!("{prefix}.{field}"),
            None => prefix.to_owned(),
        });
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Refusal {}
