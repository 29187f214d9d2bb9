import { folded } from "./folded";
import rows from "./procedures.json";
import type { CaseView, ComponentView, ProcedureHit, ProcedureView, Reception } from "../types";

type Row = (typeof rows)[number];

const USES: Record<string, number> = { "2.000635": 412, "1.001193": 388, "1.004873": 240, "1.000656": 96, "1.000894": 81 };
const RECEPTION_WORDS: Partial<Record<Reception, string>> = {
  police: "Mời sang quầy Công an xã",
  desk: "Tiếp nhận tại quầy này",
};

/** Procedures whose name, alias or code holds every typed word; the most used first. */
export function searchProcedures(text: string, limit: number): ProcedureHit[] {
  const words = folded(text).split(" ").filter(Boolean);
  return rows
    .filter((row) => words.every((word) => haystack(row).includes(word)))
    .sort((a, b) => aliasRank(b, text) - aliasRank(a, text) || (USES[b.code] ?? 3) - (USES[a.code] ?? 3))
    .slice(0, limit)
    .map(hit);
}

export function viewProcedure(code: string): ProcedureView {
  const row = rows.find((candidate) => candidate.code === code);
  if (!row) throw { kind: "not_found", message: `Không có thủ tục ${code} trong danh mục.` };
  return {
    code: row.code, name: row.name, short_name: row.short, field: row.field,
    reception: row.reception as Reception, reception_words: receptionWords(row),
    workflow: row.workflow as "short" | "full",
    subject_roles: row.roles.map(([role, label]) => ({ role: role!, label: label! })),
    cases: row.cases.map(caseView),
    fee_items: [], fee_words: row.fee,
    needs_review: row.review, review_reason: row.review ? "Thành phần hồ sơ lấy từ cổng, chưa đối chiếu văn bản." : null,
    reviewed: !row.review, note: row.note, legal_basis: row.law, results: row.results,
  };
}

/** Working days until the result, for the fake's due dates. */
export const workingDays = (code: string): number => rows.find((row) => row.code === code)?.days ?? 0;

const hit = (row: Row): ProcedureHit => ({
  code: row.code, short_name: row.short, name: row.name, field: row.field,
  reception: row.reception as Reception, reception_words: receptionWords(row),
  case_count: row.cases.length, time_words: row.time, fee_words: row.fee,
  needs_review: row.review, superseded_by: null, uses: USES[row.code] ?? 3,
});

const receptionWords = (row: Row) => RECEPTION_WORDS[row.reception as Reception] ?? "";

const initials = (text: string) => folded(text).split(" ").map((word) => word[0] ?? "").join("");

const haystack = (row: Row) => {
  const names = [row.short, ...row.aliases];
  return [row.code, ...names.map(folded), ...names.map(initials)].join(" ");
};

const aliasRank = (row: Row, text: string) =>
  row.aliases.some((alias) => initials(alias) === folded(text) || folded(alias).startsWith(folded(text))) ? 1 : 0;

const caseView = (row: Row["cases"][number]): CaseView => ({
  id: row.id, name: row.name, when: row.when, time_words: row.time, fee_words: row.fee,
  components: row.papers.map((paper, index) => component(paper as Paper, index)),
});

type Paper = [string, ComponentView["kind"], ComponentView["required"], number, number, number, string | null];

const component = ([label, kind, required, originals, certified, copies, note]: Paper, index: number): ComponentView => ({
  index, label, kind, required, originals, certified, copies, either: false, note,
});
