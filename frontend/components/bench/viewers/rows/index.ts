/** The viewer of a table file: its rows with what was answered to each, cells that can be set, sorting and pages. */

import { computed } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../../../host/icons.ts";
import { save } from "../../../../host/saving.ts";
import type { Overlays } from "../../overlays.ts";
import type { Bench } from "../../state.ts";
import { number, titleOf } from "../../words.ts";
import { Loaded } from "../loaded.ts";
import type { Viewer } from "../viewer.ts";
import { Grid } from "./grid.ts";
import { type Answered, asCsv, type Rows, readRows, withCells } from "./rows.ts";
import "./rows.css";

const CELLS = 24; // rows and columns of a small picture

export function rowsViewer(bench: Bench, _overlays: Overlays, ended: AbortSignal): Viewer {
  const file = new Loaded(bench, "rows", "table", readRows, ended);
  const { original } = file;
  const shown = computed(() => {
    const rows = original.value;
    return rows && (bench.isPeeking.value ? rows : withCells(rows, bench.here.value));
  });
  const answers = computed(() => answersOf(bench));
  const grid = new Grid(bench, original, shown, answers);
  return {
    isShown: computed(() => original.value !== null),
    failure: file.failure,
    retry: file.retry,
    looking: () => grid.bar(),
    setAside: () => grid.bar(),
    surface: () => grid.render(),
    extent() {
      const rows = original.value;
      return rows ? `${number(rows.count, 0)} × ${rows.names.length}` : "";
    },
    tools: [
      {
        name: "set",
        icon: "table",
        label: "Change a cell",
        key: "c",
        short: "cell",
        hint: "Press a cell twice, or Enter, and type what it becomes.",
        options: () => html`<span class="hint">Press a cell twice, or Enter, and type what it becomes.</span>`,
      },
    ],
    trial: () => null,
    place: () => false,
    marks: [],
    describeMark: () => "",
    key: (event) => grid.key(event),
    keys: {
      looking: [
        { keys: ["↑", "↓", "←", "→"], words: "go from cell to cell", short: "cells" },
        { keys: ["Page Up", "Page Down"], words: "the page before, the next" },
        { keys: ["S"], words: "sort by the column: ascending, descending, not at all", short: "sort" },
        { keys: ["Enter"], words: "change the cell", short: "change" },
      ],
      editing: [{ keys: ["Enter"], words: "change the cell, and put it in" }],
    },
    aside: () => summaries(bench, shown.value, answers.value),
    thumbnail(edits) {
      const rows = original.value;
      if (!rows) return null;
      return {
        key: JSON.stringify([bench.value.value?.url, edits]),
        draw: (canvas) => squares(canvas, withCells(rows, edits)),
      };
    },
  };
}

/** What was answered to the rows of the file on the stage, with the original's where that is another. */
function answersOf(bench: Bench): Answered[] {
  const first = bench.stored.find(({ kind }) => kind === "table_file")?.name;
  const now = bench.partial.value ?? bench.answer.value?.answer;
  const before = bench.answer.value?.id === bench.original.value?.id ? null : bench.original.value?.answer;
  return bench.page.interface.outputs.flatMap((output) => {
    const answer = now?.[output.name];
    if (answer?.kind !== "table" || (answer.input || output.input || first) !== bench.input.value) return [];
    const known = before?.[output.name];
    return [{ output, answer, was: known?.kind === "table" ? known : null }];
  });
}

/** Below the answer: rows and answers as a file, and how the one that was sent was read. */
function summaries(bench: Bench, rows: Rows | null, answers: readonly Answered[]): TemplateResult | typeof nothing {
  const value = bench.value.value;
  const notes = value?.kind === "rows" ? value.notes : [];
  if (!rows || (answers.length === 0 && notes.length === 0)) return nothing;
  const take = () => {
    const named = answers.map(({ output, answer }) => ({ title: titleOf(output), answer }));
    const made = new Blob(["\ufeff", asCsv(rows, named)], { type: "text/csv" });
    save(made, `${bench.page.endpoint.name}.csv`);
  };
  return html`<section class="rows-aside" aria-label="Rows and answers">
    ${answers.length ? html`<button type="button" class="button" @click=${take}>${icon("download", "small")} Rows and answers as CSV</button>` : nothing}
    ${notes.length ? html`<details class="small"><summary>How the file was read</summary><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></details>` : nothing}
  </section>`;
}

/** Its first cells in grey, as the small pictures of lists show them. */
function squares(canvas: HTMLCanvasElement, rows: Rows): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [high, wide] = [Math.min(CELLS, rows.count), Math.min(CELLS, rows.names.length)];
  const [width, height] = [canvas.width / wide, canvas.height / high];
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let column = 0; column < wide; column++) {
    const values = (rows.cells[column] ?? [])
      .slice(0, high)
      .map((cell) => (typeof cell === "string" ? cell.length : (cell ?? Number.NaN)));
    const sizes = values.filter(Number.isFinite);
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    for (const [row, value] of values.entries()) {
      const share = most > least && Number.isFinite(value) ? (value - least) / (most - least) : 0;
      const grey = Math.round(244 - 174 * share);
      context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
      context.fillRect(column * width, row * height, Math.max(1, width - 1), Math.max(1, height - 1));
    }
  }
}
