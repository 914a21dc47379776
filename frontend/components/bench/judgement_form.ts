/** What a reviewer says about an answer: a verdict, the right answer, marks, one sentence; and what was said of it. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { icon } from "../../host/icons.ts";
import { FOUND } from "./findings.ts";
import { openJudgement, verdicts } from "./judgement.ts";
import type { Live } from "./live.ts";
import type { Letter, Outbox } from "./outbox.ts";
import type { Bench } from "./state.ts";
import { go, markWith, removeMark } from "./tools.ts";
import type { Flag, Mark, MarkKind, Output, Verdict } from "./types.ts";
import { nounOf } from "./viewers/kinds.ts";
import { capital, corrected, titleOf, VERDICTS } from "./words.ts";

const MARKS: [MarkKind, string][] = [
  ["point", "point"],
  ["line", "line"],
  ["box", "box"],
  ["polygon", "region"],
  ["ellipse", "ellipse"],
];
const OTHER = "\u0000other";

/** What was sent on the answer on show. */
export function judged(bench: Bench, flag: Flag): TemplateResult {
  const { icon: name, text } = VERDICTS[flag.verdict];
  const right = corrected(flag.correction, bench.page.interface.outputs);
  const marks = flag.marks.length;
  const next = nextCase(bench);
  return html`<div class="sent-flag">
      <p class="verdict-said">${icon(name)} <span><strong>${text}</strong>${right ? html`, it is <strong>${right}</strong>` : nothing}</span></p>
      ${flag.message ? html`<p class="words">“${flag.message}”</p>` : nothing}
      <p class="tiny muted">Sent to ${bench.page.team}${marks ? `, with ${marks === 1 ? "one mark" : `${marks} marks`} on the ${nounOf(bench)}` : ""}.</p>
    </div>
    <div class="row">${next ? html`<button type="button" class="button primary" @click=${() => bench.stepCase(1)}>Open case ${next}</button>` : nothing}
      <button type="button" class="button" @click=${() => openJudgement(bench)}>Change it</button></div>`;
}

/** The number of the next case; null at the last. */
function nextCase(bench: Bench): number | null {
  const at = bench.place.value;
  return bench.group.value[at + 1] ? at + 2 : null;
}

/** The four verdicts; the one that is pressed opens what else can be said. isOpen: whether that is open. */
export function form(bench: Bench, live: Live, outbox: Outbox, isOpen: boolean): TemplateResult {
  const said = bench.judgement.value;
  const next = (event: Event) => {
    event.preventDefault();
    void send(bench, live, outbox);
  };
  const choose = (verdict: Verdict) => () => {
    if (!isOpen) go(bench, "look");
    bench.judge({ verdict, open: true });
    if (!isOpen) requestAnimationFrame(() => sentence(bench)?.scrollIntoView({ block: "nearest" }));
  };
  return html`<form class="stack" @submit=${next} novalidate>
    <fieldset><legend class=${isOpen ? "visually-hidden" : "small muted question"}>Is this answer right?</legend><div class="choice four">${(
      Object.keys(VERDICTS) as Verdict[]
    ).map(
      (verdict) =>
        html`<label><input type="radio" name="verdict" value=${verdict} .checked=${fresh(said.verdict === verdict)} @click=${choose(verdict)} @change=${choose(verdict)}>${icon(VERDICTS[verdict].icon, "small")} ${VERDICTS[verdict].text}</label>`,
    )}</div></fieldset>
    ${isOpen ? more(bench) : html`<p class="tiny faint">${bench.page.team} gets it with a sentence of yours, and can reply to you here.</p>`}
  </form>`;
}

const sentence = ({ host: { root } }: Bench) => root.querySelector("#bench-say");

