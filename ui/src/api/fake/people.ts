import { folded } from "./folded";
import type { CardView, PartyInput } from "../types";

const person = (full_name: string, id_number: string, birth_date: string, sex: "male" | "female", address: string, phone: string | null): PartyInput => ({
  kind: "person", full_name, id_kind: "can_cuoc", id_number, id_note: null, birth_date, sex, phone, email: null, address,
});

export const PEOPLE: PartyInput[] = [
  person("Đặng Văn Lượng", "015095001234", "1995-03-12", "male", "Tổ dân phố số 4, phường Yên Bái, tỉnh Lào Cai", "0912 345 678"),
  person("Hoàng Thị Mỵ", "015188002468", "1988-11-02", "female", "Thôn Khe Sến, xã Mậu A, tỉnh Lào Cai", "0987 112 233"),
  person("Giàng A Sử", "015079003579", "1979-01-01", "male", "Bản Háng Gàng, xã Lao Chải, tỉnh Lào Cai", null),
  person("Nguyễn Thị Hồng Ngọc", "015199004680", "1999-07-21", "female", "Số 18, đường Điện Biên, phường Yên Bái, tỉnh Lào Cai", "0355 909 101"),
  person("Triệu Thị Nái", "015160005791", "1960-09-15", "female", "Thôn Làng Mới, xã Tân Hợp, tỉnh Lào Cai", null),
  person("Phạm Quốc Khánh", "015083006802", "1983-09-02", "male", "Tổ dân phố số 11, phường Yên Bái, tỉnh Lào Cai", "0904 777 888"),
];

export const knownBy = (idNumber: string): PartyInput | null =>
  PEOPLE.find((party) => party.id_number === idNumber) ?? null;

export const peopleNamed = (text: string): PartyInput[] =>
  PEOPLE.filter((party) => folded(party.full_name).includes(folded(text)) || party.id_number?.startsWith(text));

/** Reads "number|old number|name|ddmmyyyy|sex|address|issued". */
export function readCard(raw: string): CardView {
  const [id_number = "", old = "", name = "", born = "", sex = "", address = "", issued = "", ...extra] = raw.trim().split("|");
  if (!/^\d{12}$/.test(id_number) || !name) {
    throw { kind: "refused", refusal: { code: "card_unreadable", field: "raw", message: "Mã vừa quét không phải dữ liệu thẻ căn cước." } };
  }
  const party = person(name, id_number, date(born) ?? "", sex === "Nữ" ? "female" : "male", address, null);
  return { party, old_id_number: old || null, issued_on: date(issued), extra, raw, warnings: [], known: null };
}

const date = (digits: string) => {
  const parts = /^(\d\d)(\d\d)(\d{4})$/.exec(digits);
  return parts ? `${parts[3]}-${parts[2]}-${parts[1]}` : null;
};
