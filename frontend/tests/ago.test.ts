import assert from "node:assert/strict";
import { test } from "node:test";
import { ago } from "../pages/shell/ago.ts";

const now = Date.UTC(2026, 10, 25, 12);
const cases: [number, string][] = [
  [0, "just now"],
  [59, "just now"],
  [60, "1 min ago"],
  [59 * 60 + 59, "59 min ago"],
  [3600, "1 h ago"],
  [86_400, "yesterday"],
  [2 * 86_400, "2 days ago"],
  [14 * 86_400, "2 weeks ago"],
  [90 * 86_400, "2 months ago"],
  [800 * 86_400, "2 years ago"],
  [-30, "just now"],
  [-86_400, "in 1 day"],
  [-30 * 86_400, "in 4 weeks"],
];

for (const [seconds, words] of cases) {
  test(`${seconds} s ago reads "${words}"`, () => assert.equal(ago(now - seconds * 1000, now), words));
}
