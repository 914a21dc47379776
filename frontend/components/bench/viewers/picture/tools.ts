/** What a hand does to the picture that the model sees. Each act makes one new list of edits. */

import { batch } from "@preact/signals-core";
import type { Bench } from "../../state.ts";
import { go, lastOf, on } from "../../tools.ts";
import type { Adjust, Draw, Edit, Mark, Point, Rotate } from "../../types.ts";
import { boxOf, clamp, short } from "./geometry.ts";
import { lookOf, type Reel, type Sheet } from "./sheet.ts";

const LEAST = 0.008; // a smaller drag is a slip of the hand
const MOST_POINTS = 500; // of a line

function isBig(points: readonly Point[]): boolean {
  const [a, b] = [points[0], points[points.length - 1]];
  return a !== undefined && b !== undefined && Math.abs(a[0] - b[0]) > LEAST && Math.abs(a[1] - b[1]) > LEAST;
}

/** The line under the hand; corners of a keyboard's draft are its two ends. */
function drawnLine(bench: Bench, points: readonly Point[]): Draw | null {
  const { width, value } = bench.pen.value;
  const [first] = points;
  if (!first || points.every(([x, y]) => x === first[0] && y === first[1])) return null;
  const every = Math.ceil(points.length / MOST_POINTS);
  const some = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const rounded = some.map(([x, y]): Point => [short(x), short(y)]);
  return { kind: "draw", points: rounded, width, value, ...on(bench) };
}

/** The edit that the shape under the hand would make; null while it is none. */
function draftEdit(bench: Bench, reel: Reel | null): Edit | null {
  const points = bench.draft.value ?? [];
  const [a, b] = points;
  if (bench.mode.value === "edit" && bench.tool.value === "draw") return drawnLine(bench, points);
  if (bench.mode.value !== "edit" || !a || !b || !isBig([a, b])) return null;
  const { x, y, w, h } = boxOf(a, b);
  const box = {
    x: short(x),
    y: short(y),
    w: Math.min(short(w), short(1 - short(x))),
    h: Math.min(short(h), short(1 - short(y))),
  };
  if (bench.tool.value === "crop") return { kind: "crop", ...box, ...on(bench) };
  if (bench.tool.value === "occlude")
    return { kind: "occlude", shape: bench.shape.value, ...box, fill: bench.fill.value, ...alone(reel), ...on(bench) };
  return null;
}

const alone = (reel: Reel | null): { frame?: number } => (reel?.isAlone.value ? { frame: reel.at.value } : {});

/** Only a cover or a line is tried while it is drawn. */
export function trialEdit(bench: Bench, reel: Reel | null = null): Edit | null {
  const edit = draftEdit(bench, reel);
  return edit?.kind === "occlude" || edit?.kind === "draw" ? edit : null;
}

/** Puts down the shape under the hand. Returns whether something came of it. */
export function place(bench: Bench, reel: Reel | null = null): boolean {
  const points = bench.draft.value;
  if (!points) return false;
  if (bench.mode.value === "mark") return placeMark(bench, points, reel?.at.value);
  const edit = draftEdit(bench, reel);
  if (edit) bench.setEdits([...bench.edits.value, edit]);
  else bench.draft.value = null;
  return edit !== null;
}

/** frame: that the mark is on, where there are several. */
function placeMark(bench: Bench, points: readonly Point[], frame?: number): boolean {
  const kind = bench.markKind.value;
  const [a, b] = [points[0], points[points.length - 1]];
  const isLong = a !== undefined && b !== undefined && Math.hypot(a[0] - b[0], a[1] - b[1]) > LEAST;
  const isWhole = {
    point: points.length > 0,
    line: isLong,
    box: isBig(points),
    ellipse: isBig(points),
    polygon: points.length > 2,
  }[kind];
  if (!isWhole || !a || !b) {
    if (kind !== "polygon") bench.draft.value = null;
    return false;
  }
  const ends = kind === "point" ? [b] : kind === "polygon" ? [...points] : [a, b];
  const place = { ...on(bench), ...(frame === undefined ? {} : { frame }) };
  const mark: Mark = { kind, points: ends.map(([x, y]): Point => [short(x), short(y)]), ...place };
  bench.addMark(mark);
  go(bench, "look");
  return true;
}

