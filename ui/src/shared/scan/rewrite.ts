import type { Scan } from "./burst";

/** Where an input method took back `removed` characters and wrote others from `at` on. */
export type Rewrite = { at: number; removed: string };

/** Pairs of letters that Telex would not have let stand. */
const TELEX_PAIR = /aa|ee|oo|dd|[aou]w|[aeiouy][sfrxj]/i;

/**
 * Undoes the rewriting of input methods that send Backspace and a new letter ("d" then "đ" for a second "d").
 * The key that caused it never reached us; it was one of Telex or one of VNI, so both readings are offered,
 * Telex first, because most desks use it; not where it left something standing that it would have changed.
 */
export function swallowedKeys(text: string, rewrites: Rewrite[]): Scan {
  if (rewrites.length === 0) return { text, others: [] };
  const telex = restore(text, rewrites, 0);
  const vni = restore(text, rewrites, 1);
  const [first, second] = TELEX_PAIR.test(text) ? [vni, telex] : [telex, vni];
  return { text: first, others: [second, text].filter((reading, index, all) => reading !== first && all.indexOf(reading) === index) };
}

function restore(text: string, rewrites: Rewrite[], method: 0 | 1): string {
  const characters = [...text];
  // From the end, so that earlier places stay true while later ones grow.
  for (const { at, removed } of [...rewrites].reverse()) {
    const length = [...removed].length;
    const written = characters.slice(at, at + length);
    const key = keyBehind([...removed], written, method);
    if (key !== null) characters.splice(at, length, ...removed, key);
  }
  return characters.join("");
}

const MARKS: Record<string, (base: string) => [string, string]> = {
  "\u0302": (base) => [base, "6"], // â ê ô
  "\u031b": () => ["w", "7"],      // ơ ư
  "\u0306": () => ["w", "8"],      // ă
  "\u0301": () => ["s", "1"],
  "\u0300": () => ["f", "2"],
  "\u0309": () => ["r", "3"],
  "\u0303": () => ["x", "4"],
  "\u0323": () => ["j", "5"],
};

/** The key that turned `removed` into `written`, or null when no single key does. */
function keyBehind(removed: string[], written: string[], method: 0 | 1): string | null {
  if (removed.length !== written.length) return null;
  for (const [index, before] of removed.entries()) {
    const after = written[index]!;
    if (after === before) continue;
    if ("đĐ".includes(after)) return [before, "9"][method]!;
    const base = after.normalize("NFD");
    const mark = [...base].find((each) => each in MARKS && !before.normalize("NFD").includes(each));
    if (mark) return MARKS[mark]!(base[0]!)[method];
  }
  return null;
}
