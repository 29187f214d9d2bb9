import { folded } from "./folded";
import { dueWords, keep, NOW, sampleDossiers, statusWords, type Kept } from "./dossiers";
import { notEnrolled, type Exchange } from "./exchange";
import { sampleFilings } from "./portal";
import { knownBy, peopleNamed, readCard } from "./people";
import { searchProcedures, viewProcedure, workingDays } from "./procedures";
import type { Commands } from "../commands";
import type { DossierRow, DraftView, KnownPersonView, PortalView, PrintView, Problem, ReceiveInput, SearchFilter } from "../types";

/** What the fake desk remembers; a test may look inside. */
export type Desk = { kept: Kept[]; drafts: Map<string, DraftView>; printFails: string | null; printed: string[][]; listeners: Set<(topics: never[]) => void>; exchange: Exchange; filings: PortalView[] };

export const newDesk = (): Desk => ({ kept: sampleDossiers(), drafts: new Map(), printFails: null, printed: [], listeners: new Set(), exchange: notEnrolled(), filings: sampleFilings() });

type ReceptionCommands = Pick<Commands,
  | "procedureSearch" | "procedureView" | "cardRead" | "personKnown" | "idNumberCheck" | "personSearch" | "dateRead"
  | "receptionPreview" | "receptionAccept" | "draftSave" | "draftLoad" | "draftDiscard" | "drafts"
  | "slipPrint" | "slipReprint" | "sheetPrint" | "search" | "list" | "counts" | "scanResolve">;

