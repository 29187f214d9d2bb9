import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { useOffice } from "../api/client";
import type { Office } from "../api/commands";
import { fakeOffice } from "../api/fake";
import type { Progress } from "../api/types";
import App from "../app/App.svelte";

/** An office whose long work goes on until somebody stops it. */
class Slow {
  readonly office: Office;
  readonly cancelled: string[] = [];
  #tell: ((progress: Progress) => void)[] = [];
  #reject: (error: unknown) => void = () => undefined;

  constructor() {
    const never = () => new Promise<never>((_, reject) => (this.#reject = reject));
    this.office = {
      ...fakeOffice(), backupNow: never, verifyNow: never, restoreFrom: never,
      onProgress: (listener) => {
        this.#tell.push(listener);
        return () => (this.#tell = this.#tell.filter((other) => other !== listener));
      },
      cancel: async (task) => {
        this.cancelled.push(task);
        return null;
      },
    };
  }

  tell = (progress: Progress): void => this.#tell.forEach((listener) => listener(progress));
  /** The work has cleared away what it had begun. */
  end = (): void => this.#reject({ kind: "refused", refusal: { code: "stopped", field: null, message: "Đã dừng theo yêu cầu." } });
}

let slow: Slow;

beforeAll(() => import("./SettingsView.svelte"), 120_000);
beforeEach(() => {
  localStorage.clear();
  slow = new Slow();
  useOffice(slow.office);
});

const see = (testid: string) => screen.findByTestId(testid, {}, { timeout: 10_000 });
const click = async (testid: string) => fireEvent.click(await see(testid));

async function begun(section: string, go: string): Promise<void> {
  render(App);
  await click("nav-settings");
  await click(`settings-${section}`);
  await see(go);
  await waitFor(() => expect(screen.getByTestId(go).hasAttribute("disabled")).toBe(false));
  await click(go);
}

const stage = (task: string): Progress =>
  ({ task, words: "Đang niêm phong bản sao", done: 51_200, total: 102_400, unit: "kilobytes", permille: 400, remaining_s: 45 });

it("a copy under way says what it does, how far it is and how long the rest takes", async () => {
  await begun("backup", "backup-now");
  await see("progress");
  slow.tell(stage("backup"));
  await waitFor(() => expect(screen.getByTestId("progress").textContent).toMatch(/Đang niêm phong bản sao.*50 MB \/ 100 MB/s));
  expect(screen.getByTestId("progress-remaining").textContent).toBe("còn khoảng 45 giây");
  expect(screen.getByRole("progressbar").getAttribute("value")).toBe("400");
  slow.tell({ ...stage("closing"), words: "Của việc khác" });
  expect(screen.getByTestId("progress").textContent).not.toContain("Của việc khác");
});

it("a copy that is stopped clears away what it began, and that is no error", async () => {
  await begun("backup", "backup-now");
  slow.tell(stage("backup"));
  await click("progress-cancel");
  expect(slow.cancelled).toEqual(["backup"]);
  await waitFor(() => expect(screen.getByTestId("progress").textContent).toContain("Đang dừng…"));
  expect(screen.getByTestId("progress-cancel").hasAttribute("disabled")).toBe(true);
  slow.end();
  expect((await see("backup-stopped")).textContent).toContain("Không có bản sao dở dang nào được giữ lại");
  await waitFor(() => expect(screen.queryByTestId("progress")).toBeNull());
  expect(screen.queryByTestId("backup-error")).toBeNull();
  expect(screen.getByTestId("backup-now").hasAttribute("disabled")).toBe(false);
});

it("a check that is stopped has no result, and says so", async () => {
  await begun("verify", "verify-now");
  slow.tell({ ...stage("verify"), words: "Đang đọc lại sổ", done: 1_024, total: 18_244, unit: "rows" });
  await waitFor(() => expect(screen.getByTestId("progress").textContent).toContain("1.024 / 18.244"));
  await click("progress-cancel");
  slow.end();
  expect((await see("verify-stopped")).textContent).toContain("chưa có kết quả");
  expect(slow.cancelled).toEqual(["verify"]);
  expect(screen.queryByTestId("verify-ok")).toBeNull();
});

it("a restore on trial can be stopped", async () => {
  render(App);
  await click("nav-settings");
  await click("settings-backup");
  await fireEvent.input(await see("restore-secret"), { target: { value: "một cửa liên thông" } });
  await click("restore-go");
  await click("progress-cancel");
  slow.end();
  expect((await see("restore-stopped")).textContent).toContain("chưa khôi phục gì");
  expect(slow.cancelled).toEqual(["restore"]);
});

it("a stop that the office refuses is said, and can be tried again", async () => {
  slow.office.cancel = () => Promise.reject({ kind: "internal", incident: "AB12", message: "Có lỗi trong phần mềm" });
  await begun("backup", "backup-now");
  await click("progress-cancel");
  expect(await screen.findByText(/AB12/)).toBeTruthy();
  expect(screen.getByTestId("progress-cancel").hasAttribute("disabled")).toBe(false);
});
