/** Pointer and keys on a segment's distributions: a read-out, and a range of one model's score. */

import { batch } from "@preact/signals-core";
import { html, type TemplateResult } from "lit-html";
import { sign } from "./marks.ts";
import { ofModel } from "./measured.ts";
import { count, onScale, share, sumOf } from "./numbers.ts";
import { clauseOf, same, withClause } from "./question.ts";
import { binOf, drawn, isRightOrWrong, placeOf, type Scale, valueAt } from "./scale.ts";
import type { Debugger } from "./state.ts";
import type { Condition, Distribution, Segment, ViewAnswer } from "./types.ts";
import { lowerCase, scoreName } from "./words.ts";

export const SOURCE = "performance";
const WHICH = ["Right", "Wrong"];
type At = { bin: number; lane: number };

/** The range of a clause on a model's score; an open end is the axis' end. */
export function rangeOf(where: Condition | null, edges: readonly number[]) {
  if (!where?.column?.startsWith("score:")) return null;
  const [low, high] = [where.low ?? edges[0] ?? 0, where.high ?? edges.at(-1) ?? 1];
  return { model: where.column.slice("score:".length), low, high };
}

/** A clause of whole bins, so that it holds the rows that were seen; the last one holds what is beyond too. */
export function clauseOfBins(model: string, edges: readonly number[], one: number, other: number): Condition {
  const [first, last] = one <= other ? [one, other] : [other, one];
  const column = `score:${model}`;
  const isOpen = last >= edges.length - 2;
  const low = edges[first] ?? 0;
  return isOpen ? { column, low } : { column, low, high: edges[last + 1] ?? 0 };
}

export class PlotHand {
  readonly #app: Debugger;
  /** Where the cursor stands in each segment; where a range was begun. */
  readonly #cursors = new Map<number, At>();
  #anchor: { key: number; at: At } | null = null;
  #drag: { key: number; at: At; moved: boolean } | null = null;
  #scale: Scale = { low: 0, high: 1, width: 1 };
  #lane = 27;

  constructor(app: Debugger) {
    this.#app = app;
  }

  /** How the plots are drawn now. */
  laid(scale: Scale, lane: number): void {
    this.#scale = scale;
    this.#lane = lane;
  }