export const receptionCommands = (desk: Desk): ReceptionCommands => ({
  procedureSearch: async (text, limit) => searchProcedures(text, limit),
  procedureView: async (code) => viewProcedure(code),

  cardRead: async (raw) => {
    const card = readCard(raw);
    return { ...card, known: known(desk, card.party.id_number ?? "") };
  },
  personKnown: async (idNumber) => known(desk, idNumber),
  idNumberCheck: async (idNumber) =>
    /^\d{12}$/.test(idNumber) ? [] : ["Số căn cước có 12 chữ số; hãy xem lại thẻ."],
  personSearch: async (text, limit) =>
    peopleNamed(text).slice(0, limit).map((party) => known(desk, party.id_number ?? "")!),
  dateRead: async (typed) => readDate(typed),

  receptionPreview: async (items) =>
    items.map((item) => ({
      due: due(item), fee_words: feeWords(item), problems: problems(item), number_words: "Số tiếp theo của bàn 1",
      duplicates: desk.kept.map((kept) => kept.row).filter((row) =>
        row.procedure_code === item.procedure && row.applicant === item.applicant.full_name && row.status < 9),
    })),
  receptionAccept: async (items, draftSlot) => {
    const blocked = items.flatMap((item, index) => problems(item).map((problem) => ({ ...problem, field: items.length > 1 ? `[${index}].${problem.field}` : problem.field }))).find((problem) => problem.blocks);
    if (blocked) throw { kind: "refused", refusal: { code: blocked.code, field: blocked.field, message: blocked.message } };
    if (draftSlot) desk.drafts.delete(draftSlot);
    return items.map((item) => {
      const sequence = desk.kept.length + 1;
      const kept = keep(item.applicant, item.procedure, sequence, 2, "in_time", null);
      const { due_at, words } = due(item);
      kept.input = item;
      kept.row = { ...kept.row, provisional: false, received_at: NOW, due_at, due_words: words };
      desk.kept.unshift(kept);
      return {
        id: kept.row.id, number: kept.row.number, provisional: false, check_code: "K7M-42Q", due_at, due_words: words,
        status: 2, procedure: kept.row.procedure, applicant: kept.row.applicant,
        next_words: "Chuyển hồ sơ cho công chức Tư pháp - Hộ tịch; công dân nhận kết quả tại quầy này.",
      };
    });
  },
  draftSave: async (slot, json) => {
    const title = (JSON.parse(json) as { title?: string }).title ?? "";
    desk.drafts.set(slot, { slot, title, saved_at: NOW, json });
    return null;
  },
  draftLoad: async (slot) => desk.drafts.get(slot)?.json ?? null,
  draftDiscard: async (slot) => {
    desk.drafts.delete(slot);
    return null;
  },
  drafts: async () => [...desk.drafts.values()],

  slipPrint: async (ids) => print(desk, ids),
  slipReprint: async (id) => print(desk, [id]),
  sheetPrint: async (ids) => ({ ...print(desk, ids), copies: 1 }),

  search: async (text, filter, limit) => {
    const hits = rows(desk, filter).filter((row) => matches(row, text));
    return {
      total: hits.length, total_is_exact: true, hits: hits.slice(0, limit), took_ms: 3,
      drafts: text ? [...desk.drafts.values()].filter((draft) => folded(draft.title).includes(folded(text))) : [],
      procedure: text.length >= 3 ? (searchProcedures(text, 1)[0] ?? null) : null,
    };
  },
  list: async (filter, after, limit) => {
    const all = rows(desk, filter);
    const start = after ? Number(after) : 0;
    const next = start + limit < all.length ? String(start + limit) : null;
    return { rows: all.slice(start, start + limit), next, total: all.length };
  },
  counts: async () => {
    const all = desk.kept.map((kept) => kept.row);
    const late = (lateness: string) => all.filter((row) => row.lateness === lateness && row.status < 10).length;
    return {
      due_today: late("today"), overdue: late("overdue"), soon: late("soon"), in_time: late("in_time"), waiting: late("waiting"),
      ready_to_return: all.filter((row) => row.status === 9).length,
      in_progress: all.filter((row) => row.status < 9).length,
      received_today: all.filter((row) => row.received_at.startsWith("2026-11-23")).length,
      by_status: [1, 2, 4, 5, 9, 10].map((status) => ({ status, words: statusWords(status), count: (status === 1 ? desk.filings.map(({ row }) => row) : all).filter((row) => row.status === status).length })),
    };
  },
  scanResolve: async (raw) => {
    const text = raw.trim();
    if (text.includes("|") && /^\d{12}\|/.test(text)) {
      const card = readCard(text);
      return { kind: "card", card: { ...card, known: known(desk, card.party.id_number ?? "") }, dossier: null, text };
    }
    const dossier = desk.kept.find(({ row }) => row.number && text.startsWith(row.number))?.row ?? null;
    return { kind: dossier ? "dossier" : "text", card: null, dossier, text };
  },
});

/** How the fake printer answers; a test or a designer may make it fail. */
export function print(desk: Desk, ids: string[]): PrintView {
  desk.printed.push(ids);
  return desk.printFails
    ? { job: "in-1", state: "failed", printer: "Canon LBP2900", cause: desk.printFails, next_step: "Kiểm tra giấy và dây máy in rồi bấm In lại.", copies: 2 }
    : { job: "in-1", state: "sent", printer: "Canon LBP2900", cause: null, next_step: null, copies: 2 };
}

function known(desk: Desk, idNumber: string): KnownPersonView | null {
  const party = knownBy(idNumber);
  if (!party) return null;
  const dossiers = desk.kept.map((kept) => kept.row).filter((row) => row.applicant === party.full_name);
  return { party, dossiers: dossiers.slice(0, 5), in_progress: dossiers.filter((row) => row.status < 9).length };
}

function readDate(typed: string): { date: string; words: string } {
  const parts = /^(\d{1,2})[\s/.-]?(\d{1,2})[\s/.-]?(\d{4})$/.exec(typed.trim());
  const [day, month, year] = [parts?.[1]?.padStart(2, "0"), parts?.[2]?.padStart(2, "0"), parts?.[3]];
  if (!parts || Number(day) > 31 || Number(month) > 12) {
    throw { kind: "refused", refusal: { code: "date_unreadable", field: "typed", message: "Chưa đọc được ngày. Gõ như 12/3/1995 hoặc 12031995." } };
  }
  return { date: `${year}-${month}-${day}`, words: `ngày ${Number(day)} tháng ${Number(month)} năm ${year}` };
}

