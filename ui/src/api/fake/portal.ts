import { NOW, numberOf, statusWords } from "./dossiers";
import { PEOPLE } from "./people";
import { viewProcedure } from "./procedures";
import type { Desk } from "./desk";
import type { Commands } from "../commands";
import type { PortalFile, PortalRow, PortalView } from "../types";

type PortalCommands = Pick<Commands, "portalQueue" | "portalOpen" | "portalAccept" | "portalEnter">;

/** What citizens filed on the portal this morning, in every colour of the hours. */
export const sampleFilings = (): PortalView[] => [
  filing("p-1", 3, "1.001193", -70, "late", [["Tờ khai đăng ký khai sinh.pdf", "good"], ["Giấy chứng sinh.jpg", "bad"]]),
  filing("p-2", 7, "2.000635", 95, "soon", [["Tờ khai cấp bản sao trích lục hộ tịch.pdf", "good"]]),
  filing("p-3", 11, "1.000894", 420, "calm", [["to-khai.pdf", "away"]]),
];

export const portalCommands = (desk: Desk): PortalCommands => ({
  portalQueue: async () => desk.filings.map(({ row }) => row).filter(({ status }) => status === 1 || status === 5),
  portalOpen: async (id, caseId) => {
    const view = found(desk, id);
    return caseId === null ? view : { ...view, case: caseId, checklist: checklist(view.procedure!, caseId, view.files) };
  },
  portalAccept: async (id) => {
    const view = found(desk, id);
    desk.filings = desk.filings.filter(({ row }) => row.id !== id);
    return {
      id, number: numberOf(desk.kept.length + 1), provisional: false, check_code: "K7M-42Q", due_at: NOW, due_words: "16:30 Thứ Tư 25/11/2026", status: 2,
      procedure: view.procedure_words, applicant: view.applicant.full_name, next_words: "Hẹn trả kết quả 16:30 Thứ Tư 25/11/2026.",
    };
  },
  portalEnter: async (item) => {
    const view = filing(`p-${desk.filings.length + 1}`, 1, item.procedure, 480, "calm", []);
    desk.filings.push(view);
    return view.row;
  },
});

/** An answer that `dossierAct` recorded on a filing; false when it is none. */
export function answerFiling(desk: Desk, id: string, action: string): boolean {
  const view = desk.filings.find(({ row }) => row.id === id);
  if (!view) return false;
  const status = action === "refuse" ? 3 : 5;
  const row: PortalRow = { ...view.row, status, status_words: statusWords(status), hours_words: "Chờ công dân bổ sung", minutes_left: null, answer_by: null, tone: "calm" };
  desk.filings = desk.filings.map((each) => (each === view ? { ...view, row } : each));
  return true;
}

function found(desk: Desk, id: string): PortalView {
  const view = desk.filings.find(({ row }) => row.id === id);
  if (!view) throw { kind: "not_found", message: "Không tìm thấy hồ sơ trực tuyến này." };
  return view;
}

function filing(id: string, person: number, code: string, minutes: number, tone: PortalRow["tone"], files: [string, PortalFile["check"]][]): PortalView {
  const [procedure, applicant] = [viewProcedure(code), PEOPLE[person % PEOPLE.length]!];
  const words = { good: "Mở được", bad: "Không mở được: tệp hỏng hoặc sai loại", away: "Chưa tải về" };
  const attached = files.map(([name, check], index): PortalFile => ({
    file: { id: `${id}-f${index}`, component: null, name, mime: "application/pdf", size_bytes: 240_000, added_at: NOW, added_by: "Cổng", replaced: false, missing: check === "away", away: check === "away" },
    check, words: words[check],
  }));
  const only = procedure.cases.length === 1 ? procedure.cases[0]!.id : null;
  return {
    row: {
      id, status: 1, status_words: "Mới đăng ký", system: "Cổng Dịch vụ công quốc gia", number: `000.00.01.H15-261123-${String(person).padStart(4, "0")}`,
      applicant: applicant.full_name, procedure: procedure.short_name, filed_at: "2026-11-20T15:12:00+07:00", answer_by: "2026-11-23T15:30:00+07:00",
      minutes_left: minutes, hours_words: `${minutes < 0 ? "Quá" : "Còn"} ${Math.trunc(Math.abs(minutes) / 60)} giờ ${Math.abs(minutes) % 60} phút làm việc`, tone,
      files: files.length, files_here: files.filter(([, check]) => check !== "away").length, conflict: false,
    },
    applicant, submitter: null, procedure: code, procedure_words: procedure.short_name, case: only,
    cases: procedure.cases.length > 1 ? procedure.cases.map((each) => ({ value: each.id, label: each.name })) : [],
    checklist: checklist(code, only, attached), files: attached, answer: null,
  };
}

function checklist(code: string, caseId: string | null, files: PortalFile[]): PortalView["checklist"] {
  const chosen = viewProcedure(code).cases.find((each) => each.id === caseId);
  return (chosen?.components ?? []).map(({ index, label, required }) => {
    const file = files.find(({ file: { name } }) => name.startsWith(label.slice(0, 12)));
    return { index, label, required: required === "yes", file: file?.file.name ?? null, good: file?.check === "good" };
  });
}
