import { dueWords, NOW, statusWords, type Kept } from "./dossiers";
import { print, type Desk } from "./desk";
import { settle, syncOf } from "./exchange";
import { folded } from "./folded";
import { answerFiling } from "./portal";
import { viewProcedure } from "./procedures";
import type { Commands } from "../commands";
import type { ActionView, ArgumentView, DossierView, FileView, ReturnItem, TimelineEntry } from "../types";

type DossierCommands = Pick<Commands,
  | "dossierOpen" | "dossierAct" | "filesAttach" | "fileBytes" | "fileReplace" | "fileExport" | "fileFetch" | "watchFolder" | "watchFolderSet"
  | "returnLookup" | "returnResults" | "signatureSheetPdf" | "proofPdf" | "shelfSet" | "calledSet" | "printJobs" | "printRetry">;

export function dossierCommands(desk: Desk): DossierCommands {
  const find = (idOrNumber: string): Kept => {
    const kept = desk.kept.find(({ row }) => row.id === idOrNumber || row.number === idOrNumber);
    if (!kept) throw { kind: "not_found", message: `Không có hồ sơ ${idOrNumber} tại máy này.` };
    return kept;
  };
  return {
    dossierOpen: async (idOrNumber) => view(desk, find(idOrNumber)),
    dossierAct: async (id, steps) => {
      if (answerFiling(desk, id, steps[0]!.action)) return view(desk, desk.kept[0]!);
      const kept = find(id);
      for (const step of steps) {
        if (step.action === "resolve") settle(desk, kept.row.id, step.args);
        const status = NEXT_STATUS[step.action] ?? kept.row.status;
        kept.row = { ...kept.row, status, status_words: statusWords(status) };
        kept.acts.push({ action: step.action, at: step.at ?? NOW, by: step.done_by ?? "Hoàng Thị Nết", lines: Object.values(step.args).map(String).filter(Boolean) });
      }
      return view(desk, kept);
    },
    filesAttach: async (id, component, paths) => {
      const kept = find(id);
      kept.files.push(...paths.map((path, index) => file(path, component, `f-${kept.files.length + index + 1}`)));
      return view(desk, kept);
    },
    fileBytes: async (_id, fileId) => ({ mime: "image/svg+xml", name: `${fileId}.svg`, base64: btoa(PAGE) }),
    fileReplace: async (id, fileId, path) => {
      const kept = find(id);
      kept.files = kept.files.map((each) => (each.id === fileId ? { ...each, replaced: true } : each));
      kept.files.push(file(path, kept.files.find((each) => each.id === fileId)?.component ?? null, `f-${kept.files.length + 1}`));
      return view(desk, kept);
    },
    fileFetch: async (id, fileId) => {
      const kept = find(id);
      kept.files = kept.files.map((each) => (each.id === fileId ? { ...each, away: false, missing: false } : each));
      return null;
    },
    fileExport: async (_id, _file, to) => to,
    watchFolder: async () => ({ path: "/home/quay/Quet", files: WATCHED }),
    watchFolderSet: async (path) => ({ path, files: path ? WATCHED : [] }),

    returnLookup: async (text) => {
      const rows = desk.kept.map((kept) => kept.row);
      const name = rows.find((row) => row.number && text.startsWith(row.number))?.applicant ?? text.split("|")[2] ?? text;
      const theirs = rows.filter((row) => folded(row.applicant).includes(folded(name)) && row.status < 10);
      return {
        person_words: theirs[0]?.applicant ?? "Không tìm thấy hồ sơ nào.",
        ready: theirs.filter((row) => row.status === 9).map(returnItem),
        not_ready: theirs.filter((row) => row.status < 9),
      };
    },
    returnResults: async ({ ids, collector }) => ids.map((id) => {
      if (!collector.full_name) throw { kind: "refused", refusal: { code: "field_empty", field: "collector.full_name", message: "Phải ghi họ tên người nhận kết quả." } };
      const kept = find(id);
      return (kept.row = { ...kept.row, status: 10, status_words: statusWords(10), lateness: "finished", lateness_words: "Đã xong" });
    }),
    signatureSheetPdf: async () => "",
    proofPdf: async () => "",
    shelfSet: async (id, shelf) => (find(id).row = { ...find(id).row, shelf }),
    calledSet: async (id) => find(id).row,
    printJobs: async () => desk.printFails
      ? [{ id: "in-1", kind: "slip", dossier_numbers: [desk.kept[0]!.row.number!], at: NOW, state: "failed", cause: desk.printFails, next_step: "Kiểm tra giấy và dây máy in rồi bấm In lại." }]
      : [],
    printRetry: async () => {
      desk.printFails = null;
      return print(desk, [desk.kept[0]!.row.id]);
    },
  };
}

