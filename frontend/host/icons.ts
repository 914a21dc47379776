/** The set of icons, by name. A page, or a shadow root, without the sprite gets one. */

import { html, type TemplateResult } from "lit-html";
import sprite from "../icons/icons.svg?raw";

export function ensureIcons(root: HTMLElement | ShadowRoot): void {
  if (root.querySelector("#i-logo")) return;
  const parsed = new DOMParser().parseFromString(sprite, "image/svg+xml").documentElement;
  const drawing = document.importNode(parsed, true);
  drawing.setAttribute("width", "0");
  drawing.setAttribute("height", "0");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("visually-hidden");
  root.prepend(drawing);
}

export function icon(name: string, size: "" | "small" = ""): TemplateResult {
  return html`<svg class="icon ${size}" viewBox="0 0 20 20" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}
