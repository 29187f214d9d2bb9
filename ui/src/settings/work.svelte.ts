import { isStopped, wordsOf } from "../shared/errors";

/** One settings panel's question and its acts: what came back, whether it is busy, what went wrong. */
export class Work<T> {
  value = $state.raw<T>();
  error = $state<string | null>(null);
  busy = $state(false);
  /** The act was stopped because somebody pressed so: no error, and no answer either. */
  stopped = $state(false);

  /** Does the act and shows its answer; true when it succeeded. */
  run = async (act: () => Promise<T>): Promise<boolean> => {
    this.busy = true;
    this.error = null;
    this.stopped = false;
    try {
      this.value = await act();
      return true;
    } catch (error) {
      this.stopped = isStopped(error);
      this.error = this.stopped ? null : wordsOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  };
}
