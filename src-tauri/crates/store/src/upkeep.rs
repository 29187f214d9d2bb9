//! What a store does for itself, on a thread of its own, so that no officer's commit has to: it folds the write-ahead log
//! back into the database, which takes an old disk longer than anything else, and merges what commits added to the search
//! index.

use crate::error::{Result, StoreFault};
use crate::writer::{Writer, without_sync};
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// The log is folded after this many pages, 4 MiB: a cold start after a crash reads little.
const FOLD_PAGES: i32 = 1_000;
/// After this many, 32 MiB, a commit folds it itself: the thread does not keep up, or has died.
const FOLD_HERE_PAGES: i32 = 8_000;
/// Commits after which the search index is looked at. Each adds a segment, four of a size are merged here, and sixteen in
/// whichever commit finds them: rarely enough that of accepts in a row few meet it, often enough that none merges itself.
const COMMITS_A_MERGE: u32 = 12;
/// Pages of the index that one transaction merges: one or two milliseconds, for which an officer may have to wait.
const MERGE_PAGES: u32 = 8;
/// Transactions of one round: what an index of ten years still has to merge waits for the next commits.
const MERGES_MAX: usize = 256;

/// The thread; it ends when this is dropped.
pub(crate) struct Upkeep {
    word: Arc<Word>,
    thread: Option<JoinHandle<()>>,
}

/// Where commits leave word of what they added, and the thread how far it is.
#[derive(Default)]
struct Word {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    commits: u32,
    log_is_long: bool,
    fault: Option<StoreFault>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Due,
    AtWork,
    Ended,
}

impl Upkeep {
    /// Starts the thread and has every commit of `writer` leave word; `connect` opens the thread's own connection when it
    /// is first needed.
    ///
    /// # Errors
    /// [`crate::StoreFault::Sql`] when the writer takes no hook. Without a thread, commits fold the log themselves, and
    /// merge the index whenever it has sixteen segments.
    pub(crate) fn start(
        writer: &Arc<Writer>,
        connect: impl Fn() -> Result<Connection> + Send + 'static,
    ) -> Result<Self> {
        let word = Arc::<Word>::default();
        let told = Arc::clone(&word);
        writer.lock().wal_hook(Some(move |log: &mut Wal, pages| {
            told.committed(pages);
            if pages >= FOLD_HERE_PAGES {
                // The commit is made: whatever becomes of the folding (the thread may be at it), it must not be called
                // failed.
                told.keep_fault(log.checkpoint().map_err(StoreFault::from));
            }
            Ok(())
        }))?;
        let (waiting, writer) = (Arc::clone(&word), Arc::clone(writer));
        let thread = std::thread::Builder::new()
            .name("store-upkeep".into())
            .spawn(move || waiting.serve(&writer, connect));
        if thread.is_err() {
            word.end();
        }
        Ok(Self { word, thread: thread.ok() })
    }

    /// Whether the disk has borne everything so far.
    ///
    /// # Errors
    /// A fault that stops intake, once: nothing may be written as if it had not happened.
    pub(crate) fn refuse_after_fault(&self) -> Result<()> {
        self.word.state().fault.take().map_or(Ok(()), Err)
    }

    /// Waits until what is due is done; for work that nobody waits for, which would outrun the thread.
    pub(crate) fn finish(&self) {
        let busy = |state: &mut State| matches!(state.phase, Phase::Due | Phase::AtWork);
        let state = self.word.state();
        drop(self.word.changed.wait_while(state, busy));
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.word.end();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing to tell: the next to open the store folds the log.
            let _ = thread.join();
        }
    }
}

/// However the thread ends, nobody waits for it any more.
struct Leaving<'w>(&'w Word);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Word {
    fn committed(&self, pages: i32) {
        let mut state = self.state();
        state.commits += 1;
        state.log_is_long |= pages >= FOLD_PAGES;
        let due = state.log_is_long || state.commits >= COMMITS_A_MERGE;
        if due && state.phase == Phase::Idle {
            state.phase = Phase::Due;
            self.changed.notify_all();
        }
    }

