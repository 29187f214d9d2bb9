import type { DossierRow } from "../api/types";
import type { Tone } from "./widgets/Mark.svelte";

/** How a dossier's lateness is marked; the words come from the office. */
export const latenessTone = (row: DossierRow): Tone =>
  ({ overdue: "act", today: "soon", soon: "soon", in_time: "quiet", waiting: "wait", finished: "done" } as const)[row.lateness];
