//! What people do and what goes wrong: one of them at a time, as the dice fall.

use crate::desk::Desk;
use crate::disk::Disk;
use crate::office::{OFFICE, command, decision};
use crate::world::{Bug, Happening, Line, World, sha256};
use domain::dossier::number::{
    Drawn, Number, lane_series, lane_text, provisional_series, provisional_text,
};
use domain::dossier::{Dossier, Event};
use jiff::Timestamp;
use protocol::receipt::hex;
use protocol::{Fact, Name, Record};
use sync::engine::{FileJob, FilesAllowed, Input, Policy};

/// Monday 16/11/2026, 09:00 in Vietnam.
pub(crate) const MORNING_MS: i64 = 1_794_794_400_000;
const YEAR_MS: u64 = 365 * 24 * 3_600 * 1_000;
const DESKS_MAX: usize = 5;
/// The [`command`] that depends on nothing.
const NOTE: usize = 10;

impl World {
    /// Something is done, or something goes wrong.
    pub(crate) fn live(&mut self) {
        let desk = self.dice.below(self.desks.len());
        match self.dice.below(100) {
            0..=23 => self.receive(desk),
            24..=49 => self.step(desk),
            50..=56 => self.attach(desk),
            57..=60 => self.resolve(desk),
            61..=64 => {
                self.count("desk killed");
                self.kill(desk);
            }
            65..=69 => {
                self.count("line changed");
                let roll = self.dice.below(8);
                self.lines[desk] =
                    [Line::Down, Line::Down, Line::Portal].get(roll).copied().unwrap_or(Line::Up);
            }
            70..=72 => self.kill_instance(),
            73..=74 => {
                self.count("storm began or ended");
                self.storm = !self.storm;
            }
            75..=78 => {
                self.count("clock jumped");
                let years = i64::try_from(self.dice.between(0, 15 * YEAR_MS)).unwrap_or(0);
                self.desks[desk].skew_ms = years - i64::try_from(5 * YEAR_MS).unwrap_or(0);
            }
            79..=82 => {
                self.count("desk backed up");
                self.backups[desk] = Some(self.desks[desk].disk.clone());
            }
            83 => self.restore(desk),
            84 if self.dice.chance(500) => self.join(),
            84 => self.copy(desk),
            85..=86 => {
                self.count("ledger backed up");
                self.ledger_backup = Some(self.ledger.clone());
            }
            87 if self.dice.chance(400) => self.restore_ledger(),
            88..=91 => self.province(),
            92..=93 => self.stick_out(desk),
            94..=95 => self.stick_in(desk),
            96 => self.tell(desk, Input::SendNow),
            97 => {
                self.count("network changed");
                self.tell(desk, Input::NetworkChanged);
            }
            98 => {
                let files = [FilesAllowed::Yes, FilesAllowed::Metered][self.dice.below(2)];
                let window_batches = [1, 4, 8][self.dice.below(3)];
                let policy = Policy { files, window_batches, poll_ms: 20_000, ..Policy::default() };
                self.tell(desk, Input::PolicyChanged(policy));
            }
            _ => self.trust(desk),
        }
    }

