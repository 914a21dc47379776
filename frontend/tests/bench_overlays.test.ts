/** What a press meets among the things drawn above a picture. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Overlay } from "../components/bench/overlaid.ts";
import { meeting } from "../components/bench/overlaid.ts";
import type { Point } from "../components/bench/types.ts";
import { compose, type Matrix, rotate, translate } from "../components/bench/viewers/picture/geometry.ts";

const size = { width: 200, height: 100 };
const plain: Matrix = [1, 0, 0, 1, 0, 0];
const box = (key: string, x: number, y: number, w: number, h: number): Overlay => ({
  key,
  name: key,
  colour: "red",
  shape: {
    kind: "box",
    points: [
      [x, y],
      [x + w, y + h],
    ],
  },
});
const met = (all: Overlay[], at: Point, whole = plain) =>
  meeting(all, at, whole, size, [at[0] / size.width, at[1] / size.height])?.key;

test("the smallest of those that lie under a press is meant, whatever the order", () => {
  const [large, small] = [box("large", 0.1, 0.1, 0.8, 0.8), box("small", 0.4, 0.4, 0.1, 0.2)];
  assert.equal(met([large, small], [90, 50]), "small");
  assert.equal(met([small, large], [90, 50]), "small");
  assert.equal(met([small, large], [30, 50]), "large");
  assert.equal(met([small, large], [5, 2]), undefined);
});

test("points and lines are met near them, rings not in their holes", () => {
  const point: Overlay = { key: "point", name: "", colour: "red", shape: { kind: "point", points: [[0.5, 0.5]] } };
  assert.equal(met([point], [107, 50]), "point");
  assert.equal(met([point], [109, 50]), undefined);
  const [outer, hole] = [box("", 0, 0, 1, 1), box("", 0.25, 0.2, 0.5, 0.6)].map((one) => {
    const [[x0, y0] = [0, 0], [x1, y1] = [1, 1]] = one.shape.kind === "box" ? one.shape.points : [];
    return [
      [x0, y0],
      [x1, y0],
      [x1, y1],
      [x0, y1],
    ] as Point[];
  });
  const ring: Overlay = {
    key: "ring",
    name: "",
    colour: "red",
    shape: { kind: "rings", rings: [outer ?? [], hole ?? []] },
  };
  assert.equal(met([ring], [20, 50]), "ring");
  assert.equal(met([ring], [100, 50]), undefined);
});

test("a press is meant where the picture was turned to, and a shape of its own says where it lies", () => {
  const corner = box("corner", 0, 0, 0.1, 0.2);
  const turned = compose(translate(100, 0), rotate(90)); // a quarter clockwise: 100 wide, 200 high
  assert.equal(met([corner], [95, 5], turned), "corner");
  assert.equal(met([corner], [5, 5], turned), undefined);
  const mask: Overlay = {
    ...corner,
    key: "mask",
    shape: { kind: "raster", image: {} as CanvasImageSource },
    hit: ([x]) => x > 0.5,
  };
  assert.equal(met([mask, corner], [150, 50]), "mask");
  assert.equal(met([corner, mask], [10, 10]), "corner");
});
