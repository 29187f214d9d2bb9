import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { useOffice } from "../api/client";
import type { FileDrop, Office } from "../api/commands";
import { fakeOffice, newDesk } from "../api/fake";
import PapersView from "./PapersView.svelte";

let office: Office;
let drop: (drop: FileDrop) => void;
let attached: [number | null, string[]][];

beforeAll(() => import("./Viewer.svelte"), 120_000);
beforeEach(async () => {
  const desk = newDesk();
  const fake = fakeOffice(desk);
  attached = [];
  office = {
    ...fake,
    onFilesDropped: (listener) => {
      drop = listener;
      return () => undefined;
    },
    filesAttach: (id, component, paths) => {
      attached.push([component, paths]);
      return fake.filesAttach(id, component, paths);
    },
  };
  useOffice(office);
  const view = await office.dossierOpen(desk.kept[0]!.row.id);
  const { rerender } = render(PapersView, { view, onchange: (changed) => void rerender({ view: changed }) });
});

/** What lies under the pointer: nothing of the page, or a part of it. */
const under = (testid: string | null) =>
  Object.assign(document, { elementFromPoint: () => (testid ? screen.getByTestId(testid) : document.body) });
const attach = async () => {
  await fireEvent.click(screen.getByTestId("attach-0"));
  await waitFor(() => expect(screen.getAllByTestId("file").length).toBeGreaterThan(0));
};

it("files dropped on a paper are its own", async () => {
  under("paper-0");
  drop({ kind: "over", x: 1, y: 1 });
  await waitFor(() => expect(screen.getByTestId("paper-0").classList).toContain("over"));
  drop({ kind: "drop", x: 1, y: 1, paths: ["/quet/to-khai.pdf"] });
  await waitFor(() => expect(attached).toEqual([[0, ["/quet/to-khai.pdf"]]]));
  expect(screen.getByTestId("paper-0").classList).not.toContain("over");
});

it("files dropped beside every paper are nobody's, and it is said", async () => {
  under(null);
  drop({ kind: "drop", x: 900, y: 1, paths: ["/quet/to-khai.pdf"] });
  expect((await screen.findByTestId("papers-error")).textContent).toContain("đúng dòng giấy tờ");
  expect(attached).toEqual([]);
});

it("a file that no web view draws is offered for outside, not shown broken", async () => {
  office.fileBytes = async () => ({ mime: "image/tiff", name: "quet.tif", base64: btoa("II*\0") });
  await attach();
  await fireEvent.click(screen.getAllByTestId("file").at(-1)!);
  expect((await screen.findByTestId("viewer-other", {}, { timeout: 10_000 })).textContent).toContain("Lưu ra ngoài");
});

it("the keyboard goes on from the file that was looked at", async () => {
  office.fileBytes = async () => ({ mime: "image/tiff", name: "quet.tif", base64: btoa("II*\0") });
  await attach();
  const file = screen.getAllByTestId("file").at(-1)!;
  file.focus();
  await fireEvent.click(file);
  await fireEvent.keyDown(await screen.findByTestId("viewer", {}, { timeout: 10_000 }), { key: "Escape" });
  await waitFor(() => expect(document.activeElement).toBe(file));
});
