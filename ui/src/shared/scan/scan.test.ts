import { describe, expect, it } from "vitest";
import { BurstReader, type Scan, type Verdict } from "./burst";
import type { Keystroke } from "./keystroke";

const CARD = "015095001234|061234567|Đặng Văn Lượng|12031995|Nam|Tổ 4, phường Yên Bái|01052021";

describe("a card arrives whole", () => {
  it("typed by a scanner without an input method, Vietnamese letters included", () => {
    expect(scanOf(plain(CARD))).toEqual({ text: CARD, others: [] });
  });

  it("without a closing Enter, once the scanner pauses", () => {
    const reader = new BurstReader();
    feed(reader, plain("015095001234").slice(0, -1));
    expect(reader.pause()).toEqual({ kind: "scan", scan: { text: "015095001234", others: [] } });
  });

  it("when a Telex input method composes every letter: \"dd\" and \"aw\" are read from the physical keys", () => {
    expect(scanOf(composed("H15-add-raw-0042"))?.text).toBe("H15-add-raw-0042");
  });

  it("when VNI would make tones of the digits", () => {
    expect(scanOf(composed("a1e2o6d9-261123"))?.text).toBe("a1e2o6d9-261123");
  });

  it("when the input method hides its keys as Process", () => {
    const hidden = composed("ABdd|12|aw").map((stroke) => ({ ...stroke, key: stroke.key === "Enter" ? "Enter" : "Process" }));
    expect(scanOf(hidden)?.text).toBe("ABdd|12|aw");
  });

  it("with letters sent as Alt and number pad codes", () => {
    const reader = new BurstReader();
    const verdicts = feed(reader, plain("Nguy").slice(0, -1));
    let at = 4 * 8;
    const pad = (digit: string) => reader.press(stroke({ key: digit, code: `Numpad${digit}`, alt: true, at: (at += 8) }));
    reader.press(stroke({ key: "Alt", code: "AltLeft", alt: true, at: (at += 8) }));
    [..."7877"].forEach(pad); // ễ
    reader.release(stroke({ key: "Alt", code: "AltLeft", at }));
    verdicts.push(...feed(reader, plain("n A1", at + 8)));
    expect(verdicts.at(-1)).toMatchObject({ kind: "scan", scan: { text: "Nguyễn A1" } });
  });

  it("with Caps Lock on, through an input method", () => {
    expect(scanOf(composed("ab12CD").map((each) => ({ ...each, capsLock: true })))?.text).toBe("AB12cd");
  });

  it("when the input method sends Backspace and a new letter: both methods' readings are offered, Telex first", () => {
    const rewritten = [..."H15-ad"].map((key) => ({ key }));
    const strokes = timed([...rewritten, { key: "Backspace", code: "Backspace" }, { key: "đ" }, ...[..."-0042"].map((key) => ({ key })), { key: "Enter" }]);
    expect(scanOf(strokes)).toEqual({ text: "H15-add-0042", others: ["H15-ad9-0042", "H15-ađ-0042"] });
  });

  it("when the input method rewrote a whole syllable for one tone key", () => {
    const strokes = timed([..."mato"].map((key) => ({ key }) as Partial<Keystroke>).concat({ key: "Backspace" }, { key: "ó" }, [..."-123456"].map((key) => ({ key })), { key: "Enter" }));
    expect(scanOf(strokes)).toEqual({ text: "matos-123456", others: ["mato1-123456", "mató-123456"] });
  });

  it("when the input method left a pair standing that Telex would have changed: VNI is at work, and read first", () => {
    const strokes = timed([..."Ea Kar, A"].map((key) => ({ key }) as Partial<Keystroke>).concat({ key: "Backspace" }, { key: "Á" }, { key: "Enter" }));
    expect(scanOf(strokes)).toEqual({ text: "Ea Kar, A1", others: ["Ea Kar, As", "Ea Kar, Á"] });
  });
});

