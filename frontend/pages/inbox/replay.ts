/**
 * A judged picture, replayed: from the original through each edit to what the model saw. The last step is the picture
 * that the server rendered; the steps before it are previews by the rules of the bench.
 */

import type { Edit, Mark, Point } from "../../components/bench/types.ts";
import { type Film, Films } from "../../components/bench/viewers/picture/film.ts";
import {
  compose,
  cornersOf,
  type Frame,
  frameOf,
  isOutside,
  type Matrix,
  viewMatrix,
} from "../../components/bench/viewers/picture/geometry.ts";
import { drawCover, drawMark, INK, line, toScreen, trace } from "../../components/bench/viewers/picture/ink.ts";
import { fileAt } from "../../host/http.ts";

/** Of two colours that colour-blind eyes tell apart, and dashed where it does not hold. */
const FOUND = { model: "#56b4e9", dropped: "#56b4e9", reviewer: "#e69f00" };
const STEP_MS = 900;
const HOME = { zoom: 1, x: 0, y: 0, turn: 0, flipX: false, flipY: false };

type Replay = {
  original: string;
  rendered: string;
  width: number;
  height: number;
  edits: Edit[];
  marks: Mark[];
  /** What the model found, and what the reviewer holds for true instead. */
  found: { rings: Point[][]; from: "model" | "dropped" | "reviewer" }[];
  words: string[];
};

const films = new Films(fileAt);

export function replayPictures(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-replay]:not([data-replaying])")) {
    element.dataset.replaying = "";
    new Player(element);
  }
}

class Player {
  readonly #replay: Replay;
  readonly #element: HTMLElement;
  readonly #canvas = document.createElement("canvas");
  readonly #range: HTMLInputElement | null;
  #original: Film | null = null;
  #rendered: Film | null = null;
  #step: number;
  #timer = 0;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#replay = JSON.parse(element.dataset.replay ?? "") as Replay;
    this.#range = element.querySelector<HTMLInputElement>("input[type=range]");
    this.#step = this.#replay.edits.length;
    void this.#load();
  }

  async #load(): Promise<void> {
    const { original, rendered, width, height, edits } = this.#replay;
    const frame = frameOf(edits, { width, height });
    try {
      [this.#original, this.#rendered] = await Promise.all([
        films.load(original, { width, height }),
        rendered ? films.load(rendered, { width: frame.width, height: frame.height }) : null,
      ]);
    } catch {
      return; // the picture of the page without scripts stays
    }
    this.#open();
  }

  #open(): void {
    const image = this.#element.querySelector("img");
    if (!image) return;
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", image.alt);
    this.#canvas.width = this.#replay.width;
    this.#canvas.height = this.#replay.height;
    image.replaceWith(this.#canvas);
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
    const bar = this.#element.querySelector<HTMLElement>(".replay");
    if (bar) bar.hidden = false;
    this.#range?.addEventListener("input", () => {
      clearInterval(this.#timer);
      this.#go(Number(this.#range?.value));
    });
    this.#element.querySelector(".replay button")?.addEventListener("click", () => this.#play());
    this.#go(this.#step);
  }

  /** One backing pixel a device pixel; the canvas keeps the original's shape, so that a crop does not move the page. */
  #fit(): void {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const width = Math.round(this.#canvas.clientWidth * ratio);
    const height = Math.round((width * this.#replay.height) / this.#replay.width);
    if (width && (width !== this.#canvas.width || height !== this.#canvas.height)) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#draw();
  }

  #play(): void {
    clearInterval(this.#timer);
    this.#go(0);
    this.#timer = window.setInterval(() => {
      if (this.#step >= this.#replay.edits.length || !this.#element.isConnected) clearInterval(this.#timer);
      else this.#go(this.#step + 1);
    }, STEP_MS);
  }

  #go(step: number): void {
    this.#step = step;
    const { edits, words } = this.#replay;
    const told = step ? `${step} of ${edits.length}` : "original";
    const text = this.#element.querySelector(".replay .num");
    if (text) text.textContent = told;
    if (this.#range) {
      this.#range.value = String(step);
      this.#range.setAttribute("aria-valuetext", step ? `${told}: ${words[step - 1]}` : told);
    }
    for (const line of this.#element.querySelectorAll<HTMLElement>("[data-step]"))
      line.classList.toggle("undone", Number(line.dataset.step) > step);
    this.#tellOutside();
    this.#draw();
  }

  /** A mark that a crop has cut away is not on the picture; its line says so. */
  #tellOutside(): void {
    const { edits, marks, width, height } = this.#replay;
    const frame = frameOf(edits.slice(0, this.#step), { width, height });
    for (const [i, line] of this.#element.querySelectorAll<HTMLElement>(".changes > .mark").entries()) {
      const mark = marks[i];
      const isGone = mark !== undefined && isOutside(mark, frame, { width, height });
      line.classList.toggle("outside", isGone);
      const words = line.querySelector<HTMLElement>(".beyond");
      if (words) words.hidden = !isGone;
    }
  }

  #draw(): void {
    const context = this.#canvas.getContext("2d");
    if (!context || !this.#original) return;
    const { width, height, marks } = this.#replay;
    const size = { width, height };
    const edits = this.#replay.edits.slice(0, this.#step);
    const frame = frameOf(edits, size);
    const ratio = this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
    const screen = { width: this.#canvas.width / ratio, height: this.#canvas.height / ratio };
    const view = viewMatrix(HOME, frame, screen, { x: 0, y: 0 });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.imageSmoothingQuality = "high";
    if (this.#rendered && edits.length === this.#replay.edits.length) this.#rendered.draw(context, view, [], null);
    else this.#original.draw(context, view, edits, null);
    this.#inside(context, frame, view, () => {
      const whole = compose(view, frame.matrix);
      for (const edit of edits) if (edit.kind === "occlude" && !edit.off) drawCover(context, edit, whole, size);
      for (const { rings, from } of this.#replay.found) {
        trace(context, [], true, ...rings.map((ring) => toScreen(ring, whole, size)));
        line(context, INK.under, 3.5);
        line(context, FOUND[from], from === "dropped" ? 1 : 2, from === "dropped" ? [4, 4] : []);
      }
      for (const [i, mark] of marks.entries())
        if (!isOutside(mark, frame, size)) drawMark(context, mark, String(i + 1), whole, size, screen);
    });
  }

  /** Nothing is drawn beyond what the model sees. */
  #inside(context: CanvasRenderingContext2D, frame: Frame, view: Matrix, draw: () => void): void {
    context.save();
    context.save();
    context.transform(...view);
    context.beginPath();
    for (const corner of cornersOf({ x: 0, y: 0, w: frame.width, h: frame.height })) context.lineTo(...corner);
    context.restore();
    context.clip();
    draw();
    context.restore();
  }
}
