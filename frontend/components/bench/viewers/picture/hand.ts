/** Pointers on the canvas: one looks or draws, two pinch, the wheel zooms. Arrows do what a drag does. */

import type { Overlays } from "../../overlays.ts";
import { type Bench, type Gesture, homeView } from "../../state.ts";
import type { Point } from "../../types.ts";
import { Pointers } from "../pointers.ts";
import { apply, clamp, invert, moved, resized, toFractions, zoomAbout } from "./geometry.ts";
import { Leafing } from "./leafing.ts";
import { measureKind, POINTS } from "./measuring.ts";
import type { Stage } from "./stage.ts";
import { place } from "./tools.ts";

const STEP = 0.01;
/** A wheel's notch in pixels, and how far a drag goes for one frame. */
const NOTCH_PX = 100;
const SCROLL_PX = 12;
/** A press that moves no further is a choice of what is drawn there. */
const STILL_PX = 4;
/** A press this near to a polygon's first corner closes it. */
const CLOSE_PX = matchMedia("(pointer: coarse)").matches ? 24 : 12;

export class Hand {
  readonly #bench: Bench;
  readonly #stage: Stage;
  readonly #overlays: Overlays;
  readonly #leafing: Leafing;
  readonly #pointers: Pointers;
  #pressed: Point | null = null; // where one pointer went down to look, while it has not moved
  #isDrawing = false;
  #isCornerLoose = false; // a polygon's last corner is still on its way, by arrows
  #grip: { index: number; point: number } | null = null; // the end of a measure that is moved
  #before: Gesture; // what a drag did before something was measured

  constructor(bench: Bench, stage: Stage, overlays: Overlays) {
    this.#bench = bench;
    this.#stage = stage;
    this.#overlays = overlays;
    this.#pointers = new Pointers(() => stage.canvas);
    this.#before = bench.gesture.value;
    this.#leafing = new Leafing(stage.sheet.reel);
  }

