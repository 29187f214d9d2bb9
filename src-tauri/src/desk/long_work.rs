//! Long work at the desk: the window hears how far it is, and may stop it.

use super::{Desk, held};
use crate::events::{Progress, Told};
use app::Result;
use app::long_work::{Doing, Follow, Stage};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A window needs no more than ten steps of progress a second.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Work under way that can be stopped.
pub(super) struct Stoppable {
    task: String,
    asked: AtomicBool,
}

impl Desk {
    /// Runs long work under a name; `first` is what it does first, told at once: somebody may be waiting.
    ///
    /// # Errors
    /// What `work` returns; it answers [`app::ApiError::is_stopped`] when [`Desk::stop`] ended it.
    pub fn long_work<T>(
        &self,
        task: &str,
        first: Doing,
        work: impl FnOnce(&mut Follow<'_>) -> Result<T>,
    ) -> Result<T> {
        let stoppable = Arc::new(Stoppable { task: task.into(), asked: AtomicBool::new(false) });
        held(&self.0.under_way).push(stoppable.clone());
        let mut report = Report::new(task, self);
        report.say(Stage { doing: first, done: 0, total: 1, permille: 0 });
        let done = work(&mut |stage| {
            report.hear(stage);
            match stoppable.asked.load(Ordering::SeqCst) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        held(&self.0.under_way).retain(|other| !Arc::ptr_eq(other, &stoppable));
        done
    }

    /// Asks all work of this name to stop; that there is none is fine, it may just have ended.
    pub fn stop(&self, task: &str) {
        self.ask_to_stop(|stoppable| stoppable.task == task);
    }

    /// Asks all long work to stop.
    pub fn stop_all(&self) {
        self.ask_to_stop(|_| true);
    }

    fn ask_to_stop(&self, which: impl Fn(&Stoppable) -> bool) {
        for stoppable in held(&self.0.under_way).iter().filter(|stoppable| which(stoppable)) {
            stoppable.asked.store(true, Ordering::SeqCst);
        }
    }
}

/// What the window is told of one piece of work.
struct Report<'d> {
    task: &'d str,
    desk: &'d Desk,
    /// Since the work itself began: it may have waited for another copy first.
    began: Option<Instant>,
    told: Option<(Instant, Doing)>,
}

impl<'d> Report<'d> {
    fn new(task: &'d str, desk: &'d Desk) -> Self {
        Self { task, desk, began: None, told: None }
    }

    fn hear(&mut self, stage: Stage) {
        self.began.get_or_insert_with(Instant::now);
        let due =
            |(at, doing): (Instant, Doing)| at.elapsed() >= TELL_EVERY || doing != stage.doing;
        if self.told.is_none_or(due) {
            self.told = Some((Instant::now(), stage.doing));
            self.say(stage);
        }
    }

    fn say(&self, stage: Stage) {
        let elapsed = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        (self.desk.0.voice)(Told::Progress(Progress::after(elapsed, self.task, stage)));
    }
}
