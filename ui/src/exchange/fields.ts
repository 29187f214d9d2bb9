import { dateWords, timeWords } from "../shared/words";
import type { Text } from "../text/vi";

/** What a field of a dossier is called: by its whole path, else by its first part with what follows ("files.…"). */
export function fieldLabel(field: string, t: Text["exchange"]): string {
  const [first = ""] = field.split(".");
  const label = t.fields[field] ?? t.fields[first];
  if (label === undefined) return t.otherField(field);
  return first === "external_numbers" ? `${label}: ${field.slice(first.length + 1)}` : label;
}

const OFFICE_OFFSET_MS = 7 * 3_600_000;

/** A value as people read it: moments in the office's own time, dates day first; everything else as it stands. */
export function valueWords(value: string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return timeWords(new Date(Date.parse(value) + OFFICE_OFFSET_MS).toISOString());
  return /^\d{4}-\d\d-\d\d$/.test(value) ? dateWords(value) : value;
}
