import { office } from "../api/client";
import type { Topic } from "../api/types";
import { wordsOf } from "./errors";
import { Latest } from "./latest";

/** A question asked again whenever one of its topics changes. What is shown stays until the new answer is here. */
export class Live<T> {
  value = $state.raw<T>();
  error = $state<string | null>(null);
  #latest = new Latest();
  #query: () => Promise<T>;
  #topics: Topic[];

  constructor(topics: Topic[], query: () => Promise<T>) {
    this.#topics = topics;
    this.#query = query;
  }

  /** Starts listening; returns the function that stops, as an effect wants it. */
  follow(): () => void {
    void this.refresh();
    return office.onChanged((topics) => {
      if (topics.some((topic) => this.#topics.includes(topic))) void this.refresh();
    });
  }

  async refresh(): Promise<void> {
    try {
      const answer = await this.#latest.ask(this.#query);
      if (answer === undefined) return;
      this.value = answer;
      this.error = null;
    } catch (error) {
      this.error = wordsOf(error);
    }
  }
}
