/** Reading, laying out and measuring of signals: times, paper, calipers, files. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readWav, wavOf } from "../components/bench/viewers/audio/wav.ts";
import { readSeries } from "../components/bench/viewers/series/arrow.ts";
import { measure, told } from "../components/bench/viewers/series/calipers.ts";
import {
  isEcg,
  MARGIN,
  MM,
  panelAt,
  secondsAt,
  sheet,
  sheetMm,
  stacked,
  standardOf,
  valueAt,
  xOf,
  yOf,
} from "../components/bench/viewers/series/layout.ts";
import {
  clock,
  homeTime,
  panned,
  selectionOf,
  spanOf,
  ticks,
  zoomed,
} from "../components/bench/viewers/signal/view.ts";

const LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];

test("calipers: an RR of 0.8 s is 75 a minute, in whichever order its ends were set", () => {
  const [a, b] = [
    { t: 1.2, v: 0.1 },
    { t: 2, v: 1.3 },
  ];
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const { ms, bpm, delta } = measure({ lead: 1, from, to });
    assert.ok(Math.abs(ms - 800) < 1e-9 && Math.abs((bpm ?? 0) - 75) < 1e-9 && Math.abs(delta - 1.2) < 1e-12);
  }
  assert.equal(told({ lead: 0, from: a, to: b }, "mV"), "800 ms, 75 bpm, +1.20 mV");
  assert.equal(told({ lead: 0, from: { t: 1, v: 0 }, to: { t: 1.1, v: -0.5 } }, "mV"), "100 ms, −0.50 mV"); // a QRS is no rate
  assert.equal(measure({ lead: 0, from: a, to: a }).bpm, null);
});

test("the sheet has the usual order, a quarter of the time each, 25 mm a second, and lead II below", () => {
  const rows = standardOf(LEADS);
  assert.ok(rows);
  const mm = sheetMm(1100, 10, 25);
  assert.equal(mm, MM);
  const { panels } = sheet(rows, 0, 10, mm, 25, 600);
  assert.deepEqual(
    panels.map((panel) => LEADS[panel.lead]),
    ["I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6", "II"],
  );
  const [first, second] = panels;
  assert.deepEqual([first?.start, first?.end, second?.start, second?.end], [0, 2.5, 2.5, 5]);
  assert.ok(Math.abs((first?.width ?? 0) / 2.5 / MM - 25) < 1e-9);
  assert.equal(panels[12]?.end, 10);
  assert.equal(sheetMm(400, 10, 25), 0); // a phone: one below the other
  assert.ok(sheetMm(900, 10, 25) < MM);
});

test("leads are known by their names, whatever their order and case", () => {
  const mixed = ["V6", "avr", "Lead I", "ii", "III", "AVL", "aVF", "V1", "V2", "V3", "V4", "V5"];
  assert.deepEqual(standardOf(mixed)?.[0], [2, 1, 7, 10]);
  assert.equal(standardOf(mixed.slice(1)), null);
  assert.deepEqual([isEcg(["MLII", "V5"]), isEcg(["acc x"])], [true, false]);
});

test("stacked leads share the height, or are taller than the stage; places go to the screen and back", () => {
  const { panels, height } = stacked(3, { start: 2, end: 6 }, 500, 400);
  const [first] = panels;
  assert.ok(first);
  assert.equal(height, 400);
  assert.ok(stacked(30, { start: 0, end: 1 }, 500, 400).height > 1000);
  const [free] = stacked(30, { start: 0, end: 1 }, 500, 400, 60).panels;
  assert.ok(free && free.y + free.height / 2 >= 60 && first.y === MARGIN.top);
  assert.ok(Math.abs(secondsAt(first, xOf(first, 4.4)) - 4.4) < 1e-12);
  assert.ok(Math.abs(valueAt(first, yOf(first, 1.1, 37.8, 0.2), 37.8, 0.2) - 1.1) < 1e-12);
  assert.equal(yOf(first, 0.2, 37.8, 0.2), first.y + first.height / 2);
  assert.equal(panelAt({ kind: "stacked", panels, height }, MARGIN.left + 10, 399)?.lead, 2);
});

test("a zoom leaves its moment where it is and stays within the signal", () => {
  const whole = spanOf(homeTime, 10);
  assert.deepEqual(whole, { start: 0, end: 10 });
  const half = zoomed(whole, 2, 4, 10, 0.1);
  assert.deepEqual(half, { start: 2, end: 7 });
  assert.deepEqual(zoomed(half, 0.1, 4, 10, 0.1), whole);
  assert.deepEqual(panned(half, 9, 10), { start: 5, end: 10 });
  const least = zoomed(whole, 1e6, 4, 10, 0.1);
  assert.ok(Math.abs(least.end - least.start - 0.1) < 1e-9);
  assert.deepEqual(spanOf(homeTime, 60, 8), { start: 0, end: 8 });
  assert.deepEqual(selectionOf({ ...homeTime, from: 3, to: 1 }), { start: 1, end: 3 });
  assert.equal(selectionOf({ ...homeTime, from: 3, to: 3 }), null);
});

test("axes stand at round times, said with as many decimals as they need", () => {
  assert.deepEqual(ticks({ start: 0, end: 4 }, 8), { step: 0.5, at: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4] });
  assert.equal(ticks({ start: 1.234, end: 1.24 }, 6).step, 0.001);
  assert.deepEqual(
    [clock(2.5), clock(0, 0.5), clock(75, 5), clock(75.25, 0.05)],
    ["2.50 s", "0.0 s", "1:15", "1:15.25"],
  );
});

test("a WAV comes back as it was written, and a file of other samples is refused", () => {
  const values = Float32Array.of(0, 0.5, -1, 1e-7);
  const { rate, channels, names } = readWav(wavOf(values, 48_000));
  assert.equal(rate, 48_000);
  assert.deepEqual(channels, [values]);
  assert.deepEqual(names, [""]);
  const bytes = wavOf(values, 8000);
  new DataView(bytes).setUint16(20, 1, true);
  assert.throws(() => readWav(bytes), /32-bit/);
  assert.throws(() => readWav(new ArrayBuffer(8)), /no WAV/);
});

test("an Arrow stream of several parts is one series, with its rate and unit", () => {
  const bytes = readFileSync(new URL("fixtures/series.arrow.b64", import.meta.url), "utf8");
  const { rate, unit, names, channels } = readSeries(Uint8Array.from(Buffer.from(bytes, "base64")).buffer);
  assert.deepEqual([rate, unit, names], [250.5, "mV", ["I", "V1"]]);
  assert.deepEqual(channels, [Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5), Float32Array.of(1, 2, 3, 4, 5)]);
});
