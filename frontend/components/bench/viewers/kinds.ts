/** The kinds of input that are shown on the stage: their words, and the files they come from. */

import type { ReadonlySignal } from "@preact/signals-core";
import type { FormInput, Input, StoredKind } from "../types.ts";

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
  /** Beside the file field, in place of what is said of pictures. */
  advice?: string;
};

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

/** The bench, of which only what is on the stage is asked. */
type Staged = { readonly kind: ReadonlySignal<StoredKind | null> };

/** Of what is on the stage. */
export const kindOf = ({ kind }: Staged): Kind => KINDS[kind.value ?? "image"];
/** In a word: one, and several. */
export const nounOf = (bench: Staged): string => kindOf(bench).noun;
export const nounsOf = (bench: Staged): string => kindOf(bench).nouns;

export const isForm = (field: Input): field is FormInput => !isStored(field.kind);
export const isStored = (kind: Input["kind"]): kind is StoredKind => kind in KINDS;
