/** What the viewers of recordings and of series have in common: one source, one hand, one set of tools. */

import { computed } from "@preact/signals-core";
import type { Bench } from "../../state.ts";
import type { KeyRow, Viewer } from "../viewer.ts";
import type { Gesture, SignalHand } from "./hand.ts";
import type { Source } from "./source.ts";
import { traces } from "./thumbnail.ts";
import type { SignalTools } from "./tools.ts";

/** Keys of the stage while a signal is edited. */
export const EDITING: KeyRow[] = [
  { keys: ["←", "→"], words: "move the stretch" },
  { keys: ["Shift", "→"], words: "size the stretch" },
  { keys: ["Enter"], words: "put it down" },
];

type Common = "isShown" | "failure" | "retry" | "tools" | "trial" | "place" | "marks" | "thumbnail";

export function signalViewer(bench: Bench, source: Source, tools: SignalTools): Pick<Viewer, Common> {
  return {
    isShown: computed(() => source.original.value !== null),
    failure: source.failure,
    retry: source.retry,
    tools: tools.tools,
    trial: () => tools.trial(),
    place: () => tools.place(),
    marks: ["point", "box"],
    thumbnail(edits) {
      if (!source.original.value) return null;
      // What an attempt heard is computed when it is drawn, not whenever the strip is
      const draw = (canvas: HTMLCanvasElement) => traces(canvas, source.after(edits)?.channels ?? []);
      return { key: JSON.stringify([bench.value.value?.url, edits]), draw };
    },
  };
}

/** A key outside fields. gestures: what a drag does after which; set chooses it. */
export function signalKey(
  bench: Bench,
  hand: SignalHand,
  event: KeyboardEvent,
  gestures: Readonly<Record<string, Gesture>>,
  set: (gesture: Gesture) => void,
): boolean {
  const pressed = event.key.toLowerCase();
  const gesture = gestures[pressed];
  if (pressed === "+" || pressed === "=") hand.zoom(2);
  else if (pressed === "-") hand.zoom(0.5);
  else if (bench.mode.value === "edit") return false;
  else if (pressed === "z") hand.fit();
  else if (gesture) set(gesture);
  else return false;
  return true;
}
