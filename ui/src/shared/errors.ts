import type { ApiError, Refusal } from "../api/types";

/** The refusal inside a rejected command, if it was one. */
export const refusalOf = (error: unknown): Refusal | null =>
  isApiError(error) && error.kind === "refused" ? error.refusal : null;

export const isKind = (error: unknown, kind: ApiError["kind"]): boolean => isApiError(error) && error.kind === kind;

/** Whether long work ended because somebody stopped it. */
export const isStopped = (error: unknown): boolean => refusalOf(error)?.code === "stopped";

/** What the screen says about a failed command: always a sentence, never a bare code. */
export function wordsOf(error: unknown): string {
  if (!isApiError(error)) return error instanceof Error ? error.message : String(error);
  if (error.kind === "refused") return error.refusal.message;
  return error.kind === "internal" ? `${error.message} (${error.incident})` : error.message;
}

function isApiError(error: unknown): error is ApiError {
  return typeof error === "object" && error !== null && "kind" in error;
}
