/** The answer, always beside the original's: a tick on each bar and a signed difference. */

import type { ReadonlySignal } from "@preact/signals-core";
import { html, nothing, svg, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import { counted, isFound } from "./findings.ts";
import type { FoundPanel } from "./found.ts";
import { Late } from "./late.ts";
import type { Live } from "./live.ts";
import type { Bench } from "./state.ts";
import type { Answer, Output } from "./types.ts";
import { brief, number, score, signed, titleOf, unanswered, versionName } from "./words.ts";

const SHOWN = 8;
const SLACK = 4; // a button that would show so few more is no help

type Scores = [string, number][];

export class AnswerPanel {
  readonly #bench: Bench;
  readonly #live: Live;
  readonly #parts = new Late(() => import("./answer_drawn.ts"));
  readonly #all = new Set<string>(); // outputs whose every class is on show
  readonly #found: ReadonlySignal<FoundPanel | null>;
  readonly #again: () => void;

  constructor(bench: Bench, live: Live, found: ReadonlySignal<FoundPanel | null>, again: () => void) {
    this.#bench = bench;
    this.#found = found;
    this.#live = live;
    this.#again = again;
  }

  render(): TemplateResult {
    const bench = this.#bench;
    const now = bench.answer.value;
    const isWaiting = bench.isWaiting.value;
    const isExample = !bench.open.value?.isOwn && now?.id === bench.original.value?.id;
    const milliseconds = isExample ? null : now?.timings?.total_ms; // nobody has waited for an example's
    const version = now?.version ?? bench.page.version;
    return html`<section class="result" aria-labelledby="answer-title">
      <div class="spread"><h2 id="answer-title" class="small muted">Answer</h2>
        <span class="tiny muted num">${Object.keys(bench.fieldErrors.value).length ? html`${icon("alert", "small")} a value cannot be used` : isWaiting ? waiting(bench) : html`${milliseconds ? `${number(milliseconds, 0)} ms · ` : ""}${versionName(version)}`}</span></div>
      ${isWaiting && !bench.waits.value.online ? html`<div class="notice warn" role="status">${icon("offline")}<div>${bench.waits.value.message}</div></div>` : nothing}
      ${this.#trouble()}
      <div class="answers ${bench.isStale.value ? "thinking" : ""}" aria-busy=${isWaiting}>
        ${now || bench.partial.value ? bench.page.interface.outputs.map((output) => this.#output(output)) : html`<p class="muted none">No answer yet.</p>`}
      </div>
      ${now ? html`<p class="tiny faint legend">${this.#hasTick() ? html`<svg class="tick" viewBox="0 0 2 12" aria-hidden="true"><path d="M1 0v12"/></svg> the original's value. ` : nothing}${bench.page.research_use_only ? "Research use only." : nothing}</p>` : nothing}
      <p class="visually-hidden" role="status" aria-live="polite">${isWaiting ? nothing : this.spoken()}</p>
    </section>`;
  }

  /** The whole answer in a sentence, for those who hear it and for the docked line. */
  spoken(): string {
    const bench = this.#bench;
    const said = bench.page.interface.outputs.map((output) => {
      const { name, text } = brief(bench.answer.value?.answer?.[output.name], output, this.#missing());
      return `${name} ${text}`.trim();
    });
    return bench.answer.value ? `Answer: ${said.join("; ")}` : "";
  }

  /** That the function is away stands above it already. */
  #missing(): string {
    const bench = this.#bench;
    return unanswered(bench.answer.value?.state, bench.isWaiting.value ? { online: true } : null);
  }

  #hasTick(): boolean {
    const bench = this.#bench;
    return (
      bench.answer.value?.id !== bench.original.value?.id &&
      Object.values(bench.answer.value?.answer ?? {}).some((one) => one.kind === "label")
    );
  }

  #trouble(): TemplateResult | typeof nothing {
    const bench = this.#bench;
    if (!bench.trouble.value) return nothing;
    return html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${bench.trouble.value}</div><button type="button" class="button" @click=${() => this.#live.again()}>Try again</button></div>`;
  }

  #output(output: Output): TemplateResult {
    const bench = this.#bench;
    const now = bench.partial.value?.[output.name] ?? bench.answer.value?.answer?.[output.name];
    const isOriginal = bench.answer.value?.id === bench.original.value?.id;
    const was = isOriginal ? undefined : bench.original.value?.answer?.[output.name];
    const isOnly = bench.page.interface.outputs.length === 1;
    return html`<div class="output">${isOnly ? nothing : html`<h3 class="small">${titleOf(output)}</h3>`}${now ? this.#one(output, now, was) : html`<p class="muted">${this.#missing()}.</p>`}</div>`;
  }

  #one(output: Output, now: Answer, was: Answer | undefined): TemplateResult {
    if (isFound(now))
      return this.#found.value?.render(output, now) ?? html`<p class="headline"><b>${counted(now)}</b></p>`;
    switch (now.kind) {
      case "image":
      case "json":
      case "table":
      case "vector":
        return html`${this.#parts.drawn?.drawn(this.#bench, output, now, was)}`;
      case "label":
        return this.#scores(output, now.scores, was?.kind === "label" ? was.scores : null);
      case "number": {
        const before = was?.kind === "number" ? was.value : null;
        const unit = now.unit || output.unit || "";
        return html`<p class="headline"><b class="num">${now.value === null ? "No number" : number(now.value)} <span class="unit">${unit}</span></b>
          ${before === null || now.value === null ? nothing : html`<span class="num small">${signed(now.value - before)} <span class="muted">from ${number(before)}</span></span>`}</p>`;
      }
      case "text":
        return html`<p class="said">${now.value || "Empty"}</p>${was?.kind === "text" && was.value !== now.value ? html`<p class="small muted">The original's: ${was.value}</p>` : nothing}`;
    }
  }

  #scores(output: Output, now: Scores, was: Scores | null): TemplateResult {
    const [top] = now;
    if (!top) return html`<p class="muted">No class was named.</p>`;
    const before = was && new Map(was);
    const scores = new Map(now);
    const order = orderOf(now, was);
    const isLong = order.length > SHOWN + SLACK;
    const best = new Set([...order].sort((a, b) => most(b) - most(a)).slice(0, SHOWN));
    function most(name: string): number {
      return Math.max(scores.get(name) ?? Number.NEGATIVE_INFINITY, before?.get(name) ?? Number.NEGATIVE_INFINITY);
    }
    const rows = isLong && !this.#all.has(output.name) ? order.filter((name) => best.has(name)) : order;
    const every = [...scores.values(), ...(before?.values() ?? [])];
    const [low, high] = [Math.min(0, ...every), Math.max(1, ...every)];
    const old = before?.get(top[0]);
    const hasMoved = old !== undefined && score(old) !== score(top[1]);
    const first = was?.[0];
    return html`<p class="headline"><b>${top[0]}</b><span class="num">${hasMoved ? html`<span class="muted">${score(old)} →</span>` : nothing} <b>${score(top[1])}</b></span></p>
      ${first && first[0] !== top[0] ? html`<p class="small muted instead">Originally ${first[0]} <span class="num">${score(first[1])}</span></p>` : nothing}
      <ul class="answer">${repeat(
        rows,
        (name) => name,
        (name) =>
          bar(name, scores.get(name), before ? (before.get(name) ?? null) : undefined, name === top[0], low, high),
      )}</ul>
      ${isLong ? html`<button type="button" class="button quiet more" aria-expanded=${this.#all.has(output.name)} @click=${() => this.#toggle(output.name)}>${this.#all.has(output.name) ? `Show the first ${SHOWN}` : `Show all ${order.length}`}</button>` : nothing}`;
  }

  #toggle(name: string): void {
    if (!this.#all.delete(name)) this.#all.add(name);
    this.#again();
  }
}

function waiting({ connection, waits }: Bench): TemplateResult {
  const { online, message } = waits.value;
  if (connection.value === "reconnecting") return html`${icon("offline", "small")} follows once connected`;
  return online
    ? html`${icon("spinner", "small")} ${message || "new answer…"}`
    : html`${icon("clock", "small")} waits for the function`;
}

/** The original's order, so that a bar moves and never jumps; classes new to it come last. */
function orderOf(now: Scores, was: Scores | null): string[] {
  const names = (was ?? now).map(([name]) => name);
  const known = new Set(names);
  return [...names, ...now.map(([name]) => name).filter((name) => !known.has(name))];
}

/** was: undefined where the original itself is on show, null where it had no score for this class. */
function bar(
  name: string,
  value: number | undefined,
  was: number | null | undefined,
  isTop: boolean,
  low: number,
  high: number,
): TemplateResult {
  const share = (of: number) => `${(100 * (of - low)) / (high - low)}%`;
  const isCompared = was !== undefined;
  return html`<li class="prob ${isTop ? "top" : ""} ${isCompared ? "" : "plain"}">
    <span class="name clip" title=${name}>${name}</span><span class="p">${value === undefined ? "–" : score(value)}</span>${isCompared ? html`<span class="delta">${value === undefined || was === null ? "" : signed(value - was)}</span>` : nothing}
    <svg class="track" aria-hidden="true">${svg`<rect class="fill" width=${share(value ?? low)} height="100%"></rect>${typeof was === "number" ? svg`<rect class="was" x=${share(was)} y="-3" width="2" height="14"></rect>` : nothing}`}</svg>
  </li>`;
}
