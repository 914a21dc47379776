/** Rows that are chosen, and opened as cases on the bench of an endpoint. */

import { computed, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { sentence } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { count, rowsOf } from "./numbers.ts";
import { shownWhen } from "./saved.ts";
import { type Debugger, problemOf } from "./state.ts";
import type { Endpoint, Listed, Mapping, Opened, Slot } from "./types.ts";

const FIRST = 20;
const MOST = 50;
/** A model with more inputs than these shows those that are filled already only on request. */
const FEW = 8;

export class Cases {
  readonly #app: Debugger;
  /** Their places in the dataset, in the order in which they were chosen. */
  readonly chosen = signal<readonly number[]>([]);
  readonly isOpen = signal(false);
  readonly endpoints = signal<Endpoint[] | null>(null);
  readonly at = signal("");
  readonly mapping = signal<Mapping>({});
  readonly busy = signal(false);
  readonly trouble = signal("");
  readonly opened = signal<Opened | null>(null);
  readonly endpoint = computed(() => this.endpoints.value?.find(({ id }) => id === this.at.value) ?? null);

  constructor(app: Debugger) {
    this.#app = app;
  }

  get mayOpen(): boolean {
    return this.#app.offers("open_cases") && this.#app.page.value.can_save;
  }

  /** The box beside a row's name. */
  box(row: number): TemplateResult | typeof nothing {
    if (!this.mayOpen) return nothing;
    const chosen = this.chosen.value;
    const isOn = chosen.includes(row);
    const turn = () => {
      this.chosen.value = isOn ? chosen.filter((one) => one !== row) : [...chosen, row];
    };
    const stop = (event: Event) => event.stopPropagation();
    return html`<label class="pick-row" @click=${stop}><input type="checkbox" .checked=${isOn} ?disabled=${!isOn && chosen.length >= MOST} aria-label="Choose row ${count(row + 1)}" @change=${turn}></label>`;
  }

  bar(table: Listed): TemplateResult | typeof nothing {
    if (!this.mayOpen || !table.numbers.length) return nothing;
    const chosen = this.chosen.value;
    const first = table.numbers.slice(0, FIRST);
    const take = () => {
      this.chosen.value = first;
    };
    const clear = () => {
      this.chosen.value = [];
    };
    if (!chosen.length)
      return html`<span class="cases-bar"><button type="button" class="button quiet" @click=${take}>Choose the first ${count(first.length)}</button></span>`;
    return html`<span class="cases-bar" role="group" aria-label="Chosen rows"><span class="small num" role="status">${rowsOf(chosen.length)} chosen${chosen.length >= MOST ? ", the most at once" : ""}</span><button type="button" class="button" @click=${() => void this.begin()}>${icon("eye", "small")} Open on the bench</button><button type="button" class="button quiet" @click=${clear}>Clear</button></span>`;
  }

  async begin(): Promise<void> {
    this.opened.value = null;
    this.trouble.value = "";
    this.isOpen.value = true;
    if (this.endpoints.value) return;
    try {
      const { endpoints } = await this.#app.line.call<{ endpoints: Endpoint[] }>("cases", {});
      this.endpoints.value = endpoints;
      this.#choose(fitting(endpoints, this.#modelShown())?.id ?? "");
    } catch (reason) {
      this.trouble.value = sentence(problemOf(reason));
    }
  }

  /** The model looked at: by whose score the rows are sorted, or the first. */
  #modelShown(): string {
    const sort = this.#app.question.value.rows?.sort ?? "";
    return sort.startsWith("score:") ? sort.slice("score:".length) : (this.#app.models.value[0] ?? "");
  }

  #choose(id: string): void {
    this.at.value = id;
    this.mapping.value = this.endpoint.value?.mapping ?? {};
    this.trouble.value = "";
  }

  #map(slot: Slot, column: string): void {
    const now = this.mapping.value;
    if (!slot.part) {
      const { [slot.input]: _, ...rest } = now;
      this.mapping.value = column ? { ...rest, [slot.input]: column } : rest;
      return;
    }
    const { [slot.part]: _, ...parts } = partsOf(now, slot);
    this.mapping.value = { ...now, [slot.input]: column ? { ...parts, [slot.part]: column } : parts };
  }

  async #send(): Promise<void> {
    if (this.busy.value) return;
    this.busy.value = true;
    this.trouble.value = "";
    try {
      const body = { endpoint: this.at.value, mapping: this.mapping.value, rows: this.chosen.value };
      const opened = await this.#app.line.call<Opened>("open_cases", body);
      if (opened.url && !opened.refused.length) location.assign(opened.url);
      else this.opened.value = opened;
    } catch (reason) {
      this.trouble.value = sentence(problemOf(reason));
    } finally {
      this.busy.value = false;
    }
  }

  dialog(): TemplateResult | typeof nothing {
    if (!this.mayOpen) return nothing;
    const isOpen = this.isOpen.value;
    const close = () => {
      this.isOpen.value = false;
    };
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.#send();
    };
    return html`<dialog class="dialog" aria-labelledby="t-cases" ${shownWhen(isOpen)} @close=${close}><form @submit=${submit}>
      <header><h2 id="t-cases">Open ${rowsOf(this.chosen.value.length)} on the bench</h2><p>The model is asked about each row. There you cover, change, mark and judge as in any case.</p></header>
      ${isOpen ? (this.opened.value ? refusals(this.opened.value) : this.#fields()) : nothing}
      ${this.trouble.value ? html`<p class="error small row nowrap" role="alert">${icon("alert", "small")}<span>${this.trouble.value}</span></p>` : nothing}
      <div class="dialog-foot"><button type="button" class="button" @click=${close}>${this.opened.value ? "Close" : "Cancel"}</button>${this.#way()}</div></form></dialog>`;
  }

  #way(): TemplateResult | typeof nothing {
    const opened = this.opened.value;
    if (opened)
      return opened.url
        ? html`<a class="button primary" href=${opened.url}>Open ${opened.opened === 1 ? "the other" : `the other ${count(opened.opened)}`}</a>`
        : nothing;
    const isReady = this.endpoint.value !== null;
    return html`<button class="button primary" ?disabled=${!isReady} aria-busy=${this.busy.value}>${this.busy.value ? "Opening…" : "Open"}</button>`;
  }

  #fields(): TemplateResult | typeof nothing {
    const endpoints = this.endpoints.value;
    if (!endpoints)
      return this.trouble.value ? nothing : html`<p class="small muted" role="status">Looking for endpoints…</p>`;
    const endpoint = this.endpoint.value;
    if (!endpoint) return html`<p>No endpoint of this project takes what the columns of this table hold.</p>`;
    const choose = (event: Event) => this.#choose((event.target as HTMLSelectElement).value);
    const isFilled = (slot: Slot) => columnOf(this.mapping.value, slot) !== "";
    const guessed =
      endpoint.slots.length > FEW ? endpoint.slots.filter((slot) => columnOf(endpoint.mapping, slot)) : [];
    const shown = endpoint.slots.filter((slot) => !guessed.includes(slot));
    return html`<div class="field"><label for="cases-endpoint">Endpoint</label><select class="select" id="cases-endpoint" @change=${choose}>${endpoints.map((one) => html`<option value=${one.id} ?selected=${one.id === endpoint.id}>${one.name}</option>`)}</select></div>
      ${shown.map((slot) => this.#slot(slot))}
      ${guessed.length ? html`<details class="cases-filled"><summary>${count(guessed.filter(isFilled).length)} inputs are filled by columns of their names</summary><div class="stack gap-3">${guessed.map((slot) => this.#slot(slot))}</div></details>` : nothing}`;
  }

  #slot(slot: Slot): TemplateResult {
    const now = columnOf(this.mapping.value, slot);
    const fitting = this.#app.page.value.columns.filter(({ kind }) => slot.kinds.includes(kind));
    const id = `slot-${slot.input}-${slot.part}`;
    const choose = (event: Event) => this.#map(slot, (event.target as HTMLSelectElement).value);
    return html`<div class="field"><label for=${id}>Column that fills “${slot.title}”</label><select class="select" id=${id} ?required=${slot.needed} @change=${choose}>
      <option value="" ?selected=${!now}>${slot.needed ? "Choose a column" : "Its default"}</option>
      ${fitting.map(({ name }) => html`<option value=${name} ?selected=${name === now}>${name}</option>`)}</select></div>`;
  }
}

