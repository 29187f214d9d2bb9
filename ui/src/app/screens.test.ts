import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useOffice } from "../api/client";
import type { Office } from "../api/commands";
import { fakeOffice, newDesk, type Desk } from "../api/fake";
import type { BootView } from "../api/types";
import { preferences } from "../shared/preferences.svelte";
import { language } from "../text/language.svelte";
import App from "./App.svelte";

let desk: Desk;
let office: Office;

beforeAll(
  () => Promise.all([
    import("./DoorView.svelte"), import("../first-run/FirstRunView.svelte"), import("../dossier/DossierView.svelte"), import("../documents/PapersView.svelte"),
    import("../settings/SettingsView.svelte"), import("../printing/PrintsView.svelte"), import("../search/ListView.svelte"), import("./KeyReminder.svelte"), import("./OfficerSwitch.svelte"),
  ]),
  120_000,
);

beforeEach(() => {
  localStorage.clear();
  desk = newDesk();
  office = fakeOffice(desk);
  useOffice(office);
});

const see = (testid: string) => screen.findByTestId(testid, {}, { timeout: 10_000 });
const put = async (testid: string, value: string) => fireEvent.input(await see(testid), { target: { value } });
const click = async (testid: string) => fireEvent.click(await see(testid));
const bootsAs = async (part: Partial<BootView>) => {
  const boot = await office.bootState();
  let opened = false;
  useOffice({ ...office, bootState: async () => (opened ? boot : { ...boot, ...part }), unlock: async (secret) => {
    const view = await office.unlock(secret);
    opened = true;
    return view;
  } });
};

describe("before the desk", () => {
  it("a locked store says so, takes the passphrase and opens", async () => {
    await bootsAs({ state: "locked", unlock_with: ["passphrase", "recovery"] });
    render(App);
    await put("secret", "bốn từ không liên quan");
    await click("unlock");
    expect(await see("reception")).toBeTruthy();
  });

  it("a wrong passphrase is told in words and loses nothing", async () => {
    await bootsAs({ state: "locked", unlock_with: ["passphrase"] });
    render(App);
    await put("secret", "sai");
    await click("unlock");
    expect(await screen.findByText(/Mật khẩu không đúng. Dữ liệu vẫn nguyên vẹn/)).toBeTruthy();
  });

  it("a fault says what is safe and what to do, and offers the recovery key where it helps", async () => {
    await bootsAs({ state: "fault", unlock_with: ["recovery"], fault: { code: "key_missing", title: "Mất khóa", message: "Không có hồ sơ nào bị xóa.", next_step: "Nhập khóa khôi phục." } });
    render(App);
    expect((await see("fault")).textContent).toContain("Không có hồ sơ nào bị xóa.");
    expect((await see("fault-next-step")).textContent).toContain("Nhập khóa khôi phục.");
    expect(screen.getByTestId("door").dataset["fault"]).toBe("key_missing");
    expect(screen.getByTestId("secret")).toBeTruthy();
  });

  it("the first run finds a commune by its former name, and the key must be typed back", async () => {
    await bootsAs({ state: "first_run", keyring_available: true, recovery_confirmed: false });
    render(App);
    await put("site", "dong tam");
    await fireEvent.click(await see("site-option"));
    await put("officer", "Hoàng Thị Nết");
    await click("first-run-create");
    const groups = await see("recovery-groups");
    await click("recovery-written");
    await put("typed", "sai hoàn toàn");
    await click("recovery-confirm");
    expect(await screen.findByText(/không khớp với khóa đã in/)).toBeTruthy();
    expect(groups.dataset["key"]).toHaveLength(29);
  });

  it("a keyring that fails at the last moment brings up the passphrase with the reason", async () => {
    await bootsAs({ state: "first_run", keyring_available: true });
    useOffice({ ...office, bootState: async () => ({ ...(await office.bootState()), state: "first_run" }), firstRun: () => Promise.reject({ kind: "refused", refusal: { code: "passphrase_needed", field: "passphrase", message: "Máy không cất được khóa: hãy đặt mật khẩu." } }) });
    render(App);
    await put("site", "dong tam");
    await fireEvent.click(await see("site-option"));
    await put("officer", "Hoàng Thị Nết");
    await click("first-run-create");
    expect(await screen.findByText(/Máy không cất được khóa/)).toBeTruthy();
    expect(screen.getByTestId("passphrase")).toBeTruthy();
  });

  it("without a keyring the first run asks for a passphrase, twice the same", async () => {
    await bootsAs({ state: "first_run", keyring_available: false });
    render(App);
    await put("site", "dong tam");
    await fireEvent.click(await see("site-option"));
    await put("officer", "Hoàng Thị Nết");
    await put("passphrase", "một hai");
    await put("passphrase_again", "một ba");
    await click("first-run-create");
    expect(await screen.findByText("Hai lần nhập không giống nhau.")).toBeTruthy();
  });
});

