//! What the engine asks of the driver.

use super::input::{Failure, Segment};
use crate::intake::Head;
use protocol::wire::ProblemType;
use protocol::{Hash, Receipt};

/// Names a request until its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What is to be done. Perform them in order: a [`Effect::Remember`] is durable before a later [`Effect::Start`] of the
/// same list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Begin a request in the background and answer with [`super::Input::Done`] under this ticket.
    Start {
        /// Its name.
        ticket: Ticket,
        /// What to ask.
        request: Request,
    },
    /// Give a request up and close its connection. Its answer is not wanted any more (and is passed over if it comes).
    Abandon(Ticket),
    /// Write this down in the store's local state.
    Remember(Memory),
    /// Look up the documents that records of `device` above `above` name and that lie here, and offer each again by
    /// [`super::Input::FileAdded`]: the gateway may have lost them. That they are no longer known to be there is durable
    /// before the next effect; a document that it still has costs one question.
    OfferFiles {
        /// Whose records.
        device: [u8; 16],
        /// Above this place.
        above: u64,
    },
    /// Send [`super::Input::Wake`] at this time (of the clock given to `handle`). Replaces the one before.
    WakeAt {
        /// Monotonic milliseconds.
        at_ms: u64,
    },
    /// A line for the exchange log. The driver adds the wall time.
    Log(Entry),
    /// Tell the officer, by the operating system if the window is not in front.
    TellPerson(Notice),
}

/// A request to the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `POST /v1/sites/{site}/records`: the records of `device` from `first` on, as one series, **on the records'
    /// own connection**, in the order in which these effects come. This device's own series may end anywhere (sign the
    /// head it ends at); another device's must end where that device signed. Answer [`super::Reply::RecordsSent`] or
    /// [`super::Reply::NothingToSend`].
    SendRecords {
        /// Whose log.
        device: [u8; 16],
        /// Place of the first record.
        first: u64,
        /// Most records; if another device did not sign within so few, go on to its next signed place.
        records_max: u16,
        /// Most bytes of the encoded series before compression; one record always goes, however large.
        bytes_max: u32,
    },
    /// `GET /v1/sites/{site}/records?after={after}` on the records' connection; store the page's records and its cursor
    /// in one transaction (not its `ledger_epoch`: that is remembered by [`Memory::Feed`]). A series that [`crate::intake`] refuses
    /// (a gap, a fork) is passed over, the others are stored: comparing heads finds what is missing or at odds, and one
    /// device's trouble never holds up the others. Answer [`super::Reply::PageStored`].
    FetchPage {
        /// The cursor.
        after: u64,
    },
    /// `GET /v1/sites/{site}/open?after={after}` on the records' connection; check the gateway's signature over the page
    /// (one that does not hold is [`super::Failure::Refused`] as [`ProblemType::BadSignature`]), take its histories in ahead of
    /// their chains, and keep [`super::Joining::after_page`] with the last of them. Answer [`super::Reply::OpenStored`].
    FetchOpen {
        /// The last subject that is here.
        after: [u8; 16],
    },
    /// `GET /v1/sites/{site}/heads` on the records' connection. Answer [`super::Reply::HeadsRead`].
    ReadHeads,
    /// tus `POST /v1/files` for a stretch of a document, `Upload-Concat: partial` unless it is the whole. Answer
    /// [`super::Reply::UploadCreated`], [`super::Reply::FileKnown`] or, for a stretch, [`super::Reply::WholeOnly`].
    CreateUpload {
        /// Connection, 0 to 3.
        stream: u8,
        /// The document.
        sha256: Hash,
        /// Where the stretch begins.
        start: u64,
        /// Its bytes.
        length: u64,
        /// Whether it is all of the document.
        whole: bool,
    },
    /// tus `HEAD`: how far the upload is durable. Answer [`super::Reply::Offset`].
    ReadOffset {
        /// Connection.
        stream: u8,
        /// The upload.
        upload: String,
    },
    /// tus `PATCH`. Answer [`super::Reply::Offset`]: with the last byte of an upload that is the whole document, the gateway
    /// has checked its hash and has it.
    SendPart {
        /// Connection.
        stream: u8,
        /// The upload.
        upload: String,
        /// The document.
        sha256: Hash,
        /// Where in the document the bytes are read.
        from: u64,
        /// Where in the upload they go (`Upload-Offset`).
        offset: u64,
        /// How many.
        length: u32,
    },
    /// Make the document count: with several uploads tus `POST` with `Upload-Concat: final`, with one a `HEAD` that sees
    /// it complete. Answer [`super::Reply::UploadFinished`].
    FinishUpload {
        /// Connection.
        stream: u8,
        /// The document.
        sha256: Hash,
        /// Its uploads in order.
        uploads: Vec<String>,
    },
    /// `GET /v1/sites/{site}/blobs/{sha256}` with a range; make what came durable. When the document is whole, check its
    /// hash and seal it; a wrong hash is [`super::Failure::Here`] after what came was thrown away. Answer
    /// [`super::Reply::FileFetched`].
    FetchFile {
        /// Connection.
        stream: u8,
        /// The document.
        sha256: Hash,
        /// First byte.
        from: u64,
        /// Most bytes.
        length: u32,
    },
}

