import type {
  CaseView, Channel, ComponentInput, ComponentView, IdKind, PaperState, PartyInput, ProcedureView, ReceiveInput, ReturnMethod, ScanState,
} from "../api/types";

/** A person or organisation being entered; the birth date also as it was typed. */
export type PartyDraft = PartyInput & { birth_typed: string };
export type SubmitterDraft = PartyDraft & { relation: string; authority_paper: string };
export type RegisteredDraft = { role: string; full_name: string; id_number: string; birth_date: string | null; birth_typed: string };

/** One dossier being taken in, as the form holds it. Plain data: it is the draft that is saved at every keystroke. */
export type Intake = {
  procedure: string;
  case: string;
  applicant: PartyDraft;
  proxy: boolean;
  submitter: SubmitterDraft;
  registered: RegisteredDraft[];
  components: ComponentInput[];
  sets: number;
  channel: Channel;
  return_method: ReturnMethod;
  return_address: string;
  portal_system: string;
  portal_number: string;
  portal_date: string | null;
  portal_date_typed: string;
  portal_time: string;
  late: boolean;
  late_date: string | null;
  late_date_typed: string;
  late_time: string;
  late_reason: string;
  approved_by: string;
  reserved_number: string;
  queue_ticket: string;
  fee_typed: string;
  fee_basis: string;
  note: string;
};

export const emptyParty = (): PartyDraft => ({
  kind: "person", full_name: "", id_kind: "can_cuoc", id_number: "", id_note: "", birth_date: null, birth_typed: "", sex: null, phone: "", email: "", address: "",
});

const emptySubmitter = (): SubmitterDraft => ({ ...emptyParty(), relation: "", authority_paper: "" });

export const emptyRegistered = (role: string): RegisteredDraft => ({ role, full_name: "", id_number: "", birth_date: null, birth_typed: "" });

export const registeredDraft = (role: string, party: PartyInput): RegisteredDraft => ({
  role, full_name: party.full_name, id_number: party.id_number ?? "", birth_date: party.birth_date, birth_typed: typedDate(party.birth_date),
});

export const emptyIntake = (): Intake => ({
  procedure: "", case: "", applicant: emptyParty(), proxy: false, submitter: emptySubmitter(), registered: [], components: [], sets: 1,
  channel: "direct", return_method: "desk", return_address: "",
  portal_system: "", portal_number: "", portal_date: null, portal_date_typed: "", portal_time: "", late: false, late_date: null, late_date_typed: "", late_time: "",
  late_reason: "", approved_by: "", reserved_number: "", queue_ticket: "", fee_typed: "", fee_basis: "", note: "",
});

export const partyDraft = (party: PartyInput): PartyDraft => ({
  ...party, id_number: party.id_number ?? "", id_note: party.id_note ?? "", phone: party.phone ?? "", email: party.email ?? "", address: party.address ?? "",
  birth_typed: typedDate(party.birth_date),
});

const typedDate = (date: string | null): string => (date ? date.split("-").reverse().join("/") : "");

/** The card says who; what the office already knew about the person (phone, e-mail) is kept. */
export const withKnown = (card: PartyInput, known: PartyInput | null): PartyDraft =>
  partyDraft({ ...card, phone: card.phone || (known?.phone ?? null), email: card.email || (known?.email ?? null) });

export const isBlankParty = (party: PartyDraft): boolean => !party.full_name.trim() && !party.id_number?.trim();
/** Nothing at all was entered: even a lone telephone number would be missed. */
export const isBlank = (intake: Intake): boolean => JSON.stringify(intake) === JSON.stringify(emptyIntake());

/** Another procedure for the same citizen: the people and the way back are kept, the papers begin anew. */
export const nextForSamePerson = (intake: Intake): Intake => ({
  ...emptyIntake(),
  ...structuredClone({
    applicant: intake.applicant, proxy: intake.proxy, submitter: intake.submitter, channel: intake.channel,
    return_method: intake.return_method, return_address: intake.return_address, queue_ticket: intake.queue_ticket,
  }),
});

/** Roles that are the applicant or their proxy: they are entered as people above, not asked again. */
const SELF_ROLES = new Set(["applicant", "declarant", "representative", "citizen", "organizer", "complainant", "denouncer", "business_owner", "land_user"]);

export const registeredRoles = (procedure: ProcedureView): ProcedureView["subject_roles"] =>
  procedure.subject_roles.filter(({ role }) => !SELF_ROLES.has(role));

/** The intake with a procedure chosen; a procedure of one case has chosen its case too. */
export function withProcedure(intake: Intake, procedure: ProcedureView): Intake {
  const only = procedure.cases.length === 1 ? procedure.cases[0] : undefined;
  const registered = registeredRoles(procedure).map(({ role }) => emptyRegistered(role));
  return { ...intake, procedure: procedure.code, registered, ...casePart(only) };
}

export const withCase = (intake: Intake, chosen: CaseView): Intake => ({ ...intake, ...casePart(chosen) });

const casePart = (chosen: CaseView | undefined) => ({ case: chosen?.id ?? "", components: (chosen?.components ?? []).map(notYetSeen) });

/** Before the officer looked: required papers are missing, the others do not apply, data needs no paper. */
function notYetSeen(paper: ComponentView): ComponentInput {
  const state: PaperState = paper.kind === "data_replaced" ? "has_data" : paper.required === "yes" ? "missing" : "not_applicable";
  return { index: paper.index, label: null, originals: paper.originals, certified: paper.certified, copies: paper.copies, state, scan: scanFor(state), keep_original: false };
}

