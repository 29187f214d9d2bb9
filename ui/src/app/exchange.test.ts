import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useOffice } from "../api/client";
import type { Office } from "../api/commands";
import { enrolledDesk, fakeOffice, newDesk, type Desk } from "../api/fake";
import type { ExchangeView, Topic } from "../api/types";
import App from "./App.svelte";

let desk: Desk;
let office: Office;

beforeAll(
  () => Promise.all([
    import("../exchange/ExchangeView.svelte"), import("../exchange/ConflictView.svelte"), import("../dossier/DossierView.svelte"), import("../documents/PapersView.svelte"), import("../search/ListView.svelte"),
  ]),
  120_000,
);

const sitAt = (other: Desk) => {
  desk = other;
  office = fakeOffice(desk);
  useOffice(office);
};

beforeEach(() => {
  localStorage.clear();
  sitAt(enrolledDesk());
});

const see = (testid: string) => screen.findByTestId(testid, {}, { timeout: 10_000 });
const put = async (testid: string, value: string) => fireEvent.input(await see(testid), { target: { value } });
const click = async (testid: string) => fireEvent.click(await see(testid));
const press = (key: string, more: KeyboardEventInit = {}) => fireEvent.keyDown(document.body, { key, ...more });
const stands = (part: Partial<ExchangeView>) => (desk.exchange.view = { ...desk.exchange.view, ...part });
const asSomebody = async (rights: { is_supervisor?: boolean; is_administrator?: boolean }) => {
  const session = await office.session();
  office = { ...office, session: async () => ({ ...session, ...rights }) };
  useOffice(office);
};

describe("the status bar", () => {
  it("stays as it is while the desk is not enrolled", async () => {
    sitAt(newDesk());
    render(App);
    expect(await see("saved-state")).toBeTruthy();
    expect(screen.queryByTestId("exchange-state")).toBeNull();
  });

  it("says how far sending is and when the province answered last, and opens the page at one click", async () => {
    render(App);
    const bar = await see("exchange-state");
    expect(bar.textContent).toContain("Đang gửi 12/40, còn khoảng 3 phút");
    expect(bar.textContent).toContain("Cập nhật từ tỉnh lúc 09:41 hôm nay");
    await fireEvent.click(bar);
    expect(await see("exchange")).toBeTruthy();
  });

  it("is never red without a line: nothing is lost and nobody must act", async () => {
    stands({ headline: "no_line", words: "Mất mạng: 40 hồ sơ đã lưu an toàn, sẽ tự gửi khi có mạng", tone: "quiet", tasks: 0 });
    render(App);
    const bar = await see("exchange-state");
    expect(bar.textContent).toContain("40 hồ sơ đã lưu an toàn");
    expect(bar.querySelector(".act")).toBeNull();
    expect(screen.queryByTestId("exchange-tasks")).toBeNull();
  });

  it("counts in red only what a person must do", async () => {
    render(App);
    const tasks = await see("exchange-tasks");
    expect(tasks.textContent).toContain("Cần xử lý: 2");
    expect(tasks.className).toContain("act");
  });
});

