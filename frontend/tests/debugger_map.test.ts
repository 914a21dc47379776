/** Places: hexagons on a flat map, their names, shades and neighbours. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { barName, barsIn, conditionOf } from "../components/debugger/bars.ts";
import { lines, read } from "../components/debugger/conditions.ts";
import {
  cellsOf,
  decoded,
  distanceOf,
  flatOf,
  linesOf,
  neighbourOf,
  pathOf,
  placed,
  placeOf,
  remember,
  shadeOf,
} from "../components/debugger/hexagons.ts";
import type { Column, Feature } from "../components/debugger/types.ts";
import { clauseName } from "../components/debugger/words.ts";

/** Six corners about a middle, as H3 gives them. */
const hexagon = (lon: number, lat: number, wide = 0.5): number[] =>
  Array.from({ length: 6 }, (_, i) => (i * Math.PI) / 3).flatMap((turn) => [
    ((((lon + wide * Math.cos(turn) + 180) % 360) + 360) % 360) - 180,
    lat + wide * Math.sin(turn),
  ]);
const INDICES = ["841fa63ffffffff", "841fa65ffffffff", "841fa67ffffffff", "841fa69ffffffff"];

function places(middles: [number, number][], a: number[], b: number[]): Feature {
  return {
    name: "place",
    kind: "place",
    edges: [],
    categories: [...middles.map((_, i) => INDICES[i] ?? ""), "other"],
    a,
    b,
    measures: {},
    p: null,
    q: null,
    direction: null,
    sentence: "",
    outlines: [...middles.map(([lon, lat]) => hexagon(lon, lat)), []],
  };
}
const towns = places(
  [
    [2, 48],
    [5, 48],
    [2, 45],
    [5, 45],
  ],
  [40, 10, 10, 0, 3, 1],
  [10, 10, 40, 0, 2, 0],
);

test("hexagons are those with rows; the rare ones and the missing are none", () => {
  assert.deepEqual(
    cellsOf(towns).map((one) => one.index),
    [0, 1, 2],
  );
});

test("the shade says how many times greater the share is, from B's alone to A's alone", () => {
  assert.deepEqual(
    [shadeOf(0, 1), shadeOf(1, 3), shadeOf(1, 1.5), shadeOf(1, 1), shadeOf(1.5, 1), shadeOf(3, 1), shadeOf(1, 0)],
    [0, 1, 2, 3, 4, 5, 6],
  );
  assert.equal(shadeOf(0, 0), 3);
});

test("a map holds all of its cells, north above, and a degree of longitude is shrunk", () => {
  const cells = cellsOf(towns);
  const flat = flatOf(cells, 300, 260);
  assert.ok(flat);
  for (const cell of cells) {
    for (const corner of cell.corners) {
      const [x, y] = placed(flat, corner);
      assert.ok(x >= 0 && x <= flat.width && y >= 0 && y <= flat.height);
    }
    assert.match(pathOf(flat, cell), /^M[\d.,L]+Z$/);
  }
  const [north, south] = [placed(flat, [2, 48]), placed(flat, [2, 45])];
  assert.ok(north[1] < south[1]);
  assert.ok(flat.wide < 0.75 * flat.tall);
  const { km, pixels } = distanceOf(flat, 80);
  assert.ok(pixels <= 80);
  assert.ok(Math.abs(pixels - (km / 111.2) * flat.tall) < 1e-9);
});

test("cells on both sides of the date line are side by side", () => {
  const fiji = places(
    [
      [179.8, -17],
      [-179.5, -17],
    ],
    [5, 5, 0, 0],
    [5, 5, 0, 0],
  );
  const cells = cellsOf(fiji);
  const flat = flatOf(cells, 300, 260);
  assert.ok(flat);
  const xs = cells.flatMap((cell) => cell.corners.map((corner) => placed(flat, corner)[0]));
  assert.ok(Math.min(...xs) >= 0 && Math.max(...xs) <= 300);
  assert.ok(Math.abs(flat.middle) > 179);
});

test("arrows lead to the neighbour in their direction", () => {
  assert.equal(neighbourOf(towns, 0, "ArrowRight"), 1);
  assert.equal(neighbourOf(towns, 0, "ArrowDown"), 2);
  assert.equal(neighbourOf(towns, 1, "ArrowLeft"), 0);
  assert.equal(neighbourOf(towns, 2, "ArrowUp"), 0);
  assert.equal(neighbourOf(towns, 0, "ArrowLeft"), null);
  assert.equal(neighbourOf(towns, 0, "Enter"), null);
});

test("a cell is its index in a condition, and its middle in words", () => {
  const where = conditionOf(towns, [0]);
  assert.deepEqual(where, { column: "place", in: [INDICES[0]] });
  assert.deepEqual([...barsIn(towns, where)], [0]);
  assert.ok(where);
  assert.equal(clauseName(where, new Set()), "place: hexagon 841fa63");
  remember([towns]);
  assert.equal(clauseName(where, new Set()), "place: 48.00° N 2.00° E");
  assert.equal(barName(towns, 0), "48.00° N 2.00° E");
  assert.deepEqual(lines(where, new Set()), ["place = 48.00° N 2.00° E"]);
});

test("the place can be written in a condition where there are latitude and longitude", () => {
  const columns: Column[] = [
    { name: "y", kind: "number", role: "lat" },
    { name: "x", kind: "number", role: "lon" },
  ];
  assert.deepEqual(read(`place = "${INDICES[0]}"`, columns), { column: "place", in: [INDICES[0]] });
  assert.equal(placeOf(columns.slice(1)), null);
  assert.equal(placeOf([...columns, { name: "place", kind: "category", role: "feature" }])?.name, "place of y and x");
  assert.throws(() => read('place = "x"', columns.slice(1)), /no column/);
});

test("lines of the world are cut to the map, and torn where they would cross it", () => {
  const world = decoded(
    [
      [
        [0, 0],
        [10, 0],
        [0, 10],
      ],
    ],
    { scale: [0.1, 0.1], translate: [2, 47] },
  );
  assert.deepEqual(world, [
    [
      [2, 47],
      [3, 47],
      [3, 48],
    ],
  ]);
  const flat = flatOf(cellsOf(towns), 300, 260);
  assert.ok(flat);
  assert.equal(linesOf(flat, world).match(/L/g)?.length, 2);
  assert.equal(
    linesOf(flat, [
      [
        [-179, 0],
        [179, 0],
      ].map(([lon = 0, lat = 0]) => [lon, lat] as const),
    ]),
    "",
  );
});

test("few rows are drawn towards alike", () => {
  const one = places([[2, 48]], [3, 0, 997], [0, 0, 1000]);
  const many = places([[2, 48]], [300, 0, 700], [0, 0, 1000]);
  assert.deepEqual([cellsOf(one)[0]?.shade, cellsOf(many)[0]?.shade], [4, 6]);
});
