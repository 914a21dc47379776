/** The whole bench: who asks, what the model is for, the desk with stage and answer, the line of keys below. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { AnswerPanel } from "./answer.ts";
import type { Cases } from "./cases.ts";
import { ABOUT, menu, show } from "./guest.ts";
import { openJudgement } from "./judgement.ts";
import type { Late } from "./late.ts";
import type { Live } from "./live.ts";
import type { Outbox } from "./outbox.ts";
import type { Bench } from "./state.ts";
import { editingBar, markingBar, wayInBar } from "./toolbars.ts";
import { go } from "./tools.ts";
import type { Connection } from "./types.ts";
import { kindOf, nounOf, nounsOf } from "./viewers/kinds.ts";
import { type KeyRow, stageFocus } from "./viewers/viewer.ts";
import type { Viewers } from "./viewers/viewers.ts";
import { brief, capital, change, titleOf, unanswered } from "./words.ts";

export type Parts = {
  bench: Bench;
  viewers: Viewers;
  live: Live;
  cases: Cases;
  outbox: Outbox;
  panel: AnswerPanel;
  forms: Late<typeof import("./forms.ts").forms>;
  rest: Late<typeof import("./rest.ts")>;
  why: Late<() => TemplateResult | symbol>;
};

export function page(parts: Parts): TemplateResult {
  const { bench, cases } = parts;
  const rest = parts.rest.part.value;
  const taking = cases.taking.part.value;
  if (bench.ended.value !== null) return html`${rest?.ended(bench)}`;
  const forms = () => parts.forms.part.value?.(bench, () => cases.taking.once((taking) => taking.start()));
  const hasStage = bench.stored.length > 0;
  return html`<div class="bench" data-mode=${bench.mode.value} data-kind=${hasStage ? nounOf(bench) : "form"} data-flag=${bench.mayFlag} data-full=${bench.isFull.value}>
    <header class="bench-bar">
      <div class="who">${home(bench)}
        <div class="who-words"><h1 class="clip">${bench.page.endpoint.name}</h1><p class="tiny muted clip"><span class="shared">Shared by </span>${[bench.page.shared_by, bench.page.team].filter(Boolean).join(", ")}</p></div></div>
      ${cases.worklist()}
      <div class="bench-end">${menu(bench, () => parts.rest.once((rest) => rest.openHistory(bench)))}</div>
    </header>
    ${cases.picker()}
    <main class="desk" id="main" tabindex="-1">
      ${purpose(bench)}
      ${hasStage ? theStage(parts) : html`<div class="values">${notice(parts)}${forms()}</div>`}
      ${rest?.attempts(bench, parts.live) ?? html`<section class="tries"></section>`}
      <div class="right">${ending(bench)}${rest?.comparing(bench)}${parts.panel.render()}${taking?.note()}${rest?.changes(bench)}${bench.viewer.value?.aside?.() ?? nothing}${parts.why.part.value?.()}${hasStage && bench.forms.length ? html`<section>${forms()}</section>` : nothing}${judgement(parts)}${rest?.conversation(bench)}</div>
    </main>
    ${foot(bench)}
    ${dock(parts)}
  </div>
  ${rest?.about(bench)}${rest?.dialogs(bench)}${taking?.aside.value?.render()}`;
}

/** The name of the house; for a member the way back to the endpoint. */
function home(bench: Bench): TemplateResult {
  const words = html`${icon("logo")}<span>Atrium</span>`;
  const { back } = bench.page.urls;
  return back
    ? html`<a class="logo" href=${back} aria-label="Back to ${bench.page.endpoint.name}" title="Back to the endpoint">${words}</a>`
    : html`<span class="logo">${words}</span>`;
}

function purpose(bench: Bench): TemplateResult {
  const words = bench.page.card?.purpose || "The team has not said what this is for.";
  return html`<div class="purpose">${table(bench)}<p>${words}</p>${bench.page.research_use_only ? html`<span class="badge outline">Research use only</span>` : nothing}
    <button type="button" class="button quiet" @click=${() => show(bench, ABOUT)}>${icon("info")} About this model</button></div>`;
}

/** The way back to the table that the open case is a row of. */
function table(bench: Bench): TemplateResult | typeof nothing {
  const from = bench.original.value?.came_from;
  const { table: address } = bench.page.urls;
  if (!from || !address) return nothing;
  return html`<a class="button quiet to-table" href=${address.replace("{version}", from.version)}>${icon("left")} <span class="clip">${from.dataset} v${from.number}</span></a>`;
}

