/** The strip below the stage: each attempt a small picture with its answer and the difference to the original. */

import { type ElementPart, html, noChange, nothing, type TemplateResult } from "lit-html";
import { Directive, directive } from "lit-html/directive.js";
import { repeat } from "lit-html/directives/repeat.js";
import type { Film } from "./film.ts";
import { editsOf, frameOf, viewMatrix } from "./geometry.ts";
import { icon } from "./icons.ts";
import type { Live } from "./live.ts";
import type { Stage } from "./stage.ts";
import { type Bench, homeView } from "./state.ts";
import type { Edit, Prediction } from "./types.ts";
import { attemptName, brief, change } from "./words.ts";

/** Draws into its canvas, and again only when `key` has changed. */
class Drawn extends Directive {
  #key = "";

  render(_key: string, _draw: (canvas: HTMLCanvasElement) => void): unknown {
    return noChange;
  }

  override update(part: ElementPart, [key, draw]: Parameters<this["render"]>): unknown {
    if (key !== this.#key) draw(part.element as HTMLCanvasElement);
    this.#key = key;
    return noChange;
  }
}
const drawn = directive(Drawn);

function thumbnail(canvas: HTMLCanvasElement, film: Film, edits: readonly Edit[]): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  film.draw(context, viewMatrix(homeView, frameOf(edits, film.size), { width, height }, { x: 0, y: 0 }), edits, null);
}

export function attempts(bench: Bench, stage: Stage, live: Live): TemplateResult {
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
            (one, i) => attempt(bench, stage, live, one, original, i),
          )}</ol>`
        : html`<p class="muted small none">Each thing you try is kept here beside the original.</p>`
    }
  </section>`;
}

function attempt(
  bench: Bench,
  stage: Stage,
  live: Live,
  one: Prediction,
  original: Prediction,
  i: number,
): TemplateResult {
  const film = stage.film.value;
  const [output] = bench.page.interface.outputs;
  const answer = output && one.answer?.[output.name];
  const { name, text } = brief(answer, output);
  const what = attemptName(one, original, bench.forms);
  const isFirst = one.id === original.id;
  const delta = isFirst ? "" : change(answer, output && original.answer?.[output.name]);
  const edits = editsOf(one.edits, bench.input.value, bench.images[0]?.name ?? "");
  const key = film ? JSON.stringify([bench.picture.value?.url, edits]) : "";
  return html`<li><button type="button" class="try ${bench.images.length ? "" : "plain"}" aria-pressed=${bench.answer.value?.id === one.id && !bench.isWaiting.value} @click=${() => live.use(one)}>
    ${bench.images.length ? html`<canvas width="112" height="124" aria-hidden="true" ${drawn(key, (canvas) => film && thumbnail(canvas, film, edits))}></canvas>` : nothing}
    <span class="what">${icon(what.icon, "small")} <span class="clip">${what.text}</span>${one.flag ? html`<span class="flagged" title="You have judged this">${icon("flag", "small")}<span class="visually-hidden">judged</span></span>` : nothing}<span class="faint num end">${i + 1}</span></span>
    <span class="p"><span class="clip">${name}</span><b>${text}</b></span>
    <span class="p muted"><span>${isFirst ? "as received" : "change"}</span><span>${delta}</span></span>
  </button></li>`;
}
