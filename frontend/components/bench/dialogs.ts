/** The dialogs of the menu: the list of keys, and those that ask before somebody leaves or deletes. */

import { html, nothing, type TemplateResult } from "lit-html";
import { leave, Refusal, remove } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { DELETE, dialog, KEYS, LEAVE } from "./guest.ts";
import { history } from "./history.ts";
import type { Bench } from "./state.ts";
import type { KeyRow } from "./viewers/viewer.ts";

export function dialogs(bench: Bench): TemplateResult {
  return html`${keys(bench)}${history(bench)}${bench.mayTry && bench.isGuest ? html`${leaving(bench)}${deleting(bench)}` : nothing}`;
}

function foot(bench: Bench, id: string, act: TemplateResult): TemplateResult {
  const words = bench.account.value;
  return html`${words.state === "failed" ? html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${words.message}</div></div>` : nothing}
    <div class="dialog-foot"><button type="button" class="button" @click=${() => dialog(bench, id)?.close()}>Cancel</button>${act}</div>`;
}

function leaving(bench: Bench): TemplateResult {
  const isBusy = bench.account.value.state === "sending";
  const { name } = bench.judgement.value;
  return html`<dialog class="dialog" id=${LEAVE} aria-labelledby="leave-title" @close=${() => calm(bench)}><div class="dialog-body">
    <header><h2 id="leave-title">Start as somebody else?</h2>
      <p>The cases and sentences${name ? ` of ${name}` : " so far"} are taken off this device, and you start with the examples. What was sent stays with ${bench.page.team}.</p></header>
    ${foot(bench, LEAVE, html`<button type="button" class="button primary" aria-busy=${isBusy} @click=${() => start(bench)}>Start afresh</button>`)}
  </div></dialog>`;
}

/** One dialog before and after, so that it stays open in between. */
function deleting(bench: Bench): TemplateResult {
  const isDone = bench.account.value.state === "sent";
  return html`<dialog class="dialog" id=${DELETE} aria-labelledby="delete-title" @close=${() => (isDone ? fresh() : calm(bench))}><div class="dialog-body">
    ${isDone ? deleted() : toDelete(bench)}</div></dialog>`;
}

function toDelete(bench: Bench): TemplateResult {
  const isBusy = bench.account.value.state === "sending";
  return html`<header><h2 id="delete-title">Delete what you gave to ${bench.page.team}?</h2>
      <p>Your pictures, attempts, marks, sentences, name and address go at once and for good. What stays is each verdict with the class and the model's version it was about, so that the team's figures stay true.</p></header>
    ${foot(bench, DELETE, html`<button type="button" class="button danger" aria-busy=${isBusy} @click=${() => withdraw(bench)}>${icon("trash")} Delete my data</button>`)}`;
}

function deleted(): TemplateResult {
  return html`<header role="status"><h2 id="delete-title">Your data is deleted</h2><p>Pictures, words, name and address are gone, on this device and with the team.</p></header>
    <div class="dialog-foot"><button type="button" class="button primary" @click=${fresh}>Start afresh</button></div>`;
}

function calm(bench: Bench): void {
  bench.account.value = { state: "idle", message: "" };
}

/** The page as a new guest finds it. */
const fresh = (): void => location.replace(location.pathname);

async function start(bench: Bench): Promise<void> {
  const done = await attempt(bench, "Nothing was changed.", () => leave(bench.page.urls.leave ?? ""));
  if (!done) return;
  bench.store.forget();
  fresh();
}

async function withdraw(bench: Bench): Promise<void> {
  const done = await attempt(bench, "Nothing was deleted yet.", () => remove(bench.page.urls.me));
  if (!done) return;
  bench.store.forget();
  await leave(bench.page.urls.leave ?? "").catch(() => undefined); // the data are gone either way
  bench.account.value = { state: "sent", message: "" };
}

async function attempt(bench: Bench, unchanged: string, act: () => Promise<void>): Promise<boolean> {
  if (bench.account.value.state === "sending") return false;
  bench.account.value = { state: "sending", message: "" };
  try {
    await act();
    return true;
  } catch (error) {
    const words = error instanceof Refusal ? error.message : "No connection just now. Try again.";
    bench.account.value = { state: "failed", message: `${unchanged} ${words}` };
    return false;
  }
}

type Row = [string[], string];

const rows = (all: readonly KeyRow[] = []): Row[] => all.map(({ keys, words }) => [keys, words]);

function keys(bench: Bench): TemplateResult {
  const always: Row[] = [
    [["J"], "next case"],
    [["K"], "previous case"],
    [["["], "attempt before"],
    [["]"], "attempt after"],
    ...(bench.mayFlag ? ([[["F"], "judge"]] as Row[]) : []),
    [["?"], "this list"],
  ];
  const viewer = bench.viewer.value;
  const looking: Row[] = [
    ...rows(viewer?.keys.looking),
    [["A"], "hold: see the original"],
    ...(bench.mayTry ? ([[["E"], "edit what the model sees"]] as Row[]) : []),
    ...(bench.mayFlag ? ([[["M"], "mark where"]] as Row[]) : []),
  ];
  const editing: Row[] = [
    ...(viewer?.tools ?? []).map(({ key, label }): Row => [[key.toUpperCase()], label.toLowerCase()]),
    [["Z"], "undo"],
    [["X"], "back to the original"],
    ...rows(viewer?.keys.editing),
    [["Esc"], "back to looking"],
  ];
  const list = (title: string, rows: Row[]) =>
    html`<section><h3>${title}</h3><dl>${rows.map(([all, words]) => html`<div><dt>${all.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${words}</dd></div>`)}</dl></section>`;
  return html`<dialog class="dialog about keys-dialog" id=${KEYS} aria-labelledby="keys-title"><div class="dialog-body">
    <h2 id="keys-title">Keys</h2>
    <div class="key-list">${list("Everywhere", always)}${viewer ? list("Looking", looking) : nothing}${viewer && bench.mayTry ? list("Editing", editing) : nothing}</div>
    <form method="dialog" class="dialog-foot"><button class="button primary">Close</button></form></div></dialog>`;
}