function theStage(parts: Parts): TemplateResult {
  const { bench } = parts;
  if (bench.maker.value) return bench.maker.value.render();
  const viewer = bench.viewer.value;
  const mode = viewer ? bench.mode.value : "look";
  const enter = () => {
    go(bench, "edit", kindOf(bench).wayIn.tool);
    requestAnimationFrame(() => stageFocus(bench));
  };
  const leave = () => {
    go(bench, "look");
    requestAnimationFrame(() =>
      bench.host.root.querySelector<HTMLElement>(".edit .into")?.focus({ preventScroll: true }),
    );
  };
  const backToForm = () => {
    go(bench, "look");
    openJudgement(bench);
  };
  const hasCase = bench.cases.value.length > 0;
  return html`${mode === "edit" ? viewer?.setAside() : hasCase ? viewer?.looking() : nothing}
    <section class="film stage-look" id="bench-film" aria-label=${capital(nounOf(bench))} tabindex="-1">
      ${tabs(bench)}
      ${viewer?.surface()}
      ${notice(parts)}
    </section>
    ${viewer && mode === "edit" ? editingBar(bench, viewer, leave) : viewer && mode === "mark" ? markingBar(bench, viewer, backToForm) : hasCase ? wayInBar(bench, viewer, enter) : nothing}`;
}

function tabs(bench: Bench): TemplateResult | typeof nothing {
  if (bench.stored.length < 2) return nothing;
  return html`<div class="tabs film-tabs" role="tablist" aria-label=${`${capital(nounsOf(bench))} of this case`}>${bench.stored.map(
    (one) =>
      html`<button type="button" role="tab" aria-selected=${one.name === bench.input.value} tabindex=${one.name === bench.input.value ? 0 : -1} @click=${() => bench.openInput(one.name)} @keydown=${(event: KeyboardEvent) => stepTab(bench, event)}>${titleOf(one)}</button>`,
  )}</div>`;
}

function stepTab(bench: Bench, event: KeyboardEvent): void {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next = bench.stored[bench.stored.findIndex((one) => one.name === bench.input.value) + (by ?? 0)];
  if (!by || !next) return;
  bench.openInput(next.name);
  bench.host.root.querySelector<HTMLElement>('.film-tabs [aria-selected="true"]')?.focus();
}

/** What happens, or went wrong, with the input itself. */
function notice({ bench, viewers, cases, rest }: Parts): TemplateResult | typeof nothing {
  const taking = cases.taking.part.value;
  const said = taking?.notice();
  if (said) return said;
  if (bench.uploading.value)
    return html`<div class="over"><div class="notice" role="status">${icon("spinner")}<div>Sending ${bench.uploading.value} and asking the model…</div></div></div>`;
  if (bench.notice.value) {
    return html`<div class="over"><div class="notice warn" role="alert">${icon("alert")}<div>${bench.notice.value}</div>${taking?.hasFile && bench.original.value ? html`<button type="button" class="button" @click=${taking.again}>Try again</button>` : nothing}<button type="button" class="button quiet square" aria-label="Close this message" @click=${() => (bench.notice.value = "")}>${icon("x", "small")}</button></div></div>`;
  }
  const viewer = bench.viewer.value;
  const failed = [viewers, viewer].find((one) => one?.failure.value);
  if (failed)
    return html`<div class="over"><div class="notice bad" role="alert">${icon("x-circle")}<div>${failed.failure.value}</div><button type="button" class="button" @click=${() => failed.retry()}>Try again</button></div></div>`;
  const isComing = bench.value.value && !viewer?.isShown.value;
  if (isComing && bench.picture.value && !rest.part.value && !bench.here.value.length)
    return html`<img class="whole" src=${bench.host.picture(bench.picture.value.url)} alt="" decoding="sync">`; // as the server showed it
  if (isComing)
    return html`<div class="over"><div class="notice" role="status">${icon("spinner")}<div>The ${nounOf(bench)} is on its way… ${viewer?.progress?.value}</div></div></div>`;
  if (bench.cases.value.length > 0 || !bench.stored.length) return nothing;
  return html`<div class="over"><div class="blank">${icon("eye")}<h2>No example yet</h2>${bench.mayTry ? html`<p>Choose a ${nounOf(bench)}, paste one, or drop it here. The model answers beside it. ${kindOf(bench).advice}</p><div class="row">${cases.chooser("button primary")}</div>` : html`<p>The team has not added one. Ask ${bench.page.team} for it.</p>`}</div></div>`;
}

/** Where a reviewer judges an answer. */
function judgement({ bench, live, outbox, rest: { part } }: Parts): TemplateResult | typeof nothing {
  if (!bench.mayFlag) return nothing;
  const { state } = bench.sending.value;
  const flag = bench.answer.value?.flag;
  const rest = part.value;
  const why = bench.whyNot.value;
  const isOpen = bench.judgement.value.open && state !== "sent" && !why;
  return html`<section class="flag stack" id="flag" aria-labelledby="flag-title">
    <div class="spread"><h2 id="flag-title" tabindex="-1">Your judgement</h2><kbd aria-hidden="true">F</kbd></div>
    ${state === "sent" ? rest?.sent(bench) : nothing}
    ${!isOpen && flag ? rest?.judged(bench, flag) : why ? html`<p class="small muted">${why}</p>` : rest?.form(bench, live, outbox, isOpen)}
  </section>`;
}

