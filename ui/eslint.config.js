import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const everywhere = [
  { group: ["@tauri-apps/*"], message: "Only api/ speaks to the shell." },
  { group: ["**/api/bindings"], message: "Only api/client.ts imports the bindings." },
  { group: ["**/api/fake", "**/api/fake/*"], message: "The fake is for tests and design work: only api/ and tests load it." },
];
const noImports = (files, ...patterns) => ({ files, rules: { "no-restricted-imports": ["error", { patterns: [...everywhere, ...patterns] }] } });
const folder = (name) => [`../${name}`, `../${name}/**`, `../../${name}/**`];

// A task is a folder a clerk would name. Tasks never import each other: what two of them need moves to shared/.
const tasks = ["reception", "dossier", "documents", "returning", "search", "printing", "settings", "first-run", "exchange"];
const zones = tasks.map((task) =>
  noImports([`src/${task}/**/*.{ts,svelte}`], {
    group: [...tasks.filter((other) => other !== task), "app"].flatMap(folder),
    message: "Tasks do not import each other, nor the app that composes them: move what both need to shared/.",
  }),
);

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/bindings.ts"] },
  ...ts.configs.strict,
  ...svelte.configs["flat/recommended"],
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: "error",
      // Routing here is a value in memory, not SvelteKit's: there are no links to resolve.
      "svelte/no-navigation-without-resolve": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  noImports(["src/{app,text}/**/*.{ts,svelte}", "src/main.ts"]),
  noImports(["src/shared/**/*.{ts,svelte}"], { group: [...tasks, "app"].flatMap(folder), message: "shared/ knows no task." }),
  {
    files: ["src/api/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: [...tasks, "app", "shared", "text"].flatMap(folder), message: "api/ knows no screen." }] }] },
  },
  ...zones,
  { files: ["src/**/*.test.ts", "src/test-setup.ts"], rules: { "no-restricted-imports": "off", "max-lines": "off" } },
  { files: ["src/text/*.ts", "src/api/**"], rules: { "max-lines": ["error", 500] } },
);
