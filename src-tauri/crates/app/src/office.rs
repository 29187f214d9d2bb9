//! The office: everything a use case needs in one place, and the one door for writes.

use crate::changed::Topic;
use crate::clock::Clock;
use crate::entropy;
use crate::error::{ApiError, Result};
use crate::packs::Packs;
use crate::places::Places;
use domain::dossier::Context;
use domain::ids::DossierId;
use domain::officer::{Officer, Role};
use domain::site::Site;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use store::{Connection, DatabaseKey, Pen, Store, StoreFault, Tx};
use sync::engine::SyncState;
use vault::blobs::BlobStore;
use vault::disk::RealDisk;
use vault::keys::{KeyFile, MasterKey};
use vault::marks::{MarkFile, Marks};
use vault::signing::DeviceSigner;

/// Hears what changed after every committed write.
pub type Listener = Box<dyn Fn(&[Topic]) + Send + Sync>;
/// Hears that the desk's own log grew.
pub(crate) type Follower = Box<dyn Fn() + Send + Sync>;

/// The desk at work: an unlocked store with its keys, packs, identity and the officer who sits there.
pub struct Office {
    pub(crate) places: Places,
    pub(crate) clock: Clock,
    pub(crate) site: Site,
    pub(crate) keys: Mutex<KeyFile>,
    pub(crate) master: MasterKey,
    pub(crate) device: Device,
    pub(crate) restored: bool,
    pub(crate) intake: Mutex<Intake>,
    packs: RwLock<Arc<Packs>>,
    store: RwLock<Store>,
    documents: RwLock<Arc<BlobStore>>,
    session: Mutex<Officer>,
    listener: Mutex<Option<Listener>>,
    follower: Mutex<Option<Follower>>,
    pub(crate) shown: Mutex<Option<SyncState>>,
    _lock: File,
}

/// This installation's identity, with the marks it keeps outside the database.
pub struct Device {
    /// Its id.
    pub id: [u8; 16],
    /// Its signing key.
    pub signer: DeviceSigner,
    /// Its marks.
    pub marks: Mutex<MarkFile>,
    /// Whether this device began after a restore: its numbers are *mã tạm* until somebody confirms the lanes.
    pub after_restore: bool,
}

/// Whether dossiers may be taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// Why not; `None` when all is well.
    pub stopped: Option<String>,
    /// Dossiers of the transaction that failed: reopening tells whether they were saved.
    pub in_doubt: Vec<DossierId>,
}

/// The parts an opened store is put together from.
pub(crate) struct Parts {
    pub places: Places,
    pub clock: Clock,
    pub site: Site,
    pub keys: KeyFile,
    pub master: MasterKey,
    pub documents: BlobStore,
    pub device: Device,
    pub restored: bool,
    pub packs: Packs,
    pub store: Store,
    pub officer: Officer,
    pub lock: File,
}

const MARKS_NOT_KEPT: &str = "Hồ sơ vừa rồi đã lưu, nhưng không ghi được dấu mốc chống cấp trùng số nên đã dừng tiếp nhận. \
     Hãy kiểm tra ổ đĩa rồi mở lại kho dữ liệu.";

impl Office {
    pub(crate) fn from_parts(parts: Parts) -> Self {
        Self {
            places: parts.places,
            clock: parts.clock,
            site: parts.site,
            keys: Mutex::new(parts.keys),
            master: parts.master,
            device: parts.device,
            restored: parts.restored,
            intake: Mutex::default(),
            packs: RwLock::new(Arc::new(parts.packs)),
            store: RwLock::new(parts.store),
            documents: RwLock::new(Arc::new(parts.documents)),
            session: Mutex::new(parts.officer),
            listener: Mutex::new(None),
            follower: Mutex::new(None),
            shown: Mutex::new(None),
            _lock: parts.lock,
        }
    }

