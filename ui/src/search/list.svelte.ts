import { office } from "../api/client";
import type { DossierRow, ProcedureHit, SearchFilter, SyncWords } from "../api/types";
import { wordsOf } from "../shared/errors";
import { Latest } from "../shared/latest";
import { Newest } from "../shared/newest";

const PAGE_ROWS = 50;
/** More rows than a person reads: beyond these the filters help better than scrolling. */
const ROWS_MAX = 500;
/** As many rows as an office screen shows. While somebody types only these are drawn: drawing is what takes the time. */
const ROWS_IN_SIGHT = 16;

type Asked = { text: string; filter: SearchFilter };

/** Dossiers found by text or listed by filter. Old rows stay on screen until the new ones are here. */
export class ListPage {
  rows = $state.raw<DossierRow[]>([]);
  /** What the rows were searched for: while an answer is under way it is not what stands in the field. */
  text = $state("");
  total = $state(0);
  exact = $state(true);
  drafts = $state.raw<{ slot: string; title: string; saved_at: string }[]>([]);
  procedure = $state.raw<ProcedureHit | null>(null);
  error = $state<string | null>(null);
  loaded = $state(false);
  /** Where the rows stand between this desk and the province, by id; empty while nobody asked. */
  sync = $state.raw<Record<string, SyncWords>>({});
  #next = $state<string | null>(null);
  #whole = $state(false);
  #latest = new Latest();
  #asked: Asked | null = null;

  // A busy exchange changes them faster than they are answered: one question at a time, the newest counts.
  #standing = new Newest<string[]>(async (ids) => {
    const states = await office.syncStates(ids).catch(() => []);
    this.sync = Object.fromEntries(states.map((state, index) => [ids[index]!, state]));
  });

  drawn = $derived(this.#whole ? this.rows : this.rows.slice(0, ROWS_IN_SIGHT));
  hasMore = $derived(this.drawn.length < this.rows.length || (this.#next !== null && this.rows.length < ROWS_MAX));

  show = async (text: string, filter: SearchFilter): Promise<void> => {
    this.#asked = { text, filter };
    await this.#ask(this.#asked, false);
  };

  refresh = async (): Promise<void> => {
    if (this.#asked) await this.#ask(this.#asked, this.#whole);
  };

  /** Asks where the rows on screen stand. */
  stand = (): void => {
    if (this.drawn.length > 0) this.#standing.push(this.drawn.map(({ id }) => id));
  };

  /** Somebody walks the rows or scrolls down to their end: all that are here are drawn. */
  drawAll = (): void => void (this.#whole = true);

  more = async (): Promise<void> => {
    if (!this.#whole) return this.drawAll();
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

  async #ask({ text, filter }: Asked, whole: boolean): Promise<void> {
    await this.#run(async () => {
      const put = await (text ? this.#search(text, filter) : this.#list(filter));
      return () => {
        put();
        this.text = text;
        this.#whole = whole;
      };
    });
  }

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
