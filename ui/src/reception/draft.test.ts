import { beforeEach, expect, it } from "vitest";
import type { Office } from "../api/commands";
import { DraftKeeper, isEmptyDraft, type SavedIntake } from "./draft";
import { emptyIntake } from "./intake";

let kept: Map<string, string>;
let calls: string[];
let gates: (() => void)[];
let keeper: DraftKeeper;

/** A disk that finishes a write only when told to. */
beforeEach(() => {
  kept = new Map();
  calls = [];
  gates = [];
  const slowly = (call: string, work: () => void) => new Promise<void>((done) => {
    calls.push(call);
    gates.push(() => { work(); done(); });
  });
  const office = {
    draftSave: (slot: string, json: string) => slowly(`save ${slot}`, () => kept.set(slot, json)),
    draftDiscard: (slot: string) => slowly(`discard ${slot}`, () => kept.delete(slot)),
  } as unknown as Office;
  keeper = new DraftKeeper(office, (error) => { throw error; });
});

it("writes the first change at once and of the following only the newest", async () => {
  for (const typed of ["a", "ab", "abc"]) keeper.save("one", draft(typed));
  await written();
  expect(calls).toEqual(["save one", "save one"]);
  expect(kept.get("one")).toContain("\"title\":\"abc\"");
});

it("a draft thrown away is not brought back by a write still under way", async () => {
  keeper.save("one", draft("a"));
  keeper.save("one", draft("ab"));
  void keeper.discard("one");
  await written();
  expect([...kept.keys()]).toEqual([]);
});

it("throwing one draft away never costs what was typed into the next", async () => {
  keeper.save("one", draft("a"));
  void keeper.discard("one");
  keeper.save("two", draft("b"));
  await written();
  expect([...kept.keys()]).toEqual(["two"]);
});

it("two drafts wait side by side", async () => {
  for (const slot of ["one", "two", "one", "two"]) keeper.save(slot, draft(slot));
  await written();
  expect([...kept.keys()].sort()).toEqual(["one", "two"]);
});

it("an intake is missed as soon as one field of it was filled", () => {
  const intake = emptyIntake();
  expect(isEmptyDraft(JSON.stringify({ ...draft(""), items: [intake] }))).toBe(true);
  intake.applicant.phone = "0";
  expect(isEmptyDraft(JSON.stringify({ ...draft(""), items: [intake] }))).toBe(false);
});

const draft = (title: string): SavedIntake => ({ version: 1, title, parked: false, active: 0, items: [emptyIntake()] });

async function written(): Promise<void> {
  for (let next = gates.shift(); next; next = gates.shift()) {
    next();
    await new Promise((done) => setTimeout(done));
  }
  await keeper.settled();
}
