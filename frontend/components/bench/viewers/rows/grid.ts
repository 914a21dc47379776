/** The grid on the stage: one cell is the active one; arrows move it, Enter or a double press opens it for typing. */

import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { tool } from "../../controls.ts";
import type { Bench } from "../../state.ts";
import { go } from "../../tools.ts";
import type { FileColumn } from "../../types.ts";
import { number, titleOf } from "../../words.ts";
import { stageFocus } from "../viewer.ts";
import { type Answered, type Cell, isText, parseCell, type Rows, setCell, sorted } from "./rows.ts";

const PAGE = 50;

/** A column of the grid: of the answers, or of the file, there at which place. */
type Shown = { title: string; unit: string; isAnswer: boolean; values: Cell[]; was: Cell[] | null; at: number };

export class Grid {
  readonly #bench: Bench;
  readonly #original: ReadonlySignal<Rows | null>;
  readonly #rows: ReadonlySignal<Rows | null>;
  readonly #answers: ReadonlySignal<Answered[]>;
  readonly #page = signal(0);
  readonly #order = signal<{ column: string; isDown: boolean } | null>(null);
  /** Of the cells on show: the row's place on the page, and the column's. */
  readonly #active = signal<[number, number]>([0, 0]);
  readonly #typing = signal<{ text: string; error: string | null } | null>(null);

  constructor(
    bench: Bench,
    original: ReadonlySignal<Rows | null>,
    rows: ReadonlySignal<Rows | null>,
    answers: ReadonlySignal<Answered[]>,
  ) {
    this.#bench = bench;
    this.#original = original;
    this.#rows = rows;
    this.#answers = answers;
  }