  /**
   * Draws the range under the hand, or the one that is asked for, in its model's lane of every segment. By itself, since
   * it follows the pointer while nothing else changes.
   */
  drawRange(root: HTMLElement): void {
    const edges = this.#app.answer.value?.score_edges ?? [];
    const range = this.#app.range.value ?? rangeOf(clauseOf(this.#app.question.value, SOURCE), edges);
    const lane = range ? this.#app.models.value.indexOf(range.model) : -1;
    for (const band of root.querySelectorAll<SVGGElement>(".plot > .band")) {
      band.setAttribute("visibility", lane < 0 ? "hidden" : "visible");
      if (!range || lane < 0) continue;
      const [left, right] = [placeOf(this.#scale, range.low), placeOf(this.#scale, range.high)];
      const [top, bottom] = [6 + this.#lane * lane, 6 + this.#lane * (lane + 1)];
      const [ground, ends] = [band.children[0], band.children[1]];
      ground?.setAttribute("x", String(left));
      ground?.setAttribute("y", String(top));
      ground?.setAttribute("width", String(Math.max(1, right - left)));
      ground?.setAttribute("height", String(bottom - top));
      ends?.setAttribute("d", `M${left},${top}V${bottom}M${right},${top}V${bottom}`);
    }
  }

  readonly move = (event: PointerEvent): void => {
    const svg = event.currentTarget as SVGSVGElement;
    const key = Number(svg.dataset.key);
    const at = this.#under(svg, event);
    if (!at) return;
    if (this.#drag?.key === key) {
      this.#drag.moved ||= at.bin !== this.#drag.at.bin;
      if (this.#drag.moved) this.#sketch(this.#drag.at.lane, this.#drag.at.bin, at.bin);
      this.#say(svg, key, { bin: at.bin, lane: this.#drag.at.lane }, event);
    } else if (!this.#drag) this.#say(svg, key, at, event);
  };

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0 || !this.#app.mayAsk) return;
    const svg = event.currentTarget as SVGSVGElement;
    const at = this.#under(svg, event);
    if (!at) return;
    this.#drag = { key: Number(svg.dataset.key), at, moved: false };
    if (event.pointerType !== "touch") svg.setPointerCapture(event.pointerId);
  };

  readonly up = (event: PointerEvent): void => {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    const at = this.#under(event.currentTarget as SVGSVGElement, event) ?? drag.at;
    const isCancelled = event.type === "pointercancel";
    if (drag.moved && !isCancelled) this.#choose(drag.at.lane, drag.at.bin, at.bin);
    else {
      this.#app.range.value = null;
      // A click inside the chosen range's plots lets it go; elsewhere it does nothing.
      if (!isCancelled && clauseOf(this.#app.question.value, SOURCE)) this.clear();
    }
  };

  readonly leave = (event: Event): void => {
    if (this.#drag && event.type === "pointerleave") return;
    hideCursor(event.currentTarget as SVGSVGElement);
    this.#app.hideReadout();
    if (event.type === "blur") this.#anchor = null;
  };

  readonly focus = (event: FocusEvent): void => {
    const svg = event.currentTarget as SVGSVGElement;
    if (svg.matches(":focus-visible")) this.#say(svg, Number(svg.dataset.key), this.#cursor(Number(svg.dataset.key)));
  };

  readonly key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const svg = event.currentTarget as SVGSVGElement;
    const key = Number(svg.dataset.key);
    const answer = this.#app.answer.value;
    if (!answer) return;
    const bins = answer.score_edges.length - 1;
    const lanes = this.#app.models.value.length;
    const at = this.#cursor(key);
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      PageDown: -10,
      PageUp: 10,
      Home: -bins,
      End: bins,
    };
    const lane: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };
    if (event.key === "Escape") {
      if (!this.#anchor) return;
      this.#anchor = null;
      this.#app.range.value = null;
    } else if (event.key === "Enter" || event.key === " ") this.#enter(key, at);
    else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key in steps) at.bin = Math.min(bins - 1, Math.max(0, at.bin + (steps[event.key] ?? 0)));
    else if (event.key in lane && !this.#anchor)
      at.lane = Math.min(lanes - 1, Math.max(0, at.lane + (lane[event.key] ?? 0)));
    else if (!(event.key in lane)) return;
    event.preventDefault();
    this.#cursors.set(key, at);
    if (this.#anchor?.key === key) this.#sketch(this.#anchor.at.lane, this.#anchor.at.bin, at.bin);
    this.#say(svg, key, at);
  };

  clear(): void {
    this.#app.change(withClause(this.#app.question.value, SOURCE, null));
  }

  #enter(key: number, at: At): void {
    if (!this.#app.mayAsk) return;
    if (this.#anchor?.key !== key) {
      this.#anchor = { key, at: { ...at } };
      this.#app.said.value = "Range begun. Arrows widen it, Enter ends it, Escape leaves it.";
      return;
    }
    const { lane, bin } = this.#anchor.at;
    this.#anchor = null;
    this.#choose(lane, bin, at.bin);
  }

  #choose(lane: number, one: number, other: number): void {
    const answer = this.#app.answer.value;
    const model = this.#app.models.value[lane];
    if (!answer || model === undefined) return;
    const where = clauseOfBins(model, answer.score_edges, one, other);
    batch(() => {
      this.#app.range.value = null;
      this.#app.change(withClause(this.#app.question.value, SOURCE, where));
    });
  }

  #sketch(lane: number, one: number, other: number): void {
    const edges = this.#app.answer.value?.score_edges ?? [];
    const model = this.#app.models.value[lane] ?? "";
    const [first, last] = one <= other ? [one, other] : [other, one];
    const next = { model, low: edges[first] ?? 0, high: edges[last + 1] ?? 0 };
    if (!same(next, this.#app.range.peek())) this.#app.range.value = next;
  }

  #cursor(key: number): At {
    const known = this.#cursors.get(key);
    if (known) return { ...known };
    const answer = this.#app.answer.value as ViewAnswer;
    const segment = answer.segments.find((one) => one.key === key);
    const median = segment && ofModel(segment, this.#app.models.value[0] ?? "")?.score.quartiles[1];
    return { bin: binOf(answer.score_edges, median ?? 0), lane: 0 };
  }

  #under(svg: SVGSVGElement, event: PointerEvent): At | null {
    const edges = this.#app.answer.value?.score_edges;
    if (!edges) return null;
    const box = svg.getBoundingClientRect();
    const zoom = svg.viewBox.baseVal.width / box.width || 1;
    const bin = binOf(edges, valueAt(this.#scale, (event.clientX - box.left) * zoom));
    const lanes = this.#app.models.value.length;
    const lane = Math.floor(((event.clientY - box.top) * zoom - 6) / this.#lane);
    return { bin, lane: Math.min(lanes - 1, Math.max(0, lane)) };
  }

  #say(svg: SVGSVGElement, key: number, at: At, event?: PointerEvent): void {
    const answer = this.#app.answer.value;
    const segment = answer?.segments.find((one) => one.key === key);
    if (!answer || !segment) return;
    const { head, cells } = this.#found(answer, segment, at);
    const edges = answer.score_edges;
    const x = placeOf(this.#scale, ((edges[at.bin] ?? 0) + (edges[at.bin + 1] ?? 0)) / 2);
    showCursor(svg, x);
    const model = this.#app.models.value[at.lane] ?? "";
    const lines = cells.map(([name, n, part]) => `${name}: ${n} rows, ${part}`).join("; ");
    svg.setAttribute("aria-valuenow", String(edges[at.bin] ?? 0));
    const begun = this.#anchor ? " Range begun, Enter ends it." : "";
    svg.setAttribute("aria-valuetext", `${head}. ${lines}. A range would be of ${model}.${begun}`);
    const box = svg.getBoundingClientRect();
    this.#app.readout.value = {
      head,
      lines: cells.map(([name, n, part], i) => {
        const look = sign(name, this.#app.allModels.value);
        return { name: namedBy(look, name, i === at.lane && cells.length > 1), count: n, share: part };
      }),
      x: event?.clientX ?? box.left + (x / svg.viewBox.baseVal.width) * box.width,
      y: event?.clientY ?? box.top + 8,
      below: event?.clientY ?? box.bottom,
    };
  }

  #found(answer: ViewAnswer, segment: Segment, at: At) {
    const edges = answer.score_edges;
    const span = (edges.at(-1) ?? 1) - (edges[0] ?? 0);
    const isLast = at.bin === edges.length - 2;
    const above = segment.models.some((one) => one.score.above > 0);
    const to = isLast && above ? "more" : onScale(edges[at.bin + 1] ?? 0, span);
    const head = isRightOrWrong(answer.score)
      ? (WHICH[at.bin] ?? "")
      : `${scoreName(answer.score)} ${onScale(edges[at.bin] ?? 0, span)} to ${to}`;
    const cells = this.#app.models.value.map((model): [string, string, string] => {
      const score = ofModel(segment, model)?.score;
      const rows = score ? (drawn(score)[at.bin] ?? 0) : 0;
      return [model, count(rows), share(rows, segment.rows)];
    });
    return { head, cells };
  }
}

const namedBy = (look: TemplateResult, name: string, isMeant: boolean): TemplateResult =>
  html`<span class="of-model">${look} ${isMeant ? html`<b>${name}</b>` : name}</span>`;

function showCursor(svg: SVGSVGElement, x: number): void {
  const line = svg.querySelector(".cursor");
  line?.setAttribute("x1", String(x));
  line?.setAttribute("x2", String(x));
  line?.setAttribute("visibility", "visible");
}

function hideCursor(svg: SVGSVGElement): void {
  svg.querySelector(".cursor")?.setAttribute("visibility", "hidden");
}

export const plotName = (segment: Segment, answer: ViewAnswer, models: readonly string[]): string => {
  if (isRightOrWrong(answer.score)) {
    const wrong = models.map((model) => {
      const rows = drawn(ofModel(segment, model)?.score as Distribution);
      return `${model} ${share(rows[1] ?? 0, sumOf(rows))}`;
    });
    return `${segment.name}: wrong, ${wrong.join(", ")}`;
  }
  const span = (answer.score_edges.at(-1) ?? 1) - (answer.score_edges[0] ?? 0);
  const medians = models.map((model) => `${model} ${onScale(ofModel(segment, model)?.score.quartiles[1], span)}`);
  return `${segment.name}: median ${lowerCase(scoreName(answer.score))}, ${medians.join(", ")}`;
};
