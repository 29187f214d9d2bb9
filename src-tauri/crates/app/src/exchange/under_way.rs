//! The errands under way: what the engine began and has not heard the end of.

use std::collections::BTreeMap;
use std::result::Result;
use sync::engine::{Failure, Reply, Ticket};
use tokio::task::{AbortHandle, JoinSet};

/// How an errand ended.
type Outcome = Result<Reply, Failure>;

/// Each errand ends once, or was abandoned and never ends.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    errands: JoinSet<(Ticket, Outcome)>,
    awaited: BTreeMap<Ticket, AbortHandle>,
}

impl UnderWay {
    pub(super) fn begin(
        &mut self,
        ticket: Ticket,
        errand: impl Future<Output = Outcome> + Send + 'static,
    ) {
        let handle = self.errands.spawn(async move { (ticket, errand.await) });
        self.awaited.insert(ticket, handle);
    }

    /// Nobody waits for this errand any more.
    pub(super) fn abandon(&mut self, ticket: Ticket) {
        if let Some(handle) = self.awaited.remove(&ticket) {
            handle.abort();
        }
    }

    /// Waits for the next errand that ends; `None` when none is under way. One that broke has failed here: the engine begins
    /// nothing in its place before it hears of it. Nothing is lost if this is given up while it waits.
    pub(super) async fn ended(&mut self) -> Option<(Ticket, Outcome)> {
        loop {
            let (ticket, outcome) = match self.errands.join_next().await? {
                Ok(ended) => ended,
                Err(fault) => {
                    let mut awaited = self.awaited.iter();
                    let Some((ticket, _)) = awaited.find(|(_, handle)| handle.id() == fault.id())
                    else {
                        continue;
                    };
                    tracing::error!(%fault, "an errand of the exchange broke");
                    (*ticket, Err(Failure::Here))
                }
            };
            if self.awaited.remove(&ticket).is_some() {
                return Some((ticket, outcome));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const FIRST: Ticket = Ticket(1);
    const SECOND: Ticket = Ticket(2);

    async fn done() -> Outcome {
        Ok(Reply::NothingToSend)
    }

    #[tokio::test]
    async fn an_errand_that_breaks_has_failed_here() {
        let mut under_way = UnderWay::default();
        under_way.begin(FIRST, async { panic!("as planned") });
        assert_eq!(under_way.ended().await, Some((FIRST, Err(Failure::Here))));
        assert_eq!(under_way.ended().await, None);
    }

    #[tokio::test]
    async fn an_abandoned_errand_never_ends_whether_it_waits_or_is_done() {
        let mut under_way = UnderWay::default();
        under_way.begin(FIRST, pending());
        under_way.abandon(FIRST);
        under_way.begin(FIRST, done());
        tokio::task::yield_now().await;
        under_way.abandon(FIRST);
        under_way.begin(SECOND, done());
        assert_eq!(under_way.ended().await, Some((SECOND, Ok(Reply::NothingToSend))));
        assert_eq!(under_way.ended().await, None);
    }
}
