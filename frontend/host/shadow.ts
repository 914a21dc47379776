/** A component in a shadow root, and what it needs of the ground it stands on: its sheets, its theme, its keys. */

import { ensureIcons } from "./icons.ts";
import type { RenderProps } from "./index.ts";

/** What anywidget hands to `render`; an older one gives no signal, and calls what `render` returns. */
export type Handed<Keys extends object> = Omit<RenderProps<Keys>, "signal"> & { signal?: AbortSignal };

type Standing = { frame: HTMLElement; shadow: ShadowRoot; signal: AbortSignal; end: () => void };

/** In the place of what `el` held, until `outer` is aborted or `end` is called; `signal` tells of both. */
export function shadowIn(el: HTMLElement, sheets: string, outer?: AbortSignal): Standing {
  const life = new AbortController();
  const { signal } = life;
  const end = (): void => life.abort();
  outer?.addEventListener("abort", end);
  const frame = document.createElement("div");
  const shadow = frame.attachShadow({ mode: "open" });
  dress(shadow, sheets);
  el.replaceChildren(frame);
  signal.addEventListener("abort", () => frame.remove());
  followTheme(frame, signal);
  keepKeys(frame, signal);
  void ensureIcons(shadow);
  return { frame, shadow, signal, end };
}

/** Outside a page of ours nobody has set the tokens; on one they say the same again. */
export const onHost = (sheet: string): string =>
  sheet.replaceAll(":root", ":host").replaceAll("color-scheme:light dark", "");

/** A sheet made by script, since the policy of our pages allows no `<style>`. */
function dress(root: ShadowRoot, text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [sheet];
}

/** Light or dark as what it stands on: a notebook says it by its ground, our pages by `color-scheme`. */
function followTheme(host: HTMLElement, signal: AbortSignal): void {
  take(host);
  // A notebook's theme is changed by an attribute of the body, its sheet may come a moment later
  const watch = new MutationObserver(() => {
    for (const after of [0, 300, 1500]) setTimeout(() => take(host), after);
  });
  watch.observe(document.body, { attributes: true });
  signal.addEventListener("abort", () => watch.disconnect());
}

function take(host: HTMLElement): void {
  if (getComputedStyle(document.documentElement).colorScheme !== "normal") return;
  for (let at: HTMLElement | null = host.parentElement; at; at = at.parentElement) {
    const parts = getComputedStyle(at)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number);
    if (!parts || parts.length < 3 || parts[3] === 0) continue;
    const [red = 0, green = 0, blue = 0] = parts;
    host.style.colorScheme = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110 ? "dark" : "light";
    return;
  }
}

/** Of the keys with Ctrl or Cmd those that mean something within a component; the others stay the notebook's. */
const OWN = new Set(["a", "c", "v", "x", "y", "z"]);

/** JupyterLab takes keys before what is in a cell hears of them: D D would delete the cell, Enter submit no form. */
function keepKeys(host: Element, signal: AbortSignal): void {
  const decide = (event: KeyboardEvent): void => {
    const isOwn = !(event.ctrlKey || event.metaKey) || OWN.has(event.key.toLowerCase());
    if (isOwn) host.setAttribute("data-lm-suppress-shortcuts", "true");
    else host.removeAttribute("data-lm-suppress-shortcuts");
  };
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  window.addEventListener("keydown", decide, { capture: true, signal });
}
