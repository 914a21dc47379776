/** What attempts are called in the strip: by what was changed. */

import type { Edit, Input, Prediction } from "./types.ts";
import { valuesOf } from "./values.ts";
import { isForm } from "./viewers/kinds.ts";
import { titleOf } from "./words.ts";

/** The icon and the name of each kind of edit. */
const KINDS: Record<Edit["kind"], [string, string]> = {
  crop: ["crop", "Crop"],
  occlude: ["occlude", "Cover"],
  rotate: ["rotate", "Rotate"],
  flip: ["flip", "Flip"],
  adjust: ["contrast", "Brightness"],
  window: ["contrast", "Window"],
  blur: ["blur", "Blur"],
  noise: ["noise", "Noise"],
  draw: ["draw", "Line"],
  mask: ["occlude", "Silence"],
  gain: ["gauge", "Gain"],
  filter: ["filter", "Filter"],
  replace: ["draw", "Words"],
  set: ["table", "Value"],
};

export const iconOf = (edit: Edit): string =>
  edit.kind === "flip" && edit.axis === "y" ? "flip-v" : KINDS[edit.kind][0];

/** What an attempt is called in the strip; an edit that is off made no difference. */
export function attemptName(
  prediction: Prediction,
  original: Prediction,
  inputs: readonly Input[],
): { icon: string; text: string } {
  const edits = prediction.edits.filter((edit) => !edit.off);
  const [first] = edits;
  if (first) {
    const same = edits.filter((edit) => edit.kind === first.kind && (edit.kind !== "set" || edit === first)).length;
    const rest = edits.length - same;
    const name = (first.kind === "set" ? first.column : KINDS[first.kind][1]) + (same > 1 ? ` ×${same}` : "");
    return { icon: iconOf(first), text: name + (rest ? ` +${rest}` : "") };
  }
  if (prediction.id === original.id) return { icon: "eye", text: "Original" };
  const changed = inputs.flatMap((field) => changedIn(field, prediction, original));
  const [name] = changed;
  if (!name) return { icon: "eye", text: "As received" };
  return { icon: "draw", text: name + (changed.length > 1 ? ` +${changed.length - 1}` : "") };
}

/** The field's title where its value is another; of a table the names of such columns. */
function changedIn(field: Input, prediction: Prediction, original: Prediction): string[] {
  if (!isForm(field)) return [];
  const [now, was] = [prediction, original].map((one) => valuesOf(one, [field])[field.name]);
  if (JSON.stringify(now) === JSON.stringify(was)) return [];
  if (field.kind !== "table" || !Array.isArray(now) || !Array.isArray(was)) return [titleOf(field)];
  return field.columns.filter((_, i) => now[i] !== was[i]).map((column) => column.name);
}
