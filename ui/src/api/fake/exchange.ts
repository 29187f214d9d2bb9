import { newDesk, type Desk } from "./desk";
import { NOW } from "./dossiers";
import type { Commands } from "../commands";
import type { ConflictField, ConflictSide, ExchangeLine, ExchangeView, HeldView, SyncWords, UnsentView } from "../types";

/** What the fake province knows; a test may change it. */
export type Exchange = {
  view: ExchangeView; lines: ExchangeLine[]; unsent: UnsentView[]; held: HeldView[];
  /** Open disputes by the dossier's id. */
  disputes: Map<string, ConflictField[]>; safe: ConflictField[];
  /** Whether the province answers. */
  line: boolean;
};

type ExchangeCommands = Pick<Commands,
  | "exchangeView" | "exchangeLines" | "enrol" | "sendNow" | "pauseSending" | "syncStates" | "unsentList" | "heldList" | "heldPutBack" | "conflictList" | "conflictShow">;

export const notEnrolled = (): Exchange => ({
  view: {
    enrolled: false, gateway: null, lane: true, headline: "not_enrolled", words: "Máy này chưa ghi danh với tỉnh", tone: "quiet",
    records_unsent: 0, files_unsent: 0, kilobytes_unsent: 0, minutes_left: null, paused: false, receipt_at: null, needs: [], tasks: 0,
  },
  lines: [], unsent: [], held: [], disputes: new Map(), safe: [], line: true,
});

/** A desk in the middle of a busy morning: something is on its way, something came back, two people disagree. */
export function enrolledDesk(): Desk {
  const desk = newDesk();
  desk.exchange = {
    view: {
      enrolled: true, gateway: "https://motcua.laocai.gov.vn", lane: true, headline: "sending", words: "Đang gửi 12/40, còn khoảng 3 phút", tone: "busy",
      records_unsent: 22, files_unsent: 6, kilobytes_unsent: 4_310, minutes_left: 3, paused: false, receipt_at: "2026-11-23T09:41:00+07:00", needs: [], tasks: 2,
    },
    lines: LINES,
    unsent: desk.kept.slice(0, 4).map(({ row }, index) => ({ number: row.number, applicant: row.applicant, records: index + 1 })),
    held: [{
      id: "d-4", number: desk.kept[3]!.row.number, problem: "number-taken", reason: "Số hồ sơ đã được cấp cho hồ sơ khác từ máy chưa gửi trước đó.",
      owner: "Lãnh đạo Trung tâm", next_step: "Mở hồ sơ, cấp số khác và in lại giấy hẹn.", asked_at: null, asked_by: null,
    }],
    disputes: new Map([["d-3", DISPUTED]]), safe: SAFE, line: true,
  };
  return desk;
}

export const exchangeCommands = (desk: Desk): ExchangeCommands => ({
  exchangeView: async () => desk.exchange.view,
  exchangeLines: async (limit) => desk.exchange.lines.slice(0, limit),
  enrol: async (address, _certificates, code) => {
    if (!address.startsWith("https://")) throw refused("address_not_secure", "gateway", "Địa chỉ phải bắt đầu bằng https:// (http:// chỉ dùng được cho chính máy này).");
    if (!desk.exchange.line) throw refused("no_line", "gateway", "Chưa kết nối được tới địa chỉ này. Hãy kiểm tra mạng và địa chỉ rồi thử lại.");
    if (code !== "7KQ2-M4XD") throw refused("code_not_taken", "code", "Mã ghi danh không đúng, đã dùng hoặc đã hết hạn, hoặc thuộc đơn vị khác. Hãy xin tỉnh mã mới.");
    return (desk.exchange.view = { ...desk.exchange.view, enrolled: true, gateway: address, headline: "sent_all", words: "Đã gửi hết", receipt_at: NOW });
  },
  sendNow: async () => null,
  pauseSending: async (paused) => {
    const { view } = desk.exchange;
    desk.exchange.view = paused
      ? { ...view, paused, headline: "paused", words: "Đang tạm dừng gửi: 28 hồ sơ đã lưu an toàn", tone: "quiet", minutes_left: null }
      : { ...view, paused, headline: "sending", words: "Đang gửi 12/40", tone: "busy" };
    return null;
  },
  syncStates: async (ids) => ids.map((id) => syncOf(desk, id)),
  unsentList: async () => desk.exchange.unsent,
  heldList: async () => desk.exchange.held,
  heldPutBack: async (id) => {
    const asked = (held: HeldView) => ({ ...held, asked_at: NOW, asked_by: "Hoàng Thị Nết" });
    desk.exchange.held = desk.exchange.held.map((held) => (held.id === id ? asked(held) : held));
    desk.exchange.view = { ...desk.exchange.view, tasks: desk.exchange.view.tasks - 1 };
    return desk.exchange.held.filter((held) => held.id === id);
  },
  conflictList: async () => [...desk.exchange.disputes].map(([id, fields]) => {
    const { row } = desk.kept.find((kept) => kept.row.id === id)!;
    return { id, number: row.number, applicant: row.applicant, fields: fields.length };
  }),
  conflictShow: async (id) => ({ row: desk.kept.find((kept) => kept.row.id === id)!.row, fields: desk.exchange.disputes.get(id) ?? [], safe: desk.exchange.safe }),
});

