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
    reader.altReleased();
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

describe("a person is not a scanner", () => {
  it("typing at a person's pace is never a scan, however long", () => {
    expect(verdictsOf(plain("Nguyễn Thị Hồng Ngọc", 0, 70)).every(({ kind }) => kind === "first" || kind === "quiet")).toBe(true);
  });

  it("rolling two or three keys at once is no scan", () => {
    expect(verdictsOf(plain("the")).at(-1)).toEqual({ kind: "quiet" });
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
  return { "-": { code: "Minus", shift: false }, "|": { code: "Backslash", shift: true }, " ": { code: "Space", shift: false } }[character]!;
}

const feed = (reader: BurstReader, strokes: Keystroke[]): Verdict[] => strokes.map((each) => reader.press(each));
const verdictsOf = (strokes: Keystroke[]): Verdict[] => feed(new BurstReader(), strokes);
const scanOf = (strokes: Keystroke[]): Scan | null => {
  const last = verdictsOf(strokes).at(-1);
  return last?.kind === "scan" ? last.scan : null;
};
