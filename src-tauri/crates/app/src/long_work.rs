//! Long work: what it tells while it goes on, and how it is stopped.
//!
//! A copy, a trial and a check take from a second to many minutes. Each is planned as a few steps; whoever follows hears
//! where the work is and answers whether it shall go on. Work that was stopped leaves nothing that looks done.

use crate::error::ApiError;
use domain::refusal::Refusal;
use std::error::Error;
use std::io::{self, Read};
use std::ops::ControlFlow;
use store::verify::Pass;

/// Hears where the work is; [`ControlFlow::Break`] stops it.
pub type Follow<'f> = dyn FnMut(Stage) -> ControlFlow<()> + 'f;

/// Nobody follows: the work goes on to its end.
pub fn unfollowed(_: Stage) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Where long work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The step.
    pub doing: Doing,
    /// Units of this step that are done, 0 to `total`.
    pub done: u64,
    /// Units of this step in all.
    pub total: u64,
    /// How much of the whole work's time has passed as far as can be judged, 0 to 1000; never goes back.
    pub permille: u32,
}

/// A step of long work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// A consistent copy of the store, in bytes.
    CopyRecords,
    /// Documents that the other place lacks.
    CopyDocuments,
    /// The archive around the copy, in bytes.
    Seal,
    /// The archive opened again, in bytes.
    Unseal,
    /// Each record's place in its chain, hash and signature.
    CheckChain,
    /// Each record once more, for what the lists and counts must be.
    Replay,
    /// Documents that records name.
    FindDocuments,
}

impl From<Pass> for Doing {
    fn from(pass: Pass) -> Self {
        match pass {
            Pass::Chain => Doing::CheckChain,
            Pass::Replay => Doing::Replay,
        }
    }
}

impl Doing {
    /// What is being done, for the screen.
    pub fn words(self) -> &'static str {
        match self {
            Doing::CopyRecords => "Đang chép sổ hồ sơ",
            Doing::CopyDocuments => "Đang chép tài liệu",
            Doing::Seal => "Đang niêm phong bản sao",
            Doing::Unseal => "Đang mở thử bản sao",
            Doing::CheckChain => "Đang kiểm tra chuỗi bản ghi và chữ ký",
            Doing::Replay => "Đang đọc lại sổ và đối chiếu hồ sơ",
            Doing::FindDocuments => "Đang đối chiếu tài liệu",
        }
    }

    /// Whether its units are bytes; otherwise they are records or documents.
    pub fn counts_bytes(self) -> bool {
        matches!(self, Doing::CopyRecords | Doing::Seal | Doing::Unseal)
    }

    /// Nanoseconds that one unit took on the machine of the benchmark, with 48,000 records and 800 documents on a slow
    /// day. Only the proportions matter: how long the rest takes is judged by how long the part before it took here.
    fn cost(self) -> u64 {
        match self {
            Doing::CopyRecords => 60,
            Doing::Seal => 7,
            Doing::Unseal => 11,
            Doing::CopyDocuments => 8_000_000,
            Doing::CheckChain => 25_000,
            Doing::Replay => 50_000,
            Doing::FindDocuments => 15_000,
        }
    }
}

/// Long work on its way through its steps.
pub(crate) struct LongWork<'f> {
    follow: &'f mut Follow<'f>,
    plan: Vec<(Doing, u64)>,
    permille: u32,
    stopped: bool,
}

impl<'f> LongWork<'f> {
    /// Work of these steps, each with its units as far as they are known beforehand.
    pub fn planned(plan: &[(Doing, u64)], follow: &'f mut Follow<'f>) -> Self {
        Self { follow, plan: plan.to_vec(), permille: 0, stopped: false }
    }

    /// Tells where the work is; answers whether it shall go on. Once stopped, it stays stopped.
    pub fn tell(&mut self, doing: Doing, done: u64, total: u64) -> ControlFlow<()> {
        if self.stopped {
            return ControlFlow::Break(());
        }
        let done = done.min(total);
        self.permille = self.permille.max(self.judged(doing, done, total));
        let going = (self.follow)(Stage { doing, done, total, permille: self.permille });
        self.stopped = going.is_break();
        going
    }

