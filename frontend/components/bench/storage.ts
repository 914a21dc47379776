/** What a browser keeps of a link's work: for a reload, a cut or a closed tab, at most twelve hours. */

import type { Judged, Missed } from "./findings.ts";
import type { Host } from "./host.ts";
import type { Edit, Mark, Verdict } from "./types.ts";

export type Judgement = {
  open: boolean;
  verdict: Verdict | null;
  correction: Record<string, string>;
  message: string;
  name: string;
  email: string;
  /** Written to the team in the conversation, and not sent yet. */
  reply: string;
};

/** How a picture is looked at. zoom, x, y in pixels of the screen; turn in quarters; width and centre in grey values. */
export type View = {
  zoom: number;
  x: number;
  y: number;
  turn: number;
  flipX: boolean;
  flipY: boolean;
  width: number;
  centre: number;
  invert: boolean;
};

/** prediction: whose findings these are; another answer has others. */
export type Said = { prediction: string; findings: Judged[]; added: Missed[] };

export const nothingSaid: Said = { prediction: "", findings: [], added: [] };

export type Work = {
  edits: Edit[];
  values: Record<string, unknown>;
  marks: Mark[];
  /** What is said of single findings; of work from before there were any, nothing. */
  said?: Said;
  judgement: Partial<Judgement>;
  /** By input, in the words of its viewer. */
  views: Record<string, object>;
};

type Kept = {
  guest: string | null;
  at: string | null;
  stamp: number;
  work: Record<string, Work>;
  /** Which case an own prediction was tried in: a changed value makes another original on the server. */
  cameFrom: Record<string, string>;
};

const LIFE_MS = 12 * 60 * 60 * 1000;

export class Store {
  readonly #host: Pick<Host, "storage">;
  readonly #key: string;
  #kept: Kept;
  #isForgotten = false;

  constructor(host: Pick<Host, "storage">, link: string, guest: string | null) {
    this.#host = host;
    this.#key = `atrium.bench:${link}`;
    this.#kept = this.#read(guest);
    this.#kept.guest = guest ?? this.#kept.guest;
  }

  #read(guest: string | null): Kept {
    const none: Kept = { guest, at: null, stamp: Date.now(), work: {}, cameFrom: {} };
    try {
      const found = JSON.parse(this.#host.storage.getItem(this.#key) ?? "null") as Kept | null;
      const isOther = found?.guest && guest && found.guest !== guest;
      if (!found || isOther || Date.now() - found.stamp > LIFE_MS) return none;
      return { ...none, ...found };
    } catch {
      return none; // no storage here, or not ours: the page works without
    }
  }

  get at(): string | null {
    return this.#kept.at;
  }

  get cameFrom(): Readonly<Record<string, string>> {
    return this.#kept.cameFrom;
  }

  workOf(id: string): Work | null {
    return this.#kept.work[id] ?? null;
  }

  /** All that is kept, by case. */
  get works(): Readonly<Record<string, Work>> {
    return this.#kept.work;
  }

  remember(prediction: string, origin: string): void {
    this.#kept.cameFrom[prediction] = origin;
    this.#write();
  }

  /** Of the case that is open. */
  save(id: string, work: Work): void {
    this.#kept.at = id;
    this.put(id, work);
  }

  put(id: string, work: Work): void {
    this.#kept.work[id] = work;
    this.#write();
  }

  /** Of a case that was deleted. */
  drop(id: string): void {
    delete this.#kept.work[id];
    for (const [prediction, origin] of Object.entries(this.#kept.cameFrom))
      if (prediction === id || origin === id) delete this.#kept.cameFrom[prediction];
    this.#write();
  }

  /** For good: what the page still saves while it closes is not kept either. */
  forget(): void {
    this.#isForgotten = true;
    try {
      this.#host.storage.removeItem(this.#key);
    } catch {
      // nothing was kept
    }
  }

  #write(): void {
    if (this.#isForgotten) return;
    this.#kept.stamp = Date.now();
    try {
      this.#host.storage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // full or forbidden: the page works without
    }
  }
}
