/** Bars of the shortest card code: seven fields. */
const CARD_BARS_MIN = 5;

/**
 * A machine that stood still in the middle of a scan makes two of it: the head was taken for typing and stands left of
 * the cursor. Answers that head, when with `text` it makes a card's code; null when it does not.
 */
export function tornHead(before: string, text: string): string | null {
  const head = /(?:\d{12}|\d{9})\|.*$/.exec(before)?.[0] ?? startOfNumber(before, text);
  return head !== null && bars(head + text) >= CARD_BARS_MIN ? head : null;
}

/** The digits that make a personal number (12, formerly 9 digits) of the digits that `text` begins with. */
function startOfNumber(before: string, text: string): string | null {
  const first = text.split("|")[0]!;
  if (!/^\d*$/.test(first)) return null;
  const digits = /\d*$/.exec(before)![0];
  const missing = [12, 9].map((length) => length - first.length).find((count) => count > 0 && count <= digits.length);
  return missing === undefined ? null : digits.slice(-missing);
}

const bars = (text: string): number => text.split("|").length - 1;
