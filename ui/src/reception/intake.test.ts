import { describe, expect, it } from "vitest";
import { viewProcedure } from "../api/fake/procedures";
import type { ComponentView } from "../api/types";
import { allPresent, emptyIntake, isBlank, nextForSamePerson, nextPaperState, partyDraft, toReceiveInput, unreadDates, withCase, withProcedure } from "./intake";

const marriage = viewProcedure("1.000894");
const birth = viewProcedure("1.001193");

describe("choosing a procedure", () => {
  it("with one case also chooses the case and shows its papers", () => {
    const intake = withProcedure(emptyIntake(), marriage);
    expect(intake.case).toBe(marriage.cases[0]!.id);
    expect(intake.components).toHaveLength(4);
  });

  it("with several cases asks for the case first", () => {
    const intake = withProcedure(emptyIntake(), birth);
    expect([intake.case, intake.components]).toEqual(["", []]);
    expect(withCase(intake, birth.cases[1]!).components).toHaveLength(birth.cases[1]!.components.length);
  });

  it("asks for the persons registered, not again for the applicant", () => {
    expect(withProcedure(emptyIntake(), birth).registered.map(({ role }) => role)).toEqual(["child", "parents"]);
  });

  it("takes nothing for granted: a required paper is missing until the officer saw it", () => {
    expect(withProcedure(emptyIntake(), marriage).components.map(({ state }) => state)).toEqual(["missing", "missing", "has_data", "has_data"]);
  });
});

it("one key says that all required papers are here, each in its own way", () => {
  const { components } = withProcedure(emptyIntake(), marriage);
  expect(allPresent(components, marriage.cases[0]!.components).map(({ state, scan }) => [state, scan])).toEqual([
    ["received", "not_scanned"], ["returned_original", "exempt"], ["has_data", "exempt"], ["has_data", "exempt"],
  ]);
});

it("that key leaves alone what the officer had already decided", () => {
  const { components } = withProcedure(emptyIntake(), marriage);
  components[0]!.state = "not_applicable";
  expect(allPresent(components, marriage.cases[0]!.components)[0]!.state).toBe("not_applicable");
});

describe("cycling a paper with one key", () => {
  const paper = (kind: ComponentView["kind"], required: ComponentView["required"]) => ({ ...marriage.cases[0]!.components[0]!, kind, required });

  it.each([["submit", "received"], ["present", "returned_original"], ["data_replaced", "has_data"]] as const)("a missing %s becomes %s first", (kind, state) => {
    expect(nextPaperState("missing", paper(kind, "yes"))).toBe(state);
  });

  it("an optional paper that turns up needs one key, too", () => {
    expect(nextPaperState("not_applicable", paper("submit", "if_applicable"))).toBe("received");
  });

  it.each(["yes", "no", "if_applicable"] as const)("reaches every state and comes round (required: %s)", (required) => {
    const seen: string[] = [];
    let state = nextPaperState("missing", paper("submit", required));
    for (let press = 0; press < 12; press += 1, state = nextPaperState(state, paper("submit", required))) seen.push(state);
    expect(new Set(seen)).toEqual(new Set(["received", "returned_original", "has_data", "missing", "not_applicable"]));
  });
});

it("another procedure for the same citizen keeps the people and forgets the papers", () => {
  const first = { ...withProcedure(emptyIntake(), marriage), applicant: partyDraft(someone), queue_ticket: "A7", note: "gấp" };
  const second = nextForSamePerson(first);
  expect(second.applicant.full_name).toBe("Lò Thị Mai");
  expect([second.queue_ticket, second.procedure, second.components, second.note]).toEqual(["A7", "", [], ""]);
});

describe("what is sent to the office", () => {
  it("has no empty texts and no rows that nobody filled in", () => {
    const sent = toReceiveInput({ ...withProcedure(emptyIntake(), marriage), applicant: partyDraft(someone) });
    expect(sent.registered).toEqual([]);
    expect([sent.applicant.email, sent.queue_ticket, sent.note, sent.submitter]).toEqual([null, null, null, null]);
    expect(sent.applicant).not.toHaveProperty("birth_typed");
  });

  it("has no identity number for somebody who has none yet", () => {
    const applicant = { ...partyDraft(someone), id_kind: "none" as const, id_note: "đang làm thẻ" };
    expect(toReceiveInput({ ...emptyIntake(), applicant }).applicant).toMatchObject({ id_number: null, id_note: "đang làm thẻ" });
  });

  it("reads an amount however it was written", () => {
    expect(toReceiveInput({ ...emptyIntake(), fee_typed: "8.000 đ" }).fee_amount_vnd).toBe(8000);
    expect(toReceiveInput(emptyIntake()).fee_amount_vnd).toBeNull();
  });

  it("carries the earlier time of a late entry, and only of a late entry", () => {
    expect(toReceiveInput({ ...emptyIntake(), late: true, late_date: "2026-11-20", late_time: "09:05" }).received_at).toBe("2026-11-20T09:05:00+07:00");
    expect(toReceiveInput({ ...emptyIntake(), late_date: "2026-11-20" }).received_at).toBeNull();
  });
});

describe("dates that could not be read", () => {
  it("are named, so that they are never dropped in silence", () => {
    const intake = { ...withProcedure(emptyIntake(), marriage), applicant: { ...partyDraft(someone), birth_date: null, birth_typed: "31/31/1990" } };
    intake.registered[1]!.birth_typed = "hôm qua";
    expect(unreadDates(intake)).toEqual(["applicant.birth_date", "registered[1].birth_date"]);
  });

  it("a late entry without its day is never an entry of now", () => {
    expect(unreadDates({ ...emptyIntake(), late: true })).toEqual(["received_at"]);
  });

  it("an organisation has no date of birth to mend", () => {
    expect(unreadDates({ ...emptyIntake(), applicant: { ...partyDraft(someone), kind: "organisation", birth_date: null, birth_typed: "x" } })).toEqual([]);
  });
});

it("a form nobody touched is blank, one with a name is not", () => {
  expect(isBlank(emptyIntake())).toBe(true);
  expect(isBlank({ ...emptyIntake(), applicant: partyDraft(someone) })).toBe(false);
});

const someone = {
  kind: "person" as const, full_name: "Lò Thị Mai", id_kind: "can_cuoc" as const, id_number: "015190001111", id_note: null,
  birth_date: "1990-05-06", sex: "female" as const, phone: null, email: null, address: null,
};
