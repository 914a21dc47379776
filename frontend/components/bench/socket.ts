/**
 * The bench's line to the server: one WebSocket, under the model that the page's host supplies.
 *
 * A cut socket is opened again with growing pauses. Predictions that were under way are fetched by their id, or sent
 * again where no id had come. Where sockets fail but the server answers, the same messages go by POST and are polled.
 */

import { get, isAnybodyThere, post, Refusal, Unreachable } from "../../host/http.ts";
import { type PageModel, pageModel } from "../../host/index.ts";
import { isOver, pause } from "./settled.ts";
import type { BenchKeys, BenchState, Connection, FromServer, Message, Prediction, ToServer } from "./types.ts";

type Predict = Extract<ToServer, { type: "predict" }>;

const FAILURES_BEFORE_POLLING = 2;
const LONGEST_PAUSE_MS = 15_000;
const THREADS_MS = 15_000;
const UNNOTICED_MS = 60_000; // a line can be dead so long before a browser says so

export function connectedModel(state: BenchState, signal: AbortSignal): PageModel<BenchKeys> {
  const model = pageModel<BenchKeys>(
    { state, connection: "connecting", originals: [] },
    { send: (content) => send(content as ToServer) },
  );
  const open = new Map<number, { message: Predict; prediction: string | null }>();
  const kept = new Map<string, number>(); // when the server was told to keep which
  let cutAt = 0;
  let socket: WebSocket | null = null;
  let failures = 0;
  let timer = 0;
  let ended = false;

  const become = (connection: Connection): void => {
    if (model.get("connection") !== connection) model.receive({ connection });
  };

  function receive(message: FromServer): void {
    if (message.type === "accepted") {
      const entry = open.get(message.request);
      if (entry) entry.prediction = message.prediction.id;
    } else if (message.type === "finished" && message.request !== null) open.delete(message.request);
    else if (message.type === "refused") open.delete(message.request);
    else if (message.type === "revoked") end();
    model.deliver(message);
  }

  function end(): void {
    ended = true;
    clearTimeout(timer);
    socket?.close();
  }

  function refuse(request: number, error: unknown): void {
    open.delete(request);
    if (error instanceof Refusal && error.isEnd) receive({ type: "revoked", message: error.message });
    else if (error instanceof Refusal) receive({ type: "refused", request, problem: error.problem });
    else if (error instanceof Unreachable) receive({ type: "unsent", request });
    else if (!signal.aborted) throw error;
  }

  async function predictByPost(message: Predict): Promise<void> {
    try {
      const { inputs, edits, keep } = message;
      const prediction = await post<Prediction>(state.urls.predictions, { inputs, edits, keep }, signal);
      if (open.has(message.request)) receive({ type: "accepted", request: message.request, prediction });
      await follow(message.request, prediction);
    } catch (error) {
      refuse(message.request, error);
    }
  }

  async function follow(request: number, prediction: Prediction): Promise<void> {
    let now = prediction;
    while (!isOver(now) && open.has(request)) {
      await pause(now);
      now = await get<Prediction>(state.urls.prediction.replace("{id}", now.id), signal);
      if (now.waiting && open.has(request))
        receive({ type: "waiting", request, prediction: now.id, waiting: now.waiting });
    }
    if (open.has(request)) receive({ type: "finished", request, prediction: now });
  }

  /** After a cut: what had an id is asked for by it; of the rest the newest is sent again. What is to be kept is told. */
  function resume(): void {
    for (const [prediction, at] of kept) if (at > cutAt - UNNOTICED_MS) byPost({ type: "keep", prediction });
    kept.clear();
    const newest = Math.max(...open.keys());
    for (const [request, { message, prediction }] of open) {
      if (prediction === null && request < newest) open.delete(request);
      else if (prediction === null) carry(message);
      else
        get<Prediction>(state.urls.prediction.replace("{id}", prediction), signal)
          .then((found) => follow(request, found))
          .catch((error: unknown) => refuse(request, error));
    }
  }

  function send(message: ToServer): void {
    if (ended) return;
    if (message.type === "predict") open.set(message.request, { message, prediction: null });
    if (message.type === "keep") kept.set(message.prediction, Date.now());
    if (message.type === "cancel") {
      for (const [request, entry] of open) if (entry.prediction === message.prediction) open.delete(request);
    }
    carry(message);
  }

  function carry(message: ToServer): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else if (model.get("connection") === "reconnecting" || model.get("connection") === "connecting") {
      if (message.type !== "predict") byPost(message); // a prediction waits in `open` for `resume`
    } else if (message.type === "predict") void predictByPost(message);
    else byPost(message);
  }

  function byPost(message: Exclude<ToServer, Predict>): void {
    const url = message.type === "keep" ? state.urls.keep : state.urls.cancel;
    post(url.replace("{id}", message.prediction), {}, signal).catch((error: unknown) => {
      if (error instanceof Refusal && error.isEnd) receive({ type: "revoked", message: error.message });
    });
  }

  function connect(): void {
    if (ended || signal.aborted) return;
    const address = new URL(state.urls.socket, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const mine = new WebSocket(address);
    socket = mine;
    mine.addEventListener("open", () => {
      failures = 0;
      become("connected");
      resume();
    });
    mine.addEventListener("message", (event: MessageEvent<string>) => receive(JSON.parse(event.data) as FromServer));
    mine.addEventListener("close", () => {
      if (ended || signal.aborted || socket !== mine) return;
      if (failures === 0) cutAt = Date.now();
      failures += 1;
      void standIn();
      const longest = Math.min(LONGEST_PAUSE_MS, 500 * 1.6 ** Math.min(failures - 1, 8));
      timer = window.setTimeout(connect, longest * (0.75 + Math.random() / 2));
    });
  }

  /** A proxy that forbids sockets and a server that is away look alike to a socket: a plain request tells them apart. */
  async function standIn(): Promise<void> {
    const isThere = failures > FAILURES_BEFORE_POLLING && navigator.onLine && (await isAnybodyThere(signal));
    if (ended || signal.aborted || socket?.readyState === WebSocket.OPEN) return;
    const wasPolling = model.get("connection") === "polling";
    become(isThere ? "polling" : "reconnecting");
    if (isThere && !wasPolling) resume();
  }

  async function pollThreads(): Promise<void> {
    if (ended || model.get("connection") !== "polling" || document.hidden) return;
    for (const original of model.get("originals")) {
      try {
        const thread = await get<{ messages: Message[] }>(state.urls.thread.replace("{id}", original), signal);
        receive({ type: "thread", original, messages: thread.messages });
      } catch (error) {
        if (error instanceof Refusal && error.isEnd) receive({ type: "revoked", message: error.message });
      }
    }
  }

  connect();
  const threads = window.setInterval(() => void pollThreads(), THREADS_MS);
  const atOnce = () => {
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(timer);
    connect();
  };
  window.addEventListener("online", atOnce, { signal });
  window.addEventListener("offline", () => socket?.close(), { signal });
  signal.addEventListener("abort", () => {
    clearInterval(threads);
    end();
  });

  return model;
}
