/** What a hand changes of what the model sees; mirrors `gpu_workers/protocol/edits.py`. */

export type Point = [number, number]; // fractions of a frame, 0..1

export type Fill = "black" | "mean" | "blur";
/** input: left out, the first that takes it. off: it stays in the list and does nothing. */
type On = { input?: string; off?: boolean };
export type Crop = On & { kind: "crop"; x: number; y: number; w: number; h: number };
/** On which frames of a study; left out, on all. First and last are included. */
type OnFrames = { frame?: number; frames?: [number, number] };
export type Occlude = On & {
  kind: "occlude";
  shape?: "box" | "ellipse" | "polygon";
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  points?: Point[];
  fill?: Fill;
} & OnFrames;
export type Rotate = On & { kind: "rotate"; degrees: number };
export type Flip = On & { kind: "flip"; axis: "x" | "y" };
export type Adjust = On & { kind: "adjust"; brightness?: number; contrast?: number; gamma?: number };
/** Of a study in rescaled units. */
export type WindowEdit = On & { kind: "window"; center: number; width: number };
/** sigma: a fraction of the shorter side. */
export type Blur = On & { kind: "blur"; sigma: number };
/** sigma: a fraction of the full range. seed: the same one makes the same noise. */
export type Noise = On & { kind: "noise"; sigma: number; seed: number };
/** A line through points. width: a fraction of the shorter side; value: of the full range. */
export type Draw = On & { kind: "draw"; points: Point[]; width: number; value: number };
/** Of a signal: a stretch in seconds from its start, and leads by name; left out, the whole and all. */
type Stretch = { start_s?: number; end_s?: number; leads?: string[] };
export type Mask = On & Stretch & { kind: "mask"; start_s: number; end_s: number };
export type Gain = On & Stretch & { kind: "gain"; db: number };
/** Keeps what lies between two frequencies; either may be open. */
export type Filter = On & { kind: "filter"; low_hz?: number | null; high_hz?: number | null; leads?: string[] };
/** start, end: code points of the text as the edits before left it. */
export type Replace = On & { kind: "replace"; start: number; end: number; text: string };
/** row: counted from 0; column: by name. */
export type SetCell = On & { kind: "set"; row: number; column: string; value: unknown };

export type PictureEdit = Crop | Occlude | Rotate | Flip | Adjust | WindowEdit | Blur | Noise | Draw;
export type SignalEdit = Mask | Gain | Filter;
export type Edit = PictureEdit | SignalEdit | Replace | SetCell;
