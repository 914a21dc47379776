/** Pictures in the rows: small ones in the list, asked for a page of rows at a time, and one of them large. */

import { signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { count } from "./numbers.ts";
import { shownWhen } from "./saved.ts";
import { type Debugger, problemOf } from "./state.ts";

/** Rows whose pictures are asked for together. */
const TOGETHER = 50;
const SMALL = 40;

/** id: of the row, where the table has a column for it. */
type Shown = { url: string | null; why: string; id?: string };
type Answered = { pictures: { row: number; url: string | null; is_left_out: boolean; id?: string }[] };

export class Pictures {
  readonly #app: Debugger;
  readonly #signal: AbortSignal;
  /** By column and row: its address, or why there is none. Null while it is asked for. */
  readonly #known = new Map<string, Shown | null>();
  readonly #redraw: () => void;
  /** The one that is open, among those of its column on show. */
  readonly open = signal<{ column: string; row: number } | null>(null);
  #rows: number[] = [];

  constructor(app: Debugger, redraw: () => void, signal: AbortSignal) {
    this.#app = app;
    this.#redraw = redraw;
    this.#signal = signal;
  }

  /** The columns that have any, where the other side shows them. */
  get columns(): string[] {
    if (!this.#app.offers("pictures")) return [];
    return this.#app.page.value.columns.flatMap(({ kind, name }) => (kind === "image" ? [name] : []));
  }

  /** The rows on show: those whose pictures nobody has asked for yet are asked for. */
  want(rows: readonly number[]): void {
    this.#rows = [...rows];
    for (const column of this.columns) {
      const missing = rows.filter((row) => !this.#known.has(key(column, row)));
      for (const row of missing) this.#known.set(key(column, row), null);
      for (let at = 0; at < missing.length; at += TOGETHER) void this.#ask(column, missing.slice(at, at + TOGETHER));
    }
  }

  async #ask(column: string, rows: number[], isAlone = false): Promise<void> {
    const put = (row: number, shown: Shown) => this.#known.set(key(column, row), shown);
    try {
      const { pictures } = await this.#app.line.call<Answered>("pictures", { column, rows }, this.#signal);
      const left = pictures.filter((one) => one.is_left_out).map((one) => one.row);
      for (const { row, url, id } of pictures) put(row, { url, why: url ? "" : "Empty", id: id ?? "" });
      if (left.length && left.length < rows.length) {
        for (const row of left) this.#known.set(key(column, row), null);
        void this.#ask(column, left);
      } else if (left.length && !isAlone) for (const row of left) void this.#ask(column, [row], true);
    } catch (reason) {
      if (this.#signal.aborted) return;
      for (const row of rows) put(row, { url: null, why: sentence(problemOf(reason)) });
    }
    this.#redraw();
  }

  cell(column: string, row: number): TemplateResult {
    const shown = this.#known.get(key(column, row));
    if (!shown) return html`<span class="film-small" aria-busy="true"></span>`;
    if (!shown.url)
      return html`<span class="faint" title=${shown.why}>${shown.why === "Empty" ? "–" : icon("alert", "small")}</span>`;
    const open = (event: Event) => {
      event.stopPropagation();
      this.open.value = { column, row };
    };
    const broken = () => void this.#explain(column, row, shown.url ?? "");
    return html`<button type="button" class="film-small" aria-label="${column} of ${rowName(row, shown.id)}, larger" @click=${open}><img src="${shown.url}?side=160" alt="" width=${SMALL} height=${SMALL} loading="lazy" decoding="async" @error=${broken}></button>`;
  }

  /** What the server says of a picture that it does not show. */
  async #explain(column: string, row: number, url: string): Promise<void> {
    let why = "It cannot be shown.";
    try {
      const answer = await fetch(`${url}?side=160`, { headers: { Accept: "application/json" }, signal: this.#signal });
      if (!answer.ok) why = sentence(await answer.json());
    } catch {
      // not reached: what stands there says enough
    }
    if (this.#signal.aborted) return;
    this.#known.set(key(column, row), { url: null, why });
    this.#redraw();
  }

  dialog(): TemplateResult | typeof nothing {
    const open = this.open.value;
    const shown = open && this.#known.get(key(open.column, open.row));
    if (!this.columns.length) return nothing;
    const beside = open ? this.#rows.filter((row) => this.#known.get(key(open.column, row))?.url) : [];
    const at = open ? beside.indexOf(open.row) : -1;
    const step = (by: number) => {
      const row = beside[at + by];
      if (open && row !== undefined) this.open.value = { column: open.column, row };
    };
    const press = (event: KeyboardEvent) => {
      if (event.key === "ArrowLeft") step(-1);
      if (event.key === "ArrowRight") step(1);
    };
    const close = () => {
      this.open.value = null;
    };
    const turn = (by: number, name: string, sign: string) =>
      html`<button type="button" class="button square" aria-label=${name} title=${name} ?disabled=${beside[at + by] === undefined} @click=${() => step(by)}>${icon(sign)}</button>`;
    return html`<dialog class="dialog film-large" aria-labelledby="t-film" ${shownWhen(open !== null)} @close=${close} @keydown=${press}><div class="dialog-body">
      <h2 id="t-film">${open ? `${open.column}, ${rowName(open.row, shown?.id)}` : "Picture"}</h2>
      ${open && shown?.url ? html`<img src=${shown.url} alt="${open.column} of ${rowName(open.row, shown.id)}">` : nothing}
      <form method="dialog" class="dialog-foot">${turn(-1, "Previous picture", "left")}${turn(1, "Next picture", "right")}<button class="button primary">Close</button></form></div></dialog>`;
  }
}

const rowName = (row: number, id: string | undefined): string =>
  id ? `${id} (row ${count(row + 1)})` : `row ${count(row + 1)}`;

const key = (column: string, row: number): string => `${row}/${column}`;