function more(bench: Bench): TemplateResult {
  const said = bench.judgement.value;
  const { state, message } = bench.sending.value;
  return html`${said.verdict === "wrong" ? bench.page.interface.outputs.map((output) => correction(bench, output)) : nothing}
    ${bench.stored.length ? marks(bench) : nothing}
    <div class="field"><label for="bench-say">In one sentence</label>
      <textarea class="textarea" id="bench-say" rows="2" maxlength="2000" .value=${fresh(said.message)} @input=${(event: Event) => bench.judge({ message: (event.target as HTMLTextAreaElement).value })}></textarea></div>
    ${bench.isGuest ? who(bench) : nothing}
    <div class="row go">${state === "failed" ? html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${message}</div></div>` : state === "waits" ? html`<div class="notice warn" role="status">${icon("offline")}<div>${message}</div></div>` : nothing}<button type="submit" class="button primary" aria-busy=${state === "sending"}>${state === "sending" ? html`${icon("spinner")} Sending…` : html`${icon("flag")} <span>Send to ${bench.page.team}</span>`}</button>
      <button type="button" class="button quiet" @click=${() => putAway(bench)}>Close</button></div>
    <p class="tiny faint">The team receives the ${bench.stored.length ? `${nounOf(bench)}, your attempts, marks and` : "values, your attempts and"} sentence.</p>`;
}

function who(bench: Bench): TemplateResult {
  const said = bench.judgement.value;
  return html`<div class="two-fields">
      <div class="field"><label for="bench-name">Your name</label><input class="input" id="bench-name" autocomplete="name" maxlength="120" .value=${fresh(said.name)} @input=${(event: Event) => bench.judge({ name: (event.target as HTMLInputElement).value })}></div>
      <div class="field"><label for="bench-mail">E-mail for the reply</label><input class="input" id="bench-mail" type="email" autocomplete="email" maxlength="254" aria-describedby="bench-mail-hint" .value=${fresh(said.email)} @input=${(event: Event) => bench.judge({ email: (event.target as HTMLInputElement).value })}></div>
      <p class="hint tiny faint" id="bench-mail-hint">Both may stay empty. Replies also appear on this page.</p>
    </div>`;
}

function correction(bench: Bench, output: Output): TemplateResult | typeof nothing {
  if (["image", "json", "vector", "table", ...FOUND].includes(output.kind)) return nothing;
  const id = `bench-correct-${output.name}`;
  const many = bench.page.interface.outputs.length > 1;
  const label = many ? `Correct answer: ${titleOf(output)}` : "Correct answer";
  const value = bench.judgement.value.correction[output.name] ?? "";
  const set = (text: string) =>
    bench.judge({ correction: { ...bench.judgement.value.correction, [output.name]: text } });
  const typed = (event: Event) => set((event.target as HTMLInputElement).value);
  const answer = bench.answer.value?.answer?.[output.name];
  if (output.kind !== "label") {
    return html`<div class="field"><label for=${id}>${label}${output.unit ? html` <span class="unit">${output.unit}</span>` : nothing}</label><input class="input" id=${id} inputmode=${output.kind === "number" ? "decimal" : "text"} .value=${fresh(value)} @input=${typed}></div>`;
  }
  const classes = output.classes?.length
    ? output.classes
    : answer?.kind === "label"
      ? answer.scores.map(([name]) => name)
      : [];
  const isOther = value !== "" && !classes.includes(value);
  return html`<div class="field"><label for=${id}>${label}</label>
    <select class="select" id=${id} @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
      <option value="" ?selected=${value === ""}>Choose…</option>
      ${classes.map((name) => html`<option value=${name} ?selected=${value === name}>${name}</option>`)}
      <option value=${OTHER} ?selected=${isOther}>Something else…</option>
    </select>
    ${isOther ? html`<input class="input" aria-label="Correct answer in words" .value=${fresh(value === OTHER ? "" : value)} @input=${(event: Event) => set((event.target as HTMLInputElement).value || OTHER)}>` : nothing}</div>`;
}

function marks(bench: Bench): TemplateResult {
  const isMarking = bench.mode.value === "mark";
  const kind = bench.markKind.value;
  return html`<div class="field"><span class="label spread" id="mark-label">Mark where <kbd aria-hidden="true">M</kbd></span>
    <div class="marks-tools" role="group" aria-labelledby="mark-label">${MARKS.filter(([one]) =>
      bench.viewer.value?.marks.includes(one),
    ).map(
      ([one, name]) =>
        html`<button type="button" class="button" aria-pressed=${isMarking && kind === one} @click=${() => startMark(bench, one, isMarking && kind === one)}>${icon(name)} ${capital(one)}</button>`,
    )}</div>
    <ul class="marks">${bench.marks.value.map((mark) => markRow(bench, mark))}</ul></div>`;
}

/** Put away, not thrown away: what was written comes back with the form. */
function putAway(bench: Bench): void {
  go(bench, "look");
  bench.judge({ open: false });
  bench.host.root.querySelector<HTMLElement>("#flag-title")?.focus({ preventScroll: true });
}

function startMark(bench: Bench, kind: MarkKind, isOn: boolean): void {
  if (isOn) go(bench, "look");
  else markWith(bench, kind);
}

function markRow(bench: Bench, mark: Mark): TemplateResult {
  const here = bench.marksHere.value.indexOf(mark);
  const detail = here < 0 ? `on ${mark.input}` : bench.viewer.value?.describeMark(mark);
  const number = here < 0 ? "·" : here + 1;
  return html`<li><span class="no">${number}</span><span class="clip">${capital(mark.kind)} <span class="faint num">${detail}</span></span><button type="button" class="button quiet square" aria-label=${`Remove mark ${number}`} @click=${() => takeOff(bench, mark)}>${icon("x", "small")}</button></li>`;
}

/** The button that was pressed is gone: the focus goes to the next one, or to the geometries. */
function takeOff(bench: Bench, mark: Mark): void {
  const { root } = bench.host;
  removeMark(bench, mark);
  (root.querySelector<HTMLElement>(".marks button") ?? root.querySelector<HTMLElement>(".marks-tools button"))?.focus();
}

/** Only what was filled in; a number as a number. */
function correctionOf(bench: Bench): Record<string, unknown> | null {
  if (bench.judgement.value.verdict !== "wrong") return null;
  const found: Record<string, unknown> = {};
  for (const output of bench.page.interface.outputs) {
    const text = (bench.judgement.value.correction[output.name] ?? "").trim();
    if (!text || text === OTHER) continue;
    const value = Number(text.replace(",", "."));
    found[output.name] = output.kind === "number" && Number.isFinite(value) ? value : text;
  }
  return Object.keys(found).length ? found : null;
}

async function send(bench: Bench, live: Live, outbox: Outbox): Promise<void> {
  const { verdict, message, name, email } = bench.judgement.value;
  const prediction = bench.answer.value;
  const caseId = bench.caseId.value;
  const fail = (words: string) => (bench.sending.value = { state: "failed", message: words });
  if (bench.sending.value.state === "sending") return;
  if (!verdict) {
    fail("Choose one of the four first.");
    verdicts(bench)?.focus();
    return;
  }
  if (!prediction || bench.isWaiting.value) {
    fail("The newest answer is not there yet. Send again when it is.");
    return;
  }
  if (bench.mode.value === "mark") bench.viewer.value?.place(); // a polygon that nobody has closed
  go(bench, "look");
  live.keep();
  const letter: Letter = {
    caseId,
    prediction,
    body: {
      verdict,
      correction: correctionOf(bench),
      marks: bench.marks.value,
      ...bench.said.value,
      message: message.trim(),
      name: name.trim(),
      email: email.trim(),
    },
  };
  await outbox.send(letter);
}

export function sent(bench: Bench): TemplateResult {
  const address = bench.sending.value.message;
  return html`<div class="notice good" role="status">${icon("check-circle")}<div><strong>${bench.page.team} has it.</strong> They see what you saw. Their reply appears on this page${address ? html`, and is mailed to <span class="address">${address}</span>` : bench.isGuest ? ". Leave an address with it to have the reply mailed" : nothing}.</div></div>`;
}
