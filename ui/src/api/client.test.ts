import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, it } from "vitest";
import { office } from "./client";
import type { Commands } from "./commands";
import { fakeOffice } from "./fake";

afterEach(clearMocks);

const desktop = ["pickFiles", "pickFolder", "pickSavePath", "onChanged", "onProgress", "onFilesDropped"];
const commands = Object.keys(fakeOffice()).filter((name) => !desktop.includes(name)) as (keyof Commands)[];

it("every command of the fake is one of the shell, so that tests speak of what ships", () => {
  expect(Object.keys(office).sort()).toEqual(Object.keys(fakeOffice()).sort());
});

it.each(commands)("%s asks for the command of the same name", async (name) => {
  const asked: { command: string; args: Record<string, unknown> }[] = [];
  mockIPC((command, args) => void asked.push({ command, args: (args ?? {}) as Record<string, unknown> }));
  const call = office[name] as (...args: unknown[]) => Promise<unknown>;
  const given = Array.from({ length: call.length }, (_, index) => `argument ${index}`);
  await call(...given);
  expect(asked).toHaveLength(1);
  expect(asked[0]!.command).toBe(name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  // Each argument goes by a name of its own, in camelCase as the shell expects.
  expect(Object.values(asked[0]!.args)).toEqual(given);
  expect(Object.keys(asked[0]!.args).every((key) => /^[a-z][a-zA-Z]*$/.test(key))).toBe(true);
});
