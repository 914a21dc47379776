/** What sets A apart: the features by how much they differ between the groups, each with both its histograms. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import { type BarHand, barLabel } from "./bar_hand.ts";
import { type Bar, barRead, barsIn, barsOf, endsOf, folded, isNumeric, sourceOf } from "./bars.ts";
import { isPlace } from "./hexagons.ts";
import { map } from "./map.ts";
import { letter } from "./marks.ts";
import { chance, count, plain, rowsOf } from "./numbers.ts";
import { clauseOf, MOST_FEATURES, PAGE_OF_FEATURES, withNamed, withoutClauses } from "./question.ts";
import { type Debugger, rolesPage } from "./state.ts";
import type { Feature, Measure, ViewAnswer } from "./types.ts";
import { tableToggle } from "./view_head.ts";
import { MEASURES, shortNames } from "./words.ts";

/** Of group A: with fewer, chance makes differences as great as those that are meant. */
const FEW_ROWS = 20;

function tooFew(rows: number, isChance: boolean): TemplateResult {
  const what = rows < FEW_ROWS ? `Group A has only ${rowsOf(rows)}` : "No feature differs by more than chance makes";
  const so = rows < FEW_ROWS && isChance ? ", too few to tell a difference from chance" : "";
  return html`<p class="notice small" role="status">${icon("info", "small")}<span>${what}${so}. Put the next segment into A as well, ask for fewer segments, or look at Blind spots.</span></p>`;
}

/** Units of letters, about: what fits under a bar. */
const LETTER = 6.4;

export function measureTools(app: Debugger): TemplateResult {
  const choose = (event: Event) => {
    const measure = (event.target as HTMLSelectElement).value as Measure;
    app.change({ ...app.question.value, measure, first_feature: 0 });
  };
  const { measure } = app.question.value;
  return html`<label class="mini"><span class="visually-hidden">Measure</span><select class="select" aria-label="Measure of difference" ?disabled=${!app.mayAsk} @change=${choose}>${(
    Object.keys(MEASURES) as Measure[]
  ).map(
    (one) => html`<option value=${one} ?selected=${one === measure}>${MEASURES[one].name}</option>`,
  )}</select></label>${tableToggle(app, "features", "Features")}`;
}

export function features(app: Debugger, hand: BarHand): TemplateResult {
  const answer = app.answer.value;
  if (!answer)
    return html`<div class="bones" aria-hidden="true">${[0, 1, 2, 3, 4].map(() => html`<span class="bone half"></span><span class="bone film"></span>`)}</div>`;
  const { a, b } = answer.groups;
  const empty = !a.rows ? "A" : !b.rows ? "B" : "";
  if (empty) {
    return html`<div class="blank">${icon("filter")}<h3>Group ${empty} has no rows</h3><p>${answer.selected ? "The filters leave none of its rows. Take a filter away, or choose another segment." : "The filters leave no row at all."}</p>${removeFilters(app)}</div>`;
  }
  if (!answer.feature_count) {
    return html`<div class="blank">${icon("data")}<h3>No features to compare</h3><p>Give columns the role “feature” on <a href=${rolesPage(app)}>the page of this version</a>; then they are compared here.</p></div>`;
  }
  const isChance = answer.features.length > 0 && answer.features.every((one) => one.q !== null && one.q > 0.99);
  const wanted = app.mayAsk ? "" : app.searched.value.trim().toLowerCase();
  const shown = answer.features.filter((one) => one.name.toLowerCase().includes(wanted)).map(folded);
  const names = shortNames(shown.map((one) => one.name));
  return html`${isChance || a.rows < FEW_ROWS ? tooFew(a.rows, isChance) : nothing}${search(app, answer)}
    ${
      app.tables.value.has("features")
        ? table(app, shown)
        : html`<div class="features" data-stale=${app.isStale.value}>${repeat(
            shown,
            (one) => one.name,
            (one) => row(app, hand, one, names.get(one.name) ?? one.name),
          )}</div>`
    }
    ${shown.length ? nothing : html`<p class="small muted none" role="status">None of ${count(answer.feature_count)} features has “${app.searched.value.trim()}” in its name.</p>`}
    ${more(app, answer)}`;
}

/** The way out where the filters leave nothing. */
export function removeFilters(app: Debugger): TemplateResult | typeof nothing {
  if (!app.mayAsk || !app.question.value.clauses.length) return nothing;
  const remove = () => app.change(withoutClauses(app.question.value));
  return html`<button type="button" class="button" @click=${remove}>${icon("x", "small")} Remove ${app.question.value.clauses.length > 1 ? "all filters" : "the filter"}</button>`;
}

/** Milliseconds after the last letter. */
const PAUSE = 250;
let typing: ReturnType<typeof setTimeout> | undefined;

