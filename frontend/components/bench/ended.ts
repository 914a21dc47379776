/** The link was withdrawn or ran out while the page was open: one calm message, and what was not sent can be read. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { describe } from "./edit_words.ts";
import { timeLeft } from "./expiry.ts";
import type { Bench } from "./state.ts";
import type { Work } from "./storage.ts";
import { brief, corrected, VERDICTS } from "./words.ts";

type Unsent = { title: string; sentences: string[] };

/** Of every case, the open one as it stands: the verdict and sentence, and the line to the team. */
export function unsent(bench: Bench): Unsent[] {
  const works: Record<string, Partial<Work>> = { ...bench.store.works, [bench.caseId.value]: bench.work };
  return bench.cases.value
    .map(({ id, title }) => ({ title, sentences: sentencesOf(works[id], bench) }))
    .filter(({ sentences }) => sentences.length > 0);
}

function sentencesOf(work: Partial<Work> | undefined, bench: Bench): string[] {
  const { verdict, message, reply, correction } = work?.judgement ?? {};
  const right = verdict === "wrong" ? corrected(filled(correction), bench.page.interface.outputs) : "";
  const judged = verdict ? `${VERDICTS[verdict].text}${right ? `, it is ${right}` : ""}.` : "";
  return [judged, message?.trim() ?? "", reply?.trim() ?? ""].filter((text) => text !== "");
}

function filled(correction: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(correction ?? {}).filter(([, value]) => value.trim() !== ""));
}

/** The server closes a link that ran out as it closes one that was withdrawn; the date tells which it was. */
function reason(bench: Bench): string {
  const left = timeLeft(bench.page.expires_at, Date.now());
  if (left !== null && left < 1000) return "Its time has run out. What you sent is safe with the team.";
  return bench.ended.value || `${bench.page.team} has closed it. What you sent is safe with the team.`;
}

export function ended(bench: Bench): TemplateResult {
  const tried = bench.open.value?.attempts ?? [];
  const [output] = bench.page.interface.outputs;
  const left = unsent(bench);
  const { team, shared_by } = bench.page;
  return html`<main class="bench-ended" id="main"><div class="blank">${icon("lock")}<h1>This link no longer works</h1>
    <p>${reason(bench)} Ask ${shared_by || team} for a new link to go on.</p></div>
    ${
      left.length
        ? html`<section class="stack"><h2>What you had not sent</h2><p class="small muted">Copy what you want to keep.</p><dl class="unsent">${left.map(
            ({ title, sentences }) =>
              html`<dt>${title}</dt><dd>${sentences.map((text) => html`<p class="words">${text}</p>`)}</dd>`,
          )}</dl></section>`
        : nothing
    }
    ${
      bench.mayTry && tried.length > 1
        ? html`<section class="stack"><h2>What you tried on “${bench.open.value?.title}”</h2><ul class="left-over">${tried.map(
            (one) => {
              const { name, text } = brief(output && one.answer?.[output.name], output);
              return html`<li>${one.edits.map((edit) => describe(edit).text).join(", ") || "As received"}: <strong>${name}</strong> <span class="num">${text}</span></li>`;
            },
          )}</ul></section>`
        : nothing
    }</main>`;
}
