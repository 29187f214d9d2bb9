import { BurstReader, type Scan } from "./burst";
import { characterOf, isHidden, keystrokeOf } from "./keystroke";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Snapshot = { field: Field; value: string; start: number | null; end: number | null };

export type ScanListener = {
  /**
   * A whole scan, and the element that had the focus while it came. `giveBack` writes the text into the field after
   * all: for the text expander or remote keyboard that types as fast as a scanner.
   */
  onscan: (scan: Scan, focused: Element | null, giveBack: () => boolean) => void;
  /** A person typed while nothing editable had the focus: these characters belong into the search field. */
  ontyped: (text: string) => void;
  /** Whether letters struck on this element are meant for the search field rather than for the element itself. */
  listens: (element: Element | null) => boolean;
};

/** An input method finishes composing a moment after the last key; its text is suppressed that long. */
const AFTERMATH_MS = 200;

/**
 * Listens on the whole window, so that a scan arrives wherever the focus is. What the scanner's keys put into a field
 * before they were recognised is taken out again. Returns a function that stops listening.
 */
export function listenForScans(window: Window, listener: ScanListener): () => void {
  const reader = new BurstReader();
  let before: Snapshot | null = null;
  let heldBack = "";
  let composed = false;
  let timer = 0;
  let aftermath: { snapshot: Snapshot; until: number } | null = null;

  const focused = () => window.document.activeElement;

  const finish = (verdict: ReturnType<BurstReader["pause"]>) => {
    window.clearTimeout(timer);
    const typed = heldBack;
    const snapshot = before;
    const composing = composed;
    heldBack = "";
    before = null;
    composed = false;
    if (verdict.kind === "scan") {
      const target = focused();
      if (snapshot) {
        if (composing) settleComposition(snapshot.field);
        putBack(snapshot);
        aftermath = { snapshot, until: performance.now() + AFTERMATH_MS };
      }
      const written = verdict.scan.others.at(-1) ?? verdict.scan.text;
      listener.onscan(verdict.scan, target, () => {
        aftermath = null;
        return snapshot !== null && insert(snapshot, written);
      });
    } else if (typed !== "") {
      listener.ontyped(typed);
    }
  };

  const onkeydown = (event: KeyboardEvent) => {
    const editable = fieldOf(focused());
    const wasRunning = reader.running;
    const stroke = keystrokeOf(event);
    const presses = stroke.key === " " && focused()?.matches("button, tr");
    const listens = !editable && !presses && listener.listens(focused());
    if (aftermath && !wasRunning && performance.now() > aftermath.until) aftermath = null;
    const verdict = reader.press(stroke);
    if (verdict.kind === "first") composed = false;
    composed ||= stroke.composing || isHidden(stroke);

    if (verdict.kind === "scan") {
      swallow(event);
      return finish(verdict);
    }
    if (verdict.kind === "quiet") {
      // A key that ends the burst without making a scan: what was held back was a person's.
      if (wasRunning || heldBack !== "") finish({ kind: "quiet" });
      return;
    }
    if (verdict.kind === "first") {
      if (heldBack !== "") listener.ontyped(heldBack);
      heldBack = "";
      before = editable ? snapshotOf(editable) : null;
    }
    const sure = verdict.kind === "burst" && verdict.sure;
    if (listens) heldBack += characterOf(stroke) ?? "";
    if (sure || (listens && characterOf(stroke) !== null)) swallow(event);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => finish(reader.pause()), reader.patienceMs + 5);
  };

  const onkeyup = (event: KeyboardEvent) => {
    if (event.key === "Alt") reader.altReleased();
  };

  // The input method writes its composition after the scan was taken: the field keeps what it held before.
  const oninput = (event: Event) => {
    if (event instanceof InputEvent && reader.running) readComposition(reader, event);
    if (aftermath && performance.now() <= aftermath.until && focused() === aftermath.snapshot.field) putBack(aftermath.snapshot);
  };

  window.addEventListener("keydown", onkeydown, true);
  window.addEventListener("keyup", onkeyup, true);
  window.addEventListener("compositionend", oninput, true);
  window.addEventListener("input", oninput, true);
  return () => {
    window.clearTimeout(timer);
    window.removeEventListener("keydown", onkeydown, true);
    window.removeEventListener("keyup", onkeyup, true);
    window.removeEventListener("compositionend", oninput, true);
    window.removeEventListener("input", oninput, true);
  };
}

function readComposition(reader: BurstReader, { inputType, data }: InputEvent): void {
  if (inputType === "insertCompositionText") reader.composed(data ?? "");
  else if (inputType === "insertFromComposition" || inputType === "insertText") reader.committed(data ?? "");
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

function snapshotOf(field: Field): Snapshot {
  const selection = field instanceof HTMLSelectElement ? null : field;
  return { field, value: field.value, start: selection?.selectionStart ?? null, end: selection?.selectionEnd ?? null };
}

function putBack({ field, value, start, end }: Snapshot): void {
  if (field.value === value) return;
  field.value = value;
  if (start !== null && !(field instanceof HTMLSelectElement)) field.setSelectionRange(start, end);
  tell(field);
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