function lastHere(bench: Bench): Edit | undefined {
  return bench.here.value[bench.here.value.length - 1];
}

/** The turn that a slider shows and changes: the last edit, where it is one. */
export function turnOf(bench: Bench): number {
  const last = lastHere(bench);
  return last?.kind === "rotate" ? last.degrees : 0;
}

/** Turns to `degrees` in all; turns that follow each other are one edit. */
export function turnTo(bench: Bench, degrees: number, drag = ""): void {
  const last = lastHere(bench);
  const rest = last?.kind === "rotate" ? bench.edits.value.filter((one) => one !== last) : bench.edits.value;
  const within = ((((degrees + 180) % 360) + 360) % 360) - 180;
  const to = within === -180 ? 180 : within;
  const turn: Rotate = { kind: "rotate", degrees: to, ...on(bench) };
  bench.setEdits(to === 0 ? [...rest] : [...rest, turn], drag);
}

export const turnBy = (bench: Bench, degrees: number): void => turnTo(bench, turnOf(bench) + degrees);

/** Two flips of one axis in a row are none. */
export function flip(bench: Bench, axis: "x" | "y"): void {
  const last = lastHere(bench);
  const isBack = last?.kind === "flip" && last.axis === axis;
  bench.setEdits(
    isBack
      ? bench.edits.value.filter((one) => one !== last)
      : [...bench.edits.value, { kind: "flip", axis, ...on(bench) }],
  );
}

/** Tone is applied last, wherever it stands; sliders show and change the last one. */
export function levelsOf(bench: Bench): Required<Pick<Adjust, "brightness" | "contrast">> {
  const found = lastOf<Adjust>(bench, "adjust");
  return { brightness: found?.brightness ?? 0, contrast: found?.contrast ?? 1 };
}

export function setLevels(bench: Bench, change: Partial<Adjust>, drag = ""): void {
  const now = { ...levelsOf(bench), ...change };
  const last = lastOf<Adjust>(bench, "adjust");
  const adjust: Adjust = {
    kind: "adjust",
    brightness: clamp(now.brightness, -1, 1),
    contrast: clamp(now.contrast, 0, 4),
    ...on(bench),
  };
  const rest = bench.edits.value.filter((edit) => edit !== last);
  const isNone = adjust.brightness === 0 && adjust.contrast === 1;
  bench.setEdits(isNone ? rest : [...rest, adjust], drag);
}

/** The one way from looking to editing: turn, mirror and window of the view become edits, and the view is at home. */
export function takeView(bench: Bench, sheet: Sheet): void {
  const { turn, flipX, flipY, width, centre } = lookOf(bench, sheet);
  const added: Edit[] = [];
  if (turn % 4) added.push({ kind: "rotate", degrees: turn * 90 > 180 ? turn * 90 - 360 : turn * 90, ...on(bench) });
  if (flipX) added.push({ kind: "flip", axis: "x", ...on(bench) });
  if (flipY) added.push({ kind: "flip", axis: "y", ...on(bench) });
  const isWindowed = isLevelChanged(bench, sheet);
  if (isWindowed) added.push({ ...sheet.levelEdit({ width, centre }), ...on(bench) });
  if (!added.length) return;
  const kept = isWindowed ? withoutWindow(bench) : bench.edits.value;
  batch(() => {
    bench.setEdits([...kept, ...added]);
    bench.setView({ turn: 0, flipX: false, flipY: false, invert: false, ...sheet.level.value });
  });
}

/** The edits without the window of what is on the stage: another one replaces it. */
export const withoutWindow = (bench: Bench): Edit[] =>
  bench.edits.value.filter((edit) => edit.kind !== "window" || !bench.here.value.includes(edit));

function isLevelChanged(bench: Bench, sheet: Sheet): boolean {
  const [{ width, centre }, home] = [lookOf(bench, sheet), sheet.level.value];
  return width !== home.width || centre !== home.centre;
}

export function isViewChanged(bench: Bench, sheet: Sheet): boolean {
  const { turn, flipX, flipY } = bench.view.value;
  return turn % 4 !== 0 || flipX || flipY || isLevelChanged(bench, sheet);
}
