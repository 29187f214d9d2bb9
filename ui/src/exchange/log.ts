import type { ExchangeLine } from "../api/types";

export const filters = ["all", "problems", "records", "documents"] as const;
export type LogFilter = (typeof filters)[number];

/** Whether the log shows the line under this filter. */
export function passes(filter: LogFilter, line: ExchangeLine): boolean {
  if (filter === "all") return true;
  return filter === "problems" ? line.tone !== "quiet" : line.about === filter;
}

/** A line of the screen: the newest of a run of the same trouble, how often it came, and since when. */
export type Run = { line: ExchangeLine; times: number; since: string };

/** Lines newest first, with each run of the same trouble as one: a night without a line is one line to read. */
export function runs(lines: ExchangeLine[]): Run[] {
  const folded: Run[] = [];
  for (const line of lines) {
    const last = folded.at(-1);
    if (last && line.tone !== "quiet" && trouble(last.line) === trouble(line)) {
      last.times += 1;
      last.since = line.at;
    } else {
      folded.push({ line, times: 1, since: line.at });
    }
  }
  return folded;
}

/** What went wrong, without when it is tried again. */
const trouble = (line: ExchangeLine): string => line.words.split(";")[0]!;
