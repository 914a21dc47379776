/** Python follows the hand, and the bench follows Python: which case is open, what is edited, which answer is on show. */

import { effect, untracked } from "@preact/signals-core";
import type { Model } from "../../host/index.ts";
import { type CellKeys, write } from "./kernel.ts";
import type { Bench } from "./state.ts";
import type { Edit, Prediction } from "./types.ts";

type Opened = { type: "opened"; prediction: Prediction; edits: Edit[] };

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export function follow(bench: Bench, model: Model<CellKeys>, signal: AbortSignal): void {
  const edits = () => {
    const wanted = model.get("edits");
    if (bench.mayTry && bench.open.value && !same(wanted, bench.edits.value)) bench.setEdits(wanted);
  };
  const open = () => {
    const id = model.get("case");
    if (id !== bench.caseId.value && bench.cases.value.some((one) => one.id === id)) bench.openCase(id);
  };
  const opened = (content: unknown) => {
    const message = content as Opened;
    if (message.type !== "opened") return;
    const { prediction } = message;
    if (bench.cases.value.some((one) => one.id === prediction.original)) bench.openCase(prediction.original);
    else bench.addCase(prediction);
    if (bench.mayTry && message.edits.length) bench.setEdits(message.edits);
  };
  if (model.get("edits").length > 0) edits();
  model.on("change:edits", edits);
  model.on("change:case", open);
  model.on("msg:custom", opened);
  const stop = effect(() => {
    const now = { edits: bench.edits.value, case: bench.caseId.value, shown: bench.answer.value?.id ?? "" };
    untracked(() => tell(model, now));
  });
  signal.addEventListener("abort", () => {
    stop();
    model.off("change:edits", edits);
    model.off("change:case", open);
    model.off("msg:custom", opened);
  });
}

function tell(model: Model<CellKeys>, now: Pick<CellKeys, "edits" | "case" | "shown">): void {
  const keys = ["edits", "case", "shown"] as const;
  const changed = keys.filter((key) => !same(model.get(key), now[key]));
  if (changed.length) write(model, Object.fromEntries(changed.map((key) => [key, now[key]])));
}
