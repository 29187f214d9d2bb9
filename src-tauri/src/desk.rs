//! The desk behind the window: on its way to being open, closed with a reason, or open.

mod exchange;
mod long_work;

use crate::background;
use crate::events::{Changed, Task, Told, Topic, Voice};
use app::boot::{self, Door, RestorePurpose};
use app::exchange::Exchange;
use app::inputs::{FirstRunInput, UnlockInput};
use app::long_work::Doing;
use app::views::{BootView, RecoveryKeyView, RestoreView};
use app::{ApiError, Mirroring, Office, Places, Result};
use long_work::Stoppable;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The desk, shared by the commands and what goes on behind them.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    places: Places,
    voice: Voice,
    /// Nothing yet while the desk is being opened.
    state: Mutex<Option<State>>,
    settled: Condvar,
    /// Held while somebody opens, commissions or reopens: once at a time.
    doorway: Mutex<()>,
    /// The recovery key just made, until it was typed back: its sheet may be printed meanwhile.
    recovery_key: Mutex<Option<Zeroizing<Vec<String>>>>,
    mirroring: Mutex<Mirroring>,
    /// The exchange with the province while it runs. It holds the office: it ends before the office is given back.
    exchange: Mutex<Option<Exchange>>,
    /// What the exchange changed and the screens were not told yet.
    news: Mutex<BTreeSet<Topic>>,
    /// Held by whoever writes there, copy or mirror: each sweeps what another left unfinished.
    second_place: Mutex<()>,
    /// Long work that can be stopped.
    under_way: Mutex<Vec<Arc<Stoppable>>>,
    /// Whether anything was committed since the last proven copy of this run.
    uncopied: AtomicBool,
    /// Whether somebody has asked to close.
    closing: AtomicBool,
    /// Whether the window was let go.
    left: AtomicBool,
}

#[derive(Clone)]
enum State {
    Closed(Box<BootView>),
    Open(Arc<Office>),
}

impl Desk {
    /// A desk on its way to being open; [`Desk::open`] must follow.
    pub fn new(places: Places, voice: Voice) -> Self {
        Self(Arc::new(Inner {
            places,
            voice,
            state: Mutex::new(None),
            settled: Condvar::new(),
            doorway: Mutex::default(),
            recovery_key: Mutex::default(),
            mirroring: Mutex::default(),
            exchange: Mutex::default(),
            news: Mutex::default(),
            second_place: Mutex::default(),
            under_way: Mutex::default(),
            uncopied: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            left: AtomicBool::new(false),
        }))
    }

    /// Opens the desk, or finds out what stands between. May take a second, or as long as the
    /// system's keyring waits for the officer.
    pub fn open(&self, passphrase: Option<String>) {
        let _doorway = held(&self.0.doorway);
        let door = self.knock(passphrase);
        self.settle(door);
    }

    /// What the door says; waits while the desk is being opened.
    pub fn boot_view(&self) -> BootView {
        match self.settled() {
            State::Open(office) => office.boot_view(),
            State::Closed(view) => *view,
        }
    }

    /// Opens the desk with what was typed.
    pub fn unlock(&self, typed: UnlockInput) -> Result<BootView> {
        let _doorway = held(&self.0.doorway);
        if self.office().is_err() {
            let door = boot::unlock(&self.0.places, typed)?;
            self.settle(door);
        }
        Ok(self.boot_view())
    }

    /// Commissions the desk, opens it and makes its recovery key.
    pub fn first_run(&self, input: FirstRunInput) -> Result<RecoveryKeyView> {
        {
            let _doorway = held(&self.0.doorway);
            let office = boot::first_run(&self.0.places, input)?;
            self.settle(Door::Open(Box::new(office)));
        }
        self.recovery_key_new()
    }

    /// Opens the store again: after a disk error, or after what stood between was mended.
    pub fn reopen(&self) -> Result<BootView> {
        let _doorway = held(&self.0.doorway);
        match self.office() {
            Ok(office) => {
                let view = office.reopen_view()?;
                // What it knew of the store may be what the disk lost.
                self.restart_exchange();
                Ok(view)
            }
            Err(_) => {
                self.settle(self.knock(None));
                Ok(self.boot_view())
            }
        }
    }

