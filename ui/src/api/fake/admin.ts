import { NOW } from "./dossiers";
import procedures from "./procedures.json";
import type { Commands } from "../commands";
import type { BackupView, FeeRow, ReviewRow } from "../types";

type AdminCommands = Pick<Commands,
  | "slipPdf" | "printers" | "printerChoose" | "padPrint"
  | "reviewList" | "procedureReviewed" | "backupPlaceSet" | "backupNow" | "backupView" | "verifyNow" | "calendarYear" | "packImport" | "feesView" | "feeSet" | "cancel">;

export function adminCommands(): AdminCommands {
  let backup: BackupView = {
    place: "/media/usb/sao-luu", mirror: null, last_proven_at: "2026-11-23T07:02:00+07:00",
    last_try: { at: "2026-11-23T07:02:00+07:00", ok: true, words: "Đã sao lưu và thử khôi phục thành công, 18.204 bản ghi" },
    history: [23, 20, 19].map((day) => ({ at: `2026-11-${day}T07:02:00+07:00`, file: `quay-202611${day}-0702.qbk`, records: 18_204 - (23 - day) * 60, ok: day !== 19, words: day === 19 ? "Ổ USB đầy: còn thiếu 120 MB" : "Đã thử khôi phục, đúng từng bản ghi" })),
  };
  let review: ReviewRow[] = procedures.map((row, index) => ({
    code: row.code, short_name: row.short, field: row.field, reviewed: index % 3 === 0, reviewed_by: index % 3 === 0 ? "Hoàng Thị Nết, 20/11/2026" : null,
    reason: "Thành phần hồ sơ lấy từ cổng, chưa đối chiếu văn bản.",
  }));
  let fees: FeeRow[] = [
    { procedure: "1.004873", name: "Cấp Giấy xác nhận tình trạng hôn nhân", amount_vnd: null, basis: null },
    { procedure: "1.004746", name: "Đăng ký lại kết hôn", amount_vnd: 10_000, basis: "Nghị quyết 12/2025/NQ-HĐND" },
  ];
  const printers = (name: string) => [
    { name: "Canon_LBP2900", description: "Canon LBP2900 · bàn 1", is_default: true, ready: true, why_not: null },
    { name: "Brother_HL", description: "Brother HL-L2321D · phòng Tư pháp", is_default: false, ready: false, why_not: "Máy in đang tắt" },
  ].map((printer) => ({ ...printer, chosen: printer.name === name }));

  return {
    slipPdf: async () => "",
    printers: async () => printers("Canon_LBP2900"),
    printerChoose: async (name) => printers(name),
    padPrint: async (count) => ({ job: "in-9", state: "sent", printer: "Canon LBP2900", cause: null, next_step: null, copies: count }),
    reviewList: async () => review,
    procedureReviewed: async (code) => (review = review.map((row) => (row.code === code ? { ...row, reviewed: true, reviewed_by: "Hoàng Thị Nết, hôm nay" } : row))),
    backupPlaceSet: async (place) => (backup = { ...backup, place }),
    backupNow: async () => (backup = { ...backup, last_proven_at: NOW, last_try: { at: NOW, ok: true, words: "Đã sao lưu và thử khôi phục thành công, 18.244 bản ghi" } }),
    backupView: async () => backup,
    verifyNow: async () => ({ ok: true, records: 18_244, unproved: 0, refuted: [], faults: [], took_ms: 812 }),
    calendarYear: async (year) => [
      { date: `${year}-01-01`, words: `Thứ Năm 01/01/${year}`, working: false, reason: "Tết Dương lịch", source: "Bộ luật Lao động, Điều 112" },
      { date: `${year}-02-16`, words: `Thứ Hai 16/02/${year}`, working: false, reason: "Tết Nguyên đán", source: "Thông báo của Bộ Nội vụ" },
      { date: `${year}-08-22`, words: `Thứ Bảy 22/08/${year}`, working: true, reason: "Làm bù cho ngày 31/08", source: "Thông báo của Bộ Nội vụ" },
      { date: `${year}-11-24`, words: `Thứ Ba 24/11/${year}`, working: false, reason: "Ngày Văn hóa Việt Nam", source: "Nghị quyết của Quốc hội" },
    ],
    packImport: async () => ({ ok: false, kind: "procedures", version: "2026-12-01", faults: [{ place: "procedures[12].time.value", message: "Thời hạn phải là số nguyên từ 0 đến 365." }] }),
    feesView: async () => fees,
    feeSet: async (procedure, amount_vnd, basis) => (fees = fees.map((row) => (row.procedure === procedure ? { ...row, amount_vnd, basis } : row))),
    cancel: async () => null,
  };
}
