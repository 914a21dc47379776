/** What is compared: dataset version, models, score, segments, groups; and the steps back and on. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { type Formula, OWN } from "./formula.ts";
import { letter, sign } from "./marks.ts";
import { count } from "./numbers.ts";
import { shownGroups } from "./performance.ts";
import { same, usualScore, withModels, withScore } from "./question.ts";
import { segmentation } from "./segmentation.ts";
import { type Debugger, rolesPage } from "./state.ts";
import { groupName, scoreName, segmentsName } from "./words.ts";

/** Of these more is better. */
const HIGHER = new Set(["margin"]);
const CHIPS = 6;

export function toolbar(app: Debugger, formula: Formula): TemplateResult {
  return html`<div class="asked" role="group" aria-label="What is compared">
    ${version(app)}
    <div class="field of-models"><span id="l-models">Models</span><div class="chips" role="group" aria-labelledby="l-models">${models(app)}</div></div>
    ${score(app, formula)}
    <div class="field half"><span>Segments</span><details class="drop wide"><summary class="button" aria-label=${`Segments: ${segmentsName(app.question.value.segments)}`}><span class="clip">${segmentsName(app.question.value.segments)}</span>${icon("down", "small")}</summary>${segmentation(app)}</details></div>
    <div class="field"><span>Compared groups</span><div class="chips">${groups(app)}</div></div>
  </div>`;
}

function version(app: Debugger): TemplateResult | typeof nothing {
  const { dataset, version, versions, datasets } = app.page.value;
  const go = (event: Event) => {
    const url = (event.target as HTMLSelectElement).value;
    if (url) location.assign(url);
  };
  if (!app.mayAsk)
    return html`<div class="field"><span>Dataset version</span><span class="button plain"><span class="clip">${dataset.name} v${version.number}</span></span></div>`;
  const own = versions.length ? versions : [{ ...version }];
  const others = datasets.filter((one) => one.name !== dataset.name && one.url);
  const name = (number: number) => `${dataset.name} v${number}`;
  if (own.length < 2 && !others.length) {
    return html`<div class="field"><span>Dataset version</span><a class="button plain" href=${rolesPage(app)}><span class="clip">${name(version.number)}</span></a></div>`;
  }
  return html`<div class="field"><label for="ds">Dataset version</label><select class="select" id="ds" @change=${go}>
    ${own.map((one) => html`<option value=${one.id === version.id ? "" : one.url} ?selected=${one.id === version.id}>${name(one.number)}</option>`)}
    ${others.length ? html`<optgroup label="Other datasets">${others.map((one) => html`<option value=${one.url}>${one.name}</option>`)}</optgroup>` : nothing}</select></div>`;
}

function models(app: Debugger): TemplateResult {
  const all = app.allModels.value;
  const shown = app.models.value;
  const left = all.filter((model) => !shown.includes(model));
  const set = (next: string[]) => app.change(withModels(app.question.value, next, all));
  const chip = (model: string, i: number) =>
    html`<span class="chip of-model">${sign(model, all)}${
      i && app.mayAsk
        ? html`<button type="button" class="chip-name" title="Compare the others with ${model}" @click=${() => set([model, ...shown.filter((one) => one !== model)])}><span class="clip">${model}</span></button>`
        : html`<span class="clip" title=${shown.length > 1 ? `${model}: the one that others are compared with` : model}>${model}</span>`
    }${
      shown.length > 1 && app.mayAsk
        ? html`<button type="button" class="chip-x" aria-label="Leave out ${model}" @click=${() => set(shown.filter((one) => one !== model))}>${icon("x", "small")}</button>`
        : nothing
    }</span>`;
  const folded = shown.length > CHIPS ? shown.slice(CHIPS - 1) : [];
  const open = folded.length ? shown.slice(0, CHIPS - 1) : shown;
  const choice = (model: string) => {
    const isOn = shown.includes(model);
    const turn = () => {
      const next = isOn
        ? shown.filter((one) => one !== model)
        : all.filter((one) => one === model || shown.includes(one));
      if (next.length) set(isOn ? next : [...shown, model]);
    };
    return html`<label class="check"><input type="checkbox" .checked=${isOn} ?disabled=${isOn && shown.length === 1} @change=${turn}>${sign(model, all)} <span class="clip">${model}</span></label>`;
  };
  const isMenu = app.mayAsk && (left.length > 0 || folded.length > 0);
  return html`${open.map(chip)}${
    isMenu
      ? html`<details class="drop"><summary class="button quiet ${folded.length ? "" : "square"}" aria-label=${folded.length ? `${folded.length} more models` : "Compare another model"}>${folded.length ? `${folded.length} more` : icon("plus")}</summary><div class="menu"><div class="stack gap-1 checks">${all.map(choice)}</div></div></details>`
      : nothing
  }`;
}

