/** Why: the panel in which one asks, and sees what was found with what it does not show. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Asking } from "./asking.ts";
import { DETAIL, form, select } from "./form.ts";
import { layers, legend, sliceWords } from "./layers.ts";
import { curves, regions, stress, words } from "./results.ts";
import { followed } from "./subject.ts";
import { timeline } from "./timeline.ts";
import type { Explanation } from "./types.ts";

export function panel(asking: Asking): TemplateResult | typeof nothing {
  const { methods } = asking.place;
  if (methods === null || !asking.subject.value) return nothing;
  const toggled = (event: Event) => asking.open((event.target as HTMLDetailsElement).open);
  return html`<section class="why" aria-labelledby="why-title"><details ?open=${asking.isOpen.value} @toggle=${toggled}>
    <summary><h2 id="why-title">Why?</h2></summary>
    <div class="stack">${methods.length ? form(asking) : html`<p class="small muted">No method of explanation suits what this model takes and answers yet.</p>`}
      ${asking.trouble.value ? html`<div class="notice warn" role="alert">${icon("alert")}<div>${asking.trouble.value}</div></div>` : nothing}
      ${results(asking)}</div></details></section>`;
}

function results(asking: Asking): TemplateResult | typeof nothing {
  const all = asking.found.value;
  const shown = asking.now;
  if (!shown) return nothing;
  const others = all.filter((one) => one !== shown && one.state === "succeeded");
  const beside = others.find((one) => one.id === asking.beside.value);
  const pair = beside ? [shown, beside] : [shown];
  return html`${select(
    "why-shown",
    "Found so far",
    shown.id,
    all.map((one) => [one.id, titleOf(one)]),
    (id) => asking.show(id),
  )}
    ${
      others.length
        ? select(
            "why-beside",
            "Compare with",
            beside?.id ?? "",
            [["", "nothing"], ...others.map((one): [string, string] => [one.id, titleOf(one)])],
            (id) => (asking.beside.value = id),
          )
        : nothing
    }
    <div class="why-pair">${pair.map((one) => (one.state === "queued" ? waiting(asking, one) : result(asking, one, beside !== undefined)))}</div>
    ${pair.some((one) => isLaid(one) || isOnStage(asking, one)) ? strength(asking) : nothing}
    ${pair.some((one) => one.state === "succeeded") ? limits(pair) : nothing}`;
}

function titleOf(one: Explanation): string {
  const of = followed(one.target);
  const detail = DETAIL[one.method]?.find(([, , options]) => options.window === one.options.window)?.[1];
  const how = one.options.by_lead ? "each lead alone" : one.options.regions === "marks" ? "by marks" : blocks(one);
  const fill = one.options.fill && one.options.fill !== "mean" ? `with ${one.options.fill}` : "";
  return [one.title, `of “${of}”`, detail?.toLowerCase(), how, fill, one.state === "queued" ? "(being made)" : ""]
    .filter(Boolean)
    .join(" ");
}

/** Which slices are covered. */
function blocks({ options }: Explanation): string {
  if (!Array.isArray(options.frames)) return "";
  const [first, ...more] = options.frames as number[];
  if (first === undefined) return "through all slices";
  return more.length ? `${more.length + 1} slices` : sliceWords({ first, last: first }).toLowerCase();
}

function waiting(asking: Asking, one: Explanation): TemplateResult {
  const share = one.progress;
  const words = share === null ? "Waits for a worker" : `${Math.floor(share * one.calls)} of ${one.calls} answers`;
  return html`<div class="stack gap-2"><progress class="meter" max="1" value=${share ?? nothing} aria-label="How far it is"></progress>
    <div class="spread"><span class="small muted num" role="status">${words}</span>${asking.place.mayAsk ? html`<button type="button" class="button quiet" @click=${() => asking.cancel(one.id)}>${icon("x", "small")} Cancel</button>` : nothing}</div></div>`;
}

function result(asking: Asking, one: Explanation, isCompared: boolean): TemplateResult {
  const take = (how: "csv" | "png") => async () => {
    try {
      const { takeNumbers, takePicture } = await import("./taking.ts");
      await (how === "csv" ? takeNumbers(one) : takePicture(one, seenOf(asking, one), asking.opacity.value));
    } catch {
      asking.trouble.value = "The file could not be made just now. Try again in a moment.";
    }
  };
  return html`<article class="stack gap-2" aria-label=${titleOf(one)}>${isCompared ? html`<h3 class="small">${titleOf(one)}</h3>` : nothing}
    <p class="why-found">${one.found}</p>${picture(asking, one)}${shape(asking, one)}
    <div class="row" role="group" aria-label="Take away">${isLaid(one) && seenOf(asking, one) ? html`<button type="button" class="button quiet" @click=${take("png")}>${icon("download", "small")} PNG</button>` : nothing}<button type="button" class="button quiet" @click=${take("csv")}>${icon("download", "small")} CSV</button></div></article>`;
}

/** What each method shows and does not, once. */
function limits(pair: readonly Explanation[]): TemplateResult {
  const methods = new Map(pair.map((one) => [one.method, one]));
  return html`${[...methods.values()].map(
    (
      one,
    ) => html`<div class="stack gap-2 small">${methods.size > 1 ? html`<h3 class="small">${one.title}</h3>` : nothing}
      <p><strong>What it shows.</strong> ${one.shows}</p>
      <p><strong>What it does not.</strong> ${one.does_not_show}</p></div>`,
  )}`;
}

function shape(asking: Asking, one: Explanation): TemplateResult | typeof nothing {
  switch (one.result?.kind) {
    case "layers":
      return layers(one.result, followed(one.target), isOnStage(asking, one));
    case "regions":
      return regions(one.result, one.options.regions === "marks");
    case "curves":
      return curves(one.result);
    case "timeline":
      return timeline(one.result, seenOf(asking, one), followed(one.target));
    case "words":
      return words(one.result);
    case "stress":
      return stress(one.result);
    default:
      return nothing;
  }
}

/** Whether it is laid over the slices on the stage. */
const isOnStage = (asking: Asking, one: Explanation): boolean =>
  one.result?.kind === "layers" && asking.now === one && asking.stage !== null && !asking.stage.isMoved();

/** Whether it is laid over what the model saw. */
const isLaid = (one: Explanation): boolean =>
  (one.result?.kind === "map" || one.result?.kind === "regions") && one.overlay !== null;

/** Where the input lies that the model saw. */
function seenOf(asking: Asking, { result }: Explanation): string | undefined {
  return result && "input" in result ? asking.subject.value?.rendered[result.input] : undefined;
}

/** The map over what the model saw. */
function picture(asking: Asking, one: Explanation): TemplateResult | typeof nothing {
  if (!isLaid(one)) return nothing;
  return html`<figure class="why-map"><div class="why-laid"><img src=${seenOf(asking, one) ?? ""} alt="What the model saw">
      <svg aria-hidden="true"><image href=${one.overlay ?? ""} width="100%" height="100%" preserveAspectRatio="none" opacity=${asking.opacity.value}></image></svg></div>
    <figcaption class="tiny muted">${legend(followed(one.target))}</figcaption></figure>`;
}

function strength(asking: Asking): TemplateResult {
  const slid = (event: Event) => (asking.opacity.value = Number((event.target as HTMLInputElement).value));
  return html`<div class="field"><label for="why-opacity">Strength of the map</label><input class="range" id="why-opacity" type="range" min="0" max="1" step="0.05" .value=${String(asking.opacity.value)} @input=${slid}></div>`;
}
