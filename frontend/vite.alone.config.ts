/**
 * The debugger as single files, sheets and icons inside: `notebook/debugger.js`, an ES module for anywidget, and
 * `notebook/report.js`, a script for a saved page. Which of the two is said by `--mode`.
 */
import { join } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;

export default defineConfig(({ mode }) => ({
  root: here,
  publicDir: false,
  build: {
    outDir: "dist/notebook",
    emptyOutDir: false,
    target: ["chrome111", "edge111", "firefox113", "safari16.4"],
    cssTarget: ["chrome123", "edge123", "firefox125", "safari17.5"],
    lib:
      mode === "report"
        ? {
            entry: join(here, "components/debugger/report.ts"),
            formats: ["iife"],
            name: "atriumReport",
            fileName: () => "report.js",
          }
        : { entry: join(here, "components/debugger/index.ts"), formats: ["es"], fileName: () => "debugger.js" },
    // One file each: what the pages load when it is needed is inside.
    rolldownOptions: { output: { codeSplitting: false } },
  },
}));
