/**
 * Components as single files, sheets and icons inside: `notebook/debugger.js` and `notebook/bench.js`, ES modules for
 * anywidget, and `notebook/report.js`, a script for a saved page. Which of them is said by `--mode`.
 */
import { join } from "node:path";
import { defineConfig, type LibraryOptions } from "vite";
import { putInside } from "./build/sheets.ts";

const here = import.meta.dirname;

const LIBRARIES: Record<string, LibraryOptions> = {
  notebook: { entry: join(here, "components/debugger/index.ts"), formats: ["es"], fileName: () => "debugger.js" },
  bench: { entry: join(here, "components/bench/cell.ts"), formats: ["es"], fileName: () => "bench.js" },
  report: {
    entry: join(here, "components/debugger/report.ts"),
    formats: ["iife"],
    name: "atriumReport",
    fileName: () => "report.js",
  },
};

export default defineConfig(({ mode }) => ({
  root: here,
  publicDir: false,
  plugins: [putInside()],
  build: {
    outDir: "dist/notebook",
    emptyOutDir: false,
    target: ["chrome111", "edge111", "firefox113", "safari16.4"],
    cssTarget: ["chrome123", "edge123", "firefox125", "safari17.5"],
    lib: LIBRARIES[mode] ?? false,
    // One file each: what the pages load when it is needed is inside.
    rolldownOptions: { output: { codeSplitting: false } },
  },
}));
