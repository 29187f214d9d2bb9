import { office } from "../api/client";
import type { DossierRow, ProcedureHit, SearchFilter, SyncWords } from "../api/types";
import { wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";
import { Newest } from "../shared/newest";

const PAGE_ROWS = 50;
/** More rows than a person reads: beyond these the filters help better than scrolling. */
const ROWS_MAX = 500;

type Asked = { text: string; filter: SearchFilter };

/** Dossiers found by text or listed by filter. Old rows stay on screen until the new ones are here. */
export class ListPage {
  rows = $state.raw<DossierRow[]>([]);
  total = $state(0);
  exact = $state(true);
  drafts = $state.raw<{ slot: string; title: string; saved_at: string }[]>([]);
  procedure = $state.raw<ProcedureHit | null>(null);
  error = $state<string | null>(null);
  loaded = $state(false);
  /** Where the rows stand between this desk and the province, by id; empty while nobody asked. */
  sync = $state.raw<Record<string, SyncWords>>({});
  #next = $state<string | null>(null);
  #latest = new Latest();
  #asked: Asked | null = null;

  // A busy exchange changes them faster than they are answered: one question at a time, the newest counts.
  #standing = new Newest<string[]>(async (ids) => {
    const states = await office.syncStates(ids).catch(() => []);
    this.sync = Object.fromEntries(states.map((state, index) => [ids[index]!, state]));
  });

  hasMore = $derived(this.#next !== null && this.rows.length < ROWS_MAX);

  show = async (text: string, filter: SearchFilter): Promise<void> => {
    this.#asked = { text, filter };
    await this.#run(() => (text ? this.#search(text, filter) : this.#list(filter)));
  };

  refresh = async (): Promise<void> => {
    if (this.#asked) await this.show(this.#asked.text, this.#asked.filter);
  };

  /** Asks where the rows on screen stand. */
  stand = (): void => {
    if (this.rows.length > 0) this.#standing.push(this.rows.map(({ id }) => id));
  };

  more = async (): Promise<void> => {
    const after = this.#next;
    if (!this.#asked || after === null || !this.hasMore) return;
    const { filter } = this.#asked;
    await this.#run(async () => {
      const page = await office.list(filter, after, PAGE_ROWS);
      return () => {
        this.rows = [...this.rows, ...page.rows];
        this.#next = page.next;
      };
    });
  };

  // Each question answers with what to put on screen, so that a late answer changes nothing.
  async #run(question: () => Promise<() => void>): Promise<void> {
    try {
      const put = await this.#latest.ask(question);
      if (!put) return;
      put();
      this.error = null;
      this.loaded = true;
    } catch (error) {
      this.error = wordsOf(error);
    }
  }

  async #search(text: string, filter: SearchFilter): Promise<() => void> {
    const found = await office.search(text, filter, PAGE_ROWS);
    return () => {
      this.rows = found.hits;
      this.total = found.total;
      this.exact = found.total_is_exact;
      this.drafts = found.drafts;
      this.procedure = found.procedure;
      this.#next = null;
    };
  }

  async #list(filter: SearchFilter): Promise<() => void> {
    const page = await office.list(filter, null, PAGE_ROWS);
    return () => {
      this.rows = page.rows;
      this.total = page.total;
      this.exact = true;
      this.drafts = [];
      this.procedure = null;
      this.#next = page.next;
    };
  }
}
