/** Calls to the other side over the model's messages, each with a number; the same on a page and in a notebook. */

import { Refusal } from "../../host/http.ts";
import type { Model } from "../../host/index.ts";
import type { Call, DebuggerKeys, FromOther, ToOther } from "./types.ts";

const GONE = "The notebook's kernel was restarted and does not know this cell any more. Run the cell again.";

type Waiting = { resolve: (body: unknown) => void; reject: (reason: unknown) => void };

export class Line {
  readonly #model: Model<DebuggerKeys>;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(model: Model<DebuggerKeys>, signal: AbortSignal) {
    this.#model = model;
    const hear = (content: unknown) => this.#hear(content as FromOther);
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => model.off("msg:custom", hear));
  }

  offers(call: Call): boolean {
    return this.#model.get("offers").includes(call);
  }

  /** What the other side answers. Refusal: what it says against it. AbortError: as soon as the signal is aborted. */
  call<Body>(call: Call, body: unknown, signal?: AbortSignal): Promise<Body> {
    const request = ++this.#last;
    return new Promise<Body>((resolve, reject) => {
      this.#waiting.set(request, { resolve: resolve as (body: unknown) => void, reject });
      signal?.addEventListener(
        "abort",
        () => {
          if (!this.#waiting.delete(request)) return;
          this.#send({ type: "cancel", request });
          reject(new DOMException("Nobody waits for this any more.", "AbortError"));
        },
        { once: true },
      );
      this.#send({ type: "call", request, call, body });
    });
  }

  /** A page always takes it; the model of a notebook's cell throws where its kernel has gone. */
  #send(message: ToOther): void {
    try {
      this.#model.send(message);
    } catch {
      this.#hear({ type: "refused", request: message.request, problem: { code: "unavailable", detail: GONE } });
    }
  }

  #hear(message: FromOther): void {
    const waiting = this.#waiting.get(message.request);
    if (!waiting) return;
    this.#waiting.delete(message.request);
    if (message.type === "answered") waiting.resolve(message.body);
    else waiting.reject(new Refusal(message.problem));
  }
}
