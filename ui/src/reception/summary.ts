import type { PreviewItem, Problem, Refusal } from "../api/types";
import { language } from "../text/language.svelte";
import { unreadDates, type Intake } from "./intake";

export type SummaryLine = { field: string | null; message: string };

/** What stands on top of the form after F9: errors to mend, or warnings that a second F9 passes. */
export type Summary = { blocks: boolean; lines: SummaryLine[] };

/** Said beside the button all along; not worth a second key press. */
const QUIET_CODES = ["no_phone", "needs_review"];
const SAID_IN_THE_FORM = ["needs_review", "in_progress"];
/** Says what the list of duplicates says better. */
const DUPLICATE_CODE = "in_progress";

/** What F9 has to say before anything is taken in; null when nothing is wrong. */
export function judge(preview: PreviewItem[]): Summary | null {
  const blocking = preview.flatMap((item, index) => linesOf(item.problems.filter(({ blocks }) => blocks), index));
  if (blocking.length > 0) return { blocks: true, lines: blocking };
  const lines = preview.flatMap((item, index) => [...duplicateLines(item, index), ...linesOf(item.problems.filter(worthAStop(item)), index)]);
  return lines.length > 0 ? { blocks: false, lines } : null;
}

/** The same warnings are said once: the officer who pressed F9 again has read them. */
export class ToldOnce {
  #told = "";

  /** The summary, unless it holds the very warnings that were said before. */
  unread(found: Summary | null): Summary | null {
    if (!found || found.blocks) return found;
    const key = JSON.stringify(found.lines);
    if (key === this.#told) return null;
    this.#told = key;
    return found;
  }
}

/** Dates typed but not understood; null when all were read. Known here before anything is sent. */
export function unreadSummary(items: Intake[]): Summary | null {
  const message = language.t.reception.dateUnread;
  const lines = items.flatMap((item, index) => unreadDates(item).map((field) => ({ field: `items[${index}].${field}`, message })));
  return lines.length > 0 ? { blocks: true, lines } : null;
}

/** What accepting refused after the preview had nothing to say. */
export const refusedSummary = (refusal: Refusal | null, message: string): Summary => ({
  blocks: true, lines: [{ field: refusal?.field ? placed(refusal.field, 0) : null, message }],
});

/** The summary without what was mended since; warnings stay until the next F9. */
export function withoutMended(summary: Summary | null, preview: PreviewItem[]): Summary | null {
  if (!summary?.blocks) return summary;
  const wrong = judge(preview);
  const fields = wrong?.blocks ? wrong.lines.map(({ field }) => field) : [];
  const lines = summary.lines.filter(({ field }) => field === null || fields.includes(field));
  return lines.length > 0 ? { blocks: true, lines } : null;
}

/** The errors of one item by the path of its fields: "applicant.full_name" → what is wrong. */
export function errorsOfItem(summary: Summary | null, index: number): Record<string, string> {
  const prefix = `items[${index}].`;
  const lines = summary?.blocks ? summary.lines : [];
  return Object.fromEntries(lines.filter(({ field }) => field?.startsWith(prefix)).map(({ field, message }) => [field!.slice(prefix.length), message]));
}

/** What stands beside the button: not what the form already says at its place. */
export const besideTheButton = (item: PreviewItem | undefined, errorsToo: boolean): Problem[] =>
  (item?.problems ?? []).filter(({ blocks, code }) => (errorsToo || !blocks) && !SAID_IN_THE_FORM.includes(code));

const linesOf = (problems: Problem[], index: number): SummaryLine[] => problems.map(({ field, message }) => ({ field: placed(field, index), message }));

const worthAStop = ({ duplicates }: PreviewItem) => ({ code }: Problem): boolean =>
  !QUIET_CODES.includes(code) && !(code === DUPLICATE_CODE && duplicates.length > 0);

const duplicateLines = ({ duplicates }: PreviewItem, index: number): SummaryLine[] =>
  duplicates.map((row) => ({ field: `items[${index}].procedure`, message: `${row.procedure}: ${row.applicant}, ${row.number ?? ""} (${row.status_words})` }));

// The office names a field inside its item ("procedure"), or the item too when there are several ("[1].procedure").
function placed(field: string, index: number): string {
  if (field.startsWith("items[")) return field;
  return field.startsWith("[") ? `items${field}` : `items[${index}].${field}`;
}
