import { expect, it, vi } from "vitest";
import { mendFirstLetter } from "./first-letter";
import { Latest } from "./latest";
import { Newest } from "./newest";
import { groupedNumber, idWords, numberParts, sizeWords } from "./words";

it("an answer that arrives after a newer question was asked is dropped", async () => {
  const latest = new Latest();
  const slow = deferred<string>();
  const first = latest.ask(() => slow.promise);
  const second = latest.ask(async () => "new");
  slow.resolve("old");
  expect([await first, await second]).toEqual([undefined, "new"]);
});

it("a failure of an old question is nobody's business", async () => {
  const latest = new Latest();
  const slow = deferred<string>();
  const first = latest.ask(() => slow.promise);
  void latest.ask(async () => "new");
  slow.reject(new Error("old"));
  await expect(first).resolves.toBeUndefined();
});

it("of many changes while one is being written, only the newest is written next", async () => {
  const written: string[] = [];
  const gate = deferred<void>();
  const newest = new Newest<string>(async (item) => {
    written.push(item);
    if (item === "a") await gate.promise;
  });
  ["a", "ab", "abc", "abcd"].forEach((item) => newest.push(item));
  gate.resolve();
  await vi.waitFor(() => expect(written).toEqual(["a", "abcd"]));
});

it.each([["DDặng", "Đặng"], ["ddang", "đang"], ["aan", "ân"], ["uwu", "ưu"], ["dang", "dang"], ["anh", "anh"], ["dd", "dd"]])(
  "the first letter that the input method did not see is mended: %s → %s",
  (typed, meant) => expect(mendFirstLetter(typed)).toBe(meant),
);

it("numbers are grouped for the eye and never changed for the machine", () => {
  expect(groupedNumber("H15.25-261123-1001").replace(/\u2009/g, "")).toBe("H15.25-261123-1001");
  expect(numberParts("H15.25-261123-1001").agency).toBe("H15.25");
  expect(numberParts("1001")).toEqual({ agency: "", own: "1001" });
  expect(idWords("015095001234").replace(/\u2009/g, "")).toBe("015095001234");
  expect(sizeWords(1)).toBe("1 KB");
});

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
