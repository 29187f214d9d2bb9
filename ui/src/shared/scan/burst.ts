import { altDigitOf, characterOf, characterOfAltCode, isModifier, type Keystroke } from "./keystroke";
import { swallowedKeys } from "./rewrite";

/** Keys further apart than this were struck by a person: the fastest typists rarely go under 60 ms twice in a row. */
export const BURST_GAP_MS_MAX = 35;
/** Shorter bursts are a person rolling two keys; our shortest code has eight characters. */
export const SCAN_CHARACTERS_MIN = 6;
/** `others` are further readings, when an input method swallowed keys and more than one could have been struck. */
export type Scan = { text: string; others: string[] };

export type Verdict =
  | { kind: "quiet" }              // not part of a scan: let it through
  | { kind: "first" }              // a burst may begin here: remember what the field holds
  | { kind: "burst"; sure: boolean } // continues a burst; sure once it is long enough for a scan: from then on its keys are kept from the field
  | { kind: "scan"; scan: Scan };

/**
 * Tells a scanner's keys from a person's by their speed. Pure: fed with keystrokes, it answers what each one is.
 * Call `pause` when no key came for longer than the gap, because some scanners send no closing Enter.
 */
export class BurstReader {
  #text = "";
  #struck = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #altDigits: string | null = null;
  #removed = "";
  #rewrites: { at: number; removed: string }[] = [];

  /** True while keys arrive at a scanner's pace. */
  get running(): boolean {
    return this.#struck > 0;
  }

  press(stroke: Keystroke): Verdict {
    if (stroke.repeat || stroke.command) return this.#give();
    const continues = stroke.at - this.#lastAt <= BURST_GAP_MS_MAX && this.#struck > 0;
    if (isModifier(stroke)) {
      // Shift belongs to the next character: it keeps the pace but is no character.
      if (continues) this.#lastAt = stroke.at;
      return continues ? { kind: "burst", sure: this.#sure } : { kind: "quiet" };
    }
    if (stroke.key === "Enter" || stroke.key === "Tab") return continues ? this.#close() : this.#give();

    const altDigit = altDigitOf(stroke);
    if (altDigit !== null) return this.#strike(stroke, continues, () => (this.#altDigits = (this.#altDigits ?? "") + altDigit));
    if (stroke.key === "Backspace" && continues) return this.#strike(stroke, true, () => this.#takeBack());

    const character = stroke.alt ? null : characterOf(stroke);
    if (character === null) return this.#give();
    return this.#strike(stroke, continues, () => this.#append(character));
  }

  /** Alt was let go: the digits struck under it were one character. */
  altReleased(): void {
    const character = this.#altDigits === null ? null : characterOfAltCode(this.#altDigits);
    this.#altDigits = null;
    if (character !== null) this.#append(character);
  }

  /** No key for longer than the gap: either a scan without Enter, or a person. */
  pause(): Verdict {
    return this.#close();
  }

  get #sure(): boolean {
    return this.#length >= SCAN_CHARACTERS_MIN;
  }

  #strike(stroke: Keystroke, continues: boolean, take: () => void): Verdict {
    if (!continues) this.#forget();
    take();
    this.#struck += 1;
    this.#lastAt = stroke.at;
    return continues ? { kind: "burst", sure: this.#sure } : { kind: "first" };
  }

  #append(character: string): void {
    if (this.#removed !== "") {
      this.#rewrites.push({ at: [...this.#text].length, removed: this.#removed });
      this.#removed = "";
    }
    this.#text += character;
  }

  // A scanner has no Backspace: it is an input method replacing what it has just let through.
  #takeBack(): void {
    const characters = [...this.#text];
    this.#removed = (characters.pop() ?? "") + this.#removed;
    this.#text = characters.join("");
  }

  #close(): Verdict {
    const scan = this.#length >= SCAN_CHARACTERS_MIN ? swallowedKeys(this.#text.normalize("NFC"), this.#rewrites) : null;
    this.#forget();
    return scan ? { kind: "scan", scan } : { kind: "quiet" };
  }

  get #length(): number {
    return [...this.#text].length;
  }

  #give(): Verdict {
    this.#forget();
    return { kind: "quiet" };
  }

  #forget(): void {
    this.#text = "";
    this.#struck = 0;
    this.#altDigits = null;
    this.#removed = "";
    this.#rewrites = [];
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }
}
