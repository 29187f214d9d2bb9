import { beforeEach, expect, it } from "vitest";
import { useOffice } from "../api/client";
import { fakeOffice, newDesk } from "../api/fake";
import type { DossierRow, SearchView } from "../api/types";
import { filterOf } from "../shared/route";
import { ListPage } from "./list.svelte";

const ANY = filterOf({});
const rows = Array.from({ length: 50 }, (_, index) => ({ id: String(index) })) as unknown as DossierRow[];
const found: SearchView = { hits: rows, total: 50, total_is_exact: true, drafts: [], procedure: null, took_ms: 1 };

/** Answers to searches, given when the test says so. */
let answers: ((view: SearchView) => void)[];

beforeEach(() => {
  answers = [];
  useOffice({ ...fakeOffice(newDesk()), search: () => new Promise((resolve) => answers.push(resolve)) });
});

const answered = async (asked: Promise<void>): Promise<void> => {
  answers.at(-1)!(found);
  await asked;
};

it("while somebody types only the rows in sight are drawn; whoever walks them gets all", async () => {
  const page = new ListPage();
  await answered(page.show("dang", ANY));
  expect(page.drawn.length).toBeLessThan(rows.length);
  expect(page.hasMore).toBe(true);
  await page.more();
  expect(page.drawn).toHaveLength(rows.length);
  await answered(page.refresh());
  expect(page.drawn, "what changes elsewhere takes no row away").toHaveLength(rows.length);
  await answered(page.show("dang v", ANY));
  expect(page.drawn.length).toBeLessThan(rows.length);
});

it("the words over the rows are those of the rows, also while the next answer is under way", async () => {
  const page = new ListPage();
  await answered(page.show("dang", ANY));
  const next = page.show("dang v", ANY);
  expect(page.text).toBe("dang");
  await answered(next);
  expect(page.text).toBe("dang v");
});
