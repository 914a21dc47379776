/** Who sits here: the menu with the keys, “Not you?” and “Delete my data”. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import type { Bench } from "./state.ts";

export const KEYS = "bench-keys";
export const LEAVE = "bench-leave";
export const DELETE = "bench-delete";

export const dialog = ({ host }: Bench, id: string): HTMLDialogElement | null => host.root.querySelector(`#${id}`);

export const ABOUT = "bench-about";

/** They come after the first view. */
export const show = (bench: Bench, id: string): void => bench.rest.once(() => dialog(bench, id)?.showModal());

/** Where a menu lies open over the page, a press beside it or Escape puts it away. */
export function closeMenus({ host }: Bench, event: Event): void {
  for (const menu of host.root.querySelectorAll<HTMLDetailsElement>("details.switch[open]")) {
    const isInside = event.target instanceof Node && menu.contains(event.target);
    if (event instanceof KeyboardEvent) {
      if (event.key !== "Escape") continue;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    } else if (!isInside) menu.open = false;
  }
}

function initials(name: string): string {
  const words = name.replace(/^(dr|prof)\.?\s+/i, "").split(/\s+/);
  return words
    .map((word) => word.charAt(0).toUpperCase())
    .slice(0, 2)
    .join("");
}

export function menu(bench: Bench, openHistory: () => void): TemplateResult {
  const { name } = bench.judgement.value;
  const mayLeave = bench.mayTry && bench.isGuest;
  const close = (act: () => void) => (event: Event) => {
    const around = (event.target as Element).closest("details");
    if (around) around.open = false;
    act();
  };
  const pick = (id: string) => close(() => show(bench, id));
  return html`<details class="switch you" data-leaves=${mayLeave}><summary class="button quiet" aria-label=${name ? `${name}: menu` : "Menu"}>
      ${name ? html`<span class="avatar ${bench.isGuest ? "guest" : ""}" aria-hidden="true">${initials(name)}</span><span class="clip you-name">${name}</span>` : icon("user")}${icon("down", "small")}</summary>
    <div class="menu">
      <button type="button" class="for-keys" @click=${pick(KEYS)}>${icon("info")} Keys <kbd aria-hidden="true">?</kbd></button>
      ${bench.mayTry ? html`<button type="button" @click=${close(openHistory)}>${icon("clock")} Your cases</button>` : nothing}
      ${
        mayLeave
          ? html`<button type="button" @click=${pick(LEAVE)}>${icon("exit")} ${name ? `Not ${name}?` : "Not you?"}</button>
        <hr><a href=${bench.page.urls.data ?? ""} download>${icon("download")} Get my data</a>
        <button type="button" class="danger" @click=${pick(DELETE)}>${icon("trash")} Delete my data…</button>`
          : nothing
      }
    </div></details>`;
}
