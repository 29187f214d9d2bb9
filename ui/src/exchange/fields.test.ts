import { expect, it } from "vitest";
import { exchange as en } from "../text/exchange.en";
import { exchange as vi } from "../text/exchange.vi";
import { fieldLabel, valueWords } from "./fields";

it("a moment is shown in the office's time, across midnight too", () => {
  expect(valueWords("2026-11-25T09:30:00Z")).toBe("16:30 25/11/2026");
  expect(valueWords("2026-11-25T20:00:00Z")).toBe("03:00 26/11/2026");
});

it("a date is read day first, and what is neither stays as it was written", () => {
  expect(valueWords("1995-03-12")).toBe("12/03/1995");
  expect(valueWords("0911 111 111")).toBe("0911 111 111");
});

it("a field is called by its name, and one of a later version is shown rather than hidden", () => {
  expect(fieldLabel("people.applicant.phone", vi)).toBe("Điện thoại của chủ hồ sơ");
  expect(fieldLabel("external_numbers.Hộ tịch điện tử", vi)).toBe("Số bên hệ thống khác: Hộ tịch điện tử");
  expect(fieldLabel("quantum", vi)).toContain("quantum");
  expect(Object.keys(en.fields)).toEqual(Object.keys(vi.fields));
});
