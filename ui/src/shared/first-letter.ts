/**
 * Mends a search text whose first letter was struck before the field was open: the input method did not see it, so
 * "DDawngj" in Telex arrives as "DDặng". No Vietnamese word begins with these pairs, so mending loses nothing.
 */
export function mendFirstLetter(text: string): string {
  const pair = /^(dd|aa|ee|oo|aw|ow|uw)(?=\p{L})/iu.exec(text)?.[0];
  if (!pair) return text;
  const mended = MENDED[pair.toLowerCase()]!;
  return (pair[0] === pair[0]!.toUpperCase() ? mended.toUpperCase() : mended) + text.slice(2);
}

const MENDED: Record<string, string> = { dd: "đ", aa: "â", ee: "ê", oo: "ô", aw: "ă", ow: "ơ", uw: "ư" };