function refusals({ opened, refused }: Opened): TemplateResult {
  return html`<div role="status"><p>${opened ? `${rowsOf(opened)} ${opened === 1 ? "is" : "are"} open. ` : "No row could be opened. "}Of the others:</p>
    <ul class="small refused">${refused.map(({ row, reason }) => html`<li><strong>Row ${count(row + 1)}</strong>: ${reason}</li>`)}</ul></div>`;
}

/** Of those that columns fill best, which come first, the one of this model. */
export function fitting(endpoints: readonly Endpoint[], model: string): Endpoint | undefined {
  const wanted = model.trim().toLowerCase();
  const empty = ({ slots, mapping }: Endpoint) =>
    slots.filter((slot) => !columnOf(mapping, slot)).length / slots.length;
  const [first] = endpoints;
  const best = endpoints.filter((one) => first && empty(one) <= empty(first));
  const named = (one: Endpoint) => [one.model, one.name].map((name) => (name ?? "").toLowerCase());
  return best.find((one) => named(one).includes(wanted)) ?? first;
}

const partsOf = (mapping: Mapping, slot: Slot): Record<string, string> => {
  const named = mapping[slot.input];
  return typeof named === "object" ? named : {};
};

function columnOf(mapping: Mapping, slot: Slot): string {
  if (slot.part) return partsOf(mapping, slot)[slot.part] ?? "";
  const named = mapping[slot.input];
  return typeof named === "string" ? named : "";
}
