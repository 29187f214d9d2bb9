import { render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { useOffice } from "../api/client";
import { fakeOffice, newDesk, type Desk } from "../api/fake";
import App from "./App.svelte";

// Hands are the scarce thing: these tests count every key of an officer, a scan is one key, and the counts may not grow.

const CARD = "015095001234|061234567|Đặng Văn Lượng|12031995|Nam|Tổ dân phố số 4, phường Yên Bái|01052021";

let desk: Desk;
let keys = 0;
let clock = 1_000;

// The pages arrive with their first use; compiling them is not what these tests measure.
beforeAll(
  () => Promise.all([
    import("../search/ListView.svelte"), import("../dossier/DossierView.svelte"), import("../documents/PapersView.svelte"), import("../returning/ReturnView.svelte"), import("./OfficerSwitch.svelte"),
  ]),
  120_000,
);

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  localStorage.clear();
  desk = newDesk();
  useOffice(fakeOffice(desk));
  keys = 0;
  render(App);
  await settle();
});
afterEach(() => vi.useRealTimers());

describe("counted in keys", () => {
  it("a known person with a procedure of one case reaches a printed slip within 12", async () => {
    await scan(CARD);
    await type("ket");
    await press("Enter");
    await press("F8");
    await press("F9");
    expect(screen.getByTestId("accepted-number").dataset["number"]).toMatch(/^000\.25/);
    expect(desk.printed).toHaveLength(1);
    expect(keys).toBeLessThanOrEqual(12);
  });

  it("three procedures for one person are taken in together within 40", async () => {
    await scan(CARD);
    for (const [index, initials] of ["ket", "mai", "htxh"].entries()) {
      if (index > 0) await press("F4");
      await type(initials);
      await press("Enter");
      await press("F8");
    }
    await press("F9");
    await press("F9");
    expect(screen.getAllByTestId("accepted-number")).toHaveLength(3);
    expect(desk.printed.at(-1)).toHaveLength(3);
    expect(keys).toBeLessThanOrEqual(40);
  });
});

it("an empty reception that is come back to listens at once", async () => {
  for (const place of ["nav-all", "nav-reception"]) {
    screen.getByTestId(place).focus();
    screen.getByTestId(place).click();
    await settle();
  }
  expect(document.activeElement?.id).toBe("scan-field");
});

it("a result is returned from a scanned slip within 4 keys", async () => {
  const ready = desk.kept.find(({ row }) => row.status === 9)!.row;
  await scan(ready.number!);
  await loaded("return-confirm");
  await press("F8");
  await press("Enter");
  expect(screen.getByTestId("returned").textContent).toContain(ready.applicant);
  expect(desk.kept.find(({ row }) => row.id === ready.id)!.row.status).toBe(10);
  expect(keys).toBeLessThanOrEqual(4);
});

it("what was handed over is signed for on one sheet: printed by a key, tried again after a failure", async () => {
  const ready = desk.kept.find(({ row }) => row.status === 9)!.row;
  await scan(ready.number!);
  await loaded("return-confirm");
  await press("F8");
  await press("Enter");
  desk.printFails = "Máy in hết giấy";
  await press("F9");
  expect(screen.getByTestId("sheet-failed").textContent).toMatch(/Máy in hết giấy.*Việc trả kết quả đã được ghi/s);
  expect(desk.printed.at(-1)).toContain(ready.id);
  await press("F9");
  expect(screen.queryByTestId("sheet-failed")).toBeNull();
  expect(screen.getByTestId("sheet-state").textContent).toContain("Đã gửi phiếu ký nhận tới máy in Canon LBP2900");
  await press("Enter");
  expect(screen.queryByTestId("returned")).toBeNull();
});

it("somebody who collects for another is named by their card, and without a name nothing is handed over", async () => {
  const ready = desk.kept.find(({ row }) => row.status === 9)!.row;
  await scan(ready.number!);
  await loaded("return-confirm");
  screen.getByTestId("collector-proxy").click();
  await settle();
  await press("F9");
  expect(screen.getByTestId("return-error").textContent).toContain("họ tên người nhận");
  await scan("015188002468||Hoàng Thị Mỵ|02111988|Nữ|Thôn Khe Sến, xã Mậu A|");
  expect(screen.getByTestId<HTMLInputElement>("collector.full_name").value).toBe("Hoàng Thị Mỵ");
  await press("F9");
  expect(screen.getByTestId("returned")).toBeTruthy();
});

