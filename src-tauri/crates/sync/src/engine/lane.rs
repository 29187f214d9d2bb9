//! One device's log on its way to the gateway: strictly in order, stopped by nothing but a refusal of the chain itself.

use super::BATCH_RECORDS_MAX;
use protocol::wire::ProblemType;

/// How far a log has got.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// Last place here.
    pub head: u64,
    /// Last place with a receipt.
    pub acked: u64,
    /// Set when a person must settle something first.
    pub stopped: bool,
    /// Most records of the next batch.
    pub records_max: u16,
    lowered_to: Option<u64>,
}

/// What follows from a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterRefusal {
    /// Try the next moment, with what the refusal taught.
    Again,
    /// Try after a while.
    Later,
    /// The gateway lost what it had: compare heads before anything else.
    Compare,
    /// A person must settle it.
    Stop,
}

impl Lane {
    pub(super) fn new(head: u64, acked: u64) -> Self {
        let records_max = BATCH_RECORDS_MAX;
        Self { head, acked, stopped: false, records_max, lowered_to: None }
    }

    /// Whether there is something to send that may be sent.
    pub(super) fn wants(&self) -> bool {
        !self.stopped && self.acked < self.head
    }

    pub(super) fn unsent(&self) -> u64 {
        self.head.saturating_sub(self.acked)
    }

    /// A receipt came.
    pub(super) fn acknowledged(&mut self, seq: u64) {
        self.acked = self.acked.max(seq);
        if self.acked >= self.head {
            self.records_max = BATCH_RECORDS_MAX;
        }
    }

    /// The gateway has less than it acknowledged. `false` when it says so again of the same ledger: what it takes in it
    /// does not keep.
    pub(super) fn lower(&mut self, seq: u64) -> bool {
        self.acked = seq;
        self.lowered_to.replace(seq) != Some(seq)
    }

    /// Another ledger may lose the same again.
    pub(super) fn is_another_ledger(&mut self) {
        self.lowered_to = None;
    }

    /// What a refusal of the batch from `first` on means.
    pub(super) fn refused(
        &mut self,
        first: u64,
        problem: ProblemType,
        expected: Option<u64>,
    ) -> AfterRefusal {
        match (problem, expected) {
            (ProblemType::Gap, Some(expected)) if expected > 0 && expected < first => {
                if expected > self.acked { AfterRefusal::Again } else { AfterRefusal::Compare }
            }
            (ProblemType::TooLarge, _) if self.records_max > 1 => {
                self.records_max /= 2;
                AfterRefusal::Again
            }
            (
                ProblemType::Fork
                | ProblemType::BadSignature
                | ProblemType::Revoked
                | ProblemType::TooLarge
                | ProblemType::Validation
                | ProblemType::HashMismatch
                | ProblemType::NotYourSite,
                _,
            ) => AfterRefusal::Stop,
            _ => AfterRefusal::Later,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AfterRefusal, BATCH_RECORDS_MAX, Lane};
    use protocol::wire::ProblemType;

    #[test]
    fn a_batch_that_is_too_large_is_halved_until_one_record_is_too_large() {
        let mut lane = Lane::new(9, 0);
        while lane.records_max > 1 {
            assert_eq!(lane.refused(1, ProblemType::TooLarge, None), AfterRefusal::Again);
        }
        assert_eq!(lane.refused(1, ProblemType::TooLarge, None), AfterRefusal::Stop);
        lane.acknowledged(9);
        assert_eq!(lane.records_max, BATCH_RECORDS_MAX);
    }

    #[test]
    fn a_gap_below_what_was_acknowledged_is_a_loss_to_be_compared() {
        let mut lane = Lane::new(9, 6);
        assert_eq!(lane.refused(7, ProblemType::Gap, Some(4)), AfterRefusal::Compare);
        assert_eq!(lane.refused(9, ProblemType::Gap, Some(8)), AfterRefusal::Again);
        assert!(lane.lower(3));
        assert!(!lane.lower(3), "the same loss said twice of one ledger is no news");
        lane.is_another_ledger();
        assert!(lane.lower(3));
    }

    #[test]
    fn only_a_refusal_of_the_chain_stops_it() {
        let mut lane = Lane::new(9, 0);
        for problem in [ProblemType::Fork, ProblemType::BadSignature, ProblemType::Revoked] {
            assert_eq!(lane.refused(1, problem, None), AfterRefusal::Stop);
        }
        for problem in [ProblemType::Internal, ProblemType::NumberTaken, ProblemType::Time] {
            assert_eq!(lane.refused(1, problem, None), AfterRefusal::Later);
        }
    }
}
