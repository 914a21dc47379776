import assert from "node:assert/strict";
import { test } from "node:test";
import { lines } from "../components/bench/viewers/bytes/lines.ts";

test("bytes stand in rows of sixteen, as numbers and as letters", () => {
  const bytes = new Uint8Array([...new TextEncoder().encode("%PDF-1.7\n"), 0, 255, 127, 32, 65, 66, 67, 68]);
  assert.deepEqual(lines(bytes, 0x100), [
    "00000100  25 50 44 46 2d 31 2e 37 0a 00 ff 7f 20 41 42 43  %PDF-1.7···· ABC",
    `00000110  44${" ".repeat(45)}  D`,
  ]);
  assert.deepEqual(lines(new Uint8Array(), 0), []);
});
