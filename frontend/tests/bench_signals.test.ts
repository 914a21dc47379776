/** Signals: what edits make of them, and their spectrogram, against values that numpy made by the same rules. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edit } from "../components/bench/types.ts";
import { countOf, framesOf, Spectrogram } from "../components/bench/viewers/audio/spectrogram.ts";
import { edited } from "../components/bench/viewers/signal/edited.ts";
import { inverse, transform } from "../components/bench/viewers/signal/fourier.ts";
import { extremes, rangeOf, type Samples, within } from "../components/bench/viewers/signal/samples.ts";
import cases from "./signal_edits.json" with { type: "json" };
import spectrogram from "./spectrogram.json" with { type: "json" };

function nearly(found: ArrayLike<number>, wanted: readonly number[], slack: number, what: string): void {
  assert.equal(found.length, wanted.length, what);
  for (const [i, value] of wanted.entries())
    assert.ok(Math.abs((found[i] as number) - value) <= slack, `${what}, ${i}: ${found[i]} instead of ${value}`);
}

test("mask, gain and filter give what numpy gives, to 1e-6", () => {
  for (const { name, rate_hz, leads, values, edits, expected } of cases) {
    const samples: Samples = {
      rate: rate_hz,
      names: leads,
      unit: "mV",
      channels: values.map((one) => Float32Array.from(one)),
    };
    const { channels } = edited(samples, edits as Edit[]);
    for (const [i, wanted] of expected.entries()) nearly(channels[i] ?? [], wanted, 1e-6, `${name}, ${leads[i]}`);
    nearly(samples.channels[0] ?? [], values[0] ?? [], 1e-6, `${name}: the original stays`);
  }
});

test("an edit that is off, or another lead's, leaves the very same numbers", () => {
  const samples: Samples = {
    rate: 10,
    names: ["I", "II"],
    unit: "mV",
    channels: [new Float32Array(5), new Float32Array(5)],
  };
  const { channels } = edited(samples, [
    { kind: "gain", db: 6, off: true },
    { kind: "gain", db: 6, leads: ["II"] },
  ]);
  assert.equal(channels[0], samples.channels[0]);
  assert.notEqual(channels[1], samples.channels[1]);
});

test("the spectrogram is numpy's, to 0.001 dB where there is more than noise", () => {
  const { values, window, hop, first, last, decibels } = spectrogram;
  const found = new Spectrogram(Float32Array.from(values), { window, hop, first, last });
  assert.equal(countOf(found.frames), decibels.length);
  for (const [i, wanted] of decibels.entries()) nearly(found.frame(i), wanted, 1e-3, `frame ${i}`);
});

test("a sine of amplitude 1 is at 0 dB in its own frequency", () => {
  const rate = 8000;
  const sine = Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / rate));
  const frames = framesOf(0, rate, 512);
  assert.equal(frames.hop, 128);
  const loud = new Spectrogram(sine, frames).frame(20);
  const top = loud.indexOf(Math.max(...loud));
  assert.equal((top * rate) / 512, 1000);
  assert.ok(Math.abs(loud[top] as number) < 1e-4);
  assert.ok(countOf(framesOf(0, 44_100 * 600, 1024)) <= 2048);
});

test("a transform and its inverse give back what went in; a length that is no power of two is refused", () => {
  const before = Float64Array.from({ length: 32 }, (_, i) => Math.sin(i * i));
  const [re, im] = [before.slice(), new Float64Array(32)];
  transform(re, im);
  inverse(re, im);
  nearly(re, [...before], 1e-12, "there and back");
  assert.throws(() => transform(new Float64Array(6), new Float64Array(6)), /power of two/);
});

test("a stretch holds at least one sample and none beyond the ends", () => {
  const samples: Samples = { rate: 100, names: [""], unit: "", channels: [new Float32Array(50)] };
  assert.deepEqual(within(samples, undefined, undefined), [0, 50]);
  assert.deepEqual(within(samples, 0.1, 0.1), [10, 11]);
  assert.deepEqual(within(samples, 0.104, 0.2), [10, 20]);
  assert.deepEqual(within(samples, 0.6, 0.9), [49, 50]);
});

test("extremes meet every sample, also where a part is shorter than one", () => {
  const channel = Float32Array.from({ length: 10 }, (_, i) => (i % 2 ? -i : i));
  const whole = extremes(channel, 0, 10, 2);
  assert.deepEqual([...whole.low], [-3, -9]);
  assert.deepEqual([...whole.high], [4, 8]);
  assert.deepEqual([...extremes(channel, 2, 4, 4).high], [2, 2, -3, -3]);
  assert.deepEqual(rangeOf(new Float32Array(0)), [0, 0]);
});
