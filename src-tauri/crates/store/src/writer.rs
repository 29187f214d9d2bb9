//! The one connection that writes, and in which order it is had: whoever works for a person first.
//!
//! A hundred records of other devices hold it for some milliseconds, and an officer who presses *Tiếp nhận* in one of them
//! would feel each. So work that nobody waits for looks between two records whether somebody asks for the connection, and
//! if so takes back what it did so far, lets them in, and begins again. And while an officer is at work it rests as long
//! as it worked, for a commit cannot be taken back halfway.

use crate::error::{Result, StoreFault};
use crate::log;
use crate::tx::{Pen, Tx};
use protocol::{Hash, Name};
use rusqlite::{Connection, TransactionBehavior};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Time between two looks whether the connection is free.
const LOOK: Duration = Duration::from_millis(1);
/// How often work aside looks before it queues like everybody: it is had in the end, however much is written.
const LOOKS_MAX: usize = 100;
/// How often a transaction aside gives way before it holds on to its end.
const GIVES_WAY_MAX: usize = 8;
/// An officer who wrote a record so recently is at work: the next citizen is at the desk.
const AT_WORK: Duration = Duration::from_secs(5 * 60);
/// Work aside rests for as long as it took, and within these bounds.
const REST_MIN: Duration = Duration::from_millis(10);
const REST_MAX: Duration = Duration::from_millis(200);

/// The writing connection and who asks for it.
pub(crate) struct Writer {
    connection: Mutex<Connection>,
    asking: AtomicUsize,
    officer_wrote: Mutex<Option<Instant>>,
}

/// Somebody who waits for the writing connection.
struct Asking<'w>(&'w Writer);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.asking.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(connection),
            asking: AtomicUsize::new(0),
            officer_wrote: Mutex::new(None),
        }
    }

    /// The connection, before any work aside.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.asking.fetch_add(1, Ordering::Relaxed);
        let _asking = Asking(self);
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, when nobody else asks for it. It is looked for now and then: whoever is woken by the very unlocking
    /// often takes the processor of the one that unlocks, here an officer's, for milliseconds.
    pub(crate) fn lock_aside(&self) -> MutexGuard<'_, Connection> {
        for _ in 0..LOOKS_MAX {
            if !self.is_asked() {
                match self.connection.try_lock() {
                    Ok(connection) => return connection,
                    Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                    Err(TryLockError::WouldBlock) => {}
                }
            }
            sleep(LOOK);
        }
        self.lock()
    }

    /// Waits until nobody asks for the connection or has it: for work beside it that would keep the disk from them.
    pub(crate) fn let_pass(&self) {
        drop(self.lock_aside());
    }

    /// Runs a transaction that nobody waits for: it waits for no disk, and `work` runs again whenever it gave way.
    pub(crate) fn write_aside<T>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let once = |gives_way: Option<&Self>| {
            without_sync(&mut self.lock_aside(), |connection| {
                in_transaction(connection, None, gives_way, &work)
            })
        };
        for _ in 0..GIVES_WAY_MAX {
            match once(Some(self)) {
                Err(StoreFault::GaveWay) => {}
                done => return done,
            }
        }
        once(None)
    }

    /// Ends work aside when somebody waits.
    ///
    /// # Errors
    /// [`StoreFault::GaveWay`].
    pub(crate) fn give_way(&self) -> Result<()> {
        if self.is_asked() { Err(StoreFault::GaveWay) } else { Ok(()) }
    }

    /// An officer writes a record.
    pub(crate) fn officer_writes(&self) {
        *self.officer_wrote() = Some(Instant::now());
    }

    /// Rests, after work aside that began then, when an officer is at work.
    pub(crate) fn rest_after(&self, began: Instant) {
        let officer_wrote = self.officer_wrote().map(|wrote| wrote.elapsed());
        sleep(rest(officer_wrote, began.elapsed()));
    }

    fn officer_wrote(&self) -> MutexGuard<'_, Option<Instant>> {
        self.officer_wrote.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_asked(&self) -> bool {
        self.asking.load(Ordering::Relaxed) > 0
    }
}

/// How long work aside that took so long rests, when an officer wrote so long ago.
fn rest(officer_wrote: Option<Duration>, worked: Duration) -> Duration {
    match officer_wrote {
        Some(ago) if ago < AT_WORK => worked.clamp(REST_MIN, REST_MAX),
        _ => Duration::ZERO,
    }
}

/// One transaction: what `work` did, committed, or nothing. Asked through [`Tx::give_way`], it gives way to whoever asks
/// `gives_way`.
pub(crate) fn in_transaction<T, E: From<StoreFault>>(
    connection: &mut Connection,
    pen: Option<Pen<'_>>,
    gives_way: Option<&Writer>,
    work: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    leave_transaction(connection)?;
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreFault::from)?;
    let mut tx = Tx::new(&transaction, pen, gives_way);
    let done = work(&mut tx)?;
    tx.finish()?;
    let end = tx.end();
    drop(tx);
    match transaction.commit().map_err(StoreFault::from) {
        Err(StoreFault::Interrupted(_)) if is_in(connection, end)? => Ok(done),
        committed => Ok(committed.map(|()| done)?),
    }
}

/// Work whose commits survive a crash at once, and a power cut from the next synced commit on: the log is one file, and
/// syncing it syncs all before.
pub(crate) fn without_sync<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    leave_transaction(connection)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let done = work(connection);
    leave_transaction(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    done
}

/// An interrupted BEGIN may all the same have begun. Nothing in it was promised to anybody.
fn leave_transaction(connection: &Connection) -> Result<()> {
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    Ok(())
}

/// An interruption may come when the COMMIT is done but not yet answered: then the records are there, and saying no
/// would make somebody take them in twice.
fn is_in(connection: &Connection, end: Option<(Name, Hash)>) -> Result<bool> {
    let Some((name, hash)) = end else { return Ok(false) };
    Ok(connection.is_autocommit()
        && log::hash_at(connection, &name.device, name.seq)? == Some(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_aside_leaves_an_officer_at_work_as_much_time_as_it_takes() {
        let [short, long, endless] = [1, 40, 5_000].map(Duration::from_millis);
        let just_now = Some(Duration::ZERO);
        assert_eq!(
            [short, long, endless].map(|worked| rest(just_now, worked)),
            [REST_MIN, long, REST_MAX]
        );
        assert_eq!(rest(Some(AT_WORK), long), Duration::ZERO, "the officer has gone home");
        assert_eq!(rest(None, long), Duration::ZERO, "nobody ever wrote here");
    }
}
