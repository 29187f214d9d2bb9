//! The only place of the gateway that reads the wall clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The gateway's clock: the system's, or one that a test moves.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands until [`Clock::advance`] moves it; milliseconds since 1970 UTC.
    pub fn standing_at(at_ms: i64) -> Self {
        Self(Some(Arc::new(AtomicI64::new(at_ms))))
    }

    /// Moves a standing clock, for all who share it. The system's clock is not moved.
    pub fn advance(&self, by_ms: i64) {
        if let Some(at) = &self.0 {
            at.fetch_add(by_ms, Ordering::Relaxed);
        }
    }

    /// Now, milliseconds since 1970 UTC.
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Some(at) => at.load(Ordering::Relaxed),
            None => jiff::Timestamp::now().as_millisecond(),
        }
    }
}
