import { expect, it } from "vitest";
import { tornHead } from "./torn";

const CARD = "066095001234|060123456|Y Wan Kroong|01031995|Nam|Ea Kar|25042021";

it.each([1, 3, 6, 11, 12, 13, 17, 26])("a card torn after %i characters is put together with what stood left of the cursor", (length) => {
  const [head, text] = [CARD.slice(0, length), CARD.slice(length)];
  expect(tornHead(`khai${head}`, text)).toBe(head);
});

it("a whole card has no head, whatever number stands before it", () => {
  expect(tornHead("0912345678", CARD)).toBeNull();
  expect(tornHead("", CARD)).toBeNull();
});

it("what is no card is left alone", () => {
  expect(tornHead("0150950", "01234")).toBeNull();
  expect(tornHead("H38.04252-2611", "23-1001")).toBeNull();
});
