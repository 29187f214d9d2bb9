// The data that crosses the boundary between the web view and Rust.
// Times are RFC 3339 with +07:00, dates "YYYY-MM-DD"; fields ending in "words" are ready Vietnamese for the screen.

export type ApiError =
  | { kind: "refused"; refusal: Refusal }
  | { kind: "not_allowed" | "not_found" | "stale" | "disk_full" | "store_read_only" | "intake_stopped" | "locked"; message: string }
  | { kind: "internal"; incident: string; message: string };

/** A "no" the clerk can act on; `field` is a path such as "items[0].applicant.birth_date". */
export type Refusal = { code: string; field: string | null; message: string };

// ---- boot, first run, keys

export type FaultCode =
  | "key_missing" | "key_damaged" | "newer_schema" | "corrupt" | "read_only" | "second_instance" | "disk_full" | "wrong_key" | "io";
export type Fault = { code: FaultCode; title: string; message: string; next_step: string };
export type SecretKind = "passphrase" | "recovery";

export type BootView = {
  state: "first_run" | "locked" | "ready" | "fault";
  fault: Fault | null;
  unlock_with: SecretKind[];
  keyring_available: boolean;
  training: boolean;
  version: string;
  data_dir: string;
  /** Set when this start found a restored store: a new device identity, numbers marked "mã tạm". */
  restored: { message: string } | null;
  /** What became of the dossiers that were being taken in when the disk failed; only after reopening. */
  reopened: string | null;
  recovery_confirmed: boolean;
};

/** `matched` is the former name that was typed, when the hit came through one. */
export type UnitHit = {
  code: string; name: string; level: string; full_name: string; matched: string | null; former_names: string[];
};

export type FirstRunInput = {
  site: string; desk: number; officer: string; agency_code: string | null; passphrase: string | null; training: boolean;
};
/** What a restore, or a trial of one, found. */
export type RestoreView = { ok: boolean; file: string; records: number; documents: number; faults: string[] };
export type RecoveryKeyView = { groups: string[] };
export type Secret = { kind: SecretKind; text: string };

// ---- session and status bar

export type OfficerView = { id: string; name: string; roles: string[] };

export type SessionView = {
  site_code: string; site_name: string; province: string; desk: number;
  officer: OfficerView; officers: OfficerView[];
  training: boolean; today_words: string; is_supervisor: boolean; is_administrator: boolean;
};

export type StatusBarView = {
  saved: { dossiers_unsent: number; words: string };
  backup: { proven_at: string | null; words: string; tone: "quiet" | "soon" | "act" };
  intake: { stopped: boolean; words: string };
  failed_prints: number;
  now: string;
  drafts: number;
};

// ---- procedures

export type Reception = "desk" | "police" | "military" | "other_counter" | "not_by_slip";

export type ProcedureHit = {
  code: string; short_name: string; name: string; field: string;
  reception: Reception; reception_words: string;
  case_count: number; time_words: string; fee_words: string;
  needs_review: boolean; superseded_by: string | null; uses: number;
};

export type Required = "yes" | "no" | "if_applicable";

export type ComponentView = {
  index: number; label: string;
  kind: "submit" | "present" | "data_replaced";
  required: Required;
  originals: number; certified: number; copies: number;
  /** Either an original or a certified copy is enough. */
  either: boolean;
  note: string | null;
};

export type CaseView = {
  id: string; name: string; when: string; time_words: string; fee_words: string; components: ComponentView[];
};

export type FeeItem = { name: string; amount_vnd: number | null; unit: string | null; rule: string | null };

export type ProcedureView = {
  code: string; name: string; short_name: string; field: string;
  reception: Reception; reception_words: string;
  workflow: "short" | "full";
  subject_roles: { role: string; label: string }[];
  cases: CaseView[];
  fee_items: FeeItem[]; fee_words: string;
  needs_review: boolean; review_reason: string | null; reviewed: boolean;
  note: string | null; legal_basis: string[]; results: string[];
};

// ---- people and cards

