//! The daily proven copy, made while the desk is at work.

use super::bell::Bell;
use crate::desk::Desk;
use app::{Office, Result};
use std::sync::Weak;
use std::time::Duration;

/// The first seconds after the start belong to the officer.
const FIRST: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_secs(600);

/// Looks soon after the start and every ten minutes whether today's copy is due.
pub fn run(desk: &Desk, office: &Weak<Office>, bell: &Bell) {
    let mut pause = FIRST;
    while bell.pause(pause) {
        let Some(office) = office.upgrade() else { return };
        if let Err(fault) = copy_when_due(desk, &office) {
            tracing::warn!(%fault, "the daily copy was not made");
        }
        pause = EVERY;
    }
}

fn copy_when_due(desk: &Desk, office: &Office) -> Result<()> {
    if office.backup_is_due()? { desk.copy(office, "backup") } else { Ok(()) }
}
