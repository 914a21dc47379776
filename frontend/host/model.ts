/**
 * What a component is handed: the anywidget model, so that the same module runs on a page and in a notebook.
 * In JupyterLab anywidget supplies it; on a page `pageModel` does, over whatever transport the page gives.
 */

export type Listener = (value?: unknown, buffers?: DataView[]) => void;

export interface Model<State extends object> {
  get<K extends keyof State>(key: K): State[K];
  set<K extends keyof State>(key: K, value: State[K]): void;
  /** Tells the other side and, by `change:<key>` and `change`, the listeners. */
  save_changes(): void;
  on(event: string, listener: Listener): void;
  off(event?: string | null, listener?: Listener | null): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

export interface RenderProps<State extends object> {
  model: Model<State>;
  el: HTMLElement;
  /** Aborted when the component is taken down: listeners, timers and requests end with it. */
  signal: AbortSignal;
}

type Cleanup = () => void | Promise<void>;

export interface Component<State extends object> {
  // biome-ignore lint/suspicious/noConfusingVoidType: anywidget allows a render that returns nothing
  render(props: RenderProps<State>): void | Cleanup | Promise<void | Cleanup>;
}

/** The other side of a page's model: a socket, a request, or nothing for a static export. */
export interface Transport<State extends object> {
  save?(changes: Partial<State>): void;
  send?(content: unknown, buffers: ArrayBuffer[]): void;
}

export interface PageModel<State extends object> extends Model<State> {
  /** The page's way in: new values from the server, told to listeners, not echoed back. */
  receive(changes: Partial<State>): void;
  /** A custom message from the server, heard by `on("msg:custom", …)`. */
  deliver(content: unknown, buffers?: DataView[]): void;
}

export function pageModel<State extends object>(initial: State, transport: Transport<State> = {}): PageModel<State> {
  const state: State = { ...initial };
  const listeners = new Map<string, Set<Listener>>();
  let changed: Partial<State> = {};

  const tell = (event: string, value?: unknown, buffers?: DataView[]): void => {
    for (const listener of [...(listeners.get(event) ?? [])]) listener(value, buffers);
  };
  const tellOf = (changes: Partial<State>): void => {
    const keys = Object.keys(changes) as (keyof State & string)[];
    for (const key of keys) tell(`change:${key}`, state[key]);
    if (keys.length) tell("change");
  };

  return {
    get: (key) => state[key],
    set(key, value) {
      if (Object.is(state[key], value)) return;
      state[key] = value;
      changed[key] = value;
    },
    save_changes() {
      const changes = changed;
      changed = {};
      if (!Object.keys(changes).length) return;
      tellOf(changes);
      transport.save?.(changes);
    },
    on(event, listener) {
      const known = listeners.get(event) ?? new Set();
      listeners.set(event, known.add(listener));
    },
    off(event, listener) {
      if (!event) listeners.clear();
      else if (!listener) listeners.delete(event);
      else listeners.get(event)?.delete(listener);
    },
    send(content, _callbacks, buffers = []) {
      transport.send?.(content, buffers);
    },
    receive(changes) {
      Object.assign(state, changes);
      tellOf(changes);
    },
    deliver(content, buffers) {
      tell("msg:custom", content, buffers);
    },
  };
}