export type IdKind = "can_cuoc" | "cmnd" | "passport" | "child_number" | "other" | "none";
export type Sex = "male" | "female";

export type PartyInput = {
  kind: "person" | "organisation";
  full_name: string;
  id_kind: IdKind | null; id_number: string | null; id_note: string | null;
  birth_date: string | null; sex: Sex | null;
  phone: string | null; email: string | null; address: string | null;
};

export type CardView = {
  party: PartyInput; old_id_number: string | null; issued_on: string | null;
  extra: string[]; raw: string; warnings: string[]; known: KnownPersonView | null;
};

export type KnownPersonView = { party: PartyInput; dossiers: DossierRow[]; in_progress: number };

// ---- reception

export type PaperState = "received" | "returned_original" | "has_data" | "missing" | "not_applicable";
export type ScanState = "scanned" | "not_scanned" | "reused" | "exempt";

export type ComponentInput = {
  index: number; label: string | null;
  originals: number; certified: number; copies: number;
  state: PaperState; scan: ScanState; keep_original: boolean;
};

export type SubmitterInput = PartyInput & { relation: string | null; authority_paper: string | null };
export type RegisteredInput = { role: string; full_name: string; id_number: string | null; birth_date: string | null };
export type Channel = "direct" | "post" | "online";
export type ReturnMethod = "desk" | "post" | "online";

/** `system` null is the national portal; `date` null is the day of `at`. */
export type FiledInput = { system: string | null; number: string; date: string | null; at: string };

export type ReceiveInput = {
  procedure: string; case: string | null;
  applicant: PartyInput;
  /** Who hands the dossier in for the applicant; null when that is the applicant. */
  submitter: SubmitterInput | null;
  registered: RegisteredInput[];
  components: ComponentInput[]; sets: number;
  channel: Channel; return_method: ReturnMethod; return_address: string | null;
  received_at: string | null; late_reason: string | null; approved_by: string | null; reserved_number: string | null;
  queue_ticket: string | null;
  /** Number and time on a portal, for a dossier of channel "online" that is copied from there. */
  portal: FiledInput | null;
  fee_amount_vnd: number | null; fee_basis: string | null; note: string | null;
};

export type Problem = { field: string; code: string; message: string; blocks: boolean };
export type DueStep = { code: string; at: string; words: string };
export type DueView = { due_at: string | null; words: string; limit_words: string; steps: DueStep[] };

export type PreviewItem = {
  due: DueView; fee_words: string; problems: Problem[]; duplicates: DossierRow[]; number_words: string;
};

export type AcceptedView = {
  id: string; number: string | null; provisional: boolean; check_code: string;
  due_at: string | null; due_words: string; status: number;
  procedure: string; applicant: string; next_words: string;
};

/** A parked or interrupted intake; `json` is what the reception page saved. */
export type DraftView = { slot: string; title: string; saved_at: string; json: string };

// ---- printing

export type Paper = "a5" | "a4";
export type PrintView = {
  job: string; state: "done" | "sent" | "failed"; printer: string | null;
  cause: string | null; next_step: string | null; copies: number;
};
export type PrintJobRow = {
  id: string; kind: "slip" | "signature_sheet" | "pad"; dossier_numbers: string[]; at: string; state: "sent" | "done" | "failed";
  cause: string | null; next_step: string | null;
};
export type PrinterView = {
  name: string; description: string; is_default: boolean; chosen: boolean; ready: boolean; why_not: string | null;
};

// ---- dossier page

export type Lateness = "overdue" | "today" | "soon" | "in_time" | "waiting" | "finished";

export type DossierRow = {
  id: string; number: string | null; provisional: boolean;
  applicant: string; submitter: string | null;
  procedure_code: string; procedure: string;
  status: number; status_words: string;
  received_at: string; due_at: string | null; due_words: string;
  lateness: Lateness; lateness_words: string; days: number | null;
  shelf: string | null;
  /** What the search text matched, when that is not the name or number. */
  matched: string | null;
};

