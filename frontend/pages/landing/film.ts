/** Draws a frontal chest film from formulas: no file, no patient. u runs −1 … 1 across, v 0 … 1 down. */
import type { Box } from "./rules.ts";

/** The corner with the burned-in letters, in pixels of the 560 × 620 film. */
export const MARKER: Box = [436, 14, 112, 86];

function ramp(from: number, to: number, at: number): number {
  const x = Math.min(1, Math.max(0, (at - from) / (to - from)));
  return x * x * (3 - 2 * x);
}

/** A smooth spot of height 1 at zero distance. */
const spot = (x: number, y = 0): number => Math.exp(-(x * x + y * y));

function hash(x: number, y: number): number {
  const s = Math.sin(x * 127.1 + y * 311.7) * 43758.5453;
  return s - Math.floor(s);
}

function noise(x: number, y: number): number {
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [f, g] = [ramp(0, 1, x - i), ramp(0, 1, y - j)];
  const top = hash(i, j) * (1 - f) + hash(i + 1, j) * f;
  const bottom = hash(i, j + 1) * (1 - f) + hash(i + 1, j + 1) * f;
  return top * (1 - g) + bottom * g;
}

const clouds = (x: number, y: number): number =>
  noise(x, y) * 0.5 + noise(x * 2.1, y * 2.1) * 0.3 + noise(x * 4.3, y * 4.3) * 0.2;

/** Where a point lies: the side, how far from the middle, and how deep in the lung and in the body. */
interface Place {
  u: number;
  v: number;
  side: -1 | 1;
  off: number;
  dome: number;
  lung: number;
  body: number;
}

function placeOf(u: number, v: number): Place {
  const off = Math.abs(u - 0.015);
  const side = u < 0.015 ? -1 : 1;
  const edge = v < 0.19 ? 0.25 + 0.72 * ramp(0.015, 0.19, v) ** 1.3 : 0.97 - 0.1 * ramp(0.2, 1, v);
  const outer = 0.16 + 0.62 * ramp(0.02, 0.66, v) ** 0.52;
  const inner = 0.115 + 0.02 * ramp(0.2, 0.6, v);
  const apex = 0.095 + 0.9 * (off - 0.31) ** 2;
  const dome = (side < 0 ? 0.715 : 0.742) + 0.55 * (off - 0.36) ** 2 + (off > 0.55 ? 0.5 * (off - 0.55) ** 2 : 0);
  const across = ramp(inner - 0.03, inner + 0.07, off) * (1 - ramp(outer - 0.07, outer + 0.03, off));
  const down = ramp(apex - 0.01, apex + 0.05, v) * (1 - ramp(dome - 0.012, dome + 0.014, v));
  return { u, v, side, off, dome, lung: across * down, body: 1 - ramp(edge - 0.05, edge + 0.015, off) };
}

function softParts({ u, v, side, off, dome, lung }: Place): number {
  let b = 0.4 + 0.1 * ramp(0.55, 1, v) + 0.07 * (1 - off) - lung * (0.345 - 0.05 * ramp(0.45, 0.75, v));
  b += 0.12 * ramp(dome - 0.01, dome + 0.05, v) * (1 - ramp(0.7, 0.95, off)) * (side < 0 ? 1 : 0.75);
  if (side > 0) b -= 0.2 * spot((u - 0.36) / 0.11, (v - 0.83) / 0.035);
  return b;
}

/** Vessels fan out from each hilum. */
function vessels({ v, side, off, lung }: Place): number {
  const [x, y] = [off - 0.17, v - 0.43];
  const far = Math.hypot(x, y * 1.2);
  const angle = Math.atan2(y, x);
  const large = (1 - Math.abs(2 * noise(angle * 5.2 + side * 9, far * 7 + 3) - 1)) ** 5;
  const fine = (1 - Math.abs(2 * noise(angle * 11 + side * 5, far * 13) - 1)) ** 6;
  const fan = lung * (0.2 * large + 0.11 * fine) * Math.exp(-far * 4.2) * ramp(0.015, 0.14, far);
  return fan + 0.13 * spot((off - 0.16) / 0.07, (v - 0.43) / 0.06);
}

