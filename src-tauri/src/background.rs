//! What an open desk does by itself: newest records into the second place, the daily copy, marks
//! onto the disk, documents checked, the watched folder looked at.
//!
//! A task hears of commits through its [`Bell`] and ends when the office is given back: the office
//! holds the other ends of the bells, the tasks hold the office only while they work.

mod bell;
mod copies;
mod documents;
mod marks;
mod mirror;
mod watch;

use crate::desk::Desk;
use crate::events::Topic;
use app::Office;
use bell::{Bell, Rope, bell};
use std::sync::{Arc, Weak};
use std::thread;

/// Starts every task for this office.
pub fn start(desk: &Desk, office: &Arc<Office>) {
    type Task = fn(&Desk, &Weak<Office>, &Bell);
    const TASKS: [(&str, Task); 5] = [
        ("mirror", mirror::run),
        ("marks", marks::run),
        ("copies", copies::run),
        ("documents", documents::run),
        ("watch", watch::run),
    ];
    let ropes = TASKS.into_iter().filter_map(|(name, task)| {
        let (rope, bell) = bell();
        let (desk, office) = (desk.clone(), Arc::downgrade(office));
        let thread = thread::Builder::new().name(name.into());
        match thread.spawn(move || task(&desk, &office, &bell)) {
            Ok(_) => Some(rope),
            Err(fault) => {
                tracing::error!(%fault, name, "a task did not start");
                None
            }
        }
    });
    listen(desk.clone(), office, ropes.collect());
}

fn listen(desk: Desk, office: &Office, ropes: Vec<Rope>) {
    office.listen(Box::new(move |topics| {
        // Local notes such as the mirror's own place touch nothing that a screen shows.
        if topics.is_empty() {
            return;
        }
        for rope in &ropes {
            rope.pull();
        }
        desk.changed(topics.iter().copied().map(Topic::from).collect());
    }));
}
