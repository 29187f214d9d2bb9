export type Theme = "light" | "dark" | "contrast";
export const themes: Theme[] = ["light", "dark", "contrast"];
export const textScales = [1, 1.25, 1.5, 2];

const KEY = "quay.preferences";

/** How this machine's screen looks; kept beside the app, not among the office's records. */
class Preferences {
  theme = $state<Theme>("light");
  textScale = $state(1);
  language = $state<"vi" | "en">("vi");
  paper = $state<"a5" | "a4">("a5");

  constructor() {
    try {
      Object.assign(this, JSON.parse(localStorage.getItem(KEY) ?? "{}"));
    } catch {
      // An unreadable preference is no reason to stop the desk: the defaults hold.
    }
  }

  /** Puts the look on the page and remembers it. */
  apply(): void {
    const root = document.documentElement;
    root.dataset["theme"] = this.theme;
    root.lang = this.language;
    root.style.setProperty("--text-scale", String(this.textScale));
    localStorage.setItem(KEY, JSON.stringify({ theme: this.theme, textScale: this.textScale, language: this.language, paper: this.paper }));
  }
}

export const preferences = new Preferences();
