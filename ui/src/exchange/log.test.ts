import { expect, it } from "vitest";
import type { ExchangeLine } from "../api/types";
import { runs } from "./log";

const line = (minute: number, words: string, tone: ExchangeLine["tone"]): ExchangeLine => ({ at: `2026-11-23T09:${minute}:00+07:00`, about: "records", words, tone });

it("a long time without a line is one line that says how often and since when", () => {
  const lines = [59, 58, 57].map((minute, index) => line(minute, `Nhận bản ghi: chưa có mạng; thử lại sau ${60 - index} giây`, "soon"));
  const folded = runs([...lines, line(40, "Hai bên khớp nhau", "quiet")]);
  expect(folded.map(({ times, since }) => [times, since.slice(11, 16)])).toEqual([[3, "09:57"], [1, "09:40"]]);
  expect(folded[0]!.line.words).toContain("sau 60 giây");
});

it("what was done is never folded: each sending stands by itself", () => {
  expect(runs([line(59, "Đã gửi 1 bản ghi (680 byte)", "quiet"), line(58, "Đã gửi 1 bản ghi (680 byte)", "quiet")])).toHaveLength(2);
});
