/** The kinds of input that are shown on the stage: their words, and the files they come from. */

import type { TemplateResult } from "lit-html";
import type { Bench } from "../state.ts";
import type { FormInput, Input, StoredKind } from "../types.ts";
import type { MakerOf } from "./maker.ts";

export type Kind = {
  /** One of it, and several. */
  noun: string;
  nouns: string;
  /** For the file field; formats without a name of their own by their ending. */
  accept: string;
  /** The button that leads to editing, with the tool it leads to, and what it says beside it. */
  wayIn: { label: string; icon: string; tool: string; hint: string };
  /** Several files, or a folder of them, are one input; the host makes of them the one that is sent. */
  isMany?: boolean;
  /** How one is made on the page itself. */
  make?: { label: string; icon: string; load(): Promise<MakerOf> };
  /** Beside the file field, in place of what is said of pictures. */
  advice?: string;
};

/** note: what was done to them, for the case that becomes of it. doubt: asked before it is sent. */
export type Gathered =
  | { file: File; note?: Note; doubt?: string }
  /** refusal: why nothing is sent. */
  | { file: null; refusal: string };
export type Note = () => TemplateResult;

export const KINDS: Record<StoredKind, Kind> = {
  image: {
    noun: "picture",
    nouns: "pictures",
    accept: "image/*,.tif,.tiff",
    wayIn: {
      label: "Cover a part",
      icon: "occlude",
      tool: "occlude",
      hint: "Cover, crop, turn or brighten what it sees, and watch the answer change.",
    },
  },
  bytes: {
    noun: "file",
    nouns: "files",
    accept: "",
    wayIn: { label: "Mark", icon: "point", tool: "", hint: "A file is given to the model as it is." },
    advice: "Any file. It is kept as it is and never opened.",
  },
  dicom: {
    noun: "study",
    nouns: "studies",
    accept: ".dcm,.dicom,application/dicom",
    wayIn: {
      label: "Cover a part",
      icon: "occlude",
      tool: "occlude",
      hint: "Cover, crop, turn or window what it sees, and watch the answer change.",
    },
    isMany: true,
    advice: "Names, dates and identifiers are taken out here, before anything is sent.",
  },
  table_file: {
    noun: "table",
    nouns: "tables",
    accept: ".csv,.tsv,.txt,.json,.jsonl,.ndjson,.parquet,.arrow,.feather",
    wayIn: {
      label: "Change a cell",
      icon: "table",
      tool: "set",
      hint: "Change what stands in a cell, and watch the answers change.",
    },
    advice: "CSV, JSON lines, Parquet or Arrow, with the columns by their names.",
  },
  sketch: {
    noun: "sketch",
    nouns: "sketches",
    accept: "image/*,.tif,.tiff",
    wayIn: {
      label: "Change the sketch",
      icon: "draw",
      tool: "draw",
      hint: "Draw on it, cover, crop or turn it, and watch the answer change.",
    },
    make: {
      label: "Draw one",
      icon: "draw",
      load: () => import("./sketch/index.ts").then(({ sketchMaker }) => sketchMaker),
    },
  },
  audio: {
    noun: "recording",
    nouns: "recordings",
    accept: "audio/*,.wav,.flac,.mp3,.ogg,.aiff",
    wayIn: {
      label: "Silence a part",
      icon: "occlude",
      tool: "mask",
      hint: "Silence, amplify or filter what it hears, and watch the answer change.",
    },
    make: {
      label: "Record one",
      icon: "mic",
      load: () => import("./audio/recorder.ts").then(({ recorder }) => recorder),
    },
  },
  series: {
    noun: "signal",
    nouns: "signals",
    accept: ".csv,.tsv,.txt,.json,.arrow,.zip",
    wayIn: {
      label: "Silence a part",
      icon: "occlude",
      tool: "mask",
      hint: "Silence, amplify or filter leads, and watch the answer change.",
    },
  },
};

/** Of what is on the stage. */
export const kindOf = (bench: Bench): Kind => KINDS[bench.kind.value ?? "image"];
/** In a word: one, and several. */
export const nounOf = (bench: Bench): string => kindOf(bench).noun;
export const nounsOf = (bench: Bench): string => kindOf(bench).nouns;

export const isForm = (field: Input): field is FormInput => !isStored(field.kind);
export const isStored = (kind: Input["kind"]): kind is StoredKind => kind in KINDS;
