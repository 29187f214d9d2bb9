import type * as T from "./types";

/** Everything the screens may ask of the office. Each promise rejects with an `ApiError`. */
export interface Commands {
  bootState(): Promise<T.BootView>;
  unitsSearch(text: string): Promise<T.UnitHit[]>;
  firstRun(input: T.FirstRunInput): Promise<T.RecoveryKeyView>;
  recoveryKeyConfirm(typed: string): Promise<null>;
  /** Base64 of the sheet to print or save. */
  recoverySheetPdf(): Promise<string>;
  recoveryKeyNew(): Promise<T.RecoveryKeyView>;
  unlock(secret: T.Secret): Promise<T.BootView>;
  restoreFrom(path: string, secret: T.Secret, trial: boolean): Promise<T.RestoreView>;
  passphraseSet(passphrase: string): Promise<null>;
  storeReopen(): Promise<T.BootView>;

  session(): Promise<T.SessionView>;
  officerSwitch(id: string): Promise<T.SessionView>;
  officerAdd(name: string, roles: string[]): Promise<T.SessionView>;
  statusBar(): Promise<T.StatusBarView>;

  /** An empty text answers the most used procedures. */
  procedureSearch(text: string, limit: number): Promise<T.ProcedureHit[]>;
  procedureView(code: string): Promise<T.ProcedureView>;

  cardRead(raw: string): Promise<T.CardView>;
  personKnown(idNumber: string): Promise<T.KnownPersonView | null>;
  idNumberCheck(idNumber: string, birthDate: string | null, sex: T.Sex | null): Promise<string[]>;
  personSearch(text: string, limit: number): Promise<T.KnownPersonView[]>;
  dateRead(typed: string): Promise<{ date: string; words: string }>;

  receptionPreview(items: T.ReceiveInput[]): Promise<T.PreviewItem[]>;
  /** One commit: all or none. The draft they came from is done with. */
  receptionAccept(items: T.ReceiveInput[], draftSlot: string | null): Promise<T.AcceptedView[]>;
  draftSave(slot: string, json: string): Promise<null>;
  draftLoad(slot: string): Promise<string | null>;
  draftDiscard(slot: string): Promise<null>;
  drafts(): Promise<T.DraftView[]>;

  /** Base64 of the very bytes that print. */
  slipPdf(ids: string[], paper: T.Paper): Promise<string>;
  slipPrint(ids: string[]): Promise<T.PrintView>;
  /** The sheet that is signed for results handed over. */
  sheetPrint(ids: string[]): Promise<T.PrintView>;
  slipReprint(id: string, reason: string | null): Promise<T.PrintView>;
  printers(): Promise<T.PrinterView[]>;
  printerChoose(name: string, paper: T.Paper): Promise<T.PrinterView[]>;
  printJobs(): Promise<T.PrintJobRow[]>;
  printRetry(id: string): Promise<T.PrintView>;
  padPrint(count: number): Promise<T.PrintView>;

  dossierOpen(idOrNumber: string): Promise<T.DossierView>;
  /** Several steps recorded together, in one commit. */
  dossierAct(id: string, steps: T.ActInput[]): Promise<T.DossierView>;

  filesAttach(dossierId: string, component: number | null, paths: string[]): Promise<T.DossierView>;
  fileBytes(dossierId: string, fileId: string): Promise<T.FileBytes>;
  fileReplace(dossierId: string, fileId: string, path: string): Promise<T.DossierView>;
  fileExport(dossierId: string, fileId: string, to: string): Promise<string>;
  watchFolder(): Promise<T.WatchFolderView>;
  watchFolderSet(path: string | null): Promise<T.WatchFolderView>;

  /** What citizens filed on a portal and waits for an answer, most urgent first. */
  portalQueue(): Promise<T.PortalRow[]>;
  portalOpen(id: string, caseId: string | null): Promise<T.PortalView>;
  portalAccept(id: string, input: T.PortalAcceptInput): Promise<T.AcceptedView>;
  portalEnter(item: T.ReceiveInput): Promise<T.PortalRow>;
  returnLookup(text: string): Promise<T.ReturnLookup>;
  returnResults(input: T.ReturnInput): Promise<T.DossierRow[]>;
  /** The proof of reception as paper, Base64. */
  proofPdf(id: string): Promise<string>;
  signatureSheetPdf(ids: string[]): Promise<string>;
  shelfSet(id: string, shelf: string): Promise<T.DossierRow>;
  calledSet(id: string, note: string): Promise<T.DossierRow>;

  search(text: string, filter: T.SearchFilter, limit: number): Promise<T.SearchView>;
  list(filter: T.SearchFilter, after: string | null, limit: number): Promise<T.ListView>;
  counts(): Promise<T.CountsView>;
  scanResolve(raw: string): Promise<T.ScanView>;

  exchangeView(): Promise<T.ExchangeView>;
  /** Newest first. */
  exchangeLines(limit: number): Promise<T.ExchangeLine[]>;
  /** Waits for the province's answer. `certificates` is a file to trust besides the system's. */
  enrol(address: string, certificates: string | null, code: string): Promise<T.ExchangeView>;
  sendNow(): Promise<null>;
  pauseSending(paused: boolean): Promise<null>;
  /** Ends at once; the document is there when the dossier says so. */
  fileFetch(dossierId: string, fileId: string): Promise<null>;
  /** In the order of the ids. */
  syncStates(ids: string[]): Promise<T.SyncWords[]>;
  unsentList(): Promise<T.UnsentView[]>;
  heldList(): Promise<T.HeldView[]>;
  /** Asks the province to look again at what it keeps back of a dossier; what it keeps back of it as shown from now on. */
  heldPutBack(id: string): Promise<T.HeldView[]>;
  conflictList(): Promise<T.DisputeView[]>;
  conflictShow(idOrNumber: string): Promise<T.ConflictView>;

  reviewList(): Promise<T.ReviewRow[]>;
  procedureReviewed(code: string, edits: T.ReviewEdit[]): Promise<T.ReviewRow[]>;
  backupPlaceSet(path: string): Promise<T.BackupView>;
  backupNow(): Promise<T.BackupView>;
  backupView(): Promise<T.BackupView>;
  verifyNow(): Promise<T.VerifyView>;
  /** Only the days off and the worked swaps of the year. */
  calendarYear(year: number): Promise<T.DayView[]>;
  packImport(path: string): Promise<T.PackImportView>;
  feesView(): Promise<T.FeeRow[]>;
  feeSet(procedure: string, amountVnd: number, basis: string): Promise<T.FeeRow[]>;
  cancel(task: string): Promise<null>;
}

/** What the window itself offers beside the office: pickers, dropped files, events. */
export interface Desktop {
  pickFiles(): Promise<string[]>;
  pickFolder(): Promise<string | null>;
  pickSavePath(suggestedName: string): Promise<string | null>;
  onChanged(listener: (topics: T.Topic[]) => void): () => void;
  onProgress(listener: (progress: T.Progress) => void): () => void;
  /** Files dragged over or dropped on the window, at a position in CSS pixels. */
  onFilesDropped(listener: (drop: FileDrop) => void): () => void;
}

export type FileDrop =
  | { kind: "over"; x: number; y: number }
  | { kind: "drop"; x: number; y: number; paths: string[] }
  | { kind: "leave" };

export type Office = Commands & Desktop;
