//! The driver: one loop on the exchange's own thread. Everything that happens goes to the engine as an input, one after
//! the other; what the engine asks for is begun in the background, and its end comes back as an input.

use super::enrolment::{self, Enrolled};
use super::errands::Errands;
use super::under_way::UnderWay;
use super::{cache::Cache, journal};
use crate::changed::Topic;
use crate::entropy;
use crate::error::Result;
use crate::office::Office;
use data_encoding::HEXLOWER;
use protocol::Hash;
use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use store::exchange::OutgoingRow;
use sync::engine::{
    Effect, Engine, FileJob, FilesAllowed, Input, Memory, Policy, Reply, Standing, SyncState,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

/// What the rest of the application says to the driver.
pub(super) enum Said {
    /// The desk's own log grew.
    Committed,
    /// A person pressed *Gửi ngay*.
    SendNow,
    /// A person paused or resumed.
    Pause(bool),
    /// Another network.
    NetworkChanged,
    /// Another policy.
    Policy(Policy),
    /// Somebody wants to see a document that lies with the gateway.
    FileWanted {
        /// The document.
        sha256: Hash,
        /// Its bytes.
        size_bytes: u64,
    },
    /// The end.
    Stop,
}

/// Everything the loop holds.
pub(super) struct Driver {
    office: Arc<Office>,
    engine: Engine,
    errands: Arc<Errands>,
    hears: UnboundedReceiver<Said>,
    hears_under_way: UnboundedReceiver<Input>,
    begun: Instant,
    under_way: UnderWay,
    alarm: Option<Instant>,
    /// Place of the last own record whose documents were offered.
    offered: u64,
    /// Whether files may travel now.
    files_allowed: FilesAllowed,
}

impl Driver {
    /// A driver with the engine the store's state gives.
    pub(super) fn new(
        office: Arc<Office>,
        enrolled: &Enrolled,
        policy: Policy,
        hears: UnboundedReceiver<Said>,
    ) -> Result<Self> {
        let standing = standing(&office, enrolled)?;
        let offered = standing.head;
        let gateway = enrolment::gateway(&office, enrolled)?;
        let (under_way, hears_under_way) = unbounded_channel();
        let errands = Errands {
            office: Arc::clone(&office),
            enrolled: enrolled.clone(),
            gateway,
            cache: Cache::default(),
            under_way,
        };
        let files_allowed = policy.files;
        let engine = Engine::new(standing, policy);
        office.show(Some(engine.state()));
        Ok(Self {
            engine,
            office,
            errands: Arc::new(errands),
            hears,
            hears_under_way,
            begun: Instant::now(),
            under_way: UnderWay::default(),
            alarm: None,
            offered,
            files_allowed,
        })
    }

    /// Runs until told to stop.
    pub(super) async fn run(mut self) {
        self.take(Input::Wake);
        self.fetch_portal_files();
        while let Some(input) = self.next().await {
            let came_in = brought_records(&input);
            self.take(input);
            if came_in {
                self.fetch_portal_files();
            }
        }
        self.office.show(None);
    }

    /// Waits for what happens next; `None` at the end.
    async fn next(&mut self) -> Option<Input> {
        loop {
            let alarm = self.alarm;
            tokio::select! {
                said = self.hears.recv() => match said? {
                    Said::Stop => return None,
                    said => if let Some(input) = self.heard(said) { return Some(input) },
                },
                Some((ticket, outcome)) = self.under_way.ended() => {
                    return Some(Input::Done { ticket, outcome });
                }
                Some(input) = self.hears_under_way.recv() => return Some(input),
                () = until(alarm), if alarm.is_some() => {
                    self.alarm = None;
                    return Some(Input::Wake);
                }
            }
        }
    }

    fn heard(&mut self, said: Said) -> Option<Input> {
        match said {
            Said::Committed => self.committed(),
            Said::SendNow => Some(Input::SendNow),
            Said::Pause(paused) => Some(Input::Pause(paused)),
            Said::NetworkChanged => Some(Input::NetworkChanged),
            Said::Policy(policy) => {
                self.files_allowed = policy.files;
                Some(Input::PolicyChanged(policy))
            }
            Said::FileWanted { sha256, size_bytes } => {
                Some(Input::FileWanted { sha256, size_bytes, have_bytes: 0 })
            }
            Said::Stop => None,
        }
    }

    /// The log grew: the documents that the new records name are offered first, so that both go out together.
    fn committed(&mut self) -> Option<Input> {
        let device = self.office.device.id;
        let offered = self.offered;
        let found = self.office.read(|connection| {
            let head = store::log::head_of_device(connection, &device)?.seq;
            Ok((head, store::exchange::documents_named(connection, &device, offered)?))
        });
        match found {
            Ok((head, documents)) => {
                self.offered = head;
                for document in documents.into_iter().filter(|document| !document.arrived) {
                    if let Some(job) = job(&self.office, document) {
                        self.take(Input::FileAdded(job));
                    }
                }
                Some(Input::Committed { head })
            }
            Err(error) => {
                tracing::error!(%error, "the log could not be read for sending");
                None
            }
        }
    }

    /// Gives an input to the engine and does what it asks for; what that leads to at once follows.
    fn take(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let now_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            for effect in self.engine.handle(now_ms, input) {
                if let Err(error) = self.perform(effect, &mut inputs) {
                    // What is not remembered here is asked for again from the gateway.
                    tracing::error!(%error, "the exchange could not be remembered");
                }
            }
            let aside = self.engine.documents_stand_aside(now_ms);
            self.errands.gateway.documents_stand_aside(aside);
        }
        self.show();
    }

    fn perform(&mut self, effect: Effect, inputs: &mut VecDeque<Input>) -> Result<()> {
        match effect {
            Effect::Start { ticket, request } => {
                let errand = Arc::clone(&self.errands).run(ticket, request);
                self.under_way.begin(ticket, errand);
            }
            Effect::Abandon(ticket) => self.under_way.abandon(ticket),
            Effect::Remember(memory) => self.remember(memory)?,
            Effect::OfferFiles { device, above } => self.offer_again(&device, above, inputs)?,
            Effect::WakeAt { at_ms } => {
                self.alarm = Some(self.begun + Duration::from_millis(at_ms));
            }
            Effect::Log(entry) => {
                let line = journal::line(&entry);
                let at_ms = self.office.now().as_millisecond();
                self.office.write_local(&[], |c| store::exchange::note(c, at_ms, &line))?;
            }
            Effect::TellPerson(notice) => {
                let line = journal::notice_line(&notice);
                let at_ms = self.office.now().as_millisecond();
                self.office.write_local(&[], |c| store::exchange::note(c, at_ms, &line))?;
            }
        }
        Ok(())
    }

    /// Files of portal dossiers come here by themselves, unless files may not: they are decided on when the line is gone.
    fn fetch_portal_files(&mut self) {
        if self.files_allowed != FilesAllowed::Yes {
            return;
        }
        match self.office.portal_files_absent() {
            Ok(absent) => absent.into_iter().for_each(|(sha256, size_bytes)| {
                self.take(Input::FileWanted { sha256, size_bytes, have_bytes: 0 });
            }),
            Err(error) => tracing::error!(%error, "the portal's files could not be asked for"),
        }
    }

    fn remember(&self, memory: Memory) -> Result<()> {
        match memory {
            Memory::Acked { device, head, receipt } => {
                self.office.write_local(&[Topic::Sync], |connection| {
                    store::exchange::keep_receipt(connection, &receipt)?;
                    store::exchange::raise_acked(connection, &device, head.seq)
                })
            }
            Memory::Lowered { device, seq } => self
                .office
                .write_local(&[Topic::Sync], |c| store::exchange::lower_acked(c, &device, seq)),
            Memory::Feed { cursor, ledger_epoch } => self
                .office
                .durably(|connection| store::exchange::set_feed(connection, cursor, ledger_epoch)),
            Memory::Upload { sha256, segments } => {
                let segments = journal::segments(&segments);
                self.office.write_local(&[], |connection| {
                    let sha256 = HEXLOWER.encode(&sha256);
                    store::exchange::set_outgoing(connection, &sha256, false, &segments)
                })
            }
            Memory::FileArrived { sha256 } => {
                self.errands.cache.close(&sha256);
                self.office.write_local(&[Topic::Sync], |connection| {
                    let sha256 = HEXLOWER.encode(&sha256);
                    store::exchange::set_outgoing(connection, &sha256, true, "")
                })
            }
            // What came from the gateway is there: it is not offered back.
            Memory::FileHere { sha256 } => {
                self.office.write_local(&[Topic::Dossiers, Topic::Sync], |connection| {
                    let sha256 = HEXLOWER.encode(&sha256);
                    store::exchange::set_outgoing(connection, &sha256, true, "")
                })
            }
        }
    }

    fn offer_again(
        &self,
        device: &[u8; 16],
        above: u64,
        inputs: &mut VecDeque<Input>,
    ) -> Result<()> {
        let documents = self.office.read(|c| store::exchange::documents_named(c, device, above))?;
        self.office.durably(|c| store::exchange::forget_arrivals(c, &documents))?;
        let jobs = documents.into_iter().filter_map(|document| job(&self.office, document));
        inputs.extend(jobs.map(Input::FileAdded));
        Ok(())
    }

    fn show(&self) {
        let state = self.engine.state();
        if self.office.shown_state().as_ref() != Some(&state) {
            self.office.show(Some(state));
        }
    }
}

