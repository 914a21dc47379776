/** What the page, the server and the bench say to each other. The interface and edits mirror `gpu_workers/protocol`. */

import type { Problem } from "../../host/http.ts";
import type { Method } from "../why/types.ts";
import type { Edit } from "./edits.ts";
import type { Found, FoundKind, Judged, Missed } from "./findings.ts";
import type { Mark } from "./marks.ts";

export * from "./edits.ts";
export * from "./marks.ts";
export type { Problem };

type Named = { name: string; title?: string; help?: string };
export type Column = {
  name: string;
  unit?: string;
  minimum?: number | null;
  maximum?: number | null;
  default?: number | null;
  choices?: string[];
};
export type ImageInput = Named & { kind: "image" };
/** A picture that is drawn on the page, or sent as a file. size: height and width of what the model is given. */
export type SketchInput = Named & { kind: "sketch"; size?: [number, number] | null };
export type AudioInput = Named & {
  kind: "audio";
  rate_hz?: number | null;
  channels?: 1 | 2;
  max_seconds?: number | null;
};
/** Signals of several leads that share one clock, as an ECG. */
export type SeriesInput = Named & {
  kind: "series";
  rate_hz?: number | null;
  leads?: string[];
  unit?: string;
  seconds?: number | null;
};
/** The rows of one file as one case. */
export type TableFileInput = Named & { kind: "table_file"; columns: FileColumn[]; max_rows?: number };
export type FileColumn = Column & { type?: "number" | "text"; optional?: boolean };
export type TextInput = Named & { kind: "text"; max_length?: number; default?: string | null };
export type NumberInput = Named & {
  kind: "number";
  minimum?: number | null;
  maximum?: number | null;
  unit?: string;
  default?: number | null;
};
export type ChoiceInput = Named & { kind: "choice"; choices: string[]; default?: string | null };
export type TableInput = Named & { kind: "table"; columns: Column[] };
/** One study, of one frame or many. */
export type DicomInput = Named & { kind: "dicom" };
/** A file of any kind, given to the model byte by byte. */
export type BytesInput = Named & { kind: "bytes" };
/** Kinds whose bytes lie in the store; each is shown on the stage by a viewer of its own. */
export type StoredInput =
  | BytesInput
  | ImageInput
  | SketchInput
  | AudioInput
  | SeriesInput
  | DicomInput
  | TableFileInput;
export type StoredKind = StoredInput["kind"];
export type FormInput = TextInput | NumberInput | ChoiceInput | TableInput;
export type Input = StoredInput | FormInput;

export type Output = Named & {
  kind: "label" | "number" | "text" | "image" | "json" | "vector" | "table" | FoundKind;
  unit?: string;
  classes?: string[];
  /** The input in which something is found; left out, the first that it can be. */
  input?: string;
};
export type Interface = { inputs: Input[]; outputs: Output[] };

export type Answer =
  | { kind: "label"; scores: [string, number][]; truncated?: boolean }
  | { kind: "number"; value: number | null; unit?: string }
  | { kind: "text"; value: string }
  | { kind: "image"; url: string; width: number; height: number }
  | { kind: "json"; value: unknown }
  | VectorAnswer
  | TableAnswer
  | Found;
/** values: float32. norm: Euclidean, before they were brought to length one where that is declared. */
export type VectorAnswer = { kind: "vector"; values: number[]; norm: number };
/** What is answered to each row of a file, in its order. input: the file's name. */
export type TableAnswer = {
  kind: "table";
  input?: string;
  columns: { name: string; type: "label" | "score" | "number" | "text"; unit?: string }[];
  rows: (string | number | null)[][];
  counts?: [string, number][];
  spread?: { least: number; mean: number; most: number } | null;
};
export type Answers = Record<string, Answer>;

export type Verdict = "right" | "right_wrong_reason" | "wrong" | "unsure";
export type Flag = {
  verdict: Verdict;
  correction: Record<string, unknown> | null;
  marks: Mark[];
  /** What is said of single findings, and what the model missed. */
  findings?: Judged[];
  added?: Missed[];
  message: string;
};

type Stored = { url: string; thumbnail?: string; sha256?: string };
export type ImageValue = Stored & { kind: "image"; width: number; height: number };
/** url: of a WAV, float32, interleaved. */
export type AudioValue = Stored & { kind: "audio"; rate_hz: number; channels: number; seconds: number };
/** url: of an Arrow IPC stream, one float32 column a lead. */
export type SeriesValue = Stored & { kind: "series"; rate_hz: number; leads: string[]; unit: string; seconds: number };
/** Of the input kind "dicom". url: of the canonical zip, see `viewers/study/header.ts`. */
export type StudyValue = Stored & {
  kind: "study";
  frames: number;
  rows: number;
  columns: number;
  spacing_mm?: [number, number] | null;
};
export type BytesValue = Stored & { kind: "bytes"; bytes: number };
/** url: of an Arrow IPC file, a column of numbers or texts for each. notes: how the file was read. */
export type RowsValue = Stored & { kind: "rows"; count: number; names: string[]; notes: string[] };
export type StoredValue = RowsValue | BytesValue | ImageValue | AudioValue | SeriesValue | StudyValue;
/** rendered: what the model saw, where edits changed it. */
export type FormValue = { kind: FormInput["kind"]; value: unknown; rendered?: unknown };
export type Value = StoredValue | FormValue;

