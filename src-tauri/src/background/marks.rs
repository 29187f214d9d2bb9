//! The marks outside the database, made durable about a second after each commit: while a citizen
//! waits, only the store itself is synced.

use super::bell::{Bell, Woken};
use crate::desk::Desk;
use app::Office;
use std::sync::Weak;
use std::time::Duration;

const AFTER: Duration = Duration::from_secs(1);
const REST: Duration = Duration::from_secs(3_600);

/// Syncs once for all commits of a second.
pub fn run(_: &Desk, office: &Weak<Office>, bell: &Bell) {
    loop {
        match bell.wait(REST) {
            Woken::Time => continue,
            Woken::Gone => return,
            Woken::Rung => {}
        }
        // The office syncs its marks itself when it is given back.
        if !bell.pause(AFTER) {
            return;
        }
        let Some(office) = office.upgrade() else { return };
        if let Err(fault) = office.sync_marks() {
            tracing::warn!(%fault, "marks were not synced");
        }
    }
}
