import { office } from "../api/client";
import type { BootView } from "../api/types";
import { ReceptionPage } from "../reception/reception.svelte";
import { Desk } from "../shared/desk.svelte";
import { wordsOf } from "../shared/errors";

/** From the start of the program to a desk that is ready to work. */
export class App {
  boot = $state.raw<BootView | null>(null);
  failure = $state<string | null>(null);
  seated = $state(false);
  /** Said until the officer has put it away: this store came from a backup. */
  restored = $state<string | null>(null);
  readonly desk = new Desk();
  readonly reception = new ReceptionPage();

  start = async (): Promise<void> => {
    try {
      await this.enter(await office.bootState());
    } catch (error) {
      this.failure = wordsOf(error);
    }
  };

  /** Follows what the office said about its store: work, unlock, set up or explain. */
  enter = async (boot: BootView): Promise<void> => {
    if (boot.state === "ready") await this.#sit();
    this.boot = boot;
    this.restored = boot.restored?.message ?? null;
    if (boot.reopened) this.desk.tell(boot.reopened, "soon");
  };

  async #sit(): Promise<void> {
    this.desk.session = await office.session();
    this.seated = true;
    await this.reception.restore().catch((error: unknown) => this.desk.tell(wordsOf(error), "act"));
  }
}