describe("a machine that is not enrolled", () => {
  beforeEach(() => sitAt(newDesk()));
  const open = async () => {
    render(App);
    await click("nav-exchange");
  };

  it("is told in two sentences what enrolment is, and that work goes on without it", async () => {
    await open();
    const words = (await see("enrol-teach")).textContent!;
    expect(words.match(/\./g)).toHaveLength(2);
    expect(words).toContain("việc tại bàn vẫn làm đủ");
  });

  it("is enrolled by an administrator only", async () => {
    await asSomebody({ is_administrator: false });
    await open();
    expect((await see("enrol-who")).textContent).toContain("F12");
    expect(screen.queryByTestId("enrol")).toBeNull();
  });

  it("learns at its field what was wrong, and once it is right the exchange is shown", async () => {
    await open();
    await put("gateway", "motcua.laocai.gov.vn");
    await put("code", "7KQ2-M4XD");
    await fireEvent.submit((await see("code")).closest("form")!);
    expect(await screen.findByText(/phải bắt đầu bằng https/)).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByTestId("gateway"));
    await put("gateway", "https://motcua.laocai.gov.vn");
    await put("code", "SAI");
    await fireEvent.submit((await see("code")).closest("form")!);
    expect(await screen.findByText(/Mã ghi danh không đúng/)).toBeTruthy();
    await put("code", "7KQ2-M4XD");
    await fireEvent.submit((await see("code")).closest("form")!);
    expect((await see("exchange-headline")).textContent).toContain("Đã gửi hết");
    expect((await see("notice")).textContent).toContain("Đã ghi danh");
  });

  it("may name a certificate of the province's own", async () => {
    const asked: unknown[] = [];
    useOffice({ ...office, pickFiles: async () => ["/media/usb/tinh.pem"], enrol: async (...given) => {
      asked.push(given);
      return office.enrol(...given);
    } });
    await open();
    await put("gateway", "https://motcua.laocai.gov.vn");
    await put("code", "7KQ2-M4XD");
    await click("ca");
    expect((await see("ca-file")).textContent).toBe("/media/usb/tinh.pem");
    await fireEvent.submit((await see("code")).closest("form")!);
    await see("exchange-headline");
    expect(asked).toEqual([["https://motcua.laocai.gov.vn", "/media/usb/tinh.pem", "7KQ2-M4XD"]]);
  });
});

describe("the exchange page", () => {
  const open = async () => {
    render(App);
    await click("nav-exchange");
    await see("exchange-headline");
  };

  it("opens by its key and says what is left in records, bytes and minutes", async () => {
    render(App);
    await see("reception");
    await press("7", { altKey: true, code: "Digit7" });
    expect((await see("unsent-amount")).textContent).toBe("22 bản ghi, 6 tài liệu (4,2 MB)");
    expect((await see("last-receipt")).textContent).toBe("09:41 hôm nay");
  });

  it("sends now by F9 and pauses and goes on by F8", async () => {
    let sent = 0;
    useOffice({ ...office, sendNow: async () => (sent++, null) });
    await open();
    await press("F9");
    expect((await see("notice")).textContent).toContain("không phải chờ");
    expect(sent).toBe(1);
    await press("F8");
    await waitFor(() => expect(screen.getByTestId("exchange-headline").textContent).toContain("Đang tạm dừng gửi"));
    expect(screen.getByTestId("pause").textContent).toContain("Tiếp tục gửi");
    await press("F8");
    await waitFor(() => expect(screen.getByTestId("exchange-headline").textContent).toContain("Đang gửi"));
  });

  it("says of what the province returned why, who acts, what to do, and leads to the dossier", async () => {
    await open();
    const held = (await see("held")).textContent!;
    for (const part of ["Số hồ sơ đã được cấp cho hồ sơ khác", "Lãnh đạo Trung tâm", "cấp số khác và in lại giấy hẹn"]) expect(held).toContain(part);
    await click("held-open");
    expect((await see("sync-state")).dataset["code"]).toBe("returned");
  });

  it("puts a returned record back, says that nothing is to be done until the answer, and counts it no more", async () => {
    await open();
    await click("held-retry");
    const held = (await see("held-asked")).textContent!;
    for (const part of ["Đã đề nghị tỉnh xem lại", "Hoàng Thị Nết", "chưa phải làm gì"]) expect(held).toContain(part);
    expect((await see("notice")).textContent).toContain("tự gửi khi có mạng");
    await waitFor(() => expect(screen.getByTestId("part-tasks").textContent).toContain("(1)"));
    await click("held-open");
    expect((await see("sync-state")).dataset["code"]).toBe("sent");
  });

  it("shows a refused machine what to do, and an administrator types the new code there", async () => {
    stands({ headline: "needs_person", words: "Cần xử lý: 1", tone: "act", needs: [{ code: "not_authorised", words: "Tỉnh không nhận máy này", next_step: "Máy có thể đã bị thu hồi. Hãy xin tỉnh mã ghi danh mới." }], tasks: 3 });
    await open();
    expect((await see("need")).textContent).toContain("xin tỉnh mã ghi danh mới");
    await click("enrol-again");
    expect((await see("gateway") as HTMLInputElement).value).toBe("https://motcua.laocai.gov.vn");
  });

  it("teaches in an empty list what will be there", async () => {
    Object.assign(desk.exchange, { held: [], disputes: new Map(), unsent: [], lines: [] });
    stands({ tasks: 0, files_unsent: 0 });
    await open();
    expect((await see("empty")).textContent).toContain("Không có việc nào chờ người xử lý");
    await click("part-unsent");
    await waitFor(() => expect(screen.getByTestId("empty").textContent).toContain("đã được tỉnh xác nhận"));
    await click("part-log");
    await waitFor(() => expect(screen.getByTestId("empty").textContent).toContain("Chưa có dòng nào"));
  });

  it("lists the dossiers not sent yet and opens one by its number", async () => {
    await open();
    await click("part-unsent");
    const rows = await screen.findAllByTestId("unsent-row");
    expect(rows).toHaveLength(4);
    await fireEvent.click(rows[1]!.querySelector("button")!);
    expect((await see("dossier")).dataset["number"]).toBe(desk.exchange.unsent[1]!.number);
  });

  it("filters its log by trouble, records and documents", async () => {
    await open();
    await click("part-log");
    const lines = () => screen.getAllByTestId("log-line").map((line) => line.textContent);
    await see("log");
    expect(lines()).toHaveLength(6);
    await click("log-problems");
    expect(lines()).toHaveLength(2);
    await click("log-documents");
    expect(lines().every((line) => /tài liệu/i.test(line!))).toBe(true);
  });
});