/// What the store keeps for the next start. Losing the newest of these costs bytes, never records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memory {
    /// The gateway holds the log of `device` up to this head. Keep the receipt: it is the proof of reception.
    Acked {
        /// Whose log.
        device: [u8; 16],
        /// How far.
        head: Head,
        /// The gateway's word.
        receipt: Receipt,
    },
    /// The gateway no longer has what it had acknowledged of `device`: send again from above this place. Older receipts
    /// stay: they prove what was received then.
    Lowered {
        /// Whose log.
        device: [u8; 16],
        /// The last place the gateway has.
        seq: u64,
    },
    /// Read the feed on from here, of this ledger.
    Feed {
        /// The cursor.
        cursor: u64,
        /// The ledger.
        ledger_epoch: u64,
    },
    /// How far the uploads of a document are.
    Upload {
        /// The document.
        sha256: Hash,
        /// Its stretches.
        segments: Vec<Segment>,
    },
    /// The gateway has the document: its local copy may go when space is needed.
    FileArrived {
        /// The document.
        sha256: Hash,
    },
    /// The document is here whole.
    FileHere {
        /// The document.
        sha256: Hash,
    },
}

/// A line of the exchange log: places and sizes, never contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Records arrived at the gateway.
    Sent {
        /// Whose.
        device: [u8; 16],
        /// The first.
        first: u64,
        /// The last.
        last: u64,
        /// Bytes on the wire.
        bytes: u64,
    },
    /// Records came from the gateway.
    Received {
        /// How many were new.
        records: u64,
        /// Bytes on the wire.
        bytes: u64,
    },
    /// The open dossiers are here, before the old ones.
    OpenHere,
    /// A document arrived at the gateway.
    FileSent {
        /// The document.
        sha256: Hash,
        /// Its size.
        bytes: u64,
    },
    /// A document came.
    FileReceived {
        /// The document.
        sha256: Hash,
    },
    /// The two sides have the same.
    Agreed,
    /// Something did not work and is tried again.
    Failed {
        /// What was tried.
        what: What,
        /// How it failed.
        how: How,
        /// When it is tried again, milliseconds from now.
        again_ms: u64,
    },
    /// The gateway lost what it had: records are sent again from above `seq`.
    SentAgain {
        /// Whose.
        device: [u8; 16],
        /// From above this place.
        seq: u64,
    },
    /// The feed is read again from the beginning.
    ReadAgain,
}

/// What a request was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Records to the gateway.
    Records,
    /// Records from the gateway.
    Feed,
    /// The open dossiers, before the feed.
    Open,
    /// Comparing heads.
    Heads,
    /// A document.
    File,
}

/// How a request failed, without what the other side said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// No line.
    NoLine,
    /// Silence.
    Silent,
    /// The gateway is busy.
    Busy,
    /// The gateway refused.
    Refused(ProblemType),
    /// Not the gateway.
    NotTheGateway,
    /// This machine.
    Here,
}

/// What only a person can settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The gateway will not take this record of `device`: sending of that log has stopped. Everything else goes on.
    Stopped {
        /// Whose log.
        device: [u8; 16],
        /// The first record that did not go.
        seq: u64,
        /// Why.
        problem: ProblemType,
    },
    /// The gateway has more of this device's own log than lies here, or something else in its place: this store is a
    /// restored or copied one. It must become a new device before it sends again.
    NotTheNewest {
        /// The last place that agrees, as far as is known.
        seq: u64,
    },
    /// The record was stored, but its dossier waits until somebody has settled this.
    Held {
        /// Whose log.
        device: [u8; 16],
        /// The record.
        seq: u64,
        /// Why.
        problem: ProblemType,
    },
    /// The gateway refuses this document; the others go on.
    FileRefused {
        /// The document.
        sha256: Hash,
        /// Why.
        problem: ProblemType,
    },
    /// The document cannot be read or written here.
    FileDamaged {
        /// The document.
        sha256: Hash,
    },
    /// The gateway does not take this device's credentials.
    NotAuthorised,
    /// Received records cannot be stored here: the disk is full or broken.
    CannotStore,
}

impl How {
    pub(super) fn of(failure: &Failure) -> Self {
        match failure {
            Failure::NoLine => How::NoLine,
            Failure::Silent => How::Silent,
            Failure::RetryLater { .. } => How::Busy,
            Failure::Refused(problem) => How::Refused(problem.kind),
            Failure::NotTheGateway => How::NotTheGateway,
            Failure::Here => How::Here,
        }
    }
}
