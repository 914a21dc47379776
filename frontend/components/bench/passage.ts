/** A text on the bench: typed as a value, or, once words are chosen in it, masked and rewritten by edits. */

import { signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { icon } from "../../host/icons.ts";
import { MASK, replaceAt } from "./rewriting.ts";
import type { Bench } from "./state.ts";
import type { TextInput } from "./types.ts";
import { clipped } from "./words.ts";

const SHOWN = 32; // letters of what is chosen

/** What is chosen in which text, in places of UTF-16; text: what is written in its place, null until one writes. */
type Chosen = { case: string; input: string; seen: string; from: number; to: number; text: string | null };
const chosen = signal<Chosen | null>(null);

type Shown = {
  id: string;
  seen: string;
  isEdited: boolean;
  error: string | undefined;
  described: unknown;
  typed: (event: Event) => void;
};

/**
 * While edits lie on it, it shows what they made, in which the next words are chosen, and takes no typing. It is not made
 * read-only for that: then a browser gives it no caret, and no words could be chosen by keyboard.
 */
export function passage(bench: Bench, input: TextInput, shown: Shown): TemplateResult {
  const { id, seen, isEdited, error, described, typed } = shown;
  const hold = (event: Event) => {
    if (isEdited) event.preventDefault();
  };
  const take = (event: Event) => {
    if (isEdited)
      (event.target as HTMLTextAreaElement).value = seen; // what is composed is not held
    else typed(event);
  };
  const choose = (event: Event) => {
    const { selectionStart: from, selectionEnd: to } = event.target as HTMLTextAreaElement;
    const now = chosen.peek();
    if (now && now.input === input.name && now.from === from && now.to === to) return;
    chosen.value = from < to ? { case: bench.caseId.peek(), input: input.name, seen, from, to, text: null } : null;
  };
  return html`<textarea class="textarea long-text" id=${id} rows="6" maxlength=${input.max_length ?? 10_000} ?readonly=${!bench.mayTry} aria-readonly=${isEdited ? "true" : nothing} inputmode=${isEdited ? "none" : nothing} aria-invalid=${error ? "true" : nothing} aria-describedby=${described} .value=${fresh(seen)} @beforeinput=${hold} @input=${take} @select=${choose} @keyup=${choose} @pointerup=${choose}></textarea>
    ${bench.mayTry && bench.original.value ? bar(bench, input, seen, isEdited) : nothing}`;
}

function bar(bench: Bench, input: TextInput, seen: string, isEdited: boolean): TemplateResult {
  const now = chosen.value;
  const mine = now?.input === input.name && now.seen === seen && now.case === bench.caseId.value ? now : null;
  const put = (text: string) => {
    if (!mine) return;
    chosen.value = null;
    bench.setEdits([...bench.edits.value, replaceAt(input, seen, mine.from, mine.to, text)]);
  };
  const begin = () => {
    if (mine) chosen.value = { ...mine, text: seen.slice(mine.from, mine.to) };
    requestAnimationFrame(() =>
      bench.host.root.querySelector<HTMLInputElement>(`#bench-words-${input.name}`)?.select(),
    );
  };
  if (mine && mine.text !== null) {
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") chosen.value = { ...mine, text: null };
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === "Enter") put((event.target as HTMLInputElement).value);
    };
    const field = () => bench.host.root.querySelector<HTMLInputElement>(`#bench-words-${input.name}`)?.value ?? "";
    return html`<div class="row words-bar"><label class="visually-hidden" for="bench-words-${input.name}">These words become</label>
      <input class="input" id="bench-words-${input.name}" .value=${mine.text} maxlength="2000" autocomplete="off" @keydown=${key}>
      <button type="button" class="button primary" @click=${() => put(field())}>Put in</button><button type="button" class="button quiet" @click=${() => (chosen.value = null)}>Cancel</button></div>`;
  }
  const hint = mine
    ? `“${clipped(seen.slice(mine.from, mine.to), SHOWN)}” is chosen.`
    : isEdited
      ? "As the model is given it. Choose more words, or take the changes back to type."
      : "Choose words to mask or rewrite them.";
  return html`<div class="row words-bar" role="group" aria-label="Chosen words">
    <button type="button" class="button quiet" ?disabled=${!mine} @click=${() => put(MASK)}>${icon("occlude", "small")} Mask</button>
    <button type="button" class="button quiet" ?disabled=${!mine} @click=${begin}>${icon("draw", "small")} Rewrite</button>
    <span class="small muted clip" role="status">${hint}</span></div>`;
}
