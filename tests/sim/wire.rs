//! The line and the gateway instances: what happens to a request on its way, and to its answer on the way back.

use crate::ledger::{Answer, Ask};
use crate::world::{Happening, Line, Parcel, World};
use protocol::Series;
use protocol::wire::ProblemType;
use std::collections::BTreeSet;
use sync::engine::{Failure, Input, SILENCE_MS};

/// How long an instance keeps records that came before their turn.
const KEPT_MS: u64 = 20_000;

impl World {
    /// Puts a request on the line, with what the line does to it.
    pub(crate) fn post(&mut self, mut parcel: Parcel) {
        let way_ms = self.dice.between(20, 400);
        let fail = |world: &mut Self, parcel: Parcel, failure, after_ms| {
            let epoch = world.ledger.epoch;
            world.later(
                after_ms,
                Happening::Answer { parcel, result: Box::new(Err(failure)), epoch },
            );
        };
        match self.lines[parcel.desk] {
            Line::Down => return fail(self, parcel, Failure::NoLine, 50),
            Line::Portal => return fail(self, parcel, Failure::NotTheGateway, way_ms),
            Line::Up if self.is_calm() => return self.later(way_ms, Happening::Arrive(parcel)),
            Line::Up => {}
        }
        match self.dice.below(100) {
            0..=3 => {
                self.count("request lost");
                fail(self, parcel, Failure::Silent, SILENCE_MS);
            }
            4..=7 => {
                self.count("reply lost after it was stored");
                parcel.answer_is_lost = true;
                self.later(way_ms, Happening::Arrive(parcel));
            }
            8..=10 => {
                self.count("request delayed past its silence");
                fail(self, parcel.clone(), Failure::Silent, SILENCE_MS);
                parcel.wanted = false;
                let late_ms = self.dice.between(3_500, 400_000);
                self.later(late_ms, Happening::Arrive(parcel));
            }
            11..=13 => {
                self.count("request delivered twice");
                let again = Parcel { wanted: false, ..parcel.clone() };
                self.later(way_ms, Happening::Arrive(parcel));
                let again_ms = self.dice.between(1, 60_000);
                self.later(again_ms, Happening::Arrive(again));
            }
            14..=15 => {
                self.count("body cut off");
                self.check_cut(&parcel.ask);
                if let Ask::Part { upload, offset, length } = &parcel.ask {
                    // What arrived of a document is kept.
                    let length = self.dice.between(0, length + 1);
                    let ask = Ask::Part { upload: upload.clone(), offset: *offset, length };
                    let arrived = Parcel { wanted: false, ask, ..parcel.clone() };
                    self.later(way_ms, Happening::Arrive(arrived));
                }
                fail(self, parcel, Failure::Silent, SILENCE_MS);
            }
            _ => self.later(way_ms, Happening::Arrive(parcel)),
        }
    }

    pub(crate) fn arrive(&mut self, mut parcel: Parcel) {
        let instance = parcel.instance;
        let fail = |world: &mut Self, parcel: Parcel, failure| {
            let epoch = world.ledger.epoch;
            world.later(30, Happening::Answer { parcel, result: Box::new(Err(failure)), epoch });
        };
        if !self.instance_is_up[instance] {
            return fail(self, parcel, Failure::NoLine);
        }
        if parcel.kept_until_ms.is_some() && parcel.gateway_boot != self.instance_boot[instance] {
            self.count("batch kept by an instance that died");
            return fail(self, parcel, Failure::Silent);
        }
        if self.storm && !self.is_calm() && self.dice.chance(700) {
            self.count("5xx or 429");
            let after_ms = if self.dice.chance(500) { 0 } else { self.dice.between(500, 30_000) };
            return fail(self, parcel, Failure::RetryLater { after_ms });
        }
        parcel.gateway_boot = self.instance_boot[instance];
        if self.is_kept_for_its_turn(&mut parcel) {
            return self.later(200, Happening::Arrive(parcel));
        }
        if matches!(parcel.ask, Ask::Records(_)) {
            if self.row_held_by.is_some() {
                self.count("instance waited for the site's row");
                return self.later(100, Happening::Arrive(parcel));
            }
            if !self.is_calm() && self.dice.chance(100) {
                self.count("instance paused between allocation and commit");
                self.row_held_by = Some((instance, parcel.gateway_boot));
                let pause_ms = self.dice.between(10, 5_000);
                return self.later(pause_ms, Happening::Commit(parcel));
            }
        }
        self.answer(parcel);
    }