    fn serve(&self, writer: &Writer, connect: impl Fn() -> Result<Connection>) {
        let _leaving = Leaving(self);
        let mut connection = None;
        while self.next() {
            let done = self.round(writer, || fold(&mut connection, &connect));
            self.keep_fault(done);
            self.done();
        }
    }

    /// Waits for work; false at the end.
    fn next(&self) -> bool {
        let idle = |state: &mut State| state.phase == Phase::Idle;
        let waited = self.changed.wait_while(self.state(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if state.phase == Phase::Ended {
            return false;
        }
        state.phase = Phase::AtWork;
        true
    }

    /// What is not done now is due again at the next commits, and nothing is lost by it. But a disk that refused what lies
    /// before the next commit in the log would lose that commit too.
    fn keep_fault(&self, done: Result<()>) {
        if let Some(fault) = done.err().filter(StoreFault::stops_intake) {
            self.state().fault = Some(fault);
        }
    }

    fn done(&self) {
        let mut state = self.state();
        if state.phase == Phase::AtWork {
            // Commits of the merging itself are no reason to merge again.
            state.commits = 0;
            state.phase = Phase::Idle;
            self.changed.notify_all();
        }
    }

    fn end(&self) {
        self.state().phase = Phase::Ended;
        self.changed.notify_all();
    }

    fn round(&self, writer: &Writer, mut fold: impl FnMut() -> Result<()>) -> Result<()> {
        for _ in 0..MERGES_MAX {
            if std::mem::take(&mut self.state().log_is_long) {
                // The commit that made it long may have let an officer in, whose own would wait for the disk.
                writer.let_pass();
                fold()?;
            }
            let began = Instant::now();
            if self.state().phase == Phase::Ended || !merge_some(writer)? {
                break;
            }
            writer.rest_after(began);
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Merges some pages of the search index; says whether there may be more to merge.
fn merge_some(writer: &Writer) -> Result<bool> {
    without_sync(&mut writer.lock_aside(), |connection| {
        let before = connection.total_changes();
        connection
            .prepare_cached("INSERT INTO dossier_text(dossier_text, rank) VALUES ('merge', ?1)")?
            .execute([MERGE_PAGES])?;
        // As the index's documentation has it: less than two changes, and nothing was left to merge.
        Ok(connection.total_changes() - before >= 2)
    })
}

fn fold(
    connection: &mut Option<Connection>,
    connect: &impl Fn() -> Result<Connection>,
) -> Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(connect()?),
    };
    // Passive: neither writers nor readers wait.
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot set itself up must stop")]

    use super::*;
    use rusqlite::{Error, ffi};
    use std::path::Path;

    fn open(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute_batch("CREATE TABLE IF NOT EXISTS t(b)").unwrap();
        connection
    }

    fn write_pages(writer: &Writer, pages: i32) -> rusqlite::Result<()> {
        writer.lock().execute_batch(&format!("INSERT INTO t VALUES (zeroblob(4096 * {pages}))"))
    }

    #[test]
    fn a_commit_is_made_whoever_else_folds_the_log_just_then() {
        const ROUNDS: usize = 8;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("quay.db");
        let writer = Arc::new(Writer::new(open(&path)));
        let upkeep = Upkeep::start(&writer, move || Ok(open(&path))).unwrap();
        for _ in 0..ROUNDS {
            // The thread is at the first while the second finds the log too long.
            write_pages(&writer, FOLD_HERE_PAGES - 50).unwrap();
            write_pages(&writer, 100).unwrap();
            upkeep.finish();
        }
        upkeep.refuse_after_fault().unwrap();
    }

    #[test]
    fn a_disk_that_fails_beside_the_commits_is_told_to_the_next_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Arc::new(Writer::new(open(&folder.path().join("quay.db"))));
        let failed = || Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None);
        let upkeep = Upkeep::start(&writer, move || Err(failed().into())).unwrap();
        upkeep.refuse_after_fault().unwrap();
        write_pages(&writer, FOLD_PAGES + 1).unwrap();
        upkeep.finish();
        assert!(matches!(upkeep.refuse_after_fault(), Err(StoreFault::Disk(_))));
        upkeep.refuse_after_fault().unwrap();
    }
}
