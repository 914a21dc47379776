/** Where a reviewer judges an answer: the panel, and how its form is opened. What stands in it comes after the first view. */

import { html, nothing, type TemplateResult } from "lit-html";
import type { Live } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import type { Bench } from "./state.ts";
import { go } from "./tools.ts";

export function judgement(bench: Bench, live: Live, outbox: Outbox): TemplateResult | typeof nothing {
  if (!bench.mayFlag) return nothing;
  const { state } = bench.sending.value;
  const flag = bench.answer.value?.flag;
  const rest = bench.rest.part.value;
  const why = bench.whyNot.value;
  const isOpen = bench.judgement.value.open && state !== "sent" && !why;
  return html`<section class="flag stack" id="flag" aria-labelledby="flag-title">
    <div class="spread"><h2 id="flag-title" tabindex="-1">Your judgement</h2><kbd aria-hidden="true">F</kbd></div>
    ${state === "sent" ? rest?.sent(bench) : nothing}
    ${!isOpen && flag ? rest?.judged(bench, flag) : why ? html`<p class="small muted">${why}</p>` : rest?.form(bench, live, outbox, isOpen)}
  </section>`;
}

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
