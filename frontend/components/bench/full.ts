/** The stage on the whole screen; where a browser gives none to a page, on the whole window. */

import type { Bench } from "./state.ts";
import { stageFocus } from "./viewers/viewer.ts";

export function toggleFull(bench: Bench): void {
  if (bench.isFull.value) leaveFull(bench);
  else {
    bench.isFull.value = true;
    bench.host.frame.requestFullscreen?.().catch(() => undefined); // the window's room is taken all the same
    stageFocus(bench);
  }
}

export function leaveFull(bench: Bench): void {
  bench.isFull.value = false;
  if (document.fullscreenElement) void document.exitFullscreen();
}

/** The browser's own way out counts, too. */
export function followFull(bench: Bench, signal: AbortSignal): void {
  const follow = () => {
    if (!document.fullscreenElement) bench.isFull.value = false;
  };
  document.addEventListener("fullscreenchange", follow, { signal });
}
