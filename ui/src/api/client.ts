import { commands } from "./bindings";
import type { Commands, Office } from "./commands";
import { shellDesktop } from "./desktop";

/** The office every screen talks to: the shell's, or a fake in tests and in a plain browser during design work. */
export let office: Office;

/** Puts another office in place of the shell's (tests, design work). */
export function useOffice(other: Office): void {
  office = other;
}

/** Chooses the office for this window; called once, before the first screen. */
export async function connect(): Promise<void> {
  if (import.meta.env.DEV && !("__TAURI_INTERNALS__" in window)) {
    const { fakeOffice } = await import("./fake");
    useOffice(fakeOffice());
  }
}

/**
 * A type with `string` where it names a few words: what the generated bindings know of it.
 * types.ts names the words; the compiler holds everything else against the bindings, below.
 */
type Widened<T> =
  T extends string ? string
  : T extends number ? number
  : T extends boolean ? boolean
  : T extends (...args: infer A) => Promise<infer R> ? (...args: Widened<A> extends unknown[] ? Widened<A> : never) => Promise<Widened<R>>
  : T extends object ? { [K in keyof T]: Widened<T[K]> }
  : T;

const shellCommands = (commands satisfies Widened<Commands>) as unknown as Commands;

office = { ...shellCommands, ...shellDesktop };
