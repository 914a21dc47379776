/**
 * The line to a notebook's kernel, in the place of a page's socket. Several views of one widget speak by one model, so
 * each has a number, and hears only what is for it.
 */

import { signal as held } from "@preact/signals-core";
import { Line } from "../../host/line.ts";
import { type Model, type PageModel, pageModel } from "../../host/model.ts";
import type { BenchKeys, BenchState, Connection, Edit, FromServer, Prediction } from "./types.ts";

/** What the kernel carries out. */
export type Call = "predict" | "prediction" | "judge" | "say" | "file";

/**
 * state: as the cell was made; cases: of this kernel, by now. connection: whether the server answers the kernel. edits,
 * shown and open follow the hand and may be set: what the model sees, the answer on show, the case. work: what is not
 * sent yet, as the bench writes it.
 */
export type CellKeys = {
  state: BenchState;
  cases: BenchState["cases"];
  connection: Connection;
  edits: Edit[];
  case: string;
  shown: string;
  work: string;
};

/** heard: a message has reached the kernel. opened: a case that was shown from Python. */
type FromKernel =
  | { type: "heard"; view: number }
  | { type: "live"; view: number; message: FromServer }
  | { type: "opened"; prediction: Prediction; edits: Edit[] };

/** For Python. That its kernel has gone the connection says; the widget has it all the same. */
export function write(model: Model<CellKeys>, changes: Partial<CellKeys>): void {
  for (const [key, value] of Object.entries(changes)) model.set(key as keyof CellKeys, value as never);
  try {
    model.save_changes();
  } catch {
    // said by the connection
  }
}

const SILENT_MS = 3000;
const NUMBERS = 1e6;

export class Kernel {
  readonly model: Model<CellKeys>;
  /** What the bench knows as its model. */
  readonly page: PageModel<BenchKeys>;
  readonly line: Line<Call>;
  /** It says nothing: it runs another cell, or has ended. */
  readonly isSilent = held(false);
  readonly #view = Math.floor(Math.random() * NUMBERS);
  #silent: ReturnType<typeof setTimeout> | undefined;

  constructor(model: Model<CellKeys>, signal: AbortSignal) {
    this.model = model;
    const state = { ...model.get("state"), cases: model.get("cases") };
    this.page = pageModel<BenchKeys>(
      { state, connection: model.get("connection"), originals: [] },
      { send: (message) => this.#send({ type: "live", view: this.#view, message }) },
    );
    this.line = new Line<Call>(
      {
        on: (event, listener) => model.on(event, listener),
        off: (event, listener) => model.off(event, listener),
        send: (content, _callbacks, buffers) => this.#say(content as object, buffers),
      },
      signal,
      this.#view * NUMBERS,
    );
    const hear = (message: unknown) => this.#hear(message as FromKernel);
    const connect = () => this.#connect();
    model.on("msg:custom", hear);
    model.on("change:connection", connect);
    signal.addEventListener("abort", () => {
      clearTimeout(this.#silent);
      model.off("msg:custom", hear);
      model.off("change:connection", connect);
    });
    this.#send({ type: "hello", view: this.#view });
  }

  /** What nobody waits for; that it found no kernel is said by the connection. */
  #send(message: object): void {
    try {
      this.#say(message);
    } catch {
      this.#fallSilent();
    }
  }

  /** Throws where the model knows already that its kernel has gone. */
  #say(message: object, buffers?: ArrayBuffer[]): void {
    this.#silent ??= setTimeout(() => this.#fallSilent(), SILENT_MS);
    this.model.send({ ...message, view: this.#view }, undefined, buffers);
  }

  #hear(message: FromKernel): void {
    if ("view" in message && message.view !== this.#view) return;
    clearTimeout(this.#silent);
    this.#silent = undefined;
    if (this.isSilent.value) {
      this.isSilent.value = false;
      this.#connect();
    }
    if (message.type === "live") this.page.deliver(message.message);
  }

  #fallSilent(): void {
    this.isSilent.value = true;
    this.#connect();
  }

  #connect(): void {
    const connection = this.isSilent.value ? "reconnecting" : this.model.get("connection");
    if (this.page.get("connection") !== connection) this.page.receive({ connection });
  }
}
