//! The watched folder, looked at every second. Asking beats being told here: scanners write to
//! network shares and sticks, from which the system sends no news of changes.

use super::bell::Bell;
use crate::desk::Desk;
use crate::events::Topic;
use app::{Office, Sight};
use std::sync::Weak;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);

/// Tells the window when something there changed.
pub fn run(desk: &Desk, office: &Weak<Office>, bell: &Bell) {
    let mut known = Sight::default();
    while bell.pause(EVERY) {
        let Some(office) = office.upgrade() else { return };
        let Ok(sight) = office.watch_sight() else { continue };
        if sight != known {
            known = sight;
            desk.changed(vec![Topic::Watch]);
        }
    }
}
