import { vi, type Text } from "./vi";

/** The words of the screen. Vietnamese is in the first bundle; English comes when it is asked for. */
class Language {
  #text = $state.raw<Text>(vi);

  get t(): Text {
    return this.#text;
  }

  async use(code: "vi" | "en"): Promise<void> {
    this.#text = code === "vi" ? vi : (await import("./en")).en;
  }
}

export const language = new Language();