/** Said while there is still time to act. */
function ending(bench: Bench): TemplateResult | typeof nothing {
  const { words, isSoon } = bench.expiry.value;
  if (!isSoon) return nothing;
  const advice = bench.mayFlag ? ` Send what ${bench.page.team} should have.` : "";
  return html`<section class="ending"><div class="notice warn" role="status">${icon("clock")}<div>${words}${advice}</div></div></section>`;
}

const CONNECTION: Record<Connection, [string, string, string]> = {
  connecting: ["", "spinner", "Connecting"],
  connected: ["good", "check-circle", "Connected"],
  reconnecting: ["warn", "offline", "Reconnecting, your edits are kept"],
  polling: ["good", "check-circle", "Connected, by a slower way"],
};

/** The keys that the foot names: of the mode that is on, of this viewer. */
function footKeys(bench: Bench): [readonly string[], string][] {
  const viewer = bench.viewer.value;
  const own = (rows: readonly KeyRow[]) =>
    rows.flatMap(({ keys, short }): [string[], string][] => (short ? [[keys, short]] : []));
  const always: [string[], string][] = [
    [["[", "]"], "attempt"],
    [["M"], "mark"],
    [["F"], "judge"],
    [["J", "K"], "case"],
  ];
  if (bench.maker.value) return [[["Esc"], "cancel"]];
  if (!bench.cases.value.length) return [];
  if (!viewer) return always.filter(([, word]) => word !== "mark");
  if (bench.mode.value !== "edit")
    return [...own(viewer.keys.looking), [["E"], "edit"], [["A"], "original"], ...always];
  return [
    ...viewer.tools.map(({ key, short }): [string[], string] => [[key.toUpperCase()], short]),
    ...own(viewer.keys.editing),
    [["Z"], "undo"],
    [["X"], "original"],
    [["A"], "see original"],
    [["Esc"], "back to looking"],
  ];
}

function foot(bench: Bench): TemplateResult {
  const isThere = ["connected", "polling"].includes(bench.connection.value);
  const [tone, name, words] =
    isThere && bench.isOffline.value
      ? ["warn", "offline", "Connected; the function is offline"]
      : CONNECTION[bench.connection.value];
  const keys = footKeys(bench);
  const shown = keys.filter(
    ([, word]) => (bench.mayFlag || !["mark", "judge"].includes(word)) && (bench.mayTry || word !== "edit"),
  );
  return html`<footer class="bench-foot"><span class="state ${tone}" role="status">${icon(name, "small")} ${words}</span>
    <span class="keys" aria-hidden="true">${shown.map(([all, word]) => html`<span>${all.map((key) => (key === "…" ? html`… ` : html`<kbd>${key}</kbd> `))}${word}</span>`)}</span>
    <span class="end clip" data-soon=${bench.expiry.value.isSoon}>${bench.expiry.value.words}</span></footer>`;
}

function dock({ bench, panel }: Parts): TemplateResult {
  const [output] = bench.page.interface.outputs;
  const answer = output && bench.answer.value?.answer?.[output.name];
  const waits = bench.isWaiting.value ? bench.waits.value : null;
  const { name, text } = brief(answer, output, unanswered(bench.answer.value?.state, waits));
  const isSame = bench.answer.value?.id === bench.original.value?.id;
  const moved = isSame ? null : change(answer, output && bench.original.value?.answer?.[output.name]);
  const offline =
    bench.connection.value === "reconnecting"
      ? html`<span class="state warn tiny">${icon("offline", "small")} Reconnecting</span>`
      : bench.isOffline.value && answer
        ? html`<span class="state warn tiny">${icon("offline", "small")} Offline, case kept</span>`
        : nothing;
  // One main button at a time: once the form below has its own, this one only leads back to it
  const isJudged = bench.judgement.value.open || Boolean(bench.answer.value?.flag);
  const mayJudge = bench.mayFlag && !bench.whyNot.value;
  return html`<section class="dock" aria-label="The answer, in short"><span class="dock-words small ${bench.isStale.value ? "thinking" : ""}" title=${panel.spoken()}><span class="dock-line"><span class="clip">${name}</span> <b class="num">${text}</b> ${offline}</span>
      ${moved ? html`<span class="clip tiny muted num">${moved.name && moved.name !== name ? `${moved.name} ${moved.was} → ${moved.now}` : `was ${moved.was}`} (${moved.delta})</span>` : nothing}</span>
    ${mayJudge ? html`<button type="button" class=${isJudged ? "button" : "button primary"} @click=${() => openJudgement(bench)}>${icon("flag")} ${isJudged ? "Your judgement" : "Flag"}</button>` : nothing}</section>`;
}
