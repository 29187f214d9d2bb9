//! What the driver tells the engine.

use super::effect::Ticket;
use super::streams::{CONNECTIONS, SHARE};
use protocol::wire::{HeadOf, Heads, HeldRecord, Problem};
use protocol::{Hash, Receipt};

/// What a desk knows when its engine starts, read from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Unit code of the site.
    pub site: String,
    /// This device.
    pub device: [u8; 16],
    /// The gateway's public key for the site, as pinned at enrolment: receipts are checked against it.
    pub gateway_key: [u8; 32],
    /// Place of the last record of this device's own log; 0 when it is empty.
    pub head: u64,
    /// Place of the last record of it that the gateway gave a receipt for; 0 when none.
    pub acked: u64,
    /// Where to read the feed on.
    pub cursor: u64,
    /// How far this desk has come in joining its site.
    pub joining: Joining,
    /// The gateway's ledger as last seen; `None` before the first exchange.
    pub ledger_epoch: Option<u64>,
    /// Documents not yet at the gateway, with the uploads begun for them. Order does not matter.
    pub files: Vec<FileJob>,
    /// Any number that differs between desks and starts: spreads their retries. Nothing else depends on it.
    pub jitter_seed: u64,
}

/// How far a desk has come in joining its site. A whole log takes a slow line many minutes: what people ask for tomorrow
/// comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// The open dossiers come, before the feed.
    Open {
        /// The last subject that is here; zero when none is.
        after: [u8; 16],
        /// Subjects taken so far.
        taken: u64,
        /// How many there are, once the gateway has said.
        total: Option<u64>,
    },
    /// The open dossiers are here; the feed up to this position, where it ended then, brings the old ones and the chains.
    Old {
        /// The position.
        feed: u64,
    },
    /// It has joined.
    Joined,
}

impl Joining {
    /// Nothing has come yet.
    pub const START: Self = Self::Open { after: [0; 16], taken: 0, total: None };
}

/// A document on its way to the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileJob {
    /// SHA-256 of the plaintext.
    pub sha256: Hash,
    /// Bytes of the plaintext.
    pub size_bytes: u64,
    /// What is due sooner goes first: seconds since 1970 UTC of the dossier's promised date, `i64::MAX` without one.
    /// Only compared with other jobs' values, never with a clock.
    pub due: i64,
    /// What was begun; empty for a file not yet begun. Give back what [`super::Memory::Upload`] last said.
    pub segments: Vec<Segment>,
}

/// A stretch of a file with an upload of its own: most files have one, the last of a queue may have several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Where it begins in the file.
    pub start: u64,
    /// Its bytes.
    pub length: u64,
    /// The gateway's name for the upload; `None` until it was created.
    pub upload: Option<String>,
    /// Bytes of it that the gateway has acknowledged as durable.
    pub sent: u64,
}

/// What may travel now. The driver knows hours, carriers and settings; it sends [`Input::PolicyChanged`] when they
/// change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether documents may travel besides records.
    pub files: FilesAllowed,
    /// Connections for documents, 1 to 4, each its own TCP connection with two streams.
    pub streams: u8,
    /// Most bytes of documents a second, all streams together; `None` without a cap.
    pub cap_bytes_per_s: Option<u64>,
    /// Batches of records on the line at once, 1 to [`super::WINDOW_BATCHES`]. More than one needs a driver that keeps them in
    /// order; see [`Input::OnTheWay`] and [`Input::Arrived`].
    pub window_batches: u8,
    /// How long to rest between exchanges when nothing happens, milliseconds.
    pub poll_ms: u64,
}

impl Policy {
    pub(super) fn connections(&self) -> usize {
        usize::from(self.streams).clamp(1, CONNECTIONS)
    }

    pub(super) fn streams_at_once(&self) -> usize {
        self.connections() * SHARE
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            files: FilesAllowed::Yes,
            streams: 4,
            cap_bytes_per_s: None,
            window_batches: super::WINDOW_BATCHES,
            poll_ms: 60_000,
        }
    }
}

