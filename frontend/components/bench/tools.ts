/** What a hand does to edits and marks, whatever kind of input they lie on. */

import type { Bench, Mode } from "./state.ts";
import type { Edit, Mark, MarkKind } from "./types.ts";
import { stageFocus } from "./viewers/viewer.ts";

/** A named input where there are several on the stage; an empty one means the first. */
export function on(bench: Bench): { input?: string } {
  return bench.stored.length > 1 ? { input: bench.input.value } : {};
}

export function go(bench: Bench, mode: Mode, what?: string): void {
  if (mode === "edit" && (!bench.mayTry || bench.stored.length === 0)) return;
  if (mode === "edit" && bench.viewer.peek()?.tools.length === 0) return; // what it shows has nothing to edit
  if (mode === "mark" && (!bench.mayFlag || bench.stored.length === 0)) return;
  bench.draft.value = null;
  bench.drawing.value = null;
  if (mode === "edit" && what) bench.tool.value = what;
  if (mode === "mark") {
    bench.markKind.value = (what as MarkKind | undefined) ?? bench.markKind.value;
    bench.judge({ open: true });
  }
  bench.mode.value = mode;
}

/** The hand draws a mark of this kind next, on a stage that is in view. */
export function markWith(bench: Bench, kind: MarkKind): void {
  go(bench, "mark", kind);
  bench.host.root.querySelector("#bench-film [data-stage]")?.scrollIntoView({ block: "nearest" });
  stageFocus(bench);
}

export function removeMark(bench: Bench, mark: Mark): void {
  bench.marks.value = bench.marks.value.filter((one) => one !== mark);
}

/** The last one of its kind on the stage: what a slider shows and changes. */
export function lastOf<E extends Edit>(bench: Bench, kind: E["kind"]): E | undefined {
  return bench.here.value.findLast((edit): edit is E => edit.kind === kind);
}

/** In the place of one, so that the list keeps its order; at its end where there was none. null takes it out. */
export function replaceEdit(bench: Bench, before: Edit | undefined, edit: Edit | null, drag: string): void {
  const list = bench.edits.value;
  const next = edit ? [edit] : [];
  const at = before ? list.indexOf(before) : -1;
  bench.setEdits(at < 0 ? [...list, ...next] : [...list.slice(0, at), ...next, ...list.slice(at + 1)], drag);
}

export function undo(bench: Bench): void {
  const last = bench.history.value[bench.history.value.length - 1];
  if (bench.draft.value) bench.draft.value = null;
  else if (last) {
    bench.history.value = bench.history.value.slice(0, -1);
    bench.edits.value = last;
  } else bench.edits.value = bench.edits.value.slice(0, -1); // after a reload: the list itself is the history
}

export function reset(bench: Bench): void {
  if (bench.edits.value.length > 0 || bench.draft.value) bench.setEdits([]);
}
