//! Receipts and heads: what the gateway has, and what follows when that is less, more or something else than expected.

use super::Turn;
use super::compare::{Comparison, Own};
use super::effect::{Effect, Entry, Memory, Notice};
use super::lane::Lane;
use super::talk::Talk;
use crate::intake::Head;
use protocol::wire::{HeadOf, Heads, ProblemType};
use protocol::{Hash, Receipt};

impl Talk {
    /// A receipt for records sent from `first` on; `ours` is the hash of the record in its place here. Whether it counts.
    pub(super) fn sent(
        &mut self,
        device: [u8; 16],
        first: u64,
        receipt: &Receipt,
        ours: Option<Hash>,
        turn: &mut Turn<'_>,
    ) -> bool {
        let seq = receipt.name.seq;
        if receipt.name.device != device || !receipt.is_signed(&self.gateway_key, &self.site) {
            self.stop(device, first, ProblemType::BadSignature, turn);
            return false;
        }
        // Of another device's log the gateway may have more than lies here; of one's own it cannot.
        let more = ours.is_none() && device != self.device;
        if ours != Some(receipt.hash) && !more {
            self.not_the_same(device, first, turn);
            return false;
        }
        if seq < first {
            // It answered and took nothing: once more at the same pace would be for ever.
            self.stop(device, first, ProblemType::Internal, turn);
            return false;
        }
        self.receipt_at_ms = self.receipt_at_ms.max(Some(receipt.at_ms));
        let Some(lane) = self.lane_mut(device) else { return false };
        lane.acknowledged(seq);
        let arrived = lane.acked >= lane.head;
        self.moved = true;
        self.heads_due |= arrived;
        self.page_due |= arrived;
        let head = Head { seq, hash: receipt.hash };
        turn.effects.push(Effect::Remember(Memory::Acked { device, head, receipt: *receipt }));
        true
    }

    fn not_the_same(&mut self, device: [u8; 16], first: u64, turn: &mut Turn<'_>) {
        if device != self.device {
            return self.stop(device, first, ProblemType::Fork, turn);
        }
        self.own.stopped = true;
        turn.say_once(Notice::NotTheNewest { seq: first - 1 });
    }

    /// Both sides' heads at the end of an exchange.
    pub(super) fn compared(&mut self, theirs: &Heads, ours: &[HeadOf], turn: &mut Turn<'_>) {
        self.heads_due = false;
        self.compare_first = false;
        if self.is_ledger(theirs.ledger_epoch) {
            // Positions above the ledger's end were given by the one that is lost; they will be given again.
            self.cursor = self.cursor.min(theirs.cursor);
            self.page_due = true;
            // Documents may be lost whose records are not. Offered before the ledger is remembered: a crash in between
            // must find it new once more.
            let all = ours.iter().map(|head| Effect::OfferFiles { device: head.device, above: 0 });
            turn.effects.extend(all);
            self.remember_feed(turn);
        }
        let mut found = Comparison::of(self.device, ours, &theirs.heads);
        found.theirs_behind.retain(|(device, _, here)| self.apart.get(device) != Some(here));
        if found.is_same() && !self.page_due {
            self.agreed_at_ms = Some(turn.now_ms);
            if std::mem::take(&mut self.moved) {
                turn.effects.push(Effect::Log(Entry::Agreed));
            }
            return;
        }
        match found.own {
            Own::Until(seq) if seq < self.own.acked => self.lower(self.device, seq, turn),
            Own::Until(_) | Own::Whole => {}
            Own::NotTheNewest(seq) => {
                self.own.stopped = true;
                turn.say_once(Notice::NotTheNewest { seq });
            }
        }
        for (device, there, here) in found.theirs_behind {
            self.relay(device, there, here, turn);
        }
        for (device, seq) in found.forked {
            turn.say_once(Notice::Stopped { device, seq, problem: ProblemType::Fork });
        }
        self.look_for(&found.ours_behind, theirs.cursor, turn);
    }

    /// The gateway has less of a log than it acknowledged: it gets the rest again, and the documents with it.
    pub(super) fn lower(&mut self, device: [u8; 16], seq: u64, turn: &mut Turn<'_>) {
        let Some(lane) = self.lane_mut(device) else { return };
        if !lane.lower(seq) {
            return self.stop(device, seq + 1, ProblemType::Internal, turn);
        }
        self.heads_due = true;
        self.moved = true;
        turn.effects.extend([
            Effect::OfferFiles { device, above: seq },
            Effect::Remember(Memory::Lowered { device, seq }),
            Effect::Log(Entry::SentAgain { device, seq }),
        ]);
    }

    /// Another device's records lie here and not there: they came by cable or stick, or the gateway lost them.
    fn relay(&mut self, device: [u8; 16], there: u64, here: u64, turn: &mut Turn<'_>) {
        let lane = self.relayed.entry(device).or_insert_with(|| Lane::new(here, u64::MAX));
        lane.head = here;
        if lane.stopped || lane.acked == there {
            return;
        }
        self.lower(device, there, turn);
    }

    /// The gateway has records that are not here: they are further on in the feed, or before the place from which it was
    /// read, which happens when a lost ledger's places were given again.
    fn look_for(&mut self, missing: &[([u8; 16], u64)], end: u64, turn: &mut Turn<'_>) {
        let new = |(device, seq): &&([u8; 16], u64)| self.read_again.get(device) < Some(seq);
        let missing: Vec<_> = missing.iter().filter(new).copied().collect();
        if missing.is_empty() {
            return;
        }
        self.heads_due = true;
        self.page_due = true;
        if end > self.cursor && end > self.looked_for {
            self.looked_for = end;
            return;
        }
        self.read_again.extend(missing);
        self.read_from_start(turn);
    }

    pub(super) fn read_from_start(&mut self, turn: &mut Turn<'_>) {
        self.cursor = 0;
        self.page_due = true;
        self.remember_feed(turn);
        turn.effects.push(Effect::Log(Entry::ReadAgain));
    }

    fn remember_feed(&self, turn: &mut Turn<'_>) {
        if let Some(ledger_epoch) = self.ledger_epoch {
            let memory = Memory::Feed { cursor: self.cursor, ledger_epoch };
            turn.effects.push(Effect::Remember(memory));
        }
    }

    /// Takes note of the ledger that answered; whether it is another one than before.
    pub(super) fn is_ledger(&mut self, epoch: u64) -> bool {
        let before = self.ledger_epoch.replace(epoch);
        // Documents may have gone to a ledger before its name was known here.
        let another = before != Some(epoch);
        if another {
            self.relayed.clear();
            self.read_again.clear();
            self.apart.clear();
            self.looked_for = 0;
            self.own.is_another_ledger();
            self.heads_due = true;
        }
        another
    }
}
