/** What the team has saved: slices to compare, analyses to go back to; and the dialogs that save. */

import { html, nothing, type TemplateResult } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { icon } from "../../host/icons.ts";
import { written } from "./conditions.ts";
import type { Keeping } from "./keeping.ts";
import { count } from "./numbers.ts";
import { comparing, same, whole } from "./question.ts";
import type { Debugger } from "./state.ts";

export function savedLists(app: Debugger, keeping: Keeping): TemplateResult | typeof nothing {
  const { slices, saved, can_save, columns } = app.page.value;
  if (!slices.length && !saved.length) return nothing;
  const bin = (name: string, call: "delete_slice" | "delete_analysis", act: () => void) =>
    can_save && app.offers(call)
      ? html`<button type="button" class="button quiet square" aria-label="Delete ${name}" title="Delete" @click=${(event: Event) => confirmed(event, act)}>${icon("trash", "small")}</button>`
      : nothing;
  const { segments } = app.question.value;
  const slice = (one: (typeof slices)[0]) => {
    const isOpen = segments.type === "conditions" && segments.segments.some(({ where }) => same(where, one.where));
    const open = (event: Event) => {
      app.change(comparing(app.question.value, one.name, one.where));
      (event.target as Element).closest(".debugger")?.scrollIntoView({ block: "start" });
    };
    return html`<li aria-current=${isOpen}><button type="button" class="link" ?disabled=${!app.mayAsk} title=${`${one.sentence || written(one.where, app.times.value)}. Compare its rows with all others`} @click=${open}>${one.name}</button>${isOpen ? html`<span class="badge info">open</span>` : nothing}<span class="tiny faint num">${[one.rows === null || one.rows === undefined ? "" : count(one.rows), one.author].filter(Boolean).join(", ")}</span>${bin(one.name, "delete_slice", () => void keeping.deleteSlice(one))}</li>`;
  };
  const analysis = (one: (typeof saved)[0]) =>
    html`<li><button type="button" class="link" ?disabled=${!app.mayAsk} title=${one.note || "Open this analysis"} @click=${() => app.change(whole(one.question, columns))}>${one.name}</button><span class="tiny faint">${one.author}</span>${bin(one.name, "delete_analysis", () => void keeping.deleteAnalysis(one))}</li>`;
  return html`<hr><div class="saved stack gap-4">
    ${slices.length ? html`<div class="stack gap-1"><h3 class="small">Slices of this dataset</h3><ul class="kept">${slices.map(slice)}</ul></div>` : nothing}
    ${saved.length ? html`<div class="stack gap-1"><h3 class="small">Saved analyses</h3><ul class="kept">${saved.map(analysis)}</ul></div>` : nothing}${keeping.troubleOf("remove")}${keeping.doneOf("remove")}</div>`;
}

const SURE_MS = 4000;

/** The first press asks whether it is meant, the second within four seconds does it. */
function confirmed(event: Event, act: () => void): void {
  const button = event.currentTarget as HTMLButtonElement;
  if (button.dataset.sure) {
    delete button.dataset.sure;
    act();
    return;
  }
  const name = button.getAttribute("aria-label") ?? "";
  button.dataset.sure = "true";
  button.setAttribute("aria-label", `${name}? Press again to delete`);
  const back = () => {
    delete button.dataset.sure;
    button.setAttribute("aria-label", name);
  };
  setTimeout(back, SURE_MS);
}

export function keepingDialogs(keeping: Keeping): TemplateResult {
  return html`${analysisDialog(keeping)}${datasetDialog(keeping)}`;
}

/** A dialog that is always drawn, open while it is meant to be. */
export const shownWhen = (isMeant: boolean) =>
  ref((element?: Element) => {
    if (!(element instanceof HTMLDialogElement)) return;
    if (isMeant && !element.open) element.showModal();
    if (!isMeant && element.open) element.close();
  });

/** Opened and closed as `keeping.dialog` says. */
const shownAs = (keeping: Keeping, dialog: "dataset" | "analysis") => shownWhen(keeping.dialog.value === dialog);

const closed = (keeping: Keeping) => () => {
  keeping.dialog.value = null;
};

function analysisDialog(keeping: Keeping): TemplateResult {
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    void keeping
      .saveAnalysis(String(data.get("name")).trim(), String(data.get("note")).trim())
      .then((done) => done && form.reset());
  };
  return html`<dialog class="dialog" id="save-analysis" aria-labelledby="t-analysis" ${shownAs(keeping, "analysis")} @close=${closed(keeping)}><form @submit=${save}>
    <header><h2 id="t-analysis">Save this analysis</h2><p>The question is kept, with models, segments and filters. Every member of the team finds it here.</p></header>
    <div class="field"><label for="analysis-name">Name</label><input class="input" id="analysis-name" name="name" required maxlength="80" autocomplete="off"></div>
    <div class="field"><label for="analysis-note">What it shows</label><textarea class="textarea" id="analysis-note" name="note" maxlength="5000"></textarea></div>
    ${keeping.troubleOf("analysis")}
    <div class="dialog-foot"><button type="button" class="button" @click=${closed(keeping)}>Cancel</button><button class="button primary" aria-busy=${keeping.busy.value === "analysis"}>Save analysis</button></div></form></dialog>`;
}

function datasetDialog(keeping: Keeping): TemplateResult {
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void keeping.makeDataset(String(new FormData(form).get("name")).trim()).then((done) => done && form.reset());
  };
  return html`<dialog class="dialog" id="make-dataset" aria-labelledby="t-dataset" ${shownAs(keeping, "dataset")} @close=${closed(keeping)}><form @submit=${save}>
    <header><h2 id="t-dataset">Make a dataset of group A</h2><p>Its rows as they are now, with all columns and their roles.</p></header>
    <div class="field"><label for="dataset-name">Name</label><input class="input" id="dataset-name" name="name" required maxlength="80" autocomplete="off"></div>
    ${keeping.troubleOf("dataset")}
    <div class="dialog-foot"><button type="button" class="button" @click=${closed(keeping)}>Cancel</button><button class="button primary" aria-busy=${keeping.busy.value === "dataset"}>Make dataset</button></div></form></dialog>`;
}
