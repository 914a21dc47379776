/** What the server says of explanations. It mirrors `gpu_workers/protocol/explanations.py` and `apps/explanations`. */

/** A method that suits what a model takes. inputs: those that it can change. */
export type Method = { method: string; title: string; shows: string; does_not_show: string; inputs: string[] };

export type Target = { output: string; label: string };

/** x, y: borders of the cells in fractions of the picture; values: rows of columns. */
export type MapResult = {
  kind: "map";
  input: string;
  x: number[];
  y: number[];
  values: number[][];
  score: number;
};
/** Of a block of slices, first and last included; values as a map's. */
export type Layer = { first: number; last: number; values: number[][] };
export type LayersResult = { kind: "layers"; input: string; x: number[]; y: number[]; layers: Layer[]; score: number };
export type RegionsResult = {
  kind: "regions";
  input: string;
  regions: { share: number; x: number; y: number; covered: number; alone: number }[];
  score: number;
  nothing: number;
};
export type Point = { value: number | string; score: number; top: string };
export type Curve = { field: string; unit: string; value: number | string; points: Point[] };
export type CurvesResult = { kind: "curves"; curves: Curve[]; score: number; top: string };
export type WordsResult = {
  kind: "words";
  input: string;
  text: string;
  words: { start: number; end: number; score: number }[];
  score: number;
};
export type TimelineResult = {
  kind: "timeline";
  input: string;
  /** Borders of the stretches in seconds, one more than a row has values. */
  times: number[];
  /** lead: "" where all were silent together. */
  rows: { lead: string; values: number[] }[];
  score: number;
  strongest: { lead: string; start_s: number; end_s: number; score: number };
};
export type Stood = { severity: number; score: number; top: string; changed: boolean };
export type StressResult = {
  kind: "stress";
  rows: { change: string; title: string; family: string; at: Stood[] }[];
  score: number;
  top: string;
};
export type Result =
  | MapResult
  | LayersResult
  | RegionsResult
  | CurvesResult
  | TimelineResult
  | WordsResult
  | StressResult;

export type Explanation = {
  id: string;
  prediction: string;
  method: string;
  title: string;
  shows: string;
  does_not_show: string;
  options: Record<string, unknown>;
  target: Target;
  state: "queued" | "succeeded" | "failed" | "cancelled";
  /** A share of the calls; null while it waits. */
  progress: number | null;
  calls: number;
  expected_seconds: number;
  /** The result in a sentence. */
  found: string;
  result: Result | null;
  overlay: string | null;
  error: { code: string; message: string } | null;
};

export type Cost = { calls: number; expected_seconds: number; measured: boolean; message: string };

/** The case in question. rendered: what the model saw, by input. targets: whose scores can be followed. frames: of
 * studies, by input. */
export type Subject = {
  id: string;
  rendered: Record<string, string>;
  targets: Target[];
  frames: Record<string, number>;
};

/** explanations: of `{id}`, a prediction; explanation: one. methods: null where one is shown no explanations at all. */
export type Place = { explanations: string; explanation: string; methods: Method[] | null; mayAsk: boolean };
