import { getContext, setContext } from "svelte";
import { office } from "../api/client";
import type { CardView, CountsView, ExchangeView, SessionView, StatusBarView } from "../api/types";
import { Live } from "./live.svelte";
import type { Route } from "./route";

export type Notice = { text: string; tone: "quiet" | "soon" | "act" };

/** What a page may do with a scan before the frame does; true when it took it. */
export type ScanTaker = {
  card?: (card: CardView, focused: Element | null) => boolean;
  slip?: (number: string) => boolean;
};

/** The officer's desk: who sits there, what the status bar knows, where the window is. Shared by all pages. */
export class Desk {
  session = $state.raw<SessionView>()!;
  route = $state.raw<Route>({ page: "reception" });
  notice = $state.raw<Notice | null>(null);
  /** Grows each time a page with the same route must begin anew. */
  visit = $state(0);
  readonly status = new Live<StatusBarView>(["dossiers", "backup", "print", "drafts", "session"], () => office.statusBar());
  readonly counts = new Live<CountsView>(["dossiers", "backlog"], () => office.counts());
  readonly exchange = new Live<ExchangeView>(["sync", "session"], () => office.exchangeView());
  #taker: ScanTaker = {};
  #past: Route[] = [];

  go = (route: Route): void => {
    this.#past.push(this.route);
    if (this.#past.length > 50) this.#past.shift();
    this.#show(route);
  };

  /** To where the officer came from; to reception when there is nothing before. */
  back = (): void => this.#show(this.#past.pop() ?? { page: "reception" });

  tell = (text: string, tone: Notice["tone"] = "quiet"): void => {
    this.notice = { text, tone };
  };

  /** The page on screen takes scans from now on; returns the function that gives them up. */
  takeScans = (taker: ScanTaker): (() => void) => {
    this.#taker = taker;
    return () => {
      if (this.#taker === taker) this.#taker = {};
    };
  };

  get scanTaker(): ScanTaker {
    return this.#taker;
  }

  /** Numbers on screen that may have changed through an act of this window. */
  refresh = (): void => {
    void this.status.refresh();
    void this.counts.refresh();
    void this.exchange.refresh();
  };

  #show(route: Route): void {
    this.route = route;
    this.notice = null;
    this.visit += 1;
  }
}

const KEY = Symbol("desk");
export const provideDesk = (desk: Desk): Desk => setContext(KEY, desk);
export const useDesk = (): Desk => getContext<Desk>(KEY);
