import { altDigitOf, characterOf, characterOfAltCode, isHidden, isModifier, type Keystroke } from "./keystroke";
import { Readings } from "./readings";
import { Releases } from "./releases";

/** Keys further apart than this were struck by a person: the fastest typists rarely go under 60 ms twice in a row. */
export const BURST_GAP_MS_MAX = 35;
/**
 * A machine under load, or an input method asked over a bus, holds single keys of a scan back. After so many keys, most
 * of them at a scanner's pace, a stall of so long is forgiven; a person rolls two keys at times, but not the next two.
 */
const STALLS_FORGIVEN: { keys: number; stallMs: number }[] = [{ keys: 4, stallMs: 600 }, { keys: 2, stallMs: 120 }];
const QUICK_GAP_MS_MAX = 25;
const QUICK_SHARE_MIN = 2 / 3;
/** How long to wait for presses that an input method still holds back, once their releases made a scan. */
const HELD_BACK_MS_MAX = 2_000;
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
  #releases = new Releases();
  #begun = false;
  #struck = 0;
  /** How many keys came quickly after the one before. */
  #quick = 0;
  #lastAt = 0;
  /** When anything of this burst was last heard, presses that an input method passed on late included. */
  #heardAt = 0;
  #altDigits: string | null = null;
  /** Some press did not tell its key: the releases are read instead. */
  #hidden = false;
  /** Keys let go whose presses an input method still holds back. */
  #owed = 0;
  /** Keys held down whose press told what they are. */
  #told = new Set<string>();

  /** How long after the last key a burst is over. */
  get patienceMs(): number {
    if (this.#owed > 0 && this.#sure) return HELD_BACK_MS_MAX;
    const isScanner = this.#quick >= (this.#struck - 1) * QUICK_SHARE_MIN;
    const forgiven = STALLS_FORGIVEN.find(({ keys }) => this.#struck >= keys && isScanner);
    return forgiven?.stallMs ?? BURST_GAP_MS_MAX;
  }

  /** True while keys arrive at a scanner's pace. */
  get running(): boolean {
    return this.#begun;
  }

  press(stroke: Keystroke): Verdict {
    if (stroke.repeat || stroke.command) return this.#give();
    const continues = this.#begun && (this.#owed > 0 || stroke.at - this.#heardAt <= this.patienceMs);
    if (isHidden(stroke)) return this.#hide(stroke, continues);
    this.#told.add(stroke.code);
    if (isModifier(stroke)) {
      // Shift belongs to the next character: it keeps the pace but is no character.
      return continues ? this.#hear(stroke, true) : { kind: "quiet" };
    }
    if (stroke.key === "Enter" || stroke.key === "Tab") return continues ? this.#close() : this.#give();

    const altDigit = altDigitOf(stroke);
    if (altDigit !== null) return this.#strike(stroke, continues, () => (this.#altDigits = (this.#altDigits ?? "") + altDigit));
    if (stroke.key === "Backspace" && continues) return this.#strike(stroke, true, () => this.#readings.takeBack());

    const character = stroke.alt ? null : characterOf(stroke);
    if (character === null) return this.#give();
    return this.#strike(stroke, continues, () => this.#readings.append(character));
  }

  /** A key was let go: says nothing new, unless an input method kept its press to itself. */
  release(stroke: Keystroke): Verdict {
    if (stroke.key === "Alt") this.#endAltCode();
    const told = this.#told.delete(stroke.code);
    const began = this.#begun;
    if (!this.#releases.add(stroke) || told) return { kind: "quiet" };

    if (this.#struck > 0 && stroke.at - this.#lastAt > this.patienceMs) {
      this.#struck = this.#quick = 0;
      this.#releases = new Releases();
      this.#releases.add(stroke);
    }
    this.#begun = this.#hidden = true;
    this.#owed += 1;
    this.#count(stroke);
    return this.#hear(stroke, began);
  }

  /** No key for longer than the gap: either a scan without Enter, or a person. */
  pause(): Verdict {
    return this.#close();
  }

  get #sure(): boolean {
    return (this.#hidden ? this.#releases.length : this.#readings.length) >= SCAN_CHARACTERS_MIN;
  }

  #hide(stroke: Keystroke, continues: boolean): Verdict {
    if (!continues) this.#forget();
    this.#begun = this.#hidden = true;
    this.#owed -= 1;
    return this.#hear(stroke, continues);
  }

  #strike(stroke: Keystroke, continues: boolean, take: () => void): Verdict {
    if (!continues) this.#forget();
    this.#begun = true;
    take();
    this.#count(stroke);
    return this.#hear(stroke, continues);
  }

  #count({ at }: Keystroke): void {
    if (this.#struck > 0 && at - this.#lastAt <= QUICK_GAP_MS_MAX) this.#quick += 1;
    this.#struck += 1;
    this.#lastAt = at;
  }

  #hear({ at }: Keystroke, continues: boolean): Verdict {
    this.#heardAt = Math.max(this.#heardAt, at);
    return continues ? { kind: "burst", sure: this.#sure } : { kind: "first" };
  }

  /** Alt was let go: the digits struck under it were one character. */
  #endAltCode(): void {
    const character = this.#altDigits === null ? null : characterOfAltCode(this.#altDigits);
    this.#altDigits = null;
    if (character !== null) this.#readings.append(character);
  }

  #close(): Verdict {
    const scan = this.#sure ? this.#read() : null;
    this.#forget();
    return scan ? { kind: "scan", scan } : { kind: "quiet" };
  }

  #read(): Scan {
    return this.#hidden ? { text: this.#releases.text(), others: [] } : this.#readings.scan();
  }

  #give(): Verdict {
    this.#forget();
    return { kind: "quiet" };
  }

  #forget(): void {
    this.#readings = new Readings();
    this.#releases = new Releases();
    this.#begun = this.#hidden = false;
    this.#struck = this.#quick = this.#owed = this.#heardAt = 0;
    this.#altDigits = null;
  }
}
