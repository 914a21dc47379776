/** Performance: a segment a row, in it a distribution a model; sorted by any number, cut by a range of a score. */

import { html, nothing, svg, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { icon } from "../../host/icons.ts";
import { lookOf, sign } from "./marks.ts";
import { massOfSegment } from "./mass.ts";
import {
  estimateOf,
  intervalText,
  isWorstLeast,
  metricShown,
  metricsOf,
  ofModel,
  ordered,
  spanOf,
  valueText,
} from "./measured.ts";
import { count, onScale, rowsOf, share, tidy, withDigits } from "./numbers.ts";
import { type PlotHand, plotName } from "./plot_hand.ts";
import { withGroup } from "./question.ts";
import { digitsOfTicks, isRightOrWrong, placeOf, type Scale, ticks } from "./scale.ts";
import { type Debugger, rolesPage } from "./state.ts";
import type { Segment, ViewAnswer } from "./types.ts";
import { tableToggle, viewHead } from "./view_head.ts";
import { lane } from "./violins.ts";
import { lowerCase, metricName, scoreName, shortNames } from "./words.ts";

const isCoarse = (): boolean => matchMedia("(pointer: coarse)").matches;
/** Lower where many models share a segment. */
const laneHeight = (models: number): number =>
  isCoarse() && models <= 3 ? 36 : models <= 3 ? 27 : models <= 6 ? 21 : 16;

export function performance(app: Debugger, hand: PlotHand): TemplateResult {
  const answer = app.answer.value;
  const isTable = app.tables.value.has("performance");
  const score = answer ? lowerCase(scoreName(answer.score)) : "score";
  const better =
    !answer || /^=|signed/.test(answer.score)
      ? ""
      : answer.facts.lower_is_better
        ? " Lower is better."
        : " Higher is better.";
  const how = app.mayAsk ? " Drag, or Enter twice, to select a range." : "";
  return html`<section class="view perf" aria-labelledby="t-perf">
    ${viewHead("t-perf", "Performance", `Each row's ${score}, per segment and model.${how}${better}`, answer?.score ? tools(app, answer) : nothing)}
    ${answer ? (answer.score ? (isTable ? table(app, answer) : plots(app, hand, answer)) : unscored(app)) : bones()}
  </section>`;
}

function tools(app: Debugger, answer: ViewAnswer): TemplateResult {
  const metric = metricShown(answer, app.models.value, app.metric.value);
  const choose = (event: Event) => {
    app.metric.value = (event.target as HTMLSelectElement).value;
  };
  return html`<label class="mini"><span>Number</span><select class="select" @change=${choose}>${metricsOf(
    answer,
    app.models.value,
  ).map(
    (one) => html`<option value=${one} ?selected=${one === metric}>${metricName(one)}</option>`,
  )}</select></label>${positive(app, answer, metric)}${tableToggle(app, "performance", "Performance")}`;
}

/** Which of two classes counts as positive, where the number depends on it. */
function positive(app: Debugger, answer: ViewAnswer, metric: string): TemplateResult | typeof nothing {
  const { task, classes, positive: now } = answer.facts;
  if (task !== "binary" || !["f1", "auroc", "ece"].includes(metric)) return nothing;
  const choose = (event: Event) =>
    app.change({ ...app.question.value, positive: (event.target as HTMLSelectElement).value });
  return html`<label class="mini"><span>Positive</span><select class="select" ?disabled=${!app.mayAsk} @change=${choose}>${classes.map(
    (one) => html`<option value=${one} .selected=${one === (app.question.value.positive ?? now)}>${one}</option>`,
  )}</select></label>`;
}

/** Puts the segments in another order: what is worst first, once more the other way round. */
function sorter(app: Debugger, by: string, name: string, isGreatestFirst: boolean): TemplateResult {
  const now = app.order.value;
  const isOn = now.by === by;
  const turn = () => {
    app.order.value = { by, isDescending: isOn ? !now.isDescending : isGreatestFirst };
    app.said.value = `Segments by ${name}, ${app.order.value.isDescending ? "greatest" : "least"} first.`;
  };
  const arrow = isOn ? (now.isDescending ? "↓" : "↑") : "";
  return html`<button type="button" class="sorter" aria-pressed=${isOn} title=${`Order by ${name}`} @click=${turn}>${name}${arrow ? html` <span aria-hidden="true">${arrow}</span>` : nothing}</button>`;
}

/** Nothing says how good a row's prediction is. */
function unscored(app: Debugger): TemplateResult {
  return html`<div class="blank">${icon("data")}<h3>No score can be computed</h3><p>A column is needed that says what is true of a row, with the role “label”, and one of a model's predictions or probabilities. Say which they are on <a href=${rolesPage(app)}>the page of this version</a>; or write a formula as the score.</p></div>`;
}

function bones(): TemplateResult {
  return html`<div class="bones" aria-hidden="true">${[0, 1, 2, 3].map(() => html`<span class="bone half"></span><span class="bone film"></span>`)}</div>`;
}

function plots(app: Debugger, hand: PlotHand, answer: ViewAnswer): TemplateResult {
  const models = app.models.value;
  const metric = metricShown(answer, app.models.value, app.metric.value);
  const span = spanOf(answer, metric);
  const whole = app.widths.value.plot;
  const hasInterval =
    whole > 330 &&
    answer.segments.some((one) => models.some((model) => intervalText(estimateOf(one, model, metric), metric, span)));
  const right = hasInterval ? 158 : 60;
  const names = shortNames(
    answer.segments.map((one) => one.name),
    56,
  );
  const mass = answer.segments.reduce((sum, one) => sum + massOfSegment(one), 0);
  const edges = answer.score_edges;
  const scale: Scale = { low: edges[0] ?? 0, high: edges.at(-1) ?? 1, width: Math.max(80, whole - right) };
  const tall = laneHeight(models.length);
  hand.laid(scale, tall);
  const marks = isRightOrWrong(answer.score)
    ? [(scale.low + scale.high) / 2]
    : ticks(scale.low, scale.high, Math.max(2, Math.floor(scale.width / 52)));
  return html`<div class="segments" data-stale=${app.isStale.value} tabindex="0" role="region" aria-label="Segments">
    <div class="segment axis-row"><span class="sorters">${sorter(app, "key", "segment", false)}${sorter(app, "rows", "rows", true)}</span><div class="axis">${axis(answer, marks, scale, whole)}${sorter(app, "value", metric === "median" ? "med." : lowerCase(metricName(metric)), !isWorstLeast(answer, metric))}</div></div>
    ${repeat(
      ordered(answer.segments, app.order.value, models, metric),
      (one) => one.key,
      (one) => segment(app, hand, answer, one, { scale, tall, whole, marks, metric, span, hasInterval, mass, names }),
    )}
  </div>`;
}

function axis(answer: ViewAnswer, marks: number[], scale: Scale, whole: number): TemplateResult {
  if (isRightOrWrong(answer.score))
    return html`<svg class="chart" viewBox="0 0 ${whole} 18" height="18" aria-hidden="true"><text x="0" y="12">right</text><text x=${scale.width / 2 + 4} y="12">wrong</text></svg>`;
  const isAbove = answer.segments.some((one) => one.models.some((each) => each.score.above > 0));
  const digits = digitsOfTicks(marks);
  const said = (value: number) => tidy(withDigits(value, digits, digits));
  const end = isAbove ? `${said(Number(scale.high.toPrecision(2)))}+` : "";
  const shown = marks.map((value) => {
    const x = placeOf(scale, value);
    if (end && scale.width - x < 36) return nothing;
    const anchor = x < 6 ? "start" : scale.width - x < 6 ? "end" : "middle";
    return svg`<text x=${x} y="12" text-anchor=${anchor}>${said(value)}</text>`;
  });
  const beyond = end ? svg`<text x=${scale.width} y="12" text-anchor="end">${end}</text>` : nothing;
  return html`<svg class="chart" viewBox="0 0 ${whole} 18" height="18" aria-hidden="true">${shown}${beyond}</svg>`;
}

type Laid = {
  scale: Scale;
  tall: number;
  whole: number;
  marks: number[];
  metric: string;
  span: number;
  hasInterval: boolean;
  /** Of all segments. */
  mass: number;
  /** As they are shown. */
  names: ReadonlyMap<string, string>;
};

function segment(app: Debugger, hand: PlotHand, answer: ViewAnswer, one: Segment, laid: Laid): TemplateResult {
  const { scale, tall, whole, marks, metric, span } = laid;
  const models = app.models.value.filter((model) => ofModel(one, model));
  const high = tall * Math.max(1, models.length) + 12;
  const groups = shownGroups(app, answer);
  const group = groups.a.includes(one.key) ? "a" : groups.b.includes(one.key) ? "b" : "";
  const edges = answer.score_edges;
  const isOwnName = one.name !== one.sentence && one.sentence;
  return html`<div class="segment ${group ? `in-${group}` : ""}">
    <div class="segment-name"><h3 title=${isOwnName ? one.sentence : one.name}>${laid.names.get(one.name) ?? one.name}</h3>
      <p class="tiny faint num">${rowsOf(one.rows)}, <span title=${one.weight === null || one.weight === undefined ? nothing : "By weight"}>${share(massOfSegment(one), laid.mass)}</span></p>
      ${picks(app, answer, one, group)}</div>
    ${
      one.rows === 0
        ? html`<p class="small muted none">No rows of it are left by the filters.</p>`
        : html`<svg class="chart plot" data-key=${one.key} tabindex="0" viewBox="0 0 ${whole} ${high}" height=${high} role="slider" aria-valuemin=${scale.low} aria-valuemax=${scale.high} aria-valuenow=${scale.low} aria-label=${plotName(one, answer, models)}
        @pointermove=${hand.move} @pointerdown=${hand.down} @pointerup=${hand.up} @pointercancel=${hand.up} @pointerleave=${hand.leave} @focus=${hand.focus} @blur=${hand.leave} @keydown=${hand.key}>
        ${marks.map((value) => svg`<line class="gridline" x1=${placeOf(scale, value)} x2=${placeOf(scale, value)} y1="0" y2=${high} />`)}
        ${models.map((model, i) => {
          const estimate = estimateOf(one, model, metric);
          return lane(
            {
              look: lookOf(model, app.allModels.value),
              score: ofModel(one, model)?.score as Segment["models"][0]["score"],
              middle: 6 + tall * (i + 0.5),
              half: tall * 0.44,
              value: valueText(estimate, metric, span),
              interval: laid.hasInterval ? intervalText(estimate, metric, span) : "",
              isRightOrWrong: isRightOrWrong(answer.score),
            },
            edges,
            scale,
            whole,
          );
        })}
        <g class="band" visibility="hidden"><rect /><path /></g>
        <line class="cursor" y1="0" y2="100%" visibility="hidden" /></svg>`
    }
  </div>`;
}

/** The groups as they are asked for, before the answer says them. */
export function shownGroups(app: Debugger, answer: ViewAnswer): { a: number[]; b: number[] } {
  const { a, b, segments } = app.question.value;
  const isSame = JSON.stringify(app.answered.value?.segments) === JSON.stringify(segments);
  if (!a.length || !isSame) return { a: answer.groups.a.keys, b: answer.groups.b.keys };
  const rest = answer.segments.map((one) => one.key).filter((key) => !a.includes(key));
  return { a, b: b.length ? b : rest };
}

function picks(app: Debugger, answer: ViewAnswer, one: Segment, group: string): TemplateResult {
  const pick = (side: "a" | "b") => () => {
    const now = shownGroups(app, answer);
    const groups = { a: { ...answer.groups.a, keys: now.a }, b: { ...answer.groups.b, keys: now.b } };
    const keys = answer.segments.map((each) => each.key);
    const next = withGroup(app.question.value, groups, keys, one.key, side);
    if (next) app.change(next);
    else
      app.said.value = `Each group needs a segment: put another one into ${group === "a" ? "A" : "B"} first, then take ${one.name} out.`;
  };
  const button = (side: "a" | "b") =>
    html`<button type="button" data-group=${side} aria-pressed=${group === side} aria-label="${one.name} in group ${side.toUpperCase()}" ?disabled=${!app.mayAsk} @click=${pick(side)}>${side.toUpperCase()}</button>`;
  return html`<span class="pick" role="group" aria-label="Group of ${one.name}">${button("a")}${button("b")}</span>`;
}

function table(app: Debugger, answer: ViewAnswer): TemplateResult {
  const models = app.models.value;
  const span = spanOf(answer, "median");
  const metrics = metricsOf(answer, models).filter((one) => one !== "median");
  const both = (segment: Segment, model: string, metric: string) => {
    const estimate = estimateOf(segment, model, metric);
    const scale = spanOf(answer, metric);
    return html`<td class="n">${valueText(estimate, metric, scale)}${estimate.low === null ? nothing : html`  <span class="tiny faint">${intervalText(estimate, metric, scale)}</span>`}</td>`;
  };
  return html`<div class="scroll-x tall" data-stale=${app.isStale.value} tabindex="0" role="region" aria-label="Performance, table"><table class="table dense">
    <thead><tr><th scope="col">Segment</th><th scope="col" class="n">Rows</th><th scope="col">Model</th><th scope="col" class="n">25 %</th><th scope="col" class="n">Median</th><th scope="col" class="n">75 %</th>${metrics.map((one) => html`<th scope="col" class="n">${metricName(one)}</th>`)}</tr></thead>
    <tbody>${ordered(answer.segments, app.order.value, models, metricShown(answer, models, app.metric.value)).map(
      (segment) =>
        models.map((model, i) => {
          const score = ofModel(segment, model)?.score;
          return html`<tr>${i ? nothing : html`<th scope="rowgroup" rowspan=${models.length}>${segment.name}</th><td class="n" rowspan=${models.length}>${count(segment.rows)}</td>`}<td class="model">${sign(model, app.allModels.value)} ${model}</td>${[0, 1, 2].map((at) => html`<td class="n">${onScale(score?.quartiles[at], span)}</td>`)}${metrics.map((one) => both(segment, model, one))}</tr>`;
        }),
    )}</tbody></table></div>`;
}