describe("the frame", () => {
  it("marks a training store on the screen", async () => {
    const session = await office.session();
    useOffice({ ...office, session: async () => ({ ...session, training: true }) });
    render(App);
    expect((await see("training-band")).textContent).toContain("TẬP HUẤN");
  });

  it("says that intake stopped and offers to reopen the store", async () => {
    const status = await office.statusBar();
    useOffice({ ...office, statusBar: async () => ({ ...status, intake: { stopped: true, words: "Ngừng tiếp nhận: ổ đĩa báo lỗi" } }) });
    render(App);
    expect((await see("intake-stopped")).textContent).toContain("ổ đĩa báo lỗi");
    expect(screen.getByTestId("store-reopen")).toBeTruthy();
  });

  it("keeps saying that the store came from a backup until the officer puts it away", async () => {
    await bootsAs({ restored: { message: "Các số cấp từ nay là mã tạm." } });
    render(App);
    expect((await see("restored")).textContent).toContain("mã tạm");
    await click("nav-all");
    await see("dossier-table");
    expect(screen.getByTestId("restored")).toBeTruthy();
  });

  it("reminds an administrator of a recovery key that was never confirmed", async () => {
    await bootsAs({ recovery_confirmed: false });
    render(App);
    await click("key-make");
    expect(await see("recovery-groups")).toBeTruthy();
  });
});

describe("a dossier", () => {
  const open = async (id: string) => {
    render(App);
    await see("reception");
    await click("nav-all");
    await fireEvent.click((await screen.findAllByTestId("dossier-row")).find((row) => row.dataset["row"] === id)!);
    return see("dossier");
  };

  it("says why a step is not possible now", async () => {
    await open("d-3");
    await click("why-not");
    expect((await see("refused-return_result")).textContent).toContain("Chưa có kết quả để trả.");
  });

  it("records several steps together, one of them on behalf of somebody else", async () => {
    await open("d-3");
    await click("act-result_ready");
    await put("arg-number", "45/GCN");
    await put("arg-signed_on", "20/11/2026");
    await click("on_behalf");
    await put("done_by", "Bùi Quang Huy");
    await waitFor(() => expect(screen.getByText("ngày 20 tháng 11 năm 2026")).toBeTruthy());
    await click("act-queue");
    await click("record-together");
    await waitFor(() => expect(screen.getByTestId("dossier-status").dataset["status"]).toBe("9"));
    expect((await screen.findAllByTestId("timeline-entry"))[0]!.textContent).toContain("Bùi Quang Huy");
  });

  it("does not record a step while something it needs is missing", async () => {
    await open("d-3");
    await click("act-result_ready");
    await click("act-record");
    expect(await screen.findByText("Cần điền mục này.")).toBeTruthy();
    expect(screen.getByTestId("dossier-status").dataset["status"]).toBe("4");
  });

  it("takes what the scanner just saved to the paper it belongs to", async () => {
    await open("d-3");
    await fireEvent.change(await see("watch-target"), { target: { selectedIndex: 1 } });
    await click("watch-take");
    expect((await see("file")).textContent).toContain("quet-0942.pdf");
    expect(screen.getByTestId("paper-0").contains(screen.getByTestId("file"))).toBe(true);
  });

  it("says why a file of the watched folder is not taken", async () => {
    await open("d-3");
    expect((await see("watched")).textContent).toContain("Loại tệp này không nhận");
  });
});

