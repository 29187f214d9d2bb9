import type { Office } from "../api/commands";
import { emptyIntake, isBlank, type Intake } from "./intake";

/** What is saved at every keystroke; `title` is what lists of drafts show. */
export type SavedIntake = { version: 1; title: string; parked: boolean; active: number; items: Intake[] };

const SLOT_PREFIX = "reception-";
export const newSlot = (): string => SLOT_PREFIX + crypto.randomUUID();
export const isReceptionSlot = (slot: string): boolean => slot.startsWith(SLOT_PREFIX);

export const readSaved = (json: string): SavedIntake | null => {
  try {
    const saved = JSON.parse(json) as SavedIntake;
    // A draft of an older version knows nothing of fields that came later.
    return saved.version === 1 && saved.items.length > 0 ? { ...saved, items: saved.items.map((item) => ({ ...emptyIntake(), ...item })) } : null;
  } catch {
    return null;
  }
};

/** An intake in which nothing was entered, or everything was taken back: nobody misses it. */
export const isEmptyDraft = (json: string): boolean => readSaved(json)?.items.every(isBlank) ?? false;

/** Writes drafts one at a time, in the order of their first wish; of what waits for a slot only the newest counts. */
export class DraftKeeper {
  #office: Office;
  #onerror: (error: unknown) => void;
  /** What each slot is to hold; null when it is to go. */
  #waiting = new Map<string, string | null>();
  #running: Promise<void> | null = null;

  constructor(office: Office, onerror: (error: unknown) => void) {
    this.#office = office;
    this.#onerror = onerror;
  }

  save(slot: string, draft: SavedIntake): void {
    this.#wish(slot, JSON.stringify(draft));
  }

  /** Removes a draft for good: it goes through the same queue, so no write under way brings it back. */
  discard(slot: string): Promise<void> {
    this.#wish(slot, null);
    return this.settled();
  }

  /** All changes so far are on disk. */
  settled = async (): Promise<void> => {
    await this.#running;
  };

  #wish(slot: string, json: string | null): void {
    this.#waiting.set(slot, json);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What arrives meanwhile is visited, too.
    for (const [slot, json] of this.#waiting) {
      this.#waiting.delete(slot);
      const done = json === null ? this.#office.draftDiscard(slot) : this.#office.draftSave(slot, json);
      await done.catch(this.#onerror);
    }
    this.#running = null;
  }
}