/** A decision as the office takes it: every disputed field once, by a value that was there. */
export function settle(desk: Desk, id: string, args: Record<string, unknown>): void {
  const chosen = args["fields"] as { field: string; stands: { device: string; seq: number } }[];
  const open = desk.exchange.disputes.get(id) ?? [];
  const missing = open.find(({ field }) => chosen.filter((each) => each.field === field).length !== 1);
  if (missing) throw refused("dispute_open", "fields", "Hãy chọn đúng một giá trị cho mỗi mục.");
  desk.exchange.disputes.delete(id);
  desk.exchange.view = { ...desk.exchange.view, tasks: desk.exchange.view.tasks - 1 };
}

export function syncOf(desk: Desk, id: string): SyncWords {
  if (desk.exchange.disputes.has(id)) return { code: "conflict", words: "Hai máy ghi khác nhau, cần đối chiếu" };
  const held = desk.exchange.held.find((held) => held.id === id);
  if (held) return held.asked_at ? { code: "sent", words: "Đã gửi, chờ tỉnh xác nhận" } : { code: "returned", words: "Tỉnh trả lại, cần sửa" };
  if (!desk.exchange.view.enrolled) return { code: "here", words: "Lưu tại máy này" };
  return { code: "received", words: "Tỉnh đã nhận" };
}

const refused = (code: string, field: string, message: string) => ({ kind: "refused", refusal: { code, field, message } });

const side = (device: string, seq: number, value: string, done_by: string, hour: string): ConflictSide => ({
  record: { device, seq }, value, done_by, recorded_by: done_by, at: `2026-11-23T${hour}:00+07:00`,
});

const [FIRST, SECOND] = ["0193-1", "0193-2"];
const DISPUTED: ConflictField[] = [
  { field: "people.applicant.phone", before: null, before_value: "0912 345 678", sides: [side(FIRST, 41, "0911 111 111", "Hoàng Thị Nết", "08:12"), side(SECOND, 17, "0922 222 222", "Lò Văn Pành", "08:40")] },
  { field: "due", before: { device: FIRST, seq: 12 }, before_value: "2026-11-25T09:30:00Z", sides: [side(FIRST, 42, "2026-11-27T09:30:00Z", "Hoàng Thị Nết", "08:15"), side(SECOND, 18, "2026-12-01T09:30:00Z", "Lò Văn Pành", "08:41")] },
];
const SAFE: ConflictField[] = [
  { field: "people.applicant.email", before: null, before_value: "", sides: [side(SECOND, 19, "luong@example.vn", "Lò Văn Pành", "08:42")] },
  { field: "shelf", before: null, before_value: "", sides: [side(FIRST, 43, "Ngăn B3", "Hoàng Thị Nết", "08:16")] },
];

const LINES: ExchangeLine[] = [
  { at: "2026-11-23T09:41:00+07:00", about: "records", words: "Đã gửi 12 bản ghi (7 KB)", tone: "quiet" },
  { at: "2026-11-23T09:40:00+07:00", about: "documents", words: "Đã gửi một tài liệu (1,2 MB)", tone: "quiet" },
  { at: "2026-11-23T09:32:00+07:00", about: "documents", words: "Tài liệu: đường truyền ngắt quãng; thử lại sau 2 giây", tone: "soon" },
  { at: "2026-11-23T09:31:00+07:00", about: "records", words: "Cần người xử lý: số hồ sơ đã thuộc hồ sơ khác", tone: "act" },
  { at: "2026-11-23T09:30:00+07:00", about: "records", words: "Đã nhận 3 bản ghi (2 KB)", tone: "quiet" },
  { at: "2026-11-23T08:02:00+07:00", about: "line", words: "Hai bên khớp nhau", tone: "quiet" },
];
