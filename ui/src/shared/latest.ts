/** Runs a question so that only the answer to the newest one counts: an old answer arriving late is dropped. */
export class Latest {
  #asked = 0;

  /** The answer, or undefined when a newer question was asked meanwhile. */
  async ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    const mine = ++this.#asked;
    try {
      const answer = await question();
      return mine === this.#asked ? answer : undefined;
    } catch (error) {
      if (mine === this.#asked) throw error;
      return undefined;
    }
  }

  /** Answers still under way no longer count. */
  forget(): void {
    this.#asked += 1;
  }
}
