import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edit, Point } from "../components/bench/types.ts";
import {
  apply,
  boxOf,
  compose,
  frameOf,
  IDENTITY,
  invert,
  isOutside,
  moved,
  outline,
  resized,
  rotate,
  toFractions,
  toPixels,
  viewMatrix,
  zoomAbout,
} from "../components/bench/viewers/picture/geometry.ts";
import rendered from "./bench_geometry.json" with { type: "json" };

const original = { width: 400, height: 300 };
const home = { zoom: 1, x: 0, y: 0, turn: 0, flipX: false, flipY: false };

function near(got: readonly number[], want: readonly number[], message?: string): void {
  assert.equal(got.length, want.length);
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - (want[i] ?? Number.NaN)) < 1e-6, `${message ?? ""} ${got} is not ${want}`);
  });
}

test("no edits leave the frame and every point as they are", () => {
  assert.deepEqual(frameOf([], original), { ...original, matrix: IDENTITY, kept: [] });
});

test("a crop makes its part the frame", () => {
  const frame = frameOf([{ kind: "crop", x: 0.25, y: 0.5, w: 0.5, h: 0.25 }], original);
  assert.deepEqual([frame.width, frame.height], [200, 75]);
  near(apply(frame.matrix, [100, 150]), [0, 0]);
  near(apply(frame.matrix, [300, 225]), [200, 75]);
});

test("a second crop counts in fractions of the first one's frame", () => {
  const half: Edit = { kind: "crop", x: 0.5, y: 0.5, w: 0.5, h: 0.5 };
  const frame = frameOf([half, half], original);
  assert.deepEqual([frame.width, frame.height], [100, 75]);
  near(apply(frame.matrix, [300, 225]), [0, 0]);
});

test("rotate turns clockwise about the centre and keeps the frame", () => {
  const frame = frameOf([{ kind: "rotate", degrees: 90 }], original);
  assert.deepEqual([frame.width, frame.height], [400, 300]);
  near(apply(frame.matrix, [200, 150]), [200, 150]);
  near(apply(frame.matrix, [300, 150]), [200, 250], "right of the centre comes to lie below it");
});

test("flip x mirrors left and right, flip y top and bottom", () => {
  near(apply(frameOf([{ kind: "flip", axis: "x" }], original).matrix, [10, 20]), [390, 20]);
  near(apply(frameOf([{ kind: "flip", axis: "y" }], original).matrix, [10, 20]), [10, 280]);
});

test("painting and tone do not move anything", () => {
  const edits: Edit[] = [
    { kind: "occlude", x: 0, y: 0, w: 0.5, h: 0.5 },
    { kind: "adjust", brightness: 0.2 },
  ];
  assert.deepEqual(frameOf(edits, original).matrix, IDENTITY);
});

test("the order of crop and rotate matters", () => {
  const crop: Edit = { kind: "crop", x: 0, y: 0, w: 0.5, h: 1 };
  const turn: Edit = { kind: "rotate", degrees: 180 };
  near(apply(frameOf([crop, turn], original).matrix, [0, 0]), [200, 300]);
  near(apply(frameOf([turn, crop], original).matrix, [0, 0]), [400, 300]);
});

test("four quarter turns are exactly none", () => {
  const turn: Edit = { kind: "rotate", degrees: 90 };
  assert.deepEqual(
    frameOf([turn, turn, turn, turn], original).matrix.map((value) => value + 0),
    [...IDENTITY],
  );
  assert.deepEqual(rotate(-90), rotate(270));
});

test("the inverse brings any point back through any list of edits and any view", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let round = 0; round < 300; round += 1) {
    const edits = Array.from({ length: Math.floor(random() * 6) }, (): Edit => {
      const kind = Math.floor(random() * 3);
      if (kind === 0) {
        const [x, y] = [random() * 0.5, random() * 0.5];
        return { kind: "crop", x, y, w: 0.1 + random() * (0.9 - x), h: 0.1 + random() * (0.9 - y) };
      }
      if (kind === 1) return { kind: "rotate", degrees: random() * 720 - 360 };
      return { kind: "flip", axis: random() < 0.5 ? "x" : "y" };
    });
    const frame = frameOf(edits, original);
    const view = {
      zoom: 0.5 + random() * 4,
      x: random() * 90,
      y: 0,
      turn: Math.floor(random() * 4),
      flipX: true,
      flipY: false,
    };
    const screen = compose(viewMatrix(view, frame, { width: 800, height: 600 }, { x: 20, y: 20 }), frame.matrix);
    const point: Point = [random() * 400, random() * 300];
    near(apply(invert(screen), apply(screen, point)), point);
  }
});

