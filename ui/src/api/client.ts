import { invoke } from "@tauri-apps/api/core";
import type { Commands, Office } from "./commands";
import { shellDesktop } from "./desktop";

/** The office every screen talks to: the shell's, or a fake in tests and in a plain browser during design work. */
export let office: Office;

/** Puts another office in place of the shell's (tests, design work). */
export function useOffice(other: Office): void {
  office = other;
}

/** Chooses the office for this window; called once, before the first screen. */
export async function connect(): Promise<void> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeOffice } = await import("./fake");
    useOffice(fakeOffice());
  }
}

const ask = <T>(command: string, args?: Record<string, unknown>): Promise<T> => invoke<T>(command, args);

/** The commands of the shell; the only place that calls `invoke`. */
const shellCommands: Commands = {
  bootState: () => ask("boot_state"),
  unitsSearch: (text) => ask("units_search", { text }),
  firstRun: (input) => ask("first_run", { input }),
  recoveryKeyConfirm: (typed) => ask("recovery_key_confirm", { typed }),
  recoverySheetPdf: () => ask("recovery_sheet_pdf"),
  recoveryKeyNew: () => ask("recovery_key_new"),
  unlock: (secret) => ask("unlock", { secret }),
  storeReopen: () => ask("store_reopen"),

  session: () => ask("session"),
  officerSwitch: (id) => ask("officer_switch", { id }),
  officerAdd: (name, roles) => ask("officer_add", { name, roles }),
  statusBar: () => ask("status_bar"),

  procedureSearch: (text, limit) => ask("procedure_search", { text, limit }),
  procedureView: (code) => ask("procedure_view", { code }),

  cardRead: (raw) => ask("card_read", { raw }),
  personKnown: (idNumber) => ask("person_known", { idNumber }),
  idNumberCheck: (idNumber, birthDate, sex) => ask("id_number_check", { idNumber, birthDate, sex }),
  personSearch: (text, limit) => ask("person_search", { text, limit }),
  dateRead: (typed) => ask("date_read", { typed }),

  receptionPreview: (items) => ask("reception_preview", { items }),
  receptionAccept: (items, draftSlot) => ask("reception_accept", { items, draftSlot }),
  draftSave: (slot, json) => ask("draft_save", { slot, json }),
  draftLoad: (slot) => ask("draft_load", { slot }),
  draftDiscard: (slot) => ask("draft_discard", { slot }),
  drafts: () => ask("drafts"),

  slipPdf: (ids, paper) => ask("slip_pdf", { ids, paper }),
  slipPrint: (ids) => ask("slip_print", { ids }),
  slipReprint: (id, reason) => ask("slip_reprint", { id, reason }),
  printers: () => ask("printers"),
  printerChoose: (name, paper) => ask("printer_choose", { name, paper }),
  printJobs: () => ask("print_jobs"),
  printRetry: (id) => ask("print_retry", { id }),
  padPrint: (count) => ask("pad_print", { count }),

  dossierOpen: (idOrNumber) => ask("dossier_open", { idOrNumber }),
  dossierAct: (id, steps) => ask("dossier_act", { id, steps }),

  filesAttach: (dossierId, component, paths) => ask("files_attach", { dossierId, component, paths }),
  fileBytes: (dossierId, fileId) => ask("file_bytes", { dossierId, fileId }),
  fileReplace: (dossierId, fileId, path) => ask("file_replace", { dossierId, fileId, path }),
  fileExport: (dossierId, fileId, to) => ask("file_export", { dossierId, fileId, to }),
  watchFolder: () => ask("watch_folder"),
  watchFolderSet: (path) => ask("watch_folder_set", { path }),

  returnLookup: (text) => ask("return_lookup", { text }),
  returnResults: (input) => ask("return_results", { input }),
  signatureSheetPdf: (ids) => ask("signature_sheet_pdf", { ids }),
  shelfSet: (id, shelf) => ask("shelf_set", { id, shelf }),
  calledSet: (id, note) => ask("called_set", { id, note }),

  search: (text, filter, limit) => ask("search", { text, filter, limit }),
  list: (filter, after, limit) => ask("list", { filter, after, limit }),
  counts: () => ask("counts"),
  scanResolve: (raw) => ask("scan_resolve", { raw }),

  reviewList: () => ask("review_list"),
  procedureReviewed: (code, edits) => ask("procedure_reviewed", { code, edits }),
  backupPlaceSet: (path) => ask("backup_place_set", { path }),
  backupNow: () => ask("backup_now"),
  backupView: () => ask("backup_view"),
  verifyNow: () => ask("verify_now"),
  calendarYear: (year) => ask("calendar_year", { year }),
  packImport: (path) => ask("pack_import", { path }),
  feesView: () => ask("fees_view"),
  feeSet: (procedure, amountVnd, basis) => ask("fee_set", { procedure, amountVnd, basis }),
  cancel: (task) => ask("cancel", { task }),
};

office = { ...shellCommands, ...shellDesktop };
