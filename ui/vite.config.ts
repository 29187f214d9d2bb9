import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The invented office of tests and design work must never reach a commune: the build fails if it would. */
const noFakeInside: Plugin = {
  name: "no-fake-inside",
  apply: "build",
  generateBundle(_options, bundle) {
    const fakes = Object.values(bundle).flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])).filter((id) => /\/api\/fake/.test(id));
    if (fakes.length > 0) this.error(`the fake office would ship: ${fakes.join(", ")}`);
  },
};

/**
 * Scanned PDFs hold JPEG 2000 pictures. The content security policy forbids WebAssembly, so pdf.js loads this
 * script instead, by its own name, from the folder that shared/pdf/open.ts tells it.
 */
const jpeg2000Decoder: Plugin = {
  name: "jpeg2000-decoder",
  apply: "build",
  generateBundle() {
    const name = "openjpeg_nowasm_fallback.js";
    this.emitFile({ type: "asset", fileName: `assets/pdfjs/${name}`, source: readFileSync(`node_modules/pdfjs-dist/wasm/${name}`) });
  },
};

export default defineConfig({
  plugins: [svelte(), noFakeInside, jpeg2000Decoder],
  // Tauri serves the files from its own origin: relative paths would also work, absolute ones are simpler.
  base: "/",
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  build: {
    // The oldest web view we meet is WebKitGTK 2.4x and the WebView2 of an unpatched Windows 10.
    target: ["chrome109", "safari16.4"],
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    // Fonts and pictures stay files: the content security policy allows no data: fonts.
    assetsInlineLimit: 0,
  },
  resolve: { conditions: process.env["VITEST"] ? ["browser"] : undefined },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.ts"],
    setupFiles: ["src/test-setup.ts"],
    testTimeout: 20_000,
  },
});
