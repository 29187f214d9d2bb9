import { office } from "../api/client";
import type { DossierView, FileView, WatchFolderView, WatchedFile } from "../api/types";
import { wordsOf } from "../shared/errors";

/** The papers of one dossier and the files that belong to each. */
export class PapersPanel {
  error = $state<string | null>(null);
  busy = $state(false);
  watch = $state.raw<WatchFolderView | null>(null);
  /** The component a picked, dropped or watched file goes to; null is "other papers". */
  target = $state<number | null>(null);
  viewing = $state.raw<FileView | null>(null);
  /** Files on their way from the province, by id. */
  fetching = $state.raw<string[]>([]);
  #dossierId: () => string;
  #changed: (view: DossierView) => void;

  constructor(dossierId: () => string, changed: (view: DossierView) => void) {
    this.#dossierId = dossierId;
    this.#changed = changed;
  }

  look = async (): Promise<void> => {
    try {
      this.watch = await office.watchFolder();
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  attach = (component: number | null, paths: string[]): Promise<void> =>
    this.#do(() => office.filesAttach(this.#dossierId(), component, paths), paths.length > 0);

  pick = async (component: number | null): Promise<void> => this.attach(component, await office.pickFiles());

  take = (file: WatchedFile): Promise<void> => this.attach(this.target, [file.path]);

  /** Shows the file; one that lies with the province is asked for first, and shown once it has come. */
  open = async (file: FileView): Promise<void> => {
    if (!file.away) {
      this.viewing = file;
      return;
    }
    this.error = null;
    try {
      await office.fileFetch(this.#dossierId(), file.id);
      this.fetching = [...this.fetching, file.id];
    } catch (error) {
      this.error = wordsOf(error);
    }
  };

  replace = async (file: FileView): Promise<void> => {
    const [path] = await office.pickFiles();
    if (path) await this.#do(() => office.fileReplace(this.#dossierId(), file.id, path), true);
  };

  export = async (file: FileView): Promise<string | null> => {
    const to = await office.pickSavePath(file.name);
    if (!to) return null;
    try {
      return await office.fileExport(this.#dossierId(), file.id, to);
    } catch (error) {
      this.error = wordsOf(error);
      return null;
    }
  };

  async #do(act: () => Promise<DossierView>, wanted: boolean): Promise<void> {
    if (!wanted || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      this.#changed(await act());
      await this.look();
    } catch (error) {
      this.error = wordsOf(error);
    } finally {
      this.busy = false;
    }
  }
}
