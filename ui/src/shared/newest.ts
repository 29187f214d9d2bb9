/** Does one piece of work at a time; of what arrives meanwhile only the newest is kept. */
export class Newest<T> {
  #work: (item: T) => Promise<unknown>;
  #waiting: { item: T } | null = null;
  #running: Promise<void> | null = null;

  constructor(work: (item: T) => Promise<unknown>) {
    this.#work = work;
  }

  push(item: T): void {
    this.#waiting = { item };
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting) {
      const { item } = this.#waiting;
      this.#waiting = null;
      await this.#work(item);
    }
    this.#running = null;
  }
}
