//! The exchange with the province: enrolment, and the driver that brings records and documents there and back while the
//! desk goes on. What to do next is decided in [`sync::engine`]; how bytes travel is known to [`transport`]; this module
//! brings both together with the store and the vault.
//!
//! Nobody waits for it: the driver has a thread of its own, reads on connections that never wait for a write, and takes
//! the writing connection for one page of foreign records at a time.
//!
//! Start with [`Exchange::start`], then [`driver`].

mod cache;
mod conflict;
mod driver;
pub(crate) mod enrolment;
mod errands;
mod held;
mod journal;
mod page;
mod proof;
mod proof_paper;
mod under_way;
mod views;

pub use enrolment::Enrolled;

use crate::error::{ApiError, Result};
use crate::office::Office;
use data_encoding::HEXLOWER;
use driver::{Driver, Said};
use std::sync::Arc;
use std::thread::JoinHandle;
use store::rows::{Order, RowFilter};
pub use sync::engine::{FilesAllowed, Headline, Policy, SyncState};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Most portal dossiers whose files are asked for at once; those after them come when these are answered.
const PORTAL_FETCHED_MAX: u32 = 200;

/// A running exchange. Ends when it is dropped; what was under way is asked for again at the next start.
pub struct Exchange {
    said: UnboundedSender<Said>,
    office: Arc<Office>,
    thread: Option<JoinHandle<()>>,
}

impl Exchange {
    /// Begins the exchange of an enrolled desk; `None` for a desk that is not enrolled.
    ///
    /// # Errors
    /// Broken stores, or an enrolment whose address or certificate cannot be used.
    pub fn start(office: &Arc<Office>, policy: Policy) -> Result<Option<Self>> {
        let Some(enrolled) = office.enrolled()? else { return Ok(None) };
        let (said, hears) = unbounded_channel();
        let driver = Driver::new(Arc::clone(office), &enrolled, policy, hears)?;
        let runtime = runtime()?;
        let thread = std::thread::Builder::new()
            .name("exchange".into())
            .spawn(move || runtime.block_on(driver.run()))
            .map_err(|fault| ApiError::internal(&fault))?;
        let committed = said.clone();
        office.follow(Some(Box::new(move || {
            // A driver that has ended hears nothing; the next one reads all of it from the store.
            let _ = committed.send(Said::Committed);
        })));
        // What was committed after the driver read the store and before it was followed.
        let _ = said.send(Said::Committed);
        Ok(Some(Self { said, office: Arc::clone(office), thread: Some(thread) }))
    }

    /// *Gửi ngay*: tries everything at once, also what had been stopped.
    pub fn send_now(&self) {
        self.say(Said::SendNow);
    }

    /// Pauses or resumes. What is under way ends; nothing new begins.
    pub fn pause(&self, paused: bool) {
        self.say(Said::Pause(paused));
    }

    /// Fetches a document that lies with the gateway.
    pub fn want_file(&self, sha256: [u8; 32], size_bytes: u64) {
        self.say(Said::FileWanted { sha256, size_bytes });
    }

    /// Fetches the documents of a dossier that are not here; gives how many that are. They appear one by one.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn fetch(&self, id_or_number: &str) -> Result<usize> {
        let absent = self.office.absent(id_or_number)?;
        let count = absent.len();
        for (sha256, size_bytes) in absent {
            self.want_file(sha256, size_bytes);
        }
        Ok(count)
    }

    /// The operating system reports another network.
    pub fn network_changed(&self) {
        self.say(Said::NetworkChanged);
    }

    /// Another policy holds from now on.
    pub fn set_policy(&self, policy: Policy) {
        self.say(Said::Policy(policy));
    }

    fn say(&self, said: Said) {
        // The driver ends only with this value; if its thread died, the state it showed last stands.
        let _ = self.said.send(said);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.office.follow(None);
        self.say(Said::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the exchange ended in a panic");
        }
    }
}

impl Office {
    /// Documents of dossiers that wait for the desk's answer and are not here yet: SHA-256 and size. The exchange fetches
    /// them by itself.
    ///
    /// # Errors
    /// Broken stores only.
    pub fn portal_files_absent(&self) -> Result<Vec<([u8; 32], u64)>> {
        let filter = RowFilter { statuses: vec![1], ..RowFilter::default() };
        let order = Order::Newest(None);
        let rows = self.read(|c| store::rows::list(c, &filter, order, PORTAL_FETCHED_MAX))?;
        let mut absent = Vec::new();
        for row in rows {
            absent.extend(self.absent(&row.id.to_string())?);
        }
        Ok(absent)
    }

    /// Documents of a dossier whose bytes are not here: SHA-256 and size. What was replaced is not asked for.
    fn absent(&self, id_or_number: &str) -> Result<Vec<([u8; 32], u64)>> {
        let opened = self.opened(id_or_number)?;
        let current = opened.dossier.files.iter().filter(|file| !file.replaced);
        Ok(current
            .filter(|file| !self.holds(&file.file.sha256))
            .filter_map(|file| {
                let sha256 = HEXLOWER.decode(file.file.sha256.as_bytes()).ok()?.try_into().ok()?;
                Some((sha256, file.file.size_bytes))
            })
            .collect())
    }
}

/// One thread for all of the exchange's waiting; blocking work runs beside it.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_name("exchange-work")
        .build()
        .map_err(|fault| ApiError::internal(&fault))
}