describe("an input method that hides its keys altogether (WebKitGTK with ibus-unikey, as recorded)", () => {
  const scanned = "015095004321|060123456|Y Wan Kroong|01031995|Nam|Soos A1, xa Ea Kar|25042021";

  it("lets every release through: the keys are read from there, whatever it writes", () => {
    expect(scanHidden(scanned)?.text).toBe(scanned);
  });

  it("tells a capital from the order in which Shift and the letter are let go, either way round", () => {
    expect(scanHidden(scanned, { shiftLast: true })?.text).toBe(scanned);
  });

  it("may pass the presses on seconds after the releases: the scan waits for them", () => {
    expect(scanHidden(scanned, { pressesAfterMs: 4_000, pressGapMs: 90 })?.text).toBe(scanned);
  });

  it("may pass the presses on in batches, fewer than there were keys", () => {
    expect(scanHidden(scanned, { onePressFor: 3 })?.text).toBe(scanned);
  });

  it("letters sent as Alt and number pad codes are among them", () => {
    const reader = new BurstReader();
    const keys = [..."Nguy"].flatMap((key) => letGo(key)).concat(altCode("7877"), letGo("n"), letGo("|"), letGo("1"));
    for (const [index, key] of keys.entries()) reader.release({ ...key, at: index * 4 });
    expect(reader.press(stroke({ key: "Enter", at: keys.length * 4 }))).toEqual({ kind: "scan", scan: { text: "Nguyễn|1", others: [] } });
  });

  it("is no scan at a person's pace", () => {
    const reader = new BurstReader();
    const kinds = [..."nguyen van luong"].flatMap((key, index) => [
      reader.press(hiddenPress(index * 110)).kind,
      ...letGo(key).map((each) => reader.release({ ...each, at: index * 110 + 70 }).kind),
    ]);
    expect(kinds).not.toContain("scan");
    expect(reader.pause()).toEqual({ kind: "quiet" });
  });
});

it("a stall in the middle of a scan, on a machine under load, does not break it", () => {
  const strokes = plain(CARD).map((each, index) => ({ ...each, at: each.at + (index > 20 ? 180 : 0) + (index > 40 ? 90 : 0) }));
  expect(scanOf(strokes)?.text).toBe(CARD);
});

it("stalls again and again, from the second key on, do not break it", () => {
  const stalled = (index: number) => [2, 6, 12, 30].filter((from) => index >= from).length * 110;
  const strokes = plain(CARD).map((each, index) => ({ ...each, at: each.at + stalled(index) }));
  expect(scanOf(strokes)?.text).toBe(CARD);
});

describe("a person is not a scanner", () => {
  it("typing at a person's pace is never a scan, however long", () => {
    expect(verdictsOf(plain("Nguyễn Thị Hồng Ngọc", 0, 70)).every(({ kind }) => kind === "first" || kind === "quiet")).toBe(true);
  });

  it("rolling two or three keys at once is no scan", () => {
    expect(verdictsOf(plain("the")).at(-1)).toEqual({ kind: "quiet" });
  });

  it("rolling two keys and going on at a person's pace is no scan, however long", () => {
    const at = [0, 15, 130, 250, 262, 380, 480, 600, 700, 810];
    const strokes = [..."nguyenvan"].map((key, index) => stroke({ key, at: at[index]! }));
    expect(verdictsOf([...strokes, stroke({ key: "Enter", at: 815 })]).some(({ kind }) => kind === "scan")).toBe(false);
  });

  it("holding a key down is no scan, although it repeats fast", () => {
    const held = timed(Array.from({ length: 20 }, () => ({ key: "a", repeat: true })));
    expect(verdictsOf(held).every(({ kind }) => kind === "quiet")).toBe(true);
  });

  it("a scan that begins while a person types takes only its own keys", () => {
    const human = plain("Ng", 0, 90).slice(0, -1);
    const scan = plain("015095001234", 500);
    expect(scanOf([...human, ...scan])?.text).toBe("015095001234");
  });

  it("a person's keys after a scan begin anew", () => {
    const reader = new BurstReader();
    feed(reader, plain("015095001234"));
    expect(feed(reader, plain("ks", 2000, 90)).map(({ kind }) => kind)).toEqual(["first", "first", "quiet"]);
  });

  it("shortcuts are let through", () => {
    expect(verdictsOf(timed([{ key: "F9", code: "F9" }, { key: "v", code: "KeyV", command: true }, { key: "2", code: "Digit2", alt: true }])).map(({ kind }) => kind)).toEqual(["quiet", "quiet", "quiet"]);
  });
});

