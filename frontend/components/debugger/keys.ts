/** Keys of the debugger: one step back and on, closing what is open, the list of keys. */

import { html, type TemplateResult } from "lit-html";
import type { Debugger } from "./state.ts";

const FIELDS = "input:not([type=radio], [type=checkbox]), select, textarea";

export function listenToKeys(app: Debugger, root: HTMLElement, signal: AbortSignal): void {
  root.addEventListener(
    "keydown",
    (event) => {
      const target = event.composedPath()[0];
      const isField = target instanceof Element && target.matches(FIELDS);
      const isCommand = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (event.key === "Escape") {
        app.hideReadout();
        closeDrops(root, null);
      } else if (event.key === "Enter" && target instanceof HTMLInputElement && isField && !event.isComposing) {
        // Within JupyterLab the browser does not do it by itself.
        event.preventDefault();
        target.form?.requestSubmit();
      } else if (isField || event.altKey) return;
      else if (isCommand && key === "z") {
        event.preventDefault();
        if (event.shiftKey) app.redo();
        else app.undo();
      } else if (isCommand && key === "y") {
        event.preventDefault();
        app.redo();
      } else if (!isCommand && event.key === "/") {
        const field = root.querySelector<HTMLInputElement>(".find input");
        if (!field) return;
        event.preventDefault();
        field.select();
        field.focus();
      } else if (!isCommand && event.key === "?") root.querySelector<HTMLDialogElement>("#keys")?.showModal();
    },
    { signal },
  );
  // A menu closes when something else is pressed or comes into focus. Focus that falls back to the root, because what
  // was pressed cannot have it, says nothing; and nothing is hidden while the browser is still moving the focus.
  for (const type of ["pointerdown", "focusin"]) {
    root.addEventListener(
      type,
      (event) => {
        const target = event.composedPath()[0] as Node;
        if (target !== root || type === "pointerdown") requestAnimationFrame(() => closeDrops(root, target));
      },
      { signal },
    );
  }
}

function closeDrops(root: HTMLElement, but: Node | null): void {
  for (const one of root.querySelectorAll<HTMLDetailsElement>("details.drop[open]")) {
    if (but && one.contains(but)) continue;
    const hadFocus = one.matches(":focus-within");
    one.open = false;
    if (!but && hadFocus) one.querySelector("summary")?.focus();
  }
}

const KEYS: [string, [string, string][]][] = [
  [
    "Everywhere",
    [
      ["Ctrl Z", "one step back"],
      ["Ctrl Shift Z", "one step on"],
      ["/", "find a feature by its name"],
      ["Esc", "close what is open"],
      ["?", "this list"],
    ],
  ],
  [
    "On the distributions of a segment",
    [
      ["← →", "move along the score"],
      ["↑ ↓", "another model"],
      ["Enter", "begin a range, then end it"],
      ["Delete", "remove the range"],
    ],
  ],
  [
    "On the bars of a feature",
    [
      ["← →", "another bar"],
      ["Enter", "filter by the bar"],
      ["Shift Enter", "add the bar to the filter"],
    ],
  ],
];

export function keysDialog(): TemplateResult {
  return html`<dialog class="dialog" id="keys" aria-labelledby="t-keys"><div class="dialog-body"><h2 id="t-keys">Keys</h2>
    ${KEYS.map(([where, list]) => html`<div class="stack gap-1"><h3 class="small">${where}</h3><dl class="key-list">${list.map(([key, what]) => html`<div><dt>${key.split(" ").map((one) => html`<kbd>${one}</kbd> `)}</dt><dd class="small">${what}</dd></div>`)}</dl></div>`)}
    <form method="dialog" class="dialog-foot"><button class="button primary">Close</button></form></div></dialog>`;
}