/** What "it is here" means for this paper: taken, shown and given back, or looked up. */
export const presentState = (paper: ComponentView): PaperState =>
  paper.kind === "present" ? "returned_original" : paper.kind === "data_replaced" ? "has_data" : "received";

const PAPER_STATES: PaperState[] = ["received", "returned_original", "has_data", "missing", "not_applicable"];
const SCAN_STATES: ScanState[] = ["not_scanned", "scanned", "reused", "exempt"];

/** The next state of one key press: from where the paper starts, first to the state it most likely has. */
export function nextPaperState(state: PaperState, paper: ComponentView): PaperState {
  const likely = presentState(paper);
  const others = PAPER_STATES.filter((each) => ![likely, "missing", "not_applicable"].includes(each));
  const ring: PaperState[] = paper.required === "yes" ? ["missing", likely, ...others, "not_applicable"] : ["not_applicable", likely, ...others, "missing"];
  return ring[(ring.indexOf(state) + 1) % ring.length]!;
}

export const nextScanState = (state: ScanState): ScanState => SCAN_STATES[(SCAN_STATES.indexOf(state) + 1) % SCAN_STATES.length]!;

/** Only a paper that stays here can be scanned; the others are exempt (Circular 03/2025/TT-VPCP, article 5). */
export const scanFor = (state: PaperState): ScanState => (state === "received" ? "not_scanned" : "exempt");

export const allPresent = (components: ComponentInput[], papers: ComponentView[]): ComponentInput[] =>
  components.map((row) => {
    const paper = papers.find(({ index }) => index === row.index);
    if (paper?.required !== "yes" || row.state !== "missing") return row;
    const state = presentState(paper);
    return { ...row, state, scan: scanFor(state) };
  });

/** More rows than this and the optional ones are folded away. */
export const ROWS_UNFOLDED_MAX = 10;

const text = (value: string | null): string | null => value?.trim() || null;
const digits = (value: string): number | null => (value.replace(/\D/g, "") === "" ? null : Number(value.replace(/\D/g, "")));

const NUMBERLESS = new Set<IdKind>(["none"]);

function party({ birth_typed: _, ...draft }: PartyDraft): PartyInput {
  const person = draft.kind === "person";
  return {
    ...draft, full_name: draft.full_name.trim(), id_kind: person ? draft.id_kind : null,
    id_number: person && draft.id_kind && NUMBERLESS.has(draft.id_kind) ? null : text(draft.id_number), id_note: text(draft.id_note),
    birth_date: person ? draft.birth_date : null, sex: person ? draft.sex : null, phone: text(draft.phone), email: text(draft.email), address: text(draft.address),
  };
}

/** Dates that were typed and could not be read: they must be mended, never dropped in silence. */
export function unreadDates(intake: Intake): string[] {
  const parties = intake.proxy ? (["applicant", "submitter"] as const) : (["applicant"] as const);
  return [
    ...parties.filter((path) => unread(intake[path])).map((path) => `${path}.birth_date`),
    ...intake.registered.flatMap((row, index) => (unread(row) ? [`registered[${index}].birth_date`] : [])),
    ...(intake.late && intake.late_date === null ? ["received_at"] : []),
    ...(filedThere(intake) && intake.portal_date === null ? ["portal.at"] : []),
  ];
}

/** Whether the officer copies this dossier from a portal. */
const filedThere = (intake: Intake): boolean => intake.channel === "online" && intake.portal_number.trim() !== "";

const unread = (party: { birth_typed: string; birth_date: string | null; kind?: string }): boolean =>
  party.kind !== "organisation" && party.birth_typed.trim() !== "" && party.birth_date === null;

/** What the office is asked to take in. */
export function toReceiveInput(intake: Intake): ReceiveInput {
  const { relation, authority_paper, ...submitter } = intake.submitter;
  return {
    procedure: intake.procedure, case: text(intake.case),
    applicant: party(intake.applicant),
    submitter: intake.proxy ? { ...party(submitter), relation: text(relation), authority_paper: text(authority_paper) } : null,
    registered: intake.registered.filter((row) => row.full_name.trim() || row.id_number.trim())
      .map(({ role, full_name, id_number, birth_date }) => ({ role, full_name: full_name.trim(), id_number: text(id_number), birth_date })),
    components: intake.components, sets: intake.sets, channel: intake.channel,
    return_method: intake.return_method, return_address: intake.return_method === "post" ? text(intake.return_address) : null,
    received_at: intake.late && intake.late_date ? `${intake.late_date}T${intake.late_time || "08:00"}:00+07:00` : null,
    late_reason: intake.late ? text(intake.late_reason) ?? "" : null, approved_by: intake.late ? text(intake.approved_by) : null,
    reserved_number: intake.late ? text(intake.reserved_number) : null,
    queue_ticket: text(intake.queue_ticket),
    portal: filedThere(intake) ? { system: text(intake.portal_system), number: intake.portal_number.trim(), date: null, at: `${intake.portal_date}T${intake.portal_time || "08:00"}:00+07:00` } : null,
    fee_amount_vnd: digits(intake.fee_typed), fee_basis: text(intake.fee_basis), note: text(intake.note),
  };
}