it("the keys of a burst are kept from the field only once it is long enough for a scan", () => {
  const kinds = verdictsOf(plain("01509500")).map((verdict) => (verdict.kind === "burst" ? verdict.sure : verdict.kind));
  expect(kinds).toEqual(["first", false, false, false, false, true, true, true, "scan"]);
});

type Manner = { shiftLast?: boolean; pressesAfterMs?: number; pressGapMs?: number; onePressFor?: number };

/** What is heard of a scanner's keys, in the order of their times: presses without a key, releases with theirs. */
function scanHidden(text: string, { shiftLast = false, pressesAfterMs = 2, pressGapMs = 4, onePressFor = 1 }: Manner = {}): Scan | null {
  const reader = new BurstReader();
  const releases = [...text].flatMap((key, index) => letGo(key, shiftLast).map((each) => ({ ...each, at: 3 + index * 4, released: true })));
  const presses = [...text].filter((_, index) => index % onePressFor === 0).map((_, index) => ({ ...hiddenPress(pressesAfterMs + index * pressGapMs), released: false }));
  const heard = [...releases, ...presses].sort((one, other) => one.at - other.at);
  for (const { released, ...each } of heard) {
    if (released) reader.release(each);
    else reader.press(each);
  }
  // Enter makes the method write its last word first: one press more.
  const at = heard.at(-1)!.at + 4;
  reader.press(hiddenPress(at));
  const verdict = reader.press(stroke({ key: "Enter", code: "Unidentified", at: at + 1 }));
  return verdict.kind === "scan" ? verdict.scan : null;
}

const hiddenPress = (at: number): Keystroke => stroke({ key: "Unidentified", code: "Unidentified", composing: true, at });

/** A character as it is let go: Shift goes up before it, or after. */
function letGo(character: string, shiftLast = false): Keystroke[] {
  const { code, shift } = physical(character);
  const key = character === "|" && !shiftLast ? "\\" : shiftLast ? character : character.toLowerCase();
  const own = stroke({ key, code, shift: shift && shiftLast, composing: true });
  if (!shift) return [own];
  const up = stroke({ key: "Shift", code: "ShiftLeft", composing: true });
  return shiftLast ? [own, up] : [up, own];
}

const altCode = (digits: string): Keystroke[] =>
  [...[...digits].map((digit) => stroke({ key: digit, code: `Numpad${digit}`, alt: true })), stroke({ key: "Alt", code: "AltLeft" })];

function stroke(part: Partial<Keystroke>): Keystroke {
  return { key: "", code: "", shift: false, alt: false, command: false, capsLock: false, composing: false, repeat: false, at: 0, ...part };
}

const timed = (parts: Partial<Keystroke>[], start = 0, gap = 8): Keystroke[] => parts.map((part, index) => stroke({ ...part, at: start + index * gap }));

/** A scanner's keys with their characters, closed by Enter. */
const plain = (text: string, start = 0, gap = 8): Keystroke[] => timed([...text, "Enter"].map((key) => ({ key })), start, gap);

/** The same keys as an input method shows them: physical keys only. */
const composed = (text: string): Keystroke[] =>
  timed([...[...text].map((character) => ({ key: "Unidentified", composing: true, ...physical(character) })), { key: "Enter", code: "Enter" }]);

function physical(character: string): { code: string; shift: boolean } {
  if (/[a-z]/i.test(character)) return { code: `Key${character.toUpperCase()}`, shift: /[A-Z]/.test(character) };
  if (/\d/.test(character)) return { code: `Digit${character}`, shift: false };
  return { "-": { code: "Minus", shift: false }, "|": { code: "Backslash", shift: true }, " ": { code: "Space", shift: false }, ",": { code: "Comma", shift: false } }[character]!;
}

const feed = (reader: BurstReader, strokes: Keystroke[]): Verdict[] => strokes.map((each) => reader.press(each));
const verdictsOf = (strokes: Keystroke[]): Verdict[] => feed(new BurstReader(), strokes);
const scanOf = (strokes: Keystroke[]): Scan | null => {
  const last = verdictsOf(strokes).at(-1);
  return last?.kind === "scan" ? last.scan : null;
};
