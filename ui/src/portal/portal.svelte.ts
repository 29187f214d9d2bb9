import { office } from "../api/client";
import type { AcceptedView, ComponentInput, PortalLine, PortalRow, PortalView } from "../api/types";
import { wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";
import { SvelteMap } from "svelte/reactivity";

/** The queue of what citizens filed on a portal, one of it looked at, and the three answers. */
export class PortalQueue {
  rows = $state.raw<PortalRow[]>([]);
  loaded = $state(false);
  view = $state.raw<PortalView | null>(null);
  error = $state<string | null>(null);
  busy = $state(false);
  /** What the officer ticked, by index of the paper; the guess of the office stands for the others. */
  readonly ticked = new SvelteMap<number, boolean>();

  chosen = $derived(this.view?.row.id ?? null);
  waits = $derived(this.view?.row.status === 1);
  missing = $derived((this.view?.checklist ?? []).filter((line) => line.required && !this.isHere(line)));
  bad = $derived((this.view?.files ?? []).filter(({ check }) => check === "bad"));
  #latest = new Latest();

  /** Asks for the queue anew; what was looked at stays on screen while it is in it. */
  refresh = async (): Promise<void> => {
    try {
      this.rows = await office.portalQueue();
      this.loaded = true;
      const still = this.rows.find(({ id }) => id === this.chosen) ?? this.rows[0];
      if (!still) this.view = null;
      else await this.look(still.id, still.id === this.chosen ? this.view?.case ?? null : null);
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  look = async (id: string, caseId: string | null = null): Promise<void> => {
    try {
      const view = await this.#latest.ask(() => office.portalOpen(id, caseId));
      if (!view) return;
      if (id !== this.chosen || caseId !== this.view?.case) this.ticked.clear();
      this.view = view;
      this.error = null;
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  /** The row below (1) or above (-1) the one looked at. */
  step = async (by: number): Promise<void> => {
    const row = this.rows[this.rows.findIndex(({ id }) => id === this.chosen) + by];
    if (row) await this.look(row.id);
  };

  isHere = (line: PortalLine): boolean => this.ticked.get(line.index) ?? line.good;
  tick = (line: PortalLine): void => void this.ticked.set(line.index, !this.isHere(line));

  accept = (): Promise<AcceptedView | null> =>
    this.#answer((view) =>
      office.portalAccept(view.row.id, { procedure: null, case: view.case, components: view.checklist.filter((line) => line.required || this.isHere(line)).map(this.#taken), note: null }),
    );

  askForMore = (components: string[], reason: string): Promise<true | null> => this.#act("request_supplement", { components, reason });
  refuse = (reason: string, decided_by: string): Promise<true | null> => this.#act("refuse", { reason, decided_by });

  #act = (action: string, args: Record<string, unknown>): Promise<true | null> =>
    this.#answer(async (view) => {
      await office.dossierAct(view.row.id, [{ action, args, done_by: null, at: null, paper_number: null }]);
      return true as const;
    });

  async #answer<T>(act: (view: PortalView) => Promise<T>): Promise<T | null> {
    if (this.busy || !this.view) return null;
    this.busy = true;
    try {
      const answer = await act(this.view);
      this.view = null;
      this.error = null;
      await this.refresh();
      return answer;
    } catch (error) {
      this.error = wordsOf(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** A paper that came as a file needs no scan of ours. */
  #taken = (line: PortalLine): ComponentInput => {
    const here = this.isHere(line);
    return { index: line.index, label: null, originals: 0, certified: 0, copies: here ? 1 : 0, state: here ? "received" : "missing", scan: here && line.file ? "scanned" : "not_scanned", keep_original: false };
  };
}
