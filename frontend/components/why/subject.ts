/** A prediction as what is asked about it. */

import type { Subject, Target } from "./types.ts";

const SHOWN = 20; // classes of which one can follow the score

type Scored = { kind: string; scores?: [string, number][] };
export type Answered = {
  id: string;
  state: string;
  rendered?: Record<string, string>;
  answer: Record<string, Scored> | null;
  inputs?: Record<string, object>;
};

/** Whose score is followed: a class, or an output that is one number. */
export const followed = ({ label, output }: Target): string => label || output;

/** null where there is no answer to explain. */
export function subjectOf(prediction: Answered | null): Subject | null {
  if (prediction?.state !== "succeeded") return null;
  const targets: Target[] = [];
  for (const [output, answer] of Object.entries(prediction.answer ?? {})) {
    if (answer.kind === "number") targets.push({ output, label: "" });
    for (const [label] of answer.scores?.slice(0, SHOWN) ?? []) targets.push({ output, label });
  }
  const frames: Record<string, number> = {};
  for (const [name, value] of Object.entries(prediction.inputs ?? {})) {
    if ("frames" in value && typeof value.frames === "number") frames[name] = value.frames;
  }
  return { id: prediction.id, rendered: prediction.rendered ?? {}, targets, frames };
}
