/** Reads what the build writes: a browser without light-dark() must find every colour. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hexOf } from "../build/colour.ts";
import { lightOf } from "../build/fallback.ts";
import { builtFiles } from "./built.ts";

const sheet = new URL("../styles/tokens.css", import.meta.url);

async function builtCss(): Promise<string> {
  const css = (await builtFiles(".css")).map(({ text }) => text).find((text) => text.includes("--paper"));
  assert.ok(css, "no built sheet holds the tokens");
  return css;
}

/** The text between the braces that follow `opening`. */
function blockAfter(css: string, opening: RegExp): string {
  const start = css.search(opening);
  assert.ok(start >= 0, `the built sheet has no ${opening}`);
  let depth = 0;
  for (let i = css.indexOf("{", start); i < css.length; i++) {
    if (css[i] === "{") depth++;
    else if (css[i] === "}" && --depth === 0) return css.slice(start, i + 1);
  }
  throw new Error("The block does not end.");
}

test("the built sheet gives every colour token in sRGB where light-dark() is missing", async () => {
  const css = await builtCss();
  const block = blockAfter(css, /@supports\s+not\s*\(color:\s*light-dark\(/);
  assert.doesNotMatch(block.slice(block.indexOf("{")), /oklch|light-dark/);
  const source = readFileSync(sheet, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const names = [...source.matchAll(/(--[\w-]+)\s*:\s*[^;]*(?:light-dark|oklch)\(/g)].map(([, name]) => name);
  assert.ok(names.length > 50, `only ${names.length} colour tokens found`);
  for (const name of names) assert.match(block, new RegExp(`${name}:[^;}]*#[0-9a-f]{3,8}`), `${name} is missing`);
});

test("the block stands before the sheet's queries, so that more contrast still wins", async () => {
  const css = await builtCss();
  assert.ok(css.search(/@supports\s+not\s*\(color:\s*light-dark\(/) < css.search(/@media\s*\(prefers-contrast/));
});

test("the full sheet keeps light-dark() for browsers that have it", async () => {
  assert.match(await builtCss(), /--paper:\s*light-dark\(/);
});

test("colours are those of the CSS specification's examples", () => {
  assert.equal(hexOf(1, 0, 0), "#ffffff");
  assert.equal(hexOf(0, 0, 0), "#000000");
  assert.equal(hexOf(0.62796, 0.25768, 29.234), "#ff0000");
  assert.equal(hexOf(0.5, 0, 0, 0.5), "#63636380");
});

test("the light side is taken from nested values too", () => {
  assert.equal(lightOf("0 1px light-dark(rgb(1, 2, 3), #fff), 0 0 light-dark(a, b)"), "0 1px rgb(1, 2, 3), 0 0 a");
});
