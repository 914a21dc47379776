import assert from "node:assert/strict";
import { test } from "node:test";
import type { Point } from "../components/bench/types.ts";
import {
  angleOf,
  figure,
  type Ground,
  lengthOf,
  statisticsOf,
  words,
} from "../components/bench/viewers/picture/measures.ts";

/** 200 columns of 0.5 mm, 100 rows of 2 mm. */
const known: Ground = {
  size: { width: 200, height: 100 },
  spacing: [2, 0.5],
  value: (x, y) => 3 * x - 7 * y - 1000,
  unit: "HU",
};
const unknown: Ground = { ...known, spacing: null, value: null, unit: "" };
const near = (a: number, b: number, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

test("a length is in millimetres, or in pixels and says so", () => {
  const across: Point[] = [
    [0.1, 0.5],
    [0.3, 0.5],
  ];
  near(lengthOf(across, known), 20);
  near(lengthOf(across, unknown), 40);
  near(
    lengthOf(
      [
        [0, 0],
        [0.3, 0.2],
      ],
      known,
    ),
    Math.hypot(30, 40),
  );
  assert.deepEqual(words({ kind: "length", points: across }, known), ["20.0 mm"]);
  assert.deepEqual(words({ kind: "length", points: across }, unknown), ["40.0 px"]);
});

test("an angle is the body's, not the pixels'", () => {
  // 40 columns and 10 rows are 20 mm and 20 mm: half a right angle
  const corner: Point[] = [
    [0.7, 0.5],
    [0.5, 0.5],
    [0.7, 0.4],
  ];
  near(angleOf(corner, known), 45);
  near(angleOf(corner, unknown), (Math.atan2(10, 40) * 180) / Math.PI);
  near(angleOf([corner[2], corner[1], corner[0]] as Point[], known), 45);
  near(
    angleOf(
      [
        [0.2, 0.5],
        [0.5, 0.5],
        [0.9, 0.5],
      ],
      known,
    ),
    180,
  );
});

test("an ellipse counts the pixels whose centre lies in it", () => {
  for (const [a, b] of [
    [
      [0.2, 0.3],
      [0.45, 0.72],
    ],
    [
      [0.801, 0.9],
      [1, 0.05],
    ],
    [
      [0, 0],
      [0.1, 0.1],
    ],
  ] as [Point, Point][]) {
    const found = statisticsOf([a, b], known);
    const values: number[] = [];
    for (let y = 0; y < 100; y += 1)
      for (let x = 0; x < 200; x += 1) {
        const dx = (x + 0.5 - 100 * (a[0] + b[0])) / (100 * Math.abs(a[0] - b[0]));
        const dy = (y + 0.5 - 50 * (a[1] + b[1])) / (50 * Math.abs(a[1] - b[1]));
        if (dx * dx + dy * dy <= 1) values.push(3 * x - 7 * y - 1000);
      }
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    assert.equal(found.count, values.length);
    near(found.mean, mean, 1e-8);
    near(found.sd, Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length), 1e-8);
    assert.deepEqual([found.least, found.most], [Math.min(...values), Math.max(...values)]);
    near(found.area, (Math.PI * Math.abs(a[0] - b[0]) * 100 * Math.abs(a[1] - b[1]) * 200) / 4, 1e-8);
    assert.ok(Math.abs(found.count - found.area) < 0.1 * found.area, "a pixel here is 1 mm²");
  }
});

test("an ellipse says area, mean, SD, least and most with their units", () => {
  const [area, mean, range] = words(
    {
      kind: "ellipse",
      points: [
        [0.2, 0.3],
        [0.45, 0.72],
      ],
    },
    known,
  );
  assert.match(area ?? "", /^1,649 mm²$/);
  assert.match(mean ?? "", /^mean −1,16\d HU, SD \d+\.?\d*$/);
  assert.match(range ?? "", /^−1,\d{3} to −\d+(,\d+)? HU, 1,6\d\d px$/);
  assert.equal(
    words(
      {
        kind: "ellipse",
        points: [
          [0.2, 0.3],
          [0.45, 0.72],
        ],
      },
      unknown,
    ).length,
    1,
  );
});

test("figures keep three digits that count", () => {
  assert.deepEqual([0, -0.001, 1.234, 12.34, 123.4, 12345, -1.5].map(figure), [
    "0.00",
    "0.00",
    "1.23",
    "12.3",
    "123",
    "12,345",
    "−1.50",
  ]);
});
