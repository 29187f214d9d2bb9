//! What the gateway knows, by transactions: sites, devices, the log with its feed, enrolment codes, nonces.
//!
//! The functions of the submodules work inside a transaction; [`Ledger`] begins one.

pub mod admission;
pub mod devices;
pub mod own;
pub mod records;
pub mod sites;
pub mod uploads;

use crate::database::{Database, DatabaseFault, End, Job, Tx};
use crate::entropy::EntropyFault;
use protocol::wire::Problem;
use protocol::{FactFault, RecordFault, SeriesFault};
use std::sync::{Arc, Mutex, PoisonError};

/// Why the gateway cannot do what it should. Never the caller's doing.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The ledger.
    #[error("the ledger does not answer")]
    Database(#[from] DatabaseFault),
    /// Randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyFault),
    /// One of the gateway's own records cannot be made.
    #[error("a record of the gateway cannot be made")]
    Record(#[from] RecordFault),
    /// A body of the gateway cannot be written.
    #[error("a body of the gateway cannot be written")]
    Fact(#[from] FactFault),
    /// A page cannot be written.
    #[error("a page cannot be written")]
    Series(#[from] SeriesFault),
    /// Compression failed.
    #[error("a page cannot be compressed")]
    Packing(#[from] protocol::packing::PackingFault),
    /// A file cannot be kept or found.
    #[error("the file store does not answer")]
    Files(#[from] object_store::Error),
    /// A file cannot be written.
    #[error("the file store does not take a file")]
    Disk(#[source] std::io::Error),
    /// Something of the gateway's own does not hold.
    #[error("{0}")]
    Broken(&'static str),
}

/// What a transaction came to: a value, or a refusal that changed nothing.
pub type Answer<T> = Result<T, Problem>;

/// The ledger.
#[derive(Clone)]
pub struct Ledger(Arc<dyn Database>);

impl Ledger {
    /// A ledger in a database.
    pub fn new(database: Arc<dyn Database>) -> Self {
        Self(database)
    }

    /// Does `job` in one transaction; a refusal or a fault leaves nothing behind. The job may run again from its
    /// beginning.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl Fn(&mut dyn Tx) -> Result<Answer<T>, Fault> + Send + 'static,
    ) -> Result<Answer<T>, Fault> {
        let (job, outcome) = boxed(job);
        self.0.write(job).await?;
        taken(&outcome)
    }

    /// Reads from one moment of the ledger.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl Fn(&mut dyn Tx) -> Result<Answer<T>, Fault> + Send + 'static,
    ) -> Result<Answer<T>, Fault> {
        let (job, outcome) = boxed(job);
        self.0.read(job).await?;
        taken(&outcome)
    }
}

type Outcome<T> = Arc<Mutex<Option<Result<Answer<T>, Fault>>>>;

fn boxed<T: Send + 'static>(
    job: impl Fn(&mut dyn Tx) -> Result<Answer<T>, Fault> + Send + 'static,
) -> (Job, Outcome<T>) {
    let outcome: Outcome<T> = Arc::default();
    let slot = Arc::clone(&outcome);
    let boxed: Job = Box::new(move |tx| {
        let result = match job(tx) {
            // The database may want to run the job again: this fault is its own to judge.
            Err(Fault::Database(fault)) => return Err(fault),
            result => result,
        };
        let end = if matches!(result, Ok(Ok(_))) { End::Commit } else { End::Rollback };
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        Ok(end)
    });
    (boxed, outcome)
}

fn taken<T>(outcome: &Outcome<T>) -> Result<Answer<T>, Fault> {
    let taken = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    taken.unwrap_or(Err(Fault::Broken("a job without an outcome")))
}
