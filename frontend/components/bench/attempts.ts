/** The strip below the stage: each attempt a small picture with its answer and the difference to the original. */

import { type ElementPart, html, noChange, nothing, type TemplateResult } from "lit-html";
import { Directive, directive } from "lit-html/directive.js";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import { attemptName } from "./attempt_words.ts";
import { drawn } from "./drawn.ts";
import type { Live } from "./live.ts";
import type { Bench } from "./state.ts";
import type { Flag, Prediction } from "./types.ts";
import { editsOf } from "./viewers/picture/geometry.ts";
import { brief, change, corrected, unanswered, VERDICTS } from "./words.ts";

/** Brings the chosen attempt into the strip's view when it becomes the chosen one, and moves nothing else. */
class Followed extends Directive {
  #was = false;

  render(_isChosen: boolean): unknown {
    return noChange;
  }

  override update(part: ElementPart, [isChosen]: Parameters<this["render"]>): unknown {
    if (isChosen && !this.#was) {
      requestAnimationFrame(() => {
        const item = part.element as HTMLElement;
        const strip = item.closest("ol");
        if (strip) strip.scrollLeft = item.offsetLeft - strip.offsetLeft - (strip.clientWidth - item.offsetWidth) / 2;
      });
    }
    this.#was = isChosen;
    return noChange;
  }
}
const followed = directive(Followed);

export function attempts(bench: Bench, live: Live): TemplateResult {
  const open = bench.open.value;
  const original = bench.original.value;
  const list = open?.attempts ?? [];
  return html`<section class="tries" aria-labelledby="tries-title">
    <h2 id="tries-title">Attempts <span class="faint num">${list.length}</span></h2>
    ${
      original && list.length > 0
        ? html`<ol>${repeat(
            list,
            (one) => one.id,
            (one, i) => attempt(bench, live, one, original, i),
          )}</ol>`
        : html`<p class="muted small none">Each thing you try is kept here beside the original.</p>`
    }
  </section>`;
}

function attempt(bench: Bench, live: Live, one: Prediction, original: Prediction, i: number): TemplateResult {
  const [output] = bench.page.interface.outputs;
  const answer = output && one.answer?.[output.name];
  // What is awaited for the open case is told anew while it waits; of the others it is as when the page was opened
  const waits = one.state === "queued" ? (bench.isWaiting.value ? bench.waits.value : one.waiting) : null;
  const { name, text } = brief(answer, output, unanswered(one.state, waits));
  const what = attemptName(one, original, bench.forms);
  const isFirst = one.id === original.id;
  const moved = isFirst ? null : change(answer, output && original.answer?.[output.name]);
  const edits = editsOf(one.edits, bench.input.value, bench.stored[0]?.name ?? "");
  const small = bench.viewer.value?.thumbnail(edits);
  const isChosen = bench.answer.value?.id === one.id && !bench.isStale.value;
  return html`<li ${followed(isChosen)}><button type="button" class="try ${bench.stored.length ? "" : "plain"}" aria-pressed=${isChosen} @click=${() => live.use(one)}>
    ${bench.stored.length ? html`<canvas width="112" height="124" aria-hidden="true" ${drawn(small?.key ?? "", (canvas) => small?.draw(canvas))}></canvas>` : nothing}
    <span class="what">${icon(what.icon, "small")} <span class="clip">${what.text}</span><span class="faint num end">${i + 1}</span></span>
    <span class="p"><span class="clip">${name}</span><b>${text}</b></span>
    <span class="p muted"><span class="clip">${isFirst ? "as received" : moved?.name && moved.name !== name ? moved.name : "change"}</span><span>${moved?.delta}</span></span>
    ${one.flag ? judged(bench, one.flag) : nothing}
  </button></li>`;
}

/** The verdict that was sent on this attempt, and the answer that would have been right. */
function judged(bench: Bench, flag: Flag): TemplateResult {
  const { icon: name, text } = VERDICTS[flag.verdict];
  const right = corrected(flag.correction, bench.page.interface.outputs);
  return html`<span class="flagged clip" title=${right ? `You said: ${text}, it is ${right}` : `You said: ${text}`}><span class="visually-hidden">You said: </span>${icon(name, "small")} <span class="clip">${text}${right ? html`, it is ${right}` : nothing}</span></span>`;
}
