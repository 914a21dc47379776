/** The kinds of input that can be made on the page itself, and what makes them, brought when it is asked for. */

import type { Bench } from "../state.ts";
import type { StoredKind } from "../types.ts";
import type { Maker } from "./maker.ts";

/** take: where the file goes that was made; the maker is closed by it. */
export type MakerOf = (bench: Bench, take: (file: File) => void) => Maker;

export const MAKERS: Partial<Record<StoredKind, { label: string; icon: string; load(): Promise<MakerOf> }>> = {
  sketch: {
    label: "Draw one",
    icon: "draw",
    load: () => import("./sketch/index.ts").then(({ sketchMaker }) => sketchMaker),
  },
  audio: {
    label: "Record one",
    icon: "mic",
    load: () => import("./audio/recorder.ts").then(({ recorder }) => recorder),
  },
};