it("a list says where a dossier stands with the province, unless all is well", async () => {
  render(App);
  await see("reception");
  await click("nav-all");
  await waitFor(() => expect(screen.getAllByTestId("sync-state").map((mark) => mark.dataset["code"])).toEqual(["conflict", "returned"]));
});

it("a list of a desk that is not enrolled says nothing of the province", async () => {
  sitAt(newDesk());
  let asked = 0;
  useOffice({ ...office, syncStates: async () => (asked++, []) });
  render(App);
  await see("reception");
  await click("nav-all");
  await screen.findAllByTestId("dossier-row");
  expect(asked).toBe(0);
  expect(screen.queryByTestId("sync-state")).toBeNull();
});

it("a document that another desk attached is fetched from the province and then opened", async () => {
  const kept = desk.kept.find(({ row }) => row.id === "d-3")!;
  kept.files = [{ id: "f-1", component: null, name: "giay-chung-sinh.pdf", mime: "image/svg+xml", size_bytes: 412_300, added_at: "2026-11-23T08:40:00+07:00", added_by: "Lò Văn Pành", replaced: false, missing: true, away: true }];
  let tell: (topics: Topic[]) => void = () => undefined;
  useOffice({ ...office, onChanged: (listener) => {
    const before = tell;
    tell = (topics) => { before(topics); listener(topics); };
    return () => undefined;
  } });
  render(App);
  await see("reception");
  await click("nav-all");
  await fireEvent.click((await screen.findAllByTestId("dossier-row")).find((row) => row.dataset["row"] === "d-3")!);
  expect((await see("file")).textContent).toContain("Ở tỉnh, tải về");
  await click("file");
  await waitFor(() => expect(screen.getByTestId("file").textContent).toContain("Đang chờ tải về"));
  tell(["dossiers"]);
  await waitFor(() => expect(screen.getByTestId("file").textContent).not.toContain("tải về"));
});

