//! What other devices wrote, into this store: judged series by series, taken in byte for byte, folded once.

use super::{Enrolled, journal};
use crate::changed::Topic;
use crate::error::Result;
use crate::office::Office;
use protocol::wire::FeedPage;
use protocol::{Name, OpenPage, Series};
use std::cell::Cell;
use store::joining::set_joining;
use store::{Connection, TakenIn, Tx};
use sync::engine::Joining;
use sync::intake::{Head, Known, Verdict, judge};

/// Dossiers of a page that come in together: about as many records as a series has.
const HISTORIES_A_TURN: usize = 20;

impl Office {
    /// Takes a page of the feed in, series by series, and its cursor after the last; gives how many records were new. A
    /// series that is refused is passed over: comparing heads finds it.
    ///
    /// Each series has a transaction of its own, which gives way to an officer who takes a dossier in meanwhile. A crash
    /// in between reads the page again and finds what is here already.
    ///
    /// # Errors
    /// Faults of the store; the cursor stands where it was.
    pub(super) fn take_page(&self, page: &FeedPage, enrolled: &Enrolled) -> Result<u64> {
        let mut records = 0;
        for series in &page.series {
            let taken = self.store().write_aside(|tx| {
                let mut taken = TakenIn::default();
                take_series(tx, series, enrolled, &mut taken)?;
                tx.fold(&taken)?;
                Ok(taken)
            })?;
            records += taken.records;
            self.note_refuted(&taken.refuted)?;
        }
        self.durably(|connection| {
            if !page.more {
                set_joining(connection, &Joining::Joined)?;
            }
            store::exchange::set_cursor(connection, page.next)
        })?;
        if records > 0 {
            self.tell(&[Topic::Dossiers, Topic::Backlog, Topic::Session, Topic::Sync]);
        }
        Ok(records)
    }

    /// Takes a page of the open dossiers in ahead of their chains, whose signature was checked; gives how far this desk
    /// has come and how many records were new. A crash in between reads the page again and finds what is here already.
    ///
    /// # Errors
    /// Faults of the store; the desk has come as far as before.
    pub(super) fn take_open(&self, page: &OpenPage) -> Result<(Joining, u64)> {
        let mut records = 0;
        for histories in page.histories.chunks(HISTORIES_A_TURN) {
            let taken = self.store().write_aside(|tx| {
                let mut taken = TakenIn::default();
                for history in histories {
                    tx.take_ahead(history, &self.device.id, &mut taken)?;
                }
                tx.fold(&taken)?;
                Ok(taken)
            })?;
            records += taken.records;
        }
        let come = self.read(store::joining::joining)?.after_page(page);
        self.durably(|connection| set_joining(connection, &come))?;
        if records > 0 {
            self.tell(&[Topic::Dossiers, Topic::Backlog, Topic::Session, Topic::Sync]);
        }
        Ok((come, records))
    }

    /// What the gateway had given ahead is not what the device wrote: a line for whoever asks why a dossier changed.
    fn note_refuted(&self, refuted: &[Name]) -> Result<()> {
        let at_ms = self.now().as_millisecond();
        for name in refuted {
            tracing::error!(device = %crate::opening::hex(&name.device), seq = name.seq, "refuted by its chain");
            let line = journal::refuted_line(*name);
            self.write_local(&[], |c| store::exchange::note(c, at_ms, &line))?;
        }
        Ok(())
    }
}

fn take_series(
    tx: &mut Tx<'_>,
    series: &Series,
    enrolled: &Enrolled,
    taken: &mut TakenIn,
) -> store::Result<()> {
    let connection = tx.connection();
    let known = known(connection, series, enrolled)?;
    let key = &enrolled.gateway_key;
    let by_gateway = (known.public_key == *key).then_some(key);
    let broken = Cell::new(None);
    let verdict = judge(series, &known, |seq| {
        store::log::hash_at(connection, &series.device, seq).unwrap_or_else(|fault| {
            broken.set(Some(fault));
            None
        })
    });
    if let Some(fault) = broken.into_inner() {
        return Err(fault);
    }
    match verdict {
        // What lies above a revocation is kept as it came and does not count: whoever passed it on may not have known.
        Verdict::Store { from } | Verdict::Quarantine { from, .. } => {
            tx.take_in(series, from, by_gateway, taken)
        }
        Verdict::AllKnown => Ok(()),
        refused => {
            let Name { device, seq } = Name { device: series.device, seq: series.first };
            tracing::warn!(device = %crate::opening::hex(&device), seq, ?refused, "a series was passed over");
            Ok(())
        }
    }
}

/// What is known of a device here. The gateway's own records are judged by the key pinned at enrolment, whatever device it
/// writes them under; every other device by the key that the gateway enrolled it with.
fn known(connection: &Connection, series: &Series, enrolled: &Enrolled) -> store::Result<Known> {
    let head = store::log::head_of_device(connection, &series.device)?;
    let enrolled_key = store::office::public_key(connection, &series.device)?;
    let revoked = store::exchange::revoked(connection, &series.device)?;
    Ok(Known {
        site: series.site.clone(),
        device: series.device,
        public_key: enrolled_key.unwrap_or(enrolled.gateway_key),
        head: Head { seq: head.seq, hash: head.hash },
        revoked: revoked.map(|(seq, hash)| Head { seq, hash }),
    })
}