    /// Restores the newest copy of a folder where there is no store, or none that can be opened; or only tries it.
    pub fn restore(&self, from: &Path, typed: UnlockInput, trial: bool) -> Result<RestoreView> {
        let _doorway = held(&self.0.doorway);
        if trial {
            return self.restored(from, typed, RestorePurpose::Trial);
        }
        let view = self.boot_view();
        let fault = view.fault.as_ref().map(|fault| fault.code.as_str());
        let purpose = match (view.state.as_str(), fault) {
            (_, Some("corrupt" | "key_missing" | "key_damaged")) => RestorePurpose::Replace,
            // The folder itself is asked once more whether it is empty.
            _ => RestorePurpose::Fill,
        };
        let restored = self.restored(from, typed.clone(), purpose)?;
        if restored.ok {
            self.settle(boot::unlock(&self.0.places, typed)?);
        }
        Ok(restored)
    }

    /// Makes a recovery key and keeps it until it was typed back.
    pub fn recovery_key_new(&self) -> Result<RecoveryKeyView> {
        let key = self.office()?.recovery_key_new()?;
        *held(&self.0.recovery_key) = Some(Zeroizing::new(key.groups.clone()));
        Ok(key)
    }

    /// The recovery key as typed back from its sheet.
    pub fn recovery_key_confirm(&self, typed: &str) -> Result<()> {
        self.office()?.recovery_key_confirm(typed)?;
        *held(&self.0.recovery_key) = None;
        Ok(())
    }

    /// The sheet of the key just made. A key that was typed back is known to its sheet alone.
    pub fn recovery_sheet(&self) -> Result<Vec<u8>> {
        let office = self.office()?;
        match &*held(&self.0.recovery_key) {
            Some(groups) => office.recovery_sheet(groups),
            None => Err(ApiError::not_found(NO_NEW_KEY)),
        }
    }

    /// The open office; waits while it is being opened.
    ///
    /// # Errors
    /// [`ApiError::Locked`] while something stands between.
    pub fn office(&self) -> Result<Arc<Office>> {
        match self.settled() {
            State::Open(office) => Ok(office),
            State::Closed(_) => Err(ApiError::Locked { message: LOCKED.into() }),
        }
    }

    /// The office, without waiting for it.
    pub fn office_if_open(&self) -> Option<Arc<Office>> {
        match &*held(&self.0.state) {
            Some(State::Open(office)) => Some(office.clone()),
            Some(State::Closed(_)) | None => None,
        }
    }