impl Office {
    /// Where the exchange stands; `None` while none runs.
    pub fn shown_state(&self) -> Option<SyncState> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, state: Option<SyncState>) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = state;
        self.tell(&[Topic::Sync]);
    }

    /// Writes local state that must outlive a power cut.
    pub(super) fn durably(
        &self,
        work: impl FnOnce(&store::Connection) -> store::Result<()>,
    ) -> Result<()> {
        self.store().write(None, |tx| work(tx.connection())).map_err(Into::into)
    }
}

async fn until(alarm: Option<Instant>) {
    if let Some(alarm) = alarm {
        sleep_until(alarm).await;
    }
}

fn standing(office: &Office, enrolled: &Enrolled) -> Result<Standing> {
    let device = office.device.id;
    let (head, acked, joining, (cursor, ledger_epoch), documents) = office.read(|connection| {
        Ok((
            store::log::head_of_device(connection, &device)?.seq,
            store::exchange::acked(connection, &device)?,
            store::joining::joining(connection)?,
            store::exchange::feed(connection)?,
            store::exchange::outgoing(connection)?,
        ))
    })?;
    Ok(Standing {
        site: office.site.code.clone(),
        device,
        gateway_key: enrolled.gateway_key,
        head,
        acked,
        joining,
        cursor,
        ledger_epoch,
        files: documents.into_iter().filter_map(|document| job(office, document)).collect(),
        jitter_seed: u64::from_le_bytes(entropy::bytes()?),
    })
}

/// A document to send, if it lies here.
fn job(office: &Office, document: OutgoingRow) -> Option<FileJob> {
    let sha256: Hash = HEXLOWER.decode(document.sha256.as_bytes()).ok()?.try_into().ok()?;
    office.holds(&document.sha256).then(|| FileJob {
        sha256,
        size_bytes: document.size_bytes,
        due: document.due,
        segments: journal::read_segments(&document.segments),
    })
}

fn brought_records(input: &Input) -> bool {
    match input {
        Input::Done { outcome: Ok(reply), .. } => matches!(
            reply,
            Reply::PageStored { records: 1.., .. } | Reply::OpenStored { records: 1.., .. }
        ),
        _ => false,
    }
}
