/** How the form for a judgement is opened, with what was sent before. */

import type { Bench } from "./state.ts";
import { go } from "./tools.ts";

export function openJudgement(bench: Bench): void {
  if (!bench.mayFlag) return;
  if (bench.whyNot.value) {
    const title = bench.host.root.querySelector<HTMLElement>("#flag-title");
    title?.scrollIntoView({ block: "nearest" });
    title?.focus({ preventScroll: true });
    return;
  }
  if (bench.sending.value.state === "sent") bench.sending.value = { state: "idle", message: "" };
  go(bench, "look");
  takeUp(bench);
  bench.judge({ open: true });
  const panel = bench.host.root.querySelector("#flag");
  // Upright the tablet shows the form beside the picture already: there the focus alone scrolls, where it must
  const isPhone = matchMedia("(width < 40rem)").matches;
  if (isPhone || matchMedia("(width >= 68rem)").matches)
    panel?.scrollIntoView({ block: isPhone ? "start" : "nearest" });
  bench.rest.once(() => verdicts(bench)?.focus());
}

/** The chosen one of the four, or the first. */
export function verdicts({ host: { root } }: Bench): HTMLInputElement | null {
  return root.querySelector("#flag [name=verdict]:checked") ?? root.querySelector("#flag [name=verdict]");
}

/** A judgement that was sent is changed from what it says, since sending again replaces it. */
function takeUp(bench: Bench): void {
  const flag = bench.answer.value?.flag;
  const { open, verdict, message } = bench.judgement.value;
  if (!flag || open || verdict || message || bench.marks.value.length > 0) return;
  const correction = Object.fromEntries(
    Object.entries(flag.correction ?? {}).map(([name, value]) => [name, String(value ?? "")]),
  );
  bench.judge({ verdict: flag.verdict, message: flag.message, correction });
  bench.marks.value = [...flag.marks];
  bench.say({ findings: flag.findings ?? [], added: flag.added ?? [] });
}
