import { office } from "../api/client";
import type { ScanView } from "../api/types";
import type { CardPlace, ReceptionPage } from "../reception/reception.svelte";
import type { Desk } from "../shared/desk.svelte";
import { wordsOf } from "../shared/errors";
import type { Scan } from "../shared/scan/burst";
import type { Heard } from "../shared/scan/listener";
import { tornHead } from "../shared/scan/torn";
import { language } from "../text/language.svelte";

/** The national status "result ready" (statuses 1 to 10 of the provincial one-stop systems). */
const RESULT_READY = 9;

/** A code that was pasted as text: it came from no field. */
export const pasted = (text: string): Heard => ({ scan: { text, others: [] }, focused: null, before: "", takeMore: () => undefined, giveBack: () => false });

/** Brings a scan to where it belongs: a card to reception, a slip to the return page or its dossier. */
export async function takeScan({ scan, focused, before, takeMore, giveBack }: Heard, desk: Desk, reception: ReceptionPage, search: (text: string) => void): Promise<void> {
  try {
    const head = tornHead(before, scan.text);
    const view = head === null ? await resolve(scan) : await office.scanResolve(head + scan.text);
    if (head !== null && view.card) takeMore(head.length);
    if (view.card) {
      if (desk.scanTaker.card?.(view.card, focused)) return;
      if (desk.route.page !== "reception") desk.go({ page: "reception" });
      await reception.takeCard(view.card, partyAt(focused));
    } else if (view.dossier) {
      const { id, number, status } = view.dossier;
      if (desk.scanTaker.slip?.(number ?? id)) return;
      desk.go(status === RESULT_READY ? { page: "return", lookup: number ?? id } : { page: "dossier", id });
    } else if (looksLikeCard(view.text)) {
      desk.tell(language.t.frame.cardUnreadable, "soon");
    } else if (!giveBack()) {
      search(view.text);
    }
  } catch (error) {
    // Whatever was scanned is not lost to a field that waited for it.
    if (!giveBack()) desk.tell(wordsOf(error), "soon");
  }
}

/** The first reading the office recognises; the plain text when it knows none. */
async function resolve({ text, others }: Scan): Promise<ScanView> {
  const readings = [text, ...others];
  for (const reading of readings.slice(0, -1)) {
    const view = await office.scanResolve(reading).catch(() => null);
    if (view && view.kind !== "text") return view;
  }
  return office.scanResolve(readings.at(-1)!);
}

// Garbled, but nothing a person would type: it is neither searched for nor put into a field.
const looksLikeCard = (text: string): boolean => text.split("|").length > 3;

const partyAt = (focused: Element | null): CardPlace | undefined =>
  focused?.closest<HTMLElement>("[data-party]")?.dataset["party"] as CardPlace | undefined;
