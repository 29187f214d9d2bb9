import ArrowLeftRight from "@lucide/svelte/icons/arrow-left-right";
import Clock from "@lucide/svelte/icons/clock-3";
import FilePlus from "@lucide/svelte/icons/file-plus-2";
import Files from "@lucide/svelte/icons/files";
import HandHelping from "@lucide/svelte/icons/hand-helping";
import Globe from "@lucide/svelte/icons/globe";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Settings from "@lucide/svelte/icons/settings-2";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import type { Component } from "svelte";
import type { CountsView, ExchangeView } from "../api/types";
import { filterOf, type Route } from "../shared/route";
import { language } from "../text/language.svelte";

export type Place = { key: string; testid: string; words: string; icon: Component<{ size?: string | number }>; route: Route; count?: (counts: CountsView, exchange?: ExchangeView) => number | null; act?: boolean };

/** The places of the left side, in the order of the day; the key is printed on each. */
export function places(): Place[] {
  const t = language.t.frame;
  const list = (part: Parameters<typeof filterOf>[0]): Route => ({ page: "list", filter: filterOf(part), text: "" });
  return [
    { key: "Alt+1", testid: "nav-reception", words: t.reception, icon: FilePlus, route: { page: "reception" }, count: (counts) => counts.received_today },
    { key: "Alt+2", testid: "nav-return", words: t.readyToReturn, icon: HandHelping, route: { page: "return", lookup: "" }, count: (counts) => counts.ready_to_return },
    { key: "Alt+3", testid: "nav-due-today", words: t.dueToday, icon: Clock, route: list({ lateness: "today" }), count: (counts) => counts.due_today },
    { key: "Alt+4", testid: "nav-overdue", words: t.overdue, icon: TriangleAlert, route: list({ lateness: "overdue" }), count: (counts) => counts.overdue, act: true },
    { key: "Alt+5", testid: "nav-waiting", words: t.waiting, icon: Hourglass, route: list({ lateness: "waiting" }), count: (counts) => counts.waiting },
    { key: "Alt+6", testid: "nav-all", words: t.allDossiers, icon: Files, route: list({}), count: (counts) => counts.by_status.reduce((sum, { count }) => sum + count, 0) },
    { key: "Alt+7", testid: "nav-exchange", words: language.t.exchange.title, icon: ArrowLeftRight, route: { page: "exchange", part: "tasks" }, count: (_, exchange) => exchange?.tasks || null, act: true },
    { key: "Alt+8", testid: "nav-portal", words: t.portal, icon: Globe, route: { page: "portal" }, count: (counts) => counts.by_status.find(({ status }) => status === 1)?.count ?? 0 },
    { key: "Alt+9", testid: "nav-settings", words: t.settings, icon: Settings, route: { page: "settings", section: "backup" } },
  ];
}

/** Whether the place is the one on screen. */
export const isHere = (place: Place, route: Route): boolean =>
  (place.route.page === route.page || (place.route.page === "exchange" && route.page === "conflict")) &&
  (place.route.page !== "list" || route.page !== "list" || (place.route.filter.lateness === route.filter.lateness && route.filter.status === null));