export type FileView = {
  id: string; component: number | null; name: string; mime: string; size_bytes: number;
  added_at: string; added_by: string; replaced: boolean;
  /** Its bytes are not here; a fault unless it is away. */
  missing: boolean;
  /** Another desk attached it; it lies with the province and can be fetched. */
  away: boolean;
};

export type TimelineEntry = {
  at: string; at_words: string; title: string; lines: string[];
  done_by: string; recorded_by: string; late: boolean; kind: string;
};

export type ArgumentKind =
  | "text" | "long_text" | "date_time" | "date" | "money" | "choice" | "officer" | "components" | "yes_no";

export type ArgumentView = {
  name: string; label: string; kind: ArgumentKind; required: boolean;
  choices: { value: string; label: string }[]; hint: string | null;
};

export type ActionView = {
  action: string; label: string; key: string | null; primary: boolean;
  allowed: boolean; why_not: string | null; needs: ArgumentView[]; warns: string | null;
};

export type ExternalNumber = { system: string; number: string; date: string };

export type DossierView = {
  row: DossierRow;
  applicant: PartyInput; submitter: SubmitterInput | null; registered: RegisteredInput[];
  case_name: string | null; procedure_name: string;
  components: (ComponentInput & { label: string; files: FileView[] })[];
  other_files: FileView[];
  sets: number; channel: string; return_method: string; return_words: string;
  fee_words: string; due: DueView;
  originals_kept: string[]; external_numbers: ExternalNumber[];
  check_code: string; reprints: number; note: string | null;
  timeline: TimelineEntry[]; actions: ActionView[];
  packs: string; sync: SyncWords;
  workflow: "short" | "full"; steps: { label: string; done: boolean; current: boolean }[];
};

/** One recorded step; `done_by` and `at` are set for "Ghi nhận thay". */
export type ActInput = {
  action: string; args: Record<string, unknown>;
  done_by: string | null; at: string | null; paper_number: string | null;
};

// ---- documents

export type WatchedFile = { path: string; name: string; size_bytes: number; at: string; refused: string | null };
export type WatchFolderView = { path: string | null; files: WatchedFile[] };
export type FileBytes = { mime: string; name: string; base64: string };

// ---- dossiers of the portal

/** A line of the queue; status 1 waits for the desk, 5 for the citizen. */
export type PortalRow = {
  id: string; status: number; status_words: string;
  system: string; number: string; applicant: string; procedure: string; filed_at: string;
  answer_by: string | null; minutes_left: number | null; hours_words: string; tone: "calm" | "soon" | "late";
  files: number; files_here: number; conflict: boolean;
};
export type PortalFile = { file: FileView; check: "good" | "bad" | "away"; words: string };
export type PortalLine = { index: number; label: string; required: boolean; file: string | null; good: boolean };
export type PortalView = {
  row: PortalRow; applicant: PartyInput; submitter: SubmitterInput | null;
  /** Code in the packs; null when the portal's procedure is not among them. */
  procedure: string | null; procedure_words: string;
  case: string | null; cases: { value: string; label: string }[];
  checklist: PortalLine[]; files: PortalFile[]; answer: string | null;
};
/** What the officer adds; null leaves the portal's word, or the pack's. */
export type PortalAcceptInput = { procedure: string | null; case: string | null; components: ComponentInput[] | null; note: string | null };

// ---- returning results

export type ReturnItem = {
  row: DossierRow; originals: string[]; fee_owed_words: string | null; result_words: string; waiting_days: number;
};
export type ReturnLookup = { person_words: string; ready: ReturnItem[]; not_ready: DossierRow[] };
export type Collector = {
  kind: "applicant" | "submitter" | "proxy"; full_name: string; id_number: string | null;
  relation: string | null; authority_paper: string | null;
};
export type ReturnInput = {
  ids: string[]; collector: Collector; lost_slip: boolean; originals_returned: boolean; note: string | null;
};

// ---- search and lists

export type SearchFilter = {
  status: number | null; lateness: Lateness | null; procedure: string | null;
  received_from: string | null; received_to: string | null; due_before: string | null; officer: string | null;
};

