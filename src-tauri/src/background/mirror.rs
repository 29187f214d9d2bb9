//! The newest records into the second place, within a second of their commit.

use super::bell::{Bell, Woken};
use crate::desk::Desk;
use crate::events::Topic;
use app::Office;
use std::sync::Weak;
use std::time::Duration;

/// Without news and without trouble the place is looked at this often.
const REST: Duration = Duration::from_secs(600);

/// What an earlier run left is mirrored first; then each commit.
pub fn run(desk: &Desk, office: &Weak<Office>, bell: &Bell) {
    loop {
        let Some(office) = office.upgrade() else { return };
        mirror(desk, &office);
        drop(office);
        let rest = desk.mirroring().retry_after().unwrap_or(REST);
        if bell.wait(rest) == Woken::Gone {
            return;
        }
    }
}

fn mirror(desk: &Desk, office: &Office) {
    let done = {
        let _second_place = desk.second_place();
        office.mirror_pending()
    };
    let news = match &done {
        Ok(_) => desk.mirroring().succeeded(),
        Err(fault) => desk.mirroring().failed(office.now(), fault.to_string()),
    };
    match done {
        Ok(0) => {}
        Ok(records) => tracing::info!(records, "mirrored"),
        Err(_) if news => tracing::warn!("the second place was not written"),
        Err(_) => {}
    }
    if news {
        desk.changed(vec![Topic::Backup]);
    }
}
