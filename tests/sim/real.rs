//! The real store under a simulated desk: SQLCipher in a temporary folder, entered as the application enters it. A crash
//! is the files as they lie while the store is open, started anew.

use crate::desk::key_of;
use crate::logbook::{Device, LogBook};
use crate::office::SITE;
use data_encoding::HEXLOWER;
use domain::dossier::{Dossier, Event};
use domain::ids::DossierId;
use ed25519_dalek::{Signer, SigningKey};
use protocol::{Content, Entry, Hash, Name, OpenPage, Record, Series};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use store::exchange::{self, OutgoingRow};
use store::joining::{joining, set_joining};
use store::log::{self, Shipped};
use store::verify::{Outside, verify};
use store::{Connection, DatabaseKey, Pen, Store, TakenIn};
use sync::engine::{FileJob, Joining, Memory, Segment};
use sync::intake::{Head, Known, Verdict, judge};
use tempfile::TempDir;

const ALL: u32 = 1_000_000;

/// A store in a folder of its own.
pub struct Real {
    store: Store,
    folder: TempDir,
}

/// What a store says when it is opened.
#[derive(Debug)]
pub struct Read {
    /// The records.
    pub book: LogBook,
    /// Where to read the feed on.
    pub cursor: u64,
    /// Of which ledger.
    pub ledger_epoch: Option<u64>,
    /// How far it has come in joining.
    pub joining: Joining,
    /// Acknowledged places.
    pub acked: BTreeMap<Device, u64>,
}

impl Debug for Real {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "store in {}", self.folder.path().display())
    }
}

