import { describe, expect, it } from "vitest";
import type { DossierRow, PreviewItem, Problem } from "../api/types";
import { errorsOfItem, judge, refusedSummary, ToldOnce, withoutMended } from "./summary";

const problem = (field: string, blocks: boolean, code = "some_code"): Problem => ({ field, code, message: `about ${field}`, blocks });
const item = (problems: Problem[], duplicates: Partial<DossierRow>[] = []): PreviewItem =>
  ({ due: { due_at: null, words: "", limit_words: "", steps: [] }, fee_words: "", number_words: "", problems, duplicates: duplicates as DossierRow[] });

describe("what F9 says", () => {
  it("is nothing when nothing is wrong", () => expect(judge([item([])])).toBeNull());

  it("is only the errors while there are errors, each at its place in the basket", () => {
    expect(judge([item([problem("sets", false)]), item([problem("applicant.full_name", true)])])).toEqual({
      blocks: true, lines: [{ field: "items[1].applicant.full_name", message: "about applicant.full_name" }],
    });
  });

  it("does not stop for what stands beside the button anyway", () => {
    expect(judge([item([problem("applicant.phone", false, "no_phone"), problem("procedure", false, "needs_review")])])).toBeNull();
  });

  it("names the duplicate itself instead of saying that there is one", () => {
    const twice = item([problem("procedure", false, "in_progress")], [{ procedure: "Khai sinh", applicant: "Lò Thị Mai", number: "15-1", status_words: "Đang xử lý" }]);
    expect(judge([twice])?.lines.map(({ message }) => message)).toEqual(["Khai sinh: Lò Thị Mai, 15-1 (Đang xử lý)"]);
  });
});

it("an error that was mended leaves the summary, the others stay", () => {
  const before = judge([item([problem("applicant.full_name", true), problem("case", true)])]);
  expect(withoutMended(before, [item([problem("case", true)])])?.lines).toHaveLength(1);
  expect(withoutMended(before, [item([])])).toBeNull();
});

it("the same warnings are said once, others again, errors always", () => {
  const told = new ToldOnce();
  const warned = judge([item([problem("sets", false)])]);
  const wrong = judge([item([problem("case", true)])]);
  expect(told.unread(warned)).toEqual(warned);
  expect(told.unread(warned)).toBeNull();
  expect(told.unread(judge([item([problem("sets", false), problem("note", false)])]))).not.toBeNull();
  expect([told.unread(wrong), told.unread(wrong)]).toEqual([wrong, wrong]);
});

it("warnings stay until F9 is pressed again", () => {
  const warned = judge([item([problem("sets", false)])]);
  expect(withoutMended(warned, [item([])])).toEqual(warned);
});

it("a refusal of the second dossier of a basket is shown at the second dossier", () => {
  const summary = refusedSummary({ code: "x", field: "[1].applicant.id_number", message: "no" }, "no");
  expect(errorsOfItem(summary, 1)).toEqual({ "applicant.id_number": "no" });
  expect(errorsOfItem(summary, 0)).toEqual({});
});

it("a refusal of a single dossier is shown at its field", () => {
  expect(errorsOfItem(refusedSummary({ code: "x", field: "case", message: "no" }, "no"), 0)).toEqual({ case: "no" });
});
