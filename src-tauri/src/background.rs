//! What an open desk does by itself: newest records into the second place, the daily copy, marks
//! onto the disk, documents checked, the watched folder looked at, news of the exchange told.
//!
//! A task hears of commits through its [`Bell`] and ends when the office is given back: the office
//! holds the other ends of the bells, the tasks hold the office only while they work.

mod bell;
mod copies;
mod documents;
mod marks;
mod mirror;
mod news;
mod watch;

use crate::desk::Desk;
use crate::events::Topic;
use app::Office;
use bell::{Bell, Rope, bell};
use std::sync::{Arc, Weak};
use std::thread;

type Task = fn(&Desk, &Weak<Office>, &Bell);

/// Those that commits wake.
const TASKS: [(&str, Task); 5] = [
    ("mirror", mirror::run),
    ("marks", marks::run),
    ("copies", copies::run),
    ("documents", documents::run),
    ("watch", watch::run),
];

/// Starts every task for this office.
pub fn start(desk: &Desk, office: &Arc<Office>) {
    let ropes = TASKS.into_iter().filter_map(|(name, task)| begin(desk, office, name, task));
    let news = begin(desk, office, "news", news::run);
    listen(desk.clone(), office, ropes.collect(), news);
}

fn begin(desk: &Desk, office: &Arc<Office>, name: &str, task: Task) -> Option<Rope> {
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
}

fn listen(desk: Desk, office: &Office, ropes: Vec<Rope>, news: Option<Rope>) {
    office.listen(Box::new(move |topics| {
        // The exchange showing how far it is commits nothing; local notes such as the mirror's own place touch nothing
        // that a screen shows.
        if topics.iter().any(|topic| *topic != app::Topic::Sync) {
            ropes.iter().for_each(Rope::pull);
        }
        let topics: Vec<Topic> = topics.iter().copied().map(Topic::from).collect();
        match &news {
            Some(news) if topics.contains(&Topic::Sync) => {
                desk.add_news(topics);
                news.pull();
            }
            _ if topics.is_empty() => {}
            _ => desk.changed(topics),
        }
    }));
}
