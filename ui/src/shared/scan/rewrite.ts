/** 0 is Telex, 1 is VNI: the two methods of Vietnamese desks. */
type Method = 0 | 1;

/** Where an input method took back `removed` characters and wrote others from `at` on. */
export type Rewrite = { at: number; removed: string };

/** Pairs of letters that Telex would not have let stand. */
const TELEX_PAIR = /aa|ee|oo|dd|[aou]w|[aeiouy][sfrxj]/i;

/** Whether what was left standing in `shown` tells that VNI is at work: Telex would have changed more. */
export const looksLikeVni = (shown: string): boolean => TELEX_PAIR.test(shown);

/** The key that turned `removed` into `written`, which are equally long; null when no single key does. */
function keyBehind(removed: string[], written: string[], method: Method): string | null {
  if (removed.length !== written.length) return null;
  for (const [index, before] of removed.entries()) {
    const after = written[index]!;
    if (after === before) continue;
    if ("đĐ".includes(after)) return [before, "9"][method]!;
    const [had, has] = [marksOf(before), marksOf(after)];
    const mark = has.find((each) => !had.includes(each));
    if (mark) return MARKS[mark]!(baseOf(after))[method];
    // A tone taken away: "z" in Telex, "0" in VNI.
    if (has.length < had.length) return ["z", "0"][method]!;
  }
  return null;
}

/**
 * Undoes the rewriting of input methods that send Backspace and a new letter ("d" then "đ" for a second "d"):
 * the key that caused it never reached us.
 */
export function restore(text: string, rewrites: Rewrite[], method: Method): string {
  const characters = [...text];
  // From the end, so that earlier places stay true while later ones grow.
  for (const { at, removed } of [...rewrites].reverse()) {
    const length = [...removed].length;
    const key = keyBehind([...removed], characters.slice(at, at + length), method);
    if (key !== null) characters.splice(at, length, ...removed, key);
  }
  return characters.join("");
}

const MARKS: Record<string, (base: string) => [telex: string, vni: string]> = {
  "\u0302": (base) => [base, "6"], // â ê ô
  "\u031b": () => ["w", "7"], // ơ ư
  "\u0306": () => ["w", "8"], // ă
  "\u0301": () => ["s", "1"],
  "\u0300": () => ["f", "2"],
  "\u0309": () => ["r", "3"],
  "\u0303": () => ["x", "4"],
  "\u0323": () => ["j", "5"],
};

const marksOf = (character: string): string[] => [...character.normalize("NFD")].filter((each) => each in MARKS);
const baseOf = (character: string): string => character.normalize("NFD")[0] ?? "";