export type Prediction = {
  id: string;
  state: "queued" | "succeeded" | "failed" | "cancelled";
  inputs: Record<string, Value>;
  rendered?: Record<string, string>;
  edits: Edit[];
  answer: Answers | null;
  error: { code: string; message: string } | null;
  original: string;
  /** The row of a table that the case is, told to members only. row: counted from 0; id: where the table has any. */
  came_from?: { version: string; dataset: string; number: number; row: number; id?: string } | null;
  kept: boolean;
  version: { number: number; model_name: string };
  timings?: { total_ms?: number | null } | null;
  flag?: Flag | null;
  /** Of a case that waits for a live function. */
  waiting?: Waiting | null;
  created_at: string;
};

/** message: in words, "" when it is the case's turn. */
export type Waiting = { online: boolean; ahead: number; message: string };

export type Message = { id?: string; author: string; body: string; created_at: string; mine: boolean };
export type Thread = { messages: Message[] };
export type Card = { purpose?: string; not_for?: string; validation?: string; known_errors?: string; contact?: string };

export type BenchState = {
  endpoint: { id: string; name: string };
  team: string;
  shared_by: string;
  role: "view" | "try" | "review";
  expires_at: string | null;
  research_use_only: boolean;
  card: Card | null;
  version: { number: number; model_name: string };
  interface: Interface;
  guest: { id: string | null; name: string; email: string };
  urls: {
    socket: string;
    predictions: string;
    prediction: string;
    keep: string;
    cancel: string;
    flag: string;
    thread: string;
    me: string;
    /** Of `{id}`, a prediction; and one explanation. */
    explanations: string;
    explanation: string;
    /** Of `{id}`, a study that is kept aside. */
    quarantine: string;
    /** “Not you?”; only where a guest came through a link. */
    leave?: string;
    /** One's own cases before those that came with the page. */
    cases: string;
    /** Of `{id}`, a case: deleted by the guest whose it is. */
    case?: string;
    /** What the guest brought and wrote, as an archive. */
    data?: string;
    /** The endpoint's page; only where a member of the team sits here. */
    back?: string;
    /** The debugger of the table's version `{version}` that a case is a row of; where `back` is. */
    table?: string;
  };
  /** The methods that suit the model; null where explanations are not shown. */
  explanations: Method[] | null;
  examples: { id: string; title: string; prediction: Prediction; thumbnail?: string | null; thread?: Thread | null }[];
  /** Versions to be compared blind, each at a page of its own. left: cases that are not read yet. */
  comparisons?: { url: string; question: string; cases: number; left: number }[];
  /** Originals of the cases that come first, as the address named them. */
  opened?: string[];
  cases: OwnCase[];
  /** There are own cases before these. */
  earlier?: boolean;
};

export type OwnCase = { original: string; attempts: Prediction[]; thread: Thread | null };

/** An input as it is sent: a plain value, or the same input of an earlier prediction. */
export type Sent = unknown | { prediction: string };

export type ToServer =
  | { type: "predict"; request: number; inputs: Record<string, Sent>; edits: Edit[]; keep: boolean }
  | { type: "cancel"; prediction: string }
  | { type: "keep"; prediction: string };

export type FromServer =
  | { type: "accepted"; request: number; prediction: Prediction }
  | { type: "finished"; request: number | null; prediction: Prediction }
  | { type: "refused"; request: number; problem: Problem }
  | { type: "waiting"; request: number | null; prediction: string; waiting: Waiting | null }
  | {
      type: "progress";
      request: number | null;
      prediction: string;
      share: number | null;
      text: string;
      answer: Answers | null;
    }
  | { type: "unsent"; request: number }
  | { type: "revoked"; message: string }
  /** The guest deleted a case, or all that was its own: null. */
  | { type: "deleted"; original: string | null }
  | { type: "thread"; original: string; messages: Message[] };

export type Connection = "connecting" | "connected" | "reconnecting" | "polling";

/** What the bench reads of its model, and the one key that it writes: whose conversations are on show. */
export type BenchKeys = { state: BenchState; connection: Connection; originals: string[] };
