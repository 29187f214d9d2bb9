import { BurstReader, type Scan, type Verdict } from "./burst";
import { characterOf, isHidden, keystrokeOf } from "./keystroke";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Snapshot = { field: Field; value: string; start: number | null; end: number | null };

/** A scan, and where the cursor stood while it came. */
export type Heard = {
  scan: Scan;
  focused: Element | null;
  /** What stands left of the cursor. */
  before: string;
  /** Takes so many characters left of the cursor away: they belong to the scan. */
  takeMore: (count: number) => void;
  /** Writes the text into the field after all: for the text expander that types as fast as a scanner. */
  giveBack: () => boolean;
};

export type ScanListener = {
  onscan: (heard: Heard) => void;
  /** A person typed while nothing editable had the focus: these characters belong into the search field. */
  ontyped: (text: string) => void;
  /** Whether letters struck on this element are meant for the search field rather than for the element itself. */
  listens: (element: Element | null) => boolean;
};

/** An input method finishes composing a moment after the last key; its text is suppressed that long. */
const AFTERMATH_MS = 200;
/** A timer later than this says that the window stood still: what was struck meanwhile is on its way, and waited for. */
const LATE_MS_MAX = 10;
/** How often at most: the timers of a window that nobody sees are always late. */
const WAITS_MAX = 4;

/**
 * Listens on the whole window, so that a scan arrives wherever the focus is. What the scanner's keys put into a field
 * before they were recognised is taken out again. Returns a function that stops listening.
 */
export function listenForScans(window: Window, listener: ScanListener): () => void {
  const reader = new BurstReader();
  let before: Snapshot | null = null;
  /** The same at the last press: a release tells late of a key whose character is already in the field. */
  let beforePress: Snapshot | null = null;
  let heldBack = "";
  let swallowed = false;
  let composing = false;
  let timer = 0;
  let aftermath: Snapshot | null = null;
  let settling = 0;

  const focused = () => window.document.activeElement;

  const finish = (verdict: Verdict) => {
    window.clearTimeout(timer);
    const [typed, snapshot] = [heldBack, before];
    heldBack = "";
    before = null;
    if (verdict.kind === "scan") {
      beforePress = null;
      const target = focused();
      const giveBack = snapshot ? takeOut(snapshot, verdict.scan) : () => false;
      listener.onscan({
        scan: verdict.scan, focused: target, before: leftOf(snapshot),
        takeMore: (count) => { if (snapshot) putBack((aftermath = without(snapshot, count))); },
        giveBack: () => {
          aftermath = null;
          return giveBack();
        },
      });
    } else if (typed !== "") {
      listener.ontyped(typed);
    }
  };

  /** Empties the field of the scan, and answers how to fill it again. */
  const takeOut = (snapshot: Snapshot, { text, others }: Scan): (() => boolean) => {
    if (composing) settleComposition(snapshot.field);
    const written = snapshot.field.value;
    const kept = swallowed;
    putBack(snapshot);
    aftermath = snapshot;
    window.clearTimeout(settling);
    // A timer rather than a time: what was already on its way comes before it, however busy the machine.
    settling = window.setTimeout(() => (aftermath = null), AFTERMATH_MS);
    return () => (kept ? insert(snapshot, others.at(-1) ?? text) : putBack({ ...snapshot, value: written, start: null }));
  };

  /** Ends the burst when no key comes any more. */
  const awaitPause = (ms: number, waits = WAITS_MAX) => {
    const due = performance.now() + ms;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const late = performance.now() - due > LATE_MS_MAX;
      if (late && waits > 1) awaitPause(ms, waits - 1);
      else finish(reader.pause());
    }, ms);
  };

  const follow = (verdict: Verdict, remembered: Snapshot | null) => {
    if (verdict.kind === "first") {
      if (heldBack !== "") listener.ontyped(heldBack);
      heldBack = "";
      swallowed = false;
      before = remembered?.field === focused() ? remembered : snapshotOf(fieldOf(focused()));
    }
    awaitPause(reader.patienceMs + 5);
  };

  const onkeydown = (event: KeyboardEvent) => {
    const wasRunning = reader.running;
    const stroke = keystrokeOf(event);
    const presses = stroke.key === " " && focused()?.matches("button, tr");
    const listens = !fieldOf(focused()) && !presses && listener.listens(focused());
    const verdict = reader.press(stroke);

    if (verdict.kind === "scan") {
      swallow(event);
      return finish(verdict);
    }
    if (verdict.kind === "quiet") {
      // A key that ends the burst without making a scan: what was held back was a person's.
      if (wasRunning || heldBack !== "") finish(verdict);
      return;
    }
    follow(verdict, null);
    if (verdict.kind === "first") beforePress = before;
    // What an input method hides it writes all the same; it is taken out of the field in the end.
    const character = isHidden(stroke) ? null : characterOf(stroke);
    if (listens) heldBack += character ?? "";
    if (character !== null && (listens || (verdict.kind === "burst" && verdict.sure))) {
      swallowed = true;
      swallow(event);
    }
  };

  const onkeyup = (event: KeyboardEvent) => {
    const verdict = reader.release(keystrokeOf(event));
    if (verdict.kind !== "quiet") follow(verdict, beforePress);
  };

  // The input method writes its composition after the scan was taken: the field keeps what it held before.
  const oninput = (event: Event) => {
    if (event.type === "compositionstart" || event.type === "compositionend") composing = event.type === "compositionstart";
    if (aftermath && focused() === aftermath.field) putBack(aftermath);
  };

  const heard: [string, (event: never) => void][] = [
    ["keydown", onkeydown], ["keyup", onkeyup], ["compositionstart", oninput], ["compositionend", oninput], ["input", oninput],
  ];
  for (const [type, on] of heard) window.addEventListener(type, on as EventListener, true);
  return () => {
    window.clearTimeout(timer);
    window.clearTimeout(settling);
    for (const [type, on] of heard) window.removeEventListener(type, on as EventListener, true);
  };
}

