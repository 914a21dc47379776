/** The list of edits, as its rows change it: taken out, moved, switched off, taken to the next case. */

import { batch } from "@preact/signals-core";
import type { Bench } from "./state.ts";
import type { Edit } from "./types.ts";

export function removeEdit(bench: Bench, edit: Edit): void {
  bench.setEdits(bench.edits.value.filter((one) => one !== edit));
}

/** To another place in the list; steps of one drag count as one change. */
export function moveEdit(bench: Bench, from: number, to: number, drag = ""): void {
  const list = [...bench.edits.value];
  const [edit] = list.splice(from, 1);
  if (!edit || to < 0 || to > list.length) return;
  list.splice(to, 0, edit);
  bench.setEdits(list, drag);
}

/** It stays in the list, with or without effect. */
export function switchEdit(bench: Bench, edit: Edit): void {
  const { off, ...rest } = edit;
  const other = (off ? rest : { ...rest, off: true }) as Edit;
  bench.setEdits(bench.edits.value.map((one) => (one === edit ? other : one)));
}

/** The next case, with the same changes; its own can be had back by undo. */
export function applyToNext(bench: Bench): void {
  const edits = bench.edits.value;
  batch(() => {
    bench.stepCase(1);
    bench.setEdits([...edits]);
  });
}
