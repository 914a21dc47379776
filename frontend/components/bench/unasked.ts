/** What the server tells of its own accord: a conversation that goes on, a case that was deleted, the end. */

import { batch } from "@preact/signals-core";
import type { Bench } from "./state.ts";
import type { FromServer, Message } from "./types.ts";

export type Unasked = Extract<FromServer, { type: "revoked" | "deleted" | "thread" }>;

export function hear(bench: Bench, message: Unasked): void {
  switch (message.type) {
    case "revoked":
      bench.ended.value = message.message;
      return;
    case "deleted":
      bench.rest.once((rest) => rest.forgotten(bench, message.original));
      return;
    case "thread":
      takeThread(bench, message.original, message.messages);
  }
}

/** The whole conversation as it now is; what the team has added is announced until it is looked at. */
function takeThread(bench: Bench, original: string, messages: Message[]): void {
  const home = bench.cases.value.find(
    (one) => one.id === original || one.attempts.some((attempt) => attempt.original === original),
  );
  if (!home) return;
  const replies = (all: Message[] | undefined) => (all ?? []).filter((one) => !one.mine).length;
  const isMore = replies(messages) > replies(home.threads[original]);
  batch(() => {
    bench.changeCase(home.id, (one) => ({ ...one, threads: { ...one.threads, [original]: messages } }));
    if (isMore) bench.replyIn.value = home.id;
  });
}