/** Only where there is more than one looks through. */
function search(app: Debugger, answer: ViewAnswer): TemplateResult | typeof nothing {
  if (answer.feature_count <= 12) return nothing;
  const type = (event: Event) => {
    app.searched.value = (event.target as HTMLInputElement).value;
    clearTimeout(typing);
    typing = setTimeout(() => app.change(withNamed(app.question.value, app.searched.value.trim())), PAUSE);
  };
  return html`<label class="with-icon find">${icon("search", "small")}<span class="visually-hidden">Find a feature by its name</span><input class="input" type="search" placeholder=${`Find among ${count(answer.feature_count)} features`} title="Key: /" .value=${app.searched.value} @input=${type}></label>`;
}

function more(app: Debugger, answer: ViewAnswer): TemplateResult | typeof nothing {
  const { first_feature: first } = app.answered.value ?? app.question.value;
  const last = first + answer.features.length;
  const all = answer.named_count ?? answer.feature_count;
  if (first === 0 && last >= all) return nothing;
  const ask = (from: number, features: number) => () =>
    app.change({ ...app.question.value, first_feature: from, features });
  const button = (name: string, from: number, features: number) =>
    html`<button type="button" class="button" ?disabled=${!app.mayAsk} @click=${ask(from, features)}>${name}</button>`;
  const next = Math.min(PAGE_OF_FEATURES, all - last, MOST_FEATURES - last);
  const isPaged = first > 0 || last >= MOST_FEATURES;
  return html`<div class="more">${isPaged && first > 0 ? button("Those before", Math.max(0, first - MOST_FEATURES), MOST_FEATURES) : nothing}${
    isPaged && last < all ? button("Those after", last, MOST_FEATURES) : nothing
  }${isPaged ? nothing : button(`Show ${next} more`, 0, last + next)}<span class="tiny faint num">${first ? `${count(first + 1)} to ` : ""}${count(last)} of ${count(all)} features${app.question.value.named ? ` with “${app.question.value.named}”` : ""}</span></div>`;
}

/** What differs, in as few words as it takes; the kind of the column where nothing does. */
function sayOf(feature: Feature): string {
  const { direction, kind } = feature;
  if (isPlace(feature)) return feature.sentence.split(" in ")[0]?.replace(/:$/, "") ?? kind;
  if (direction !== null && Math.abs(direction) >= 0.1) return direction > 0 ? "higher in A" : "lower in A";
  if (direction !== null || !feature.sentence) return kind;
  return feature.sentence
    .replace(/\.$/, "")
    .replace(/^(.*) in ([\d.]+)% of A and ([\d.]+)% of B$/, (_, what: string, a: string, b: string) => {
      const said = (part: string) => `${Number(part) < 10 ? part : Math.round(Number(part))}\u00a0%`;
      return `${what} ${said(a)} of A, ${said(b)} of B`;
    });
}

function row(app: Debugger, hand: BarHand, feature: Feature, name: string): TemplateResult {
  const { measure } = app.answered.value ?? app.question.value;
  const value = feature.measures[measure];
  return html`<div class="feature"><div class="feature-name"><h3 class="small" title=${feature.name}>${name}</h3><p class="tiny faint said" title=${feature.sentence}>${sayOf(feature)}</p></div>
    ${(isPlace(feature) && map(app, hand, feature)) || histogram(app, hand, feature, value ?? null)}
    <div class="feature-end"><strong class="num">${value === null || value === undefined ? "–" : value.toFixed(2)}</strong><br>${badge(feature)}</div></div>`;
}

/** A q-value that says something is marked by a dot too, not by its colour alone. */
function badge(feature: Feature): TemplateResult | typeof nothing {
  if (feature.q === null) return nothing;
  const isSaid = feature.q < 0.05;
  return html`<span class="badge num ${isSaid ? "info" : "outline"}" title=${`Permutation test, ${feature.p === null ? "" : `${chance("p", feature.p)}, `}Benjamini–Hochberg over all features${isSaid ? "" : ": this may be chance"}`}>${chance("q", feature.q)}</span>`;
}

