/** When a link's time runs out: a word before, and a calm end. */

import { date } from "./words.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_MS = 10 * 60 * 1000;
const LONGEST_MS = 60 * 60 * 1000; // a timer of more than 24 days would fire at once

/** In milliseconds from now; null for a link without an end. */
export function timeLeft(expiresAt: string | null, now: number): number | null {
  if (expiresAt === null) return null;
  const end = new Date(expiresAt).getTime();
  return Number.isFinite(end) ? end - now : null;
}

export const isSoon = (left: number | null): boolean => left !== null && left <= SOON_MS;

/** How long to wait until what is said about the end may change; null where it is over. */
export function nextLook(left: number): number | null {
  if (left <= 0) return null;
  if (left <= SOON_MS) return Math.min(left, 30_000);
  return Math.min(left - SOON_MS, LONGEST_MS);
}

export function said(expiresAt: string, now: number): string {
  const left = timeLeft(expiresAt, now) ?? 0;
  if (isSoon(left)) {
    const minutes = Math.max(1, Math.ceil(left / 60_000));
    return `This link ends in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
  }
  if (left > DAY_MS) return `This link works until ${date(expiresAt)}.`;
  const time = new Date(expiresAt).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const isToday = new Date(expiresAt).toDateString() === new Date(now).toDateString();
  return `This link works until ${time}${isToday ? "" : " tomorrow"}.`;
}

/** Calls `look` when something changes, and `end` once. */
export function watchEnd(expiresAt: string | null, signal: AbortSignal, look: () => void, end: () => void): void {
  let timer = 0;
  const step = () => {
    const left = timeLeft(expiresAt, Date.now());
    if (left === null) return;
    const wait = nextLook(left);
    if (wait === null) end();
    else {
      look();
      timer = window.setTimeout(step, wait + 250);
    }
  };
  step();
  signal.addEventListener("abort", () => clearTimeout(timer));
}
