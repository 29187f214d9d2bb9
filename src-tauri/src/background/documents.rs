//! Documents read again, a page a minute: a disk that forgets is found out before the citizen asks.

use super::bell::Bell;
use crate::desk::Desk;
use crate::events::Topic;
use app::{Office, Result};
use std::sync::Weak;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);
/// Some 50 MB of scans at most a minute.
const PAGE: u32 = 20;

/// Goes round and round through all documents.
pub fn run(desk: &Desk, office: &Weak<Office>, bell: &Bell) {
    let mut after = String::new();
    while bell.pause(EVERY) {
        let Some(office) = office.upgrade() else { return };
        after = check(desk, &office, &after).unwrap_or_else(|fault| {
            tracing::warn!(%fault, "documents were not checked");
            after
        });
    }
}

/// Checks the page behind `after` and says where it ended; nothing at the end of the round.
fn check(desk: &Desk, office: &Office, after: &str) -> Result<String> {
    let (damaged, last) = office.check_documents(after, PAGE)?;
    for sha256 in &damaged {
        tracing::error!(sha256, "a document is missing or damaged");
    }
    if !damaged.is_empty() {
        desk.changed(vec![Topic::Dossiers]);
    }
    Ok(last.unwrap_or_default())
}
