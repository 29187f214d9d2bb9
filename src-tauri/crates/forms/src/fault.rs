//! Why a paper could not be made, or a template not be taken.

use std::fmt;

/// Why a paper could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FormFault {
    /// A field of the model cannot be printed as the form demands.
    #[error("{field}: {reason}")]
    Field {
        /// The field, as the model names it.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A QR or bar code cannot hold its content.
    #[error("{symbol} cannot hold these {length} characters")]
    Symbol {
        /// `qr` or `code128`.
        symbol: &'static str,
        /// How many characters it was given.
        length: usize,
    },
    /// Something would be printed beyond the edge of the paper.
    #[error("a line does not fit on the paper")]
    OffPage,
    /// The faces compiled into the program do not parse.
    #[error("the compiled-in faces cannot be read")]
    Font,
    /// The PDF writer failed.
    #[error("PDF: {0}")]
    Pdf(String),
}

impl FormFault {
    pub(crate) fn code(symbol: &'static str, content: &str) -> FormFault {
        FormFault::Symbol { symbol, length: content.chars().count() }
    }
}

/// One fault in a template file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// Where: a JSON path such as `body[3].line.label`.
    pub path: String,
    /// What is wrong there.
    pub reason: String,
}

/// Every fault found in a template file, in the order of the file; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct TemplateFaults(pub Vec<TemplateFault>);

impl fmt::Display for TemplateFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", fault.path, fault.reason)?;
        }
        Ok(())
    }
}
