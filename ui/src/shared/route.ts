import type { SearchFilter } from "../api/types";

/** Where the window is: a value in memory, so that going there is a plain call. */
export type Route =
  | { page: "reception"; draft?: string }
  | { page: "list"; filter: SearchFilter; text: string }
  | { page: "dossier"; id: string }
  | { page: "return"; lookup: string }
  | { page: "portal" }
  | { page: "prints" }
  | { page: "exchange"; part: ExchangePart }
  | { page: "conflict"; id: string }
  | { page: "settings"; section: SettingsSection };

/** What the exchange page shows below its state: what needs a person, what is not sent, the log. */
export const exchangeParts = ["tasks", "unsent", "log"] as const;
export type ExchangePart = (typeof exchangeParts)[number];

export const settingsSections = ["backup", "printer", "watch", "review", "fees", "calendar", "packs", "officers", "passphrase", "verify", "look"] as const;
export type SettingsSection = (typeof settingsSections)[number];

export const anyFilter = (): SearchFilter => ({
  status: null, lateness: null, procedure: null, received_from: null, received_to: null, due_before: null, officer: null,
});

export const filterOf = (part: Partial<SearchFilter>): SearchFilter => ({ ...anyFilter(), ...part });
