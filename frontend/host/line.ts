/** Calls to the other side over a model's messages, each with a number; the same on a page and in a notebook. */

import { type Problem, Refusal } from "./http.ts";

export type Asked<Call extends string> =
  | { type: "call"; request: number; call: Call; body: unknown }
  | { type: "cancel"; request: number };
/** A file comes as the first of the message's buffers. */
export type Told =
  | { type: "answered"; request: number; body: unknown }
  | { type: "refused"; request: number; problem: Problem };

/** Of a model what calls need of it. */
type Speaker = {
  on(event: string, listener: (content?: unknown, buffers?: DataView[]) => void): void;
  off(event: string, listener: (content?: unknown, buffers?: DataView[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
};

const GONE = "The notebook's kernel was restarted and does not know this cell any more. Run the cell again.";

type Answer = { body: unknown; buffers: readonly DataView[] };
/** leave: nobody may give it up any more. */
type Waiting = { resolve: (answer: Answer) => void; reject: (reason: unknown) => void; leave: () => void };

export class Line<Call extends string> {
  readonly #model: Speaker;
  readonly #waiting = new Map<number, Waiting>();
  #last: number;

  /** first: below the numbers of its calls, where several speak by one model. */
  constructor(model: Speaker, signal: AbortSignal, first = 0) {
    this.#model = model;
    this.#last = first;
    const hear = (content: unknown, buffers: DataView[] = []) => this.#hear(content as Told, buffers);
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => model.off("msg:custom", hear));
  }

  /** What the other side answers. Refusal: what it says against it. AbortError: as soon as the signal is aborted. */
  async call<Body>(call: Call, body: unknown, signal?: AbortSignal, buffers?: ArrayBuffer[]): Promise<Body> {
    return (await this.#ask(call, body, signal, buffers)).body as Body;
  }

  /** A call that is answered by a file. */
  async bytes(call: Call, body: unknown, signal?: AbortSignal): Promise<DataView> {
    const { buffers } = await this.#ask(call, body, signal);
    return buffers[0] ?? new DataView(new ArrayBuffer(0));
  }

  #ask(call: Call, body: unknown, signal?: AbortSignal, buffers?: ArrayBuffer[]): Promise<Answer> {
    const request = ++this.#last;
    return new Promise<Answer>((resolve, reject) => {
      signal?.throwIfAborted();
      const giveUp = () => {
        if (!this.#waiting.delete(request)) return;
        this.#send({ type: "cancel", request });
        reject(new DOMException("Nobody waits for this any more.", "AbortError"));
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiting.set(request, { resolve, reject, leave: () => signal?.removeEventListener("abort", giveUp) });
      this.#send({ type: "call", request, call, body }, buffers);
    });
  }

  /** A page always takes it; the model of a notebook's cell throws where its kernel has gone. */
  #send(message: Asked<Call>, buffers?: ArrayBuffer[]): void {
    try {
      if (buffers) this.#model.send(message, undefined, buffers);
      else this.#model.send(message);
    } catch {
      this.#hear({ type: "refused", request: message.request, problem: { code: "unavailable", detail: GONE } }, []);
    }
  }

  #hear(message: Told, buffers: readonly DataView[]): void {
    const waiting = this.#waiting.get(message.request);
    if (!waiting || (message.type !== "answered" && message.type !== "refused")) return;
    this.#waiting.delete(message.request);
    waiting.leave();
    if (message.type === "answered") waiting.resolve({ body: message.body, buffers });
    else waiting.reject(new Refusal(message.problem));
  }
}
