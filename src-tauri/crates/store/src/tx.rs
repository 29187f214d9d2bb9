//! One writing transaction: records are appended and their projections written together, and the head is signed once.

use crate::ahead::{self, Settled};
use crate::error::{Result, StoreFault};
use crate::log;
use crate::project;
use crate::writer::Writer;
use domain::dossier::{Dossier, Event};
use domain::ids::DossierId;
use domain::office::OfficeFact;
use protocol::record::SALT_BYTES;
use protocol::{Draft, Fact, Hash, Name, Record, Subject, signed_head};
use rusqlite::Connection;

/// Who writes, when, and with what chance: everything a record needs that the store may not make up.
pub struct Pen<'a> {
    /// Unit code of the site.
    pub site: String,
    /// This device.
    pub device: [u8; 16],
    /// Account of the officer.
    pub actor: [u8; 16],
    /// Wall clock, milliseconds since 1970 UTC.
    pub at_ms: i64,
    /// Fresh random salt.
    pub salt: Salts<'a>,
    /// Ed25519 signature by the device's key.
    pub sign: Signer<'a>,
}

/// Where salts come from; an error when there is no randomness.
pub type Salts<'a> = Box<dyn FnMut() -> Result<[u8; SALT_BYTES]> + 'a>;

/// Signs with the device's key.
pub type Signer<'a> = Box<dyn Fn(&[u8]) -> [u8; 64] + 'a>;

/// The end of this device's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Place of the last record; 0 before the first.
    pub seq: u64,
    /// Hash of its header; zero before the first.
    pub hash: Hash,
}

/// A writing transaction.
pub struct Tx<'t> {
    connection: &'t Connection,
    pen: Option<Pen<'t>>,
    gives_way: Option<&'t Writer>,
    chain: Option<Chain>,
}

struct Chain {
    device_no: i64,
    head: Head,
    authority: Vec<Name>,
    grown: bool,
}

impl<'t> Tx<'t> {
    pub(crate) fn new(
        connection: &'t Connection,
        pen: Option<Pen<'t>>,
        gives_way: Option<&'t Writer>,
    ) -> Self {
        Self { connection, pen, gives_way, chain: None }
    }

    /// Ends a transaction of [`crate::Store::write_aside`] when somebody waits for the writing connection; ask between
    /// two pieces of work.
    pub(crate) fn give_way(&self) -> Result<()> {
        self.gives_way.map_or(Ok(()), Writer::give_way)
    }

    /// Has a transaction of [`crate::Store::write_aside`] put into the log what it changed so far, giving way before and
    /// after: its commit, for which whoever asks must wait, has that much less to write. Not for pages that are changed
    /// again.
    pub(crate) fn write_out(&self) -> Result<()> {
        self.give_way()?;
        if self.gives_way.is_some() {
            self.connection.cache_flush()?;
        }
        self.give_way()
    }

    /// Moves the pen's wall clock, for bulk work that spans hours.
    pub fn set_moment(&mut self, at_ms: i64) {
        if let Some(pen) = &mut self.pen {
            pen.at_ms = at_ms;
        }
    }