/** Spine, aorta, trachea, heart: the densest wins, with soft borders. */
function middle({ u, v, off, dome }: Place): number {
  const [c, s] = [Math.cos(0.42), Math.sin(0.42)];
  const [x, y] = [u - 0.135, (v - 0.605) * 1.12];
  const spine = 0.19 * (1 - ramp(0.05, 0.18, off)) * ramp(0.02, 0.3, v);
  const aorta = 0.2 * (1 - ramp(0.05, 0.085, Math.hypot(u - 0.12, (v - 0.315) * 1.1)));
  const heart =
    0.285 *
    (1 - ramp(0.8, 1.1, Math.hypot((x * c + y * s) / 0.335, (-x * s + y * c) / 0.205))) *
    (1 - ramp(dome - 0.02, dome + 0.05, v));
  let b = Math.max(spine, aorta, heart, spine * 0.75 + heart * 0.62);
  if (off < 0.08) b += 0.022 * Math.sin(v * 92) * (1 - ramp(0.03, 0.08, off));
  return b - 0.12 * (1 - ramp(0.018, 0.05, off)) * (1 - ramp(0.31, 0.38, v));
}

/** Ribs behind and before, collar bones, shoulder blades. */
function bones({ v, off, lung, body }: Place): number {
  const w = (off - 0.07) / 0.72;
  if (w <= 0 || w >= 1.1) return 0;
  const root = ramp(0, 0.16, w);
  let b = 0;
  const back = v - (-0.055 * Math.sin(w * 2.1) + 0.22 * w * w);
  const k = Math.round((back - 0.115) / 0.0665);
  if (k >= 0 && k < 10) {
    const d = Math.abs(back - 0.115 - k * 0.0665) / (0.0125 + 0.003 * w);
    const fades = (1 - ramp(0.82, 1.05, w)) * (1 - 0.45 * ramp(0.66, 0.8, v));
    b += body * root * fades * (0.062 * (1 - ramp(0.75, 1.15, d)) + 0.045 * spot((d - 0.92) / 0.22));
  }
  const front = v - (0.24 - 0.19 * w + 0.05 * w * w);
  const j = Math.round((front - 0.03) / 0.078);
  if (j >= 0 && j < 6 && w > 0.25) {
    b += lung * 0.042 * (1 - ramp(0.7, 1.15, Math.abs(front - 0.03 - j * 0.078) / 0.0145)) * ramp(0.25, 0.45, w);
  }
  const collar = Math.abs(v - (0.178 - 0.085 * w + 0.018 * Math.sin(w * 6))) / 0.0155;
  if (w < 1) b += root * (0.095 * (1 - ramp(0.75, 1.1, collar)) + 0.04 * spot((collar - 0.9) / 0.2));
  const blade = off - (0.7 + 0.12 * Math.sin((v - 0.12) * 7));
  if (v > 0.13 && v < 0.44) b += 0.05 * spot(blade / 0.014) + 0.035 * ramp(0, 0.06, blade) * (1 - ramp(0.4, 0.44, v));
  return b;
}

/** Fluid in the angle of the patient's left side. */
function fluid({ u, v, side }: Place): number {
  if (side < 0) return 0;
  const level = 0.7 - 0.17 * ramp(0.32, 0.76, u) ** 1.4;
  const within = ramp(0.22, 0.42, u) * (1 - ramp(0.8, 0.9, u)) * (1 - ramp(0.76, 0.88, v) * 0.75);
  return 0.29 * ramp(level - 0.02, level + 0.075, v) * within;
}

function grain({ u, v }: Place): number {
  const fine = 0.035 * (noise(u * 160, v * 170) - 0.5) + 0.045 * (hash(u * 913 + 1, v * 717) - 0.5);
  return 0.055 * (clouds(u * 5 + 1, v * 6) - 0.5) + fine;
}

function brightness(u: number, v: number): number {
  const place = placeOf(u, v);
  const parts = [softParts, vessels, middle, bones, fluid, grain];
  return parts.reduce((sum, part) => sum + part(place), 0) * place.body + 0.02;
}

/** Letters burned in by the mobile unit, the shortcut that the sketch is about. */
function burnIn(context: CanvasRenderingContext2D, scale: number): void {
  context.fillStyle = "rgb(236 238 240)";
  context.textBaseline = "top";
  context.font = `700 ${30 * scale}px Arial, sans-serif`;
  context.fillText("L", 516 * scale, 20 * scale);
  context.font = `600 ${15.5 * scale}px Arial, sans-serif`;
  context.textAlign = "right";
  context.fillText("PORTABLE", 540 * scale, 58 * scale);
  context.fillText("AP  SUPINE", 540 * scale, 77 * scale);
}

export function drawFilm(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const picture = context.createImageData(width, height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 4) {
      const b = Math.min(1, Math.max(0, brightness((x / width) * 2 - 1, 0.015 + (y / height) * 0.985)));
      picture.data.fill(255 * Math.min(1, b ** 1.12 * 1.16), p, p + 3);
      picture.data[p + 3] = 255;
    }
  }
  context.putImageData(picture, 0, 0);
  burnIn(context, width / 560);
  return canvas;
}
