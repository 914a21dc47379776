/** The panel beside the views: what group A is, what can be done with it, what was saved. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { lines } from "./conditions.ts";
import type { Keeping, Sliceable } from "./keeping.ts";
import { letter, sign } from "./marks.ts";
import { count, onScale, rowsOf, share } from "./numbers.ts";
import { shownGroups } from "./performance.ts";
import { comparing } from "./question.ts";
import { savedLists } from "./saved.ts";
import type { Debugger } from "./state.ts";
import type { Of, ViewAnswer } from "./types.ts";
import { groupName, lowerCase, scoreName } from "./words.ts";

export class Side {
  readonly #app: Debugger;
  readonly #keeping: Keeping;

  constructor(app: Debugger, keeping: Keeping) {
    this.#app = app;
    this.#keeping = keeping;
  }

  shareButton(): TemplateResult | typeof nothing {
    if (!this.#app.offers("share")) return nothing;
    return html`${this.#keeping.doneOf("share")}${this.#keeping.troubleOf("share")}<button type="button" class="button" @click=${() => this.#keeping.share()}>${icon("link")} Copy link</button>`;
  }

  panel(): TemplateResult {
    const app = this.#app;
    const answer = app.answer.value;
    if (!answer)
      return html`<aside class="side-panel" aria-label="Group A"><div class="bones" aria-hidden="true"><span class="bone half"></span><span class="bone film"></span><span class="bone long"></span></div></aside>`;
    const names = new Map(answer.segments.map((one) => [one.key, one.name]));
    const { a } = shownGroups(app, answer);
    const name = groupName(a, names);
    const heading = /^\d/.test(name) ? `${a.length > 1 ? "Segments" : "Segment"} ${name}` : name;
    return html`<aside class="side-panel stack gap-4" aria-labelledby="t-side">
      <div class="stack gap-2" data-stale=${app.isStale.value}><h2 id="t-side" class="row nowrap">${letter("a")}<span class="two-lines" title=${heading}>Group A: ${heading}</span></h2>
        ${this.#about(answer)}${this.#rule(answer)}${this.#facts(answer)}</div>
      ${this.#save(answer)}${this.#acts(answer)}${savedLists(app, this.#keeping)}
    </aside>`;
  }

  /** Of a segment that is a condition itself, what it is. */
  #about(answer: ViewAnswer): TemplateResult | typeof nothing {
    if (this.#app.answered.value?.segments.type === "performance") return nothing; // the medians below say it
    const keys = answer.groups.a.keys;
    const own = answer.segments.filter((one) => keys.includes(one.key) && one.sentence && one.sentence !== one.name);
    return own.length === 1
      ? html`<p class="small muted two-lines" title=${own[0]?.sentence ?? ""}>${own[0]?.sentence}</p>`
      : nothing;
  }

  #rule(answer: ViewAnswer): TemplateResult {
    const { rule, groups } = answer;
    if (!groups.a.rows) return html`<p class="small muted">The filters leave none of its rows.</p>`;
    if (!rule) return html`<p class="small muted">No rule of a few conditions describes it well.</p>`;
    const compare = () => this.#app.change(comparing(this.#app.question.value, "The rule", rule.where));
    return html`<p class="small muted">${rule.precision < 0.5 ? "A rule that describes it loosely" : "A rule that describes it"}, found on half of the rows and checked on the other:</p>
      <pre class="rule" tabindex="0" role="region" aria-label="Rule">${lines(rule.where, this.#app.times.value).join("\n")}</pre>
      ${this.#app.mayAsk ? html`<button type="button" class="button quiet small-button" @click=${compare}>${icon("filter", "small")} Compare the rows it describes</button>` : nothing}`;
  }

  #facts(answer: ViewAnswer): TemplateResult {
    const { groups, rule, stability } = answer;
    const edges = answer.score_edges;
    const span = (edges.at(-1) ?? 1) - (edges[0] ?? 0);
    const score = scoreName(answer.score);
    const models = this.#app.models.value;
    const shown = models.slice(0, 6);
    const known = this.#app.allModels.value;
    return html`<dl class="facts num"><dt>Rows</dt><dd>${count(groups.a.rows)} <span class="faint">of ${count(answer.selected)} (${share(groups.a.rows, answer.selected)})</span></dd>
      ${shown.length ? html`<dt class="whole">Median ${lowerCase(score)}</dt>` : nothing}${shown.map(
        (model) =>
          html`<dt class="of-model" title=${model}>${sign(model, known)} <span class="clip">${model}</span></dt><dd>${onScale(groups.a.medians[model], span)} <span class="faint">against ${onScale(groups.b.medians[model], span)}</span></dd>`,
      )}
      ${rule ? html`<dt>Rule</dt><dd>precision ${rule.precision.toFixed(2)}, recall ${rule.recall.toFixed(2)}</dd>` : nothing}
      ${stability === null ? nothing : html`<dt>Stability</dt><dd>${stability.toFixed(2)} <span class="faint">Rand</span></dd>`}</dl>`;
  }

  #save(answer: ViewAnswer): TemplateResult | typeof nothing {
    const keeping = this.#keeping;
    if (!this.#app.offers("save_slice") || !answer.groups.a.rows) return nothing;
    if (!this.#app.page.value.can_save)
      return html`<hr><p class="small muted">Your role is viewer: a member of the team can save slices and analyses.</p>`;
    const all = keeping.sliceable(answer);
    const whats = all.filter((one) => !keeping.savedAs(one));
    const done = keeping.doneOf("slice");
    const [saved] = all.map((one) => keeping.savedAs(one)).filter((one) => one !== undefined);
    if (!whats.length && saved)
      return html`<hr><div class="stack gap-2">${done === nothing ? html`<p class="small muted">These rows are the saved slice “${saved.name}”.</p>` : done}</div>`;
    const what = whats.find((one) => one.id === keeping.picked.value) ?? whats[0];
    if (!what)
      return html`<hr><p class="small muted">These rows have no condition that could be saved as a slice. Compare the rows of a rule, a column or a blind spot.</p>`;
    const save = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const name = String(new FormData(form).get("name")).trim();
      void keeping.saveSlice(name, what, answer).then((done) => done && form.reset());
    };
    const pick = (id: string) => () => {
      keeping.picked.value = id;
      const next = whats.find((one) => one.id === id);
      if (next) void keeping.count(next, answer);
    };
    const isBusy = keeping.busy.value === "slice";
    return html`<hr><form class="stack gap-2" @submit=${save} @focusin=${() => void keeping.count(what, answer)}><div class="field"><label for="slice-name">Save as slice</label><input class="input" id="slice-name" name="name" required maxlength="80" autocomplete="off" placeholder="Name these rows" aria-describedby="slice-rows">
      ${whats.length > 1 ? html`<div class="stack gap-1">${whats.map((one) => html`<label class="check small"><input type="radio" name="what" value=${one.id} .checked=${one === what} @change=${pick(one.id)}> ${one.name}</label>`)}</div>` : nothing}
      <span class="hint num" id="slice-rows">${this.#sliced(what, answer)}</span></div>
      ${keeping.troubleOf("slice")}
      <button class="button primary" aria-busy=${isBusy}>${icon(isBusy ? "spinner" : "slice")} Save slice</button>${done}</form>`;
  }

  /** What would be saved, in rows where they are counted. */
  #sliced(what: Sliceable, answer: ViewAnswer): string {
    const counted = this.#keeping.countOf(what, answer);
    if (!counted) return `${what.name}: ${what.note}.`;
    if (what.id !== "rule") return `${rowsOf(counted.rows)}.`;
    const among =
      counted.ofA === null ? "" : `; ${count(counted.ofA)} of group A's ${count(answer.groups.a.rows)} among them`;
    return `${rowsOf(counted.rows)} meet the rule${among}.`;
  }

  #acts(answer: ViewAnswer): TemplateResult | typeof nothing {
    const app = this.#app;
    const keeping = this.#keeping;
    const { a, b } = answer.groups;
    const busy = keeping.busy.value;
    const act = (name: string, drawing: string, id: string, run: () => void) =>
      html`<button type="button" class="button left" aria-busy=${busy === id} @click=${run}>${icon(busy === id ? "spinner" : drawing)} ${name}</button>`;
    const take = (of: Of, format: "csv" | "parquet") => (event: Event) => {
      const menu = (event.target as Element).closest("details");
      if (menu) menu.open = false;
      void keeping.export(of, format);
    };
    const files = (of: Of, name: string) =>
      html`<span class="of-files"><span class="small">${name}</span><button type="button" class="button quiet" @click=${take(of, "csv")}>CSV</button><button type="button" class="button quiet" @click=${take(of, "parquet")}>Parquet</button></span>`;
    const list = [
      app.offers("export") && this.#app.page.value.can_save
        ? html`<details class="drop full"><summary class="button left" aria-busy=${busy === "export"}>${icon(busy === "export" ? "spinner" : "download")} Export rows <span class="end">${icon("down", "small")}</span></summary><div class="menu files">${files("a", `Group A, ${count(a.rows)}`)}${files("b", `Group B, ${count(b.rows)}`)}${files("all", `All, ${count(answer.selected)}`)}</div></details>`
        : nothing,
      app.offers("dataset") && this.#app.page.value.can_save
        ? act("Make a dataset of group A…", "data", "dataset", () => keeping.open("dataset"))
        : nothing,
      app.offers("save_analysis") && this.#app.page.value.can_save
        ? act("Save this analysis…", "log", "analysis", () => keeping.open("analysis"))
        : nothing,
      app.offers("report") ? act("Save as a page (HTML)", "board", "report", () => keeping.report()) : nothing,
    ].filter((one) => one !== nothing);
    if (!list.length) return nothing;
    return html`<hr><div class="stack gap-2 acts-on"><h3 class="small">Do something with it</h3>${list}${keeping.troubleOf("export")}${keeping.troubleOf("report")}${keeping.doneOf("export", "dataset", "analysis", "report")}</div>`;
  }
}
