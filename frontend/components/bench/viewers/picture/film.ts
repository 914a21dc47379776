/** One picture and its previews: painted by the edits, toned by edits and view, at most 2,048 pixels a side. */

import { bytesOf } from "../../../../host/http.ts";
import type { Host } from "../../host.ts";
import type { Adjust, Blur, Draw, Edit, Noise, Occlude, Point } from "../../types.ts";
import { drawFramed } from "./framing.ts";
import { frameOf, type Matrix, outline, type Size } from "./geometry.ts";
import { addNoise, applyTone, blur, fullContrast, isGrey, isPlain, meanOf, toneTable, type Window } from "./pixels.ts";

const LONGEST = 2048;
const REDUCED_SIGMA = 6;
const COVER_SIGMA = 1 / 32;
const KEPT = 6; // a large one takes 48 MB, of which a tablet gives a page some hundreds

/** Edits that paint, in the frame of the original. */
type Paint = Occlude | Blur | Noise | Draw;
const isPaint = (edit: Edit): edit is Paint => ["occlude", "blur", "noise", "draw"].includes(edit.kind);

type Canvas = { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D };

function canvasOf(width: number, height: number): Canvas {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser gives no canvas");
  return { canvas, context };
}

export class Film {
  /** Of the original, in pixels; the previews may be smaller. */
  readonly size: Size;
  readonly contrast: { width: number; centre: number };
  readonly #source: Canvas;
  readonly #painted: Canvas;
  readonly #toned: Canvas;
  readonly #mean: string;
  readonly #isGrey: boolean;
  #pixels: ImageData | null = null;
  #paintedBy = "";
  #tonedBy = "";

  constructor(picture: ImageBitmap, size: Size) {
    const shrink = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const [width, height] = [
      Math.max(1, Math.round(picture.width * shrink)),
      Math.max(1, Math.round(picture.height * shrink)),
    ];
    this.size = size;
    this.#source = canvasOf(width, height);
    this.#source.context.drawImage(picture, 0, 0, width, height);
    const { data } = this.#source.context.getImageData(0, 0, width, height);
    this.#mean = `rgb(${meanOf(data).join(" ")})`;
    this.#isGrey = isGrey(data);
    this.contrast = fullContrast(data);
    this.#painted = canvasOf(width, height);
    this.#toned = canvasOf(width, height);
  }

  /** The luminance at a pixel of the original, 0..255 (ITU-R BT.601); of one that was shrunk, of the nearest. */
  readonly grey = (x: number, y: number): number => {
    const { canvas, context } = this.#source;
    this.#pixels ??= context.getImageData(0, 0, canvas.width, canvas.height);
    const { data, width, height } = this.#pixels;
    const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / this.size.width));
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / this.size.height));
    const at = 4 * (row * width + column);
    return 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
  };

  /** Draws what the model sees through `screen` (frame to canvas), its empty corners as dark as its tone makes them. */
  draw(context: CanvasRenderingContext2D, screen: Matrix, all: readonly Edit[], window: Window | null): void {
    const edits = all.filter((edit) => !edit.off);
    const table = toneTable(
      edits.filter((edit): edit is Adjust => edit.kind === "adjust"),
      window,
    );
    const picture = this.#tone(edits, table);
    const dark = table[0] ?? 0;
    drawFramed(context, screen, frameOf(edits, this.size), `rgb(${dark} ${dark} ${dark})`, () =>
      context.drawImage(picture, 0, 0, this.size.width, this.size.height),
    );
  }

  #tone(edits: readonly Edit[], table: Uint8ClampedArray): HTMLCanvasElement {
    const painted = this.#paint(edits.filter(isPaint));
    if (isPlain(table)) return painted;
    const key = `${this.#paintedBy}|${table.join()}`;
    if (key !== this.#tonedBy) {
      const { width, height } = this.#painted.canvas;
      const pixels = this.#painted.context.getImageData(0, 0, width, height);
      applyTone(pixels.data, table);
      this.#toned.context.putImageData(pixels, 0, 0);
      this.#tonedBy = key;
    }
    return this.#toned.canvas;
  }

  #paint(paints: readonly Paint[]): HTMLCanvasElement {
    const key = JSON.stringify(paints);
    if (key !== this.#paintedBy || key === "[]") {
      const { context } = this.#painted;
      context.drawImage(this.#source.canvas, 0, 0);
      for (const paint of paints) this.#put(context, paint);
      this.#paintedBy = key;
    }
    return this.#painted.canvas;
  }

  #put(context: CanvasRenderingContext2D, paint: Paint): void {
    const { width, height } = this.#painted.canvas;
    if (paint.kind === "occlude") this.#cover(context, paint);
    else if (paint.kind === "draw") drawLine(context, paint);
    else if (paint.kind === "blur") context.drawImage(this.#blurred(paint.sigma), 0, 0, width, height);
    else {
      const pixels = context.getImageData(0, 0, width, height);
      addNoise(pixels.data, paint.sigma, paint.seed, this.#isGrey);
      context.putImageData(pixels, 0, 0);
    }
  }

  #cover(context: CanvasRenderingContext2D, cover: Occlude): void {
    const { width, height } = this.#painted.canvas;
    context.save();
    context.beginPath();
    coverOutline(cover).forEach(([x, y], i) => {
      if (i) context.lineTo(x * width, y * height);
      else context.moveTo(x * width, y * height);
    });
    context.clip();
    if (cover.fill === "blur") context.drawImage(this.#blurred(COVER_SIGMA), 0, 0, width, height);
    else {
      context.fillStyle = cover.fill === "mean" ? this.#mean : "rgb(0 0 0)";
      context.fillRect(0, 0, width, height);
    }
    context.restore();
  }

  /** What is painted so far, blurred on a reduced picture as the renderer does. share: sigma, of the shorter side. */
  #blurred(share: number): HTMLCanvasElement {
    const { width, height } = this.#painted.canvas;
    const sigma = Math.min(width, height) * share;
    const factor = Math.max(1, Math.floor(sigma / REDUCED_SIGMA));
    const [w, h] = [Math.ceil(width / factor), Math.ceil(height / factor)];
    const small = canvasOf(w, h);
    small.context.imageSmoothingQuality = "high";
    small.context.drawImage(this.#painted.canvas, 0, 0, w, h);
    const pixels = small.context.getImageData(0, 0, w, h);
    blur(pixels.data, w, h, sigma / factor);
    small.context.putImageData(pixels, 0, 0);
    return small.canvas;
  }
}