const NEXT_STATUS: Record<string, number> = { forward: 4, process: 4, request_supplement: 5, supplement_received: 4, result_ready: 9, return_result: 10 };

const PAGE = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="840"><rect width="600" height="840" fill="#fff"/><rect x="80" y="90" width="440" height="18" fill="#333"/><rect x="80" y="150" width="440" height="8" fill="#999"/><rect x="80" y="176" width="420" height="8" fill="#999"/><rect x="80" y="202" width="430" height="8" fill="#999"/></svg>`;

const WATCHED = [
  { path: "/home/quay/Quet/quet-0942.pdf", name: "quet-0942.pdf", size_bytes: 412_300, at: "2026-11-23T09:41:00+07:00", refused: null },
  { path: "/home/quay/Quet/video.mp4", name: "video.mp4", size_bytes: 98_412_300, at: "2026-11-23T09:12:00+07:00", refused: "Loại tệp này không nhận: chỉ PDF và ảnh." },
];

const file = (path: string, component: number | null, id: string): FileView => ({
  id, component, name: path.split("/").at(-1)!, mime: path.endsWith("pdf") ? "application/pdf" : "image/jpeg", size_bytes: 412_300,
  added_at: NOW, added_by: "Hoàng Thị Nết", replaced: false, missing: false, away: false,
});

const returnItem = (row: DossierView["row"], index: number): ReturnItem => ({
  row, originals: index === 0 ? ["Giấy chứng nhận kết hôn (bản chính)"] : [], fee_owed_words: index === 1 ? "Còn thu 8.000 đ" : null,
  result_words: "Kết quả tại quầy", waiting_days: 2 + index,
});

function view(desk: Desk, kept: Kept): DossierView {
  const { row, input } = kept;
  const procedure = viewProcedure(row.procedure_code);
  const chosen = procedure.cases.find((each) => each.id === input.case) ?? procedure.cases[0]!;
  return {
    row, applicant: input.applicant, submitter: input.submitter, registered: input.registered,
    case_name: procedure.cases.length > 1 ? chosen.name : null, procedure_name: procedure.name,
    components: chosen.components.map((paper) => ({
      ...(input.components.find((each) => each.index === paper.index) ?? input.components[0]!),
      index: paper.index, label: paper.label, files: kept.files.filter((each) => each.component === paper.index),
    })),
    other_files: kept.files.filter((each) => each.component === null),
    sets: input.sets, channel: input.channel, return_method: input.return_method, return_words: "Nhận tại quầy",
    fee_words: chosen.fee_words,
    due: { due_at: row.due_at, words: dueWords(row.due_at), limit_words: chosen.time_words, steps: [
      { code: "received", at: row.received_at, words: "Nhận lúc 08:15 Thứ Tư 18/11/2026, trong giờ làm việc." },
      { code: "count", at: row.due_at ?? "", words: `Cộng ${chosen.time_words}, không tính ngày nhận và ngày nghỉ lễ 24/11.` },
    ] },
    originals_kept: row.status < 10 ? ["Giấy chứng nhận kết hôn (bản chính)"] : [],
    external_numbers: [{ system: "Hộ tịch điện tử", number: "HT-2026-004512", date: "2026-11-18" }],
    check_code: "K7M-42Q", reprints: 0, note: input.note,
    timeline: timeline(kept), actions: actions(row.status), packs: "Thủ tục 2026-11-23 · Lịch 2026-2", sync: syncOf(desk, row.id),
    workflow: procedure.workflow,
    steps: ["Tiếp nhận", "Xử lý", "Ký", "Có kết quả", "Trả kết quả"].map((label, index) => {
      const reached = row.status >= 10 ? 5 : row.status >= 9 ? 4 : row.status >= 4 ? 2 : 1;
      return { label, done: index < reached, current: index === reached };
    }),
  };
}

function timeline({ row, acts }: Kept): TimelineEntry[] {
  const received: TimelineEntry = {
    at: row.received_at, at_words: "08:15 Thứ Tư 18/11/2026", title: "Tiếp nhận hồ sơ", kind: "accepted",
    lines: [`Hẹn trả ${row.due_words}`, "Đã in giấy tiếp nhận và hẹn trả, 2 liên"], done_by: "Hoàng Thị Nết", recorded_by: "Hoàng Thị Nết", late: false,
  };
  return [received, ...acts.map((act): TimelineEntry => ({
    at: act.at, at_words: "09:42 Thứ Hai 23/11/2026", title: LABELS[act.action] ?? act.action, kind: act.action, lines: act.lines,
    done_by: act.by, recorded_by: "Hoàng Thị Nết", late: act.by !== "Hoàng Thị Nết",
  }))].reverse();
}

const LABELS: Record<string, string> = {
  forward: "Chuyển xử lý", request_supplement: "Yêu cầu bổ sung", supplement_received: "Đã nhận bổ sung", result_ready: "Có kết quả",
  return_result: "Trả kết quả", extend: "Xin lỗi và gia hạn", stop: "Dừng giải quyết", withdraw: "Công dân rút hồ sơ",
};

const argument = (name: string, label: string, kind: ArgumentView["kind"], required = true): ArgumentView => ({ name, label, kind, required, choices: [], hint: null });

function actions(status: number): ActionView[] {
  const act = (action: string, when: boolean, why_not: string, needs: ArgumentView[] = [], warns: string | null = null): ActionView => ({
    action, label: LABELS[action]!, key: null, primary: false, allowed: when, why_not: when ? null : why_not, needs, warns,
  });
  const all = [
    act("forward", status === 2, "Hồ sơ đã được chuyển xử lý.", [argument("to", "Chuyển cho", "officer"), argument("note", "Ghi chú", "text", false)]),
    act("request_supplement", status === 2 || status === 4, "Chỉ yêu cầu bổ sung khi hồ sơ đang xử lý.", [argument("reason", "Nội dung cần bổ sung", "long_text"), argument("until", "Hạn bổ sung", "date")], "Đã yêu cầu bổ sung một lần; lần thứ hai cần lãnh đạo đồng ý."),
    act("supplement_received", status === 5, "Không có yêu cầu bổ sung nào đang chờ."),
    act("result_ready", status === 4 || status === 2, "Hồ sơ chưa xử lý xong.", [argument("number", "Số văn bản kết quả", "text"), argument("signed_on", "Ngày ký", "date")]),
    act("return_result", status === 9, "Chưa có kết quả để trả.", [argument("collector", "Người nhận", "text")]),
    act("extend", status === 4, "Chỉ gia hạn hồ sơ đang xử lý.", [argument("reason", "Lý do", "long_text"), argument("new_due", "Hẹn lại", "date_time")]),
    act("withdraw", status < 9, "Đã có kết quả, không rút hồ sơ được.", [argument("reason", "Lý do rút", "text")]),
  ];
  const first = all.findIndex((action) => action.allowed);
  return all.map((action, index) => ({ ...action, primary: index === first }));
}
