//! Which fields one event writes: finer than what its kind declares, so that two desks that put different particulars
//! right, or attach different papers, are not made to quarrel.

use super::Event;

impl Event {
    /// The fields this event writes, as paths below those its kind declares, such as `people.applicant.phone`.
    pub fn writes(&self) -> Vec<String> {
        match self {
            Event::Corrected(e) => {
                e.changes.iter().map(|change| format!("people.{}", change.field)).collect()
            }
            Event::ExternalNumberSet(e) => vec![format!("external_numbers.{}", e.system)],
            Event::FileAttached(e) => vec![format!("files.{}", e.file.id)],
            Event::FileReplaced(e) => {
                vec![format!("files.{}", e.replaces), format!("files.{}", e.file.id)]
            }
            Event::Resolved(e) => e.fields.iter().map(|settled| settled.field.clone()).collect(),
            event => event.kind().fields().iter().map(|field| (*field).to_owned()).collect(),
        }
    }
}

/// Whether two paths name the same field, or one a part of the other.
pub fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
