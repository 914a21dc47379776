/** The rows themselves: of all that is selected or of one group, sorted by any column, a page at a time. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Cases } from "./cases.ts";
import { Misread, read } from "./conditions.ts";
import { removeFilters } from "./features.ts";
import { letter, lookOf } from "./marks.ts";
import { count, formatOf, onScale, plain, rowsOf } from "./numbers.ts";
import { shownGroups } from "./performance.ts";
import type { Pictures } from "./pictures.ts";
import { sortedBy, withClause, withoutClauses, withRows, withWritten } from "./question.ts";
import { isRightOrWrong } from "./scale.ts";
import type { Debugger } from "./state.ts";
import type { Cell, Column, Condition, Listed, Of, ViewAnswer } from "./types.ts";
import { clauseName, headingOf, lowerCase, scoreName } from "./words.ts";

/** Columns on show at first; thousands can be had. */
const FEW = 14;
const BAR = 48;
/** Cards on a phone before more are asked for. */
const CARDS = 8;

export class RowsView {
  readonly #app: Debugger;
  isWide = false;
  /** A phone shows a few cards of the page at a time. */
  cards = CARDS;
  misread: { sentence: string; meant: string } | null = null;
  chosen: number | null = null;
  readonly redraw: () => void;
  readonly #pictures: Pictures;
  readonly #cases: Cases;

  constructor(app: Debugger, pictures: Pictures, cases: Cases, redraw: () => void) {
    this.#app = app;
    this.#pictures = pictures;
    this.#cases = cases;
    this.redraw = redraw;
  }

