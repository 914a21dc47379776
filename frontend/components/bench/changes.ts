/**
 * The list of edits: what was changed of the input, in order; each can be moved, switched off and
 * taken back. Where there is a stage, its editing bar has the undo.
 */

import { html, nothing, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import { applyToNext, moveEdit, removeEdit, switchEdit } from "./edit_list.ts";
import { describe } from "./edit_words.ts";
import type { Bench } from "./state.ts";
import { undo } from "./tools.ts";
import type { Edit } from "./types.ts";
import { stageFocus } from "./viewers/viewer.ts";

export function changes(bench: Bench): TemplateResult | typeof nothing {
  const edits = bench.edits.value;
  if (edits.length === 0) return nothing;
  const hasNext = bench.group.value.length > 1 + bench.place.value;
  return html`<section class="changes" aria-labelledby="changes-title"><div class="spread"><h2 class="small muted" id="changes-title">What you changed</h2>
      <span class="row">${bench.stored.length ? nothing : html`<button type="button" class="button quiet square" aria-label="Undo" title="Undo" @click=${() => undo(bench)}>${icon("undo", "small")}</button>`}${hasNext ? html`<button type="button" class="button quiet" @click=${() => applyToNext(bench)}>Apply to next case ${icon("right", "small")}</button>` : nothing}</span></div>
    <ol class="edits">${repeat(
      edits,
      (edit, i) => keyOf(edit, edits.slice(0, i)),
      (edit, i) => row(bench, edit, i, edits.length),
    )}</ol></section>`;
}

/** Of equal edits the first, the second …, so that a row stays the same one while it is moved. */
function keyOf(edit: Edit, before: readonly Edit[]): string {
  const plain = ({ off: _off, ...rest }: Edit) => JSON.stringify(rest);
  const text = plain(edit);
  return `${text} ${before.filter((one) => plain(one) === text).length}`;
}

function row(bench: Bench, edit: Edit, at: number, count: number): TemplateResult {
  const { icon: name, text } = describe(edit);
  return html`<li class="chip" data-off=${edit.off === true}>
    ${count > 1 && bench.mayTry ? grip(bench, edit, at, text) : nothing}${icon(name, "small")}<span class="clip words" title=${text}>${text}</span>${edit.input && bench.page.interface.inputs.length > 1 ? html`<span class="faint clip">${edit.input}</span>` : nothing}
    ${bench.mayTry ? html`<button type="button" class="button quiet square" aria-pressed=${!edit.off} aria-label=${`In effect: ${text}`} title=${edit.off ? "Without effect" : "In effect"} @click=${() => switchEdit(bench, edit)}>${icon(edit.off ? "eye-off" : "eye", "small")}</button>` : nothing}
    <button type="button" class="button quiet square" aria-label=${`Take back: ${text}`} @click=${() => takeBack(bench, edit)}>${icon("x", "small")}</button></li>`;
}

/** Dragged up and down, or moved by the arrows. */
function grip(bench: Bench, edit: Edit, at: number, text: string): TemplateResult {
  const key = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    moveEdit(bench, at, at + by);
    focusGrip(bench, at + by);
  };
  // The row moves while it is dragged, and a moved element loses a pointer that it has captured
  const down = (event: PointerEvent) => {
    const list = (event.currentTarget as HTMLElement).closest("ol");
    const end = new AbortController();
    const move = ({ clientX, clientY }: PointerEvent) => {
      const from = bench.edits.value.indexOf(edit);
      const to = list ? rowAt(list, clientX, clientY) : -1;
      if (from >= 0 && to >= 0 && to !== from) moveEdit(bench, from, to, "order");
    };
    const up = () => {
      end.abort();
      bench.endDrag();
    };
    document.addEventListener("pointermove", move, { signal: end.signal });
    for (const type of ["pointerup", "pointercancel"] as const)
      document.addEventListener(type, up, { signal: end.signal });
  };
  return html`<button type="button" class="button quiet square grip" aria-label=${`Move, ${at + 1} of ${bench.edits.value.length}: ${text}`} title="Drag, or press the arrows up and down" @keydown=${key}
@pointerdown=${down}>${icon("grip", "small")}</button>`;
}

/** The place in the list that a pointer is over; −1 beside it. */
function rowAt(list: HTMLElement, x: number, y: number): number {
  return [...list.children].findIndex((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return x >= left - 40 && x <= right + 40 && y >= top && y <= bottom;
  });
}

const focusGrip = ({ host }: Bench, at: number): void => {
  requestAnimationFrame(() => host.root.querySelectorAll<HTMLElement>(".chip .grip")[at]?.focus());
};

/** The button that was pressed is gone: the focus goes to the next one, or to the stage. */
function takeBack(bench: Bench, edit: Edit): void {
  removeEdit(bench, edit);
  const chip = bench.host.root.querySelector<HTMLElement>(".chip button");
  if (chip) chip.focus({ preventScroll: true });
  else stageFocus(bench);
}
