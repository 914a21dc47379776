/** What a hand does to the picture that the model sees. Each act makes one new list of edits. */

import { boxOf, clamp } from "./geometry.ts";
import { type Bench, homeView, type Mode, type Tool } from "./state.ts";
import type { Adjust, Edit, Mark, MarkKind, Point, Rotate } from "./types.ts";

const LEAST = 0.008; // a smaller drag is a slip of the hand

/** A named input where there are several pictures; an empty one means the first. */
function on(bench: Bench): { input?: string } {
  return bench.images.length > 1 ? { input: bench.input.value } : {};
}

function isBig(points: readonly Point[]): boolean {
  const [a, b] = [points[0], points[points.length - 1]];
  return a !== undefined && b !== undefined && Math.abs(a[0] - b[0]) > LEAST && Math.abs(a[1] - b[1]) > LEAST;
}

const short = (value: number): number => Math.round(value * 1e5) / 1e5;

/** The edit that the shape under the hand would make; null while it is none. */
function draftEdit(bench: Bench): Edit | null {
  const points = bench.draft.value;
  const [a, b] = points ?? [];
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
    return { kind: "occlude", shape: bench.shape.value, ...box, fill: bench.fill.value, ...on(bench) };
  return null;
}

/** The edits with the one under the hand, or null where there is none. Only a cover is tried while it is drawn. */
export function trialEdits(bench: Bench): Edit[] | null {
  const edit = draftEdit(bench);
  return edit?.kind === "occlude" ? [...bench.edits.value, edit] : null;
}

export function go(bench: Bench, mode: Mode, what?: Tool | MarkKind): void {
  if (mode === "edit" && (!bench.mayTry || bench.images.length === 0)) return;
  if (mode === "mark" && (!bench.mayFlag || bench.images.length === 0)) return;
  bench.draft.value = null;
  if (mode === "edit" && what) bench.tool.value = what as Tool;
  if (mode === "mark") {
    bench.markKind.value = (what as MarkKind | undefined) ?? bench.markKind.value;
    bench.judge({ open: true });
  }
  bench.mode.value = mode;
}

/** Puts down the shape under the hand. Returns whether something came of it. */
export function place(bench: Bench): boolean {
  const points = bench.draft.value;
  if (!points) return false;
  if (bench.mode.value === "mark") return placeMark(bench, points);
  const edit = draftEdit(bench);
  if (edit) bench.setEdits([...bench.edits.value, edit]);
  else bench.draft.value = null;
  return edit !== null;
}

function placeMark(bench: Bench, points: readonly Point[]): boolean {
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
  const mark: Mark = { kind, points: ends.map(([x, y]): Point => [short(x), short(y)]), ...on(bench) };
  bench.marks.value = [...bench.marks.value, mark];
  go(bench, "look");
  return true;
}

export function removeMark(bench: Bench, mark: Mark): void {
  bench.marks.value = bench.marks.value.filter((one) => one !== mark);
}

export function removeEdit(bench: Bench, edit: Edit): void {
  bench.setEdits(bench.edits.value.filter((one) => one !== edit));
}

export function undo(bench: Bench): void {
  const last = bench.history.value[bench.history.value.length - 1];
  if (bench.draft.value) bench.draft.value = null;
  else if (last) {
    bench.history.value = bench.history.value.slice(0, -1);
    bench.edits.value = last;
  } else bench.edits.value = bench.edits.value.slice(0, -1); // after a reload: the list itself is the history
}

export function reset(bench: Bench): void {
  if (bench.edits.value.length > 0 || bench.draft.value) bench.setEdits([]);
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
  const found = lastTone(bench);
  return { brightness: found?.brightness ?? 0, contrast: found?.contrast ?? 1 };
}

function lastTone(bench: Bench): Adjust | undefined {
  return bench.here.value.filter((edit): edit is Adjust => edit.kind === "adjust").pop();
}

export function setLevels(bench: Bench, change: Partial<Adjust>, drag = ""): void {
  const now = { ...levelsOf(bench), ...change };
  const last = lastTone(bench);
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
export function takeView(bench: Bench): void {
  const { turn, flipX, flipY, width, centre } = bench.view.value;
  const added: Edit[] = [];
  if (turn % 4) added.push({ kind: "rotate", degrees: turn * 90 > 180 ? turn * 90 - 360 : turn * 90, ...on(bench) });
  if (flipX) added.push({ kind: "flip", axis: "x", ...on(bench) });
  if (flipY) added.push({ kind: "flip", axis: "y", ...on(bench) });
  if (width !== homeView.width || centre !== homeView.centre) {
    const [brightness, contrast] = [clamp(0.5 - centre / 255, -1, 1), clamp(255 / width, 0, 4)];
    added.push({ kind: "adjust", brightness: short(brightness), contrast: short(contrast), ...on(bench) });
  }
  if (added.length) bench.setEdits([...bench.edits.value, ...added]);
  bench.setView({ turn: 0, flipX: false, flipY: false, width: homeView.width, centre: homeView.centre, invert: false });
}

export function isViewChanged(bench: Bench): boolean {
  const { turn, flipX, flipY, width, centre } = bench.view.value;
  return turn % 4 !== 0 || flipX || flipY || width !== homeView.width || centre !== homeView.centre;
}