  readonly #columns = computed<Shown[]>(() => {
    const rows = this.#rows.value;
    if (!rows) return [];
    const answered = this.#answers.value.flatMap(({ output, answer, was }) =>
      answer.columns.map(({ name, unit }, part) => ({
        title: answer.columns.length > 1 ? name : titleOf(output),
        unit: unit ?? "",
        isAnswer: true,
        values: answer.rows.map((row) => row[part] ?? null),
        was: was?.rows.map((row) => row[part] ?? null) ?? null,
        at: -1,
      })),
    );
    const given = rows.names.map((title, at) => ({
      title,
      unit: rows.declared[at]?.unit ?? "",
      isAnswer: false,
      values: rows.cells[at] ?? [],
      was: this.#original.value?.cells[at] ?? null,
      at,
    }));
    return [...answered, ...given];
  });

  readonly #sorted = computed<number[]>(() => {
    const order = this.#order.value;
    const column = order && this.#columns.value.find((one) => keyOf(one) === order.column);
    if (column) return sorted(column.values, order.isDown);
    return Array.from({ length: this.#rows.value?.count ?? 0 }, (_, at) => at);
  });

  readonly #pages = computed(() => Math.max(1, Math.ceil((this.#rows.value?.count ?? 0) / PAGE)));
  readonly #here = computed(() => {
    const page = Math.min(this.#page.value, this.#pages.value - 1);
    return { page, rows: this.#sorted.value.slice(page * PAGE, (page + 1) * PAGE) };
  });

  bar(): TemplateResult {
    const { page, rows } = this.#here.value;
    const count = this.#rows.value?.count ?? 0;
    const first = page * PAGE + 1;
    const order = this.#order.value;
    const by = order && this.#columns.value.find((one) => keyOf(one) === order.column)?.title;
    const ordered = by ? `, by ${by}, ${order.isDown ? "descending" : "ascending"}` : "";
    return html`<div class="view stage-look rows-bar" role="toolbar" aria-label="Looking: changes the view, never what the model sees">
      <span class="read num" role="status">${count ? `Rows ${number(first, 0)} to ${number(first + rows.length - 1, 0)} of ${number(count, 0)}${ordered}` : ""}</span>
      <span class="reads"><span class="bunch">
        ${order ? tool({ label: "In the order of the file", icon: "reset", act: () => this.#sort(null) }) : nothing}
        ${tool({ label: "The page before (Page Up)", icon: "left", act: () => this.#turn(-1) })}
        ${tool({ label: "The next page (Page Down)", icon: "right", act: () => this.#turn(1) })}
      </span></span></div>`;
  }

  render(): TemplateResult {
    const bench = this.#bench;
    const columns = this.#columns.value;
    const { rows } = this.#here.value;
    const [activeRow, activeColumn] = this.#active.value;
    const title = bench.open.value?.title ?? "No table yet";
    const may = bench.mayTry ? " Enter changes a cell." : "";
    return html`<div class="rows-scroll" data-stage tabindex="0" role="grid" aria-label="${title}. Arrows go from cell to cell.${may}"
      aria-rowcount=${(this.#rows.value?.count ?? 0) + 1} aria-colcount=${columns.length + 1} aria-activedescendant=${rows.length ? `rows-${activeRow}-${activeColumn}` : nothing}
      @keydown=${this.#down} @click=${this.#press} @dblclick=${this.#open} aria-busy=${bench.isStale.value}>
      <table role="none" class=${bench.isStale.value ? "thinking" : ""}><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader" class="number">Row</th>${columns.map((column) => this.#head(column))}</tr></thead>
      <tbody role="rowgroup">${rows.map((row, at) => html`<tr role="row" aria-rowindex=${row + 2}><th scope="row" role="rowheader" class="number num">${row + 1}</th>${columns.map((column, place) => this.#cell(column, row, at, place))}</tr>`)}</tbody></table></div>`;
  }

  #head(column: Shown): TemplateResult {
    const order = this.#order.value;
    const isMine = order?.column === keyOf(column);
    const sort = () => this.#sort({ column: keyOf(column), isDown: isMine ? !order?.isDown : false });
    return html`<th scope="col" role="columnheader" class=${column.isAnswer ? "answered" : ""} aria-sort=${isMine ? (order?.isDown ? "descending" : "ascending") : "none"}>
      <button type="button" tabindex="-1" @click=${sort}>${column.title}${column.unit ? html` <span class="unit">${column.unit}</span>` : nothing}${isMine ? (order?.isDown ? " ↓" : " ↑") : ""}</button></th>`;
  }

  #cell(column: Shown, row: number, at: number, place: number): TemplateResult {
    const [activeRow, activeColumn] = this.#active.value;
    const isActive = at === activeRow && place === activeColumn;
    const value = column.values[row] ?? null;
    const was = column.was?.[row] ?? null;
    const isChanged = column.was !== null && was !== value;
    const typing = isActive && !column.isAnswer ? this.#typing.value : null;
    const look = `${column.isAnswer ? "answered " : ""}${isActive ? "active " : ""}${isChanged ? "changed " : ""}${typeof value === "number" ? "num" : ""}`;
    return html`<td role="gridcell" id="rows-${at}-${place}" class=${look} data-row=${at} data-column=${place} aria-colindex=${place + 2} aria-readonly=${column.isAnswer || !this.#bench.mayTry}
      title=${isChanged ? `was ${said(was)}` : nothing}>${typing ? this.#field(column, typing) : said(value)}${isChanged && !typing ? html`<span class="visually-hidden">, was ${said(was)}</span>` : nothing}</td>`;
  }

  #field(column: Shown, { text, error }: { text: string; error: string | null }): TemplateResult {
    const declared = this.#rows.value?.declared[column.at];
    const label = `${column.title}${error ? `: ${error}` : ""}`;
    if (declared?.choices?.length) {
      const chosen = (event: Event) => {
        this.#put((event.target as HTMLSelectElement).value);
        this.#shut();
      };
      return html`<select class="select" data-typing aria-label=${label} @change=${chosen} @keydown=${this.#typed} @blur=${this.#leave}>
        ${declared.optional ? html`<option value="" ?selected=${text === ""}></option>` : nothing}
        ${declared.choices.map((one) => html`<option value=${one} ?selected=${one === text}>${one}</option>`)}</select>`;
    }
    const input = (event: Event) => this.#put((event.target as HTMLInputElement).value);
    return html`<input class="input" data-typing aria-label=${label} aria-invalid=${error ? "true" : nothing} title=${error ?? nothing} inputmode=${isText(declared) ? "text" : "decimal"} autocomplete="off" .value=${fresh(text)}
      @input=${input} @keydown=${this.#typed} @blur=${this.#leave}>${error ? html`<span class="wrong" role="alert">${error}</span>` : nothing}`;
  }

  /** A key of the grid's that came while nothing of it was in hand. */
  key(event: KeyboardEvent): boolean {
    if (event.key.toLowerCase() === "s") {
      this.#sortHere();
      return true;
    }
    if (event.key !== "PageDown" && event.key !== "PageUp") return false;
    this.#turn(event.key === "PageDown" ? 1 : -1);
    return true;
  }

  readonly #down = (event: KeyboardEvent): void => {
    if ((event.target as HTMLElement).matches("[data-typing]") || event.metaKey || event.ctrlKey || event.altKey)
      return;
    const [row, column] = this.#active.value;
    const moves: Record<string, [number, number]> = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, this.#columns.value.length - 1],
    };
    const to = moves[event.key];
    if (to) this.#go(...to);
    else if (event.key === "Enter" || event.key === "F2") this.#open();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #press = (event: Event): void => {
    const place = (event.target as HTMLElement).closest<HTMLElement>("td[data-row]");
    if (!place || (event.target as HTMLElement).matches("[data-typing]")) return;
    this.#go(Number(place.dataset.row), Number(place.dataset.column));
  };

  readonly #open = (): void => {
    const bench = this.#bench;
    const [row, place] = this.#active.value;
    const column = this.#columns.value[place];
    const at = this.#here.value.rows[row];
    if (!bench.mayTry || !bench.original.value || !column || column.isAnswer || at === undefined) return;
    if (bench.mode.value !== "edit") go(bench, "edit", "set");
    const value = column.values[at] ?? null;
    this.#typing.value = { text: value === null ? "" : String(value), error: null };
    requestAnimationFrame(() => {
      const field = bench.host.root.querySelector<HTMLInputElement>("[data-typing]");
      field?.focus();
      field?.select?.();
    });
  };

  readonly #typed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" && event.key !== "Escape" && event.key !== "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const [row, column] = this.#active.value;
    this.#shut();
    if (event.key === "Enter") this.#go(row + 1, column);
    if (event.key === "Tab") this.#go(row, column + (event.shiftKey ? -1 : 1));
  };

  readonly #leave = (): void => {
    this.#typing.value = null;
    this.#bench.endDrag();
  };

  /** What was typed so far becomes an edit where the column takes it. */
  #put(text: string): void {
    const original = this.#original.value;
    const [row, place] = this.#active.value;
    const column = this.#columns.value[place];
    const at = this.#here.value.rows[row];
    const declared: FileColumn | undefined = column && original?.declared[column.at];
    if (!original || !column || at === undefined || !declared) return;
    const { value, error } = parseCell(text, declared);
    this.#typing.value = { text, error };
    if (error) return;
    const bench = this.#bench;
    const edits = setCell(bench.edits.value, bench.input.value, original, at, column.at, value);
    bench.setEdits(edits, `cell ${at} ${column.at}`);
  }

  #shut(): void {
    this.#leave();
    stageFocus(this.#bench);
  }

  #go(row: number, column: number): void {
    const { page, rows } = this.#here.value;
    if (row < 0 && page > 0) {
      this.#page.value = page - 1;
      row = PAGE - 1;
    } else if (row >= rows.length && page < this.#pages.value - 1) {
      this.#page.value = page + 1;
      row = 0;
    }
    const most = this.#here.value.rows.length - 1;
    this.#active.value = [clamped(row, most), clamped(column, this.#columns.value.length - 1)];
    const [at, place] = this.#active.value;
    requestAnimationFrame(() =>
      this.#bench.host.root
        .querySelector(`#rows-${at}-${place}`)
        ?.scrollIntoView({ block: "nearest", inline: "nearest" }),
    );
  }

  #turn(by: number): void {
    this.#page.value = clamped(this.#here.value.page + by, this.#pages.value - 1);
    this.#active.value = [0, this.#active.value[1]];
  }

  /** By the active cell's column: upwards, then downwards, then as in the file. */
  #sortHere(): void {
    const column = this.#columns.value[this.#active.value[1]];
    if (!column) return;
    const order = this.#order.value;
    const isMine = order?.column === keyOf(column);
    this.#sort(isMine && order.isDown ? null : { column: keyOf(column), isDown: isMine });
  }

  #sort(order: { column: string; isDown: boolean } | null): void {
    this.#order.value = order;
    this.#page.value = 0;
  }
}

const keyOf = (column: Shown): string => `${column.isAnswer ? "answer" : "file"} ${column.title}`;
const clamped = (value: number, most: number): number => Math.max(0, Math.min(most, value));

function said(value: Cell): string {
  if (value === null) return "–";
  if (typeof value === "string") return value;
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(6))).replace("-", "−");
}
