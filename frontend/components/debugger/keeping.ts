/** What is kept of an analysis: slices, the question by name, rows as a file or a dataset, a link, a page. */

import { signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { both, columnsOf, written } from "./conditions.ts";
import { rowsOf } from "./numbers.ts";
import { canonical, onlyListsDiffer, same } from "./question.ts";
import { type Debugger, problemOf } from "./state.ts";
import type { Call, Condition, Of, SavedAnalysis, Slice, View, ViewAnswer } from "./types.ts";

export type Act = "slice" | "export" | "dataset" | "analysis" | "share" | "report" | "remove";
/** rows: how many they are, where that is known. */
export type Sliceable = { id: string; name: string; note: string; where: Condition; rows: number | null };
/** ofA: of group A's, where the filters on show are those of the slice. */
export type Counted = { rows: number; ofA: number | null };

/** Rows that a later version can have too: no condition of it names a score or a segment. */
const isLasting = (where: Condition): boolean =>
  columnsOf(where).every((column) => column !== "segment" && !column.startsWith("score:"));

export class Keeping {
  readonly #app: Debugger;
  readonly busy = signal<Act | null>(null);
  readonly trouble = signal<{ act: Act; sentence: string } | null>(null);
  readonly done = signal<{ act: Act; said: string | TemplateResult; of: View } | null>(null);
  /** Which of what could be saved as a slice is meant. */
  readonly picked = signal("");
  /** How many rows meet a condition, and how many of group A's are among them, by `#countKey`. */
  readonly counted = signal<ReadonlyMap<string, Counted>>(new Map());
  /** The dialog that is open. */
  readonly dialog = signal<"dataset" | "analysis" | null>(null);

  constructor(app: Debugger) {
    this.#app = app;
  }

  open(dialog: "dataset" | "analysis"): void {
    this.trouble.value = null;
    this.dialog.value = dialog;
  }

  /** Group A as conditions, each within the filters that a slice can have. */
  sliceable(answer: ViewAnswer): Sliceable[] {
    const filters = (this.#app.answered.value?.clauses ?? []).map(({ where }) => where).filter(isLasting);
    const within = (where: Condition) => both([where, ...filters]);
    const own = answer.segments.filter((one) => answer.groups.a.keys.includes(one.key)).map((one) => one.where);
    const found: Sliceable[] = [];
    if (own.length && own.every((where): where is Condition => where !== null && isLasting(where))) {
      const where = own.length === 1 ? (own[0] as Condition) : { any: own };
      found.push({
        id: "own",
        name: own.length === 1 ? "The segment" : "The segments",
        note: "its own condition",
        where: within(where),
        rows: filters.length === (this.#app.answered.value?.clauses.length ?? 0) ? answer.groups.a.rows : null,
      });
    }
    if (answer.rule && isLasting(answer.rule.where)) {
      found.push({
        id: "rule",
        name: "The rows that meet the rule",
        note: "not group A itself",
        where: within(answer.rule.where),
        rows: null,
      });
    }
    return found;
  }

  /** The slice that is saved already with this condition. */
  savedAs({ where }: Sliceable): Slice | undefined {
    return this.#app.page.value.slices.find((one) => same(one.where, where));
  }

  countOf(what: Sliceable, answer: ViewAnswer): Counted | null {
    if (what.rows !== null) return { rows: what.rows, ofA: what.rows };
    return this.counted.value.get(this.#countKey(what, answer)) ?? null;
  }

  /** Asks how many rows meet the condition, once for each view. */
  async count(what: Sliceable, answer: ViewAnswer): Promise<Counted | null> {
    const known = this.countOf(what, answer);
    const view = this.#app.answered.value;
    if (known || !view || !this.#app.mayAsk) return known;
    const key = this.#countKey(what, answer);
    const clauses = [{ source: "slice", where: what.where }];
    const { keys } = answer.groups.a;
    try {
      const found = await this.#app.line.call<ViewAnswer>("ask", {
        ...view,
        a: keys,
        b: [],
        clauses,
        features: 0,
        rows: null,
      });
      const isAll = view.clauses.every(({ where }) => isLasting(where));
      const counted = { rows: found.selected, ofA: isAll ? found.groups.a.rows : null };
      this.counted.value = new Map(this.counted.value).set(key, counted);
      return counted;
    } catch {
      return null; // a count that is not to be had keeps nobody from saving
    }
  }

  #countKey(what: Sliceable, answer: ViewAnswer): string {
    return canonical([
      what.where,
      this.#app.answered.value?.segments,
      this.#app.answered.value?.clauses,
      answer.groups.a.keys,
    ]);
  }

  async saveSlice(name: string, what: Sliceable, answer: ViewAnswer): Promise<boolean> {
    const { where } = what;
    const rows = (await this.count(what, answer))?.rows ?? null;
    const slice = await this.#do<Slice>("slice", "save_slice", {
      name,
      where,
      sentence: written(where, this.#app.times.value).slice(0, 1000),
      rows,
    });
    if (!slice) return false;
    const { page } = this.#app;
    page.value = { ...page.value, slices: [slice, ...page.value.slices.filter(({ id }) => id !== slice.id)] };
    this.#say("slice", `Slice “${slice.name}” is saved${rows === null ? "" : `: ${rowsOf(rows)}`}.`);
    return true;
  }

  async deleteSlice(slice: Slice): Promise<void> {
    if ((await this.#do("remove", "delete_slice", { id: slice.id })) === undefined) return;
    const { page } = this.#app;
    page.value = { ...page.value, slices: page.value.slices.filter(({ id }) => id !== slice.id) };
    this.#say("remove", `Slice “${slice.name}” is deleted.`);
  }

  async saveAnalysis(name: string, note: string): Promise<boolean> {
    const question = this.#app.question.value;
    const made = await this.#do<SavedAnalysis>("analysis", "save_analysis", { name, note, question });
    if (!made) return false;
    const { page } = this.#app;
    page.value = { ...page.value, saved: [made, ...page.value.saved] };
    this.dialog.value = null;
    this.#say("analysis", `“${name}” is saved.`);
    return true;
  }

  async deleteAnalysis(one: SavedAnalysis): Promise<void> {
    if ((await this.#do("remove", "delete_analysis", { id: one.id })) === undefined) return;
    const { page } = this.#app;
    page.value = { ...page.value, saved: page.value.saved.filter(({ id }) => id !== one.id) };
    this.#say("remove", `“${one.name}” is deleted.`);
  }

  async export(of: Of, format: "csv" | "parquet"): Promise<void> {
    const body = { type: "export", view: this.#app.question.value, format, of };
    const made = await this.#do<{ rows?: number }>("export", "export", body);
    if (made)
      this.#say(
        "export",
        made.rows === undefined ? "The file is on its way." : `${rowsOf(made.rows)} are on their way.`,
      );
  }

  async makeDataset(name: string): Promise<boolean> {
    const view = this.#app.question.value;
    const made = await this.#do<{ url?: string }>("dataset", "dataset", { name, view, of: "a" });
    if (!made) return false;
    this.dialog.value = null;
    const said = `The dataset “${name}” is made.`;
    this.#say("dataset", made.url ? html`${said} <a href=${made.url}>Open it</a>` : said);
    return true;
  }

  async share(): Promise<void> {
    if (await this.#do("share", "share", {}))
      this.#say("share", "The link is copied. Members of the team see this view by it.");
  }

  async report(): Promise<void> {
    const { state, ...rest } = {
      state: this.#app.page.value,
      question: this.#app.question.value,
      answer: this.#app.answer.value,
    };
    if (await this.#do("report", "report", { state, ...rest }))
      this.#say("report", "The page is on its way. It opens without a server.");
  }

  #say(act: Act, said: string | TemplateResult): void {
    this.done.value = { act, said, of: this.#app.question.value };
  }

  /** Said where the act was begun, as long as the question is the one that it was of. */
  doneOf(...acts: Act[]): TemplateResult | typeof nothing {
    const done = this.done.value;
    if (!done || !acts.includes(done.act) || !onlyListsDiffer(done.of, this.#app.question.value)) return nothing;
    return html`<p class="small row nowrap done" role="status">${icon("check-circle", "small")}<span>${done.said}</span></p>`;
  }

  troubleOf(act: Act): TemplateResult | typeof nothing {
    const trouble = this.trouble.value;
    if (trouble?.act !== act) return nothing;
    return html`<p class="error tiny row nowrap" role="alert">${icon("alert", "small")}<span>${trouble.sentence}</span></p>`;
  }

  /** One act at a time; undefined where it was refused, which is said beside it. */
  async #do<Body>(act: Act, call: Call, body: unknown): Promise<Body | undefined> {
    if (this.busy.value) return undefined;
    this.busy.value = act;
    this.trouble.value = null;
    this.done.value = null;
    try {
      return (await this.#app.line.call<Body>(call, body)) ?? ({} as Body);
    } catch (reason) {
      this.trouble.value = { act, sentence: sentence(problemOf(reason)) };
      return undefined;
    } finally {
      this.busy.value = null;
    }
  }
}