describe("changing the officer", () => {
  it("takes F12 and one digit", async () => {
    await press("F12");
    await loaded("officer-choice");
    await press("2");
    await vi.advanceTimersByTimeAsync(100);
    await settle();
    expect(screen.getByTestId("officer-name").textContent).toBe("Lò Văn Pành");
  });

  it("is not done by a card that is scanned meanwhile", async () => {
    await press("F12");
    await loaded("officer-choice");
    await scan("2" + CARD.slice(1));
    await vi.advanceTimersByTimeAsync(100);
    await settle();
    expect(screen.getByTestId("officer-name").textContent).toBe("Hoàng Thị Nết");
  });
});

describe("search", () => {
  it("finds a name typed without tone marks from wherever nothing is being typed, and Enter opens the first", async () => {
    await type("dang van luong");
    await loaded("dossier-row");
    expect(screen.getAllByTestId("dossier-row")[0]!.textContent).toContain("Đặng Văn Lượng");
    await press("Enter");
    await press("Enter");
    await loaded("dossier");
    expect(screen.getByTestId("dossier").textContent).toContain("Đặng Văn Lượng");
  });

  it("keeps the first letter that was struck before the field was open", async () => {
    await type("mỵ");
    expect(screen.getByTestId<HTMLInputElement>("scan-input").value).toBe("mỵ");
  });
});

describe("a scan", () => {
  it("fills the person and leaves the cursor at the procedure", async () => {
    await scan(CARD);
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Đặng Văn Lượng");
    expect(document.activeElement?.id).toBe("procedure");
  });

  it("leaves no trace in the field that had the focus", async () => {
    const phone = screen.getByTestId<HTMLInputElement>("applicant.phone");
    phone.focus();
    await type("0912");
    await scan("000.25.15.H15-261123-10003");
    expect(screen.queryByTestId("applicant.phone")).toBeNull(); // the slip opened its dossier
  });

  it("torn in two by a machine that stood still is one card, wherever its head was left", async () => {
    screen.getByTestId("applicant.phone").focus();
    await type("0912");
    for (const [index, key] of [...CARD, "Enter"].entries()) {
      clock += index === 5 ? 900 : 8;
      strike(key);
    }
    await settle();
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Đặng Văn Lượng");
  });

  it("of a plain text, as a text expander types it, stays in the field it was typed into", async () => {
    const note = screen.getByTestId<HTMLInputElement>("applicant.address");
    note.focus();
    await scan("Tổ dân phố số 4");
    expect(note.value).toBe("Tổ dân phố số 4");
  });

  it("of the next citizen's card puts the unfinished one aside", async () => {
    await scan(CARD);
    await scan("015188002468||Hoàng Thị Mỵ|02111988|Nữ|Thôn Khe Sến, xã Mậu A|");
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Hoàng Thị Mỵ");
    expect([...desk.drafts.values()].map(({ title }) => title)).toContain("Đặng Văn Lượng");
  });
});

