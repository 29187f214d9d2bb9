import { office } from "../api/client";
import type { ActInput, ActionView, DossierView, PrintView } from "../api/types";
import { wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";

/** One dossier: its life so far, and the steps that may come next. */
export class DossierPage {
  view = $state.raw<DossierView | null>(null);
  error = $state<string | null>(null);
  /** The step being filled in. */
  acting = $state.raw<ActionView | null>(null);
  /** Steps filled in that will be recorded together with the next one. */
  queued = $state.raw<{ action: ActionView; input: ActInput }[]>([]);
  busy = $state(false);
  print = $state.raw<PrintView | null>(null);
  #latest = new Latest();

  open = async (id: string): Promise<void> => {
    try {
      const view = await this.#latest.ask(() => office.dossierOpen(id));
      if (!view) return;
      this.view = view;
      this.error = null;
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  refresh = async (): Promise<void> => {
    if (this.view) await this.open(this.view.row.id);
  };

  choose = (action: ActionView): void => {
    this.error = null;
    this.acting = action;
  };

  queue = (input: ActInput): void => {
    if (!this.acting) return;
    this.queued = [...this.queued, { action: this.acting, input }];
    this.acting = null;
  };

  /** Records the step, together with those queued before it, in one commit. */
  record = async (input: ActInput | null): Promise<boolean> => {
    if (!this.view || this.busy) return false;
    this.busy = true;
    this.error = null;
    try {
      const steps = [...this.queued.map((queued) => queued.input), ...(input ? [input] : [])];
      this.view = await office.dossierAct(this.view.row.id, steps);
      this.queued = [];
      this.acting = null;
      return true;
    } catch (error) {
      this.error = wordsOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  };

  reprint = async (reason: string | null): Promise<void> => {
    if (!this.view) return;
    try {
      this.print = await office.slipReprint(this.view.row.id, reason);
      await this.refresh();
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  drop = (): void => {
    this.acting = null;
    this.queued = [];
  };
}
