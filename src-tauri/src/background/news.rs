//! What the exchange with the province changed, told to the screens a few times a second at most: a thousand records that
//! arrive while somebody types must not draw the lists a thousand times. Who is not looking at the window is told of tasks.

use super::bell::{Bell, Woken};
use crate::desk::Desk;
use crate::events::Task;
use app::Office;
use std::sync::Weak;
use std::time::Duration;

/// The longest an officer waits for news, and the shortest the screens rest.
const EVERY: Duration = Duration::from_millis(250);
const REST: Duration = Duration::from_secs(3_600);

/// Tells the first news at once and gathers what comes while the screens rest.
pub fn run(desk: &Desk, office: &Weak<Office>, bell: &Bell) {
    let mut tasks = 0;
    loop {
        match bell.wait(REST) {
            Woken::Rung => {}
            Woken::Time => continue,
            Woken::Gone => return,
        }
        while let Some(topics) = desk.take_news() {
            desk.changed(topics);
            let Some(office) = office.upgrade() else { return };
            tasks = tell_tasks(desk, &office, tasks);
            drop(office);
            if !bell.pause(EVERY) {
                return;
            }
        }
    }
}

/// Says so when there is more to do than before; answers how much there is now.
fn tell_tasks(desk: &Desk, office: &Office, before: u32) -> u32 {
    let Ok(view) = office.exchange_view() else { return before };
    if view.tasks > before {
        desk.tell_task(task(view.tasks));
    }
    view.tasks
}

fn task(count: u32) -> Task {
    Task {
        title: format!("Cần xử lý: {count}"),
        words: "Trao đổi với tỉnh có việc chờ người xử lý. Mở Quầy Một Cửa, mục \"Trao đổi với tỉnh\" (Alt+7).".into(),
    }
}
