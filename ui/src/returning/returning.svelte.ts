import { office } from "../api/client";
import type { CardView, Collector, DossierRow, ReturnItem, ReturnLookup } from "../api/types";
import { wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";
import { Print } from "../shared/print.svelte";
import { SvelteSet } from "svelte/reactivity";

const emptyCollector = (): Collector => ({ kind: "applicant", full_name: "", id_number: "", relation: "", authority_paper: "" });

/** Hands results back: a slip or card in, the ready results of that person out. */
export class ReturnPage {
  lookup = $state.raw<ReturnLookup | null>(null);
  waiting = $state.raw<DossierRow[]>([]);
  collector = $state<Collector>(emptyCollector());
  lostSlip = $state(false);
  originalsReturned = $state(false);
  note = $state("");
  done = $state.raw<DossierRow[]>([]);
  error = $state<string | null>(null);
  busy = $state(false);
  readonly chosen = new SvelteSet<string>();
  /** The sheet that is signed for what was handed over. */
  readonly sheet = new Print((ids) => office.sheetPrint(ids));

  items = $derived<ReturnItem[]>((this.lookup?.ready ?? []).filter(({ row }) => this.chosen.has(row.id)));
  originals = $derived(this.items.flatMap(({ originals }) => originals));
  owed = $derived(this.items.flatMap(({ fee_owed_words }) => fee_owed_words ?? []));
  #latest = new Latest();

  /** Who has come, from a slip, a card, a number or a name. All their ready results are chosen. */
  find = async (text: string): Promise<void> => {
    try {
      const lookup = await this.#latest.ask(() => office.returnLookup(text));
      if (!lookup) return;
      this.#clear();
      this.lookup = lookup;
      lookup.ready.forEach(({ row }) => this.chosen.add(row.id));
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  /** Nobody stands at the desk: what waits to be fetched, the longest first. */
  showWaiting = async (): Promise<void> => {
    this.#clear();
    this.lookup = null;
    try {
      const { rows } = await office.list({ status: 9, lateness: null, procedure: null, received_from: null, received_to: null, due_before: null, officer: null }, null, 50);
      this.waiting = rows;
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  toggle = (id: string): void => void (this.chosen.has(id) ? this.chosen.delete(id) : this.chosen.add(id));

  /** A card shown while somebody collects for another is the collector's. */
  takeCollector = (card: CardView): boolean => {
    if (!this.lookup || this.collector.kind !== "proxy") return false;
    Object.assign(this.collector, { full_name: card.party.full_name, id_number: card.party.id_number ?? "" });
    return true;
  };

  confirm = async (): Promise<void> => {
    if (this.busy || this.items.length === 0) return;
    this.busy = true;
    this.error = null;
    try {
      this.done = await office.returnResults({
        ids: this.items.map(({ row }) => row.id),
        collector: this.#collectorNamed(),
        lost_slip: this.lostSlip, originals_returned: this.originalsReturned, note: this.note.trim() || null,
      });
    } catch (error) {
      this.error = wordsOf(error);
    } finally {
      this.busy = false;
    }
  };

  printSheet = (): Promise<void> => this.sheet.run(this.done.map(({ id }) => id));

  setShelf = async (id: string, shelf: string): Promise<void> => this.#change(id, () => office.shelfSet(id, shelf));
  setCalled = async (id: string, note: string): Promise<void> => this.#change(id, () => office.calledSet(id, note));

  async #change(id: string, act: () => Promise<DossierRow>): Promise<void> {
    try {
      const row = await act();
      this.waiting = this.waiting.map((each) => (each.id === id ? row : each));
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  /** The dossiers name the applicant and the submitter; only a proxy is entered. */
  #collectorNamed(): Collector {
    const { kind, full_name, id_number, relation, authority_paper } = this.collector;
    const [first] = this.items;
    const known = kind === "proxy" ? undefined : kind === "submitter" ? first?.row.submitter ?? first?.row.applicant : first?.row.applicant;
    return { kind, full_name: known ?? full_name, id_number: id_number || null, relation: relation || null, authority_paper: authority_paper || null };
  }

  #clear(): void {
    this.chosen.clear();
    this.collector = emptyCollector();
    this.lostSlip = this.originalsReturned = false;
    this.note = "";
    this.done = [];
    this.sheet.forget();
    this.error = null;
  }
}