    /// Runs one writing use case: records, projections and head in one transaction, durable when this returns `Ok`;
    /// then the marks outside the database, then the listeners.
    ///
    /// # Errors
    /// What `work` refuses; [`ApiError::IntakeStopped`] after a disk error, until [`Office::reopen`] succeeded.
    pub fn transact<T>(
        &self,
        topics: &[Topic],
        work: impl FnOnce(&mut Tx<'_>, &Context<'_>) -> Result<T>,
    ) -> Result<T> {
        self.refuse_when_stopped()?;
        let actor = self.officer();
        let packs = self.packs();
        let now = self.clock.now();
        let mut marks = None;
        let done = self.store().write(
            Some(self.pen(&actor, now)),
            |tx| -> std::result::Result<T, Fault> {
                // Read here and not beside: a commit leaves nothing of what other connections had read before.
                let supervisors = supervisors_of(store::office::officers(tx.connection())?);
                let context = Context {
                    now,
                    actor: &actor,
                    supervisors: &supervisors,
                    calendar: &packs.calendar,
                    rules: &packs.rules,
                };
                let done = work(tx, &context).map_err(Fault::No)?;
                if let Some(head) = tx.head() {
                    marks = Some(self.marks(tx.connection(), head, now)?);
                }
                Ok(done)
            },
        );
        match done {
            Ok(done) => {
                // What is committed is done, whatever becomes of the marks: told otherwise, the officer would do it twice.
                let recorded = marks.is_some();
                if let Some(marks) = marks
                    && let Err(error) = self.keep_marks(&marks)
                {
                    tracing::error!(%error, "the marks were not kept");
                    self.stop_intake(MARKS_NOT_KEPT);
                }
                self.tell(topics);
                if recorded && let Some(follower) = self.following().as_ref() {
                    follower();
                }
                Ok(done)
            }
            Err(Fault::No(refusal)) => Err(refusal),
            Err(Fault::Broken(fault)) => Err(self.broken(fault)),
        }
    }

