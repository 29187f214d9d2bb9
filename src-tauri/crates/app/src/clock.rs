//! The only place that reads the wall clock.

use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// The office's clock: the system's, or, in training stores only, one that was set.
#[derive(Debug, Default)]
pub struct Clock(Mutex<Option<Timestamp>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Mutex::new(None))
    }

    /// A clock that stands at `at`.
    pub fn standing_at(at: Timestamp) -> Self {
        Self(Mutex::new(Some(at)))
    }

    /// Sets the clock; `None` gives it back to the system. The caller has checked that the store is for training.
    pub fn set(&self, at: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    /// Now.
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(Timestamp::now)
    }
}
