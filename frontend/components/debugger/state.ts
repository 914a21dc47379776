/** What the debugger knows, as signals: the question, the answer on show, and how far apart the two are. */

import { batch, computed, signal } from "@preact/signals-core";
import { Refusal } from "../../host/http.ts";
import type { Model } from "../../host/index.ts";
import { Line } from "../../host/line.ts";
import { timesOf } from "./conditions.ts";
import { remember } from "./hexagons.ts";
import { type Order, worstModel } from "./measured.ts";
import { canonical, firstView, modelsOf, onlyListsDiffer, same, whole, withRows } from "./question.ts";
import type { Said } from "./readout.ts";
import type { Call, DebuggerKeys, PageState, Problem, View, ViewAnswer } from "./types.ts";

/** Answers that are kept, so that taking a step back is instant. */
const KEPT = 20;
const STEPS = 200;
const SLOW_MS = 400;

export type Range = { model: string; low: number; high: number };

export class Debugger {
  readonly model: Model<DebuggerKeys>;
  readonly line: Line<Call>;
  readonly page = signal<PageState>({} as PageState);

  readonly question = signal<View>({} as View);
  readonly answer = signal<ViewAnswer | null>(null);
  /** The question that the answer on show is to. */
  readonly answered = signal<View | null>(null);
  /** When the answer that is awaited was asked for, in milliseconds. */
  readonly since = signal<number | null>(null);
  readonly now = signal(0);
  /** The answer takes long enough that waiting for it is worth a word; most are there before. */
  readonly isSlow = computed(() => this.since.value !== null && this.now.value - this.since.value >= SLOW_MS);
  readonly trouble = signal<Problem | null>(null);
  readonly past = signal<View[]>([]);
  readonly future = signal<View[]>([]);

  /** Under the hand, not asked yet. */
  readonly range = signal<Range | null>(null);
  /** What the numbers beside the distributions are, where somebody chose, and in which order the segments stand. */
  readonly metric = signal("");
  readonly order = signal<Order>({ by: "key", isDescending: false });
  /** Views that are shown as tables. */
  readonly tables = signal<ReadonlySet<string>>(new Set());
  readonly middle = signal<"apart" | "spots">("apart");
  readonly searched = signal("");
  /** Of the chart under the pointer or the focus. */
  readonly readout = signal<Said | null>(null);
  /** Said once to those who do not see it happen. */
  readonly said = signal("");
  readonly widths = signal({ plot: 400, bars: 240 });

  /** The answer on show is an older one, and a newer is under way. */
  readonly isStale = computed(() => this.trouble.value === null && !same(this.question.value, this.answered.value));
  readonly allModels = computed(() => this.answer.value?.facts.models ?? modelsOf(this.page.value.columns));
  /** Models on show, in order. */
  readonly models = computed(() => {
    const { models } = this.question.value;
    return models.length ? models : this.allModels.value;
  });

  readonly times = computed(() => timesOf(this.page.value.columns));

  readonly #known = new Map<string, ViewAnswer>();
  #controller: AbortController | null = null;
  #isFirst = true;

  constructor(model: Model<DebuggerKeys>, signal: AbortSignal) {
    this.model = model;
    this.line = new Line(model, signal);
    this.page.value = model.get("state");
    this.question.value = whole(model.get("question"), this.page.value.columns);
    this.searched.value = this.question.value.named;
    const given = model.get("answer");
    if (given) {
      remember(given.features);
      this.answer.value = given;
      this.answered.value = this.question.value;
      this.#known.set(canonical(this.question.value), given);
    } else this.#ask();
    const outside = () => this.#follow();
    const restate = () => {
      this.page.value = model.get("state");
    };
    model.on("change:question", outside);
    model.on("change:state", restate);
    signal.addEventListener("abort", () => {
      this.#controller?.abort();
      model.off("change:question", outside);
      model.off("change:state", restate);
    });
  }

  offers(call: Call): boolean {
    return this.model.get("offers").includes(call);
  }

  get mayAsk(): boolean {
    return this.offers("ask");
  }

  /** One step: asked at once, undone at once. */
  change(next: View): void {
    const before = this.question.value;
    if (!this.mayAsk || same(next, before)) return;
    batch(() => {
      if (!onlyListsDiffer(next, before)) {
        this.past.value = [...this.past.value, before].slice(-STEPS);
        this.future.value = [];
      }
      this.#turnTo(next);
    });
  }