/** Fields are named inside their item, as the office does. */
function problems(item: ReceiveInput): Problem[] {
  const found: Problem[] = [];
  if (!item.applicant.full_name.trim()) found.push({ field: "applicant.full_name", code: "name_missing", message: "Chưa có họ và tên chủ hồ sơ.", blocks: true });
  if (item.applicant.id_kind !== "none" && !item.applicant.id_number) found.push({ field: "applicant.id_number", code: "id_missing", message: "Chưa có số giấy tờ; nếu chưa có thì chọn \"Chưa có giấy tờ\".", blocks: true });
  if (!item.procedure) found.push({ field: "procedure", code: "procedure_missing", message: "Chưa chọn thủ tục.", blocks: true });
  if (item.procedure && !item.case) found.push({ field: "case", code: "case_missing", message: "Chưa chọn trường hợp.", blocks: true });
  if (item.late_reason === "" || (item.received_at && !item.late_reason)) found.push({ field: "late_reason", code: "late_reason_missing", message: "Nhập bổ sung cần lý do.", blocks: true });
  if (!item.applicant.phone) found.push({ field: "applicant.phone", code: "no_phone", message: "Chưa có số điện thoại để báo kết quả.", blocks: false });
  if (item.received_at === "") found.push({ field: "received_at", code: "time_unreadable", message: "Chưa có ngày đã nhận.", blocks: true });
  const missing = item.components.filter((paper) => paper.state === "missing");
  if (missing.length > 0) found.push({ field: `components[${missing[0]!.index}].state`, code: "papers_missing", message: `Còn thiếu ${missing.length} giấy tờ bắt buộc.`, blocks: false });
  return found;
}

function due(item: ReceiveInput) {
  if (!item.procedure) return { due_at: null, words: "Chọn thủ tục để tính ngày hẹn", limit_words: "", steps: [] };
  const days = workingDays(item.procedure);
  const at = days === 0 ? "2026-11-23T16:30:00+07:00" : days <= 3 ? "2026-11-27T09:42:00+07:00" : "2026-12-08T09:42:00+07:00";
  return {
    due_at: at, words: dueWords(at), limit_words: days === 0 ? "Trong ngày làm việc" : `${days} ngày làm việc`,
    steps: [
      { code: "received", at: NOW, words: "Nhận lúc 09:42 Thứ Hai 23/11/2026, trong giờ làm việc." },
      { code: "holiday", at: "2026-11-24", words: "Thứ Ba 24/11/2026 nghỉ lễ, không tính." },
      { code: "count", at, words: days === 0 ? "Nhận trước 15:00: trả trong ngày." : `Cộng ${days} ngày làm việc, không tính ngày nhận.` },
    ],
  };
}

function feeWords(item: ReceiveInput): string {
  if (item.fee_amount_vnd !== null) return `${item.fee_amount_vnd.toLocaleString("vi-VN")} đ`;
  if (!item.procedure) return "";
  const procedure = viewProcedure(item.procedure);
  return procedure.cases.find((each) => each.id === item.case)?.fee_words ?? procedure.fee_words;
}

function rows(desk: Desk, filter: SearchFilter): DossierRow[] {
  return desk.kept.map((kept) => kept.row).filter((row) =>
    (filter.status === null || row.status === filter.status) &&
    (filter.lateness === null || (row.lateness === filter.lateness && row.status < 10)) &&
    (filter.procedure === null || row.procedure_code === filter.procedure));
}

const matches = (row: DossierRow, text: string) => {
  const words = folded(text).split(/\s+/).filter(Boolean);
  const all = folded([row.number ?? "", row.applicant, row.procedure].join(" "));
  return words.every((word) => all.includes(word));
};

