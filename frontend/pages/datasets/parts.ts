/** The parts of a file on their way to the store, a few at a time, each tried again while a connection is away. */

import { Unreachable } from "../../host/http.ts";

export type Part = { number: number; size: number; url: string; done: boolean };
export type Listed = { state: string; part_size: number; parts: Part[] };

const AT_ONCE = 4;
const TRIES = 8;
const LONGEST = 30_000;

/** The store took nothing, for as long as it was tried. */
export class Undelivered extends Error {}

type Sending = {
  file: Blob;
  listed: Listed;
  /** Fresh addresses for what has not arrived. */
  relist: () => Promise<Listed>;
  /** Bytes that have arrived, and whether it waits for a connection. */
  onBytes: (count: number, waits: boolean) => void;
  signal: AbortSignal;
};

/** Resolves when all have arrived. */
export async function send({ file, listed, relist, onBytes, signal }: Sending): Promise<void> {
  const stop = new AbortController();
  const forward = () => stop.abort(signal.reason);
  signal.addEventListener("abort", forward);
  if (signal.aborted) forward();
  const missing = listed.parts.filter((part) => !part.done);
  const arrived = new Map(listed.parts.filter((part) => part.done).map((part) => [part.number, part.size]));
  const stuck = new Set<number>();

  function tell(): void {
    onBytes(
      [...arrived.values()].reduce((sum, count) => sum + count, 0),
      stuck.size > 0,
    );
  }

  function note(part: Part, count: number): void {
    arrived.set(part.number, count);
    if (count > 0) stuck.delete(part.number);
    tell();
  }

  /** A fresh address of a part, "" where it arrived and the answer was lost, null where nobody can be asked. */
  async function address(part: Part): Promise<string | null> {
    try {
      const now = (await relist()).parts.find((other) => other.number === part.number);
      return now === undefined || now.done ? "" : now.url;
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  async function one(part: Part): Promise<void> {
    const begin = (part.number - 1) * listed.part_size;
    const bytes = file.slice(begin, begin + part.size);
    let url: string | null = part.url;
    for (let attempt = 1; url !== ""; attempt++) {
      const status: number = url === null ? 0 : await put(url, bytes, stop.signal, (count) => note(part, count));
      if (status >= 200 && status < 300) break;
      if (attempt === TRIES) throw new Undelivered(`The store answered ${status || "nothing"}.`);
      stuck.add(part.number);
      note(part, 0);
      await pause(Math.min(500 * 2 ** attempt, LONGEST), stop.signal);
      url = await address(part); // the address may be too old by now
    }
    note(part, part.size);
  }

  async function several(): Promise<void> {
    for (let part = missing.shift(); part !== undefined; part = missing.shift()) await one(part);
  }

  tell();
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, several));
  } finally {
    signal.removeEventListener("abort", forward);
    stop.abort(); // where one gave up, the others need not go on
  }
}

/** The answer's status, 0 where none came. Rejects where it was stopped. */
function put(url: string, bytes: Blob, signal: AbortSignal, onBytes: (count: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not say how much has gone
    const stop = () => request.abort();
    request.open("PUT", url);
    request.upload.addEventListener("progress", (event) => onBytes(event.loaded));
    request.addEventListener("loadend", () => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) reject(signal.reason);
      else resolve(request.status);
    });
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    signal.addEventListener("abort", stop);
    request.send(bytes);
  });
}

/** Until the time is over or the connection is back. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
