import { altDigitOf, characterOf, characterOfAltCode, isHidden, isModifier, type Keystroke } from "./keystroke";
import { Readings } from "./readings";

/** Keys further apart than this were struck by a person: the fastest typists rarely go under 60 ms twice in a row. */
export const BURST_GAP_MS_MAX = 35;
/**
 * A machine under load, or an input method asked over a bus, holds single keys of a scan back. After so many keys at
 * a scanner's pace on the whole, a stall of so long is forgiven; no person keeps that pace over six keys.
 */
const STALLS_FORGIVEN: { keys: number; stallMs: number }[] = [{ keys: 4, stallMs: 600 }, { keys: 2, stallMs: 120 }];
const SCANNER_PACE_MS_MAX = 25;
/** Shorter bursts are a person rolling two keys; our shortest code has eight characters. */
export const SCAN_CHARACTERS_MIN = 6;

/**
 * `others` are further readings, when an input method swallowed keys and more than one could have been struck;
 * the last of them is what the input method wrote.
 */
export type Scan = { text: string; others: string[] };

export type Verdict =
  | { kind: "quiet" } // not part of a scan: let it through
  | { kind: "first" } // a burst may begin here: remember what the field holds
  | { kind: "burst"; sure: boolean } // continues a burst; sure once it is long enough for a scan: from then on its keys are kept from the field
  | { kind: "scan"; scan: Scan };

/**
 * Tells a scanner's keys from a person's by their speed. Pure: fed with keystrokes, it answers what each one is.
 * Call `pause` when no key came for longer than the gap, because some scanners send no closing Enter.
 */
export class BurstReader {
  #readings = new Readings();
  #struck = 0;
  #firstAt = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #altDigits: string | null = null;
  #hidden = false;

  /** How long after the last key a burst is over. */
  get patienceMs(): number {
    const paceMs = (this.#lastAt - this.#firstAt) / (this.#struck - 1);
    const forgiven = STALLS_FORGIVEN.find(({ keys }) => this.#struck >= keys && paceMs <= SCANNER_PACE_MS_MAX);
    return forgiven?.stallMs ?? BURST_GAP_MS_MAX;
  }

  /** True while keys arrive at a scanner's pace. */
  get running(): boolean {
    return this.#struck > 0;
  }

  press(stroke: Keystroke): Verdict {
    if (stroke.repeat || stroke.command) return this.#give();
    const continues = this.#struck > 0 && stroke.at - this.#lastAt <= this.patienceMs;
    if (isModifier(stroke)) {
      // Shift belongs to the next character: it keeps the pace but is no character.
      if (continues) this.#lastAt = stroke.at;
      return continues ? { kind: "burst", sure: this.#sure } : { kind: "quiet" };
    }
    if (stroke.key === "Enter" || stroke.key === "Tab") return continues ? this.#close() : this.#give();

    const altDigit = altDigitOf(stroke);
    if (altDigit !== null) return this.#strike(stroke, continues, () => (this.#altDigits = (this.#altDigits ?? "") + altDigit));
    if (stroke.key === "Backspace" && continues) return this.#strike(stroke, true, () => this.#readings.takeBack());
    // Nothing tells the key: what it was shows in the word the input method composes.
    if (isHidden(stroke)) return this.#strike(stroke, continues, () => undefined, true);

    const character = stroke.alt ? null : characterOf(stroke);
    if (character === null) return this.#give();
    return this.#strike(stroke, continues, () => this.#readings.append(character));
  }

  /** Alt was let go: the digits struck under it were one character. */
  altReleased(): void {
    const character = this.#altDigits === null ? null : characterOfAltCode(this.#altDigits);
    this.#altDigits = null;
    if (character !== null) this.#readings.append(character);
  }

  /** The input method shows this word; counts only where it hid the key itself. */
  composed(shown: string): void {
    if (this.#hidden) this.#readings.compose(shown);
  }

  /** The input method wrote this for good. */
  committed(shown: string): void {
    if (this.#hidden) this.#readings.commit(shown);
  }

  /** No key for longer than the gap: either a scan without Enter, or a person. */
  pause(): Verdict {
    return this.#close();
  }

  get #sure(): boolean {
    return this.#readings.length >= SCAN_CHARACTERS_MIN;
  }

  #strike(stroke: Keystroke, continues: boolean, take: () => void, hidden = false): Verdict {
    if (!continues) {
      this.#forget();
      this.#firstAt = stroke.at;
    }
    this.#hidden = hidden;
    take();
    this.#struck += 1;
    this.#lastAt = stroke.at;
    return continues ? { kind: "burst", sure: this.#sure } : { kind: "first" };
  }

  #close(): Verdict {
    const scan = this.#sure ? this.#readings.scan() : null;
    this.#forget();
    return scan ? { kind: "scan", scan } : { kind: "quiet" };
  }

  #give(): Verdict {
    this.#forget();
    return { kind: "quiet" };
  }

  #forget(): void {
    this.#readings = new Readings();
    this.#struck = 0;
    this.#altDigits = null;
    this.#hidden = false;
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }
}