function score(app: Debugger, formula: Formula): TemplateResult {
  const answer = app.answer.value;
  const asked = app.question.value.score || answer?.score || "";
  const isOwn = asked.startsWith(OWN);
  const scores = answer?.facts.scores ?? (asked && !isOwn ? [asked] : []);
  const choose = (event: Event) => {
    const next = (event.target as HTMLSelectElement).value;
    if (next === OWN) {
      (event.target as HTMLSelectElement).value = asked;
      formula.open();
    } else app.change(withScore(app.question.value, next === scores[0] ? "" : next, HIGHER.has(next)));
  };
  return html`<div class="field half"><label for="score">Score per row</label><select class="select" id="score" ?disabled=${!app.mayAsk} @change=${choose}>
    ${scores.length || isOwn ? nothing : html`<option value="" .selected=${true}>${scoreName(usualScore(app.page.value.columns))}</option>`}
    ${scores.map((one) => html`<option value=${one} .selected=${one === asked}>${scoreName(one)}</option>`)}
    ${isOwn ? html`<option value=${asked} .selected=${true}>${scoreName(asked)}</option>` : nothing}
    <option value=${OWN} .selected=${false}>${isOwn ? "Another formula…" : "A formula…"}</option></select></div>`;
}

function groups(app: Debugger): TemplateResult | typeof nothing {
  const answer = app.answer.value;
  if (!answer) return html`<span class="bone short"></span>`;
  const names = new Map(answer.segments.map((one) => [one.key, one.name]));
  const rows = new Map(answer.segments.map((one) => [one.key, one.rows]));
  const now = shownGroups(app, answer);
  const chip = (side: "a" | "b") => {
    const text = groupName(now[side], names, side === "b");
    const isAnswered = same(now[side], answer.groups[side].keys);
    const sum = isAnswered ? answer.groups[side].rows : now[side].reduce((all, key) => all + (rows.get(key) ?? 0), 0);
    return html`<span class="chip of-group num" title=${now[side].map((key) => names.get(key) ?? key).join(", ")}>${letter(side)}<span class="clip">${text}</span> <span class="faint">${count(sum)}</span></span>`;
  };
  return html`${chip("a")}<span class="tiny faint">against</span>${chip("b")}`;
}

const help = html`<button type="button" class="button quiet square" aria-label="Keys" title="Keys (?)" @click=${(event: Event) => (event.target as Element).closest(".debugger")?.querySelector<HTMLDialogElement>("#keys")?.showModal()}>${icon("help")}</button>`;

export function steps(app: Debugger, share: TemplateResult | typeof nothing): TemplateResult {
  if (!app.mayAsk) return html`<div class="steps-end">${help}</div>`;
  const step = (name: string, key: string, drawing: string, isOn: boolean, act: () => void) =>
    html`<button type="button" class="button quiet square" aria-label=${name} title=${`${name} (${key})`} aria-disabled=${!isOn} @click=${act}>${icon(drawing)}</button>`;
  return html`<div class="steps-end">${step("Undo", "Ctrl+Z", "undo", app.past.value.length > 0, () => app.undo())}${step("Redo", "Ctrl+Shift+Z", "redo", app.future.value.length > 0, () => app.redo())}${help}${share}</div>`;
}