  readonly down = (event: PointerEvent): void => {
    if (event.button > 1 || !this.#stage.plate.value) return;
    const at = this.#pointers.begin(event);
    const { count } = this.#pointers;
    const isLooking = this.#bench.mode.value === "look" && !this.#stage.measuring.kind.value;
    this.#pressed = count === 1 && event.button === 0 && isLooking ? at : null;
    this.#leafing.begin();
    if (count === 2) {
      this.#isDrawing = false;
      this.#grip = null;
      if (!this.#isByCorners) this.#bench.draft.value = null;
    } else if (count === 1 && event.button === 0) this.#begin(at);
  };

  readonly move = (event: PointerEvent): void => {
    const at = this.#pointers.follow(event);
    if (!at) return;
    if (this.#pressed && Math.hypot(at[0] - this.#pressed[0], at[1] - this.#pressed[1]) > STILL_PX)
      this.#pressed = null;
    if (this.#pointers.count === 2) this.#zoomByPinch();
    else if (this.#grip) this.#drag(at);
    else if (this.#isDrawing) this.#draw(at);
    else if (this.#stage.measuring.kind.value && event.buttons !== 4) return;
    else if (this.#bench.mode.value === "look" || event.buttons === 4) this.#look(at, event.buttons === 4);
  };

  readonly up = (event: PointerEvent): void => {
    if (!this.#pointers.end(event)) return;
    const isWhole = this.#isDrawing && event.type === "pointerup";
    this.#isDrawing = false;
    this.#grip = null;
    if (this.#pressed && event.type === "pointerup") this.#press(this.#pressed);
    this.#pressed = null;
    if (isWhole) this.place();
    else if (event.type === "pointercancel" && this.#bench.mode.value === "edit") this.#bench.draft.value = null;
  };

  #press(at: Point): void {
    const matrices = this.#stage.matrices();
    if (!matrices) return;
    const { whole, size } = matrices;
    this.#overlays.press(at, whole, size, toFractions(apply(invert(whole), at), size));
  }

  /** Puts down what is under the hand: an edit, a mark on the frame on show, or a measure. */
  place(): boolean {
    return this.#stage.measuring.kind.value
      ? this.#stage.measuring.place()
      : place(this.#bench, this.#stage.sheet.reel);
  }

  /** Whether a shape is drawn corner by corner. */
  get #isByCorners(): boolean {
    const { mode, markKind } = this.#bench;
    return (mode.value === "mark" && markKind.value === "polygon") || this.#stage.measuring.kind.value === "angle";
  }

  /** Leafs through the frames where there are several, else zooms; with Ctrl it always zooms, as a pad's pinch does. */
  readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (this.#leafing.isOn && !event.ctrlKey) {
      this.#leafing.roll(event.deltaMode === 0 ? event.deltaY / NOTCH_PX : Math.sign(event.deltaY));
      return;
    }
    this.zoom(Math.exp(-clamp(event.deltaY, -120, 120) * 0.0022), this.#pointers.at(event));
  };

  zoom(factor: number, at?: Point): void {
    const { width, height } = this.#stage.screen;
    const { zoom, x, y } = zoomAbout(this.#bench.view.value, factor, at ?? [width / 2, height / 2], { width, height });
    this.#bench.setView({ zoom, x, y });
  }

  #drag(at: Point): void {
    const to = this.#stage.toDraft(at);
    if (to && this.#grip) this.#stage.measuring.move(this.#grip, to);
  }

  #zoomByPinch(): void {
    const { centre, dx, dy, factor } = this.#pointers.pinch();
    const { x, y } = this.#bench.view.value;
    this.#bench.setView({ x: x + dx, y: y + dy });
    if (factor !== null) this.zoom(factor, centre);
  }

  #begin(at: Point): void {
    const bench = this.#bench;
    const start = this.#stage.toDraft(at);
    const measured = this.#stage.measuring.kind.value;
    if (!start || (bench.mode.value === "look" && !measured)) return;
    const matrices = this.#stage.matrices();
    if (measured && matrices && !bench.draft.value)
      this.#grip = this.#stage.measuring.gripAt(at, matrices.whole, matrices.size);
    if (this.#grip) return;
    if (bench.mode.value === "edit" && !bench.editTool.value?.isShape) return;
    if (this.#isByCorners) {
      this.#corner(start, at);
      return;
    }
    this.#isDrawing = true;
    bench.draft.value = bench.mode.value === "mark" && bench.markKind.value === "point" ? [start] : [start, start];
  }

  #draw(at: Point): void {
    const bench = this.#bench;
    const to = this.#stage.toDraft(at);
    const first = bench.draft.value?.[0];
    if (!to || !first) return;
    const isLine = bench.mode.value === "edit" && bench.tool.value === "draw";
    if (isLine) bench.draft.value = [...(bench.draft.value ?? []), to];
    else bench.draft.value = bench.draft.value?.length === 1 ? [to] : [first, to];
  }

  #corner(corner: Point, at: Point): void {
    const bench = this.#bench;
    const points = bench.draft.value ?? [];
    const [first] = points;
    const size = bench.size.value;
    const matrices = this.#stage.matrices();
    const isAngle = this.#stage.measuring.kind.value === "angle";
    if (first && size && matrices && points.length > 2 && !isAngle) {
      const [x, y] = apply(matrices.whole, [first[0] * size.width, first[1] * size.height]);
      if (Math.hypot(x - at[0], y - at[1]) < CLOSE_PX) {
        this.place();
        return;
      }
    }
    bench.draft.value = [...(this.#isCornerLoose ? points.slice(0, -1) : points), corner];
    this.#isCornerLoose = false;
    if (isAngle && bench.draft.value.length === POINTS.angle) this.place();
  }

  #look(at: Point, isMiddle: boolean): void {
    const bench = this.#bench;
    const [dx, dy] = [at[0] - this.#pointers.last[0], at[1] - this.#pointers.last[1]];
    const { x, y, width, centre } = this.#stage.look;
    const { sheet } = this.#stage;
    const gesture = isMiddle ? "pan" : bench.gesture.value;
    if (gesture === "pan") bench.setView({ x: x + dx, y: y + dy });
    else if (gesture === "zoom") this.zoom(Math.exp(-dy * 0.006));
    else if (gesture === "scroll" && this.#leafing.isOn) this.#leafing.roll(dy / SCROLL_PX);
    else bench.setView(sheet.levelled({ width, centre }, dx, dy));
    this.#pointers.last = at;
  }

  /** Arrows move, Shift and arrows size, Enter puts down. Returns whether the key was one of ours. */
  key(event: KeyboardEvent): boolean {
    const arrows: Record<string, Point> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const arrow = arrows[event.key];
    const bench = this.#bench;
    const measured = this.#stage.measuring.kind.value;
    const isLooking = bench.mode.value === "look" && !measured;
    if (this.#leafing.key(event.key, isLooking)) return true;
    if (isLooking) {
      if (!arrow) return false;
      bench.setView({ x: bench.view.value.x - arrow[0] * 24, y: bench.view.value.y - arrow[1] * 24 });
      return true;
    }
    const isShape = measured || bench.mode.value === "mark" || bench.editTool.value?.isShape;
    if (!isShape) return false;
    if (event.key === "Enter") this.#enter();
    else if (arrow) this.#nudge(arrow, event.shiftKey);
    else return false;
    return true;
  }

  #start(): Point[] {
    const { mode, tool, markKind } = this.#bench;
    if (mode.value === "edit" && tool.value === "crop")
      return [
        [0.1, 0.1],
        [0.9, 0.9],
      ];
    if (this.#isByCorners || (mode.value === "mark" && markKind.value === "point")) return [[0.5, 0.5]];
    return [
      [0.4, 0.4],
      [0.6, 0.6],
    ];
  }

  #nudge(arrow: Point, isSize: boolean): void {
    const bench = this.#bench;
    const draft = bench.draft.value;
    const [dx, dy] = this.#along(arrow);
    if (!draft) {
      bench.draft.value = this.#start();
      this.#isCornerLoose = true;
    } else if (this.#isByCorners) {
      const settled = this.#isCornerLoose ? draft.slice(0, -1) : draft;
      bench.draft.value = [...settled, ...moved(draft.slice(-1), dx, dy)];
      this.#isCornerLoose = true;
    } else bench.draft.value = isSize && draft.length > 1 ? resized(draft, dx, dy) : moved(draft, dx, dy);
  }

  /** An arrow points on the screen; the step it makes lies in the original, whichever way that is turned. */
  #along(arrow: Point): Point {
    const size = this.#bench.size.value;
    const matrices = this.#stage.matrices();
    if (!size || !matrices) return arrow;
    const { mode, tool } = this.#bench;
    const isCrop = mode.value === "edit" && tool.value === "crop";
    const back = invert(isCrop ? matrices.view : matrices.whole);
    const base = isCrop ? matrices.frame : size;
    const [x, y] = [back[0] * arrow[0] + back[2] * arrow[1], back[1] * arrow[0] + back[3] * arrow[1]];
    const length = Math.max(Math.abs(x), Math.abs(y)) || 1;
    const step = STEP * Math.max(base.width, base.height);
    return [((x / length) * step) / base.width, ((y / length) * step) / base.height];
  }

  /** Enter starts a shape, then puts it down. On a polygon it sets the corner on its way, then closes the shape. */
  #enter(): void {
    const bench = this.#bench;
    const draft = bench.draft.value;
    const isByCorners = this.#isByCorners;
    const isAngle = this.#stage.measuring.kind.value === "angle";
    if (!draft) bench.draft.value = this.#start();
    else if (isAngle && draft.length < POINTS.angle) bench.draft.value = [...draft, ...draft.slice(-1)];
    else if (isAngle || !isByCorners || !this.#isCornerLoose) this.place();
    this.#isCornerLoose = isByCorners && (!draft || (isAngle && bench.draft.value !== null));
  }

  /** What a drag does from now on; taken again, a measure is put away. */
  take(gesture: Gesture): void {
    const bench = this.#bench;
    const isAgain = bench.gesture.value === gesture && measureKind(gesture) !== null;
    if (!measureKind(gesture) || !isAgain)
      this.#before = measureKind(bench.gesture.value) ? this.#before : bench.gesture.value;
    bench.draft.value = null;
    bench.gesture.value = isAgain ? this.#before : gesture;
  }

  /** Zoom, place, turn, mirror and window; the frame and what was measured stay. */
  resetView(): void {
    this.#bench.setView({ ...homeView, ...this.#stage.sheet.level.value });
  }
}
