/** Every frontend/pages/*.ts and frontend/components/<name>/index.ts is an entry; Django finds them by the manifest. */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import { writeFallbackTokens } from "./build/fallback.ts";

const here = import.meta.dirname;
const entries = globSync(["pages/*.ts", "components/*/index.ts"], { cwd: here }).sort();

export default defineConfig({
  root: here,
  base: "/static/",
  publicDir: false,
  plugins: [writeFallbackTokens()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    // The policy allows no data: URL for sprites, and a small file is no dearer than its base64.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome111", "edge111", "firefox113", "safari16.4"],
    // Sheets are written for the floor by hand (see build/fallback.ts); an older target would rewrite light-dark().
    cssTarget: ["chrome123", "edge123", "firefox125", "safari17.5"],
    rolldownOptions: {
      // htmx has one eval(), which pages/fragments.ts switches off and the policy forbids.
      checks: { eval: false },
      // A connection takes half a second on a slow line, and HTTP/1.1 has six: few chunks for what all pages share
      output: {
        codeSplitting: {
          groups: [
            {
              name: "host",
              test: /frontend\/host\/(?!line|shadow|saving)|node_modules\/(lit-html(?!\/directives\/(until|private))|@preact)\/|vite\/preload-helper/,
            },
            {
              name: "ground",
              test: /components\/bench\/(words|findings|viewers\/(pointers|canvas)|viewers\/picture\/(geometry|framing|pixels|film|ink))\.ts/,
            },
          ],
        },
      },
      input: entries.map((entry) => join(here, entry)).filter((entry) => existsSync(entry)),
    },
  },
});