impl Real {
    /// A new store.
    pub fn create() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(fault)?;
        let store = Store::create(&database(folder.path()), &key()).map_err(fault)?;
        Ok(Self { store, folder })
    }

    /// The files as they lie now, opened as by another process.
    pub fn copied(&self) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(fault)?;
        for file in ["quay.db", "quay.db-wal"] {
            let from = self.folder.path().join(file);
            if from.exists() {
                std::fs::copy(from, folder.path().join(file)).map_err(fault)?;
            }
        }
        let store = Store::open(&database(folder.path()), &key()).map_err(fault)?;
        Ok(Self { store, folder })
    }

    /// Writes a record of one's own. What this version does is decided by the store; what a later one would write is put
    /// in as it is.
    pub fn append(
        &self,
        record: &Record,
        event: Option<&Event>,
        key: &SigningKey,
    ) -> Result<(), String> {
        let (header, name) = (&record.header, record.header.name);
        match event {
            Some(event) => {
                let salt = record.salt;
                let pen = Pen {
                    site: SITE.into(),
                    device: name.device,
                    actor: *header.actor,
                    at_ms: header.at_ms,
                    salt: Box::new(move || Ok(salt)),
                    sign: Box::new(|message| key.sign(message).to_bytes()),
                };
                let id = DossierId(uuid::Uuid::from_bytes(*header.subject));
                let written = self.store.write(Some(pen), |tx| tx.append(id, event.clone()));
                written.map_err(|refused: store::StoreFault| fault(refused))?;
            }
            None => self.ship(record, key)?,
        }
        let here = self.read(|c| log::run(c, &name.device, name.seq, 1))?;
        let same = |shipped: &Shipped| {
            shipped.header == record.header_bytes && shipped.body.as_ref() == Some(&record.body)
        };
        if here.iter().any(same) {
            return Ok(());
        }
        Err(format!("the store wrote another record {} than the desk's rules give", name.seq))
    }

    fn ship(&self, record: &Record, key: &SigningKey) -> Result<(), String> {
        let name = record.header.name;
        let shipped = Shipped {
            name,
            kind: record.header.kind.clone(),
            header: record.header_bytes.clone(),
            salt: Some(record.salt.to_vec()),
            body: Some(record.body.clone()),
            signature: Some(crate::desk::signature(key, name, &record.hash).to_vec()),
        };
        self.store.write(None, |tx| tx.ship(&shipped)).map_err(|f: store::StoreFault| fault(f))
    }

    /// Takes a series in, as the application does with a page of the feed.
    pub fn take(
        &self,
        series: &Series,
        public_key: [u8; 32],
        by_gateway: bool,
    ) -> Result<Verdict, String> {
        let done = self.store.write(None, |tx| -> store::Result<Verdict> {
            let connection = tx.connection();
            let head = log::head_of_device(connection, &series.device)?;
            let revoked = exchange::revoked(connection, &series.device)?;
            let known = Known {
                site: SITE.into(),
                device: series.device,
                public_key,
                head: Head { seq: head.seq, hash: head.hash },
                revoked: revoked.map(|(seq, hash)| Head { seq, hash }),
            };
            let hash_at = |seq| log::hash_at(connection, &series.device, seq).ok().flatten();
            let verdict = judge(series, &known, hash_at);
            if let Verdict::Store { from } | Verdict::Quarantine { from, .. } = verdict {
                let mut taken = TakenIn::default();
                tx.take_in(series, from, by_gateway.then_some(&public_key), &mut taken)?;
                tx.fold(&taken)?;
            }
            Ok(verdict)
        });
        done.map_err(fault)
    }

    /// The feed was read up to here.
    pub fn set_cursor(&self, cursor: u64, more: bool) -> Result<(), String> {
        self.write(|c| {
            if !more {
                set_joining(c, &Joining::Joined)?;
            }
            exchange::set_cursor(c, cursor)
        })
    }

    /// Takes a page of the open dossiers in, as the application does.
    pub fn take_open(&self, page: &OpenPage, own: Device) -> Result<(Joining, u64), String> {
        let done = self.store.write(None, |tx| -> store::Result<(Joining, u64)> {
            let mut taken = TakenIn::default();
            for history in &page.histories {
                tx.take_ahead(history, &own, &mut taken)?;
            }
            tx.fold(&taken)?;
            let come = joining(tx.connection())?.after_page(page);
            set_joining(tx.connection(), &come)?;
            Ok((come, taken.records))
        });
        done.map_err(fault)
    }

    /// Writes down what the engine wants remembered.
    pub fn remember(&self, memory: &Memory) -> Result<(), String> {
        self.write(|c| match memory {
            Memory::Acked { device, head, receipt } => {
                exchange::keep_receipt(c, receipt)?;
                exchange::raise_acked(c, device, head.seq)
            }
            Memory::Lowered { device, seq } => exchange::lower_acked(c, device, *seq),
            Memory::Feed { cursor, ledger_epoch } => exchange::set_feed(c, *cursor, *ledger_epoch),
            Memory::Upload { sha256, segments } => {
                exchange::set_outgoing(c, &HEXLOWER.encode(sha256), false, &words(segments))
            }
            Memory::FileArrived { sha256 } | Memory::FileHere { sha256 } => {
                exchange::set_outgoing(c, &HEXLOWER.encode(sha256), true, "")
            }
        })
    }

    /// A document is no longer known to be with the gateway.
    pub fn forget_arrival(&self, sha256: &Hash) -> Result<(), String> {
        let document = OutgoingRow {
            sha256: HEXLOWER.encode(sha256),
            size_bytes: 0,
            due: 0,
            segments: String::new(),
            arrived: true,
        };
        self.write(|c| exchange::forget_arrivals(c, &[document]))
    }

    /// The last place drawn from a series of numbers.
    pub fn last_of_series(&self, series: &str) -> Result<u16, String> {
        self.read(|c| store::series::last(c, series))
    }

    /// Documents to be sent, as a start of the application finds them.
    pub fn outgoing(&self) -> Result<Vec<FileJob>, String> {
        let rows = self.read(exchange::outgoing)?;
        let job = |row: OutgoingRow| {
            let sha256: Hash = HEXLOWER.decode(row.sha256.as_bytes()).ok()?.try_into().ok()?;
            let segments = segments(&row.segments);
            Some(FileJob { sha256, size_bytes: row.size_bytes, due: row.due, segments })
        };
        Ok(rows.into_iter().filter_map(job).collect())
    }

    /// A run of a log as it travels.
    pub fn series(
        &self,
        device: Device,
        first: u64,
        bounds: (u16, u32),
        own: Option<&SigningKey>,
    ) -> Result<Option<Series>, String> {
        let sign = |name: Name, hash: &Hash| {
            own.map_or([0; 64], |key| crate::desk::signature(key, name, hash))
        };
        let sign: Option<exchange::HeadSigner<'_>> = own.is_some().then_some(&sign);
        self.read(|c| exchange::series(c, SITE, &device, first, bounds, sign))
    }

    /// The state of a dossier as the store gives it.
    pub fn dossier(&self, id: [u8; 16]) -> Result<Option<Dossier>, String> {
        self.read(|c| log::dossier(c, DossierId(uuid::Uuid::from_bytes(id))))
    }

    /// Everything the store says of records and of the gateway.
    pub fn standing<'d>(&self, devices: impl Iterator<Item = &'d Device>) -> Result<Read, String> {
        let (cursor, ledger_epoch) = self.read(exchange::feed)?;
        let (book, acked) = (LogBook::default(), BTreeMap::new());
        let joining = self.read(joining)?;
        let mut read = Read { book, cursor, ledger_epoch, joining, acked };
        for device in devices {
            read.acked.insert(*device, self.read(|c| exchange::acked(c, device))?);
            for shipped in self.read(|c| log::run(c, device, 1, ALL))? {
                let salt = shipped.salt.and_then(|salt| salt.try_into().ok());
                let content = salt.zip(shipped.body).map(|(salt, body)| Content { salt, body });
                let signature = shipped.signature.and_then(|bytes| bytes.try_into().ok());
                read.book.put(*device, Entry::new(shipped.header, content), signature);
            }
        }
        for (header, salt, body) in self.read(ahead)? {
            let content = salt.zip(body).map(|(salt, body)| Content { salt, body });
            read.book.put_ahead(Entry::new(header, content));
        }
        Ok(read)
    }

    /// Whether chains, signatures and every table hold together: the first thing that does not.
    pub fn verified(&self, devices: impl Iterator<Item = Device>) -> Result<(), String> {
        let public_keys =
            devices.map(|device| (device, key_of(device).verifying_key().to_bytes())).collect();
        let outside = Outside { anchors: Vec::new(), public_keys };
        let report =
            self.read(|c| verify(c, &outside, &mut |_, _, _| ControlFlow::Continue(())))?;
        match report.faults.first() {
            None => Ok(()),
            Some(first) => Err(format!("quay verify: {}: {}", first.place, first.message)),
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> store::Result<T>) -> Result<T, String> {
        self.store.read(work).map_err(fault)
    }

    fn write(&self, work: impl FnOnce(&Connection) -> store::Result<()>) -> Result<(), String> {
        self.store.write(None, |tx| work(tx.connection())).map_err(fault)
    }
}