/// Whether documents may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesAllowed {
    /// Yes.
    Yes,
    /// The line is metered: records only.
    Metered,
    /// Outside the hours set for documents.
    OutOfHours,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The moment of [`super::Effect::WakeAt`] has come; also the first input after the start.
    Wake,
    /// The desk's own log grew: place of its last record.
    Committed {
        /// Place of the last record.
        head: u64,
    },
    /// A document was sealed and named by a record, or is offered again. One already known is passed over.
    FileAdded(FileJob),
    /// Somebody wants a document that lies with the gateway.
    FileWanted {
        /// SHA-256 of the plaintext.
        sha256: Hash,
        /// Its bytes.
        size_bytes: u64,
        /// Bytes that are here already.
        have_bytes: u64,
    },
    /// A person pressed *Gửi ngay*: try at once, also what had been stopped.
    SendNow,
    /// A person paused or resumed sending. What is under way ends; nothing new begins.
    Pause(bool),
    /// Another policy holds from now on.
    PolicyChanged(Policy),
    /// The operating system reports another network: connections of before are given up, everything is tried at once.
    NetworkChanged,
    /// The batch of this ticket is loaded and will be on the wire before anything started later: it ends at `last`.
    /// Optional; it lets the next batch start before the receipt is here (see [`Policy::window_batches`]).
    OnTheWay {
        /// The batch.
        ticket: Ticket,
        /// Place of its last record.
        last: u64,
    },
    /// The gateway has the batch of this ticket and keeps it until its turn comes: it is on the line no longer. Optional; it
    /// lets the next batch start although a batch before this one still waits for a packet that was lost.
    Arrived {
        /// The batch.
        ticket: Ticket,
    },
    /// A request ended. Every [`super::Effect::Start`] is answered by exactly one of these, unless it was abandoned.
    Done {
        /// Which.
        ticket: Ticket,
        /// How.
        outcome: Result<Reply, Failure>,
    },
}

/// How a request ended well. The variant must fit the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// For [`super::Request::SendRecords`].
    RecordsSent {
        /// The gateway's receipt, as received: the engine checks its signature.
        receipt: Receipt,
        /// Hash of the record in the receipt's place of that device's log **here**; `None` when there is none.
        ours: Option<Hash>,
        /// Records that wait for a person.
        held: Vec<HeldRecord>,
        /// Bytes sent, as on the wire.
        bytes: u64,
    },
    /// For [`super::Request::SendRecords`], when the log here has nothing from `first` on.
    NothingToSend,
    /// For [`super::Request::FetchPage`]: the page's records **and** its cursor were committed in one transaction.
    PageStored {
        /// The page's `next`.
        next: u64,
        /// The page's `more`.
        more: bool,
        /// The page's `ledger_epoch`.
        ledger_epoch: u64,
        /// Records that were new here.
        records: u64,
        /// Bytes received, as on the wire.
        bytes: u64,
    },
    /// For [`super::Request::FetchOpen`]: the page's records and how far this desk has come were committed.
    OpenStored {
        /// How far that is.
        joining: Joining,
        /// Records that were new here.
        records: u64,
        /// Bytes received, as on the wire.
        bytes: u64,
    },
    /// For [`super::Request::ReadHeads`].
    HeadsRead {
        /// What the gateway has.
        theirs: Heads,
        /// What lies here, of every device, this one included. Read **after** the gateway's reply.
        ours: Vec<HeadOf>,
    },
    /// For [`super::Request::CreateUpload`].
    UploadCreated {
        /// The gateway's name for it.
        upload: String,
    },
    /// For [`super::Request::CreateUpload`], when the gateway has the document already.
    FileKnown,
    /// For [`super::Request::CreateUpload`] of a stretch, when the other side takes a document as one upload only (tus
    /// without its extension `concatenation`).
    WholeOnly,
    /// For [`super::Request::ReadOffset`] and [`super::Request::SendPart`]: how far the upload is durable.
    Offset {
        /// Bytes from the upload's beginning.
        offset: u64,
    },
    /// For [`super::Request::FinishUpload`]: the gateway checked the whole document's hash and has it.
    UploadFinished,
    /// For [`super::Request::FetchFile`].
    FileFetched {
        /// Bytes of the document that are durable here now.
        have_bytes: u64,
    },
}

/// How a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection, no name, no route.
    NoLine,
    /// Nothing came for three seconds ([`super::SILENCE_MS`]), or the connection broke off. What was sent may or may
    /// not have arrived: the engine never takes this for a refusal.
    Silent,
    /// 429 or 503 with or without `Retry-After`, or another 5xx.
    RetryLater {
        /// `Retry-After`, milliseconds; 0 when it was not said.
        after_ms: u64,
    },
    /// The gateway said no, in its own words.
    Refused(Problem),
    /// Somebody else answered: a captive portal, a certificate that does not hold, a body that is not of this protocol.
    NotTheGateway,
    /// This machine failed: disk full, document unreadable.
    Here,
}
