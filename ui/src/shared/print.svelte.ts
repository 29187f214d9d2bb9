import { office } from "../api/client";
import type { PrintView } from "../api/types";
import { wordsOf } from "./errors";

/** Printing what was committed. A failure never touches the dossiers: it has a cause and is tried again. */
export class Print {
  result = $state.raw<PrintView | null>(null);
  busy = $state(false);
  failed = $derived(this.result?.state === "failed");
  #send: (ids: string[]) => Promise<PrintView>;

  constructor(send: (ids: string[]) => Promise<PrintView>) {
    this.#send = send;
  }

  /** Prints the papers of these dossiers, or tries the job again that failed. */
  run = async (ids: string[]): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    try {
      const failedJob = this.failed ? this.result?.job : undefined;
      this.result = failedJob ? await office.printRetry(failedJob) : await this.#send(ids);
    } catch (error) {
      this.result = { job: "", state: "failed", printer: null, cause: wordsOf(error), next_step: null, copies: 0 };
    } finally {
      this.busy = false;
    }
  };

  forget = (): void => {
    this.result = null;
  };
}