  render(): TemplateResult {
    const app = this.#app;
    const answer = app.answer.value;
    const table = answer?.table ?? null;
    return html`<section class="rows" aria-labelledby="t-rows">
      <div class="rows-head"><h2 id="t-rows">Rows</h2>${answer ? html`<span class="small muted num">${this.#howMany(answer)}</span>` : nothing}${this.#clauses()}${app.mayAsk ? this.#filter() : nothing}${this.#of()}</div>
      ${answer && table ? this.#listed(answer, table) : nothing}
      ${answer && !table ? html`<p class="none small muted">The rows are not part of this.</p>` : nothing}
    </section>`;
  }

  #howMany(answer: ViewAnswer): string {
    const of = this.#app.answered.value?.rows?.of ?? "all";
    if (of !== "all" && answer.table) return `${rowsOf(answer.table.total)} of group ${of.toUpperCase()}`;
    return `${count(answer.selected)} of ${count(answer.rows)} selected`;
  }

  #of(): TemplateResult | typeof nothing {
    const app = this.#app;
    const now = app.question.value.rows?.of ?? "all";
    const names: Record<Of, string> = { a: "Group A", b: "Group B", all: "All selected" };
    const choose = (of: Of) => () => app.change(withRows(app.question.value, { of }));
    return html`<span class="filters" role="group" aria-label="Rows of">${(Object.keys(names) as Of[]).map(
      (of) =>
        html`<button type="button" class="button" aria-pressed=${of === now} ?disabled=${!app.mayAsk} @click=${choose(of)}>${of === "all" ? nothing : letter(of)}${names[of]}</button>`,
    )}</span>`;
  }

  #clauses(): TemplateResult {
    const app = this.#app;
    const { clauses } = app.question.value;
    const away = (source: string) => () => app.change(withClause(app.question.value, source, null));
    const chip = ({ source, where }: (typeof clauses)[0]) => {
      const name = source === "performance" ? this.#ofScore(where) : clauseName(where, app.times.value);
      return html`<span class="badge info clause"><span class="clip" title=${name}>${name}</span>${app.mayAsk ? html`<button type="button" class="chip-x" aria-label="Remove the filter ${name}" @click=${away(source)}>${icon("x", "small")}</button>` : nothing}</span>`;
    };
    const clear = () => app.change(withoutClauses(app.question.value));
    return html`<span class="clauses" role="group" aria-label="Filters">${clauses.map(chip)}${clauses.length > 1 && app.mayAsk ? html`<button type="button" class="button quiet" @click=${clear}>Clear all</button>` : nothing}</span>`;
  }

  /** A range of a model's score. */
  #ofScore(where: Condition): string {
    const score = this.#app.answer.value?.score ?? "score";
    const model = where.column?.replace(/^score:/, "") ?? "";
    if (isRightOrWrong(score) && where.low !== undefined && where.low > 0) return `${model} is wrong`;
    if (isRightOrWrong(score) && where.high !== undefined && where.high < 1) return `${model} is right`;
    return clauseName(where, this.#app.times.value).replace(/^score of/, `${lowerCase(scoreName(score))} of`);
  }

  /** Any condition over any column, written. */
  #filter(): TemplateResult {
    const app = this.#app;
    const set = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const text = String(new FormData(form).get("where") ?? "").trim();
      try {
        const where = read(text, app.page.value.columns);
        this.misread = null;
        form.reset();
        app.change(withWritten(app.question.value, where));
      } catch (reason) {
        if (!(reason instanceof Misread)) throw reason;
        this.misread = { sentence: reason.message, meant: reason.meant };
      }
      this.redraw();
    };
    const take = (meant: string) => (event: Event) => {
      const form = (event.target as Element).closest("form");
      const field = form?.querySelector<HTMLInputElement>("[name=where]");
      if (field) field.value = meant;
      form?.requestSubmit();
    };
    return html`<form class="rows-filter" @submit=${set}><label class="with-icon">${icon("filter", "small")}<span class="visually-hidden">Filter by a condition</span><input class="input mono" name="where" required autocomplete="off" spellcheck="false" placeholder='Filter: age >= 60 and site = "A"' aria-invalid=${this.misread !== null} aria-describedby="misread"></label><button class="visually-hidden">Filter</button>
    <p class="error tiny" id="misread" role="alert">${this.misread?.sentence}</p>${this.misread?.meant ? html`<button type="button" class="button quiet small-button" @click=${take(this.misread.meant)}>Did you mean <code>${this.misread.meant}</code>?</button>` : nothing}</form>`;
  }

  #listed(answer: ViewAnswer, table: Listed): TemplateResult {
    const app = this.#app;
    if (!table.total)
      return html`<div class="blank">${icon("filter")}<h3>No rows</h3><p>${app.question.value.clauses.length ? "No row meets all of the filters." : "This group has no rows."}</p>${removeFilters(app)}</div>`;
    const isPhone = matchMedia("(width < 40rem)").matches;
    const values = isPhone ? table.values.slice(0, this.cards) : table.values;
    const order = orderOf(
      table.columns,
      app.page.value.columns,
      answer.features.map((one) => one.name),
    );
    const shown = this.isWide ? order : order.slice(0, FEW);
    const tops = new Map(
      table.columns.flatMap((name, i) =>
        name.startsWith("score:") ? [[name, Math.max(...table.values.map((row) => Number(row[i]) || 0))] as const] : [],
      ),
    );
    const laid: Laid = { groups: shownGroups(app, answer), tops, formats: formatsOf(table), answer };
    const [first = "", ...others] = shown.map((name) => this.#heading(name));
    const films = this.#pictures.columns;
    this.#pictures.want(table.numbers.slice(0, values.length));
    const wider = () => {
      this.isWide = !this.isWide;
      this.redraw();
    };
    return html`<div class="scroll-x" data-stale=${app.isStale.value} tabindex="0" role="region" aria-label="Rows, table"><table class="table dense cards" role="table"><thead role="rowgroup"><tr role="row">${first}${films.map((name) => html`<th scope="col" role="columnheader"><span class="clip">${name}</span></th>`)}${others}</tr></thead>
      <tbody role="rowgroup">${values.map((row, i) => this.#row(row, table.numbers[i] ?? i, shown, table, laid))}</tbody></table></div>
      <div class="rows-foot">${this.#cases.bar(table)}${values.length < table.values.length ? this.#moreCards(table) : this.#pages(table)}${order.length > FEW ? html`<button type="button" class="button quiet" aria-expanded=${this.isWide} @click=${wider}>${this.isWide ? "Fewer columns" : `All ${count(order.length)} columns`}</button>` : nothing}</div>`;
  }

  #heading(name: string): TemplateResult {
    const app = this.#app;
    const { sort, descending } = app.question.value.rows ?? { sort: "", descending: true };
    const isSorted = sort === name;
    const sorted = isSorted ? (descending ? "descending" : "ascending") : "none";
    const isNumber = this.#isNumber(name);
    const words = this.#words(name);
    const sign = isSorted ? html` <span aria-hidden="true">${descending ? "↓" : "↑"}</span>` : nothing;
    return html`<th scope="col" role="columnheader" class=${isNumber ? "n" : ""} aria-sort=${sorted} title=${words}>${
      app.mayAsk && name !== "segment" && name !== ""
        ? html`<button type="button" @click=${() => app.change(sortedBy(app.question.value, name))}><span class="clip">${words}</span>${sign}</button>`
        : html`<span class="clip">${words}</span>${sign}`
    }</th>`;
  }

  #words(name: string): string {
    const { allModels, answer, page } = this.#app;
    return headingOf(name, answer.value?.score ?? "", page.value.columns, allModels.value);
  }

  #isNumber(name: string): boolean {
    return (
      name.startsWith("score:") ||
      this.#app.page.value.columns.some((one) => one.name === name && one.kind === "number")
    );
  }

  #row(row: Cell[], number: number, shown: string[], table: Listed, laid: Laid): TemplateResult {
    const [first = "", ...others] = shown;
    const at = (name: string) => row[table.columns.indexOf(name)] ?? null;
    const choose = () => {
      this.chosen = this.chosen === number ? null : number;
      this.redraw();
    };
    const isChosen = this.chosen === number;
    const cell = (name: string) => {
      const value = at(name);
      return html`<td role="cell" class=${this.#isNumber(name) ? "n" : ""} data-label=${this.#words(name)}>${this.#cell(name, value, laid)}</td>`;
    };
    const named = at(first);
    return html`<tr role="row" aria-selected=${isChosen} @click=${choose}><th scope="row" role="rowheader">${this.#cases.box(number)}<span title="Row ${count(number + 1)} of the dataset">${named === null ? `Row ${count(number + 1)}` : String(named)}</span></th>${this.#pictures.columns.map((name) => html`<td role="cell" data-label=${name}>${this.#pictures.cell(name, number)}</td>`)}${others.map(cell)}</tr>`;
  }

  #cell(name: string, value: Cell, { groups, tops, formats, answer }: Laid): TemplateResult | string {
    if (value === null) return html`<span class="faint" title="Missing">–</span>`;
    if (name === "segment") {
      const key = Number(value);
      const side = groups.a.includes(key) ? "a" : groups.b.includes(key) ? "b" : null;
      const segment = answer.segments.find((one) => one.key === key)?.name ?? String(value);
      return html`<span class="row nowrap">${side ? letter(side) : nothing}<span class="clip cell" title=${segment}>${segment.replace(/^Segment (\d+)$/, "$1")}</span></span>`;
    }
    if (name.startsWith("score:") && typeof value === "number") {
      const edges = answer.score_edges;
      if (isRightOrWrong(answer.score)) return value ? "wrong" : "right";
      const text = onScale(value, (edges.at(-1) ?? 1) - (edges[0] ?? 0));
      const model = name.slice("score:".length);
      const top = tops.get(name) || 1;
      const { sort } = this.#app.question.value.rows ?? { sort: "" };
      const isMain = sort.startsWith("score:") ? sort === name : model === this.#app.models.value[0];
      const look = lookOf(model, this.#app.allModels.value);
      return isMain
        ? html`<svg class="lossbar ${look.tone}" width=${BAR} height="8" aria-hidden="true"><rect width=${Math.max(0, Math.min(1, value / top)) * BAR} height="8" rx="1" /></svg>${text}`
        : text;
    }
    if (typeof value === "number") return (formats.get(name) ?? plain)(value);
    if (typeof value === "boolean") return value ? "yes" : "no";
    return /^\d{4}-\d\d-\d\dT/.test(value)
      ? value.slice(0, 16).replace("T", " ").replace(" 00:00", "")
      : html`<span class="cell" title=${value.length > 40 ? value : nothing}>${value}</span>`;
  }

  #moreCards(table: Listed): TemplateResult {
    const more = () => {
      this.cards += CARDS;
      this.redraw();
    };
    return html`<button type="button" class="button left" @click=${more}>Show ${CARDS} more of ${count(table.total)}</button>`;
  }

  #pages(table: Listed): TemplateResult {
    const app = this.#app;
    const rows = app.answered.value?.rows ?? app.question.value.rows;
    const first = rows?.first ?? 0;
    const size = rows?.count ?? table.values.length;
    const last = first + table.values.length;
    const to = (at: number) => () => app.change(withRows(app.question.value, { first: Math.max(0, at) }));
    if (!app.mayAsk || table.total <= table.values.length)
      return html`<span class="small muted num">${count(table.values.length)} of ${count(table.total)}</span>`;
    return html`<nav class="row" aria-label="Pages of rows"><button type="button" class="button" ?disabled=${first === 0} @click=${to(first - size)}>${icon("left", "small")} Previous</button><button type="button" class="button" ?disabled=${last >= table.total} @click=${to(last)}>Next ${icon("right", "small")}</button><span class="small muted num">${count(first + 1)} to ${count(last)} of ${count(table.total)}</span></nav>`;
  }
}