export type SearchView = {
  total: number; total_is_exact: boolean; hits: DossierRow[];
  drafts: { slot: string; title: string; saved_at: string }[];
  procedure: ProcedureHit | null; took_ms: number;
};

export type ListView = { rows: DossierRow[]; next: string | null; total: number };

export type CountsView = {
  due_today: number; overdue: number; soon: number; in_time: number; waiting: number;
  ready_to_return: number; in_progress: number; received_today: number;
  by_status: { status: number; words: string; count: number }[];
};

export type ScanView = { kind: "card" | "dossier" | "text"; card: CardView | null; dossier: DossierRow | null; text: string };

// ---- exchange with the province

export type ExchangeHeadline =
  | "sent_all" | "sending" | "fetching_open" | "fetching_old" | "no_line" | "not_the_gateway" | "needs_person" | "paused" | "files_wait" | "stopped" | "not_enrolled";

/** What only a person can settle. */
export type NeedView = { code: string; words: string; next_step: string };

export type ExchangeView = {
  enrolled: boolean; gateway: string | null;
  /** Whether this machine gives the numbers of its desk; otherwise a "mã tạm". */
  lane: boolean;
  headline: ExchangeHeadline; words: string; tone: "quiet" | "busy" | "act";
  records_unsent: number; files_unsent: number; kilobytes_unsent: number; minutes_left: number | null;
  paused: boolean;
  /** The gateway's newest receipt. */
  receipt_at: string | null;
  needs: NeedView[];
  /** All that awaits a person: needs, returned records, dossiers to compare. */
  tasks: number;
};

export type ExchangeLine = { at: string; about: "records" | "documents" | "line"; words: string; tone: "quiet" | "soon" | "act" };
/** `asked_at` and `asked_by` while the province was asked to look again and has not answered. */
export type HeldView = { id: string; number: string | null; problem: string; reason: string; owner: string; next_step: string; asked_at: string | null; asked_by: string | null };
export type DisputeView = { id: string; number: string | null; applicant: string; fields: number };
export type UnsentView = { number: string | null; applicant: string; records: number };

/** A record by its device and place in that device's log. */
export type RecordName = { device: string; seq: number };
export type ConflictSide = { record: RecordName; value: string; done_by: string; recorded_by: string; at: string };
export type ConflictField = {
  field: string;
  /** The record that wrote the value before; null when it came with the reception and cannot be chosen. */
  before: RecordName | null;
  before_value: string; sides: ConflictSide[];
};
export type ConflictView = { row: DossierRow; fields: ConflictField[]; safe: ConflictField[] };

/** Where a dossier stands between this desk and the province. */
export type SyncWords = { code: "here" | "sent" | "received" | "returned" | "conflict"; words: string };

// ---- administration

export type ReviewRow = {
  code: string; short_name: string; field: string; reason: string; reviewed: boolean; reviewed_by: string | null;
};
export type ReviewEdit = { index: number; case: string; label: string; required: Required };

export type BackupView = {
  place: string | null; mirror: string | null; last_proven_at: string | null;
  last_try: { at: string; ok: boolean; words: string } | null;
  history: { at: string; file: string; records: number; ok: boolean; words: string }[];
};

export type FaultRow = { place: string; message: string };
export type VerifyView = { ok: boolean; records: number; unproved: number; refuted: string[]; faults: FaultRow[]; took_ms: number };
export type PackImportView = { ok: boolean; kind: string; version: string; faults: FaultRow[] };
export type DayView = { date: string; words: string; working: boolean; reason: string | null; source: string | null };
export type FeeRow = { procedure: string; name: string; amount_vnd: number | null; basis: string | null };

// ---- events

export type Topic = "dossiers" | "backlog" | "drafts" | "print" | "backup" | "session" | "sync" | "watch";
/** `done` and `total` are of the step that `words` name; `permille` and `remaining_s` are of the whole task. */
export type Progress = {
  task: string; words: string; done: number; total: number; unit: "rows" | "kilobytes"; permille: number; remaining_s: number | null;
};
