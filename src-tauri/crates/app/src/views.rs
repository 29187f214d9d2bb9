//! What the screen and the command line are shown. Plain words and RFC 3339 times; nothing here decides.

use serde::Serialize;
use specta::Type;

macro_rules! views {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Type)]
        #[allow(missing_docs, reason = "fields carry the names of the glossary")]
        pub struct $name { $($(#[$field_doc])* pub $field: $ty),* })*
    };
}

views! {
    /// What stands between the start of the program and the desk.
    BootView { state: String, fault: Option<FaultView>, unlock_with: Vec<String>, keyring_available: bool, training: bool, version: String, data_dir: String, restored: Option<RestoredView>, reopened: Option<String>, recovery_confirmed: bool }
    /// A fault of the store in plain words.
    FaultView { code: String, title: String, message: String, next_step: String }
    /// A restore was found at this start.
    RestoredView { message: String }
    /// What a restore, or a trial of one, found.
    RestoreView { ok: bool, file: String, records: u32, documents: u32, faults: Vec<String> }
    /// A commune, found by a present or former name.
    UnitHit { code: String, name: String, level: String, full_name: String, matched: Option<String>, former_names: Vec<String> }
    /// The printed recovery key, group by group.
    RecoveryKeyView { groups: Vec<String> }
    /// An officer.
    OfficerView { id: String, name: String, roles: Vec<String> }
    /// Where and as whom the desk works.
    SessionView { site_code: String, site_name: String, province: String, desk: u8, officer: OfficerView, officers: Vec<OfficerView>, training: bool, today_words: String, is_supervisor: bool, is_administrator: bool }
    /// The bar at the foot of the window.
    StatusBarView { saved: SavedView, backup: BackupBarView, intake: IntakeView, failed_prints: u32, now: String, drafts: u32 }
    /// Where the exchange with the province stands; `headline` is one of sent_all, sending, fetching_open, fetching_old, no_line, not_the_gateway, needs_person, paused, files_wait, stopped, not_enrolled. `tasks` counts what awaits a person: `needs`, returned records, disputes.
    ExchangeView { enrolled: bool, gateway: Option<String>, lane: bool, headline: String, words: String, tone: String, records_unsent: u32, files_unsent: u32, kilobytes_unsent: u32, minutes_left: Option<u32>, paused: bool, receipt_at: Option<String>, needs: Vec<NeedView>, tasks: u32 }
    /// What only a person can settle.
    NeedView { code: String, words: String, next_step: String }
    /// A line of the exchange log; `about` is one of records, documents, line.
    ExchangeLineView { at: String, about: String, words: String, tone: String }
    /// A record that waits at the gateway until somebody has settled something; `asked_at` and `asked_by` while the gateway was asked to look again and has not answered.
    HeldView { id: String, number: Option<String>, problem: String, reason: String, owner: String, next_step: String, asked_at: Option<String>, asked_by: Option<String> }
    /// A dossier whose desks are at odds over some fields.
    DisputeView { id: String, number: Option<String>, applicant: String, fields: u32 }
    /// A dossier that desks wrote differently: the fields that await a decision, and those merged already.
    ConflictView { row: DossierRowView, fields: Vec<ConflictFieldView>, safe: Vec<ConflictFieldView> }
    /// One field, what it was, and what each side made of it.
    ConflictFieldView { field: String, before: Option<RecordNameView>, before_value: String, sides: Vec<ConflictSideView> }
    /// One side; `record` is what a decision names.
    ConflictSideView { record: RecordNameView, value: String, done_by: String, recorded_by: String, at: String }
    /// A record by its device and place.
    RecordNameView { device: String, seq: u32 }
    /// A record, or a dossier's first, with when the province signed for it.
    ProofRowView { what: String, recorded_at: String, received_at: Option<String> }
    /// What a period's dossiers can prove; `waiting` counts those the province has not signed for.
    ProofPeriodView { waiting: u32, rows: Vec<ProofRowView> }
    /// A dossier with records that the gateway has not confirmed.
    UnsentView { number: Option<String>, applicant: String, records: u32 }
    /// Where a dossier stands; `code` is one of here, sent, received, returned, conflict.
    SyncWordsView { code: String, words: String }
    /// What is safe where.
    SavedView { dossiers_unsent: u32, words: String }
    /// Age of the last proven copy.
    BackupBarView { proven_at: Option<String>, words: String, tone: String }
    /// Whether dossiers may be taken in.
    IntakeView { stopped: bool, words: String }

    /// A procedure among search results.
    ProcedureHit { code: String, short_name: String, name: String, field: String, reception: String, reception_words: String, case_count: u32, time_words: String, fee_words: String, needs_review: bool, superseded_by: Option<String>, uses: u32 }
    /// A component as the checklist shows it.
    ComponentView { index: u16, label: String, kind: String, required: String, originals: u16, certified: u16, copies: u16, either: bool, note: Option<String> }
    /// A case.
    CaseView { id: String, name: String, when: String, time_words: String, fee_words: String, components: Vec<ComponentView> }
    /// A role with its label.
    RoleView { role: String, label: String }
    /// A line of a fee.
    FeeItemView { name: String, amount_vnd: Option<u32>, unit: Option<String>, rule: Option<String> }
    /// A procedure whole.
    ProcedureView { code: String, name: String, short_name: String, field: String, reception: String, reception_words: String, workflow: String, subject_roles: Vec<RoleView>, cases: Vec<CaseView>, fee_items: Vec<FeeItemView>, fee_words: String, needs_review: bool, review_reason: Option<String>, reviewed: bool, note: Option<String>, legal_basis: Vec<String>, results: Vec<String> }

    /// A person or organisation.
    PartyView { kind: String, full_name: String, id_kind: Option<String>, id_number: Option<String>, id_note: Option<String>, birth_date: Option<String>, sex: Option<String>, phone: Option<String>, email: Option<String>, address: Option<String> }
    /// Who stands at the desk for the applicant.
    SubmitterView { kind: String, full_name: String, id_kind: Option<String>, id_number: Option<String>, id_note: Option<String>, birth_date: Option<String>, sex: Option<String>, phone: Option<String>, email: Option<String>, address: Option<String>, relation: Option<String>, authority_paper: Option<String> }
    /// A person registered.
    RegisteredView { role: String, full_name: String, id_number: Option<String>, birth_date: Option<String> }
    /// A card that was scanned.
    CardView { party: PartyView, old_id_number: Option<String>, issued_on: Option<String>, extra: Vec<String>, raw: String, warnings: Vec<String>, known: Option<KnownPersonView> }
    /// Somebody who was here before.
    KnownPersonView { party: PartyView, dossiers: Vec<DossierRowView>, in_progress: u32 }
    /// A date that was typed.
    DateView { date: String, words: String }

    /// Something to look at before accepting.
    Problem { field: String, code: String, message: String, blocks: bool }
    /// A sentence of the count.
    DueStepView { code: String, at: String, words: String }
    /// A promise and how it was counted.
    DueView { due_at: Option<String>, words: String, limit_words: String, steps: Vec<DueStepView> }
    /// What accepting would give.
    PreviewItem { due: DueView, fee_words: String, problems: Vec<Problem>, duplicates: Vec<DossierRowView>, number_words: String }
    /// A dossier that was accepted.
    AcceptedView { id: String, number: Option<String>, provisional: bool, check_code: String, due_at: Option<String>, due_words: String, status: u8, procedure: String, applicant: String, next_words: String }
    /// A draft not yet accepted.
    DraftView { slot: String, title: String, saved_at: String, json: String }

    /// What became of a print.
    PrintView { job: String, state: String, printer: Option<String>, cause: Option<String>, next_step: Option<String>, copies: u32 }
    /// A print in the list; `kind` is one of slip, signature_sheet, pad.
    PrintJobRow { id: String, kind: String, dossier_numbers: Vec<String>, at: String, state: String, cause: Option<String>, next_step: Option<String> }
    /// A printer.
    PrinterView { name: String, description: String, is_default: bool, chosen: bool, ready: bool, why_not: Option<String> }

    /// One line of a list.
    DossierRowView { id: String, number: Option<String>, provisional: bool, applicant: String, submitter: Option<String>, procedure_code: String, procedure: String, status: u8, status_words: String, received_at: String, due_at: Option<String>, due_words: String, lateness: String, lateness_words: String, days: Option<i32>, shelf: Option<String>, matched: Option<String> }
    /// A document. `missing`: its bytes are not here; `away`: because another desk attached it, so that it can be fetched.
    FileView { id: String, component: Option<u16>, name: String, mime: String, size_bytes: u32, added_at: String, added_by: String, replaced: bool, missing: bool, away: bool }
    /// A line of the timeline.
    TimelineEntry { at: String, at_words: String, title: String, lines: Vec<String>, done_by: String, recorded_by: String, late: bool, kind: String }
    /// A choice of an argument.
    ChoiceView { value: String, label: String }
    /// An argument of an action.
    ArgumentView { name: String, label: String, kind: String, required: bool, choices: Vec<ChoiceView>, hint: Option<String> }
    /// A verb on this dossier now.
    ActionView { action: String, label: String, key: Option<String>, primary: bool, allowed: bool, why_not: Option<String>, needs: Vec<ArgumentView>, warns: Option<String> }
    /// A component of a dossier.
    ComponentTakenView { index: u16, label: String, originals: u16, certified: u16, copies: u16, state: String, scan: String, keep_original: bool, files: Vec<FileView> }
    /// A number in another system.
    ExternalNumberView { system: String, number: String, date: String }
    /// A step of the way through the office.
    StepView { label: String, done: bool, current: bool }
    /// A dossier whole.
    DossierView { row: DossierRowView, applicant: PartyView, submitter: Option<SubmitterView>, registered: Vec<RegisteredView>, case_name: Option<String>, procedure_name: String, components: Vec<ComponentTakenView>, other_files: Vec<FileView>, sets: u16, channel: String, return_method: String, return_words: String, fee_words: String, due: DueView, originals_kept: Vec<String>, external_numbers: Vec<ExternalNumberView>, check_code: String, reprints: u32, note: Option<String>, timeline: Vec<TimelineEntry>, actions: Vec<ActionView>, packs: String, sync: SyncWordsView, workflow: String, steps: Vec<StepView> }

    /// A line of the queue of portal dossiers; `tone` is one of calm, soon, late; `status` 1 waits for the desk, 5 for the citizen.
    PortalRowView { id: String, status: u8, status_words: String, system: String, number: String, applicant: String, procedure: String, filed_at: String, answer_by: Option<String>, minutes_left: Option<i32>, hours_words: String, tone: String, files: u32, files_here: u32, conflict: bool }
    /// A file of a portal dossier; `check` is one of good, bad, away.
    PortalFileView { file: FileView, check: String, words: String }
    /// A line of the checklist with the file that seems to be it.
    PortalLineView { index: u16, label: String, required: bool, file: Option<String>, good: bool }
    /// A portal dossier as the officer looks at it before answering.
    PortalView { row: PortalRowView, applicant: PartyView, submitter: Option<SubmitterView>, procedure: Option<String>, procedure_words: String, case: Option<String>, cases: Vec<ChoiceView>, checklist: Vec<PortalLineView>, files: Vec<PortalFileView>, answer: Option<String> }

    /// A file waiting in the watched folder.
    WatchedFile { path: String, name: String, size_bytes: u32, at: String, refused: Option<String> }
    /// The watched folder.
    WatchFolderView { path: Option<String>, files: Vec<WatchedFile> }
    /// Bytes of a document.
    FileBytesView { mime: String, name: String, base64: String }

    /// A result that can be handed over.
    ReturnItem { row: DossierRowView, originals: Vec<String>, fee_owed_words: Option<String>, result_words: String, waiting_days: u32 }
    /// What the return page found.
    ReturnLookup { person_words: String, ready: Vec<ReturnItem>, not_ready: Vec<DossierRowView> }

    /// A draft among search results.
    DraftHit { slot: String, title: String, saved_at: String }
    /// Search results.
    SearchView { total: u32, total_is_exact: bool, hits: Vec<DossierRowView>, drafts: Vec<DraftHit>, procedure: Option<ProcedureHit>, took_ms: u32 }
    /// A page of a list.
    ListView { rows: Vec<DossierRowView>, next: Option<String>, total: u32 }
    /// A status with its count.
    StatusCount { status: u8, words: String, count: u32 }
    /// Counts for filters and navigation.
    CountsView { due_today: u32, overdue: u32, soon: u32, in_time: u32, waiting: u32, ready_to_return: u32, in_progress: u32, received_today: u32, by_status: Vec<StatusCount> }
    /// What a scan was.
    ScanView { kind: String, card: Option<CardView>, dossier: Option<DossierRowView>, text: String }

    /// A procedure for an administrator to look at.
    ReviewRowView { code: String, short_name: String, field: String, reason: String, reviewed: bool, reviewed_by: Option<String> }
    /// One try at a proven copy.
    BackupTryView { at: String, ok: bool, words: String }
    /// One proven copy in the history.
    BackupHistoryRow { at: String, file: String, records: u32, ok: bool, words: String }
    /// Copies.
    BackupView { place: Option<String>, mirror: Option<String>, last_proven_at: Option<String>, last_try: Option<BackupTryView>, history: Vec<BackupHistoryRow> }
    /// A place where something does not hold.
    PlaceFault { place: String, message: String }
    /// The answer of a verification.
    VerifyView { ok: bool, records: u32, unproved: u32, refuted: Vec<String>, faults: Vec<PlaceFault>, took_ms: u32 }
    /// A special day.
    DayView { date: String, words: String, working: bool, reason: Option<String>, source: Option<String> }
    /// An imported pack.
    PackView { ok: bool, kind: String, version: String, faults: Vec<PlaceFault> }
    /// A fee of the site's own.
    FeeRow { procedure: String, name: String, amount_vnd: Option<u32>, basis: Option<String> }
}
