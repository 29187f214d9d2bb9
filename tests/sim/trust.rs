//! Whose word counts, and what is written in words that not everybody knows: machines that are lost and found again, what
//! a supervisor adopts of theirs, and a desk that is two versions ahead.

use crate::desk::{Desk, Says, dossier};
use crate::life::MORNING_MS;
use crate::logbook::{Device, Stored};
use crate::world::World;
use data_encoding::BASE64;
use domain::ids::DeviceId;
use domain::office::{DeviceRevoked, OfficeFact, RecordAdopted};
use protocol::receipt::hex;
use protocol::{Fact, Subject};
use std::rc::Rc;
use sync::engine::Input;
use uuid::Uuid;

impl World {
    /// One of them, as the dice fall.
    pub(crate) fn trust(&mut self, desk: usize) {
        match self.dice.below(8) {
            0 => self.revoke(),
            1 | 2 => self.adopt(),
            3 => self.find_again(),
            _ => self.write_ahead(desk),
        }
    }

    /// A machine is lost: from here on its word does not count.
    fn revoke(&mut self) {
        let honest = self.honest();
        if honest.len() < 2 || !self.gateway_can_write() {
            return;
        }
        let desk = honest[self.dice.below(honest.len())];
        self.count("device revoked");
        self.say_revoked(self.desks[desk].device);
        self.desks[desk].revoked = true;
    }

    /// What a restored ledger has forgotten of lost machines, the operator says again.
    pub(crate) fn revoke_again(&mut self) {
        let lost: Vec<Device> =
            self.desks.iter().filter(|desk| desk.revoked).map(|desk| desk.device).collect();
        for device in lost {
            if !self.ledger.book.revoked.contains_key(&device) {
                self.count("device revoked again after a restore");
                self.say_revoked(device);
            }
        }
    }

    fn say_revoked(&mut self, device: Device) {
        let accepted = self.ledger.book.head(device);
        self.gateway_says(OfficeFact::DeviceRevoked(Box::new(DeviceRevoked {
            device: DeviceId(Uuid::from_bytes(device)),
            seq: accepted.seq,
            hash: hex::text(&accepted.hash),
            reason: "máy bị mất".into(),
        })));
    }

    /// Somebody found one record of a lost machine honest.
    fn adopt(&mut self) {
        let waiting = self.ledger.to_adopt();
        if waiting.is_empty() || !self.gateway_can_write() {
            return;
        }
        let n = self.dice.below(waiting.len());
        self.say_adopted(&waiting[n]);
    }

    /// All that came of lost machines turns out to be honest; whether there was any.
    pub(crate) fn adopt_all(&mut self) -> bool {
        let waiting = self.ledger.to_adopt();
        waiting.iter().for_each(|stored| self.say_adopted(stored));
        !waiting.is_empty()
    }

    fn say_adopted(&mut self, stored: &Rc<Stored>) {
        let Some(content) = &stored.entry.content else { return };
        self.count("record adopted");
        let name = stored.header.name;
        self.gateway_says(OfficeFact::RecordAdopted(Box::new(RecordAdopted {
            device: DeviceId(Uuid::from_bytes(name.device)),
            seq: name.seq,
            header: BASE64.encode(&stored.entry.header),
            salt: BASE64.encode(&content.salt),
            body: BASE64.encode(&content.body),
        })));
    }

    fn gateway_says(&mut self, fact: OfficeFact) {
        self.gateway.disk.book = self.ledger.book.clone();
        let (subject, kind) = (Subject::office(fact.kind()), fact.kind().word());
        let Ok(body) = Fact::Office(fact).encode() else { return };
        let at_ms = MORNING_MS + i64::try_from(self.now_ms).unwrap_or(0);
        let (says, salt) = (Says { subject, kind, body }, self.dice.bytes());
        if let Some(record) = self.gateway.commit_strange(says, false, at_ms, salt) {
            self.publish(&record, at_ms);
        }
    }

    /// A lost machine turns up and is enrolled anew on the folder it had: another device, without a lane.
    fn find_again(&mut self) {
        let Some(desk) = self.desks.iter().position(|desk| desk.revoked) else { return };
        self.count("lost machine found and enrolled anew");
        self.desks[desk].kill();
        let device = self.dice.bytes();
        self.enrol(device);
        let boot = self.desks[desk].boot + 1;
        let is_ahead = self.desks[desk].is_ahead;
        let disk = std::mem::take(&mut self.desks[desk].disk);
        self.desks[desk] = Desk { boot, is_ahead, ..Desk::new(device, disk, None) };
        self.start(desk);
    }

    /// The desk that is ahead writes what nobody else can read: of a later kind, in a later format, or a known kind with
    /// more in it than is known here.
    fn write_ahead(&mut self, desk: usize) {
        if self.desks[desk].engine.is_none() || !self.desks[desk].is_ahead {
            return;
        }
        let Some((id, _)) = self.some_dossier(desk) else { return };
        let (what, kind, newer) = [
            ("record of an unknown kind", "dossier.teleported", false),
            ("record in a later format", "dossier.noted", true),
            ("record with an unknown body", "dossier.forwarded", false),
        ][self.dice.below(3)];
        let (salt, at_ms) = (self.dice.bytes(), self.wall(desk).as_millisecond());
        let says = Says { subject: dossier(id), kind, body: b"{\"to\":{\"year\":2041}}".to_vec() };
        if let Some(record) = self.desks[desk].commit_strange(says, newer, at_ms, salt) {
            self.count(what);
            self.oracle.wrote_strange(&record);
            self.look_at(desk, &[id].into());
            self.tell(desk, Input::Committed { head: record.header.name.seq });
        }
    }
}
