import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { useOffice } from "../api/client";
import type { Office } from "../api/commands";
import { fakeOffice, newDesk, type Desk } from "../api/fake";
import type { ActInput, PortalAcceptInput, ReceiveInput } from "../api/types";
import App from "./App.svelte";

let desk: Desk;
let office: Office;
const acts: ActInput[] = [];
let taken: PortalAcceptInput | null = null;

beforeAll(() => Promise.all([import("../portal/PortalPage.svelte"), import("../dossier/DossierView.svelte")]), 120_000);
beforeEach(() => {
  localStorage.clear();
  desk = newDesk();
  office = fakeOffice(desk);
  acts.length = 0;
  taken = null;
  useOffice({
    ...office,
    dossierAct: (id, steps) => { acts.push(...steps); return office.dossierAct(id, steps); },
    portalAccept: (id, input) => { taken = input; return office.portalAccept(id, input); },
  });
  render(App);
});

const see = (testid: string) => screen.findByTestId(testid, {}, { timeout: 10_000 });
const key = (name: string, code = name) => fireEvent.keyDown(document.activeElement ?? document.body, { key: name, code, altKey: name === "8" });
async function open(): Promise<void> {
  await see("reception");
  await key("8", "Digit8");
  await see("portal-looked");
}

it("the queue shows its count, its hours and which files do not open", async () => {
  await open();
  expect((await see("nav-portal")).textContent).toContain("3");
  const rows = screen.getAllByTestId("portal-row");
  expect(rows.map((row) => row.dataset["tone"])).toEqual(["late", "soon", "calm"]);
  expect(rows[0]!.textContent).toContain("Quá 1 giờ 10 phút làm việc");
  expect((await see("portal-files")).textContent).toContain("Không mở được");
});

it("arrow and F9 accept the second one; the papers that came as files are taken as here", async () => {
  await open();
  await key("ArrowDown");
  await waitFor(() => expect(screen.getByTestId("portal-looked").textContent).toContain("trích lục"));
  await fireEvent.click(screen.getByText(/Cá nhân/i, { selector: "label *" }));
  await waitFor(() => expect(screen.getByTestId("portal-checklist")).toBeTruthy());
  await key("F9");
  await waitFor(() => expect(screen.getByTestId("notice").textContent).toContain("Đã tiếp nhận hồ sơ"));
  expect(taken!.components!.map(({ state, scan }) => `${state}/${scan}`)).toEqual(["received/scanned", "missing/not_scanned"]);
  expect(screen.getAllByTestId("portal-row")).toHaveLength(2);
});

it("a refusal wants a reason and who decided, and is recorded with both", async () => {
  await open();
  await key("F7");
  await see("portal-answer");
  await fireEvent.click(await see("portal-answer-give"));
  expect(document.activeElement?.id).toBe("reason");
  await fireEvent.input(await see("reason"), { target: { value: "Nộp nhầm xã" } });
  await fireEvent.input(await see("decided_by"), { target: { value: "Lò Văn Pành" } });
  await fireEvent.click(await see("portal-answer-give"));
  await waitFor(() => expect(screen.getAllByTestId("portal-row")).toHaveLength(2));
  expect(acts).toMatchObject([{ action: "refuse", args: { reason: "Nộp nhầm xã", decided_by: "Lò Văn Pành" } }]);
});

it("what is asked for goes with its reason, and the dossier waits for its citizen", async () => {
  await open();
  await key("F6");
  await fireEvent.input(await see("other"), { target: { value: "Giấy chứng sinh chụp rõ" } });
  await fireEvent.input(await see("reason"), { target: { value: "Ảnh mờ" } });
  await fireEvent.click(await see("portal-answer-give"));
  await waitFor(() => expect(screen.getAllByTestId("portal-row")[0]!.textContent).toContain("Chờ công dân bổ sung"));
  expect(acts[0]).toMatchObject({ action: "request_supplement", args: { components: ["Giấy chứng sinh chụp rõ"], reason: "Ảnh mờ" } });
  expect(screen.queryByTestId("portal-accept")).toBeNull();
});

it("an empty queue teaches to copy by hand, and F4 opens an online reception", async () => {
  desk.filings = [];
  await see("reception");
  await key("8", "Digit8");
  expect((await see("empty")).textContent).toContain("nhập tay");
  await key("F4");
  let asked: ReceiveInput[] = [];
  useOffice({ ...office, receptionPreview: (items) => { asked = items; return office.receptionPreview(items); } });
  await fireEvent.input(await see("procedure"), { target: { value: "khai sinh" } });
  await fireEvent.keyDown(await see("procedure"), { key: "Enter" });
  await fireEvent.input(await see("portal.number"), { target: { value: "000.00.01.H15-261123-0099" } });
  await waitFor(() => expect(asked[0]?.channel).toBe("online"));
  expect(asked[0]?.portal?.number).toBe("000.00.01.H15-261123-0099");
});
