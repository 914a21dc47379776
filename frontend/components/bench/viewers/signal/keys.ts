/** Keys of the stage while a signal is edited. */

import type { KeyRow } from "../viewer.ts";

export const SIGNAL_EDITING: KeyRow[] = [
  { keys: ["←", "→"], words: "move the stretch" },
  { keys: ["Shift", "→"], words: "size the stretch" },
  { keys: ["Enter"], words: "put it down" },
];