type Ahead = (Vec<u8>, Option<[u8; 16]>, Option<Vec<u8>>);

/// Records that came before their chain, as they lie.
fn ahead(connection: &Connection) -> store::Result<Vec<Ahead>> {
    let mut statement =
        connection.prepare("SELECT header, salt, body FROM ahead WHERE refuted = 0")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn database(folder: &Path) -> PathBuf {
    folder.join("quay.db")
}

fn key() -> DatabaseKey {
    DatabaseKey::new(&format!("x'{}'", "5a".repeat(32)))
}

fn fault(fault: impl Debug) -> String {
    format!("the store: {fault:?}")
}

fn words(segments: &[Segment]) -> String {
    let word = |s: &Segment| {
        format!("{} {} {} {}", s.start, s.length, s.sent, s.upload.as_deref().unwrap_or("-"))
    };
    segments.iter().map(word).collect::<Vec<_>>().join("\n")
}

fn segments(words: &str) -> Vec<Segment> {
    let segment = |line: &str| {
        let mut words = line.split(' ');
        let mut number = || words.next()?.parse().ok();
        let (start, length, sent) = (number()?, number()?, number()?);
        let upload = words.next().filter(|name| *name != "-").map(str::to_owned);
        Some(Segment { start, length, upload, sent })
    };
    words.lines().filter_map(segment).collect()
}
