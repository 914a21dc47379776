/** Answers of which fewer models have any: brought when the first of them is on show. */

import { html, nothing, type TemplateResult } from "lit-html";
import type { Bench } from "./state.ts";
import { tree } from "./tree.ts";
import type { Answer, Output } from "./types.ts";
import { vector } from "./vector.ts";
import { number, titleOf } from "./words.ts";

const SHOWN = 8; // classes of a table's rows

type Picture = Extract<Answer, { kind: "image" }>;
type Table = Extract<Answer, { kind: "table" }>;
type Drawn = Picture | Table | Extract<Answer, { kind: "json" | "vector" }>;

/** was: the original's, undefined where that itself is on show. */
export function drawn(bench: Bench, output: Output, now: Drawn, was: Answer | undefined): TemplateResult {
  switch (now.kind) {
    case "json":
      return tree(now.value, titleOf(output));
    case "table":
      return table(output, now, was?.kind === "table" ? was : null);
    case "vector":
      return vector(bench, output, now, was);
    case "image":
      return html`<p class="small muted beside-note">Shown beside the picture.</p>${made(bench, now, `${titleOf(output)}, made by the model`)}
        ${was?.kind === "image" ? html`<details class="small"><summary>The original's</summary>${made(bench, was, `${titleOf(output)} of the original`)}</details>` : nothing}`;
  }
}

/** How many rows of each class, or between which numbers they lie; the rows themselves are on the stage. */
function table(output: Output, { rows, columns, counts, spread }: Table, was: Table | null): TemplateResult {
  const before = new Map(was?.counts ?? []);
  const unit = columns[0]?.unit ?? output.unit ?? "";
  const changed = rowsChanged(rows, was);
  return html`<table class="table dense told"><caption><b class="num">${number(rows.length, 0)}</b> ${rows.length === 1 ? "row" : "rows"}${changed ? html`, <b class="num">${number(changed, 0)}</b> changed` : nothing}</caption><tbody>
    ${counts?.slice(0, SHOWN).map(([name, many]) => html`<tr><th scope="row">${name}</th><td class="num">${number(many, 0)}</td><td class="num muted">${was && before.get(name) !== many ? `was ${number(before.get(name) ?? 0, 0)}` : ""}</td></tr>`)}
    ${counts && counts.length > SHOWN ? html`<tr><td colspan="3" class="muted">and ${counts.length - SHOWN} more</td></tr>` : nothing}
    ${spread ? (["least", "mean", "most"] as const).map((one) => html`<tr><th scope="row">${one}</th><td class="num">${number(spread[one])} ${unit}</td><td class="num muted">${was?.spread && was.spread[one] !== spread[one] ? `was ${number(was.spread[one])}` : ""}</td></tr>`) : nothing}
  </tbody></table>`;
}

/** Those with another answer than the original's. */
const rowsChanged = (rows: Table["rows"], was: Table | null): number =>
  was ? rows.filter((row, at) => String(row[0]) !== String(was.rows[at]?.[0])).length : 0;

function made({ host }: Bench, picture: Picture, alt: string): TemplateResult {
  return html`<figure class="made"><img src=${host.picture(picture.url)} width=${picture.width} height=${picture.height} alt=${alt}></figure>`;
}
