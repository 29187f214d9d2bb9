//! What the scanner types when it reads the code on an identity card.
//!
//! `number|old number|full name|ddMMyyyy|Nam/Nữ|address|ddMMyyyy`: seven fields on cards since 2021; cards of
//! 2024 carry more, whose order is not confirmed, so the first seven are mapped and the rest kept as they are.
//! A scanner is a keyboard: it adds what it likes at both ends and may speak a wrong code page. What can be
//! repaired with certainty is repaired; everything else is refused, naming the field and the rule.

mod fields;
mod repair;

use crate::sex::Sex;
use jiff::civil::Date;

/// Longer than any card: a document was scanned or pasted by mistake.
const CHARS_MAX: usize = 2000;

/// A card as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Twelve digits.
    pub id_number: String,
    /// CMND or an earlier number, where the card has one.
    pub old_id_number: Option<String>,
    /// As printed, capitals kept.
    pub full_name: String,
    /// Date of birth.
    pub birth_date: Date,
    /// Sex.
    pub sex: Sex,
    /// Address as printed; its units may be those of before a merger.
    pub address: String,
    /// Date of issue, where the card has one.
    pub issued_on: Option<Date>,
    /// Fields after the seventh, in order.
    pub extra: Vec<String>,
    /// What the officer should compare with the printed card.
    pub warnings: Vec<CardWarning>,
}

/// Something to compare with the printed card; nothing is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardWarning {
    /// The field of [`Card`], or `card`.
    pub field: &'static str,
    /// For the officer.
    pub message: String,
}

/// One thing wrong with what was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardFault {
    /// The field of [`Card`], or `card` for the whole.
    pub field: &'static str,
    /// A stable name for machines.
    pub code: &'static str,
    /// The rule, for the officer.
    pub message: String,
}

/// Everything wrong with what was scanned; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", messages(.0))]
pub struct CardFaults(pub Vec<CardFault>);

fn messages(faults: &[CardFault]) -> String {
    let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    messages.join("; ")
}

impl Card {
    /// Reads what the scanner typed. All faults are given at once.
    pub fn parse(text: &str) -> Result<Self, CardFaults> {
        let (text, repaired) = repair::repaired(text);
        let mut card = fields::read(&text)?;
        if repaired {
            card.warnings.insert(0, repair::warning());
        }
        Ok(card)
    }

    /// Reads the scanner's bytes: UTF-8, or failing that the Vietnamese Windows code page (CP1258).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CardFaults> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(_) => {
                let mut card = Self::parse(&repair::from_cp1258(bytes))?;
                card.warnings.insert(0, repair::warning());
                Ok(card)
            }
        }
    }
}

impl CardFaults {
    fn one(field: &'static str, code: &'static str, message: impl Into<String>) -> Self {
        Self(vec![CardFault { field, code, message: message.into() }])
    }
}