    /// The connection, for queries inside the transaction.
    pub fn connection(&self) -> &'t Connection {
        self.connection
    }

    /// A dossier as its records leave it, and those records.
    ///
    /// # Errors
    /// Broken stores only; an unknown dossier is `None`.
    pub fn dossier(&self, id: DossierId) -> Result<Option<Dossier>> {
        log::dossier(self.connection, id)
    }

    /// Appends what happened to a dossier and brings its row up to date.
    ///
    /// # Errors
    /// Any [`StoreFault`]; the whole transaction is then void.
    pub fn append(&mut self, id: DossierId, event: Event) -> Result<Name> {
        let fact = Fact::Dossier(event);
        let name = self.record(Subject::dossier(id), &fact)?;
        if let Fact::Dossier(event) = &fact {
            self.show(name, id, event)?;
        }
        Ok(name)
    }

    /// Appends a fact of the office and projects it.
    ///
    /// # Errors
    /// Any [`StoreFault`].
    pub fn append_office(&mut self, fact: OfficeFact) -> Result<Name> {
        let subject = Subject::office(fact.kind());
        let fact = Fact::Office(fact);
        let name = self.record(subject, &fact)?;
        if let Fact::Office(fact) = &fact
            && log::counts(self.connection, name)?
        {
            project::office_fact(self.connection, project::Author::Mine, fact)?;
        }
        Ok(name)
    }

    /// Brings the tables up to date with an event of one's own.
    fn show(&self, name: Name, id: DossierId, event: &Event) -> Result<()> {
        if log::counts(self.connection, name)? {
            return project::dossier_event(self.connection, id, event);
        }
        // This device was revoked and knows it: what it still writes waits for a supervisor, and only its numbers are used.
        project::draw_printed(self.connection, Some(event))?;
        project::dossier_anew(self.connection, id)
    }

    /// Takes in a record written elsewhere, bytes as they are, and projects it; for restores from mirrored segments.
    ///
    /// # Errors
    /// Any [`StoreFault`]; kinds of a newer version are kept without a projection.
    pub fn ship(&mut self, record: &log::Shipped) -> Result<()> {
        let header = log::insert_shipped(self.connection, record)?;
        log::is_mine(self.connection, log::device_no(self.connection, &record.name.device)?)?;
        let hash = protocol::header_hash(&record.header);
        let settled = ahead::settle(self.connection, record.name, &hash)?;
        if settled == Settled::Proved && header.subject_kind == "dossier" {
            return Ok(());
        }
        let body = record.body.as_deref();
        if let Some(fact) = project::understood(&record.kind, &record.header, body) {
            return project::office_fact(self.connection, project::Author::Mine, &fact);
        }
        let id = DossierId(uuid::Uuid::from_bytes(*header.subject));
        match sync::history::past(&header, body).event {
            Some(event @ Event::Received(_)) => project::dossier_event(self.connection, id, &event),
            Some(_) => project::dossier_anew(self.connection, id),
            None => Ok(()),
        }
    }

    /// The end of this device's chain as this transaction leaves it.
    pub fn head(&self) -> Option<Head> {
        self.chain.as_ref().map(|chain| chain.head)
    }

    /// Name and hash of the last record this transaction appended; `None` when it appended none.
    pub(crate) fn end(&self) -> Option<(Name, Hash)> {
        let (pen, chain) = (self.pen.as_ref()?, self.chain.as_ref().filter(|chain| chain.grown)?);
        Some((Name { device: pen.device, seq: chain.head.seq }, chain.head.hash))
    }

    pub(crate) fn finish(&mut self) -> Result<()> {
        let (Some(pen), Some(chain)) = (&self.pen, &self.chain) else {
            return Ok(());
        };
        if !chain.grown {
            return Ok(());
        }
        let name = Name { device: pen.device, seq: chain.head.seq };
        let signature = (pen.sign)(&signed_head(&pen.site, name, &chain.head.hash));
        log::sign(self.connection, chain.device_no, chain.head.seq, &signature)
    }

    fn record(&mut self, subject: Subject, fact: &Fact) -> Result<Name> {
        let body = fact.encode()?;
        let place = log::place(self.connection, &subject.id)?;
        if self.chain.is_none() {
            self.chain = Some(self.open_chain()?);
        }
        let (Some(pen), Some(chain)) = (self.pen.as_mut(), self.chain.as_mut()) else {
            return Err(StoreFault::Value("a record without a pen"));
        };
        let draft = Draft {
            site: pen.site.clone(),
            subject,
            kind: fact.kind(),
            actor: pen.actor,
            authority: chain.authority.clone(),
            parents: place.parents,
            parents_depth: place.parents_depth,
            at_ms: pen.at_ms,
            salt: (pen.salt)()?,
            body,
        };
        let name = Name { device: pen.device, seq: chain.head.seq + 1 };
        let record = Record::seal(draft, name, chain.head.hash)?;
        log::insert(self.connection, chain.device_no, &record)?;
        chain.head = Head { seq: name.seq, hash: record.hash };
        chain.grown = true;
        Ok(name)
    }

    fn open_chain(&self) -> Result<Chain> {
        let Some(pen) = &self.pen else {
            return Err(StoreFault::Value("a record without a pen"));
        };
        let device_no = log::device_no(self.connection, &pen.device)?;
        log::is_mine(self.connection, device_no)?;
        let accounts = log::headers_of(self.connection, &log::ACCOUNTS)?;
        Ok(Chain {
            device_no,
            head: log::head_of(self.connection, device_no)?,
            authority: log::heads(&accounts),
            grown: false,
        })
    }
}
