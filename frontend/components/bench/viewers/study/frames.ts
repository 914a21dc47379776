/** A study's frames: fetched in runs, inflated, and kept as far as the memory for them reaches. */

import { signal } from "@preact/signals-core";
import { type Header, headerOf } from "./header.ts";
import { BrokenZip, contentOf, type Entry, readDirectory, type Source } from "./zip.ts";

/** Stored values, row by row; of a study in colour three bytes a pixel. */
export type Values = Int16Array | Uint8Array;

const HEADER = "study.json";
const RUN_BYTES = 1 << 20; // neighbours are asked for together up to so many
const AHEAD = 12;
const BEHIND = 4;
const LINES = 3; // requests at a time

export const entryName = (frame: number): string => `frames/${String(frame).padStart(5, "0")}`;

export class Frames {
  readonly header: Header;
  /** Grows with each frame that has come or gone; what is drawn by it is drawn again. */
  readonly changes = signal(0);
  readonly #source: Source;
  readonly #entries: readonly Entry[];
  readonly #budget: number;
  readonly #kept = new Map<number, Values>(); // the one used last is last
  readonly #underway = new Map<number, Promise<void>>();
  #wish = 0;
  #shown = 0;

  private constructor(source: Source, header: Header, entries: readonly Entry[], budget: number) {
    this.#source = source;
    this.header = header;
    this.#entries = entries;
    this.#budget = budget;
  }

  /** budget: bytes of inflated frames that are kept. Throws BrokenZip. */
  static async open(source: Source, budget: number): Promise<Frames> {
    const directory = await readDirectory(source);
    const about = directory.get(HEADER);
    if (!about) throw new BrokenZip("the file has no study.json");
    const header = headerOf(contentOf(about, await source.read(about.start, about.end)));
    const entries = Array.from({ length: header.frames }, (_, frame) => {
      const entry = directory.get(entryName(frame));
      if (!entry) throw new BrokenZip(`frame ${frame + 1} is missing`);
      return entry;
    });
    return new Frames(source, header, entries, budget);
  }

  get #bytes(): number {
    return this.header.rows * this.header.columns * (this.header.isColour ? 3 : 2);
  }

  /** How many frames fit into what may be kept; at least two. */
  get room(): number {
    return Math.max(2, Math.floor(this.#budget / this.#bytes));
  }

  ready(frame: number): Values | null {
    const found = this.#kept.get(frame);
    if (!found) return null;
    this.#kept.delete(frame);
    this.#kept.set(frame, found);
    return found;
  }

  has(frame: number): boolean {
    return this.#kept.has(frame);
  }

  get count(): number {
    return this.#kept.size;
  }

  /** Fetches what is missing of a frame and, after it, of those around it in the order in which they will be wanted. */
  async want(frame: number, direction: 1 | -1 = 1): Promise<void> {
    this.#wish += 1;
    const wish = this.#wish;
    this.#shown = frame;
    await this.#load(frame, frame);
    const around = orderAround(frame, direction, this.header.frames, AHEAD, BEHIND).slice(0, this.room - 1);
    const next = async (): Promise<void> => {
      for (let at = around.shift(); at !== undefined; at = around.shift()) {
        if (wish !== this.#wish) return;
        if (!this.#kept.has(at)) await this.#load(at, this.#runFrom(at, direction)).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: LINES }, next));
  }

  /** The last frame of a run of missing neighbours that is asked for at once. */
  #runFrom(frame: number, direction: 1 | -1): number {
    let to = frame;
    let bytes = this.#entries[frame]?.size ?? 0;
    for (let at = frame + direction; ; at += direction) {
      const entry = this.#entries[at];
      const isFar = Math.abs(at - frame) >= Math.min(AHEAD, this.room - 1);
      if (!entry || isFar || this.#kept.has(at) || this.#underway.has(at)) return to;
      bytes += entry.size;
      if (bytes > RUN_BYTES) return to;
      to = at;
    }
  }

  async #load(from: number, to: number): Promise<void> {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    if (this.#kept.has(from)) return;
    const waiting = this.#underway.get(from);
    if (waiting) return waiting;
    const work = this.#fetch(first, last).finally(() => {
      for (let at = first; at <= last; at += 1) this.#underway.delete(at);
    });
    for (let at = first; at <= last; at += 1) this.#underway.set(at, work);
    return work;
  }

  async #fetch(first: number, last: number): Promise<void> {
    const run = this.#entries.slice(first, last + 1);
    const start = Math.min(...run.map((entry) => entry.start));
    const span = await this.#source.read(start, Math.max(...run.map((entry) => entry.end)));
    for (const [i, entry] of run.entries()) {
      const bytes = await inflated(contentOf(entry, span.subarray(entry.start - start)), this.#bytes);
      this.#keep(first + i, this.header.isColour ? bytes : new Int16Array(bytes.buffer));
    }
  }

  #keep(frame: number, values: Values): void {
    this.#kept.set(frame, values);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.room) break;
      if (oldest !== this.#shown) this.#kept.delete(oldest);
    }
    this.changes.value += 1;
  }
}

/** The frames that will be wanted next: mostly the way that the hand goes. */
export function orderAround(frame: number, direction: 1 | -1, all: number, ahead: number, behind: number): number[] {
  const order: number[] = [];
  for (let step = 1; step <= ahead; step += 1) {
    order.push(frame + step * direction);
    if (step <= behind) order.push(frame - step * direction);
  }
  return order.filter((at) => at >= 0 && at < all);
}

/** zlib's bytes as they were, which must be exactly so many. Throws BrokenZip. */
export async function inflated(bytes: Uint8Array, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(size);
  let at = 0;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream("deflate"));
    const reader = stream.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (at + piece.value.length > size) {
        void reader.cancel();
        throw new BrokenZip("a frame is larger than the study says");
      }
      out.set(piece.value, at);
      at += piece.value.length;
    }
  } catch (error) {
    if (error instanceof BrokenZip) throw error;
    throw new BrokenZip("a frame cannot be unpacked");
  }
  if (at !== size) throw new BrokenZip("a frame is smaller than the study says");
  return out;
}
