/** The conversation about the open case: what the team has replied, and a line to write back. */

import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { Refusal } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { threadOf } from "./record.ts";
import type { Bench } from "./state.ts";
import type { Message } from "./types.ts";
import { ago } from "./words.ts";

/** Newest last. There is one as soon as something of the case was flagged. */
export function conversation(bench: Bench): TemplateResult | typeof nothing {
  const open = bench.open.value;
  if (!bench.mayFlag || !open || Object.keys(open.threads).length === 0) return nothing;
  const messages = bench.messages.value;
  return html`<section class="conversation stack" id="bench-talk" tabindex="-1" aria-labelledby="talk-title"><h2 id="talk-title">Conversation</h2>
    <div role="log" aria-labelledby="talk-title">${messages.length ? html`<ol class="messages">${messages.map((one) => bubble(one))}</ol>` : html`<p class="small muted">No reply from ${bench.page.team} yet.</p>`}</div>
    ${reply(bench)}</section>`;
}

function bubble({ author, body, created_at, mine }: Message): TemplateResult {
  return html`<li class=${mine ? "mine" : ""}><p class="tiny muted"><strong>${mine ? "You" : author}</strong> <time datetime=${created_at} title=${new Date(created_at).toLocaleString("en-GB")}>${ago(created_at)}</time></p><p class="body">${body}</p></li>`;
}

function reply(bench: Bench): TemplateResult {
  const { state, message } = bench.replying.value;
  const text = bench.judgement.value.reply;
  const isSending = state === "sending";
  const submit = (event: Event) => {
    event.preventDefault();
    void write(bench);
  };
  const typed = (event: Event) => bench.judge({ reply: (event.target as HTMLTextAreaElement).value });
  return html`<form class="write-back" @submit=${submit} novalidate>
    <div class="field"><label for="bench-reply">Write to ${bench.page.team}</label>
      <textarea class="textarea" id="bench-reply" rows="2" maxlength="2000" aria-describedby=${state === "failed" ? "bench-reply-error" : nothing} .value=${fresh(text)} @input=${typed}></textarea>
      ${state === "failed" ? html`<span class="error" id="bench-reply-error" role="alert">${icon("x-circle", "small")} ${message}</span>` : nothing}</div>
    <button type="submit" class="button" aria-busy=${isSending}>${icon(isSending ? "spinner" : "send")} ${isSending ? "Sending…" : "Send"}</button>
  </form>`;
}

async function write(bench: Bench): Promise<void> {
  const open = bench.open.value;
  const original = open && threadOf(open, bench.answer.value?.original);
  const body = bench.judgement.value.reply.trim();
  if (!open || !original || bench.replying.value.state === "sending") return;
  const fail = (message: string) => (bench.replying.value = { state: "failed", message });
  if (!body) {
    fail("Write a sentence first.");
    return;
  }
  bench.replying.value = { state: "sending", message: "" };
  try {
    const thread = await bench.host.say(original, body);
    bench.changeCase(open.id, (one) => ({ ...one, threads: { ...one.threads, [original]: thread.messages } }));
    if (bench.caseId.value !== open.id) return;
    bench.judge({ reply: "" });
    bench.replying.value = { state: "idle", message: "" };
  } catch (error) {
    if (error instanceof Refusal && error.isEnd) bench.ended.value = error.message;
    fail(
      error instanceof Refusal
        ? error.message
        : "Not sent: no connection just now. What you wrote is kept; send it again.",
    );
  }
}
