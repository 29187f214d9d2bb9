import { altDigitOf, characterOfAltCode, characterReleased, isShift, type Keystroke } from "./keystroke";

/** A character let go, as it is with and without Shift; or Shift itself. */
type Heard = { held: boolean; plain: string; shifted: string } | "shift";

/**
 * The text of a burst, read from the keys as they are let go.
 *
 * An input method keeps presses to itself and writes what it likes; it has no use for releases and lets them through
 * with their true key and time, ahead of whatever it makes of the presses (WebKitGTK with ibus-unikey, as recorded).
 */
export class Releases {
  #heard: Heard[] = [];
  #altDigits = "";
  #length = 0;

  /** Characters so far. */
  get length(): number {
    return this.#length;
  }

  /** Whether this release was a character's. */
  add(stroke: Keystroke): boolean {
    if (isShift(stroke)) this.#heard.push("shift");
    if (stroke.key === "Alt") return this.#endAltCode();
    const altDigit = altDigitOf(stroke);
    if (altDigit !== null) this.#altDigits += altDigit;
    if (altDigit !== null || stroke.alt || stroke.command) return false;
    const [plain, shifted] = [characterReleased(stroke, false), characterReleased(stroke, true)];
    return plain !== null && shifted !== null && this.#take({ held: stroke.shift, plain, shifted });
  }

  text(): string {
    const shiftFirst = shiftIsLetGoFirst(this.#heard);
    let text = "";
    let afterShift = false;
    for (const each of this.#heard) {
      if (each !== "shift") text += each.held || afterShift ? each.shifted : each.plain;
      afterShift = each === "shift" && shiftFirst;
    }
    return text.normalize("NFC");
  }

  #take(character: Heard): true {
    this.#heard.push(character);
    this.#length += 1;
    return true;
  }

  #endAltCode(): boolean {
    const character = characterOfAltCode(this.#altDigits);
    this.#altDigits = "";
    return character !== null && this.#take({ held: false, plain: character, shifted: character });
  }
}

/**
 * Scanners differ in whether Shift or the character is let go first. Where Shift is, it goes up without any character
 * having been let go under it, and the one that follows is its own.
 */
function shiftIsLetGoFirst(heard: Heard[]): boolean {
  let under = false;
  return heard.some((each) => {
    if (each !== "shift") {
      under ||= each.held;
      return false;
    }
    const alone = !under;
    under = false;
    return alone;
  });
}
