/** Reads all that the build writes: nothing in it may break a browser of the floor. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BEYOND_CSS,
  BEYOND_JS,
  beyond,
  nestedRules,
  spoiltLists,
  withoutSupports,
  withoutTokens,
} from "../build/floor.ts";
import { builtFiles } from "./built.ts";

test("no sheet uses a value, a function or a rule that the floor lacks", async () => {
  const sheets = await builtFiles(".css");
  assert.ok(sheets.length > 1, "no sheets were built");
  for (const { name, text } of sheets) {
    const plain = withoutTokens(withoutSupports(text));
    assert.deepEqual(beyond(plain, BEYOND_CSS), [], name);
    assert.deepEqual(nestedRules(plain), [], name);
    assert.deepEqual(spoiltLists(plain), [], name);
  }
});

test("no script uses what the floor lacks", async () => {
  const scripts = await builtFiles(".js");
  assert.ok(scripts.length > 3, "no scripts were built");
  for (const { name, text } of scripts) assert.deepEqual(beyond(text, BEYOND_JS), [], name);
});

test("each kind of thing that the floor lacks is found", () => {
  const sheet = "a{color:light-dark(#000,#fff)}b{color:rgb(from red r g b/50%)}c{grid:subgrid}d{block-size:2lh}";
  assert.deepEqual(beyond(sheet, BEYOND_CSS), ["light-dark()", "relative colours", "subgrid", "lh and rlh"]);
  assert.deepEqual(nestedRules("@media (width>1px){a{color:red;b{color:blue}}}"), ["a { b"]);
  assert.deepEqual(nestedRules("@keyframes x{to{rotate:1turn}}@layer base{a{color:red}b{color:red}}"), []);
  assert.deepEqual(spoiltLists("a,b:has(c,d){color:red}"), ["a,b:has(c,d)"]);
  assert.deepEqual(spoiltLists("b:has(c,d){color:red}a:is(b,c){color:red}"), []);
  assert.equal(withoutSupports("a{b:c}@supports (x:y){@media z{d{e:f}}}g{h:i}"), "a{b:c}g{h:i}");
  assert.deepEqual(beyond("if(e.checkVisibility())x=AbortSignal.any([])", BEYOND_JS), [
    "checkVisibility()",
    "AbortSignal.any()",
  ]);
});
