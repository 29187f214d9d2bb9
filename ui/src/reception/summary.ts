import type { PreviewItem } from "../api/types";

export type SummaryLine = { field: string | null; message: string };

/** What stands on top of the form after F9: errors to mend, or warnings that a second F9 passes. */
export type Summary = { blocks: boolean; lines: SummaryLine[] };

/** What F9 has to say before anything is taken in; null when nothing is wrong. */
export function judge(preview: PreviewItem[]): Summary | null {
  const problems = preview.flatMap((item) => item.problems);
  const blocking = problems.filter(({ blocks }) => blocks);
  if (blocking.length > 0) return { blocks: true, lines: blocking };
  const lines = [...preview.flatMap(duplicateLines), ...problems];
  return lines.length > 0 ? { blocks: false, lines } : null;
}

/** The summary without what was mended since; warnings stay until the next F9. */
export function withoutMended(summary: Summary | null, preview: PreviewItem[]): Summary | null {
  if (!summary?.blocks) return summary;
  const wrong = preview.flatMap(({ problems }) => problems).filter(({ blocks }) => blocks).map(({ field }) => field);
  const lines = summary.lines.filter(({ field }) => field === null || wrong.includes(field));
  return lines.length > 0 ? { blocks: true, lines } : null;
}

/** The errors of one item by the path of its fields: "applicant.full_name" → what is wrong. */
export function errorsOfItem(summary: Summary | null, index: number): Record<string, string> {
  const prefix = `items[${index}].`;
  const lines = summary?.blocks ? summary.lines : [];
  return Object.fromEntries(lines.filter(({ field }) => field?.startsWith(prefix)).map(({ field, message }) => [field!.slice(prefix.length), message]));
}

const duplicateLines = ({ duplicates }: PreviewItem, index: number): SummaryLine[] =>
  duplicates.map((row) => ({ field: `items[${index}].procedure`, message: `${row.procedure}: ${row.applicant}, ${row.number ?? ""} (${row.status_words})` }));
