import type { ArgumentView } from "../api/types";

/** What the officer has entered for one argument; `typed` and `time` belong to dates. */
export type Answer = { value: string; typed: string; time: string; yes: boolean; picked: number[] };

export const emptyAnswers = (needs: ArgumentView[]): Record<string, Answer> =>
  Object.fromEntries(needs.map(({ name }) => [name, { value: "", typed: "", time: "", yes: false, picked: [] }]));

/** The first required argument that is not there yet. */
export const missingArgument = (needs: ArgumentView[], answers: Record<string, Answer>): ArgumentView | null =>
  needs.find((need) => need.required && given(need, answers[need.name]!) === null) ?? null;

/** The arguments as the office expects them; optional ones left empty are not sent. */
export const argumentsGiven = (needs: ArgumentView[], answers: Record<string, Answer>): Record<string, unknown> =>
  Object.fromEntries(needs.map((need) => [need.name, given(need, answers[need.name]!)]).filter(([, value]) => value !== null));

function given(need: ArgumentView, { value, time, yes, picked }: Answer): unknown {
  const text = value.trim();
  switch (need.kind) {
    case "yes_no": return yes;
    case "components": return picked.length > 0 ? picked : null;
    case "money": return text.replace(/\D/g, "") === "" ? null : Number(text.replace(/\D/g, ""));
    case "date_time": return text === "" ? null : `${text}T${time.trim() || "16:30"}:00+07:00`;
    default: return text === "" ? null : text;
  }
}
