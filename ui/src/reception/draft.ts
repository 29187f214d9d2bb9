import type { Office } from "../api/commands";
import { Newest } from "../shared/newest";
import type { Intake } from "./intake";

/** What is saved at every keystroke; `title` is what lists of drafts show. */
export type SavedIntake = { version: 1; title: string; parked: boolean; active: number; items: Intake[] };

const SLOT_PREFIX = "reception-";
export const newSlot = (): string => SLOT_PREFIX + crypto.randomUUID();
export const isReceptionSlot = (slot: string): boolean => slot.startsWith(SLOT_PREFIX);

export const readSaved = (json: string): SavedIntake | null => {
  try {
    const saved = JSON.parse(json) as SavedIntake;
    return saved.version === 1 && saved.items.length > 0 ? saved : null;
  } catch {
    return null;
  }
};

/** Writes a draft at every change: one write under way, only the newest waiting. */
export class DraftKeeper {
  #office: Office;
  #onerror: (error: unknown) => void;
  #writes: Newest<{ slot: string; json: string }>;

  constructor(office: Office, onerror: (error: unknown) => void) {
    this.#office = office;
    this.#onerror = onerror;
    this.#writes = new Newest(({ slot, json }) => this.#office.draftSave(slot, json).catch(this.#onerror));
  }

  save(slot: string, draft: SavedIntake): void {
    this.#writes.push({ slot, json: JSON.stringify(draft) });
  }

  /** All changes so far are on disk. */
  settled = (): Promise<void> => this.#writes.settled();

  /** Removes a draft for good: no write still under way may bring it back. */
  async discard(slot: string): Promise<void> {
    await this.#writes.stop();
    await this.#office.draftDiscard(slot).catch(this.#onerror);
  }
}
