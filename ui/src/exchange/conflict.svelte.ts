import { office } from "../api/client";
import type { ConflictView, RecordName } from "../api/types";
import { refusalOf, wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";

const key = (record: RecordName): string => `${record.device}/${record.seq}`;

/** One dossier that desks wrote differently, and what the supervisor has chosen so far. Nothing is chosen beforehand. */
export class ConflictPage {
  view = $state.raw<ConflictView | null>(null);
  chosen = $state<Record<string, RecordName>>({});
  reason = $state("");
  busy = $state(false);
  error = $state<string | null>(null);
  /** The field, or "reason", that still misses something. */
  missing = $state<string | null>(null);
  readonly id: string;
  #latest = new Latest();

  constructor(id: string) {
    this.id = id;
  }

  /** Asks again; what was chosen stays as long as it is still one of the sides. */
  open = async (): Promise<void> => {
    try {
      const view = await this.#latest.ask(() => office.conflictShow(this.id));
      if (!view) return;
      this.view = view;
      const there = (field: string, record: RecordName) =>
        view.fields.some((row) => row.field === field && [row.before, ...row.sides.map((side) => side.record)].some((each) => each && key(each) === key(record)));
      this.chosen = Object.fromEntries(Object.entries(this.chosen).filter(([field, record]) => there(field, record)));
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  isChosen = (field: string, record: RecordName): boolean => {
    const chosen = this.chosen[field];
    return chosen !== undefined && key(chosen) === key(record);
  };

  choose = (field: string, record: RecordName): void => {
    this.chosen = { ...this.chosen, [field]: record };
    if (this.missing === field) this.missing = null;
  };

  /** Records the decision; answers for how many fields, or null when something is missing or was refused. */
  settle = async (): Promise<number | null> => {
    const fields = this.view?.fields ?? [];
    if (this.busy || fields.length === 0) return null;
    this.error = null;
    this.missing = fields.find(({ field }) => !this.chosen[field])?.field ?? (this.reason.trim() === "" ? "reason" : null);
    if (this.missing !== null) return null;
    this.busy = true;
    try {
      const args = { fields: fields.map(({ field }) => ({ field, stands: { ...this.chosen[field]! } })), reason: this.reason.trim() };
      await office.dossierAct(this.id, [{ action: "resolve", args, done_by: null, at: null, paper_number: null }]);
      return fields.length;
    } catch (error) {
      if (refusalOf(error)?.field === "reason") this.missing = "reason";
      this.error = wordsOf(error);
      await this.open();
      return null;
    } finally {
      this.busy = false;
    }
  };
}