  /** Asks first, and turns to it only where there is an answer. Null, or why there is none. */
  async tried(next: View, signal: AbortSignal): Promise<Problem | null> {
    try {
      this.#keep(next, await this.line.call<ViewAnswer>("ask", next, signal));
    } catch (reason) {
      return problemOf(reason);
    }
    if (!signal.aborted) this.change(next);
    return null;
  }

  undo(): void {
    const last = this.past.value.at(-1);
    if (!last) return;
    batch(() => {
      this.past.value = this.past.value.slice(0, -1);
      this.future.value = [...this.future.value, this.question.value];
      this.#turnTo(last);
      this.said.value = "Step taken back.";
    });
  }

  redo(): void {
    const next = this.future.value.at(-1);
    if (!next) return;
    batch(() => {
      this.future.value = this.future.value.slice(0, -1);
      this.past.value = [...this.past.value, this.question.value];
      this.#turnTo(next);
      this.said.value = "Step taken again.";
    });
  }

  /** Nobody waits any more: back to the question whose answer is on show. */
  cancel(): void {
    this.#controller?.abort();
    const kept = this.answered.value;
    batch(() => {
      this.since.value = null;
      this.trouble.value = null;
      if (!kept || same(kept, this.question.value)) return;
      if (same(this.past.value.at(-1), kept)) this.past.value = this.past.value.slice(0, -1);
      this.#show(kept);
      this.said.value = "Cancelled. The last answer stays.";
    });
  }

  hideReadout(): void {
    this.readout.value = null;
  }

  again(): void {
    this.#ask();
  }

  tabled(view: string): void {
    const next = new Set(this.tables.value);
    if (!next.delete(view)) next.add(view);
    this.tables.value = next;
  }

  #turnTo(next: View): void {
    this.#show(next);
    this.#ask();
  }

  #show(next: View): void {
    this.question.value = next;
    this.#searchedAs(next);
    this.range.value = null;
    this.model.set("question", next);
    this.model.save_changes();
  }

  /** The question was set from outside: the back button, or a cell of a notebook. */
  #follow(): void {
    const next = whole(this.model.get("question"), this.page.value.columns);
    const before = this.question.value;
    if (same(next, before)) return;
    batch(() => {
      this.past.value = [...this.past.value, before].slice(-STEPS);
      this.future.value = [];
      this.question.value = next;
      this.#searchedAs(next);
      this.range.value = null;
      this.#ask();
    });
  }

  /** A space that is just typed stays in the field. */
  #searchedAs({ named }: View): void {
    if (this.searched.value.trim() !== named) this.searched.value = named;
  }

  #ask(): void {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    const asked = this.question.value;
    const known = this.#known.get(canonical(asked));
    this.trouble.value = null;
    if (known) {
      this.since.value = null;
      this.#take(asked, known);
      return;
    }
    if (!this.mayAsk) return;
    this.since.value = performance.now();
    this.now.value = performance.now();
    this.line.call<ViewAnswer>("ask", asked, controller.signal).then(
      (answer) => {
        if (controller.signal.aborted) return;
        this.since.value = null;
        this.#take(asked, answer);
      },
      (reason: unknown) => {
        if (controller.signal.aborted) return;
        this.since.value = null;
        this.trouble.value = problemOf(reason);
      },
    );
  }

  #keep(asked: View, answer: ViewAnswer): void {
    const key = canonical(asked);
    this.#known.delete(key);
    this.#known.set(key, answer);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
  }

  #take(asked: View, answer: ViewAnswer): void {
    this.#keep(asked, answer);
    remember(answer.features);
    batch(() => {
      this.answer.value = answer;
      this.answered.value = asked;
    });
    this.#worstFirst(asked, answer);
  }

  /** The rows first seen are the worst of the model that fails most, unless somebody asked for others. */
  #worstFirst(asked: View, answer: ViewAnswer): void {
    const { columns } = this.page.value;
    const isUsual = this.#isFirst && !asked.models.length && same(asked.rows, firstView(columns).rows);
    this.#isFirst = false;
    const worst = worstModel(answer);
    if (isUsual && worst && asked.rows?.sort) this.change(withRows(asked, { sort: `score:${worst}` }));
  }
}

export function problemOf(reason: unknown): Problem {
  if (reason instanceof Refusal) return reason.problem;
  return { detail: reason instanceof Error ? reason.message : String(reason) };
}

/** Where columns get their roles: the version's page, above the debugger's. */
export const rolesPage = (app: Debugger): string => app.page.value.version.url.replace(/debugger\/$/, "");