/** What is the same for all cells. tops: the greatest score of each model on this page. */
type Laid = {
  groups: { a: number[]; b: number[] };
  tops: ReadonlyMap<string, number>;
  formats: ReadonlyMap<string, (value: number) => string>;
  answer: ViewAnswer;
};

const formatsOf = ({ columns, values }: Listed) =>
  new Map(
    columns.map((name, i) => {
      const own = values.map((row) => row[i]).filter((value): value is number => typeof value === "number");
      return [name, formatOf(own)] as const;
    }),
  );

/** The row's name first, then segment, label, scores, the features that differ most, and the rest. */
export function orderOf(columns: readonly string[], known: readonly Column[], ranked: readonly string[]): string[] {
  const role = new Map(known.map((one) => [one.name, one.role]));
  const place = (name: string): number => {
    const own = role.get(name);
    if (own === "id") return 0;
    if (name === "segment") return 1;
    if (own === "label") return 2;
    if (name.startsWith("score:")) return 3;
    const rank = ranked.indexOf(name);
    if (rank >= 0) return 4 + rank;
    return own === "prediction" || own === "probability" ? 2e6 : own === "ignore" ? 3e6 : 1e6;
  };
  const sorted = [...columns].sort((a, b) => place(a) - place(b));
  return role.get(sorted[0] ?? "") === "id" ? sorted : ["", ...sorted];
}