describe("what two desks wrote apart", () => {
  beforeEach(() => asSomebody({ is_supervisor: true }));
  const open = async () => {
    render(App);
    await click("nav-exchange");
    await click("dispute-open");
    await see("conflict-title");
  };
  const choices = () => screen.getAllByTestId<HTMLInputElement>("side-choose");

  it("is put in plain words, entry by entry, and nothing is chosen beforehand", async () => {
    await open();
    expect(screen.getByTestId("conflict-title").textContent).toBe("Hai người sửa hồ sơ này khi mất kết nối. Chọn thông tin đúng cho 2 mục.");
    const [phone, due] = screen.getAllByTestId("conflict-field");
    for (const part of ["Điện thoại của chủ hồ sơ", "0912 345 678", "0911 111 111", "Hoàng Thị Nết", "0922 222 222", "Lò Văn Pành"]) expect(phone!.textContent).toContain(part);
    expect(due!.textContent).toContain("16:30 27/11/2026");
    expect(choices().some((choice) => choice.checked)).toBe(false);
  });

  it("can go back to what was there before, unless that came with the reception", async () => {
    await open();
    const [phone, due] = screen.getAllByTestId("conflict-field");
    expect(phone!.querySelector("[data-testid='side-before-choose']")).toBeNull();
    expect(due!.querySelector("[data-testid='side-before-choose']")).toBeTruthy();
  });

  it("keeps what only one side changed folded away", async () => {
    await open();
    expect(screen.getByTestId<HTMLDetailsElement>("safe-fields").open).toBe(false);
    expect(screen.getByTestId("safe-fields").textContent).toContain("luong@example.vn");
  });

  it("is not recorded while an entry or the reason is missing, and the cursor goes there", async () => {
    await open();
    await fireEvent.click(choices()[0]!);
    await press("F9");
    expect(await screen.findByText(/Chưa chọn giá trị đúng/)).toBeTruthy();
    expect(document.activeElement).toBe(screen.getAllByTestId("conflict-field")[1]!.querySelector("input"));
    await fireEvent.click(choices()[2]!);
    await press("F9");
    expect(await screen.findByText("Chưa ghi lý do.")).toBeTruthy();
    expect(desk.exchange.disputes.size).toBe(1);
  });

  it("is settled by a supervisor with a reason, naming for each entry the record that stands", async () => {
    const acts: unknown[] = [];
    useOffice({ ...office, dossierAct: async (id, steps) => {
      acts.push([id, ...steps.map(({ action, args }) => ({ action, args }))]);
      return office.dossierAct(id, steps);
    } });
    await open();
    await fireEvent.click(choices()[1]!);
    await fireEvent.click(screen.getByTestId("side-before-choose"));
    await put("reason", "Đã gọi lại cho công dân");
    await press("F9");
    expect((await see("notice")).textContent).toContain("cho 2 mục");
    expect(acts).toEqual([["d-3", { action: "resolve", args: {
      fields: [{ field: "people.applicant.phone", stands: { device: "0193-2", seq: 17 } }, { field: "due", stands: { device: "0193-1", seq: 12 } }],
      reason: "Đã gọi lại cho công dân",
    } }]]);
    expect((await see("sync-state")).dataset["code"]).toBe("received");
  });

  it("is shown to everybody and decided by a supervisor alone", async () => {
    await asSomebody({ is_supervisor: false });
    await open();
    expect(screen.getByTestId("supervisor-only").textContent).toContain("Lãnh đạo Trung tâm");
    expect(screen.queryByTestId("settle")).toBeNull();
    expect(screen.queryByTestId("side-choose")).toBeNull();
  });

  it("says so when somebody else has decided meanwhile", async () => {
    render(App);
    await click("nav-exchange");
    const row = await see("dispute-open");
    desk.exchange.disputes.set("d-3", []);
    await fireEvent.click(row);
    expect((await see("empty")).textContent).toContain("không còn mục nào phải đối chiếu");
  });

  it("is reached from the dossier itself", async () => {
    render(App);
    await see("reception");
    await click("nav-all");
    await fireEvent.click((await screen.findAllByTestId("dossier-row")).find((row) => row.dataset["row"] === "d-3")!);
    expect((await see("sync-state")).dataset["code"]).toBe("conflict");
    await click("conflict-open");
    expect(await see("conflict-title")).toBeTruthy();
  });
});
