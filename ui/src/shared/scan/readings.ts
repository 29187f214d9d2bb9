import type { Scan } from "./burst";
import { keyBehind, looksLikeVni, restore, type Method, type Rewrite } from "./rewrite";

/** A word an input method is composing: what it shows, and the keys that were struck for it by either method. */
type Word = { shown: string; keys: [telex: string, vni: string] };

/**
 * The text of a burst, read back from whatever reached us: plain characters, characters taken back and replaced, or
 * only the words an input method shows while it composes. Where the struck key is lost there are two readings.
 */
export class Readings {
  #keys: [telex: string, vni: string] = ["", ""];
  /** What stands on the screen. */
  #shown = "";
  #word: Word | null = null;
  #removed = "";
  #rewrites: Rewrite[] = [];

  get length(): number {
    return [...this.#read(0)].length;
  }

  append(character: string): void {
    this.#endWord();
    if (this.#removed !== "") {
      this.#rewrites.push({ at: [...this.#keys[0]].length, removed: this.#removed });
      this.#removed = "";
    }
    this.#keys = [this.#keys[0] + character, this.#keys[1] + character];
    this.#shown += character;
  }

  /** A scanner has no Backspace: it is an input method replacing what it has just let through. */
  takeBack(): void {
    this.#endWord();
    this.#removed = ([...this.#keys[0]].at(-1) ?? "") + this.#removed;
    this.#keys = [withoutLast(this.#keys[0]), withoutLast(this.#keys[1])];
    this.#shown = withoutLast(this.#shown);
  }

  /** The input method shows this word now; one key was struck since it showed the last one. */
  compose(shown: string): void {
    const word = this.#word ?? { shown: "", keys: ["", ""] };
    this.#word = { shown, keys: [0, 1].map((method) => after(word, shown, method as Method)) as Word["keys"] };
  }

  /** The word is finished, perhaps with the sign that ended it. */
  commit(shown: string): void {
    this.compose(shown);
    this.#endWord();
  }

  /** Telex first, because most desks use it; not where it left standing what it would have changed. */
  scan(): Scan {
    this.#endWord();
    const [telex, vni] = [restore(this.#keys[0], this.#rewrites, 0), restore(this.#keys[1], this.#rewrites, 1)];
    const order = looksLikeVni(this.#shown) ? [vni, telex] : [telex, vni];
    const [text = "", ...others] = new Set([...order, this.#shown].map((reading) => reading.normalize("NFC")));
    return { text, others };
  }

  #read(method: Method): string {
    return this.#keys[method] + (this.#word?.keys[method] ?? "");
  }

  #endWord(): void {
    this.#keys = [this.#read(0), this.#read(1)];
    this.#shown += this.#word?.shown ?? "";
    this.#word = null;
  }
}

/** The keys of a word after one more key made the input method show `shown`. */
function after({ shown: before, keys }: Word, shown: string, method: Method): string {
  const own = keys[method];
  const [was, is] = [[...before], [...shown]];
  if (shown.startsWith(before)) return own + shown.slice(before.length);
  const grown = is.length - was.length;
  // The method gave up and shows the keys themselves: better than anything inferred.
  if (grown > 1) return shown;
  // One more character shown is the key, although marks may have moved.
  if (grown === 1) return own + is.at(-1)!;
  if (grown < 0) return withoutLast(own);
  const from = was.findIndex((character, place) => character !== is[place]);
  return own + (keyBehind(was.slice(from), is.slice(from), method) ?? is.at(-1)!);
}

const withoutLast = (text: string): string => [...text].slice(0, -1).join("");