describe("a draft", () => {
  it("is saved at every keystroke and comes back after the program was killed", async () => {
    await scan(CARD);
    await type("ket");
    await press("Enter");
    screen.getByTestId("queue_ticket").focus();
    await type("A17");
    expect([...desk.drafts.values()].at(-1)?.json).toContain("\"queue_ticket\":\"A17\"");

    await restarted();
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Đặng Văn Lượng");
    expect(screen.getByTestId<HTMLInputElement>("queue_ticket").value).toBe("A17");
  });

  it("of a single telephone number, typed before anything else, comes back too", async () => {
    screen.getByTestId("applicant.phone").focus();
    await type("0912");
    await restarted();
    expect(screen.getByTestId<HTMLInputElement>("applicant.phone").value).toBe("0912");
  });

  it("that was emptied again is not brought back", async () => {
    const phone = screen.getByTestId<HTMLInputElement>("applicant.phone");
    phone.focus();
    await type("0912");
    phone.value = "";
    phone.dispatchEvent(new Event("input", { bubbles: true }));
    await settle();
    await restarted();
    expect(screen.getByTestId<HTMLInputElement>("applicant.phone").value).toBe("");
    expect(desk.drafts.size).toBe(0);
  });

  it("put aside waits until it is taken up again, and never mixes with the next citizen", async () => {
    await scan(CARD);
    await scan("015188002468||Hoàng Thị Mỵ|02111988|Nữ|Thôn Khe Sến, xã Mậu A|");
    await scan("015079003579||Giàng A Sử|01011979|Nam|Bản Háng Gàng, xã Lao Chải|");
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Giàng A Sử");
    expect([...desk.drafts.values()].map(({ title }) => title).sort()).toEqual(["Giàng A Sử", "Hoàng Thị Mỵ", "Đặng Văn Lượng"].sort());
    screen.getByTestId("discard").click();
    await settle();
    screen.getAllByTestId("parked-draft").find((button) => button.textContent?.includes("Lượng"))!.click();
    await settle();
    expect(screen.getByTestId("applicant-summary").textContent).toContain("Đặng Văn Lượng");
    expect([...desk.drafts.values()].map(({ title }) => title)).not.toContain("Giàng A Sử");
  });

  it("is gone once its dossier was accepted", async () => {
    await scan(CARD);
    await type("ket");
    await press("Enter");
    await press("F8");
    await press("F9");
    expect(screen.getByTestId("confirmation")).toBeTruthy();
    expect(desk.drafts.size).toBe(0);
  });
});

it("a failed print is told with its cause, and the dossier stays accepted", async () => {
  desk.printFails = "Máy in Canon LBP2900 hết giấy";
  await scan(CARD);
  await type("ket");
  await press("Enter");
  await press("F8");
  await press("F9");
  expect(screen.getByTestId("print-failed").textContent).toContain("hết giấy");
  expect(screen.getByTestId("accepted-number")).toBeTruthy();
  desk.printFails = null;
  await press("F9");
  expect(screen.getByTestId("print-state").dataset["state"]).toBe("sent");
});

it("F9 on an incomplete form says what is wrong, and each line leads to its field", async () => {
  screen.getByTestId("applicant.full_name").focus();
  await type("Lò");
  await press("F9");
  const summary = screen.getByTestId("error-summary");
  expect(document.activeElement).toBe(summary);
  screen.getAllByTestId("error-link")[0]!.click();
  await settle();
  expect(document.activeElement?.id).toBe("applicant.id_number");
});

it("warnings are shown once and do not block: F9 again accepts", async () => {
  await scan(CARD);
  await type("htxh");
  await press("Enter");
  await press("F9");
  expect(screen.queryByTestId("confirmation")).toBeNull();
  expect(screen.getByTestId("error-summary").textContent).toContain("Còn thiếu");
  await press("F9");
  expect(screen.getByTestId("confirmation")).toBeTruthy();
});

/** The program was killed and started again. */
async function restarted(): Promise<void> {
  document.body.innerHTML = "";
  render(App);
  await settle();
}

/** One key of a person: slower than any scanner. */
async function press(key: string): Promise<void> {
  keys += 1;
  clock += 90;
  strike(key);
  await settle();
}

async function type(text: string): Promise<void> {
  for (const key of text) await press(key);
}

/** One key, whatever the length of the code: the officer's hand holds the reader. */
async function scan(text: string): Promise<void> {
  keys += 1;
  clock += 500;
  for (const key of [...text, "Enter"]) {
    clock += 8;
    strike(key);
  }
  await settle();
}

function strike(key: string): void {
  const target = document.activeElement ?? document.body;
  const event = new KeyboardEvent("keydown", { key, code: "", bubbles: true, cancelable: true });
  Object.defineProperty(event, "timeStamp", { value: clock });
  const goes = target.dispatchEvent(event);
  if (goes && key.length === 1 && target instanceof HTMLInputElement) {
    target.value += key;
    target.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (goes && key === "Enter" && target instanceof HTMLButtonElement) target.click();
}

async function loaded(testid: string): Promise<void> {
  await vi.waitFor(() => screen.getAllByTestId(testid), { timeout: 15_000 });
  await settle();
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await vi.advanceTimersByTimeAsync(10);
    await tick();
  }
}
