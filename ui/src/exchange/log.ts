import type { ExchangeLine } from "../api/types";

export const filters = ["all", "problems", "records", "documents"] as const;
export type LogFilter = (typeof filters)[number];

/** Whether the log shows the line under this filter. */
export function passes(filter: LogFilter, line: ExchangeLine): boolean {
  if (filter === "all") return true;
  return filter === "problems" ? line.tone !== "quiet" : line.about === filter;
}
