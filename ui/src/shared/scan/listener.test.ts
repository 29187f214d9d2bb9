import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Scan } from "./burst";
import { listenForScans } from "./listener";

const CARD = "015095001234|061234567|Đặng Văn Lượng|12031995|Nam|Tổ 4|01052021";

let scans: Scan[] = [];
let typed: string[] = [];
let giveBack: () => boolean = () => false;
let stop: () => void;
let clock = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
  scans = [];
  typed = [];
  document.body.innerHTML = `<div id="listening" tabindex="0"></div><input id="name" value="Lò Văn"><select id="kind"><option>a</option><option>b</option></select><button id="act">In</button>`;
  stop = listenForScans(window, {
    listens: (element) => element === document.body || element?.id === "listening",
    ontyped: (text) => typed.push(text),
    onscan: (heard) => {
      scans.push(heard.scan);
      giveBack = heard.giveBack;
    },
  });
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it("hears a scan while nothing editable has the focus", () => {
  focus("listening");
  scan(CARD);
  expect(scans.map(({ text }) => text)).toEqual([CARD]);
  expect(typed).toEqual([]);
});

it("hears a scan after the focus was lost altogether", () => {
  (document.activeElement as HTMLElement | null)?.blur();
  scan(CARD);
  expect(scans).toHaveLength(1);
});

it("takes out of a field what the scan put into it, and keeps what the person had typed", () => {
  const field = focus("name");
  scan(CARD);
  expect(scans[0]?.text).toBe(CARD);
  expect(field.value).toBe("Lò Văn");
});

it("puts a choice back that the scan's first letters changed", () => {
  const select = document.getElementById("kind") as HTMLSelectElement;
  select.focus();
  strike("b");
  select.value = "b";
  scan("15-261123-1001", 8);
  expect(select.value).toBe("a");
});

it("does not press the focused button with the scanner's Enter", () => {
  const pressed = vi.fn();
  const button = document.getElementById("act")!;
  button.addEventListener("keydown", (event) => { if (event.key === "Enter") pressed(); });
  button.focus();
  scan("15-261123-1001");
  expect(scans).toHaveLength(1);
  expect(pressed).not.toHaveBeenCalled();
});

it("does not press the focused button with a space inside the scan", () => {
  document.getElementById("act")!.focus();
  const reached: string[] = [];
  document.getElementById("act")!.addEventListener("keydown", (event) => reached.push(event.key));
  scan("015095001234|Lò Thị Mai");
  expect(reached).not.toContain(" ");
});

it("suppresses what an input method still writes after the scan", () => {
  const field = focus("name");
  for (const character of "abdd-1234") {
    clock += 8;
    strike("Process", { isComposing: true, code: /\d/.test(character) ? `Digit${character}` : character === "-" ? "Minus" : `Key${character.toUpperCase()}` });
    field.value += character;
  }
  clock += 8;
  strike("Enter");
  expect(scans[0]?.text).toBe("abdd-1234");
  field.value = "Lò Vănabđ-1234";
  field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
  expect(field.value).toBe("Lò Văn");
});

it("takes a scan out of a field although the input method hid every key and wrote what it liked", () => {
  const field = focus("name");
  scanThroughMethod("too1-0150", "tô1-0150");
  expect(scans.map(({ text }) => text)).toEqual(["too1-0150"]);
  expect(field.value).toBe("Lò Văn");
});

it("gives back what an input method wrote, when it was no scan", () => {
  const field = focus("name");
  scanThroughMethod("toosnayf", "tốnày");
  expect(field.value).toBe("Lò Văn");
  expect(giveBack()).toBe(true);
  expect(field.value).toBe("Lò Văntốnày");
});

it("gives a text back that was no scan, at the place of the cursor", () => {
  const field = focus("name");
  field.setSelectionRange(3, 3);
  scan("Thị Mai ");
  expect(field.value).toBe("Lò Văn");
  expect(giveBack()).toBe(true);
  expect(field.value).toBe("Lò Thị Mai Văn");
});

it("hands a person's first letters to the search field without losing one", () => {
  focus("listening");
  strike("l");
  vi.advanceTimersByTime(50);
  clock += 120;
  strike("ư");
  vi.advanceTimersByTime(50);
  expect(typed.join("")).toBe("lư");
});

it("waits for the keys of a scan that are still on their way while the window stands still", () => {
  focus("listening");
  strike(CARD[0]!);
  standsStill(80);
  scan(CARD.slice(1));
  expect(scans.map(({ text }) => text)).toEqual([CARD]);
  expect(typed).toEqual([]);
});

it("does not keep a person's letter for ever on a window whose timers are always late", () => {
  focus("listening");
  strike("l");
  for (let times = 0; times < 5; times += 1) standsStill(80);
  expect(typed).toEqual(["l"]);
});

it("lets shortcuts and the space bar of a button through", () => {
  document.getElementById("act")!.focus();
  expect(strike("F9")).toBe(true);
  expect(strike(" ")).toBe(true);
  expect(strike("2", { altKey: true, code: "Digit2" })).toBe(true);
});

/** The timers that are due meanwhile come late. */
function standsStill(ms: number): void {
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + ms);
  vi.advanceTimersByTime(45);
  clock.mockRestore();
}

function focus(id: string): HTMLInputElement {
  const element = document.getElementById(id) as HTMLInputElement;
  element.focus();
  return element;
}

function strike(key: string, more: KeyboardEventInit = {}): boolean {
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  Object.defineProperty(event, "timeStamp", { value: clock });
  return target.dispatchEvent(event);
}

/** Presses without a key, releases with theirs, the method's own text in the field, and Enter as the sign it stands for. */
function scanThroughMethod(text: string, written: string): void {
  const field = document.activeElement as HTMLInputElement;
  const before = field.value;
  for (const [index, key] of [...text].entries()) {
    clock += 8;
    strike("Unidentified", { isComposing: true, code: "Unidentified" });
    field.value = before + written.slice(0, index + 1);
    field.dispatchEvent(new InputEvent("input", { inputType: "insertCompositionText", bubbles: true }));
    release(key);
  }
  clock += 8;
  strike("\n", { code: "Unidentified" });
}

function release(key: string): void {
  const code = /\d/.test(key) ? `Digit${key}` : key === "-" ? "Minus" : `Key${key.toUpperCase()}`;
  const event = new KeyboardEvent("keyup", { key, code, bubbles: true });
  Object.defineProperty(event, "timeStamp", { value: clock });
  document.activeElement!.dispatchEvent(event);
}

function scan(text: string, gap = 8): void {
  for (const key of text) {
    clock += gap;
    const target = document.activeElement;
    if (strike(key) && target instanceof HTMLInputElement) target.value += key;
  }
  clock += gap;
  strike("Enter");
}
