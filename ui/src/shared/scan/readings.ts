import type { Scan } from "./burst";
import { looksLikeVni, restore, type Rewrite } from "./rewrite";

/**
 * The text of a burst, read back from the presses that reached us: plain characters, and characters that an input
 * method took back and replaced. There the struck key is lost, and there are two readings.
 */
export class Readings {
  /** What stands on the screen. */
  #shown = "";
  #removed = "";
  #rewrites: Rewrite[] = [];

  get length(): number {
    return [...this.#shown].length;
  }

  append(character: string): void {
    if (this.#removed !== "") {
      this.#rewrites.push({ at: this.length, removed: this.#removed });
      this.#removed = "";
    }
    this.#shown += character;
  }

  /** A scanner has no Backspace: it is an input method replacing what it has just let through. */
  takeBack(): void {
    const characters = [...this.#shown];
    this.#removed = (characters.pop() ?? "") + this.#removed;
    this.#shown = characters.join("");
  }

  /** Telex first, because most desks use it; not where it left standing what it would have changed. */
  scan(): Scan {
    const [telex, vni] = [restore(this.#shown, this.#rewrites, 0), restore(this.#shown, this.#rewrites, 1)];
    const order = looksLikeVni(this.#shown) ? [vni, telex] : [telex, vni];
    const [text = "", ...others] = new Set([...order, this.#shown].map((reading) => reading.normalize("NFC")));
    return { text, others };
  }
}
