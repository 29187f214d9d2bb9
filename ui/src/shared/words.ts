/** A dossier number in groups the eye and the voice can hold: "000.25.15.H15 · 261123 · 10025". */
export const groupedNumber = (number: string): string => number.split("-").join("\u2009-\u2009");

/** The agency's part of a number, the same on every line, and the part that tells dossiers apart. */
export function numberParts(number: string): { agency: string; own: string } {
  const [agency = "", ...own] = number.split("-");
  return own.length > 0 ? { agency, own: own.join("\u2009-\u2009") } : { agency: "", own: number };
}

/** "1995-03-12" → "12/03/1995". */
export const dateWords = (iso: string | null): string => (iso ? iso.slice(0, 10).split("-").reverse().join("/") : "");

/** "2026-11-23T09:42:00+07:00" → "09:42 23/11/2026"; the office's own time, whatever the machine's zone. */
export const timeWords = (at: string | null): string => (at ? `${at.slice(11, 16)} ${dateWords(at)}` : "");

/** "09:42 hôm nay" when it was on the day of `now`, else with its date. */
export const recentWords = (at: string, now: string | undefined, today: string): string =>
  at.slice(0, 10) === now?.slice(0, 10) ? `${at.slice(11, 16)} ${today}` : timeWords(at);

export const hourWords = (at: string): string => at.slice(11, 16);

/** "015095001234" → "015 095 001 234". */
export const idWords = (number: string | null): string =>
  number && /^\d{12}$/.test(number) ? number.replace(/(\d{3})(?=\d)/g, "$1\u2009") : (number ?? "");

export const moneyWords = (amountVnd: number): string => `${amountVnd.toLocaleString("vi-VN")} đ`;

export function sizeWords(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024)).toLocaleString("vi-VN")} KB`;
  return `${(bytes / 1024 / 1024).toLocaleString("vi-VN", { maximumFractionDigits: 1 })} MB`;
}

/** "phường Yên Bái" → "Phường Yên Bái", at the start of a line. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
