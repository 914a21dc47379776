/** Answers of which fewer models have any: brought when the first of them is on show. */

import { html, nothing, type TemplateResult } from "lit-html";
import type { Bench } from "./state.ts";
import { tree } from "./tree.ts";
import type { Answer, Output } from "./types.ts";
import { vector } from "./vector.ts";
import { titleOf } from "./words.ts";

type Picture = Extract<Answer, { kind: "image" }>;
type Drawn = Picture | Extract<Answer, { kind: "json" | "vector" }>;

/** was: the original's, undefined where that itself is on show. */
export function drawn(bench: Bench, output: Output, now: Drawn, was: Answer | undefined): TemplateResult {
  switch (now.kind) {
    case "json":
      return tree(now.value, titleOf(output));
    case "vector":
      return vector(bench, output, now, was);
    case "image":
      return html`<p class="small muted beside-note">Shown beside the picture.</p>${made(bench, now, `${titleOf(output)}, made by the model`)}
        ${was?.kind === "image" ? html`<details class="small"><summary>The original's</summary>${made(bench, was, `${titleOf(output)} of the original`)}</details>` : nothing}`;
  }
}

function made({ host }: Bench, picture: Picture, alt: string): TemplateResult {
  return html`<figure class="made"><img src=${host.picture(picture.url)} width=${picture.width} height=${picture.height} alt=${alt}></figure>`;
}