test("a mark drawn after crop and rotation lands on the same pixels of the original", () => {
  const edits: Edit[] = [
    { kind: "crop", x: 0.5, y: 0, w: 0.5, h: 1 },
    { kind: "rotate", degrees: 90 },
  ];
  const frame = frameOf(edits, original);
  const finding: Point = [0.8, 0.4];
  const seen = apply(frame.matrix, toPixels(finding, original));
  near(seen, [130, 170], "cropped to 200 by 300, then turned about (100, 150)");
  near(toFractions(apply(invert(frame.matrix), seen), original), finding);
});

test("a mark outside a crop says so, one that reaches in does not", () => {
  const frame = frameOf([{ kind: "crop", x: 0.5, y: 0.5, w: 0.5, h: 0.5 }], original);
  assert.equal(isOutside({ kind: "point", points: [[0.2, 0.2]] }, frame, original), true);
  assert.equal(
    isOutside(
      {
        kind: "box",
        points: [
          [0.2, 0.2],
          [0.6, 0.6],
        ],
      },
      frame,
      original,
    ),
    false,
  );
});

test("the view fits the frame, also on its side", () => {
  const screen = { width: 500, height: 500 };
  const upright = viewMatrix(home, original, screen, { x: 50, y: 50 });
  near(apply(upright, [0, 0]), [50, 100]);
  near(apply(upright, [400, 300]), [450, 400]);
  const turned = viewMatrix({ ...home, turn: 1 }, original, screen, { x: 50, y: 50 });
  near(apply(turned, [0, 0]), [400, 50]);
});

test("zooming about a point leaves it in place", () => {
  const screen = { width: 500, height: 500 };
  const at: Point = [120, 333];
  const before = invert(viewMatrix(home, original, screen, { x: 0, y: 0 }));
  const after = invert(viewMatrix(zoomAbout(home, 3, at, screen), original, screen, { x: 0, y: 0 }));
  near(apply(after, at), apply(before, at));
});

test("moving keeps the shape and stays inside", () => {
  near(
    moved(
      [
        [0.1, 0.1],
        [0.3, 0.2],
      ],
      -0.5,
      0.1,
    ).flat(),
    [0, 0.2, 0.2, 0.3],
  );
  near(
    moved(
      [
        [0.1, 0.1],
        [0.3, 0.2],
      ],
      0.9,
      0,
    ).flat(),
    [0.8, 0.1, 1, 0.2],
  );
});

test("sizing never turns a box inside out", () => {
  near(
    resized(
      [
        [0.4, 0.4],
        [0.5, 0.5],
      ],
      -0.9,
      0.1,
    ).flat(),
    [0.4, 0.4, 0.41, 0.6],
  );
});

test("outlines: a box has its corners in order, an ellipse touches its box", () => {
  assert.deepEqual(boxOf([0.6, 0.1], [0.2, 0.4]), { x: 0.2, y: 0.1, w: 0.39999999999999997, h: 0.30000000000000004 });
  assert.equal(
    outline("box", [
      [0, 0],
      [1, 1],
    ]).points.length,
    4,
  );
  const ellipse = outline("ellipse", [
    [0, 0],
    [1, 0.5],
  ]).points;
  near([Math.max(...ellipse.map((p) => p[0])), Math.max(...ellipse.map((p) => p[1]))], [1, 0.5]);
  assert.equal(
    outline("line", [
      [0, 0],
      [1, 1],
    ]).closed,
    false,
  );
});

test("frames are those of the renderer, for forty lists of edits", () => {
  assert.equal(rendered.length, 40);
  for (const { width, height, edits, frame } of rendered) {
    const made = frameOf(edits as Edit[], { width, height });
    assert.deepEqual([made.width, made.height], [frame.width, frame.height]);
    near(made.matrix, frame.matrix, JSON.stringify(edits));
    near(made.kept.flat(2), frame.kept.flat(2), JSON.stringify(edits));
  }
});