    /// Reads on a connection that never waits for a write.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> store::Result<T>) -> Result<T> {
        self.store().read(work).map_err(ApiError::from)
    }

    /// Writes local state, such as a draft: kept at a crash, not synced to the disk at once.
    ///
    /// # Errors
    /// What `work` returns.
    pub fn write_local<T>(
        &self,
        topics: &[Topic],
        work: impl FnOnce(&Connection) -> store::Result<T>,
    ) -> Result<T> {
        let done = self.store().write_local(work).map_err(|fault| self.broken(fault))?;
        self.tell(topics);
        Ok(done)
    }

    /// The writing connection, for fault laboratories: they interrupt it and take its room away. Never for use cases,
    /// whose one door is [`Office::transact`].
    pub fn with_writer<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> T {
        work(&mut self.store().writer())
    }

    /// Closes and opens the store again after a disk error, proves that what it shows is on the disk, and lets intake go
    /// on. Says which dossiers of the failed transaction were saved after all.
    ///
    /// # Errors
    /// [`ApiError::IntakeStopped`] while the disk still fails.
    pub fn reopen(&self) -> Result<Vec<DossierId>> {
        let key = database_key(&self.master);
        let path = self.places.database();
        {
            let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
            let fresh = Store::open(&path, &key)?;
            fresh.checkpoint()?;
            *store = fresh;
        }
        let documents =
            BlobStore::new(self.places.documents(), self.master.blob_keys(), Arc::new(RealDisk))?;
        *self.documents.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(documents);
        let marks = self.read(|connection| {
            let head = store::log::head_of_device(connection, &self.device.id)?;
            self.marks(connection, head, self.clock.now())
        })?;
        self.keep_marks(&marks)?;
        self.sync_marks()?;
        let in_doubt = std::mem::take(&mut *self.intake()).in_doubt;
        let saved = self.read(|connection| {
            in_doubt
                .into_iter()
                .filter_map(|id| match store::rows::by_id(connection, id) {
                    Ok(Some(_)) => Some(Ok(id)),
                    Ok(None) => None,
                    Err(fault) => Some(Err(fault)),
                })
                .collect::<store::Result<Vec<_>>>()
        })?;
        self.tell(&[Topic::Dossiers, Topic::Backlog]);
        Ok(saved)
    }

    /// The place of work.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// The packs in use.
    pub fn packs(&self) -> Arc<Packs> {
        self.packs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn use_packs(&self, packs: Packs) {
        *self.packs.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(packs);
    }

    /// The officer at the desk.
    pub fn officer(&self) -> Officer {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sit_down(&self, officer: Officer) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = officer;
    }

    /// Refuses unless the officer holds `role`.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`].
    pub fn require(&self, role: Role, what: &str) -> Result<()> {
        if self.officer().is(role) {
            return Ok(());
        }
        Err(ApiError::NotAllowed {
            message: format!("Chỉ {} mới được {what}.", role_words(role))
        })
    }

    /// Officers who may approve.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn supervisors(&self) -> Result<Vec<String>> {
        Ok(supervisors_of(self.read(store::office::officers)?))
    }

    /// Now, by the office's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock of a training store.
    ///
    /// # Errors
    /// [`ApiError::NotAllowed`] in a store of real work.
    pub fn set_clock(&self, at: Timestamp) -> Result<()> {
        if !self.site.training {
            return Err(ApiError::NotAllowed {
                message: "Chỉ kho tập huấn mới được đặt lại đồng hồ (--at).".into(),
            });
        }
        self.clock.set(Some(at));
        Ok(())
    }

    /// Calls `listener` after every committed write.
    pub fn listen(&self, listener: Listener) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    /// Calls `follower` whenever this desk's own log has grown.
    pub(crate) fn follow(&self, follower: Option<Follower>) {
        *self.following() = follower;
    }

    fn following(&self) -> MutexGuard<'_, Option<Follower>> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tell(&self, topics: &[Topic]) {
        if let Some(listener) =
            self.listener.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            listener(topics);
        }
    }

    pub(crate) fn store(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn documents(&self) -> Arc<BlobStore> {
        Arc::clone(&self.documents.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes nothing in any more until [`Office::reopen`] has found the disk well again.
    pub(crate) fn stop_intake(&self, why: &str) {
        self.intake().stopped = Some(why.to_owned());
    }

    pub(crate) fn intake(&self) -> MutexGuard<'_, Intake> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_when_stopped(&self) -> Result<()> {
        match &self.intake().stopped {
            Some(message) => Err(ApiError::IntakeStopped { message: message.clone() }),
            None => Ok(()),
        }
    }

    fn broken(&self, fault: StoreFault) -> ApiError {
        let stops = fault.stops_intake();
        let error = ApiError::from(fault);
        if stops {
            self.stop_intake(&error.to_string());
        }
        error
    }

    pub(crate) fn pen<'a>(&'a self, actor: &Officer, now: Timestamp) -> Pen<'a> {
        Pen {
            site: self.site.code.clone(),
            device: self.device.id,
            actor: *actor.id.bytes(),
            at_ms: now.as_millisecond(),
            salt: Box::new(|| entropy::bytes().map_err(|_| StoreFault::Value("randomness"))),
            sign: Box::new(|message| self.device.signer.sign(message)),
        }
    }

    /// How far this installation is, as a transaction leaves it.
    fn marks(
        &self,
        connection: &Connection,
        head: store::Head,
        now: Timestamp,
    ) -> store::Result<Marks> {
        let day = domain::time::office_time(now).date();
        let names = [
            domain::dossier::number::lane_series(day, self.site.desk),
            format!("{}/{}", domain::dossier::number::provisional_series(day), self.device_tag()),
        ];
        let series = last_of(connection, names)?;
        Ok(Marks { device: self.device.id, seq: head.seq, hash: head.hash, series })
    }

    /// The marks follow the commit: a store that is behind them was restored. Those of a commit that was overtaken on its way
    /// here are in the later ones already.
    fn keep_marks(&self, marks: &Marks) -> Result<()> {
        let mut file = self.device.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if file.last().is_some_and(|last| last.seq > marks.seq) {
            return Ok(());
        }
        file.write(marks).map_err(|fault| ApiError::internal(&fault))
    }

    /// Makes the marks durable; called at intervals and at closing, never while a citizen waits.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn sync_marks(&self) -> Result<()> {
        // The lock is given back before the disk is waited for: a commit must not wait for it.
        let begun = self.device.marks.lock().unwrap_or_else(PoisonError::into_inner).begin_sync();
        begun
            .and_then(|sync| sync.map_or(Ok(()), vault::marks::MarkSync::finish))
            .map_err(|fault| ApiError::internal(&fault))
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        if let Err(fault) = self.sync_marks() {
            tracing::warn!(%fault, "marks were not synced at closing");
        }
    }
}

/// A "no" of the use case, or a fault of the store, told apart inside a transaction.
enum Fault {
    No(ApiError),
    Broken(StoreFault),
}

impl From<StoreFault> for Fault {
    fn from(fault: StoreFault) -> Self {
        Fault::Broken(fault)
    }
}

pub(crate) fn database_key(master: &MasterKey) -> DatabaseKey {
    DatabaseKey::new(&master.database_key().pragma_value())
}

fn supervisors_of(officers: Vec<Officer>) -> Vec<String> {
    officers
        .into_iter()
        .filter(|officer| officer.is(Role::Supervisor))
        .map(|officer| officer.name)
        .collect()
}

fn last_of(connection: &Connection, names: [String; 2]) -> store::Result<BTreeMap<String, u32>> {
    let mut series = BTreeMap::new();
    for name in names {
        let last = store::series::last(connection, &name)?;
        if last > 0 {
            series.insert(name, u32::from(last));
        }
    }
    Ok(series)
}

/// The office's word for a role.
pub fn role_words(role: Role) -> &'static str {
    match role {
        Role::Reception => "người tiếp nhận",
        Role::Specialist => "chuyên viên",
        Role::Supervisor => "lãnh đạo Trung tâm",
        Role::Administrator => "quản trị",
    }
}