    /// Records that overtook those before them may be kept until their turn comes; whoever sent them hears of it at once.
    fn is_kept_for_its_turn(&mut self, parcel: &mut Parcel) -> bool {
        let Ask::Records(series) = &parcel.ask else { return false };
        let early = series.first > self.ledger.book.head(series.device).seq + 1;
        match parcel.kept_until_ms {
            None if early && self.dice.chance(700) => {
                self.count("batch kept until its turn");
                parcel.kept_until_ms = Some(self.now_ms + KEPT_MS);
                parcel.gateway_boot = self.instance_boot[parcel.instance];
                if !parcel.answer_is_lost {
                    let back_ms = self.dice.between(20, 400);
                    self.later(back_ms, Happening::Kept(parcel.clone()));
                }
                true
            }
            None => false,
            Some(until_ms) => early && self.now_ms < until_ms,
        }
    }

    /// A desk hears that its batch is kept.
    pub(crate) fn kept(&mut self, parcel: &Parcel) {
        let desk = parcel.desk;
        if parcel.wanted && self.desks[desk].boot == parcel.boot {
            self.tell(desk, Input::Arrived { ticket: parcel.ticket });
        }
    }

    /// The transaction that was paused goes on, unless its instance died meanwhile.
    pub(crate) fn commit(&mut self, parcel: Parcel) {
        if self.row_held_by == Some((parcel.instance, parcel.gateway_boot)) {
            self.row_held_by = None;
            return self.answer(parcel);
        }
        let (result, epoch) = (Box::new(Err(Failure::Silent)), self.ledger.epoch);
        self.later(SILENCE_MS, Happening::Answer { parcel, result, epoch });
    }

    fn answer(&mut self, parcel: Parcel) {
        let ask = if self.dice.chance(60) {
            through_bytes(parcel.ask.clone())
        } else {
            parcel.ask.clone()
        };
        let before = match &ask {
            Ask::Records(series) => self.ledger.book.head(series.device).seq,
            _ => 0,
        };
        let of = if let Ask::Records(series) = &ask { Some(series.device) } else { None };
        let at_ms = i64::try_from(self.now_ms).unwrap_or(0);
        let keys = &self.register.keys;
        let result =
            self.ledger.answer(parcel.device, ask, at_ms, |device| keys.get(&device).copied());
        if let Some(device) = of {
            self.check_stored(device, before);
            let what = match &result {
                Ok(_) if self.ledger.book.head(device).seq > before => "verdict: stored",
                Ok(_) => "verdict: all known",
                Err(Failure::Refused(problem)) if problem.kind == ProblemType::Gap => {
                    "verdict: gap"
                }
                Err(Failure::Refused(problem)) if problem.kind == ProblemType::Fork => {
                    "verdict: fork"
                }
                Err(Failure::Refused(problem)) if problem.kind == ProblemType::Revoked => {
                    "verdict: kept apart or refused, device revoked"
                }
                Err(_) => "verdict: refused",
            };
            self.count(what);
        }
        let back_ms = self.dice.between(20, 400);
        let epoch = self.ledger.epoch;
        if parcel.answer_is_lost {
            let result = Box::new(Err(Failure::Silent));
            self.later(SILENCE_MS, Happening::Answer { parcel, result, epoch });
        } else {
            self.later(back_ms, Happening::Answer { parcel, result: Box::new(result), epoch });
        }
    }

    pub(crate) fn delivered(
        &mut self,
        parcel: &Parcel,
        result: Result<Answer, Failure>,
        epoch: u64,
    ) {
        let desk = parcel.desk;
        if !parcel.wanted || self.desks[desk].boot != parcel.boot {
            return;
        }
        if self.desks[desk].flights.remove(&parcel.ticket).is_none() {
            return;
        }
        let (outcome, touched) = match result {
            Ok(answer) => {
                self.note_upload(desk, &parcel.ask, &answer);
                let before = self.desks[desk].compared_epoch;
                let done = self.desks[desk].receive(answer, &self.register);
                if self.desks[desk].compared_epoch != before {
                    self.desks[desk].compared_epoch = Some(epoch);
                }
                done
            }
            Err(failure) => {
                self.lost_reply_bug(desk, &parcel.ask, &failure);
                self.note_gone(desk, &parcel.ask, &failure);
                (Err(failure), BTreeSet::new())
            }
        };
        self.look_at(desk, &touched);
        self.tell(desk, Input::Done { ticket: parcel.ticket, outcome });
    }
}

/// The same request after it went over the wire as bytes.
fn through_bytes(ask: Ask) -> Ask {
    match ask {
        Ask::Records(series) => {
            let again = series.encode().and_then(|bytes| Series::decode(&bytes));
            Ask::Records(again.unwrap_or(series))
        }
        other => other,
    }
}
