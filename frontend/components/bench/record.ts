/** One case as the bench keeps it: an original, what was tried on it, and what was said about it. */

import type { BenchState, Message, Prediction, StoredValue } from "./types.ts";

export type Case = {
  /** The prediction that holds the unedited original. */
  id: string;
  title: string;
  isOwn: boolean;
  thumbnail: string | null;
  attempts: Prediction[];
  /** By original: a changed value has a conversation of its own on the server. */
  threads: Record<string, Message[]>;
};

/** A number and no file's name, which could be a patient's. */
export const ownTitle = (count: number): string => `Your case ${count}`;

/** The row of a table that it is, where it is one. */
export function rowTitle({ came_from: from }: Prediction): string {
  if (!from) return "";
  const place = `${(from.row + 1).toLocaleString("en-GB")} of ${from.dataset} v${from.number}`;
  return from.id ? `${from.id} (row ${place})` : `Row ${place}`;
}

export function thumbnailOf(prediction: Prediction): string | null {
  const file = Object.values(prediction.inputs).find((value): value is StoredValue => "url" in value);
  return file ? (file.thumbnail ?? (file.kind === "image" ? file.url : null)) : null;
}

/** In the place of a picture: the values, where a case has none. */
export const valuesSaid = ({ attempts: [first] }: Case): string =>
  Object.values(first?.inputs ?? {})
    .flatMap((value) => ("value" in value ? String(value.value) : []))
    .join(", ")
    .slice(0, 90);

/** Those that the address names, then examples, then one's own; what was tried in a case belongs to it. */
export function gather(page: BenchState, cameFrom: Readonly<Record<string, string>>): Case[] {
  const cases = new Map<string, Case>();
  for (const { title, prediction, thumbnail, thread } of page.examples) {
    const picture = thumbnail ?? thumbnailOf(prediction);
    cases.set(prediction.original, {
      id: prediction.original,
      title,
      isOwn: false,
      thumbnail: picture,
      attempts: [prediction],
      threads: thread ? { [prediction.original]: thread.messages } : {},
    });
  }
  let own = 0;
  for (const { original, attempts, thread } of page.cases) {
    const home = cases.get(cameFrom[original] ?? original);
    const threads = thread ? { [original]: thread.messages } : {};
    if (home) {
      const known = new Set(home.attempts.map((one) => one.id));
      home.attempts.push(...attempts.filter((one) => !known.has(one.id)));
      Object.assign(home.threads, threads);
      continue;
    }
    const first = attempts[0];
    if (!first) continue;
    const row = rowTitle(first);
    if (!row) own += 1;
    cases.set(original, {
      id: original,
      title: row || ownTitle(own),
      isOwn: true,
      thumbnail: thumbnailOf(first),
      attempts: [...attempts],
      threads,
    });
  }
  const opened = (page.opened ?? []).flatMap((id) => cases.get(id) ?? []);
  return [...opened, ...[...cases.values()].filter((one) => !opened.includes(one))];
}

/** Attempts of the one who sits here: all but the team's example. */
export const ownAttempts = (one: Case): Prediction[] =>
  one.attempts.filter((attempt) => one.isOwn || attempt.id !== one.id);

/** Where a line is written to: the conversation of the answer on show, else the one that was spoken in last. */
export function threadOf(open: Case, shown: string | undefined): string | null {
  if (shown !== undefined && open.threads[shown]) return shown;
  const last = (messages: Message[]) => messages[messages.length - 1]?.created_at ?? "";
  const byTime = Object.entries(open.threads).sort(([, a], [, b]) => last(b).localeCompare(last(a)));
  return byTime[0]?.[0] ?? null;
}