/** Losing the focus ends a composition at once; what it wrote is then taken out with the rest. */
function settleComposition(field: Field): void {
  field.blur();
  field.focus();
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

const TYPED_INTO = new Set(["text", "search", "tel", "email", "url", "number", "password", ""]);

function fieldOf(element: Element | null): Field | null {
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return element;
  return element instanceof HTMLInputElement && TYPED_INTO.has(element.type) ? element : null;
}

function snapshotOf(field: Field | null): Snapshot | null {
  if (!field) return null;
  const selection = field instanceof HTMLSelectElement ? null : field;
  return { field, value: field.value, start: selection?.selectionStart ?? null, end: selection?.selectionEnd ?? null };
}

function putBack({ field, value, start, end }: Snapshot): boolean {
  if (!field.isConnected) return false;
  if (field.value === value) return true;
  field.value = value;
  if (start !== null && !(field instanceof HTMLSelectElement)) field.setSelectionRange(start, end);
  tell(field);
  return true;
}

const leftOf = (snapshot: Snapshot | null): string => snapshot?.value.slice(0, snapshot.start ?? snapshot.value.length) ?? "";

function without(snapshot: Snapshot, count: number): Snapshot {
  const [end, start] = [leftOf(snapshot).length, leftOf(snapshot).length - count];
  return { ...snapshot, value: snapshot.value.slice(0, start) + snapshot.value.slice(end), start, end: start };
}

function insert({ field, value, start, end }: Snapshot, text: string): boolean {
  if (field instanceof HTMLSelectElement || !field.isConnected) return false;
  const at = start ?? value.length;
  field.value = value.slice(0, at) + text + value.slice(end ?? at);
  tell(field);
  return true;
}

const tell = (field: Field) =>
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }));
