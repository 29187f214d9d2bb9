import { office } from "../api/client";
import type { AcceptedView, CardView, ComponentView, DraftView, KnownPersonView, PartyInput, PreviewItem, ProcedureView, ReceiveInput } from "../api/types";
import { refusalOf, wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";
import { Newest } from "../shared/newest";
import { Print } from "../shared/print.svelte";
import { DraftKeeper, isEmptyDraft, isReceptionSlot, newSlot, readSaved, type SavedIntake } from "./draft";
import {
  allPresent, emptyIntake, emptyParty, emptyRegistered, registeredDraft, isBlank, isBlankParty, nextForSamePerson, partyDraft, toReceiveInput, withCase, withKnown, withProcedure,
  type Intake, type SubmitterDraft,
} from "./intake";
import { errorsOfItem, judge, refusedSummary, ToldOnce, unreadSummary, withoutMended, type Summary } from "./summary";

export type PartyPath = "applicant" | "submitter";
/** Where a scanned card may go: a person of the form, or the row of a person registered. */
export type CardPlace = PartyPath | `registered[${number}]`;
/** Where the cursor goes next; the view moves it there. */
export type FocusWish = { field: string; again: number };

/** Takes one citizen's dossiers in, from the card to the printed slip. */
export class ReceptionPage {
  items = $state<Intake[]>([emptyIntake()]);
  active = $state(0);
  phase = $state<"form" | "accepting" | "accepted">("form");
  known = $state.raw<KnownPersonView | null>(null);
  cardWarnings = $state.raw<string[]>([]);
  preview = $state.raw<PreviewItem[]>([]);
  previewError = $state<string | null>(null);
  summary = $state.raw<Summary | null>(null);
  accepted = $state.raw<AcceptedView[]>([]);
  parked = $state.raw<DraftView[]>([]);
  notice = $state.raw<string | null>(null);
  focus = $state.raw<FocusWish>({ field: "", again: 0 });
  procedures = $state.raw<Record<string, ProcedureView>>({});
  /** Persons that came whole (card, our records) are shown as a sentence. */
  folded = $state<Record<PartyPath, boolean>>({ applicant: false, submitter: false });
  more = $state(false);
  readonly slip = new Print((ids) => office.slipPrint(ids));

  item = $derived(this.items[this.active]!);
  procedure = $derived<ProcedureView | null>(this.procedures[this.item.procedure] ?? null);
  case = $derived(this.procedure?.cases.find(({ id }) => id === this.item.case) ?? null);
  papers = $derived<ComponentView[]>(this.case?.components ?? []);
  blank = $derived(this.items.length === 1 && isBlank(this.item));
  inputs = $derived<ReceiveInput[]>(this.items.map(toReceiveInput));
  title = $derived([this.item.applicant.full_name || this.item.submitter.full_name, ...this.items.map(({ procedure }) => this.procedures[procedure]?.short_name ?? "")].filter(Boolean).join(" · "));

  /** What the fields of the item on screen say is wrong, by path; only after F9 was tried. */
  errors = $derived(errorsOfItem(this.summary, this.active));

  #slot = newSlot();
  #saved = "";
  #told = new ToldOnce();
  #drafts = new DraftKeeper(office, (error) => (this.notice = wordsOf(error)));
  #previewed = new Latest();
  #previews = new Newest<ReceiveInput[]>((inputs) => this.#ask(inputs));

  /** The view calls this in an effect: every change reaches the disk and the preview. */
  keep(): void {
    const draft: SavedIntake = { version: 1, title: this.title, parked: false, active: this.active, items: $state.snapshot(this.items) };
    const json = JSON.stringify(draft);
    if (this.phase !== "form" || json === this.#saved) return;
    // A form never touched leaves no draft; one that was emptied again leaves an empty one.
    if (this.blank && this.#saved === "") return;
    this.#saved = json;
    this.#drafts.save(this.#slot, draft);
    if (this.items.every(({ procedure }) => procedure !== "")) this.#previews.push(this.#sent());
  }

  /** At the start of the day: the intake that a power cut interrupted is on screen again. */
  restore = async (): Promise<void> => {
    await this.#listParked();
    const interrupted = this.parked.find(({ json }) => readSaved(json)?.parked === false);
    if (interrupted && this.blank) await this.#open(interrupted.slot, interrupted.json);
  };

  /** A scanned card: the row the cursor is in, the person on the form, or the next citizen when one is already there. */
  takeCard = async (card: CardView, place?: CardPlace): Promise<void> => {
    if (this.phase === "accepted") this.#fresh();
    const row = /^registered\[(\d+)\]$/.exec(place ?? "")?.[1];
    if (row !== undefined) return this.#register(Number(row), card.party);
    const free = place === "submitter" && this.item.proxy ? "submitter" : this.#freeFor(card);
    if (free === null) await this.park();
    this.#fill(free ?? "applicant", card);
  };

  /** The person registered is the applicant. */
  registerApplicant = (row: number): void => this.#register(row, $state.snapshot(this.item.applicant));

  addRegistered = (role: string): void => {
    const last = this.item.registered.findLastIndex((row) => row.role === role);
    this.item.registered.splice(last + 1, 0, emptyRegistered(role));
    this.focusOn(`registered[${last + 1}].full_name`);
  };

  chooseProcedure = async (code: string): Promise<void> => {
    const view = await this.#load(code);
    this.items[this.active] = withProcedure($state.snapshot(this.item), view);
    this.focusOn(view.cases.length > 1 ? "case" : this.item.registered.length > 0 ? "registered[0].full_name" : "components[0].state");
  };

  changeProcedure = (): void => {
    Object.assign(this.item, { procedure: "", case: "", components: [], registered: [] });
    this.focusOn("procedure");
  };

  chooseCase = (id: string): void => {
    const chosen = this.procedure?.cases.find((each) => each.id === id);
    if (chosen) this.items[this.active] = withCase($state.snapshot(this.item), chosen);
  };

  /** All required papers are here. */
  allPapers = (): void => {
    this.item.components = allPresent(this.item.components, this.papers);
  };

  addProcedure = (): void => {
    this.items.push(nextForSamePerson($state.snapshot(this.item)));
    this.summary = null;
    this.active = this.items.length - 1;
    this.focusOn("procedure");
  };

  removeItem = (index: number): void => {
    this.items.splice(index, 1);
    if (this.items.length === 0) this.items.push(emptyIntake());
    this.active = Math.min(this.active, this.items.length - 1);
  };

  /** The person entered as applicant hands in for somebody else. */
  makeProxy = (): void => {
    const { applicant } = $state.snapshot(this.item);
    const submitter: SubmitterDraft = { ...applicant, relation: "", authority_paper: "" };
    Object.assign(this.item, { proxy: true, submitter, applicant: emptyParty() });
    this.folded = { applicant: false, submitter: this.folded.applicant };
    this.focusOn("applicant.full_name");
  };

  undoProxy = (): void => {
    const { submitter, applicant } = $state.snapshot(this.item);
    if (isBlankParty(applicant)) this.item.applicant = submitter;
    this.item.proxy = false;
  };

  unfold = (path: PartyPath): void => {
    this.folded[path] = false;
    this.focusOn(`${path}.full_name`);
  };

  /** Opens whatever hides the field. */
  reveal = (field: string): void => {
    if (/^(applicant|submitter)\./.test(field)) this.folded[field.split(".")[0] as PartyPath] = false;
    if (/^(received_at|late_|approved_by|reserved_number|note)/.test(field)) this.more = true;
  };

  /** Somebody we know typed their number or name: fill what is empty. */
  fillKnown = (known: KnownPersonView, path: PartyPath = "applicant"): void => {
    Object.assign(this.item[path], partyDraft(known.party));
    this.known = known;
    this.folded[path] = true;
    this.focusOn("procedure");
  };

  lookUpNumber = async (path: PartyPath): Promise<void> => {
    const party = this.item[path];
    if (!party.id_number) return;
    const [warnings, known] = await Promise.all([
      party.id_kind === "can_cuoc" ? office.idNumberCheck(party.id_number, party.birth_date, party.sex) : [],
      office.personKnown(party.id_number),
    ]);
    this.cardWarnings = warnings;
    this.known = known;
    if (known && !party.full_name.trim()) this.fillKnown(known, path);
  };

  /** F9: takes everything in and prints, or shows what is wrong. Warnings are shown once and passed by a second F9. */
  accept = async (): Promise<void> => {
    if (this.phase !== "form" || this.blank) return;
    this.phase = "accepting";
    try {
      this.summary = unreadSummary(this.items) ?? this.#told.unread(judge((this.preview = await office.receptionPreview(this.#sent()))));
      if (this.summary) return this.focusOn("summary");
      // No draft may be written after its dossiers exist: it would come back tomorrow as if nothing had been done.
      await this.#drafts.settled();
      this.accepted = await office.receptionAccept(this.#sent(), this.#slot);
      this.phase = "accepted";
      await this.reprint();
    } catch (error) {
      this.summary = refusedSummary(refusalOf(error), wordsOf(error));
      this.focusOn("summary");
    } finally {
      if (this.phase === "accepting") this.phase = "form";
    }
  };

  /** Prints the slips of what was just accepted. */
  reprint = (): Promise<void> => this.slip.run(this.accepted.map(({ id }) => id));

  nextCitizen = (): void => this.#fresh();

  /** A dossier of the portal is copied by hand: the next intake is an online one. */
  copyFromPortal = async (): Promise<void> => {
    if (this.phase === "accepted") this.#fresh();
    await this.park();
    this.item.channel = "online";
    this.focusOn("procedure");
  };

  /** Puts this citizen's intake aside, complete as it is. */
  park = async (): Promise<void> => {
    if (this.blank || this.phase !== "form") return;
    this.#drafts.save(this.#slot, { version: 1, title: this.title, parked: true, active: this.active, items: $state.snapshot(this.items) });
    await this.#drafts.settled();
    this.#fresh();
    await this.#listParked();
  };

  resume = async (slot: string): Promise<void> => {
    await this.park();
    const json = await office.draftLoad(slot);
    if (json) await this.#open(slot, json);
  };

  discard = async (): Promise<void> => {
    const slot = this.#slot;
    this.#fresh();
    await this.#drafts.discard(slot);
  };

  focusOn = (field: string): void => {
    this.focus = { field, again: this.focus.again + 1 };
  };

  async #listParked(): Promise<void> {
    const drafts = (await office.drafts()).filter(({ slot }) => isReceptionSlot(slot) && slot !== this.#slot);
    for (const { slot } of drafts.filter(({ json }) => isEmptyDraft(json))) void this.#drafts.discard(slot);
    this.parked = drafts.filter(({ json }) => !isEmptyDraft(json));
  }

  #sent = (): ReceiveInput[] => $state.snapshot(this.inputs) as ReceiveInput[];

  async #ask(inputs: ReceiveInput[]): Promise<void> {
    try {
      const preview = await this.#previewed.ask(() => office.receptionPreview(inputs));
      if (!preview || this.phase !== "form") return;
      this.preview = preview;
      this.previewError = null;
      this.summary = withoutMended(this.summary, preview);
    } catch (error) {
      // The preview is a help: what it could not say, F9 will.
      this.previewError = wordsOf(error);
    }
  }

  async #load(code: string): Promise<ProcedureView> {
    const view = this.procedures[code] ?? (await office.procedureView(code));
    this.procedures = { ...this.procedures, [code]: view };
    return view;
  }

  #freeFor(card: CardView): PartyPath | null {
    const { applicant, submitter, proxy } = this.item;
    if (isBlankParty(applicant) || applicant.id_number === card.party.id_number) return "applicant";
    return proxy && isBlankParty(submitter) ? "submitter" : null;
  }

  #register(row: number, party: PartyInput): void {
    const target = this.item.registered[row];
    if (target) Object.assign(target, registeredDraft(target.role, party));
    this.focusOn(this.item.registered[row + 1] ? `registered[${row + 1}].full_name` : "components[0].state");
  }

  #fill(path: PartyPath, card: CardView): void {
    Object.assign(this.item[path], withKnown(card.party, card.known?.party ?? null));
    this.folded[path] = true;
    this.known = card.known;
    this.cardWarnings = card.warnings;
    this.focusOn(this.item.procedure ? "components[0].state" : "procedure");
  }

  async #open(slot: string, json: string): Promise<void> {
    const saved = readSaved(json);
    if (!saved) return;
    await Promise.all(saved.items.filter(({ procedure }) => procedure).map(({ procedure }) => this.#load(procedure)));
    this.#fresh();
    this.#slot = slot;
    this.parked = this.parked.filter((draft) => draft.slot !== slot);
    this.items = saved.items;
    this.active = saved.active;
    this.folded = { applicant: true, submitter: true };
    this.focusOn(this.item.procedure ? "components[0].state" : "procedure");
  }

  #fresh(): void {
    this.#slot = newSlot();
    this.#saved = "";
    this.#told = new ToldOnce();
    this.items = [emptyIntake()];
    this.active = 0;
    this.phase = "form";
    this.known = this.summary = this.notice = this.previewError = null;
    this.accepted = this.preview = [];
    this.cardWarnings = [];
    this.folded = { applicant: false, submitter: false };
    this.slip.forget();
    this.more = false;
    this.focusOn("listen");
  }
}