/** Round at its ends and corners; one point is a dot. */
function drawLine(context: CanvasRenderingContext2D, { points, width, value }: Draw): void {
  const { width: w, height: h } = context.canvas;
  const grey = Math.round(255 * value);
  context.save();
  context.strokeStyle = `rgb(${grey} ${grey} ${grey})`;
  context.lineWidth = width * Math.min(w, h);
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  for (const [i, [x, y]] of points.entries()) {
    if (i === 0) context.moveTo(x * w, y * h);
    context.lineTo(x * w, y * h);
  }
  context.stroke();
  context.restore();
}

/** In fractions of the original. */
export function coverOutline(cover: Occlude): Point[] {
  if (cover.shape === "polygon") return cover.points ?? [];
  const { x = 0, y = 0, w = 0, h = 0 } = cover;
  return outline(cover.shape === "ellipse" ? "ellipse" : "box", [
    [x, y],
    [x + w, y + h],
  ]).points;
}

/** Pictures by their address, decoded once; of those that were not on show lately none is kept. */
export class Films {
  readonly #file: Host["file"];
  readonly #coming = new Map<string, Promise<Film>>();
  readonly #ready = new Map<string, Film>(); // the one asked for last is last

  constructor(file: Host["file"]) {
    this.#file = file;
  }

  ready(url: string): Film | null {
    const film = this.#ready.get(url);
    if (film) this.#keep(url, film);
    return film ?? null;
  }

  async load(url: string, size: Size): Promise<Film> {
    const film = this.ready(url) ?? (await this.#fetch(url, size));
    this.#keep(url, film);
    return film;
  }

  #fetch(url: string, size: Size): Promise<Film> {
    const known = this.#coming.get(url);
    if (known) return known;
    const film = bytesOf(this.#file(url))
      .then(decode)
      .then((picture) => {
        const made = new Film(picture, size);
        picture.close();
        return made;
      })
      .finally(() => this.#coming.delete(url));
    this.#coming.set(url, film);
    return film;
  }

  #keep(url: string, film: Film): void {
    this.#ready.delete(url);
    this.#ready.set(url, film);
    for (const old of [...this.#ready.keys()].slice(0, -KEPT)) this.#ready.delete(old);
  }
}

const decode = (bytes: ArrayBuffer): Promise<ImageBitmap> => createImageBitmap(new Blob([bytes]));