describe("a copy brought back", () => {
  it("is asked for on a new machine with its folder and passphrase, and a wrong one is told at its field", async () => {
    await bootsAs({ state: "first_run" });
    render(App);
    await click("first-run-restore");
    await put("from", "/media/usb/sao-luu");
    await put("restore-secret", "sai");
    await fireEvent.submit(await see("restore"));
    await waitFor(() => expect(screen.getByTestId("restore").textContent).toContain("Mật khẩu không đúng"));
    await put("restore-secret", "bon tu khong lien quan");
    await fireEvent.submit(await see("restore"));
    expect((await see("restore-ok")).textContent).toContain("18.204 bản ghi");
  });

  it("is offered where the key is lost, and not where the disk is merely full", async () => {
    await bootsAs({ state: "fault", fault: { code: "key_missing", title: "Mất khóa", message: "", next_step: "" } });
    const { unmount } = render(App);
    expect(await see("door-restore")).toBeTruthy();
    unmount();
    await bootsAs({ state: "fault", fault: { code: "disk_full", title: "Đầy đĩa", message: "", next_step: "" } });
    render(App);
    await see("door-retry");
    expect(screen.queryByTestId("door-restore")).toBeNull();
  });

  it("can be tried from the settings without changing anything", async () => {
    render(App);
    await click("nav-settings");
    await put("restore-secret", "bon tu khong lien quan");
    await click("restore-go");
    expect((await see("restore-ok")).textContent).toContain("5.310 tài liệu");
  });
});

it("a new passphrase is typed twice, and its refusal stands at its field", async () => {
  render(App);
  await click("nav-settings");
  await click("settings-passphrase");
  await put("passphrase", "ngan");
  expect((await see("passphrase-set")).hasAttribute("disabled")).toBe(true);
  await put("passphrase_again", "ngan");
  await fireEvent.submit((await see("passphrase")).closest("form")!);
  await waitFor(() => expect(screen.getByText(/ít nhất 10 ký tự/)).toBeTruthy());
  for (const field of ["passphrase", "passphrase_again"]) await put(field, "bon tu khong lien quan");
  await fireEvent.submit((await see("passphrase")).closest("form")!);
  expect(await see("passphrase-done")).toBeTruthy();
});

it("after reopening, the officer is told which dossiers were saved after all", async () => {
  const words = "Đã mở lại kho dữ liệu. Đã lưu được: H38.04252-261123-1001 (Đặng Văn Lượng).";
  await bootsAs({ reopened: words });
  render(App);
  expect((await see("notice")).textContent).toContain("1001 (Đặng Văn Lượng)");
});

it("a failed print is kept with its cause and can be printed again", async () => {
  desk.printFails = "Máy in hết giấy";
  render(App);
  await click("failed-prints");
  expect((await see("print-job")).textContent).toContain("Máy in hết giấy");
  await click("print-retry");
  expect((await see("notice")).textContent).toContain("Đã gửi 2 liên");
});

it("language, colours and text size change at once and are remembered", async () => {
  render(App);
  await click("nav-settings");
  await click("settings-look");
  await click("theme-dark");
  await click("text_size-2");
  await click("language-en");
  await waitFor(() => expect(screen.getByTestId("nav-reception").textContent).toContain("Reception"));
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(document.documentElement.style.getPropertyValue("--text-scale")).toBe("2");
  expect(JSON.parse(localStorage.getItem("quay.preferences")!)).toMatchObject({ theme: "dark", language: "en", textScale: 2 });
  Object.assign(preferences, { theme: "light", language: "vi", textScale: 1 });
  preferences.apply();
  await language.use("vi");
});

it("an administrator's wording of a paper is sent only where it changed", async () => {
  const sent: unknown[] = [];
  useOffice({ ...office, procedureReviewed: async (code, edits) => {
    sent.push([code, edits]);
    return office.reviewList();
  } });
  render(App);
  await click("nav-settings");
  await click("settings-review");
  await fireEvent.click((await screen.findAllByTestId("review-row"))[0]!);
  await fireEvent.input((await screen.findAllByTestId("review-label"))[0]!, { target: { value: "Tờ khai theo mẫu" } });
  await click("review-confirm");
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toEqual(["1.004873", [{ case: expect.any(String), index: 0, label: "Tờ khai theo mẫu", required: "yes" }]]);
});
