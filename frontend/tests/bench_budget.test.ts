/** How much a bench loads before it can show anything, and that it asks beforehand for the viewers that there are. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { builtChunks, type Chunk } from "./built.ts";

const FIRST_KB = 36;
/** With the viewer of a picture. */
const PICTURE_KB = 45;
const VIEWER_KB = 24;

function sizeOf(chunks: readonly Chunk[], names: readonly string[], known: ReadonlySet<string> = new Set()): number {
  const seen = new Set<string>();
  const add = (name: string): void => {
    const found = chunks.find((one) => one.fileName === name);
    if (!found || seen.has(name) || known.has(name)) return;
    seen.add(name);
    found.imports.forEach(add);
  };
  names.forEach(add);
  return [...seen].reduce(
    (sum, name) => sum + gzipSync(chunks.find((one) => one.fileName === name)?.code ?? "").length,
    0,
  );
}

/** With all that it imports at once. */
function closureOf(chunks: readonly Chunk[], name: string, into = new Set<string>()): Set<string> {
  if (into.has(name)) return into;
  into.add(name);
  for (const other of chunks.find((one) => one.fileName === name)?.imports ?? []) closureOf(chunks, other, into);
  return into;
}

test("the bench itself, and each viewer on top of it, stay small", async () => {
  const chunks = await builtChunks();
  const bench = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith("components/bench/index.ts"));
  assert.ok(bench);
  const first = sizeOf(chunks, [bench.fileName]);
  assert.ok(first < FIRST_KB * 1000, `the bench loads ${first} bytes, compressed`);
  const picture = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith("viewers/picture/index.ts"));
  assert.ok(picture);
  const shown = sizeOf(chunks, [bench.fileName, picture.fileName]);
  assert.ok(shown < PICTURE_KB * 1000, `with a picture the bench loads ${shown} bytes, compressed`);
  const known = closureOf(chunks, bench.fileName);
  const viewers = chunks.filter(({ facadeModuleId }) => facadeModuleId?.match(/bench\/viewers\/\w+\/index\.ts$/));
  assert.ok(viewers.length >= 4);
  for (const { fileName } of viewers) {
    const more = sizeOf(chunks, [fileName], known);
    assert.ok(more < VIEWER_KB * 1000, `${fileName} loads ${more} bytes more`);
  }
});

test("what pages of a team replace parts by does not come with a bench", async () => {
  const chunks = await builtChunks();
  const holds = (entry: string): boolean => {
    const found = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(entry));
    assert.ok(found, `there is no ${entry}`);
    const names = closureOf(chunks, found.fileName);
    return chunks.some((one) => names.has(one.fileName) && one.moduleIds.some((id) => id.includes("/htmx.org/")));
  };
  assert.deepEqual(["pages/app.ts", "components/bench/index.ts"].filter(holds), []);
  assert.ok(holds("pages/fragments.ts"));
});

test("the page asks beforehand for the viewer that the bench will load", () => {
  const served = readFileSync(new URL("../../apps/sharing/bench.py", import.meta.url), "utf8");
  const [, table = ""] = served.match(/VIEWERS = \{([^}]*)\}/) ?? [];
  const asked = Object.fromEntries([...table.matchAll(/"(\w+)": "(\w+)"/g)].map(([, kind, folder]) => [kind, folder]));
  const viewers = readFileSync(new URL("../components/bench/viewers/viewers.ts", import.meta.url), "utf8");
  const loaded = [...viewers.matchAll(/^ {2}(\w+): .*?(?:"\.\/(\w+)\/index\.ts"|picture,)/gm)].map(
    ([, kind, folder]) => [kind, folder ?? "picture"] as const,
  );
  assert.deepEqual(asked, Object.fromEntries(loaded));
});
