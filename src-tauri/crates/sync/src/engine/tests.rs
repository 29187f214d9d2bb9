#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod documents;
mod exchange;
mod join;

use super::{
    Effect, Engine, Failure, FileJob, Input, Joining, Memory, Notice, Policy, Reply, Request,
    Standing, Ticket,
};
use ed25519_dalek::{Signer, SigningKey};
use protocol::receipt::signed_receipt;
use protocol::wire::{HeadOf, Heads, Problem, ProblemType};
use protocol::{Hash, Name, Receipt};

const ME: [u8; 16] = [1; 16];
const OTHER: [u8; 16] = [2; 16];
const SITE: &str = "04252";

fn gateway_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn hash(seq: u64) -> Hash {
    [u8::try_from(seq % 251).unwrap(); 32]
}

fn head(device: [u8; 16], seq: u64) -> HeadOf {
    HeadOf { device, seq, hash: hash(seq) }
}

fn problem(kind: ProblemType, expected: Option<u64>) -> Failure {
    Failure::Refused(Problem { kind, title: String::new(), status: 409, detail: None, expected })
}

/// An engine with its clock and what it has asked for and not got.
struct Desk {
    engine: Engine,
    now_ms: u64,
    asked: Vec<(Ticket, Request)>,
    said: Vec<Effect>,
}

impl Desk {
    fn with(head: u64, acked: u64, files: Vec<FileJob>) -> Self {
        Self::that(Joining::Joined, head, acked, files)
    }

    fn that(joining: Joining, head: u64, acked: u64, files: Vec<FileJob>) -> Self {
        let standing = Standing {
            joining,
            site: SITE.into(),
            device: ME,
            gateway_key: gateway_key().verifying_key().to_bytes(),
            head,
            acked,
            cursor: 0,
            ledger_epoch: Some(1),
            files,
            jitter_seed: 5,
        };
        let engine = Engine::new(standing, Policy { window_batches: 1, ..Policy::default() });
        let mut desk = Self { engine, now_ms: 0, asked: Vec::new(), said: Vec::new() };
        desk.tell(Input::Wake);
        desk
    }

    fn tell(&mut self, input: Input) {
        for effect in self.engine.handle(self.now_ms, input) {
            match effect {
                Effect::Start { ticket, request } => self.asked.push((ticket, request)),
                Effect::Abandon(ticket) => self.asked.retain(|(asked, _)| *asked != ticket),
                effect => self.said.push(effect),
            }
        }
    }

    fn after(&mut self, ms: u64) {
        self.now_ms += ms;
        self.tell(Input::Wake);
    }

    fn answer(&mut self, outcome: Result<Reply, Failure>) {
        let (ticket, _) = self.asked.remove(0);
        self.tell(Input::Done { ticket, outcome });
    }

    /// The one thing that was asked for.
    #[track_caller]
    fn asks(&self) -> &Request {
        assert_eq!(self.asked.len(), 1, "{:?}", self.asked);
        &self.asked[0].1
    }

    #[track_caller]
    fn sends_from(&self, place: u64) {
        assert!(
            matches!(self.asks(), Request::SendRecords { device: ME, first, .. } if *first == place),
            "{:?}",
            self.asked
        );
    }

    fn receipt(&mut self, device: [u8; 16], seq: u64) {
        let outcome = Ok(receipt_for(device, seq));
        self.answer(outcome);
    }

    fn page(&mut self, next: u64, more: bool) {
        let bytes = 10;
        self.answer(Ok(Reply::PageStored { next, more, ledger_epoch: 1, records: 1, bytes }));
    }

    fn heads(&mut self, ledger_epoch: u64, theirs: Vec<HeadOf>, ours: Vec<HeadOf>) {
        let theirs = Heads { ledger_epoch, cursor: 1, heads: theirs };
        self.answer(Ok(Reply::HeadsRead { theirs, ours }));
    }

    fn remembers(&self, memory: &Memory) -> bool {
        self.said.contains(&Effect::Remember(memory.clone()))
    }

    fn tells(&self, notice: Notice) -> bool {
        self.said.contains(&Effect::TellPerson(notice))
    }
}

fn receipt_for(device: [u8; 16], seq: u64) -> Reply {
    let name = Name { device, seq };
    let signature = gateway_key().sign(&signed_receipt(SITE, name, &hash(seq), 17)).to_bytes();
    let receipt = Receipt { name, hash: hash(seq), at_ms: 17, signature };
    Reply::RecordsSent { receipt, ours: Some(hash(seq)), held: Vec::new(), bytes: 500 }
}
