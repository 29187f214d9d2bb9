import { PEOPLE } from "./people";
import { viewProcedure } from "./procedures";
import type { DossierRow, DossierView, Lateness, PartyInput, ReceiveInput } from "../types";

/** "Now" of the believable day: a Monday morning. */
export const NOW = "2026-11-23T09:42:00+07:00";

export type Kept = { row: DossierRow; input: ReceiveInput; acts: { action: string; at: string; by: string; lines: string[] }[]; files: DossierView["other_files"] };

const STATUS: Record<number, string> = { 1: "Mới đăng ký", 2: "Đã tiếp nhận", 4: "Đang xử lý", 5: "Chờ bổ sung", 9: "Đã có kết quả", 10: "Đã trả kết quả" };
const LATENESS: Record<Lateness, string> = {
  overdue: "Quá hạn 2 ngày làm việc", today: "Đến hạn hôm nay", soon: "Còn 2 ngày làm việc",
  in_time: "Còn 6 ngày làm việc", waiting: "Chờ công dân bổ sung", finished: "Đã xong",
};

/** Two dozen dossiers in every state a list can show. */
export function sampleDossiers(): Kept[] {
  const plan: [string, number, Lateness, string | null][] = [
    ["1.004873", 9, "today", "Ngăn B3"], ["2.000635", 9, "in_time", "Ngăn A1"], ["1.000894", 4, "today", null],
    ["1.001731", 4, "overdue", null], ["1.014027", 4, "soon", null], ["1.001193", 4, "today", null],
    ["2.001263", 5, "waiting", null], ["1.001699", 4, "in_time", null], ["1.004746", 4, "soon", null],
    ["1.000656", 10, "finished", null], ["1.001776", 4, "in_time", null], ["2.000635", 9, "overdue", "Ngăn A2"],
  ];
  return [...plan, ...plan].map(([code, status, lateness, shelf], index) => {
    const party = PEOPLE[(index * 5) % PEOPLE.length]!;
    return keep(party, code, index + 1, status, lateness, shelf);
  });
}

export function keep(party: PartyInput, code: string, sequence: number, status: number, lateness: Lateness, shelf: string | null): Kept {
  const procedure = viewProcedure(code);
  const due = lateness === "today" ? "2026-11-23T16:30:00+07:00" : lateness === "overdue" ? "2026-11-19T16:30:00+07:00" : "2026-11-30T16:30:00+07:00";
  return {
    row: {
      id: `d-${sequence}`, number: numberOf(sequence), provisional: sequence % 11 === 7,
      applicant: party.full_name, submitter: null, procedure_code: code, procedure: procedure.short_name,
      status, status_words: STATUS[status]!, received_at: "2026-11-18T08:15:00+07:00",
      due_at: due, due_words: dueWords(due), lateness, lateness_words: LATENESS[lateness],
      days: lateness === "overdue" ? -2 : 2, shelf, matched: null,
    },
    input: {
      procedure: code, case: procedure.cases[0]!.id, applicant: party, submitter: null, registered: [],
      components: procedure.cases[0]!.components.map((paper) => ({
        index: paper.index, label: null, originals: paper.originals, certified: paper.certified, copies: paper.copies,
        state: paper.kind === "present" ? "returned_original" : paper.kind === "data_replaced" ? "has_data" : "received",
        scan: "not_scanned", keep_original: false,
      })),
      sets: 1, channel: "direct", return_method: "desk", return_address: null, received_at: null, late_reason: null,
      approved_by: null, reserved_number: null, queue_ticket: null, portal: null, fee_amount_vnd: null, fee_basis: null, note: null,
    },
    acts: [], files: [],
  };
}

export const statusWords = (status: number): string => STATUS[status] ?? "";
export const numberOf = (sequence: number): string => `000.25.15.H15-261123-1${String(sequence).padStart(4, "0")}`;

const WEEKDAYS = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"];

/** "16:30 Thứ Tư 25/11/2026", from a time that ends in +07:00. */
export function dueWords(at: string | null): string {
  if (!at) return "Không hẹn ngày";
  const [date, time] = [at.slice(0, 10), at.slice(11, 16)];
  const [year, month, day] = date.split("-");
  return `${time} ${WEEKDAYS[new Date(`${date}T00:00:00Z`).getUTCDay()]} ${day}/${month}/${year}`;
}