    /// Asks the office, off the window's thread: a disk or a printer that is slow stops nobody.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Office) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.at_the_desk(move |desk| work(&*desk.office()?)).await
    }

    /// The same for work that needs the desk itself.
    pub async fn at_the_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Desk) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let desk = self.clone();
        let done = tauri::async_runtime::spawn_blocking(move || work(&desk)).await;
        done.unwrap_or_else(|fault| Err(ApiError::internal(&fault)))
    }

    /// Makes a proven copy, one at a time.
    pub fn copy(&self, office: &Office, task: &str) -> Result<()> {
        let Some(place) = office.backup_place()? else {
            return Err(ApiError::not_found(NO_PLACE));
        };
        let done = self.long_work(task, Doing::CopyRecords, |follow| {
            let _second_place = self.second_place();
            // Before, not after: what is committed while the copy is made is not in it.
            self.0.uncopied.store(false, Ordering::SeqCst);
            office.backup(&place, follow)
        });
        if done.is_err() {
            self.0.uncopied.store(true, Ordering::SeqCst);
        }
        done.map(|copied| tracing::info!(records = copied.records, "a copy was proven"))
    }

    /// Whether closing now would leave work without a proven copy.
    pub fn copy_wanted(&self, office: &Office) -> Result<bool> {
        let uncopied = self.0.uncopied.load(Ordering::SeqCst);
        Ok(office.backup_place()?.is_some() && (uncopied || office.backup_is_due()?))
    }

    /// Nobody else writes in the second place while the answer lives.
    pub fn second_place(&self) -> MutexGuard<'_, ()> {
        held(&self.0.second_place)
    }

    /// How the mirroring goes.
    pub fn mirroring(&self) -> MutexGuard<'_, Mirroring> {
        held(&self.0.mirroring)
    }

    /// Tells the window what changed.
    pub fn changed(&self, topics: Vec<Topic>) {
        if topics.contains(&Topic::Dossiers) {
            self.0.uncopied.store(true, Ordering::SeqCst);
        }
        (self.0.voice)(Told::Changed(Changed { topics }));
    }

    /// Tells of a task outside the window.
    pub fn tell_task(&self, task: Task) {
        (self.0.voice)(Told::Task(task));
    }

    /// Keeps what the exchange changed until the screens are told.
    pub fn add_news(&self, topics: impl IntoIterator<Item = Topic>) {
        held(&self.0.news).extend(topics);
    }

    /// What the screens were not told yet; `None` when there is nothing.
    pub fn take_news(&self) -> Option<Vec<Topic>> {
        let topics = std::mem::take(&mut *held(&self.0.news));
        (!topics.is_empty()).then(|| topics.into_iter().collect())
    }

    /// Gives the store back: its lock, and the marks that it keeps on the disk.
    pub fn leave(&self) {
        // Without waiting: a desk that is still being opened has nothing to give back.
        let Some(State::Open(office)) = held(&self.0.state).take() else { return };
        self.end_exchange();
        if let Err(fault) = office.sync_marks() {
            tracing::warn!(%fault, "marks were not synced at closing");
        }
    }

    /// Begins to close; true when somebody had asked before.
    pub fn asked_to_close_again(&self) -> bool {
        self.0.closing.swap(true, Ordering::SeqCst)
    }

    /// Lets the window close, once.
    pub fn let_close(&self) {
        if !self.0.left.swap(true, Ordering::SeqCst) {
            (self.0.voice)(Told::Leave);
        }
    }

    fn restored(
        &self,
        from: &Path,
        typed: UnlockInput,
        purpose: RestorePurpose,
    ) -> Result<RestoreView> {
        self.long_work(RESTORE, Doing::Unseal, |follow| {
            boot::restore(&self.0.places, from, typed, purpose, follow)
        })
    }

    /// A window that was closed a moment ago may still be giving the store back.
    fn knock(&self, passphrase: Option<String>) -> Door {
        let began = Instant::now();
        loop {
            match boot::knock(&self.0.places, passphrase.clone()) {
                Door::Closed(view) if is_occupied(&view) && began.elapsed() < PATIENCE => {
                    std::thread::sleep(KNOCK_EVERY);
                }
                door => return door,
            }
        }
    }

    fn settle(&self, door: Door) {
        self.end_exchange();
        let state = match door {
            Door::Open(office) => {
                let office = Arc::from(office);
                background::start(self, &office);
                State::Open(office)
            }
            Door::Closed(view) => {
                let fault = view.fault.as_ref().map(|fault| fault.code.as_str());
                tracing::info!(state = view.state, fault, "the desk is closed");
                State::Closed(view)
            }
        };
        *held(&self.0.state) = Some(state);
        self.0.settled.notify_all();
        self.restart_exchange();
    }

    fn settled(&self) -> State {
        let mut state = held(&self.0.state);
        loop {
            if let Some(settled) = &*state {
                return settled.clone();
            }
            state = self.0.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The task's name in progress events.
const RESTORE: &str = "restore";
/// How long a desk waits for another process to leave before it says so.
const PATIENCE: Duration = Duration::from_secs(3);
const KNOCK_EVERY: Duration = Duration::from_millis(200);
const LOCKED: &str = "Kho dữ liệu đang đóng: hãy mở kho rồi làm lại.";
const NO_NEW_KEY: &str = "Khóa khôi phục chỉ in được khi vừa tạo. Hãy tạo khóa khôi phục mới.";
const NO_PLACE: &str = "Chưa chọn nơi sao lưu.";

fn is_occupied(view: &BootView) -> bool {
    view.fault.as_ref().is_some_and(|fault| fault.code == "second_instance")
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
