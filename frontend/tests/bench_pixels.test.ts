import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addNoise,
  applyTone,
  blur,
  fullContrast,
  isGrey,
  isPlain,
  meanOf,
  toneTable,
} from "../components/bench/viewers/picture/pixels.ts";
import noise from "./noise.json" with { type: "json" };

const grey = (...values: number[]) => new Uint8ClampedArray(values.flatMap((value) => [value, value, value, 255]));

test("no tone changes nothing", () => {
  assert.equal(isPlain(toneTable([], null)), true);
  assert.equal(isPlain(toneTable([], { width: 255, centre: 127.5, invert: false })), true);
});

test("brightness adds a share of the full range, contrast multiplies about the middle, gamma comes last", () => {
  assert.equal(toneTable([{ kind: "adjust", brightness: 0.2 }], null)[0], 51);
  const harder = toneTable([{ kind: "adjust", contrast: 3 }], null);
  assert.deepEqual([harder[0], harder[100], harder[120], harder[255]], [0, 45, 105, 255]);
  assert.equal(toneTable([{ kind: "adjust", gamma: 2 }], null)[128], 64);
});

test("two adjustments follow each other, each clipped", () => {
  const up = { kind: "adjust", brightness: 0.6 } as const;
  const down = { kind: "adjust", brightness: -0.6 } as const;
  assert.equal(toneTable([up, down], null)[255], 102);
});

test("a window shows its lower end black, its upper end white, inverted the other way round", () => {
  const table = toneTable([], { width: 100, centre: 150, invert: false });
  assert.deepEqual([table[100], table[150], table[200]], [0, 128, 255]);
  assert.equal(toneTable([], { width: 100, centre: 150, invert: true })[100], 255);
});

test("tone leaves transparency alone", () => {
  const pixels = new Uint8ClampedArray([10, 20, 30, 40]);
  applyTone(pixels, toneTable([], { width: 255, centre: 127.5, invert: true }));
  assert.deepEqual([...pixels], [245, 235, 225, 40]);
});

test("the mean is one value a channel", () => {
  assert.deepEqual(meanOf(new Uint8ClampedArray([0, 10, 20, 255, 100, 30, 21, 255])), [50, 20, 21]);
});

test("a blur keeps a flat picture flat and spreads a point about as wide as sigma says", () => {
  const flat = grey(...Array<number>(64).fill(90));
  blur(flat, 8, 8, 2);
  assert.ok(flat.every((value, i) => (i % 4 === 3 ? value === 255 : value === 90)));

  const side = 61;
  const point = grey(...Array<number>(side * side).fill(0));
  point.set([255, 255, 255], (30 * side + 30) * 4);
  for (let x = 27; x <= 33; x += 1) for (let y = 27; y <= 33; y += 1) point.set([255, 255, 255], (y * side + x) * 4);
  blur(point, side, side, 4);
  const at = (x: number, y: number) => point[(y * side + x) * 4] as number;
  assert.ok(at(30, 30) > at(36, 30) && at(36, 30) > at(44, 30), "falls off from the middle");
  assert.ok(Math.abs(at(30, 36) - at(36, 30)) <= 2, "alike in both directions");
});

test("full contrast leaves out a few outliers", () => {
  const values = [...Array<number>(1000).fill(60), ...Array<number>(1000).fill(180), 0, 255];
  const { width, centre } = fullContrast(grey(...values));
  assert.deepEqual([width, centre], [120, 120]);
});

test("noise is numpy's, value by value, and a grey picture stays grey", () => {
  for (const { name, channels, sigma, seed, values, expected } of noise) {
    const rgba = new Uint8ClampedArray((values.length / channels) * 4);
    for (let pixel = 0; pixel < rgba.length / 4; pixel += 1)
      for (let channel = 0; channel < 3; channel += 1)
        rgba[4 * pixel + channel] = values[pixel * channels + (channels === 1 ? 0 : channel)] as number;
    assert.equal(isGrey(rgba), channels === 1);
    addNoise(rgba, sigma, seed, channels === 1);
    const found = Array.from({ length: values.length }, (_, i) =>
      channels === 1 ? rgba[4 * i] : rgba[4 * Math.floor(i / 3) + (i % 3)],
    );
    assert.deepEqual(found, expected, name);
    assert.equal(isGrey(rgba), channels === 1);
  }
});
