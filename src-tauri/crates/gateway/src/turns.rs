//! Batches of one device that are on their way together, on connections of their own, may arrive in any order: one that
//! comes before its turn waits for the one before it, when its sender asks for that (`Prefer: wait`, RFC 7240). A sender
//! that also asks for it (`respond-async`) is told at once that the batch is here: it need not hold back others for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Longest wait that is granted.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// How often to look although nothing was heard: the batch before may have come to another instance.
const GLANCE: Duration = Duration::from_millis(200);

/// Who waits for which device's log to grow.
#[derive(Debug, Default)]
pub struct Turns {
    waiting: Mutex<HashMap<[u8; 16], watch::Sender<()>>>,
}

/// One batch's wait.
pub struct Turn<'t> {
    turns: &'t Turns,
    device: [u8; 16],
    grown: watch::Receiver<()>,
    end: Instant,
}

impl Turns {
    /// A wait of at most `asked` for a device's log to grow.
    pub fn begin(&self, device: [u8; 16], asked: Duration) -> Turn<'_> {
        let grown = self.waiting().entry(device).or_default().subscribe();
        Turn { turns: self, device, grown, end: Instant::now() + asked.min(WAIT_MAX) }
    }

    /// A device's log has grown.
    pub fn grown(&self, device: &[u8; 16]) {
        if let Some(grown) = self.waiting().get(device) {
            grown.send_replace(());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<[u8; 16], watch::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// What was heard up to now is known: the ledger is about to be asked.
    pub fn looks(&mut self) {
        self.grown.mark_unchanged();
    }

    /// Whether any of the wait is left.
    pub fn has_time(&self) -> bool {
        Instant::now() < self.end
    }

    /// Waits until the log may have grown since [`Turn::looks`]; `false` when the time is over.
    pub async fn may_have_come(&mut self) -> bool {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        // Whether it was heard or not, the ledger is asked again.
        let _ = timeout(left.min(GLANCE), self.grown.changed()).await;
        true
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.turns.waiting();
        if waiting.get(&self.device).is_some_and(|grown| grown.receiver_count() <= 1) {
            waiting.remove(&self.device);
        }
    }
}
