/** The list of findings beside the picture, and what is drawn above it. */

import { computed, type ReadonlySignal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { ref } from "lit-html/directives/ref.js";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import {
  counted,
  type Found,
  type FoundKind,
  findingsOf,
  isFound,
  nameOf,
  ONES,
  type Ruling,
  type Said,
  type Span,
} from "./findings.ts";
import { FoundHand, MISSED, type Shown } from "./found_hand.ts";
import type { Overlay } from "./overlaid.ts";
import type { Overlays } from "./overlays.ts";
import { colourOf, cornersOf, keyOf, nameKey, piecesOf, whereOf } from "./rulings.ts";
import type { Bench } from "./state.ts";
import type { Output } from "./types.ts";
import { score } from "./words.ts";

const SHOWN = 40;
const RULINGS: [Ruling, string, string][] = [
  ["accepted", "check", "Accept"],
  ["rejected", "x", "Reject"],
  ["corrected", "draw", "Correct"],
];
export class FoundPanel {
  readonly #bench: Bench;
  readonly #overlays: Overlays;
  readonly #hand: FoundHand;
  readonly #all = new Set<string>();
  readonly #again: () => void;
  /** What is drawn above the picture. */
  readonly layer: ReadonlySignal<readonly Overlay[]>;

  constructor(bench: Bench, overlays: Overlays, again: () => void) {
    this.#bench = bench;
    this.#overlays = overlays;
    this.#again = again;
    this.layer = computed(() => this.#drawn());
    this.#hand = new FoundHand(bench);
    overlays.act = (key) =>
      bench.host.root.querySelector<HTMLElement>(`[data-finding="${CSS.escape(key)}"] button`)?.focus();
  }

  /** All of an output's, those that are missed last. A judgement that was sent is shown until another is begun. */
  shown(output: Output, answer: Found): Shown[] {
    const { findings, added } = this.#bench.said.value;
    const judged = new Map(findings.filter((one) => one.output === output.name).map((one) => [one.id, one]));
    const found = findingsOf(answer).map((finding): Shown => {
      const said = judged.get(finding.id);
      const whole = { ...finding, ...said?.correction };
      return { key: keyOf(output.name, finding.id), id: finding.id, finding: whole, ruling: said?.verdict ?? "" };
    });
    const missed = added.flatMap((one, i): Shown[] =>
      one.output === output.name
        ? [{ key: keyOf(output.name, `+${i}`), id: `+${i}`, finding: { ...one, id: `+${i}` }, ruling: MISSED }]
        : [],
    );
    return [...found, ...missed];
  }

  render(output: Output, answer: Found): TemplateResult {
    const bench = this.#bench;
    const all = this.shown(output, answer);
    const isLong = all.length > SHOWN && !this.#all.has(output.name);
    const rows = isLong ? all.slice(0, SHOWN) : all;
    const chosen = this.#overlays.chosen.value;
    return html`<div class="found">
      <p class="headline"><b>${counted(answer)}</b>${"truncated" in answer && answer.truncated ? html` <span class="small muted">the highest of more</span>` : nothing}</p>
      ${answer.kind === "spans" ? this.#text(output, all) : this.#looks()}
      ${
        rows.length
          ? html`<ol class="findings">${repeat(
              rows,
              (one) => one.key,
              (one) => this.#row(output, answer.kind, one, one.key === chosen),
            )}</ol>`
          : html`<p class="muted small">Nothing was found.</p>`
      }
      ${isLong ? html`<button type="button" class="button quiet more" @click=${() => this.#showAll(output.name)}>Show all ${all.length}</button>` : nothing}
      ${bench.mayFlag && !bench.whyNot.value ? html`<button type="button" class="button quiet" @click=${() => this.#hand.add(output, answer)}>${icon("plus", "small")} Add a ${ONES[answer.kind][0]} that it missed</button>` : nothing}
    </div>`;
  }

  #showAll(name: string): void {
    this.#all.add(name);
    this.#again();
  }

  /** How findings are drawn above the picture. */
  #looks(): TemplateResult {
    const { looks } = this.#bench;
    const set = (change: Partial<typeof looks.value>) => {
      looks.value = { ...looks.value, ...change };
    };
    return html`<div class="found-looks" role="group" aria-label="How findings are drawn">
      <button type="button" class="button quiet" aria-pressed=${looks.value.isShown} @click=${() => set({ isShown: !looks.value.isShown })}>${icon("eye", "small")} Show</button>
      <label class="small">Fill <input type="range" min="0" max="60" step="5" .value=${fresh(String(Math.round(looks.value.fill * 100)))} @input=${(event: Event) => set({ fill: Number((event.target as HTMLInputElement).value) / 100 })} aria-valuetext="${Math.round(looks.value.fill * 100)} per cent"></label></div>`;
  }

  #row(output: Output, kind: FoundKind, one: Shown, isChosen: boolean): TemplateResult {
    const bench = this.#bench;
    const { finding, ruling, key } = one;
    const name = nameOf(finding) || "Without a name";
    const where = whereOf(kind, finding, this.#textOf(output));
    const choose = () => {
      this.#overlays.chosen.value = key;
    };
    const state = ruling === MISSED ? "added by you" : ruling || "not judged";
    const mayJudge = bench.mayFlag && !bench.whyNot.value;
    return html`<li class="finding" data-finding=${key} data-ruling=${ruling || nothing} aria-current=${isChosen ? "true" : nothing} @pointerenter=${choose} @focusin=${choose}>
      <div class="finding-words"><span class="swatch" ${this.#inked(output, finding)} aria-hidden="true"></span><span class="grow"><b>${name}</b> <span class="small muted num">${where}</span></span>${finding.score == null ? nothing : html`<span class="num">${score(finding.score)}</span>`}<span class="visually-hidden">, ${state}</span></div>
      ${mayJudge ? (ruling === MISSED ? this.#missed(kind, one) : this.#rulings(output, kind, one, name)) : nothing}
      ${mayJudge && (ruling === "corrected" || ruling === MISSED) ? this.#correction(output, kind, one) : nothing}
    </li>`;
  }

  #rulings(output: Output, kind: FoundKind, one: Shown, name: string): TemplateResult {
    return html`<div class="finding-acts" role="group" aria-label="${name}, ${one.id}">${RULINGS.map(
      ([ruling, mark, words]) =>
        html`<button type="button" class="button quiet square" aria-pressed=${one.ruling === ruling} aria-label=${words} title=${words} @click=${() => this.#hand.rule(output, kind, one, ruling)}>${icon(mark, "small")}</button>`,
    )}</div>`;
  }

  #missed(kind: FoundKind, one: Shown): TemplateResult {
    return html`<div class="finding-acts"><button type="button" class="button quiet square" aria-label="Take back this ${ONES[kind][0]}" @click=${() => this.#hand.takeBack(one)}>${icon("x", "small")}</button></div>`;
  }

  /** Its name among the classes or in words, and its place by hand or, of a span, by the chosen text. */
  #correction(output: Output, kind: FoundKind, one: Shown): TemplateResult {
    const name = nameOf(one.finding);
    const id = `bench-name-${one.key}`;
    const set = (event: Event) => {
      const value = (event.target as HTMLInputElement).value.trim();
      if (value) this.#hand.correct(output, one, { [nameKey(kind)]: value });
    };
    const list = `${id}-all`;
    const again = kind === "spans" ? "Use the chosen text" : `Draw the ${ONES[kind][0]}`;
    return html`<div class="finding-correction"><label class="visually-hidden" for=${id}>Should be</label>
      <input class="input" id=${id} list=${list} maxlength="200" placeholder="Should be" .value=${fresh(name)} @change=${set}>
      <datalist id=${list}>${(output.classes ?? []).map((each) => html`<option value=${each}></option>`)}</datalist>
      <button type="button" class="button" aria-pressed=${this.#bench.drawing.value?.id === one.id} @click=${() => this.#hand.place(output, kind, one)}>${icon(kind === "spans" ? "draw" : "box", "small")} ${again}</button></div>`;
  }

  // ---- spans of a text ----

  #textOf(output: Output): string {
    const bench = this.#bench;
    const name = output.input || bench.page.interface.inputs.find((one) => one.kind === "text")?.name || "";
    const value = bench.answer.value?.inputs[name];
    const seen = value && "value" in value ? (value.rendered ?? value.value) : "";
    return typeof seen === "string" ? seen : "";
  }

  #text(output: Output, all: readonly Shown[]): TemplateResult {
    const spans = all.flatMap(({ key, finding }) =>
      finding.start === undefined || finding.end === undefined ? [] : [{ ...finding, id: key } as Span],
    );
    const chosen = this.#overlays.chosen.value;
    return html`<p class="found-text" data-text>${piecesOf(this.#textOf(output), spans).map((piece) => {
      const top = piece.spans[piece.spans.length - 1];
      return top
        ? html`<mark data-start=${piece.start} ${this.#inked(output, top)} data-chosen=${piece.spans.some((one) => one.id === chosen)} title=${piece.spans.map(nameOf).join(", ")}>${piece.text}</mark>`
        : html`<span data-start=${piece.start}>${piece.text}</span>`;
    })}</p>`;
  }

  // ---- above the picture ----

  #drawn(): Overlay[] {
    const bench = this.#bench;
    const { isShown, fill } = bench.looks.value;
    if (!isShown) return [];
    return bench.page.interface.outputs.flatMap((output) => {
      const answer = bench.answer.value?.answer?.[output.name];
      if (!isFound(answer) || answer.kind === "spans") return [];
      return this.shown(output, answer).flatMap((one): Overlay[] => {
        const shape = shapeOf(answer.kind, one.finding);
        if (!shape) return [];
        const { finding } = one;
        const told = finding.score == null ? nameOf(finding) : `${nameOf(finding)} ${score(finding.score)}`;
        const ruling = one.ruling === MISSED ? ", added by you" : one.ruling ? `, ${one.ruling}` : "";
        return [
          {
            key: one.key,
            shape,
            name: told + ruling,
            colour: this.#colour(output, finding),
            ...(output.input ? { input: output.input } : {}),
            fill: shape.kind === "point" ? 0 : fill,
            isFaint: one.ruling === "rejected",
          },
        ];
      });
    });
  }

  /** Set on the element itself: a page takes no styles as attributes. */
  #inked(output: Output, finding: Said): ReturnType<typeof ref> {
    const colour = this.#colour(output, finding);
    return ref((element) => (element as HTMLElement | undefined)?.style.setProperty("--colour", colour));
  }

  #colour(output: Output, finding: Said): string {
    return colourOf(nameOf(finding), output.classes ?? []);
  }
}

function shapeOf(kind: FoundKind, finding: Said): Overlay["shape"] | null {
  if (kind === "mask") return finding.contours?.length ? { kind: "rings", rings: finding.contours } : null;
  const corners = cornersOf(kind, finding);
  return corners && { kind: kind === "points" ? "point" : "box", points: corners };
}
