import assert from "node:assert/strict";
import { test } from "node:test";
import { IDENTITY, rotate, scale } from "../components/bench/viewers/picture/geometry.ts";
import { Cine, rateFor } from "../components/bench/viewers/study/cine.ts";
import { headerOf } from "../components/bench/viewers/study/header.ts";
import { barOf, depthOf, edgesOf, lettersOf } from "../components/bench/viewers/study/placing.ts";
import { fullContrast, greyTable, paintColour, paintGrey } from "../components/bench/viewers/study/tone.ts";
import { HEAD } from "./studies.ts";

const PLAIN = { slope: 1, intercept: 0, unit: "" };

/** PS3.3 C.11.2.1.2.1, as its pseudo-code stands there, for an output of 0 to 255. */
function standard(x: number, c: number, w: number): number {
  if (x <= c - 0.5 - (w - 1) / 2) return 0;
  if (x > c - 0.5 + (w - 1) / 2) return 255;
  return ((x - (c - 0.5)) / (w - 1) + 0.5) * 255;
}

test("the table is the standard's linear function, of rescaled values", () => {
  for (const [center, width, slope, intercept] of [
    [40, 400, 1, -1024],
    [2048, 4096, 1, 0],
    [0.5, 1, 1, 0],
    [-600.5, 1500, 0.5, -1000],
    [127.5, 255, -1, 255],
  ] as const) {
    const table = greyTable({ center, width }, { slope, intercept, unit: "" }, false);
    for (const stored of [-32768, -2000, -1, 0, 1, 127, 128, 600, 1064, 1264, 1265, 2048, 4095, 32767]) {
      const grey = Math.round(standard(stored * slope + intercept, center, width));
      const pixel = table[stored & 0xffff] as number;
      assert.equal(pixel & 0xff, grey, `${stored} at ${center}/${width}`);
      assert.equal(pixel >>> 0, (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0);
    }
  }
});

test("an exact line and a sigmoid are the standard's, too", () => {
  const at = (value: number, shape: "LINEAR_EXACT" | "SIGMOID") =>
    (greyTable({ center: 40, width: 80, shape }, PLAIN, false)[value & 0xffff] as number) & 0xff;
  assert.deepEqual(
    [-10, 0, 20, 40, 80, 90].map((value) => at(value, "LINEAR_EXACT")),
    [0, 0, 64, 128, 255, 255],
  );
  for (const value of [-100, 0, 40, 70, 300])
    assert.equal(at(value, "SIGMOID"), Math.round(255 / (1 + Math.exp((-4 * (value - 40)) / 80))));
});

test("inverted, black is white", () => {
  const plain = greyTable({ center: 50, width: 101 }, PLAIN, false);
  const turned = greyTable({ center: 50, width: 101 }, PLAIN, true);
  for (const value of [-5, 0, 20, 50, 99, 200])
    assert.ok(
      Math.abs(((plain[value & 0xffff] as number) & 0xff) + ((turned[value & 0xffff] as number) & 0xff) - 255) <= 1,
    );
});

test("pixels go through the table at their full depth", () => {
  const table = greyTable({ center: 1000.5, width: 3 }, PLAIN, false);
  const pixels = new Uint32Array(4);
  paintGrey(Int16Array.of(-32768, 999, 1000, 1001), table, pixels);
  assert.deepEqual(
    [...pixels].map((pixel) => pixel & 0xff),
    [0, 0, 128, 255],
  );
  paintColour(
    Uint8Array.of(1, 2, 3, 255, 0, 7),
    greyTable({ center: 128, width: 256 }, PLAIN, false),
    pixels.subarray(0, 2),
  );
  assert.deepEqual([...new Uint8Array(pixels.buffer, 0, 8)], [1, 2, 3, 255, 255, 0, 7, 255]);
});

test("full contrast leaves the rarest values out", () => {
  const values = Int16Array.from({ length: 10_000 }, (_, i) => (i < 10 ? -30_000 : i >= 9990 ? 30_000 : i % 1000));
  const { center, width } = fullContrast(values, { slope: 2, intercept: -100, unit: "" });
  assert.ok(center - width / 2 > -120 && center - width / 2 < -80, `${center - width / 2}`);
  assert.ok(center + width / 2 > 1880 && center + width / 2 < 1920, `${center + width / 2}`);
});

test("sides of the patient follow the picture's turns", () => {
  const axial = [
    [1, 0, 0],
    [0, 1, 0],
  ] as const;
  assert.deepEqual(edgesOf(axial, IDENTITY), { top: "A", right: "L", bottom: "P", left: "R" });
  assert.deepEqual(edgesOf(axial, rotate(90)), { top: "R", right: "A", bottom: "L", left: "P" });
  assert.deepEqual(edgesOf(axial, scale(-3, 3)), { top: "A", right: "R", bottom: "P", left: "L" });
  const sagittal = [
    [0, 1, 0],
    [0, 0, -1],
  ] as const;
  assert.deepEqual(edgesOf(sagittal, IDENTITY), { top: "H", right: "P", bottom: "F", left: "A" });
  assert.equal(lettersOf([0.8, 0.6, 0]), "LP");
  assert.equal(lettersOf([-0.99, 0.1, 0]), "R");
});

test("a slice tells its place, and a bar its length", () => {
  const head = headerOf(new TextEncoder().encode(JSON.stringify(HEAD)));
  assert.equal(depthOf(head, 2), 5);
  assert.equal(depthOf({ ...head, positions: null }, 2), null);
  assert.deepEqual(barOf(2, 250), { pixels: 200, words: "10 cm" });
  assert.deepEqual(barOf(2, 199), { pixels: 100, words: "5 cm" });
  assert.deepEqual(barOf(100, 250), { pixels: 200, words: "2 mm" });
  assert.equal(barOf(1000, 250)?.words, "200 µm");
  assert.equal(barOf(0, 100), null);
});

test("a film goes by the clock, skips what it is late for and waits for what has not come", () => {
  const all = () => true;
  const cine = new Cine(8, 1000, 10, 10);
  assert.equal(cine.due(1099, all), null);
  assert.deepEqual(cine.due(1100, all), { frame: 9, wanted: null });
  assert.deepEqual(cine.due(1405, all), { frame: 2, wanted: null });
  assert.deepEqual(cine.due(1500, all), { frame: 3, wanted: null });
  assert.deepEqual(
    cine.due(1600, () => false),
    { frame: 3, wanted: 4 },
  );
  assert.deepEqual(
    cine.due(5000, () => false),
    { frame: 3, wanted: 4 },
  );
  assert.deepEqual(cine.due(5010, all), { frame: 4, wanted: null });
  assert.equal(cine.due(5050, all), null);
  assert.deepEqual([rateFor(null), rateFor(1000 / 30), rateFor(60)], [10, 30, 15]);
});
