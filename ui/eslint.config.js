import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import importX from "eslint-plugin-import-x";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

// A task is a folder a clerk would name. Tasks never import each other: what two of them need moves to shared/.
const tasks = ["reception", "dossier", "documents", "returning", "search", "printing", "settings", "first-run"];
const zones = tasks.map((task) => ({
  target: `./src/${task}`,
  from: tasks.filter((other) => other !== task).map((other) => `./src/${other}`).concat("./src/app"),
  message: "Tasks do not import each other: move what both need to shared/.",
}));
const lower = [
  { target: "./src/shared", from: tasks.map((task) => `./src/${task}`).concat("./src/app"), message: "shared/ knows no task." },
  { target: "./src/api", from: ["./src/shared", "./src/app", ...tasks.map((task) => `./src/${task}`)], message: "api/ knows no screen." },
];

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/api/bindings.ts"] },
  ...ts.configs.strict,
  ...svelte.configs["flat/recommended"],
  {
    languageOptions: { globals: { ...globals.browser } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver()] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones: [...zones, ...lower] }],
      "import-x/no-cycle": "error",
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
  {
    files: ["src/**/*.{ts,svelte}"],
    ignores: ["src/api/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [
        { group: ["@tauri-apps/*"], message: "Only api/ speaks to the shell." },
        { group: ["**/api/bindings"], message: "Only api/client.ts imports the bindings." },
        { group: ["**/api/fake", "**/api/fake/*"], message: "The fake is for tests and design work: only api/ and tests load it." },
      ] }],
    },
  },
  { files: ["src/**/*.test.ts", "src/test-setup.ts"], rules: { "no-restricted-imports": "off", "max-lines": "off" } },
  { files: ["src/text/*.ts", "src/api/**"], rules: { "max-lines": ["error", 500] } },
);
