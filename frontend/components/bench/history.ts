/** One's own cases: each with its picture, answer and judgement, to be gone back to, and to be deleted. */

import { batch, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { get, Refusal, remove } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { DELETE, dialog, show } from "./guest.ts";
import { type Case, gather, ownAttempts, valuesSaid } from "./record.ts";
import type { Bench } from "./state.ts";
import type { Flag, OwnCase } from "./types.ts";
import { defaults } from "./values.ts";
import { kindOf } from "./viewers/kinds.ts";
import { ago, brief, capital, unanswered, VERDICTS } from "./words.ts";
import "./sheets/history.css";

const HISTORY = "bench-history";

type State = {
  isOpen: boolean;
  /** The case about which it is asked whether it shall go. */
  asked: string;
  isBusy: boolean;
  /** What was done, and what went wrong. */
  done: string;
  failed: string;
};

const calm: State = { isOpen: false, asked: "", isBusy: false, done: "", failed: "" };
const state = signal<State>(calm);
const put = (change: Partial<State>): void => {
  state.value = { ...state.value, ...change };
};

export function openHistory(bench: Bench): void {
  state.value = { ...calm, isOpen: true };
  dialog(bench, HISTORY)?.showModal();
}

/** Those that one has tried or judged something in, the latest first. */
export function ownCases(cases: readonly Case[]): Case[] {
  const latest = (one: Case) => ownAttempts(one).at(-1)?.created_at ?? "";
  return cases
    .filter((one) => ownAttempts(one).length > 0 || flagsOf(one).length > 0)
    .sort((a, b) => latest(b).localeCompare(latest(a)));
}

const flagsOf = (one: Case): Flag[] => one.attempts.flatMap(({ flag }) => flag ?? []);

/** What goes with a case, and what stays: in sentences, said before. */
export function fate(one: Case, noun: string, team: string): { goes: string; stays: string[] } {
  const tried = ownAttempts(one).length - (one.isOwn ? 1 : 0);
  const said = Object.values(one.threads)
    .flat()
    .filter(({ mine }) => mine).length;
  const flags = flagsOf(one);
  const parts = [
    one.isOwn ? `the ${noun} with its answer` : "",
    tried > 0 ? `${tried} ${tried > 1 ? "attempts" : "attempt"} on it` : "",
    flags.length ? "your marks and sentences, and a right answer in words of your own" : "",
    said > flags.filter(({ message }) => message).length ? "what you wrote in the conversation" : "",
  ].filter(Boolean);
  const all = parts.join("; ");
  const verdicts = [...new Set(flags.map(({ verdict }) => `“${VERDICTS[verdict].text}”`))].join(", ");
  return {
    goes: `${capital(all)}. At once and for good, also what was computed from it.`,
    stays: [
      one.isOwn ? "" : "The example: it is the team’s.",
      flags.length
        ? `${verdicts}, with the class and the model’s version, without your name, so that the figures of ${team} stay true. Its inbox says that you withdrew the rest.`
        : "",
      `In the log of ${team}: that a case was deleted, and when. What somebody there took away before is out of reach.`,
    ].filter(Boolean),
  };
}

export function history(bench: Bench): TemplateResult {
  const { isOpen, asked } = state.value;
  const one = bench.cases.value.find(({ id }) => id === asked);
  return html`<dialog class="dialog about history" id=${HISTORY} aria-labelledby="history-title" @close=${() => put(calm)}><div class="dialog-body">${
    isOpen ? (one ? asking(bench, one) : list(bench)) : nothing
  }</div></dialog>`;
}

function list(bench: Bench): TemplateResult {
  const { done, failed, isBusy } = state.value;
  const cases = ownCases(bench.cases.value);
  return html`<header><h2 id="history-title" tabindex="-1">Your cases</h2>${
    cases.length
      ? html`<p>What you have tried here, the latest first.${bench.isGuest ? " Nobody else who holds the link sees it; the team does." : ""}</p>`
      : html`<p>You have tried nothing yet. What you try is kept here.</p>`
  }</header>
    ${done ? html`<div class="notice good" role="status">${icon("check-circle")}<div>${done}</div></div>` : nothing}
    ${failed ? html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${failed}</div></div>` : nothing}
    <ul class="history-list">${cases.map((one) => row(bench, one))}</ul>
    ${bench.page.earlier ? html`<button type="button" class="button" aria-busy=${isBusy} @click=${() => earlier(bench)}>Show earlier ones</button>` : nothing}
    <div class="dialog-foot">${
      bench.page.urls.case
        ? html`<button type="button" class="button quiet danger" @click=${() => {
            dialog(bench, HISTORY)?.close();
            show(bench, DELETE);
          }}>${icon("trash")} Delete all that is yours…</button>`
        : nothing
    }<button type="button" class="button primary" @click=${() => dialog(bench, HISTORY)?.close()}>Close</button></div>`;
}

function row(bench: Bench, one: Case): TemplateResult {
  const [output] = bench.page.interface.outputs;
  const tried = ownAttempts(one);
  const last = tried.at(-1) ?? one.attempts[0];
  const { name, text } = brief(output && last?.answer?.[output.name], output, unanswered(last?.state, last?.waiting));
  const flag = flagsOf(one).at(-1);
  const verdict = flag && VERDICTS[flag.verdict];
  const isHere = one.id === bench.caseId.value;
  const open = () => {
    bench.openCase(one.id);
    dialog(bench, HISTORY)?.close();
  };
  return html`<li><button type="button" class="history-case" aria-current=${isHere ? "true" : nothing} @click=${open}>
      ${one.thumbnail ? html`<img src=${bench.host.picture(one.thumbnail)} alt="" width="56" height="56" loading="lazy">` : html`<span class="history-blank tiny">${valuesSaid(one)}</span>`}
      <span class="history-words"><strong class="clip">${one.title}</strong><span class="clip">${name} <b class="num">${text}</b></span>
        <span class="tiny muted">${last ? html`<time datetime=${last.created_at} title=${new Date(last.created_at).toLocaleString("en-GB")}>${ago(last.created_at)}</time>, ` : nothing}${tried.length} ${tried.length === 1 ? "attempt" : "attempts"}</span></span>
      ${verdict ? html`<span class="badge">${icon(verdict.icon, "small")} <span class="visually-hidden">You said: </span>${verdict.text}</span>` : nothing}</button>
    ${bench.page.urls.case ? html`<button type="button" class="button quiet square danger" aria-label="Delete ${one.title}" title="Delete" @click=${() => ask(bench, one)}>${icon("trash")}</button>` : nothing}</li>`;
}

/** What has the focus stands on the page again before it is drawn away. */
function ask(bench: Bench, one: Case | null): void {
  put({ asked: one?.id ?? "", done: "", failed: "" });
  requestAnimationFrame(() => bench.host.root.querySelector<HTMLElement>("#history-title")?.focus());
}

function asking(bench: Bench, one: Case): TemplateResult {
  const { isBusy, failed } = state.value;
  const { goes, stays } = fate(one, bench.stored.length ? kindOf(bench).noun : "input", bench.page.team);
  return html`<header><h2 id="history-title" tabindex="-1">Delete ${one.isOwn ? one.title : `what is yours of ${one.title}`}?</h2></header>
    <dl class="fate"><dt>What goes</dt><dd>${goes}</dd><dt>What stays</dt>${stays.map((words) => html`<dd>${words}</dd>`)}</dl>
    ${failed ? html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${failed}</div></div>` : nothing}
    <div class="dialog-foot"><button type="button" class="button" @click=${() => ask(bench, null)}>Keep it</button>
      <button type="button" class="button danger" aria-busy=${isBusy} @click=${() => void erase(bench, one)}>${icon("trash")} Delete</button></div>`;
}

/** A changed value is an original of its own: a case without pictures can have several. */
function originalsOf(one: Case): string[] {
  const own = ownAttempts(one).map(({ original }) => original);
  const judged = one.attempts.filter(({ flag }) => flag).map(({ original }) => original);
  return [...new Set([...own, ...judged])];
}

async function erase(bench: Bench, one: Case): Promise<void> {
  const { case: address = "" } = bench.page.urls;
  if (state.value.isBusy) return;
  put({ isBusy: true, failed: "" });
  try {
    for (const original of originalsOf(one)) {
      await remove(address.replace("{id}", original));
      forgotten(bench, original);
    }
    ask(bench, null);
    put({ done: one.isOwn ? `${one.title} is deleted.` : `What you tried on ${one.title} is deleted.` });
  } catch (error) {
    const words = error instanceof Refusal ? error.message : "No connection just now. Try again.";
    put({ failed: `It is not deleted, or not all of it. ${words}` });
  } finally {
    put({ isBusy: false });
  }
}

async function earlier(bench: Bench): Promise<void> {
  const first = bench.cases.value
    .flatMap(ownAttempts)
    .map(({ id }) => id)
    .sort()[0];
  if (!first || state.value.isBusy) return;
  put({ isBusy: true, failed: "" });
  try {
    const found = await get<{ cases: OwnCase[]; earlier: boolean }>(`${bench.page.urls.cases}?before=${first}`);
    const known = new Map(found.cases.map((one) => [one.original, one]));
    for (const one of bench.page.cases) {
      const before = known.get(one.original);
      known.set(one.original, before ? { ...one, attempts: [...before.attempts, ...one.attempts] } : one);
    }
    bench.page.cases = [...known.values()];
    bench.page.earlier = found.earlier;
    const shown = new Map(bench.cases.value.map((one) => [one.id, one]));
    const all = gather(bench.page, bench.store.cameFrom);
    const fresh = all.map((one) => {
      const now = shown.get(one.id);
      shown.delete(one.id);
      if (!now) return one;
      const ids = new Set(now.attempts.map(({ id }) => id));
      return {
        ...now,
        title: one.title,
        attempts: [...one.attempts.filter(({ id }) => !ids.has(id)), ...now.attempts],
      };
    });
    bench.cases.value = [...fresh, ...shown.values()];
  } catch (error) {
    put({ failed: error instanceof Refusal ? error.message : "No connection just now. Try again." });
  } finally {
    put({ isBusy: false });
  }
}

/** It is gone at the server. null: all that was one's own. */
export function forgotten(bench: Bench, original: string | null): void {
  if (original === null) {
    if (bench.account.value.state !== "idle") return; // this page did it, and says so
    bench.store.forget();
    location.replace(location.pathname);
    return;
  }
  const open = bench.caseId.value;
  const before = bench.place.value;
  const touched = bench.cases.value.filter((one) => one.attempts.some((attempt) => attempt.original === original));
  bench.page.cases = bench.page.cases.filter((one) => one.original !== original);
  batch(() => {
    for (const { id } of touched) {
      bench.store.drop(id);
      bench.changeCase(id, (one) => ({
        ...one,
        attempts: one.attempts.flatMap((attempt) =>
          attempt.original !== original
            ? attempt
            : one.isOwn || attempt.id !== one.id
              ? []
              : { ...attempt, flag: null },
        ),
        threads: Object.fromEntries(Object.entries(one.threads).filter(([key]) => key !== original)),
      }));
    }
    bench.cases.value = bench.cases.value.filter((one) => one.attempts.length > 0);
    if (touched.some(({ id }) => id === open)) {
      const next = bench.open.value ?? bench.cases.value[Math.max(0, Math.min(before, bench.cases.value.length - 1))];
      bench.openCase(next?.id ?? "");
      if (!next) bench.values.value = defaults(bench.forms);
    }
  });
  for (const { id } of touched) if (id !== bench.caseId.value) bench.store.drop(id);
}
