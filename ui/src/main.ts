import { mount } from "svelte";
import { connect } from "./api/client";
import App from "./app/App.svelte";
import { preferences } from "./shared/preferences.svelte";
import { language } from "./text/language.svelte";
import "./styles/tokens.css";
import "./styles/fonts.css";
import "./styles/base.css";

async function start(): Promise<void> {
  preferences.apply();
  await Promise.all([connect(), language.use(preferences.language)]);
  mount(App, { target: document.getElementById("app")! });
}

void start();
