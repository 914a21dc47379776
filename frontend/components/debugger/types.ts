/** What page, server and debugger say to each other. Mirrors `gpu_workers/protocol/debugger/` and `datasets.py`. */

import type { Problem } from "../../host/http.ts";
import type { Asked, Told } from "../../host/line.ts";

export type { Problem };

// ---- a dataset's columns ----

export type Kind = "number" | "boolean" | "category" | "text" | "time" | "vector" | "image";
export type Role =
  | "id"
  | "label"
  | "prediction"
  | "probability"
  | "feature"
  | "group"
  | "weight"
  | "time"
  | "media"
  | "lat"
  | "lon"
  | "embedding"
  | "ignore";
export type Column = { name: string; kind: Kind; role: Role; model?: string; of_class?: string };

// ---- what is asked ----

/** One of: a column with bounds (low ≤ value < high), with `in` or `not_in`, or `null`; or `all` or `any` of others. */
export type Condition = {
  column?: string;
  low?: number;
  high?: number;
  in?: (string | number)[];
  not_in?: (string | number)[];
  null?: true;
  all?: Condition[];
  any?: Condition[];
};
/** source: the view it was set in; that view itself still shows what it leaves out. */
export type Clause = { source: string; where: Condition };
export type NamedCondition = { name: string; where: Condition };

export type ByPerformance = { type: "performance"; count?: number; seed?: number; models?: string[] };
export type ByQuantiles = { type: "quantiles"; column: string; parts?: number };
export type ByColumn = { type: "column"; column: string; most?: number };
export type Every = "auto" | "hour" | "day" | "week" | "month" | "quarter" | "year";
export type ByTime = { type: "time"; column: string; every?: Every };
export type ByConditions = { type: "conditions"; segments: NamedCondition[] };
export type ByTree = { type: "tree"; model: string; depth?: number; least?: number };
export type Segmentation = ByPerformance | ByQuantiles | ByColumn | ByTime | ByConditions | ByTree;

export type Measure =
  | "jensen_shannon"
  | "kl"
  | "kl_corrected"
  | "kl_manifold"
  | "stability_index"
  | "wasserstein"
  | "kolmogorov_smirnov";
export type Of = "all" | "a" | "b";
export type Rows = { first: number; count: number; sort: string; descending: boolean; of: Of };

/** Everything that the page shows, in one round trip. Whole: with no default left out. */
export type View = {
  type: "view";
  models: string[];
  score: string;
  segments: Segmentation;
  clauses: Clause[];
  a: number[];
  b: number[];
  measure: Measure;
  named: string;
  first_feature: number;
  features: number;
  rows: Rows | null;
  positive: string | null;
};
export type FindSlices = {
  type: "slices";
  model: string;
  against: string | null;
  score: string;
  depth: number;
  least: number;
  count: number;
  positive: string | null;
};
export type Export = { type: "export"; view: View; format: "csv" | "parquet"; of: Of };

// ---- what is answered ----

export type Estimate = { value: number | null; low: number | null; high: number | null };
export type Distribution = {
  counts: number[];
  above: number;
  nulls: number;
  quartiles: [number | null, number | null, number | null];
  mean: number | null;
  /** Of the rows in each bin, and last above; empty where all rows count alike, as with all weights below. */
  weights?: number[];
};
export type OfModel = { model: string; score: Distribution; metrics: Record<string, Estimate> };
export type Segment = {
  key: number;
  name: string;
  sentence: string;
  where: Condition | null;
  rows: number;
  models: OfModel[];
  differences: Record<string, Estimate>;
  weight?: number | null;
};
/** a, b: rows by bin or category, and last the nulls. outlines: of places, each cell's longitudes and latitudes in turn. */
export type Feature = {
  name: string;
  kind: string;
  edges: number[];
  categories: string[];
  a: number[];
  b: number[];
  measures: Record<string, number | null>;
  p: number | null;
  q: number | null;
  direction: number | null;
  sentence: string;
  outlines?: number[][];
  weights_a?: number[];
  weights_b?: number[];
};
export type Rule = { where: Condition; sentence: string; precision: number; recall: number };
export type Group = { keys: number[]; rows: number; medians: Record<string, number | null> };
export type Cell = string | number | boolean | null;
export type Listed = { total: number; columns: string[]; numbers: number[]; values: Cell[][] };
export type Facts = {
  task: "regression" | "binary" | "multiclass" | "none";
  models: string[];
  scores: string[];
  metrics: string[];
  classes: string[];
  positive: string | null;
  lower_is_better: boolean;
  /** The column by which rows count. */
  weight?: string | null;
};
export type ViewAnswer = {
  type: "view";
  rows: number;
  selected: number;
  facts: Facts;
  score: string;
  score_edges: number[];
  segments: Segment[];
  stability: number | null;
  groups: { a: Group; b: Group };
  features: Feature[];
  feature_count: number;
  /** Of those with the question's `named` in their names. */
  named_count: number;
  rule: Rule | null;
  table: Listed | null;
  notes: string[];
  device: string;
  seconds: number;
};
export type Found = {
  where: Condition;
  sentence: string;
  rows: number;
  mean: number;
  rest: number;
  effect: number;
  p: number;
  q: number;
};
export type SlicesAnswer = {
  type: "slices";
  score: string;
  slices: Found[];
  searched: number;
  notes: string[];
  device: string;
  seconds: number;
};

// ---- the page around it ----

export type Slice = {
  id: string;
  name: string;
  where: Condition;
  sentence: string;
  rows: number | null;
  author: string;
  url?: string;
};
export type SavedAnalysis = {
  id: string;
  name: string;
  note: string;
  question: Partial<View>;
  author: string;
  made_at: string;
  url: string;
};
/** A place that a column fills: an input of a model, or a column (part) of its table. */
export type Slot = { input: string; part: string; title: string; kinds: Kind[]; needed: boolean };
/** By input the column that fills it, of a table input by its own columns. */
export type Mapping = Record<string, string | Record<string, string>>;
export type Endpoint = { id: string; name: string; model?: string; slots: Slot[]; mapping: Mapping };
/** url: of the bench with the rows that could be opened, null where none could. */
export type Opened = { url: string | null; opened: number; refused: { row: number; reason: string }[] };

export type PageState = {
  dataset: { id: string; name: string };
  version: { id: string; number: number; rows: number; url: string };
  versions: { id: string; number: number; url: string }[];
  datasets: { name: string; url: string }[];
  columns: Column[];
  team: string;
  role: string;
  can_save: boolean;
  saved: SavedAnalysis[];
  slices: Slice[];
};

/**
 * What can be asked of the other side, as `{type: "call", request, call, body}`; it answers `{type: "answered",
 * request, body}` or `{type: "refused", request, problem}`. `{type: "cancel", request}` says that nobody waits any more.
 */
export type Call =
  | "ask"
  | "export"
  | "dataset"
  | "save_slice"
  | "delete_slice"
  | "save_analysis"
  | "delete_analysis"
  | "share"
  | "report"
  | "pictures"
  | "cases"
  | "open_cases";
export type ToOther = Asked<Call>;
export type FromOther = Told;

/**
 * What the debugger reads of its model. It writes `question`. offers: the calls that the other side carries out; none
 * of them in a static report, which shows the `answer` that it came with.
 */
export type DebuggerKeys = {
  state: PageState;
  question: Partial<View> | null;
  answer: ViewAnswer | null;
  offers: Call[];
};
