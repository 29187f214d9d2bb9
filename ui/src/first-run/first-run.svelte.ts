import { office } from "../api/client";
import type { BootView, UnitHit } from "../api/types";
import { refusalOf, wordsOf } from "../shared/errors";

const FIELDS = ["site", "desk", "officer", "agency_code", "passphrase"];

/** Sets a desk up: where it is, who sits there, and the key that opens its store should this machine die. */
export class FirstRun {
  stage = $state<"place" | "key">("place");
  unitText = $state("");
  unit = $state.raw<UnitHit | null>(null);
  desk = $state("1");
  officer = $state("");
  agencyCode = $state("");
  withPassphrase = $state(false);
  passphrase = $state("");
  passphraseAgain = $state("");
  groups = $state.raw<string[]>([]);
  errors = $state.raw<Record<string, string>>({});
  busy = $state(false);
  readonly needsPassphrase: boolean;
  #training: boolean;

  constructor(boot: BootView) {
    this.needsPassphrase = !boot.keyring_available;
    this.withPassphrase = this.needsPassphrase;
    this.#training = boot.training;
  }

  chooseUnit = (unit: UnitHit): void => {
    this.unit = unit;
    this.unitText = unit.full_name;
  };

  create = async (words: { unit: string; officer: string; differ: string }): Promise<void> => {
    this.errors = this.#missing(words);
    if (Object.keys(this.errors).length > 0 || this.busy || !this.unit) return;
    this.busy = true;
    try {
      const key = await office.firstRun({
        site: this.unit.code, desk: Number(this.desk), officer: this.officer.trim(), agency_code: this.agencyCode.trim() || null,
        passphrase: this.withPassphrase ? this.passphrase : null, training: this.#training,
      });
      this.groups = key.groups;
      this.stage = "key";
    } catch (error) {
      this.#refused(error);
    } finally {
      this.busy = false;
    }
  };

  /** A refusal is shown at its field; where no field stands for it, on top. */
  #refused(error: unknown): void {
    const field = refusalOf(error)?.field?.split(".").at(-1) ?? "";
    // The keyring that was there a moment ago is not: the passphrase is asked for after all.
    if (field === "passphrase") this.withPassphrase = true;
    this.errors = { [FIELDS.includes(field) ? field : "summary"]: wordsOf(error) };
  }

  #missing(words: { unit: string; officer: string; differ: string }): Record<string, string> {
    const found: Record<string, string> = {};
    if (!this.unit) found["site"] = words.unit;
    if (!this.officer.trim()) found["officer"] = words.officer;
    if (this.withPassphrase && this.passphrase !== this.passphraseAgain) found["passphrase"] = words.differ;
    return found;
  }
}
