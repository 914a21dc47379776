/** Predictions that are under way, asked after by their ids. */

import type { Host } from "./host.ts";
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