    /// The error for a fault on the way: a "no" when it is only that the work was stopped.
    pub fn error(&self, fault: &(dyn Error + 'static)) -> ApiError {
        if self.stopped { ApiError::stopped() } else { ApiError::internal(fault) }
    }

    /// `reader`, telling how much of it was read; it fails when the work is stopped.
    pub fn reading<R: Read>(&mut self, doing: Doing, reader: R, total: u64) -> Reading<'_, 'f, R> {
        Reading { work: self, reader, doing, done: 0, total }
    }

    fn judged(&mut self, doing: Doing, done: u64, total: u64) -> u32 {
        let mut before = 0_u64;
        let mut whole = 0_u64;
        let mut is_before = true;
        for (step, units) in &mut self.plan {
            if *step == doing {
                *units = total;
                is_before = false;
                before = before.saturating_add(done.saturating_mul(doing.cost()));
            }
            let cost = units.saturating_mul(step.cost());
            whole = whole.saturating_add(cost);
            if is_before {
                before = before.saturating_add(cost);
            }
        }
        let permille = u128::from(before) * 1000 / u128::from(whole.max(1));
        u32::try_from(permille).map_or(1000, |permille| permille.min(1000))
    }
}

/// See [`LongWork::reading`].
pub(crate) struct Reading<'w, 'f, R> {
    work: &'w mut LongWork<'f>,
    reader: R,
    doing: Doing,
    done: u64,
    total: u64,
}

impl<R: Read> Read for Reading<'_, '_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.work.tell(self.doing, self.done, self.total).is_break() {
            return Err(io::Error::other("stopped as asked"));
        }
        let count = self.reader.read(into)?;
        self.done += count as u64;
        Ok(count)
    }
}

impl ApiError {
    /// The answer of work that was stopped because somebody asked for it.
    pub(crate) fn stopped() -> Self {
        Refusal::act(STOPPED, "Đã dừng theo yêu cầu; không có gì dở dang được giữ lại.").into()
    }

    /// Whether it is only that the work was stopped as asked.
    pub fn is_stopped(&self) -> bool {
        matches!(self, ApiError::Refused { refusal } if refusal.code == STOPPED)
    }
}

/// The refusal's code.
const STOPPED: &str = "stopped";

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that is heard of a piece of work.
    fn heard(plan: &[(Doing, u64)], work: impl FnOnce(&mut LongWork<'_>)) -> Vec<Stage> {
        let mut stages = Vec::new();
        let mut follow = |stage| {
            stages.push(stage);
            ControlFlow::Continue(())
        };
        work(&mut LongWork::planned(plan, &mut follow));
        stages
    }

    #[test]
    fn a_step_that_takes_half_of_the_time_is_half_of_the_work() {
        let plan = [(Doing::CheckChain, 100), (Doing::Replay, 100)];
        let stages = heard(&plan, |work| {
            let _ = work.tell(Doing::CheckChain, 50, 100);
            let _ = work.tell(Doing::Replay, 100, 100);
        });
        let whole = (Doing::CheckChain.cost() + Doing::Replay.cost()) * 100;
        let first = u32::try_from(Doing::CheckChain.cost() * 50 * 1000 / whole).unwrap();
        assert_eq!(stages.iter().map(|stage| stage.permille).collect::<Vec<_>>(), [first, 1000]);
    }

    #[test]
    fn more_work_than_was_planned_holds_the_bar_where_it_is_and_never_turns_it_back() {
        let plan = [(Doing::CopyRecords, 1000), (Doing::CopyDocuments, 0), (Doing::Seal, 1000)];
        let stages = heard(&plan, |work| {
            let _ = work.tell(Doing::CopyRecords, 1000, 1000);
            let _ = work.tell(Doing::CopyDocuments, 0, 9);
            let _ = work.tell(Doing::CopyDocuments, 9, 9);
        });
        let said: Vec<u32> = stages.iter().map(|stage| stage.permille).collect();
        assert!(said.is_sorted() && said[0] == said[1] && said[2] > said[1], "{said:?}");
    }

    #[test]
    fn work_that_was_stopped_stays_stopped_and_asks_nobody_again() {
        let mut asked = 0;
        let mut follow = |_| {
            asked += 1;
            ControlFlow::Break(())
        };
        let mut work = LongWork::planned(&[(Doing::Seal, 10)], &mut follow);
        let mut bytes = Vec::new();
        let read = work.reading(Doing::Seal, &b"0123456789"[..], 10).read_to_end(&mut bytes);
        assert!(read.is_err() && bytes.is_empty());
        assert!(work.tell(Doing::Seal, 5, 10).is_break());
        assert!(work.error(&io::Error::other("any")).is_stopped());
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_fault_of_work_that_nobody_stopped_is_a_fault() {
        let mut follow = unfollowed;
        let work = LongWork::planned(&[], &mut follow);
        assert!(!work.error(&io::Error::other("bad sector")).is_stopped());
    }
}
