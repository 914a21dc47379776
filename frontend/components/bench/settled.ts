/** Predictions that are under way, asked after by their ids. */

import { batch } from "@preact/signals-core";
import type { Host } from "./host.ts";
import type { Bench } from "./state.ts";
import type { Prediction } from "./types.ts";

const POLL_MS = 400;
const AWAY_MS = 5000; // while nobody answers

export const isOver = (prediction: Prediction): boolean =>
  ["succeeded", "failed", "cancelled"].includes(prediction.state);

/** Asks by id until the prediction is over. */
export async function settled(
  prediction: Prediction,
  ask: Host["prediction"],
  signal: AbortSignal,
): Promise<Prediction> {
  let now = prediction;
  while (!isOver(now) && !signal.aborted) {
    await pause(now);
    now = await ask(now.id, signal);
  }
  return now;
}

/** Until it is worth another look. */
export function pause(prediction: Prediction): Promise<void> {
  const milliseconds = prediction.waiting?.online === false ? AWAY_MS : POLL_MS;
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Attempts that were under way when the page was left. */
export function catchUp(bench: Bench, signal: AbortSignal): void {
  for (const { id, attempts } of bench.cases.value)
    for (const attempt of attempts) if (!isOver(attempt)) void answered(bench, id, attempt, signal);
}

async function answered(bench: Bench, caseId: string, attempt: Prediction, signal: AbortSignal): Promise<void> {
  try {
    put(bench, caseId, await settled(attempt, bench.host.prediction, signal));
  } catch {
    // it stays without an answer in the strip; choosing it asks again
  }
}

/** In the place of what was known of the same prediction, where anything was. */
export function put(bench: Bench, caseId: string, done: Prediction): void {
  const newer = (one: Prediction) => (one.id === done.id ? done : one);
  batch(() => {
    bench.changeCase(caseId, (found) => ({ ...found, attempts: found.attempts.map(newer) }));
    if (bench.answer.value) bench.answer.value = newer(bench.answer.value);
  });
}
