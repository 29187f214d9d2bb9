import { folded } from "./folded";
import type { Desk } from "./desk";
import { NOW } from "./dossiers";
import type { Commands } from "../commands";
import type { BootView, FaultCode, OfficerView, SessionView, UnitHit } from "../types";

type BootCommands = Pick<Commands,
  | "bootState" | "unitsSearch" | "firstRun" | "recoveryKeyConfirm" | "recoverySheetPdf" | "recoveryKeyNew" | "unlock" | "restoreFrom" | "passphraseSet" | "storeReopen"
  | "session" | "officerSwitch" | "officerAdd" | "statusBar">;

/** Design work chooses a start with `?boot=first_run|locked|fault|restored` and `?training`. */
export function bootCommands(desk: Desk): BootCommands {
  const asked = new URLSearchParams(globalThis.location?.search ?? "");
  const officers: OfficerView[] = [
    { id: "o-1", name: "Hoàng Thị Nết", roles: ["reception", "administrator"] },
    { id: "o-2", name: "Lò Văn Pành", roles: ["reception"] },
    { id: "o-3", name: "Bùi Quang Huy", roles: ["supervisor"] },
  ];
  let session: SessionView = {
    site_code: "04252", site_name: "Phường Yên Bái", province: "Tỉnh Lào Cai", desk: 1, officer: officers[0]!, officers,
    training: asked.has("training"), today_words: "Thứ Hai 23/11/2026", is_supervisor: false, is_administrator: true,
  };
  const switchTo = (officer: OfficerView): SessionView =>
    (session = { ...session, officer, officers: [...officers], is_supervisor: officer.roles.includes("supervisor"), is_administrator: officer.roles.includes("administrator") });

  return {
    bootState: async () => boot(asked.get("boot"), session.training, asked.get("fault") as FaultCode | null),
    unitsSearch: async (text) => UNITS.filter((unit) => folded([unit.full_name, ...unit.former_names].join(" ")).includes(folded(text)))
      .map((unit) => ({ ...unit, matched: unit.former_names.find((former) => folded(former).includes(folded(text))) ?? null })),
    firstRun: async () => KEY,
    recoveryKeyConfirm: async (typed) => {
      if (typed.replace(/[\s-]/g, "").toUpperCase() === KEY.groups.join("")) return null;
      throw { kind: "refused", refusal: { code: "recovery_key_differs", field: "typed", message: "Nhóm thứ 3 không khớp với khóa đã in. Hãy đọc lại từng nhóm trên giấy." } };
    },
    recoverySheetPdf: async () => "",
    recoveryKeyNew: async () => KEY,
    unlock: async ({ text }) => {
      if (text.length < 4) throw { kind: "refused", refusal: { code: "wrong_secret", field: "text", message: "Mật khẩu không đúng. Dữ liệu vẫn nguyên vẹn." } };
      return boot(null, session.training, null);
    },
    restoreFrom: async (path, { text }) => {
      if (text.length < 4) throw { kind: "refused", refusal: { code: "wrong_secret", field: "text", message: "Mật khẩu không đúng. Dữ liệu vẫn nguyên vẹn." } };
      return { ok: true, file: `${path}/quay-20261123-0702.qbk`, records: 18_204, documents: 5_310, faults: [] };
    },
    passphraseSet: async (text) => {
      if (text.length >= 10) return null;
      throw { kind: "refused", refusal: { code: "passphrase_short", field: "passphrase", message: "Mật khẩu cần ít nhất 10 ký tự." } };
    },
    storeReopen: async () => boot(null, session.training, null),
    session: async () => session,
    officerSwitch: async (id) => switchTo(officers.find((officer) => officer.id === id) ?? officers[0]!),
    officerAdd: async (name, roles) => {
      officers.push({ id: `o-${officers.length + 1}`, name, roles });
      return switchTo(session.officer);
    },
    statusBar: async () => ({
      saved: { dossiers_unsent: 40, words: "Chưa nối với tỉnh: 40 hồ sơ đã lưu an toàn tại máy này" },
      backup: { proven_at: "2026-11-23T07:02:00+07:00", words: "Sao lưu đã thử lại lúc 07:02 hôm nay", tone: "quiet" },
      intake: { stopped: asked.has("stopped"), words: asked.has("stopped") ? "Ngừng tiếp nhận: ổ đĩa báo lỗi" : "Đang tiếp nhận" },
      failed_prints: desk.printFails ? 1 : 0, now: NOW, drafts: desk.drafts.size,
    }),
  };
}

const KEY = { groups: ["7KQ2", "MX4D", "9TRA", "P3VH", "WE68", "JN5C"] };

const UNITS: UnitHit[] = [
  unit("04252", "Yên Bái", "Phường", ["phường Đồng Tâm", "phường Yên Ninh", "phường Minh Tân", "phường Nguyễn Thái Học", "phường Hồng Hà"]),
  unit("04273", "Âu Lâu", "Phường", ["phường Hợp Minh", "xã Giới Phiên", "xã Minh Quân", "xã Âu Lâu"]),
  unit("04375", "Mậu A", "Xã", ["thị trấn Mậu A", "xã Yên Thái", "xã An Thịnh", "xã Mậu Đông"]),
  unit("04474", "Lao Chải", "Xã", ["xã Lao Chải"]),
];

function unit(code: string, name: string, level: string, former_names: string[]): UnitHit {
  return { code, name, level, full_name: `${level} ${name}, tỉnh Lào Cai`, matched: null, former_names };
}

const ready: BootView = {
  state: "ready", fault: null, unlock_with: [], keyring_available: true, training: false, version: "0.1.0",
  data_dir: "/home/quay/.local/share/quay", restored: null, reopened: null, recovery_confirmed: true,
};

function boot(state: string | null, training: boolean, code: FaultCode | null): BootView {
  if (state === "first_run") return { ...ready, training, state, recovery_confirmed: false, keyring_available: false };
  if (state === "locked") return { ...ready, training, state, unlock_with: ["passphrase", "recovery"] };
  if (state === "restored") return { ...ready, training, restored: { message: "Kho dữ liệu này vừa được khôi phục từ bản sao lưu. Các số cấp từ nay được ghi \"mã tạm\" cho đến khi đối chiếu xong." } };
  if (state === "fault") return { ...ready, training, state, fault: {
    code: code ?? "key_missing", title: "Không tìm thấy khóa của kho dữ liệu",
    message: "Kho dữ liệu vẫn còn nguyên trên máy này nhưng tệp khóa đã mất. Không có hồ sơ nào bị xóa.",
    next_step: "Nhập khóa khôi phục đã in khi cài đặt, hoặc chép lại tệp khóa từ bản sao lưu.",
  }, unlock_with: ["recovery"] };
  return { ...ready, training };
}
