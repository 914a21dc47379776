/** What the debugger asks for, over HTTP: an answer that takes longer is polled, one that nobody awaits is stopped. */

import type { Call, FromOther, PageState, ToOther } from "../../components/debugger/types.ts";
import { get, post, Refusal, remove } from "../../host/http.ts";

export type Urls = Record<
  "ask" | "answer" | "cancel" | "slices" | "saved" | "export" | "dataset" | "pictures" | "cases",
  string
>;
export type StateWithUrls = PageState & { urls: Urls };
/** Calls that the page carries out by itself. */
export type Local = Partial<Record<Call, (body: unknown) => Promise<unknown>>>;
type Open = { id: string; type?: undefined };

/** Seconds that the server may take before it says that it is not done. */
const WAIT = 5;
const POLLS_MS = [150, 250, 400, 700, 1000];

export class Calls {
  readonly #urls: Urls;
  readonly #deliver: (message: FromOther) => void;
  readonly #local: Local;
  readonly #download: (url: string) => void;
  readonly #running = new Map<number, { controller: AbortController; answer: string }>();

  constructor(urls: Urls, deliver: (message: FromOther) => void, local: Local, download: (url: string) => void) {
    this.#urls = urls;
    this.#deliver = deliver;
    this.#local = local;
    this.#download = download;
  }

  readonly send = (content: unknown): void => {
    const message = content as ToOther;
    if (message.type === "call") void this.#call(message.request, message.call, message.body);
    else this.#cancel(message.request);
  };

  async #call(request: number, call: Call, body: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(request, { controller, answer: "" });
    try {
      const found = await this.#carryOut(request, call, body, controller.signal);
      this.#deliver({ type: "answered", request, body: found });
    } catch (reason) {
      if (controller.signal.aborted) return;
      const problem =
        reason instanceof Refusal
          ? reason.problem
          : { code: "unreachable", detail: "The server cannot be reached. Try again once you are connected." };
      this.#deliver({ type: "refused", request, problem });
    } finally {
      this.#running.delete(request);
    }
  }

  #carryOut(request: number, call: Call, body: unknown, signal: AbortSignal): Promise<unknown> {
    const urls = this.#urls;
    const own = this.#local[call];
    if (own) return own(body);
    const { id } = body as { id?: string };
    switch (call) {
      case "ask":
        return this.#patiently(request, urls.ask, body, signal);
      case "export":
        return this.#patiently(request, urls.export, body, signal, true).then((file) => {
          this.#download((file as { url: string }).url);
          return file;
        });
      case "dataset":
        return this.#patiently(request, urls.dataset, body, signal, true);
      case "pictures":
        return this.#patiently(request, urls.pictures, body, signal, true);
      case "cases":
        return get(urls.cases, signal);
      case "open_cases":
        return this.#patiently(request, `${urls.cases}/open`, body, signal, true);
      case "save_slice":
        return post(urls.slices, body, signal);
      case "delete_slice":
        return remove(`${urls.slices}/${id}`);
      case "save_analysis":
        return post(urls.saved, body, signal);
      case "delete_analysis":
        return remove(`${urls.saved}/${id}`);
      default:
        return Promise.reject(new Refusal({ detail: "This page cannot do that." }));
    }
  }

  /** isTwice: what is made of the answer is told by the same request once more. */
  async #patiently(
    request: number,
    url: string,
    body: unknown,
    signal: AbortSignal,
    isTwice = false,
  ): Promise<unknown> {
    for (;;) {
      let found = await post<Open | { type?: string; id?: string }>(url, body, signal, WAIT);
      if (!isOpen(found)) return found;
      const running = this.#running.get(request);
      if (running) running.answer = found.id;
      const place = this.#urls.answer.replace("{id}", found.id);
      for (let polls = 0; isOpen(found); polls++) {
        await pause(POLLS_MS[Math.min(polls, POLLS_MS.length - 1)] ?? 1000, signal);
        found = await get<Open | { type?: string }>(place, signal);
      }
      if (!isTwice) return found;
    }
  }

  #cancel(request: number): void {
    const running = this.#running.get(request);
    if (!running) return;
    this.#running.delete(request);
    running.controller.abort();
    // Nobody awaits the outcome: where it was done meanwhile, there is nothing to stop.
    if (running.answer) void post(this.#urls.cancel.replace("{id}", running.answer), {}).catch(() => undefined);
  }
}

/** An answer says its type, a file its address; what has only an id is not there yet. */
const isOpen = (found: object): found is Open => Object.keys(found).join() === "id";

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("Stopped.", "AbortError"));
    });
  });
}
