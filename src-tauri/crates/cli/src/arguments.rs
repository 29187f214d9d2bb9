//! The command line, as `--help` tells it.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Quầy Một Cửa from a terminal: the same use cases as the desk application, JSON in and out.
///
/// Exit codes: 0 done; 2 the command line is wrong; 3 refused, with {"refusal","field","message"} on standard error;
/// 4 failed, with {"failure","message","next_step"} on standard error.
#[derive(Parser)]
#[command(name = "quay", version, max_term_width = 110)]
pub struct Arguments {
    /// Folder with the desk's data (default: this user's data folder).
    #[arg(long, global = true, value_name = "DIR", env = "QUAY_DATA_DIR")]
    pub data: Option<PathBuf>,
    /// File whose first line is the passphrase; without it the system's keyring is asked.
    #[arg(long, global = true, value_name = "F")]
    pub passphrase_file: Option<PathBuf>,
    /// File whose first line is the printed recovery key, instead of a passphrase.
    #[arg(long, global = true, value_name = "F", conflicts_with = "passphrase_file")]
    pub recovery_key_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The use cases.
#[derive(Subcommand)]
pub enum Command {
    /// First run: commission this machine for a commune and a desk.
    Init {
        /// Five-digit unit code of the commune.
        #[arg(long, value_name = "CODE")]
        site: String,
        /// Number of the desk, 1 to 9, from the commissioning sheet.
        #[arg(long, value_name = "N")]
        desk: u8,
        /// Full name of the first officer.
        #[arg(long, value_name = "NAME")]
        officer: String,
        /// Mã định danh cơ quan, the prefix of dossier numbers (default: the pack's unconfirmed proposal).
        #[arg(long, value_name = "CODE")]
        agency_code: Option<String>,
        /// A training store: marked TẬP HUẤN on every paper; only such a store may move its clock (--at).
        #[arg(long)]
        training: bool,
    },
    /// Make a new printed recovery key, or confirm it as typed back from the sheet.
    RecoveryKey {
        /// The key as typed back.
        #[arg(long, value_name = "KEY")]
        confirm: Option<String>,
        /// Write the sheet to print, a PDF.
        #[arg(long, value_name = "F")]
        sheet: Option<PathBuf>,
    },
    /// Make a sealed copy in DIR, restore it on trial and verify it; it counts only then.
    Backup {
        /// Second disk, share or stick.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Restore the newest copy of DIR into an empty --data folder; the machine becomes a new device.
    Restore {
        /// Where the copies are.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Only try it: read, unlock, verify, write nothing that stays.
        #[arg(long)]
        trial: bool,
    },
    /// Packs: law as dated data.
    Pack {
        /// What to do with a pack.
        #[command(subcommand)]
        command: PackCommand,
    },
    /// Check chain, signatures, outside marks, and that projections equal a replay: {"ok","records","faults"}.
    Verify,
    /// When something is due, and why. Needs no store.
    Due(DueArguments),
    /// Read from standard input what a code reader typed from an identity card. Needs no store.
    Card,
    /// Take dossiers in from standard input: one object or an array, all or none.
    Receive {
        /// The moment of the act (training stores only).
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
    },
    /// Show a dossier by number or id.
    Show {
        /// Number (any it has or had) or id.
        number: String,
    },
    /// Do a step; its arguments as a JSON object on standard input (may be empty).
    ///
    /// Actions: forward {to} · assign {to} · examine · check · sign · number_result {number, date?} ·
    /// finish {result?, shelf?} · return_result {collector?, lost_slip?, originals_returned?} · take_back {reason} ·
    /// request_supplement {components, reason} · receive_supplement {components?} · request_payment {amount_vnd, reason} ·
    /// confirm_payment {method, receipt_number?} · extend {reason, by | until} · withdraw {reason} ·
    /// stop {reason, decided_by, originals_returned?} · refuse {reason, decided_by, originals_returned?} ·
    /// set_shelf {shelf} · call · set_external_number {system, number, date} · give_number {number} ·
    /// correct {reason, full_name?, id_number?, birth_date?, phone?, email?, address?} · note {text}.
    /// Any of them also takes at, done_by, paper_number, note, approved_by.
    #[command(verbatim_doc_comment)]
    Act {
        /// Number or id.
        number: String,
        /// The action.
        action: String,
        /// The moment of the act (training stores only).
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
    },
    /// Attach files to a component of a dossier.
    Attach {
        /// Number or id.
        number: String,
        /// Index of the component as `show` lists it, or `-` for other papers.
        component: String,
        /// Files: PDF, images, Word, Excel; at most 50 MB each.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the documents of a dossier.
    Files {
        /// Number or id.
        number: String,
    },
    /// Write a document out as an ordinary file.
    Export {
        /// Number or id.
        number: String,
        /// Document id from `files`.
        file_id: String,
        /// Where to.
        #[arg(long, value_name = "F")]
        out: PathBuf,
    },
    /// Find dossiers by number, card number, phone, name with or without tone marks, procedure alias.
    Search {
        /// What to look for.
        text: String,
        /// Most hits shown, 1 to 200.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// List dossiers, newest first, or most urgent first with --due-before.
    List {
        /// National status, 1 to 10.
        #[arg(long, value_name = "S")]
        status: Option<u8>,
        /// Promised before this date or moment.
        #[arg(long, value_name = "D")]
        due_before: Option<String>,
        /// overdue, today, soon, in_time, waiting or finished.
        #[arg(long, value_name = "L")]
        lateness: Option<String>,
        /// `next` of the page before.
        #[arg(long, value_name = "PLACE")]
        after: Option<String>,
        /// Rows on a page, 1 to 200.
        #[arg(long, value_name = "N", default_value_t = 50)]
        limit: u32,
    },
    /// Papers into files.
    Print {
        /// Which paper.
        #[command(subcommand)]
        command: PrintCommand,
    },
    /// Set numbers aside and write a pad of blank slips for the next power cut.
    Pad {
        /// How many, 1 to 100.
        #[arg(long, value_name = "N")]
        count: u32,
        /// The PDF.
        #[arg(long, value_name = "F")]
        out: PathBuf,
    },
    /// Procedures for what an officer types: code, alias, name without tone marks, initials; the most used when empty.
    Procedures {
        /// What was typed.
        #[arg(default_value = "")]
        text: String,
        /// Most hits shown.
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: u32,
    },
    /// Make this device known to the province's gateway, with the one-time code its team gave out.
    Enrol {
        /// Address, such as https://quay.laocai.gov.vn.
        #[arg(long, value_name = "URL")]
        gateway: String,
        /// The one-time code; spaces, hyphens and case do not matter.
        #[arg(long, value_name = "CODE")]
        code: String,
        /// A certificate to trust besides the system's, PEM.
        #[arg(long, value_name = "FILE")]
        ca: Option<PathBuf>,
    },
    /// Bring records and documents to the gateway and fetch what came.
    Sync(SyncArguments),
    /// Fetch the documents of a dossier that lie with the province and not here.
    Fetch {
        /// Number or id.
        number: String,
        /// Give up after so many seconds without a line.
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        patience: u64,
    },
    /// Dossiers with records that the gateway has not confirmed.
    Unsent,
    /// Records that the gateway holds back until somebody has settled something.
    Held {
        /// What to do with them.
        #[command(subcommand)]
        command: HeldCommand,
    },
    /// Dossiers that two desks wrote differently without knowing of each other.
    Conflicts {
        /// What to do with them.
        #[command(subcommand)]
        command: ConflictsCommand,
    },
    /// Dossiers that citizens filed on a portal. `act` asks for more (request_supplement) or does not accept (refuse).
    Portal {
        /// What to do with them.
        #[command(subcommand)]
        command: PortalCommand,
    },
    /// Prove that a dossier reached the province: a proof that anyone can check, or the check itself (needs no store).
    Proof(ProofArguments),
    /// Fill a training store with believable dossiers through the real use cases.
    Demo {
        /// How many.
        #[arg(long, value_name = "N")]
        dossiers: u32,
        /// Seed of chance.
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// One dossier in so many gets a document; 0 for none.
        #[arg(long, value_name = "N", default_value_t = 5)]
        document_every: u32,
    },
}

/// How long to exchange, and what to tell.
#[derive(Args)]
pub struct SyncArguments {
    /// Until both sides have the same (the default); exit code 4 when that does not come about.
    #[arg(long, conflicts_with = "watch")]
    pub once: bool,
    /// Until interrupted.
    #[arg(long)]
    pub watch: bool,
    /// Tell every change of the state on standard output, a line each.
    #[arg(long, value_name = "FORMAT", value_parser = ["json"])]
    pub progress: Option<String>,
    /// Give up with --once after so many seconds without a line.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub patience: u64,
    /// Send records only, no documents.
    #[arg(long)]
    pub records_only: bool,
}

/// What to do with held records.
#[derive(Subcommand)]
pub enum HeldCommand {
    /// List them with reason, owner and next step.
    List,
    /// Ask the gateway to look again at what it holds back of a dossier, once the cause was settled: the request goes with
    /// the next exchange, and the answer comes with it. Prints the held records of the dossier.
    Retry {
        /// Number or id.
        number: String,
        /// What was settled, in a sentence.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
}

/// What to do with conflicts.
#[derive(Subcommand)]
pub enum ConflictsCommand {
    /// List the dossiers.
    List,
    /// Show both sides of a dossier, field by field.
    Show {
        /// Number or id.
        number: String,
    },
    /// Settle every open field of a dossier; on standard input {"fields": [{"field", "stands"}], "reason"}, where
    /// `stands` is one of the sides that `show` names, or its `before`.
    Resolve {
        /// Number or id.
        number: String,
    },
}

/// What to do with dossiers of the portal.
#[derive(Subcommand)]
pub enum PortalCommand {
    /// The queue, most urgent first.
    List,
    /// One of it: do its files open, is the checklist complete.
    Show {
        /// Number on the national portal, or id.
        number: String,
        /// Case whose checklist is asked for.
        #[arg(long, value_name = "ID")]
        case: Option<String>,
    },
    /// Take it in; on standard input {case?, components?, procedure?, note?} (may be empty).
    Accept {
        /// Number on the national portal, or id.
        number: String,
        /// The moment of the act (training stores only).
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
    },
    /// Put one into the queue that was copied from the portal: from standard input a dossier as `receive` takes it, with
    /// "channel": "online" and "portal": {number, at, system?, date?}. `receive` takes the same in at once.
    Enter {
        /// The moment of the act (training stores only).
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
    },
}

/// A proof of reception.
#[derive(Args)]
pub struct ProofArguments {
    /// Number or id of the dossier.
    #[arg(required_unless_present_any = ["check", "from"], conflicts_with_all = ["check", "from"])]
    pub number: Option<String>,
    /// Of all dossiers received from this day on, such as 2026-11-24.
    #[arg(long, value_name = "DATE", requires = "to", conflicts_with = "check")]
    pub from: Option<String>,
    /// To this day, included.
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<String>,
    /// Write the paper to read instead, a PDF.
    #[arg(long, value_name = "F", conflicts_with = "check")]
    pub out: Option<PathBuf>,
    /// Check this proof instead.
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
}

/// What to do with a pack.
#[derive(Subcommand)]
pub enum PackCommand {
    /// Check a pack file whole and put it into use; every fault is named with its place.
    Import {
        /// The pack, JSON.
        file: PathBuf,
    },
}

/// Which paper.
#[derive(Subcommand)]
pub enum PrintCommand {
    /// Giấy tiếp nhận hồ sơ và hẹn trả kết quả, both liên; counted as a print.
    Slip {
        /// Number or id.
        number: String,
        /// The PDF.
        #[arg(long, value_name = "F")]
        out: PathBuf,
        /// a5 or a4.
        #[arg(long, default_value = "a5")]
        paper: String,
    },
}

/// When something is due.
#[derive(Args)]
#[group(required = true, multiple = false, id = "what")]
pub struct DueWhat {
    /// Procedure whose time limit counts.
    #[arg(long, value_name = "CODE", group = "what")]
    pub procedure: Option<String>,
    /// The limit itself: 3wd, 8h, 30cd or same-day.
    #[arg(long, value_name = "LIMIT", group = "what")]
    pub limit: Option<String>,
}

/// When something is due.
#[derive(Args)]
pub struct DueArguments {
    /// Procedure or limit.
    #[command(flatten)]
    pub what: DueWhat,
    /// Case of the procedure.
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// When it was received.
    #[arg(long, value_name = "RFC3339")]
    pub received: String,
    /// Leave out the days the law adds in mountainous communes.
    #[arg(long)]
    pub lowland: bool,
    /// Add the sentences as one text.
    #[arg(long)]
    pub explain: bool,
}
