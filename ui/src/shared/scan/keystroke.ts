/** What the scan reader needs of one KeyboardEvent; `at` in milliseconds. */
export type Keystroke = {
  key: string; code: string; shift: boolean; alt: boolean; command: boolean;
  capsLock: boolean; composing: boolean; repeat: boolean; at: number;
};

export const keystrokeOf = (event: KeyboardEvent): Keystroke => ({
  // Enter that went through an input method arrives as the character it stands for (WebKitGTK with ibus).
  key: /^[\r\n]$/.test(event.key) ? "Enter" : event.key, code: event.code, shift: event.shiftKey, alt: event.altKey, command: event.ctrlKey || event.metaKey,
  capsLock: event.getModifierState("CapsLock"), composing: event.isComposing, repeat: event.repeat, at: event.timeStamp,
});

/**
 * The character the scanner meant, whatever an input method made of it.
 *
 * A scanner is a keyboard with the US layout. When no input method stands in between, `key` is the character,
 * Vietnamese letters included. When one does (Telex, VNI), `key` is "Process" or "Unidentified" or the text being
 * composed, and only the physical key tells what was struck.
 */
export function characterOf(stroke: Keystroke): string | null {
  if (stroke.command) return null;
  if (!stroke.composing && isOneCharacter(stroke.key)) return stroke.key;
  return characterOfPhysicalKey(stroke) ?? (isOneCharacter(stroke.key) ? stroke.key : null);
}

/**
 * The input method took the key and says nothing of it, neither character nor place on the keyboard
 * (WebKitGTK with ibus: key and code are both "Unidentified").
 */
export const isHidden = (stroke: Keystroke): boolean =>
  ["Process", "Unidentified"].includes(stroke.key) && !stroke.command && characterOfPhysicalKey(stroke) === null;

/** The character of a key let go, had Shift been held or not; letters outside ASCII are what they are. */
export function characterReleased(stroke: Keystroke, shift: boolean): string | null {
  const own = isOneCharacter(stroke.key) ? stroke.key : null;
  if (own !== null && own > "~") return own;
  return characterOfPhysicalKey({ ...stroke, shift }) ?? own;
}

export const isShift = ({ key }: Keystroke): boolean => key === "Shift";

export const isModifier = (stroke: Keystroke): boolean =>
  ["Shift", "Alt", "AltGraph", "Control", "Meta", "CapsLock", "NumLock"].includes(stroke.key) || /^(Shift|Alt|Control|Meta)(Left|Right)$/.test(stroke.code);

/** A digit struck on the number pad while Alt is held: part of a character code. */
export const altDigitOf = (stroke: Keystroke): string | null =>
  stroke.alt && !stroke.command ? (/^Numpad(\d)$/.exec(stroke.code)?.[1] ?? null) : null;

/**
 * The character of an Alt + number pad code, as scanners send letters outside ASCII.
 * Codes are read as Unicode, which is what scanners set to "Unicode by Alt code" send; 1 to 3 digits are ASCII.
 */
export function characterOfAltCode(digits: string): string | null {
  const code = Number(digits);
  return digits !== "" && code >= 32 && code <= 0xffff ? String.fromCodePoint(code) : null;
}

const isOneCharacter = (key: string) => [...key.normalize("NFC")].length === 1;

function characterOfPhysicalKey({ code, shift, capsLock }: Keystroke): string | null {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shift !== capsLock ? letter : letter.toLowerCase();
  const pad = /^Numpad(\d)$/.exec(code)?.[1];
  if (pad) return pad;
  const pair = US_LAYOUT[code];
  return pair ? pair[shift ? 1 : 0]! : null;
}

const US_LAYOUT: Record<string, string> = {
  Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$", Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*", Digit9: "9(", Digit0: "0)",
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", IntlBackslash: "\\|", Semicolon: ";:", Quote: "'\"",
  Comma: ",<", Period: ".>", Slash: "/?", Backquote: "`~", Space: "  ",
  NumpadDecimal: "..", NumpadDivide: "//", NumpadMultiply: "**", NumpadSubtract: "--", NumpadAdd: "++",
};
