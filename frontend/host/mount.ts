/** Puts a component on a page and takes it down again. */
import type { Component, Model } from "./model.ts";

/** The JSON that a template left in `<script type="application/json" id="…">`. */
export function stateOf<State extends object>(id: string): State {
  const element = document.getElementById(id);
  if (!element?.textContent) throw new Error(`The page has no state with the id ${id}.`);
  return JSON.parse(element.textContent) as State;
}

/**
 * Renders into `el` and returns how to take it down. Emits `ready` on `el` once rendered, or `error` with
 * the reason in `detail`; a page and a test wait on these.
 */
export function mount<State extends object>(
  component: Component<State>,
  el: HTMLElement,
  model: Model<State>,
): () => void {
  const controller = new AbortController();
  const rendered = Promise.resolve()
    .then(() => component.render({ model, el, signal: controller.signal }))
    .then((cleanup) => {
      el.dataset.ready = "true";
      el.dispatchEvent(new CustomEvent("ready", { bubbles: true }));
      return cleanup;
    })
    .catch((reason: unknown) => {
      el.dispatchEvent(new CustomEvent("error", { bubbles: true, detail: reason }));
      throw reason;
    });
  return () => {
    controller.abort();
    rendered.then((cleanup) => cleanup?.()).catch(() => undefined);
  };
}