    pub(crate) fn wall(&self, desk: usize) -> Timestamp {
        let now_ms =
            MORNING_MS + i64::try_from(self.now_ms).unwrap_or(0) + self.desks[desk].skew_ms;
        Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn mark(&mut self) -> String {
        self.marks += 1;
        format!("m{}", self.marks)
    }

    fn runs(&self, desk: usize) -> bool {
        self.desks[desk].engine.is_some()
    }

    fn receive(&mut self, desk: usize) {
        if !self.runs(desk) {
            return;
        }
        let (id, mark, wall) = (self.dice.bytes(), self.mark(), self.wall(desk));
        let number = self.draw(desk, wall);
        let text = number.text.clone();
        if let Some(event) = OFFICE.received(id, number, &mark, wall) {
            self.count("dossier received");
            self.record(desk, id, &event, Some(&text));
        }
    }

    /// The next number: of the lane if this device holds one, else a provisional one.
    fn draw(&mut self, desk: usize, wall: Timestamp) -> Number {
        let date = domain::time::office_time(wall).date();
        let of = &mut self.desks[desk];
        let series = match of.lane {
            Some(lane) => lane_series(date, lane),
            None => format!("{}/{}", provisional_series(date), hex::text(&of.device[..4])),
        };
        let place = of.disk.next_place(&series);
        let text = match of.lane {
            Some(lane) => lane_text("H38.04252", date, lane, place, 4),
            None => provisional_text(&hex::text(&of.device[..4]), date, place),
        };
        Number { text, provisional: of.lane.is_none(), drawn: Some(Drawn { series, place }) }
    }

    pub(crate) fn some_dossier(&mut self, desk: usize) -> Option<([u8; 16], Dossier)> {
        let known = self.desks[desk].disk.book.ids();
        if known.is_empty() {
            return None;
        }
        // The youngest are worked on most, so that desks meet.
        let count = known.len();
        let n = if self.dice.chance(600) {
            self.dice.below(count.min(3))
        } else {
            self.dice.below(count)
        };
        let id = *known.iter().nth(n)?;
        self.counted(&self.desks[desk].disk.book, id).dossier.map(|dossier| (id, dossier))
    }

    fn step(&mut self, desk: usize) {
        if !self.runs(desk) {
            return;
        }
        let Some((id, dossier)) = self.some_dossier(desk) else { return };
        let (mark, wall, kind) = (self.mark(), self.wall(desk), self.dice.below(11));
        if let Some(event) = OFFICE.decide(&dossier, command(kind, &mark), &mark, wall) {
            self.count("step taken");
            self.record(desk, id, &event, None);
        } else if !dossier.not_understood.is_empty() {
            self.count("act that waits for an update");
            if OFFICE.decide(&dossier, command(NOTE, &mark), &mark, wall).is_none() {
                self.oracle
                    .broken("not even a note goes beside a record of a later version".into());
            }
        }
    }

    pub(crate) fn resolve(&mut self, desk: usize) {
        if !self.runs(desk) {
            return;
        }
        for id in self.desks[desk].disk.book.ids() {
            let Some(dossier) = self.counted(&self.desks[desk].disk.book, id).dossier else {
                continue;
            };
            if dossier.disputes.is_empty() || !dossier.not_understood.is_empty() {
                continue;
            }
            let (mark, wall, n) = (self.mark(), self.wall(desk), self.dice.below(3));
            if let Some(event) = OFFICE.decide(&dossier, decision(&dossier, n), &mark, wall) {
                self.count("dispute resolved");
                self.record(desk, id, &event, None);
            }
            return;
        }
    }

    fn attach(&mut self, desk: usize) {
        if !self.runs(desk) {
            return;
        }
        let Some((id, _)) = self.some_dossier(desk) else { return };
        let (file, mark, wall) = (self.dice.bytes(), self.mark(), self.wall(desk));
        let size_bytes = self.dice.between(1, 300 * 1024);
        let sha256 = sha256(file);
        self.count("document attached");
        // Sealed and durable before the record that names it.
        self.desks[desk].disk.blobs.insert(sha256, size_bytes);
        self.documents_left.insert(sha256);
        let event = OFFICE.attached(file, size_bytes, &hex::text(&sha256), &mark, wall);
        self.record(desk, id, &event, None);
        let due = i64::try_from(self.dice.below(9)).unwrap_or(0);
        self.tell(
            desk,
            Input::FileAdded(FileJob { sha256, size_bytes, due, segments: Vec::new() }),
        );
    }

    pub(crate) fn record(
        &mut self,
        desk: usize,
        id: [u8; 16],
        event: &Event,
        number: Option<&str>,
    ) {
        let (salt, at_ms) = (self.dice.bytes(), self.wall(desk).as_millisecond());
        let Some(record) = self.desks[desk].commit(id, event, at_ms, salt) else { return };
        if let Some(mark) = crate::oracle::mark_of(event) {
            self.oracle.made(mark, &record, number);
        }
        self.look_at(desk, &[id].into());
        self.tell(desk, Input::Committed { head: record.header.name.seq });
    }

    fn kill_instance(&mut self) {
        let instance = self.dice.below(2);
        self.count("gateway instance killed");
        self.instance_is_up[instance] = false;
        self.instance_boot[instance] += 1;
        if self.row_held_by.is_some_and(|(holder, _)| holder == instance) {
            self.count("transaction rolled back");
            self.row_held_by = None;
        }
        let after_ms = self.dice.between(500, 60_000);
        self.later(after_ms, Happening::GatewayUp { instance });
    }

    /// A new machine gets an old backup: a new device goes on from it and holds no lane.
    fn restore(&mut self, desk: usize) {
        let Some(disk) = self.backups[desk].clone() else { return };
        self.count("desk restored from a backup");
        let device = self.dice.bytes();
        self.enrol(device);
        let old = &self.desks[desk];
        let lane = old.lane.filter(|_| self.bug == Some(Bug::LaneReusedAfterRestore));
        let boot = old.boot + 1;
        let is_ahead = old.is_ahead;
        self.desks[desk] = Desk { boot, is_ahead, ..Desk::new(device, disk, lane) };
        self.something_is_gone();
        self.later(1_000, Happening::Start { desk });
    }

    /// A new desk joins the site late.
    fn join(&mut self) {
        if self.desks.len() >= DESKS_MAX {
            return;
        }
        self.count("desk joined late");
        let real = self.desks.first().is_some_and(|desk| desk.disk.real.is_some());
        let lane = u8::try_from(self.desks.len() + 1).ok();
        self.add_desk(if real { Disk::real() } else { Disk::default() }, lane);
    }

    /// A copied data folder is started on another machine, while the first goes on.
    fn copy(&mut self, desk: usize) {
        if self.desks.len() >= DESKS_MAX {
            return;
        }
        self.count("data folder copied");
        let of = &self.desks[desk];
        let lane = of.lane.filter(|_| self.bug == Some(Bug::LaneReusedAfterRestore));
        self.add_desk(of.disk.clone(), lane);
    }

    fn restore_ledger(&mut self) {
        let Some(backup) = self.ledger_backup.clone() else { return };
        self.count("ledger restored from a backup");
        let (leaps, keeps_objects) = (self.dice.chance(500), self.dice.chance(500));
        self.ledger.restore(&backup, leaps, keeps_objects);
        self.row_held_by = None;
        self.instance_boot = [self.instance_boot[0] + 1, self.instance_boot[1] + 1];
        self.ledger_marks = crate::checks::marks_of(&self.ledger.book);
        // The gateway's own log went on after the backup: it begins a new one rather than fork the old.
        let device = self.dice.bytes();
        self.enrol(device);
        self.register.gateways.insert(device);
        self.gateway = Desk::new(device, Disk::default(), None);
        self.something_is_gone();
    }

    fn something_is_gone(&mut self) {
        let books = self.desks.iter().map(|desk| &desk.disk.book).chain([&self.ledger.book]);
        let gone = self.oracle.disk_is_gone(books);
        *self.table.entry("acts that lay nowhere but on a disk that is gone").or_default() +=
            gone as u64;
        let here: std::collections::BTreeSet<_> = self
            .desks
            .iter()
            .flat_map(|desk| desk.disk.blobs.keys())
            .chain(self.ledger.blobs.keys())
            .collect();
        self.documents_left = here.into_iter().copied().collect();
    }

    /// The province posts a step; the gateway records it in its own log and fills in the heads it knows.
    fn province(&mut self) {
        if !self.gateway_can_write() {
            return;
        }
        self.gateway.disk.book = self.ledger.book.clone();
        let known = self.gateway.disk.book.ids();
        if known.is_empty() {
            return;
        }
        let n = self.dice.below(known.len());
        let Some(id) = known.iter().nth(n).copied() else { return };
        let Some(dossier) = self.counted(&self.gateway.disk.book, id).dossier else { return };
        let (mark, kind) = (self.mark(), [4, 8, 9, 10, 3, 1][self.dice.below(6)]);
        let at_ms = MORNING_MS + i64::try_from(self.now_ms).unwrap_or(0);
        let wall = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let Some(event) = OFFICE.decide(&dossier, command(kind, &mark), &mark, wall) else {
            return;
        };
        let salt = self.dice.bytes();
        let Some(record) = self.gateway.commit(id, &event, at_ms, salt) else { return };
        self.count("province posted");
        self.oracle.made(&mark, &record, None);
        self.publish(&record, at_ms);
    }

    /// The site's row is free and an instance runs.
    pub(crate) fn gateway_can_write(&self) -> bool {
        self.row_held_by.is_none() && self.instance_is_up != [false, false]
    }

    /// Puts a record that the gateway wrote into the ledger.
    pub(crate) fn publish(&mut self, record: &Record, at_ms: i64) {
        let (device, seq) = (self.gateway.device, record.header.name.seq);
        let signature = self.gateway.sign(Name { device, seq }, &record.hash);
        let Some(log) = self.gateway.disk.book.logs.get(&device) else { return };
        let series = log.series(device, seq, seq, signature);
        let key = self.register.keys.get(&device).copied();
        if self.ledger.take(&series, at_ms, key).is_err() {
            self.oracle.broken("the gateway refused its own record".into());
        }
        self.check_stored(device, seq - 1);
    }

    fn stick_out(&mut self, desk: usize) {
        self.count("stick filled");
        let of = &self.desks[desk];
        let series = of.disk.book.logs.iter().filter_map(|(device, log)| {
            let head = log.head();
            let own = *device == of.device && head.seq > 0;
            let name = Name { device: *device, seq: head.seq };
            let (last, signature) = if own {
                (head.seq, of.sign(name, &head.hash))
            } else {
                log.signed.last_key_value().map(|(last, signature)| (*last, *signature))?
            };
            Some(log.series(*device, 1, last, signature))
        });
        self.stick = series.collect();
    }

    fn stick_in(&mut self, desk: usize) {
        if !self.runs(desk) {
            return;
        }
        self.count("stick read");
        for series in std::mem::take(&mut self.stick) {
            let key = self.register.keys[&series.device];
            let by_gateway = self.register.gateways.contains(&series.device);
            let touched = self.desks[desk].disk.take(&series, key, by_gateway);
            self.look_at(desk, &touched);
        }
    }

    /// The event a body holds, for a bug that enters it again.
    pub(crate) fn event_of(kind: &str, body: &[u8]) -> Option<Event> {
        match Fact::decode(kind, body) {
            Ok(Fact::Dossier(event)) => Some(event),
            _ => None,
        }
    }
}