function histogram(app: Debugger, hand: BarHand, feature: Feature, value: number | null): TemplateResult {
  const width = app.widths.value.bars;
  const high = isNumeric(feature) ? 38 : 34;
  const bars = barsOf(feature, width);
  const where = clauseOf(app.question.value, sourceOf(feature));
  const chosen = barsIn(feature, where);
  const stop = hand.stopOf(feature);
  const gap = (bar: Bar) => (bar.isNull || !isNumeric(feature) ? Math.min(6, bar.width * 0.2) : 0);
  const tall = (part: number) => part * (high - 2);
  const known = bars.filter((bar) => !bar.isNull);
  const step = known.map((bar) => `V${(high - tall(bar.a)).toFixed(1)}H${(bar.x + bar.width).toFixed(1)}`).join("");
  const lone = (bar: Bar) =>
    `M${(bar.x + gap(bar) / 2).toFixed(1)},${high}V${(high - tall(bar.a)).toFixed(1)}H${(bar.x + bar.width - gap(bar) / 2).toFixed(1)}V${high}`;
  const line = isNumeric(feature)
    ? `M0,${high}${step}V${high}${bars
        .filter((bar) => bar.isNull)
        .map(lone)
        .join("")}`
    : bars.map(lone).join("");
  return html`<svg class="chart bars" viewBox="0 0 ${width} ${high + 15}" height=${high + 15} role="listbox" aria-multiselectable="true" aria-orientation="horizontal" aria-label="${feature.name}${value === null ? "" : `, difference ${value.toFixed(2)}`}: rows with this value" @pointerleave=${hand.leave} @focusout=${hand.leave}>
    ${bars.map((bar) => (chosen.has(bar.index) ? svg`<rect class="chosen" x=${bar.x + gap(bar) / 2} y="0" width=${Math.max(1, bar.width - gap(bar))} height=${high} />` : nothing))}
    ${bars.map((bar) => svg`<rect class="of-b ${bar.isNull ? "null" : ""}" x=${bar.x + gap(bar) / 2 + (bar.width > 4 ? 0.5 : 0)} y=${high - tall(bar.b)} width=${Math.max(0.5, bar.width - gap(bar) - (bar.width > 4 ? 1 : 0))} height=${tall(bar.b)} />`)}
    <path class="of-a" d=${line} /><line class="base" x1="0" x2=${width} y1=${high} y2=${high} />
    ${labels(feature, bars, width, high)}
    ${bars.map(
      (
        bar,
      ) => svg`<rect role="option" tabindex=${bar.index === stop ? 0 : -1} aria-selected=${chosen.has(bar.index)} aria-label=${barLabel(feature, bar.index)} data-bar=${bar.index} x=${bar.x + gap(bar) / 2} y="0" width=${Math.max(1, bar.width - gap(bar))} height=${high}
      @pointerdown=${(event: PointerEvent) => hand.down(feature, bar.index, event)} @pointerover=${(event: PointerEvent) => hand.over(feature, bar.index, event)} @focus=${(event: FocusEvent) => hand.focus(feature, bar.index, event)} @keydown=${(event: KeyboardEvent) => hand.key(feature, bar.index, event)} />`,
    )}</svg>`;
}

function labels(feature: Feature, bars: readonly Bar[], width: number, high: number) {
  const y = high + 12;
  const null_ = bars.find((bar) => bar.isNull);
  const missing = null_
    ? svg`<text class="quiet" x=${null_.x + null_.width / 2} y=${y} text-anchor="middle">${null_.width > 46 ? "missing" : "∅"}</text>`
    : nothing;
  if (isNumeric(feature)) {
    const end = null_ ? null_.x - 10 : width;
    const [first, last] = endsOf(feature);
    return svg`<text x="0" y=${y}>${first}</text><text x=${end} y=${y} text-anchor="end">${last}</text>${missing}`;
  }
  return svg`${bars.map((bar) => {
    if (bar.isNull) return missing;
    const fits = Math.floor((bar.width - 2) / LETTER);
    const name = feature.categories[bar.index] ?? "";
    if (fits < 3 && name.length > fits) return nothing;
    return svg`<text x=${bar.x + bar.width / 2} y=${y} text-anchor="middle">${name.length > fits ? `${name.slice(0, fits - 1)}…` : name}</text>`;
  })}`;
}

function table(app: Debugger, shown: readonly Feature[]): TemplateResult {
  const { measure } = app.answered.value ?? app.question.value;
  return html`<div class="feature-tables" data-stale=${app.isStale.value}>${shown.map((feature) => {
    const bars = barsOf(feature, 100);
    const value = feature.measures[measure];
    return html`<details class="numbers"><summary><b>${feature.name}</b> <span class="num">${MEASURES[measure].name} ${value === null || value === undefined ? "–" : value.toFixed(2)}${feature.q === null ? "" : `, ${chance("q", feature.q)}`}${feature.direction === null ? "" : `, A less B ${plain(feature.direction)} SD`}</span></summary>
      <table class="table dense"><thead><tr><th scope="col">Value</th><th scope="col" class="n">${letter("a")} rows</th><th scope="col" class="n">share</th><th scope="col" class="n">${letter("b")} rows</th><th scope="col" class="n">share</th></tr></thead>
      <tbody>${bars.map((bar) => {
        const { name, a, b } = barRead(feature, bar.index);
        return html`<tr><th scope="row">${name}</th><td class="n">${a.count}</td><td class="n">${a.share}</td><td class="n">${b.count}</td><td class="n">${b.share}</td></tr>`;
      })}</tbody></table><p class="tiny faint num">${others(feature, measure)}</p></details>`;
  })}</div>`;
}

/** The feature by the measures that it is not ranked by. */
const others = (feature: Feature, measure: Measure): string =>
  (Object.keys(MEASURES) as Measure[])
    .filter((one) => one !== measure && typeof feature.measures[one] === "number")
    .map((one) => `${MEASURES[one].name} ${feature.measures[one]?.toFixed(2)}`)
    .join(", ");
