//! Tells the national portal what is due: one dossier a call, its steps after it was taken.

use super::driver::{Driver, Operation};
use super::jobs::{self, Job};
use super::reply::Outcome;
use crate::gateway::Gateway;
use crate::ledger::Fault;
use crate::ledger::records::history;
use crate::province::payload;
use crate::province::reading::{files_here, is_held, merged};
use domain::dossier::Event;
use protocol::Fact;
use serde_json::Value;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What became of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing was due.
    Nothing,
    /// Told, all of it.
    Told,
    /// Waits for the dossier's next record.
    Waits,
    /// Tried again later.
    Later,
}

/// What is to be told of a dossier.
struct Message {
    dossier: Value,
    steps: Vec<Value>,
}

impl Gateway {
    /// Tells what is due, for as long as the gateway runs.
    pub(crate) async fn tell_for_ever(self, driver: Driver) {
        loop {
            match self.tell_one(&driver).await {
                Ok(Done::Nothing) => tokio::time::sleep(LOOK_EVERY).await,
                Ok(_) => {}
                Err(fault) => {
                    tracing::error!(%fault, "the national portal could not be told");
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
    }

    /// Tells the dossier that is due longest.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn tell_one(&self, driver: &Driver) -> Result<Done, Fault> {
        let now_ms = self.clock.now_ms();
        let taken = self.ledger.write(move |tx| jobs::take(tx, now_ms).map(Ok)).await?;
        let Ok(Some(mut job)) = taken else { return Ok(Done::Nothing) };
        let message = match self.message(&job).await? {
            Ok(message) => message,
            Err(reason) => {
                self.settled(move |tx, now_ms| jobs::wait(tx, &job, &reason, now_ms)).await?;
                return Ok(Done::Waits);
            }
        };
        let outcome = tell(driver, &mut job, &message).await;
        tracing::info!(site = job.site, outcome = word(&outcome), "the national portal was told");
        let done = if outcome == Outcome::Accepted { Done::Told } else { Done::Later };
        self.settled(move |tx, now_ms| match &outcome {
            Outcome::Accepted => jobs::told(tx, &job, now_ms),
            Outcome::Refused(reason) => jobs::failed(tx, &job, true, reason, now_ms),
            Outcome::Duplicate => jobs::failed(tx, &job, true, "duplicate of an update", now_ms),
            Outcome::Unknown(reason) => jobs::failed(tx, &job, false, reason, now_ms),
        })
        .await?;
        Ok(done)
    }

    async fn settled(
        &self,
        job: impl Fn(&mut dyn crate::database::Tx, i64) -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), Fault> {
        let now_ms = self.clock.now_ms();
        self.ledger.write(move |tx| job(tx, now_ms).map(Ok)).await?.ok();
        Ok(())
    }

    async fn message(&self, job: &Job) -> Result<Result<Message, String>, Fault> {
        let (site, id, profile) = (job.site.clone(), job.dossier, self.profile.clone());
        let read = self
            .ledger
            .read(move |tx| {
                let records = history(tx, &site, &id)?;
                let Some(dossier) = merged(&records).dossier else {
                    return Ok(Ok(Err("not received yet".to_owned())));
                };
                if is_held(tx, &site, &id)? {
                    return Ok(Ok(Err("held by the gateway".to_owned())));
                }
                let files = files_here(tx, &site, &id)?;
                let events: Vec<Event> = records.iter().filter_map(event).collect();
                let message =
                    payload::dossier(&dossier, &site, &profile, |sha| files.contains(sha))
                        .and_then(|element| {
                            let steps = payload::steps(&dossier, &events)?.concat();
                            Ok(Message { dossier: element, steps })
                        });
                Ok(Ok(message.map_err(|unsendable| unsendable.to_string())))
            })
            .await?;
        read.map_err(|_| Fault::Broken("reading a dossier"))
    }
}

/// The dossier first, as new or as an update; its steps only after it was taken.
async fn tell(driver: &Driver, job: &mut Job, message: &Message) -> Outcome {
    let element = std::slice::from_ref(&message.dossier);
    let mut outcome = match job.created {
        true => driver.call(Operation::Update, element).await,
        false => driver.call(Operation::Create, element).await,
    };
    if outcome == Outcome::Duplicate && !job.created {
        // The number is bound to this dossier in the ledger: what is there is what an earlier, unanswered call made.
        outcome = driver.call(Operation::Update, element).await;
    }
    if outcome != Outcome::Accepted {
        return outcome;
    }
    job.created = true;
    let told = usize::try_from(job.steps).unwrap_or(usize::MAX);
    let new = message.steps.get(told..).unwrap_or_default();
    for call in new.chunks(payload::STEPS_MAX) {
        match driver.call(Operation::Steps, call).await {
            // Steps that are there already were told by a call whose answer was lost.
            Outcome::Accepted | Outcome::Duplicate => job.steps += call.len() as u64,
            outcome => return outcome,
        }
    }
    Outcome::Accepted
}

fn event(record: &crate::ledger::records::FedRecord) -> Option<Event> {
    let header = crate::ledger::records::read_header(&record.entry.header)?;
    match Fact::decode(&header.kind, &record.entry.content.as_ref()?.body) {
        Ok(Fact::Dossier(event)) => Some(event),
        _ => None,
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Duplicate => "duplicate",
        Outcome::Refused(_) => "refused",
        Outcome::Unknown(_) => "unknown",
    }
}
